"""Functions of one tensor, element by element: exponentials, roots, trigonometry, rounding."""

from __future__ import annotations

from typing import Any

from ..autograd.short_path import Unary
from ..errors import teach
from .checks import need_kernel
from .registry import Sample, T, unary


class Float(Unary):
    """An element-wise function whose result is floating point even for integers."""

    to_float = True


class Neg(Unary):
    """The negative of each element."""

    op_name = "neg"
    formula = "-a"
    derivatives = ("-grad",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        if a.dtype.kind == "b":
            raise RuntimeError(
                teach(
                    "Negation, the `-` operator, on a bool tensor is not supported",
                    got="- of a tensor of bool",
                    mend="use ~x to turn a mask round, or convert with .int() first",
                )
            )
        return -a

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        return -grad


class Exp(Float):
    """The exponential of each element."""

    op_name = "exp"
    formula = "exp(a)"
    derivatives = ("grad · exp(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.exp(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * result


class Expm1(Float):
    """The exponential minus 1, exact for small elements."""

    op_name = "expm1"
    formula = "exp(a) - 1"
    derivatives = ("grad · exp(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.expm1(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * (result + 1)


class Log(Float):
    """The natural logarithm of each element."""

    op_name = "log"
    formula = "ln a"
    derivatives = ("grad / a",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.log(a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad / a


class Log1p(Float):
    """The natural logarithm of 1 plus each element, exact for small elements."""

    op_name = "log1p"
    node_name = "Log1PBackward0"
    formula = "ln(1 + a)"
    derivatives = ("grad / (1 + a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.log1p(a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad / (a + 1)


class Sqrt(Float):
    """The square root of each element."""

    op_name = "sqrt"
    formula = "√a"
    derivatives = ("grad / (2 √a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.sqrt(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad / (2 * result)


class Rsqrt(Float):
    """The reciprocal of the square root of each element."""

    op_name = "rsqrt"
    formula = "1 / √a"
    derivatives = ("-grad / (2 a √a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = 1 / ctx.xp.sqrt(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return -0.5 * grad * result**3


class Reciprocal(Float):
    """One over each element."""

    op_name = "reciprocal"
    formula = "1 / a"
    derivatives = ("-grad / a²",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = 1 / a
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return -grad * result * result


class Abs(Unary):
    """The absolute value of each element."""

    op_name = "abs"
    formula = "|a|"
    derivatives = ("grad · sign(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        need_kernel("abs_cpu", "fiu", a)
        ctx.save_for_backward(a)
        return ctx.xp.abs(a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.sign()


class Sin(Float):
    """The sine of each element, in radians."""

    op_name = "sin"
    formula = "sin(a)"
    derivatives = ("grad · cos(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.sin(a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return grad * a.cos()


class Cos(Float):
    """The cosine of each element, in radians."""

    op_name = "cos"
    formula = "cos(a)"
    derivatives = ("-grad · sin(a)",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        ctx.save_for_backward(a)
        return ctx.xp.cos(a)

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (a,) = ctx.saved_tensors
        return -grad * a.sin()


class Tan(Float):
    """The tangent of each element, in radians."""

    op_name = "tan"
    formula = "tan(a)"
    derivatives = ("grad · (1 + tan²(a))",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.tan(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * (1 + result * result)


class Tanh(Float):
    """The hyperbolic tangent of each element."""

    op_name = "tanh"
    formula = "tanh(a)"
    derivatives = ("grad · (1 - tanh²(a))",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = ctx.xp.tanh(a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * (1 - result * result)


class Sigmoid(Float):
    """The logistic function of each element, computed without overflow."""

    op_name = "sigmoid"
    formula = "σ(a) = 1 / (1 + exp(-a))"
    derivatives = ("grad · σ(a) · (1 - σ(a))",)

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        result = logistic(ctx.xp, a)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (result,) = ctx.saved_tensors
        return grad * (result * (1 - result))


def logistic(xp: Any, a: Any) -> Any:
    """The logistic function of an array; where exp overflows, it is 0 to the last digit."""
    if a.itemsize == 2:
        return logistic(xp, a.astype("float32")).astype(a.dtype)
    return 1 / (1 + xp.exp(-a))


REAL = (Sample(T(2, 3)), Sample(T()), Sample(T(0, 2)))
AWAY_FROM_ZERO = (Sample(T(2, 3, low=0.5)), Sample(T(3, low=-2.0, high=-0.5)))
POSITIVE = (Sample(T(2, 3, low=0.2)), Sample(T(low=0.2)), Sample(T(0, 2)))

neg = unary(Neg, *REAL, aliases=["negative"])
exp = unary(Exp, *REAL)
expm1 = unary(Expm1, *REAL)
log = unary(Log, *POSITIVE)
log1p = unary(Log1p, *POSITIVE)
sqrt = unary(Sqrt, *POSITIVE)
rsqrt = unary(Rsqrt, *POSITIVE)
reciprocal = unary(Reciprocal, *AWAY_FROM_ZERO)
abs = unary(Abs, *AWAY_FROM_ZERO, aliases=["absolute"])
sin = unary(Sin, *REAL)
cos = unary(Cos, *REAL)
tan = unary(Tan, Sample(T(2, 3, low=-1.0, high=1.0)))
tanh = unary(Tanh, *REAL)
sigmoid = unary(Sigmoid, *REAL)
