"""Binds the operations to Tensor, once: methods, attributes and Python's operators."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import absent, creation, exchange, sampling, typed
from ..autograd import derivatives, hooks
from ..autograd.short_path import Unary
from ..tensor import Tensor
from . import (
    arithmetic,
    bitwise,
    conversion,
    further_names,
    in_place_views,
    linalg,
    power,
    reshaping,
    selection,
    shape,
    strided,
    subscript,
    tensor_methods,
)
from .registry import METHODS, OPS, OpInfo

Method = Callable[..., Any]


def _op(name: str) -> Any:
    return OPS[name].op


def _is_of_one(info: OpInfo) -> bool:
    return info.op is not None and issubclass(info.op, Unary)


OTHER_METHODS: dict[str, Method] = {
    "backward": derivatives.backward_method,
    "register_hook": hooks.register_hook,
    "register_post_accumulate_grad_hook": hooks.register_post_accumulate_grad_hook,
    "retain_grad": hooks.retain_grad,
    "detach": conversion.detach,
    "detach_": conversion.detach_,
    "to": conversion.to,
    "type": conversion.type_,
    "type_as": conversion.type_as,
    "cpu": conversion.cpu,
    "cuda": conversion.cuda,
    "copy_": conversion.copy_,
    "fill_": conversion.fill_,
    "zero_": conversion.zero_,
    "where": selection.where_method,
    "new": typed.new,
    "new_tensor": creation.new_tensor,
    "new_zeros": creation.new_zeros,
    "new_ones": creation.new_ones,
    "new_full": creation.new_full,
    "new_empty": creation.new_empty,
    "new_empty_strided": strided.empty_strided,
    **in_place_views.METHODS,
    **tensor_methods.METHODS,
    **further_names.METHODS,
    "__dlpack__": exchange.dlpack,
    "__dlpack_device__": exchange.dlpack_device,
    **sampling.FILLS,
    **conversion.CASTS,
}

ATTRIBUTES: dict[str, Method] = {
    "T": lambda self: shape.Permute.apply(self, dims=tuple(range(self._array.ndim))[::-1]),
    "mT": reshaping.mT,
    "mH": reshaping.mH,
    "H": reshaping.H,
    "retains_grad": hooks.retains_grad,
    **tensor_methods.ATTRIBUTES,
}

ARITHMETIC = {
    "add": arithmetic.Add,
    "sub": arithmetic.Sub,
    "mul": arithmetic.Mul,
    "truediv": arithmetic.Div,
    "floordiv": arithmetic.FloorDivide,
    "mod": arithmetic.Remainder,
    "and": bitwise.BitwiseAnd,
    "or": bitwise.BitwiseOr,
    "xor": bitwise.BitwiseXor,
    "lshift": bitwise.LeftShift,
    "rshift": bitwise.RightShift,
}

# PyTorch has the in-place forms of functions of one tensor as functions, too: torch.relu_(x).
OF_ONE_IN_PLACE = (
    *(
        f"{name}_"
        for name, info in OPS.items()
        if info.inplace is not None and info.namespace == "edugrad" and _is_of_one(info)
    ),
    *(
        "addmv_ as_strided_ clamp_max_ clamp_min_ detach_ fill_ gcd_ index_put_ lcm_ ldexp_ "
        "square_ xlogy_ zero_"
    ).split(),
)

OPERATORS: dict[str, Method] = {
    "neg": METHODS["neg"],
    "pow": power.pow,
    "rdiv": lambda self, other: arithmetic.Div.call(other, self),
    "rpow": lambda self, base: power.pow(base, self),
    "ipow": METHODS["pow_"],
    "pos": METHODS["positive"],
    "abs": METHODS["abs"],
    "invert": METHODS["bitwise_not"],
    "matmul": linalg.matmul,
    "rmatmul": lambda self, other: linalg.matmul(other, self),
    "getitem": subscript.getitem,
    "setitem": subscript.setitem,
    **{name: _op(name).call for name in ("lt", "le", "gt", "ge")},
}


def _or_unequal(compare: Method) -> Method:
    """``x == None`` and the like are False, as Python answers for objects of different kinds."""

    def operator(self: Tensor, other: Any) -> Any:
        if other is None:
            return NotImplemented
        try:
            return compare(self, other)
        except TypeError:
            return NotImplemented

    return operator


def _arithmetic(op: Any) -> tuple[Method, Method, Method]:
    """``self ∘ other``, ``other ∘ self`` and ``self ∘= other``."""
    call = op.call

    def reflected(self: Tensor, other: Any) -> Any:
        return call(other, self)

    return call, reflected, op.call_


def bind() -> None:
    """Give Tensor everything that the tables above and the registry list."""
    for name, method in {**METHODS, **OTHER_METHODS}.items():
        setattr(Tensor, name, method)
    for name, getter in ATTRIBUTES.items():
        setattr(Tensor, name, property(getter))
    for name, method in OPERATORS.items():
        setattr(Tensor, f"__{name}__", method)
    for name in absent.OF_TENSOR:
        setattr(Tensor, name, absent.LeftOut(name))
    for name in ("eq", "ne"):
        setattr(Tensor, f"__{name}__", _or_unequal(_op(name).call))
    for name, op in ARITHMETIC.items():
        for prefix, method in zip(("", "r", "i"), _arithmetic(op), strict=True):
            setattr(Tensor, f"__{prefix}{name}__", method)
