"""What the functions of one or two numbers must compute: activations, angles, logarithms."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

Reference = Callable[..., Any]


def each(function: Callable[..., Any], result: type = float) -> Reference:
    """Apply a function of numbers to every element, broadcasting."""
    return np.vectorize(function, otypes=[result])


def sigmoid(a: float) -> float:
    return 1 / (1 + math.exp(-a))


def softplus(a: float, beta: float = 1.0, threshold: float = 20.0) -> float:
    return a if a * beta > threshold else math.log(1 + math.exp(beta * a)) / beta


def gelu(a: float, approximate: str = "none") -> float:
    if approximate == "none":
        return a * (1 + math.erf(a / math.sqrt(2))) / 2
    return a * (1 + math.tanh(math.sqrt(2 / math.pi) * (a + 0.044715 * a**3))) / 2


def glu(a: np.ndarray, dim: int = -1) -> np.ndarray:
    left, right = np.split(a, 2, dim)
    return each(lambda x, y: x * sigmoid(y))(left, right)


def softmin(a: np.ndarray, dim: int) -> np.ndarray:
    powers = each(lambda x: math.exp(-x))(a)
    return powers / powers.sum(dim, keepdims=True)


def prelu(a: np.ndarray, weight: np.ndarray) -> np.ndarray:
    shape = [1] * a.ndim
    if weight.size > 1:
        shape[1] = weight.size
    return each(lambda x, w: x if x > 0 else w * x)(a, weight.reshape(shape))


def logit(a: float, eps: float = 0.0) -> float:
    p = min(max(a, eps), 1 - eps)
    return math.log(p) - math.log(1 - p)


def erfinv(a: float) -> float:
    """The inverse of erf, by bisection."""
    low, high = -6.0, 6.0
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if math.erf(middle) < a else (low, middle)
    return low


def digamma(a: float) -> float:
    """The recurrence up to where its asymptotic series is exact."""
    found = 0.0
    while a < 10:
        found, a = found - 1 / a, a + 1
    series = (1 / 12, -1 / 120, 1 / 252, -1 / 240, 1 / 132)
    tail = sum(term / a ** (2 * k + 2) for k, term in enumerate(series))
    return found + math.log(a) - 1 / (2 * a) - tail


ANGLES = [(k + 0.5) * math.pi / 400 for k in range(400)]


def around(value: Callable[[float], float]) -> float:
    """The mean of a function of an angle over half a turn: exact for these, which are periodic."""
    return math.fsum(map(value, ANGLES)) / len(ANGLES)


def along(value: Callable[[float], float]) -> float:
    """The integral over a hyperbolic angle from 0 on, by the trapezoidal rule."""
    step = 1 / 64
    return step * (value(0) / 2 + math.fsum(value(k * step) for k in range(1, 640)))


def bessel_y(order: int, a: float) -> float:
    """The power series of the second kind; order 1 is the derivative of order 0, turned round."""
    gamma, square = 0.5772156649015329, a * a / 4
    j0 = around(lambda t: math.cos(a * math.sin(t)))
    j1 = around(lambda t: math.cos(t - a * math.sin(t)))
    sums, harmonic, term = [0.0, 0.0], 0.0, 1.0
    for k in range(1, 60):
        harmonic, term = harmonic + 1 / k, term * square / (k * k)
        sign = 1 if k % 2 else -1
        sums[0] += sign * harmonic * term
        sums[1] += sign * harmonic * term * 2 * k / a
    logarithm = math.log(a / 2) + gamma
    if order == 0:
        return 2 / math.pi * (logarithm * j0 + sums[0])
    return -2 / math.pi * (j0 / a - logarithm * j1 + sums[1])


def bessel_k(order: int, a: float) -> float:
    return along(lambda t: math.exp(-a * math.cosh(t)) * math.cosh(t) ** order)


def igamma(a: float, b: float) -> float:
    """The power series of the lower incomplete gamma function."""
    return math.fsum(b ** (a + n) * math.exp(-b) / math.gamma(a + n + 1) for n in range(60))


def zeta(a: float, b: float) -> float:
    """The defining series, its tail by Euler and Maclaurin."""
    terms = 40
    y = b + terms
    head = math.fsum((b + k) ** -a for k in range(terms))
    tail = y ** (1 - a) / (a - 1) + y**-a / 2 + a * y ** (-a - 1) / 12
    return head + tail - a * (a + 1) * (a + 2) * y ** (-a - 3) / 720


def gradient(values: np.ndarray, **options: Any) -> list[np.ndarray]:
    spacing = options.get("spacing", 1.0)
    dims = options.get("dim", tuple(range(values.ndim)))
    steps = spacing if isinstance(spacing, list) else [spacing]
    found = np.gradient(values, *steps, axis=dims, edge_order=options.get("edge_order", 1))
    return list(found) if isinstance(found, (list, tuple)) else [found]


def polygamma(n: int, a: float) -> float:
    """The defining series, its tail by Euler and Maclaurin."""
    if n == 0:
        return digamma(a)
    terms = 40
    head = math.fsum((a + k) ** -(n + 1) for k in range(terms))
    y = a + terms
    tail = y**-n / n + y ** -(n + 1) / 2 + (n + 1) * y ** -(n + 2) / 12
    tail -= (n + 1) * (n + 2) * (n + 3) * y ** -(n + 4) / 720
    return (-1) ** (n + 1) * math.factorial(n) * (head + tail)


def without_nan(
    a: float, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> float:
    largest = np.finfo(float).max
    if math.isnan(a):
        return nan
    if math.isinf(a):
        above = largest if posinf is None else posinf
        return above if a > 0 else -largest if neginf is None else neginf
    return a


def sign(a: float) -> float:
    return (a > 0) - (a < 0)


def fmax(a: float, b: float) -> float:
    return a if math.isnan(b) else b if math.isnan(a) else max(a, b)


def fmin(a: float, b: float) -> float:
    return a if math.isnan(b) else b if math.isnan(a) else min(a, b)


FUNCTIONS: dict[str, Reference] = {
    # angles
    "asin": each(math.asin),
    "acos": each(math.acos),
    "atan": each(math.atan),
    "sinh": each(math.sinh),
    "cosh": each(math.cosh),
    "asinh": each(math.asinh),
    "acosh": each(math.acosh),
    "atanh": each(math.atanh),
    "sinc": each(lambda a: math.sin(math.pi * a) / (math.pi * a) if a else 1.0),
    "deg2rad": each(math.radians),
    "rad2deg": each(math.degrees),
    "atan2": each(math.atan2),
    "hypot": each(math.hypot),
    # logarithms and gammas
    "exp2": each(lambda a: 2**a),
    "log2": each(math.log2),
    "log10": each(math.log10),
    "logit": each(logit),
    "logaddexp": each(lambda a, b: math.log(math.exp(a) + math.exp(b))),
    "logaddexp2": each(lambda a, b: math.log2(2**a + 2**b)),
    "xlogy": each(lambda a, b: a * math.log(b) if a else 0.0),
    "erf": each(math.erf),
    "erfc": each(math.erfc),
    "erfinv": each(erfinv),
    "lgamma": each(math.lgamma),
    "digamma": each(digamma),
    "bessel_j0": each(lambda a: around(lambda t: math.cos(a * math.sin(t)))),
    "bessel_j1": each(lambda a: around(lambda t: math.cos(t - a * math.sin(t)))),
    "bessel_y0": each(lambda a: bessel_y(0, a)),
    "bessel_y1": each(lambda a: bessel_y(1, a)),
    "modified_bessel_i0": each(lambda a: around(lambda t: math.exp(a * math.cos(t)))),
    "modified_bessel_i1": each(lambda a: around(lambda t: math.exp(a * math.cos(t)) * math.cos(t))),
    "modified_bessel_k0": each(lambda a: bessel_k(0, a)),
    "modified_bessel_k1": each(lambda a: bessel_k(1, a)),
    "scaled_modified_bessel_k0": each(lambda a: math.exp(a) * bessel_k(0, a)),
    "scaled_modified_bessel_k1": each(lambda a: math.exp(a) * bessel_k(1, a)),
    "spherical_bessel_j0": each(lambda a: math.sin(a) / a),
    "igamma": each(igamma),
    "igammac": each(lambda a, b: 1 - igamma(a, b)),
    "zeta": each(zeta),
    "gradient": gradient,
    "nextafter": each(math.nextafter),
    "histogram": lambda a, bins, weight=None, **options: list(
        np.histogram(a, bins, weights=weight, **options)
    ),
    "polygamma": each(polygamma),
    # signs, bounds, blending
    "sgn": each(sign),
    "signbit": each(lambda a: math.copysign(1, a) < 0, bool),
    "isposinf": each(lambda a: a == math.inf, bool),
    "isneginf": each(lambda a: a == -math.inf, bool),
    "positive": each(lambda a: a),
    "copysign": each(math.copysign),
    "heaviside": each(lambda a, at_zero: at_zero if a == 0 else float(a > 0)),
    "nan_to_num": each(without_nan),
    "frac": each(lambda a: a - math.trunc(a)),
    "fmod": each(math.fmod),
    "fmax": each(fmax),
    "fmin": each(fmin),
    "clamp_min": each(lambda a, min: a if a > min else min),
    "clamp_max": each(lambda a, max: a if a < max else max),
    "float_power": each(lambda a, b: a**b),
    "lerp": each(lambda a, end, weight: a + weight * (end - a)),
    "addcmul": each(lambda a, b, c, value=1: a + value * b * c),
    "addcdiv": each(lambda a, b, c, value=1: a + value * b / c),
    "bitwise_left_shift": each(lambda a, b: a << b, int),
    "bitwise_right_shift": each(lambda a, b: a >> b, int),
    # activations
    "softmin": softmin,
    "hardtanh": each(lambda a, min_val=-1.0, max_val=1.0: min(max(a, min_val), max_val)),
    "relu6": each(lambda a: min(max(a, 0), 6)),
    "leaky_relu": each(lambda a, negative_slope=0.01: a if a > 0 else negative_slope * a),
    "prelu": prelu,
    "hardsigmoid": each(lambda a: min(max(a / 6 + 0.5, 0), 1)),
    "hardswish": each(lambda a: a * min(max(a / 6 + 0.5, 0), 1)),
    "threshold": each(lambda a, threshold, value: a if a > threshold else value),
    "softshrink": each(lambda a, lambd=0.5: sign(a) * max(abs(a) - lambd, 0)),
    "hardshrink": each(lambda a, lambd=0.5: a if abs(a) > lambd else 0.0),
    "rrelu": each(lambda a, lower=1 / 8, upper=1 / 3: a if a > 0 else a * (lower + upper) / 2),
    "elu": each(lambda a, alpha=1.0: a if a > 0 else alpha * math.expm1(a)),
    "selu": each(
        lambda a: 1.0507009873554805 * (a if a > 0 else 1.6732632423543772 * math.expm1(a))
    ),
    "celu": each(lambda a, alpha=1.0: a if a > 0 else alpha * math.expm1(a / alpha)),
    "gelu": each(gelu),
    "silu": each(lambda a: a * sigmoid(a)),
    "mish": each(lambda a: a * math.tanh(softplus(a))),
    "softplus": each(softplus),
    "logsigmoid": each(lambda a: math.log(sigmoid(a))),
    "softsign": each(lambda a: a / (1 + abs(a))),
    "tanhshrink": each(lambda a: a - math.tanh(a)),
    "glu": glu,
}
