"""The product of elements, differentiable where factors are zero."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from ..tensor import check_dim
from .cumulative import shifted
from .reduction import Reduction, cast, spread
from .registry import Sample, T, register


class Prod(Reduction):
    """Product of elements."""

    op_name = "prod"
    out_dtype = "any"
    formula = "Π a"
    derivatives = ("grad · the product of all others",)

    @staticmethod
    def forward(ctx: Any, a: Any, dims: tuple[int, ...], keepdim: bool) -> Any:
        if a.dtype.kind != "f":
            return a.prod(dims, "int64", keepdims=keepdim)
        wide = "float32" if a.itemsize == 2 else a.dtype
        result = a.prod(dims, wide, keepdims=keepdim).astype(a.dtype)
        ctx.save_for_backward(a, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, result = ctx.saved_tensors
        dims, shape = ctx.params["dims"], a._array.shape
        if not dims:
            return grad
        if not bool((a == 0).any()):
            return spread(grad * result, shape, dims) / a
        whole = len(dims) == len(shape)
        rest = others(a.reshape(-1), 0).reshape(shape) if whole else others(a, dims[0])
        return spread(grad, shape, dims) * rest


class ProdOver(Prod):
    """Product of elements over a given dimension."""

    node_name = "ProdBackward1"


def others(a: Any, dim: int) -> Any:
    """For each element along ``dim``, the product of all others."""
    before = shifted(a, dim, 1).cumprod(dim)
    after = shifted(a.flip(dim), dim, 1).cumprod(dim).flip(dim)
    return before * after


@register(
    Prod,
    samples=[
        Sample(T(2, 3)),
        Sample(T(2, 3, 4), 1),
        Sample(T(2, 3), dim=-1, keepdim=True),
        Sample(T(3, kind="int")),
        Sample(T()),
        Sample(T(0, 3), 0),
    ],
)
def prod(
    input: Any,
    dim: int | None = None,
    keepdim: bool = False,
    *,
    dtype: Any = None,
    out: Any = None,
) -> Any:
    r"""Multiply the elements, all of them or along ``dim``.

    .. math:: \text{out} = \prod_i a_i

    Parameters
    ----------
    input : Tensor
    dim : int, optional
    keepdim : bool
        Keep the reduced dimension with length 1.
    dtype : DType, optional
        Convert to it before multiplying. Integers and booleans are multiplied as int64.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.prod(edugrad.tensor([2.0, 3.0, 4.0]))
    tensor(24.)

    Notes
    -----
    PyTorch: ``torch.prod``.
    """
    input = cast(input, dtype)
    if dim is None:
        dims = tuple(range(input.ndim))
        return cast(Prod.apply(input, dims=dims, keepdim=False, out=out), dtype)
    if not isinstance(dim, int):
        raise TypeError(
            teach(
                "prod() received an invalid combination of arguments",
                got=f"dim={dim!r}",
                mend="multiply over one dimension at a time: x.prod(0).prod(0)",
            )
        )
    axis = check_dim(dim, input.ndim)
    dims = (axis,) if input.ndim else ()
    return cast(ProdOver.apply(input, dims=dims, keepdim=keepdim, out=out), dtype)
