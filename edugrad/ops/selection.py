"""Choosing between elements by a condition: ``where``, ``masked_fill``."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor
from .registry import Sample, T, register


class Where(Op):
    """Elements of one tensor where a condition holds, of another elsewhere."""

    op_name = "where"
    quiet = True
    out_dtype = "same"
    formula = "a where condition, else b"
    derivatives = ("", "grad where condition", "grad elsewhere")
    symbols = ("condition", "a", "b")
    elementwise = True
    broadcasts = True
    masks = (0,)

    @staticmethod
    def forward(ctx: Any, condition: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(condition)
        return ctx.xp.where(condition, a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (condition,) = ctx.saved_tensors
        _, need_a, need_b = ctx.needs_input_grad
        return (
            None,
            Where.apply(condition, grad, 0.0) if need_a else None,
            Where.apply(condition, 0.0, grad) if need_b else None,
        )


class MaskedFill(Op):
    """A tensor with one value put where a mask holds."""

    op_name = "masked_fill"
    quiet = True
    formula = "value where mask, else a"
    derivatives = ("grad where not mask", "")
    symbols = ("a", "mask")
    elementwise = True
    broadcasts = True
    masks = (1,)

    @staticmethod
    def forward(ctx: Any, a: Any, mask: Any, value: Any) -> Any:
        ctx.save_for_backward(mask)
        return ctx.xp.where(mask, a.dtype.type(value), a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (mask,) = ctx.saved_tensors
        return MaskedFill.apply(grad, mask, value=0), None


def _check_condition(name: str, condition: Any) -> None:
    if not isinstance(condition, Tensor) or condition._array.dtype != bool:
        given = isinstance(condition, Tensor)
        kind = condition.dtype if given else type(condition).__name__
        error = RuntimeError if given else TypeError
        raise error(
            teach(
                f"{name} expected condition to be a boolean tensor",
                got=str(kind),
                mend="compare first, e.g. x > 0, or convert with .bool()",
            )
        )


@register(
    Where,
    samples=[
        Sample(T(2, 3, kind="bool"), T(2, 3), T(2, 3)),
        Sample(T(3, kind="bool"), T(2, 1), T()),
        Sample(T(2, 3, kind="bool"), T(2, 3), 0.5),
    ],
    method=False,
)
def where(condition: Any, input: Any = None, other: Any = None, *, out: Any = None) -> Any:
    """Take ``input`` where ``condition`` holds and ``other`` elsewhere.

    With the condition alone, return the indices where it holds, as ``nonzero(as_tuple=True)``.

    Parameters
    ----------
    condition : Tensor of bool
    input, other : Tensor or number
        All three are broadcast against each other.

    Raises
    ------
    RuntimeError
        If the condition is not boolean.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([-1.0, 2.0])
    >>> edugrad.where(x > 0, x, 0.0)
    tensor([0., 2.])

    Notes
    -----
    PyTorch: ``torch.where``.
    """
    _check_condition("where", condition)
    if input is None and other is None:
        return condition.nonzero(as_tuple=True)
    if input is None or other is None:
        raise TypeError(
            teach(
                "where() received an invalid combination of arguments",
                got="a condition and one value",
                mend="say what to take elsewhere: where(condition, input, other)",
            )
        )
    if not isinstance(input, Tensor) and not isinstance(other, Tensor):
        numbers = [(dtypes.of_scalar(each), None) for each in (input, other)]
        input = condition.new_tensor(input, dtype=dtypes.result_type(numbers))
    return Where.apply(condition, input, other, out=out)


def where_method(self: Any, condition: Any, other: Any) -> Any:
    """Keep ``self`` where ``condition`` holds, take ``other`` elsewhere.

    PyTorch: ``Tensor.where``.
    """
    return where(condition, self, other)


def _masked_fill_(input: Any, mask: Any, value: Any) -> Any:
    """In-place version of :func:`masked_fill`."""
    _check_condition("masked_fill_", mask)
    if isinstance(value, Tensor) and value.requires_grad:
        return input.copy_(masked_fill(input, mask, value))
    return MaskedFill.apply_(input, mask, value=_number(value))


@register(
    MaskedFill,
    samples=[
        Sample(T(2, 3), T(2, 3, kind="bool"), 7.0),
        Sample(T(2, 3), T(3, kind="bool"), -1),
    ],
    inplace=_masked_fill_,
)
def masked_fill(input: Any, mask: Any, value: Any) -> Any:
    """Put ``value`` where ``mask`` holds. PyTorch: ``torch.masked_fill``.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0, 3.0])
    >>> edugrad.masked_fill(x, x > 1, 0)
    tensor([1., 0., 0.])
    """
    _check_condition("masked_fill", mask)
    number = _number(value)
    if isinstance(value, Tensor) and value.requires_grad:
        return Where.apply(mask, value.to(input.dtype), input)
    return MaskedFill.apply(input, mask, value=number)


def _number(value: Any) -> Any:
    if isinstance(value, Tensor):
        if value.ndim:
            raise RuntimeError(
                teach(
                    "masked_fill only supports a 0-dimensional value tensor, but got tensor with "
                    f"{value.ndim} dimension(s)",
                    got=f"a value of shape {tuple(value.shape)}",
                    mend="use edugrad.where(mask, values, x) for a value at each place",
                )
            )
        return value.item()
    if isinstance(value, (int, float)):
        return value
    raise TypeError(
        teach(
            "masked_fill() takes one number to fill in",
            got=type(value).__name__,
            mend="use edugrad.where(mask, values, x) for a value at each place",
        )
    )
