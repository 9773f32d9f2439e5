"""Lesson 03: wrong answers, and what the check must say of them."""

import math

import edugrad as torch
from edugrad_widgets.lesson.content.lesson_03 import gradients as right


def op(value, slope, kept=lambda x: x):
    """A pseudo-Huber op of one's own making: what it computes, returns and keeps."""

    class PseudoHuber(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(kept(x))
            return value(x)

        @staticmethod
        def backward(ctx, grad):
            return slope(grad, ctx.saved_tensors[0])

    return PseudoHuber


def value(x):
    return torch.sqrt(1 + x * x) - 1


def slope(grad, x):
    return grad * x / torch.sqrt(1 + x * x)


class KeepsTheRoot(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        root = torch.sqrt(1 + x * x)
        ctx.save_for_backward(x, root)
        return root - 1

    @staticmethod
    def backward(ctx, grad):
        x, root = ctx.saved_tensors
        return grad * x / root


class TakesTheTuple(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return value(x)

    @staticmethod
    def backward(ctx, grad):
        x = ctx.saved_tensors
        return grad * x / (1 + x * x) ** 0.5


OP = {
    "no minus one": (op(lambda x: value(x) + 1, slope), "the 1 at the end is not taken away"),
    "no root": (op(lambda x: x * x, slope), "the root is missing"),
    "x not squared": (op(lambda x: (1 + x.abs()).sqrt() - 1, slope), "differs at"),
    "math": (op(lambda x: math.sqrt(1 + x * x) - 1, slope), "take `torch.sqrt`"),
    "parenthesis": (op(lambda x: torch.sqrt(1 + x * x - 1), slope), "close the parenthesis first"),
    "no 1 inside": (op(lambda x: torch.sqrt(x * x) - 1, slope), "the 1 under the root"),
    "no root's slope": (op(value, lambda grad, x: grad * 2 * x), "so it would be for x * x alone"),
    "times the root": (op(value, lambda g, x: g * x * torch.sqrt(1 + x * x)), "do not multiply"),
    "added": (op(value, lambda grad, x: grad + slope(1, x)), "the chain rule multiplies"),
    "grad forgotten": (op(value, lambda grad, x: slope(1, x)), "what arrives from above"),
    "parabola": (op(value, lambda grad, x: grad * x), "the root divides"),
    "no inner slope": (
        op(value, lambda grad, x: grad / (2 * torch.sqrt(1 + x * x))),
        "the inner derivative is missing",
    ),
    "factor 2": (op(value, lambda grad, x: 2 * slope(grad, x)), "cancels the 2"),
    "no root below": (op(value, lambda grad, x: grad * x / (1 + x * x)), "divided by the root"),
    "the value": (op(value, lambda grad, x: grad * value(x)), "times the value"),
    "detached": (op(value, lambda grad, x: slope(grad, x.detach())), "differentiated again"),
    "keeps the root": (KeepsTheRoot, "Save x and compute the root in backward"),
    "the tuple": (TakesTheTuple, "raised TypeError"),
    "an instance": (value, "the class itself"),
}


def newton(step, create_graph=True):
    """A Newton step whose last line is one's own."""

    def newton_step(f, x):
        y = f(x)
        (slope,) = torch.autograd.grad(y, x, create_graph=True)
        (curvature,) = torch.autograd.grad(slope, x)
        return step(x, y, slope, curvature)

    return newton_step


def forgets_the_graph(f, x):
    (slope,) = torch.autograd.grad(f(x), x)
    (curvature,) = torch.autograd.grad(slope, x)
    return x - slope / curvature


def differentiates_y_again(f, x):
    y = f(x)
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    (curvature,) = torch.autograd.grad(y, x)
    return x - slope / curvature


def differentiates_by_y(f, x):
    y = f(x)
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, y)
    return x - slope / curvature


def forgets_the_tuple(f, x):
    (slope,) = torch.autograd.grad(f(x), x, create_graph=True)
    curvature = torch.autograd.grad(slope, x)
    return x - slope / curvature


NEWTON = {
    "no graph": (forgets_the_graph, "ask for create_graph=True"),
    "y again": (differentiates_y_again, "differentiate the slope, not y"),
    "a tuple": (forgets_the_tuple, "returns a tuple"),
    "uphill": (newton(lambda x, y, s, c: x + s / c), "the sign"),
    "upside down": (newton(lambda x, y, s, c: x - c / s), "stands on its head"),
    "slope alone": (newton(lambda x, y, s, c: x - s), "the curvature is missing"),
    "way alone": (newton(lambda x, y, s, c: s / c), "take it away from x"),
    "squared": (newton(lambda x, y, s, c: x - s / s**2), "the slope squared"),
    "by y": (differentiates_by_y, "differentiate the slope by x"),
    "zero of f": (newton(lambda x, y, s, c: x - y / s), "looks for a zero of f"),
    "product": (newton(lambda x, y, s, c: x - s * c), "divide by the curvature"),
}


def hot(y):
    return torch.nn.functional.one_hot(y, 3)


def instead(**mistakes):
    """The solution with one gradient replaced by a mistake, and those after it as they follow."""

    def gradients(x, y, w2, h, p):
        dz, dw2, db2, dh, da, dw1, db1 = right(x, y, w2, h, p)
        given = {"x": x, "y": y, "w2": w2, "h": h, "p": p, "dz": dz, "dh": dh, "da": da}
        found = {"dz": dz, "dw2": dw2, "db2": db2, "dh": dh, "da": da, "dw1": dw1, "db1": db1}
        for name, mistake in mistakes.items():
            wanted = mistake.__code__.co_varnames[: mistake.__code__.co_argcount]
            found[name] = mistake(*(given[each] for each in wanted))
        return tuple(found.values())

    return gradients


NETWORK = {
    "not a mean": (instead(dz=lambda p, y: p - hot(y)), "the loss is a mean"),
    "sign": (instead(dz=lambda p, y, x: (hot(y) - p) / len(x)), "more loss"),
    "no target": (instead(dz=lambda p, x: p / len(x)), "1 has to be taken away"),
    "mean of all": (instead(dz=lambda p, y: (p - hot(y)) / p.numel()), "not over all numbers"),
    "before softmax": (
        instead(dz=lambda p, y, x: -hot(y) / p / len(x)),
        "still has to pass the softmax",
    ),
    "no one_hot": (instead(dz=lambda p, y: p - y), "one_hot(y, 3)"),
    "classes": (instead(dz=lambda p, y: (p - hot(y)) / 3), "not of classes"),
    "one row": (instead(dz=lambda p, y: (p - hot(y)).mean(dim=0)), "keeps a row of its own"),
    "sigmoid's": (instead(dz=lambda p: p * (1 - p)), "the slope of a sigmoid; softmax"),
    "w2 by element": (instead(dw2=lambda dz, h: h * dz), "`*` goes element by element"),
    "w2 from p": (instead(dw2=lambda h, p: h.T @ p), "is dz, not p"),
    "h by element": (instead(dh=lambda dz, w2: dz * w2.T), "`*` goes element by element"),
    "b2 ones": (instead(db2=lambda dz: torch.ones(3)), "what arrives, dz, multiplies it"),
    "b2 kept": (instead(db2=lambda dz: dz.sum(dim=0, keepdim=True)), "without keepdim"),
    "tanh of h": (instead(da=lambda dh, h: dh * torch.tanh(h)), "its slope is 1 - h * h"),
    "w1 from h": (instead(dw1=lambda h, da: h.T @ da), "the other factor is x"),
    "w1 from dz": (instead(dw1=lambda x, dz: x.T @ dz), "dz belongs to the second layer"),
    "b1 from dz": (instead(db1=lambda dz: dz.sum(dim=0)), "dz belongs to the second layer"),
    "w2 transposed": (instead(dw2=lambda dz, h: dz.T @ h), "it is transposed: w2"),
    "w2 impossible": (instead(dw2=lambda dz, h: h @ dz), "only one order"),
    "b2 not summed": (instead(db2=lambda dz: dz), "sum over the examples"),
    "b2 mean": (instead(db2=lambda dz: dz.mean(dim=0)), "a sum, not a mean"),
    "b2 one number": (instead(db2=lambda dz: dz.sum()), "b2 has three numbers"),
    "b2 other dim": (instead(db2=lambda dz: dz.sum(dim=1)), "sums over the classes"),
    "h impossible": (instead(dh=lambda dz, w2: dz @ w2), "only one order"),
    "tanh left out": (instead(da=lambda dh: dh), "the tanh is left out"),
    "slope alone": (instead(da=lambda h: 1 - h * h), "what arrives at h multiplies it"),
    "tanh's value": (instead(da=lambda dh, h: dh * h), "multiplies by the value"),
    "sigmoid": (instead(da=lambda dh, h: dh * h * (1 - h)), "slope of the sigmoid"),
    "not squared": (instead(da=lambda dh, h: dh * (1 - h)), "squared"),
    "tanh twice": (instead(da=lambda dh, h: dh * (1 - h.tanh() ** 2)), "h is the tanh already"),
    "w1 from dh": (instead(dw1=lambda x, dh: x.T @ dh), "use da, not dh"),
    "w1 transposed": (instead(dw1=lambda x, da: da.T @ x), "it is transposed: w1"),
    "b1 not summed": (instead(db1=lambda da: da), "sum over the examples"),
    "b1 from dh": (instead(db1=lambda dh: dh.sum(dim=0)), "use da, not dh"),
    "six gradients": (lambda *given: right(*given)[:6], "seven gradients"),
}

MUTANTS = {"03.op": OP, "03.newton": NEWTON, "03.network": NETWORK}
UNFILLED = {
    "03.op": (op(lambda x: ..., lambda grad, x: ...), "forward(ctx, x) returns nothing"),
    "03.newton": (lambda f, x: ..., "newton_step(quartic, 2.0) returns nothing"),
    "03.network": (
        lambda *given: (right(*given)[0], *[...] * 6),
        "dz right so far. dw2 is still missing",
    ),
}
