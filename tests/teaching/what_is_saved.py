"""What the graph keeps for the backward pass: looking at it, packing it, computing it again."""

import torch
from torch import nn
from torch.autograd import Function
from torch.autograd.function import once_differentiable
from torch.utils.checkpoint import checkpoint, checkpoint_sequential

torch.manual_seed(0)
x = torch.randn(4, requires_grad=True)
y = x.pow(2)
print(x.equal(y.grad_fn._saved_self), x is y.grad_fn._saved_self, y.grad_fn._saved_exponent)
y = x.exp()
print(y.equal(y.grad_fn._saved_result), y is y.grad_fn._saved_result)

model = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 1))
print([type(each).__name__ for each in model], type(y.grad_fn).__name__, y.grad_fn.name())
out = model(x).squeeze()


def walk(node, depth=0):
    if node is not None and "Linear" not in node.name():
        print("  " * depth + node.name())
        if depth < 2:
            walk(node.next_functions[0][0], depth + 1)


walk(nn.functional.mse_loss(out, torch.tensor(1.0)).grad_fn)


def pack(tensor):
    print("packed", tuple(tensor.shape))
    return tensor.detach().half()


def unpack(packed):
    print("unpacked", tuple(packed.shape), packed.dtype)
    return packed.float()


with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
    z = (x * x).sigmoid()
z.sum().backward()
print(x.grad)
x.grad = None

calls = 0


def part(x):
    global calls
    calls += 1
    return (x.sin() * x).tanh()


plain = part(x).sum()
(expected,) = torch.autograd.grad(plain, x)
again = checkpoint(part, x, use_reentrant=False).sum()
print(calls, again.equal(plain))
again.backward()
print(calls, x.grad.equal(expected), x.grad)
chain = checkpoint_sequential([nn.Tanh(), nn.Sigmoid(), nn.Softplus()], 3, x, use_reentrant=False)
print(chain)


class Cube(Function):
    @staticmethod
    def forward(x):
        return x**3, 3 * x**2

    @staticmethod
    def setup_context(ctx, inputs, output):
        (x,) = inputs
        _, slope = output
        ctx.save_for_backward(x, slope)

    @staticmethod
    def backward(ctx, grad, grad_slope):
        x, slope = ctx.saved_tensors
        return grad * slope + grad_slope * 6 * x


class Clipped(Function):
    @staticmethod
    def forward(ctx, x, low, high):
        ctx.save_for_backward((x >= low) & (x <= high))
        return x.clamp(low, high)

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        (inside,) = ctx.saved_tensors
        return grad * inside, None, None


point = torch.tensor(2.0, dtype=torch.float64, requires_grad=True)
cube, slope = Cube.apply(point)
(first,) = torch.autograd.grad(cube, point, create_graph=True)
print(cube.grad_fn.name(), slope, first, torch.autograd.grad(first, point))
print(torch.autograd.gradcheck(Cube.apply, point), torch.autograd.gradgradcheck(Cube.apply, point))
w = torch.tensor([-2.0, 0.5, 3.0], requires_grad=True)
(once,) = torch.autograd.grad((Clipped.apply(w, -1, 1) ** 2).sum(), w, create_graph=True)
print(once.detach())
try:
    once.sum().backward()
except RuntimeError as error:
    print(str(error).splitlines()[0])
print(w.new([1, 2]), w.new(2, 3).shape, torch.broadcast_tensors(w, torch.ones(3))[0] is w)
rnn, gru, lstm = nn.RNN(2, 3), nn.GRU(2, 3), nn.LSTM(2, 3)
print([layer(torch.zeros(4, 1, 2))[0].grad_fn.name() for layer in (rnn, gru, lstm)])
