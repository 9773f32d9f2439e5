"""The inverse and hyperbolic trigonometric functions, angles, and what is built from them."""

from __future__ import annotations

import math
from typing import Any

from .arithmetic import PAIRS, Binary
from .checks import need_kernel, need_tensors
from .elementwise import REAL, Float
from .registry import Sample, T, register, unary
from .selection import where


class ArrayFunction(Float):
    """An element-wise function that the array module has; its input is kept for the derivative."""

    ufunc = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return getattr(ctx.xp, cls.ufunc)(a)


class Asin(ArrayFunction):
    """The angle whose sine each element is, between -π/2 and π/2."""

    op_name = "asin"
    formula = "arcsin(a)"
    derivatives = ("grad / √(1 - a²)",)
    ufunc = "arcsin"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * (1 - a * a).rsqrt()


class Acos(ArrayFunction):
    """The angle whose cosine each element is, between 0 and π."""

    op_name = "acos"
    formula = "arccos(a)"
    derivatives = ("-grad / √(1 - a²)",)
    ufunc = "arccos"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * -(1 - a * a).rsqrt()


class Atan(ArrayFunction):
    """The angle whose tangent each element is, between -π/2 and π/2."""

    op_name = "atan"
    formula = "arctan(a)"
    derivatives = ("grad / (1 + a²)",)
    ufunc = "arctan"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad / (a * a + 1)


class Sinh(ArrayFunction):
    """The hyperbolic sine of each element."""

    op_name = "sinh"
    formula = "(exp(a) - exp(-a)) / 2"
    derivatives = ("grad · cosh(a)",)
    ufunc = "sinh"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.cosh()


class Cosh(ArrayFunction):
    """The hyperbolic cosine of each element."""

    op_name = "cosh"
    formula = "(exp(a) + exp(-a)) / 2"
    derivatives = ("grad · sinh(a)",)
    ufunc = "cosh"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.sinh()


class Asinh(ArrayFunction):
    """The number whose hyperbolic sine each element is."""

    op_name = "asinh"
    formula = "ln(a + √(a² + 1))"
    derivatives = ("grad / √(a² + 1)",)
    ufunc = "arcsinh"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * (a * a + 1).rsqrt()


class Acosh(ArrayFunction):
    """The number, not below 0, whose hyperbolic cosine each element is."""

    op_name = "acosh"
    formula = "ln(a + √(a² - 1))"
    derivatives = ("grad / √(a² - 1)",)
    ufunc = "arccosh"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * (a * a - 1).rsqrt()


class Atanh(ArrayFunction):
    """The number whose hyperbolic tangent each element is."""

    op_name = "atanh"
    formula = "ln((1 + a) / (1 - a)) / 2"
    derivatives = ("grad / (1 - a²)",)
    ufunc = "arctanh"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad / (1 - a * a)


class Sinc(ArrayFunction):
    """The normalised cardinal sine of each element, 1 at 0."""

    op_name = "sinc"
    formula = "sin(πa) / (πa)"
    derivatives = ("grad · (cos(πa) - sinc(a)) / a, 0 at 0",)
    ufunc = "sinc"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        angle, square = a * math.pi, a * a * math.pi
        slope = (angle * angle.cos() - angle.sin()) / square
        return where(square == 0, 0.0, grad * slope)


class Deg2rad(ArrayFunction):
    """Each angle converted from degrees to radians."""

    op_name = "deg2rad"
    node_name = "Deg2RadBackward0"
    formula = "a · π / 180"
    derivatives = ("grad · π / 180",)
    ufunc = "deg2rad"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * (math.pi / 180)


class Rad2deg(ArrayFunction):
    """Each angle converted from radians to degrees."""

    op_name = "rad2deg"
    node_name = "Rad2DegBackward0"
    formula = "a · 180 / π"
    derivatives = ("grad · 180 / π",)
    ufunc = "rad2deg"

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return grad * (180 / math.pi)


class Atan2(Binary):
    """The angle of the point (b, a), between -π and π."""

    op_name = "atan2"
    formula = "angle of (b, a)"
    derivatives = ("grad · b / (a² + b²)", "-grad · a / (a² + b²)")
    to_float = True

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return ctx.xp.arctan2(a, b)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        square = a * a + b * b
        share = grad * where(square == 0, 0.0, square.reciprocal())
        return share * b if need_a else None, share * -a if need_b else None


class Hypot(Binary):
    """The length of the hypotenuse over two legs, without overflow."""

    op_name = "hypot"
    formula = "√(a² + b²)"
    derivatives = ("grad · a / out", "grad · b / out")

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        need_kernel("hypot_cpu", "f", a)
        result = ctx.xp.hypot(a, b)
        ctx.save_for_backward(a, b, result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        a, b, result = ctx.saved_tensors
        need_a, need_b = ctx.needs_input_grad
        return grad * (a / result) if need_a else None, grad * (b / result) if need_b else None


BELOW_ONE = (Sample(T(2, 3, low=-0.9, high=0.9)), Sample(T(low=-0.9, high=0.9)), Sample(T(0, 2)))
ABOVE_ONE = (Sample(T(2, 3, low=1.1, high=3.0)), Sample(T(low=1.1, high=3.0)), Sample(T(0, 2)))
TENSORS = [sample for sample in PAIRS if isinstance(sample.args[1], T)]

asin = unary(Asin, *BELOW_ONE, aliases=["arcsin"])
acos = unary(Acos, *BELOW_ONE, aliases=["arccos"])
atan = unary(Atan, *REAL, aliases=["arctan"])
sinh = unary(Sinh, *REAL)
cosh = unary(Cosh, *REAL)
asinh = unary(Asinh, *REAL, aliases=["arcsinh"])
acosh = unary(Acosh, *ABOVE_ONE, aliases=["arccosh"])
atanh = unary(Atanh, *BELOW_ONE, aliases=["arctanh"])
sinc = unary(Sinc, *REAL)
deg2rad = unary(Deg2rad, *REAL)
rad2deg = unary(Rad2deg, *REAL)


@register(Atan2, samples=TENSORS, inplace=True, aliases=["arctan2"])
def atan2(input: Any, other: Any, *, out: Any = None) -> Any:
    """The angle of the point with abscissa ``other`` and ordinate ``input``, in radians.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.atan2(edugrad.tensor([0.0, 1.0, 0.0]), edugrad.tensor([1.0, 0.0, -1.0]))
    tensor([0.0000, 1.5708, 3.1416])

    Notes
    -----
    PyTorch: ``torch.atan2``.
    """
    need_tensors("atan2", input=input, other=other)
    return Atan2.apply(input, other, out=out)


@register(Hypot, samples=TENSORS, inplace=True)
def hypot(input: Any, other: Any, *, out: Any = None) -> Any:
    """The hypotenuse of a right triangle with these legs. PyTorch: ``torch.hypot``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.hypot(edugrad.tensor([3.0]), edugrad.tensor([4.0]))
    tensor([5.])
    """
    need_tensors("hypot", input=input, other=other)
    return Hypot.apply(input, other, out=out)
