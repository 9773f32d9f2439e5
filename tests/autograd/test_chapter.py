"""The chapter's examples print what the chapter prints."""

from __future__ import annotations

import numpy as np
import pytest

import edugrad as torch

NUMPY_BY_HAND = """\
[[0.9807642  0.68482974 0.4809319 ]
 [0.39211752 0.34317802 0.72904971]]"""


def test_the_derivative_by_hand_and_by_autograd(capsys: pytest.CaptureFixture[str]) -> None:
    random = np.random.RandomState(123)
    a, b, c = (random.random_sample(size=(2, 3)) for _ in range(3))
    e = a * b + c
    assert e.sum() == pytest.approx(3.7519139120108838)
    print(1.0 * 1.0 * b)
    assert capsys.readouterr().out.strip() == NUMPY_BY_HAND

    a, b, c = (torch.tensor(each, requires_grad=True) for each in (a, b, c))
    d = a * b
    e = d + c
    f = e.sum()
    f.backward()
    print(a.grad)
    assert capsys.readouterr().out.strip() == (
        "tensor([[0.9808, 0.6848, 0.4809],\n"
        "        [0.3921, 0.3432, 0.7290]], dtype=edugrad.float64)"
    )
    assert c.grad.tolist() == [[1.0] * 3] * 2
    assert np.array_equal(b.grad.numpy(), a.detach().numpy())
    assert f.item() == pytest.approx(3.7519139120108838)


def test_tensors_from_data() -> None:
    data = [[1, 2], [3, 4]]
    expected = "tensor([[1, 2],\n        [3, 4]])"
    x_data = torch.tensor(data)
    assert str(x_data) == expected
    assert str(torch.from_numpy(np.array(data))) == expected
    assert str(torch.ones_like(x_data)) == "tensor([[1, 1],\n        [1, 1]])"


def test_random_tensors_are_those_of_the_seed() -> None:
    torch.manual_seed(42)
    x_data = torch.tensor([[1, 2], [3, 4]])
    assert str(torch.rand_like(x_data, dtype=torch.float)) == (
        "tensor([[0.8823, 0.9150],\n        [0.3829, 0.9593]])"
    )
    assert str(torch.rand((2, 3))) == (
        "tensor([[0.3904, 0.6009, 0.2566],\n        [0.7936, 0.9408, 0.1332]])"
    )


def test_attributes() -> None:
    tensor = torch.rand(3, 4)
    assert f"Shape of tensor: {tensor.shape}" == "Shape of tensor: edugrad.Size([3, 4])"
    assert f"Datatype of tensor: {tensor.dtype}" == "Datatype of tensor: edugrad.float32"
    assert f"Device tensor is stored on: {tensor.device}" == "Device tensor is stored on: cpu"
    device = "cuda" if torch.cuda.is_available() else "cpu"
    assert tensor.to(device=device).shape == (3, 4)


MATRIX = """\
tensor([[1., 0., 1., 1.],
        [1., 0., 1., 1.],
        [1., 0., 1., 1.],
        [1., 0., 1., 1.]])"""
JOINED = """\
tensor([[1., 0., 1., 1., 1., 0., 1., 1., 1., 0., 1., 1.],
        [1., 0., 1., 1., 1., 0., 1., 1., 1., 0., 1., 1.],
        [1., 0., 1., 1., 1., 0., 1., 1., 1., 0., 1., 1.],
        [1., 0., 1., 1., 1., 0., 1., 1., 1., 0., 1., 1.]])"""


def test_indexing_joining_and_arithmetic() -> None:
    tensor = torch.ones(4, 4)
    assert f"First row: {tensor[0]}" == "First row: tensor([1., 1., 1., 1.])"
    assert f"First column: {tensor[:, 0]}" == "First column: tensor([1., 1., 1., 1.])"
    assert f"Last column: {tensor[:, -1]}" == "Last column: tensor([1., 1., 1., 1.])"
    tensor[:, 1] = 0
    assert str(tensor) == MATRIX
    assert str(torch.cat([tensor, tensor, tensor], dim=1)) == JOINED

    y1 = tensor @ tensor.T
    y2 = tensor.matmul(tensor.T)
    y3 = torch.rand_like(y1)
    assert torch.matmul(tensor, tensor.T, out=y3) is y3
    assert y1.tolist() == y2.tolist() == y3.tolist() == [[3.0] * 4] * 4

    z3 = torch.rand_like(tensor)
    torch.mul(tensor, tensor, out=z3)
    assert str(tensor * tensor) == str(tensor.mul(tensor)) == str(z3) == MATRIX


def test_the_one_layer_network_gives_pytorchs_numbers() -> None:
    torch.manual_seed(0)
    x = torch.ones(5)
    y = torch.zeros(3)
    w = torch.randn(5, 3, requires_grad=True)
    b = torch.randn(3, requires_grad=True)
    z = torch.matmul(x, w) + b
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    assert str(z) == "tensor([ 1.3755, -0.6023, -4.8127], grad_fn=<AddBackward0>)"
    assert str(loss) == "tensor(0.6819, grad_fn=<BinaryCrossEntropyWithLogitsBackward0>)"
    loss.backward()
    row = "[0.2661, 0.1179, 0.0027]"
    rows = ",\n        ".join([row] * 5)
    assert str(w.grad) == f"tensor([{rows}])"
    assert str(b.grad) == f"tensor({row})"
    assert b.grad.tolist() == pytest.approx(
        [0.2660868167877197, 0.1179412305355072, 0.002686853753402829], rel=1e-6
    )
