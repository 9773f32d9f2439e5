"""Comparisons, logic and tests of elements: the results are boolean and have no derivative."""

from __future__ import annotations

from typing import Any

from ..autograd.short_path import OfTwo
from ..errors import teach
from .checks import need_tensors
from .registry import Sample, T, register


class Comparison(OfTwo):
    """An element-wise test; its result is boolean."""

    differentiable = False
    broadcasts = True
    out_dtype = "castable"
    ufunc = ""

    @classmethod
    def forward(cls, ctx: Any, *arrays: Any) -> Any:
        return getattr(ctx.xp, cls.ufunc)(*arrays)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad.new_zeros(grad._array.shape), *(None,) * (len(ctx.needs_input_grad) - 1)


TWO = [
    Sample(T(2, 3), T(2, 3)),
    Sample(T(2, 1, kind="int"), T(3, kind="int")),
    Sample(T(3), 0.5),
    Sample(T(4, kind="int", low=0, high=3), T(4, kind="int", low=0, high=3)),
]
TENSORS = [sample for sample in TWO if isinstance(sample.args[1], T)]
ONE = [Sample(T(2, 3)), Sample(T(3, kind="int"))]


def _comparison(
    name: str, ufunc: str, formula: str, summary: str, *samples: Sample, alias: str = ""
) -> Any:
    op = type(
        name.title().replace("_", ""),
        (Comparison,),
        {"__slots__": (), "op_name": name, "ufunc": ufunc, "formula": formula, "__doc__": summary},
    )

    def one(input: Any, *, out: Any = None) -> Any:
        return op.apply(input, out=out)  # type: ignore[attr-defined]

    def two(input: Any, other: Any, *, out: Any = None) -> Any:
        if name.startswith("logical"):
            need_tensors(name, input=input, other=other)
        else:
            need_tensors(name, input=input)
        return op.apply(input, other, out=out)  # type: ignore[attr-defined]

    function = one if samples == tuple(ONE) else two
    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{summary}\n\n    Computes ``{formula}``; the result is boolean.\n\n"
        f"    Notes\n    -----\n    PyTorch: ``torch.{name}``.\n    "
    )
    aliases = [alias] if alias else []
    in_place = not name.startswith("is")
    return register(op, samples=samples, inplace=in_place, aliases=aliases)(function)


eq = _comparison("eq", "equal", "a = b", "Whether elements are equal.", *TWO)
ne = _comparison("ne", "not_equal", "a ≠ b", "Whether elements differ.", *TWO, alias="not_equal")
lt = _comparison("lt", "less", "a < b", "Whether elements are smaller.", *TWO, alias="less")
le = _comparison(
    "le", "less_equal", "a ≤ b", "Whether elements are smaller or equal.", *TWO, alias="less_equal"
)
gt = _comparison("gt", "greater", "a > b", "Whether elements are larger.", *TWO, alias="greater")
ge = _comparison(
    "ge",
    "greater_equal",
    "a ≥ b",
    "Whether elements are larger or equal.",
    *TWO,
    alias="greater_equal",
)
logical_and = _comparison(
    "logical_and", "logical_and", "a and b", "Whether both elements are nonzero.", *TENSORS
)
logical_or = _comparison(
    "logical_or", "logical_or", "a or b", "Whether one of two elements is nonzero.", *TENSORS
)
logical_xor = _comparison(
    "logical_xor", "logical_xor", "a xor b", "Whether just one element is nonzero.", *TENSORS
)
logical_not = _comparison("logical_not", "logical_not", "not a", "Whether elements are 0.", *ONE)
isnan = _comparison("isnan", "isnan", "a is NaN", "Whether elements are not a number.", *ONE)
isinf = _comparison("isinf", "isinf", "|a| = ∞", "Whether elements are infinite.", *ONE)
isfinite = _comparison("isfinite", "isfinite", "|a| < ∞", "Whether elements are finite.", *ONE)


@register(None, samples=[Sample(T(3), T(3)), Sample(T(3), T(3), atol=5.0)], method=True)
def isclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> Any:
    """Whether elements are equal within a tolerance: ``|a - b| ≤ atol + rtol · |b|``.

    Notes
    -----
    PyTorch: ``torch.isclose``.
    """
    need_tensors("isclose", input=input, other=other)
    if input.dtype is not other.dtype:
        raise RuntimeError(
            teach(
                f"isclose() compares tensors of one dtype: {input.dtype.name} did not match "
                f"{other.dtype.name}",
                got=f"{input.dtype} and {other.dtype}",
                mend=f"convert one of them, e.g. with .to({input.dtype!r})",
            )
        )
    for name, tolerance in (("rtol", rtol), ("atol", atol)):
        if tolerance < 0:
            raise RuntimeError(
                teach(
                    f"{name} must be greater than or equal to zero, but got {tolerance}",
                    got=f"{name}={tolerance}",
                    mend="a tolerance is how far apart two numbers may be",
                )
            )
    a, b = (x.detach() if x.is_floating_point() else x.float() for x in (input, other))
    apart = (a - b).abs()
    same = (a == b).logical_or(apart.isfinite().logical_and(apart <= atol + rtol * b.abs()))
    return same.logical_or(a.isnan().logical_and(b.isnan())) if equal_nan else same


@register(None, samples=[Sample(T(3), T(3))], method=True)
def allclose(
    input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False
) -> bool:
    """Whether all elements are equal within a tolerance. PyTorch: ``torch.allclose``."""
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


@register(None, samples=[Sample(T(3), T(3))], method=True)
def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have the same shape and the same elements. PyTorch: ``torch.equal``."""
    return bool(input.shape == other.shape and (input == other).all())
