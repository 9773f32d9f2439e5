"""Ops of three tensors, element by element: interpolation, and adding a product or a quotient."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .arithmetic import Binary
from .checks import need_kernel, need_tensors
from .registry import Sample, T, register


class Lerp(Binary):
    """The point between two others at a weight from 0 to 1."""

    op_name = "lerp"
    node_name = "LerpBackward1"
    formula = "a + w · (b - a)"
    derivatives = ("grad · (1 - w)", "grad · w", "grad · (b - a)")
    symbols = ("a", "b", "w")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, weight: Any) -> Any:
        need_weight = ctx.needs_input_grad[2]
        ctx.save_for_backward(a if need_weight else None, b if need_weight else None, weight)
        way = b - a
        near, far = a + weight * way, b - way * (1 - weight)
        if type(weight) in (int, float):
            return near if weight < 0.5 else far
        return ctx.xp.where(weight < 0.5, near, far)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b, weight = ctx.saved_tensors
        need_a, need_b, need_weight = ctx.needs_input_grad
        return (
            grad * (1 - weight) if need_a else None,
            grad * weight if need_b else None,
            grad * (b - a) if need_weight else None,
        )


class LerpNumber(Lerp):
    """The point between two others at a weight that is a number."""

    node_name = "LerpBackward0"


class Addcmul(Binary):
    """A tensor plus the product of two others, times a factor."""

    op_name = "addcmul"
    formula = "a + value · b · c"
    derivatives = ("grad", "grad · value · c", "grad · value · b")
    symbols = ("a", "b", "c")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, c: Any, value: Any) -> Any:
        need_kernel("addcmul_cpu_out", "fiu", a)
        _, need_b, need_c = ctx.needs_input_grad
        ctx.save_for_backward(b if need_c else None, c if need_b else None)
        return a + a.dtype.type(value) * b * c

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        b, c = ctx.saved_tensors
        _, need_b, need_c = ctx.needs_input_grad
        value = ctx.params["value"]
        return (
            grad,
            grad * (c * value) if need_b else None,
            grad * (b * value) if need_c else None,
        )


class Addcdiv(Binary):
    """A tensor plus the quotient of two others, times a factor."""

    op_name = "addcdiv"
    formula = "a + value · b / c"
    derivatives = ("grad", "grad · value / c", "-grad · value · b / c²")
    symbols = ("a", "b", "c")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, c: Any, value: Any) -> Any:
        ctx.save_for_backward(b if ctx.needs_input_grad[2] else None, c)
        return a + a.dtype.type(value) * b / c

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        b, c = ctx.saved_tensors
        _, need_b, need_c = ctx.needs_input_grad
        value = ctx.params["value"]
        return (
            grad,
            grad * (value / c) if need_b else None,
            -grad * (value * b / (c * c)) if need_c else None,
        )


def _lerp(input: Any, end: Any, weight: Any) -> type[Lerp]:
    """The op for this kind of weight, once the dtypes have been found to agree."""
    need_tensors("lerp", input=input, end=end)
    need_kernel("lerp_kernel_scalar", "f", input._array)
    others = {"end": end}
    if isinstance(weight, Tensor) and weight.ndim:
        others["weight"] = weight
    for name, other in others.items():
        if other.dtype is not input.dtype:
            raise RuntimeError(
                teach(
                    f"expected dtype {input.dtype.name} for `{name}` but got dtype "
                    f"{other.dtype.name}",
                    got=f"lerp() from {input.dtype} with `{name}` of {other.dtype}",
                    mend=f"convert it: {name}.to(input.dtype)",
                )
            )
    return Lerp if isinstance(weight, Tensor) else LerpNumber


def _lerp_(input: Any, end: Any, weight: Any) -> Any:
    """In-place version of :func:`lerp`."""
    return _lerp(input, end, weight).apply_(input, end, weight)


@register(
    Lerp,
    samples=[
        Sample(T(2, 3), T(2, 3), 0.3),
        Sample(T(2, 3), T(3), 0.8),
        Sample(T(2, 3), T(2, 3), T(2, 3, low=0.1, high=0.9)),
        Sample(T(2, 3), T(2, 1), weight=T(3, low=0.1, high=0.9)),
        Sample(T(0, 3), T(3), 0.5),
    ],
    inplace=_lerp_,
)
def lerp(input: Any, end: Any, weight: Any, *, out: Any = None) -> Any:
    """Interpolate from ``input`` to ``end``: exactly ``input`` at weight 0, ``end`` at 1.

    Parameters
    ----------
    input, end : Tensor
        Of one dtype, broadcast against each other.
    weight : float or Tensor
    out : Tensor, optional
        Where to write the result.

    Raises
    ------
    RuntimeError
        If the dtypes differ.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.lerp(edugrad.tensor([0.0, 10.0]), edugrad.tensor([1.0, 20.0]), 0.25)
    tensor([ 0.2500, 12.5000])

    Notes
    -----
    PyTorch: ``torch.lerp``.
    """
    return _lerp(input, end, weight).apply(input, end, weight, out=out)


THREE = [
    Sample(T(2, 3), T(2, 3), T(2, 3, low=0.5)),
    Sample(T(2, 3), T(2, 1), T(3, low=0.5), value=2.5),
    Sample(T(), T(3), T(3, low=0.5), value=-1),
    Sample(T(0, 3), T(3), T(3, low=0.5)),
]


def _addcmul_(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """In-place version of :func:`addcmul`."""
    return Addcmul.apply_(input, tensor1, tensor2, value=value)


@register(Addcmul, samples=[*THREE, Sample(*[T(3, kind="int")] * 3, value=2)], inplace=_addcmul_)
def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1, out: Any = None) -> Any:
    """Add ``value · tensor1 · tensor2`` to ``input``. PyTorch: ``torch.addcmul``."""
    need_tensors("addcmul", input=input, tensor1=tensor1, tensor2=tensor2)
    return Addcmul.apply(input, tensor1, tensor2, value=value, out=out)


def _addcdiv_(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1) -> Any:
    """In-place version of :func:`addcdiv`."""
    _need_fraction(tensor1, tensor2)
    return Addcdiv.apply_(input, tensor1, tensor2, value=value)


def _need_fraction(tensor1: Any, tensor2: Any) -> None:
    if not tensor1.is_floating_point() and not tensor2.is_floating_point():
        raise RuntimeError(
            teach(
                "Integer division with addcdiv is no longer supported",
                got=f"a quotient of {tensor1.dtype} and {tensor2.dtype}",
                mend="convert one of them first, with .float()",
            )
        )


@register(Addcdiv, samples=THREE, inplace=_addcdiv_)
def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: Any = 1, out: Any = None) -> Any:
    """Add ``value · tensor1 / tensor2`` to ``input``. PyTorch: ``torch.addcdiv``."""
    need_tensors("addcdiv", input=input, tensor1=tensor1, tensor2=tensor2)
    _need_fraction(tensor1, tensor2)
    return Addcdiv.apply(input, tensor1, tensor2, value=value, out=out)
