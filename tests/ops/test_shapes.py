"""Broadcasting, empty tensors, tensors without dimensions, and dimensions named from both ends."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import Tensor

from .calls import INFOS, gradients, tensors

PAIRS = [
    ((2, 3), (3,)),
    ((3,), (2, 3)),
    ((2, 1), (1, 3)),
    ((4, 1, 3), (2, 1)),
    ((), (2, 3)),
    ((1,), (2, 3)),
    ((1, 1), ()),
    ((0, 3), (1, 3)),
    ((2, 0), (1,)),
    ((), ()),
]
TWO = "add sub mul div pow maximum minimum remainder floor_divide eq lt logical_and".split()
ONE = """neg exp expm1 log log1p sqrt rsqrt reciprocal square abs sin cos tan tanh sigmoid relu sign
    floor ceil trunc round isnan logical_not clone""".split()
# Each op with one dimension to name, as a function of the tensor and the dimension.
ALONG: dict[str, Callable[[Tensor, int], Any]] = {
    "sum": lambda x, dim: x.sum(dim),
    "mean": lambda x, dim: x.mean(dim),
    "var": lambda x, dim: x.var(dim),
    "std": lambda x, dim: x.std(dim),
    "amax": lambda x, dim: x.amax(dim),
    "amin": lambda x, dim: x.amin(dim),
    "max": lambda x, dim: x.max(dim),
    "min": lambda x, dim: x.min(dim),
    "argmax": lambda x, dim: x.argmax(dim),
    "argmin": lambda x, dim: x.argmin(dim),
    "all": lambda x, dim: (x > 0).all(dim),
    "any": lambda x, dim: (x > 0).any(dim),
    "cumsum": lambda x, dim: x.cumsum(dim),
    "logsumexp": lambda x, dim: x.logsumexp(dim),
    "softmax": lambda x, dim: x.softmax(dim),
    "log_softmax": lambda x, dim: x.log_softmax(dim),
    "squeeze": lambda x, dim: x.squeeze(dim),
    "flip": lambda x, dim: x.flip(dim),
    "unbind": lambda x, dim: x.unbind(dim),
    "split": lambda x, dim: x.split(2, dim),
    "chunk": lambda x, dim: x.chunk(2, dim),
    "narrow": lambda x, dim: x.narrow(dim, 0, 1),
    "select": lambda x, dim: x.select(dim, 0),
    "transpose": lambda x, dim: x.transpose(dim, 0),
    "flatten": lambda x, dim: x.flatten(dim, -1),
    "gather": lambda x, dim: x.gather(dim, edugrad.zeros(1, 1, 1, dtype=edugrad.int64)),
    "cat": lambda x, dim: edugrad.cat([x, x], dim),
}


def leaf(*shape: int) -> Tensor:
    numbers = np.linspace(0.3, 0.9, int(np.prod(shape))).reshape(shape)
    return edugrad.tensor(numbers, dtype=edugrad.float64, requires_grad=True)


class Pair:
    """What ``gradients`` wants to know of a call."""

    def __init__(self, *leaves: Tensor) -> None:
        self.leaves = list(leaves)


@pytest.mark.parametrize("name", TWO)
@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_broadcasting_equals_repeating(name: str, first: Any, second: Any) -> None:
    function = INFOS[name].function
    a, b = leaf(*first), leaf(*second)
    found = function(a, b)
    shape = np.broadcast_shapes(first, second)
    assert found.shape == shape
    wide_a, wide_b = a.expand(shape).contiguous(), b.expand(shape).contiguous()
    repeated = function(wide_a, wide_b)
    np.testing.assert_array_equal(found.detach().numpy(), repeated.detach().numpy())
    if found.requires_grad:
        pairs = zip(
            gradients(Pair(a, b), found),  # type: ignore[arg-type]
            gradients(Pair(a, b), repeated),  # type: ignore[arg-type]
            strict=True,
        )
        for one, other in pairs:
            np.testing.assert_allclose(one, other, rtol=1e-12)


@pytest.mark.parametrize("name", ONE)
@pytest.mark.parametrize("shape", [(), (1,), (0,), (0, 3), (2, 0, 3), (1, 1, 1)])
def test_every_shape_goes_through(name: str, shape: tuple[int, ...]) -> None:
    x = leaf(*shape)
    y = INFOS[name].function(x)
    assert y.shape == shape
    if y.requires_grad:
        y.sum().backward()
        assert x.grad is not None
        assert x.grad.shape == shape


@pytest.mark.parametrize("name", ALONG)
def test_a_negative_dimension_counts_from_the_end(name: str) -> None:
    x = leaf(2, 3, 2).detach()
    for dim in range(3):
        front, back = ALONG[name](x, dim), ALONG[name](x, dim - 3)
        for one, other in zip(tensors(front), tensors(back), strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy())


@pytest.mark.parametrize("name", ALONG)
@pytest.mark.parametrize("dim", [3, -4])
def test_a_dimension_that_is_not_there_is_refused(name: str, dim: int) -> None:
    with pytest.raises(IndexError) as error:
        ALONG[name](leaf(2, 3, 2).detach(), dim)
    assert str(error.value) == (
        f"Dimension out of range (expected to be in range of [-3, 2], but got {dim})\n"
        f"  got:  dim={dim} for a tensor of 3 dimensions\n"
        "  mend: dimensions count from 0, or from the end with -1"
    )


def test_a_new_dimension_may_also_be_the_last() -> None:
    assert edugrad.ones(2).unsqueeze(1).shape == (2, 1)
    with pytest.raises(IndexError, match=r"expected to be in range of \[-2, 1\], but got 2"):
        edugrad.ones(2).unsqueeze(2)


NO_ROWS = edugrad.zeros(0, 3)
EMPTY: list[tuple[str, Callable[[], Any], Any]] = [
    ("sum", lambda: NO_ROWS.sum(), 0.0),
    ("sum of columns", lambda: NO_ROWS.sum(0), [0.0, 0.0, 0.0]),
    ("sum of rows", lambda: NO_ROWS.sum(1), []),
    ("mean of rows", lambda: NO_ROWS.mean(1), []),
    ("all", lambda: NO_ROWS.all(), True),
    ("any", lambda: NO_ROWS.any(), False),
    ("amax of rows", lambda: NO_ROWS.amax(1), []),
    ("argmax of rows", lambda: NO_ROWS.argmax(1), []),
    ("max of rows", lambda: NO_ROWS.max(1).indices, []),
    ("logsumexp of columns", lambda: NO_ROWS.logsumexp(0), [-np.inf] * 3),
    ("softmax", lambda: NO_ROWS.softmax(0), []),
    ("cumsum", lambda: NO_ROWS.cumsum(0), []),
    ("unbind", lambda: NO_ROWS.unbind(0), ()),
    ("a loop", lambda: tuple(NO_ROWS), ()),
    ("matrix product", lambda: edugrad.ones(2, 0) @ edugrad.ones(0, 2), [[0.0, 0.0], [0.0, 0.0]]),
    ("dot", lambda: edugrad.ones(0) @ edugrad.ones(0), 0.0),
    ("cat", lambda: edugrad.cat([edugrad.ones(0), edugrad.ones(1, 2)]), [[1.0, 1.0]]),
    ("split", lambda: [part.tolist() for part in edugrad.ones(0).split(2)], [[]]),
    ("index", lambda: edugrad.arange(3)[[]], []),
    ("mask", lambda: edugrad.arange(3)[edugrad.zeros(3) > 0], []),
    ("nonzero", lambda: edugrad.zeros(3).nonzero(), []),
]


@pytest.mark.parametrize(("compute", "wanted"), [pytest.param(*c[1:], id=c[0]) for c in EMPTY])
def test_empty_tensors_give_what_pytorch_gives(compute: Any, wanted: Any) -> None:
    found = compute()
    assert (found.tolist() if isinstance(found, Tensor) else found) == wanted


def test_nothing_has_no_mean() -> None:
    assert np.isnan(edugrad.zeros(0).mean().item())
    assert np.isnan(NO_ROWS.mean(0).tolist()).all()


@pytest.mark.parametrize("name", ["var", "std"])
def test_nothing_has_no_variance_as_a_warning_says(name: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = getattr(NO_ROWS, name)(0)
    assert any("degrees of freedom is <= 0" in str(each.message) for each in caught)
    assert np.isnan(found.tolist()).all()


@pytest.mark.parametrize(
    ("name", "dim", "kind"),
    [
        ("max", None, RuntimeError),
        ("max", 0, IndexError),
        ("min", 0, IndexError),
        ("amax", 0, IndexError),
        ("amax", (), RuntimeError),
        ("argmax", None, IndexError),
        ("argmin", 0, IndexError),
    ],
)
def test_nothing_has_no_largest(name: str, dim: Any, kind: type[Exception]) -> None:
    with pytest.raises(kind) as error:
        getattr(NO_ROWS, name)(dim)
    assert str(error.value).startswith(f"{name}(): Expected reduction dim ")
    assert "x.numel() > 0" in str(error.value)


def test_a_number_is_a_tensor_without_dimensions() -> None:
    x = edugrad.tensor(3.0)
    same = [x.sum(0), x.mean(-1), x.amax(0), x.max(0).values, x.cumsum(0), x.flip(0), x.squeeze(0)]
    assert [each.item() for each in same] == [3.0] * 7
    assert all(each.shape == () for each in same)
    assert (x.argmax(0).item(), x.softmax(0).item(), x.logsumexp(0).item()) == (0, 1.0, 3.0)
    assert x[None].shape == (1,)
    assert x[...].shape == ()
    assert x.transpose(0, -1).shape == x.T.shape == ()
    assert x.flatten().shape == (1,)


NODES: list[tuple[str, Callable[[Tensor], Any]]] = [
    ("AddBackward0", lambda x: x + 1),
    ("SubBackward0", lambda x: x - 1),
    ("MulBackward0", lambda x: x * 2),
    ("DivBackward0", lambda x: x / 2),
    ("PowBackward0", lambda x: x**2),
    ("PowBackward1", lambda x: x**x),
    ("PowBackward2", lambda x: 2**x),
    ("NegBackward0", lambda x: -x),
    ("Log1PBackward0", lambda x: x.log1p()),
    ("SumBackward0", lambda x: x.sum()),
    ("SumBackward1", lambda x: x.sum(0)),
    ("MeanBackward0", lambda x: x.mean()),
    ("MeanBackward1", lambda x: x.mean(dim=1)),
    ("StdBackward0", lambda x: x.std()),
    ("VarBackward0", lambda x: x.var(0)),
    ("MaxBackward1", lambda x: x.max()),
    ("MaxBackward0", lambda x: x.max(0).values),
    ("MinBackward1", lambda x: x.min()),
    ("AmaxBackward0", lambda x: x.amax(0)),
    ("SelectBackward0", lambda x: x[0]),
    ("SelectBackward0", lambda x: x[:, 1]),
    ("SliceBackward0", lambda x: x[0:1]),
    ("IndexBackward0", lambda x: x[[0]]),
    ("TBackward0", lambda x: x.t()),
    ("PermuteBackward0", lambda x: x.T),
    ("TransposeBackward0", lambda x: x.mT),
    ("ViewBackward0", lambda x: x.view(4)),
    ("ViewBackward0", lambda x: x.reshape(4)),
    ("UnsafeViewBackward0", lambda x: x.t().reshape(4)),
    ("SqueezeBackward0", lambda x: x[:1].squeeze()),
    ("SqueezeBackward1", lambda x: x.squeeze(0)),
    ("SplitBackward0", lambda x: x.split(1)[0]),
    ("SplitWithSizesBackward0", lambda x: x.split([1, 1])[0]),
    ("MmBackward0", lambda x: x @ x),
    ("MvBackward0", lambda x: x @ x[0]),
    ("DotBackward0", lambda x: x[0] @ x[1]),
    ("AddmmBackward0", lambda x: edugrad.nn.functional.linear(x, x, x[0])),
    ("MmBackward0", lambda x: edugrad.nn.functional.linear(x, x)),
    ("ViewBackward0", lambda x: edugrad.nn.functional.linear(x[None], x, x[0])),
    ("AddBackward0", lambda x: edugrad.nn.functional.linear(x.T[None], x, x[0])),
    ("UnsafeViewBackward0", lambda x: edugrad.nn.functional.linear(x[None], x)),
    ("SqueezeBackward4", lambda x: edugrad.nn.functional.linear(x[0], x)),
    ("UnsafeViewBackward0", lambda x: x[None] @ x),
    ("UnsafeViewBackward0", lambda x: x[None] @ x[0]),
    ("UnsafeViewBackward0", lambda x: x[0] @ x[None]),
    ("BmmBackward0", lambda x: edugrad.bmm(x[None], x[None])),
    ("MseLossBackward0", lambda x: edugrad.nn.functional.mse_loss(x, x * 0)),
    (
        "BinaryCrossEntropyWithLogitsBackward0",
        lambda x: edugrad.nn.functional.binary_cross_entropy_with_logits(x, x.detach() * 0),
    ),
    ("ToCopyBackward0", lambda x: x.float()),
    ("CloneBackward0", lambda x: x.clone()),
    ("MaskedFillBackward0", lambda x: x.masked_fill(x > 0, 0)),
    ("WhereBackward0", lambda x: edugrad.where(x > 0, x, 0.0)),
    ("CopyBackwards", lambda x: edugrad.zeros(2, 2).copy_(x)),
]


@pytest.mark.parametrize(("name", "compute"), NODES)
def test_a_node_has_its_name_in_pytorch(name: str, compute: Callable[[Tensor], Tensor]) -> None:
    node = compute(leaf(2, 2)).grad_fn
    assert node is not None
    assert node.name() == name
    assert type(node).__name__ == name


def test_bmm_does_not_broadcast_its_stacks() -> None:
    with pytest.raises(RuntimeError) as raised:
        edugrad.bmm(edugrad.ones(2, 3, 4), edugrad.ones(1, 4, 5))
    assert str(raised.value).startswith(
        "Expected size for first two dimensions of batch2 tensor to be: [2, 4] but got: [1, 4].\n"
    )
