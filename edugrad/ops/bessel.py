"""Bessel functions of orders 0 and 1. As in PyTorch they have no derivative.

SciPy computes them for NumPy's arrays and ``cupyx.scipy`` for CuPy's.
"""

from __future__ import annotations

from typing import Any, ClassVar

from .elementwise import Float
from .registry import Sample, T, register
from .special import compute

SPECIAL = "edugrad.special"
REAL = (Sample(T(2, 3, low=-6.0, high=6.0)), Sample(T()), Sample(T(0, 2)))
POSITIVE = (Sample(T(2, 3, low=0.2, high=6.0)), Sample(T(low=0.5)), Sample(T(0, 2)))


class Bessel(Float):
    """What the functions share: SciPy has them under another name."""

    differentiable = False
    scipy_name: ClassVar[str] = ""

    @classmethod
    def forward(cls, ctx: Any, a: Any) -> Any:
        return compute(ctx.xp, cls.scipy_name, a)


def _bessel(
    name: str, scipy_name: str, formula: str, kind: str, samples: Any, torch: str = "same"
) -> Any:
    summary = f"The {kind}."
    op: Any = type(
        name,
        (Bessel,),
        {"op_name": name, "scipy_name": scipy_name, "formula": formula, "__doc__": summary},
    )

    def of_input(input: Any, *, out: Any = None) -> Any:
        return op.apply(input, out=out)

    def of_x(x: Any, *, out: Any = None) -> Any:
        return op.apply(x, out=out)

    function = of_x if name.startswith("scaled") else of_input
    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"{summary}\n\n    Computes ``{formula}`` for each element a.\n\n"
        f"    Notes\n    -----\n    PyTorch: ``torch.special.{name}``.\n    "
    )
    listed = register(op, samples=samples, method=False, namespace=SPECIAL, torch=torch)
    return listed(function)


SEVEN_DIGITS = "PyTorch's is exact to seven digits only, between 3 and 10"
FIRST = "Bessel function of the first kind of order"
SECOND = "Bessel function of the second kind of order"
MODIFIED = "modified Bessel function of the"

bessel_j0 = _bessel("bessel_j0", "j0", "J₀(a)", f"{FIRST} 0", REAL, SEVEN_DIGITS)
bessel_j1 = _bessel("bessel_j1", "j1", "J₁(a)", f"{FIRST} 1", REAL, SEVEN_DIGITS)
bessel_y0 = _bessel("bessel_y0", "y0", "Y₀(a)", f"{SECOND} 0", POSITIVE)
bessel_y1 = _bessel("bessel_y1", "y1", "Y₁(a)", f"{SECOND} 1", POSITIVE)
modified_bessel_i0 = _bessel(
    "modified_bessel_i0", "i0", "I₀(a)", f"{MODIFIED} first kind of order 0", REAL
)
modified_bessel_i1 = _bessel(
    "modified_bessel_i1", "i1", "I₁(a)", f"{MODIFIED} first kind of order 1", REAL
)
modified_bessel_k0 = _bessel(
    "modified_bessel_k0", "k0", "K₀(a)", f"{MODIFIED} second kind of order 0", POSITIVE
)
modified_bessel_k1 = _bessel(
    "modified_bessel_k1", "k1", "K₁(a)", f"{MODIFIED} second kind of order 1", POSITIVE
)
scaled_modified_bessel_k0 = _bessel(
    "scaled_modified_bessel_k0",
    "k0e",
    "exp(a) · K₀(a)",
    f"{MODIFIED} second kind of order 0, times exp(a)",
    POSITIVE,
)
scaled_modified_bessel_k1 = _bessel(
    "scaled_modified_bessel_k1",
    "k1e",
    "exp(a) · K₁(a)",
    f"{MODIFIED} second kind of order 1, times exp(a)",
    POSITIVE,
)


class SphericalBesselJ0(Float):
    """The spherical Bessel function of the first kind of order 0."""

    op_name = "spherical_bessel_j0"
    formula = "sin(a) / a"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any) -> Any:
        xp = ctx.xp
        zero = a == 0
        return xp.where(zero, 1, xp.sin(a) / xp.where(zero, 1, a)).astype(a.dtype)


@register(SphericalBesselJ0, samples=REAL, method=False, namespace=SPECIAL)
def spherical_bessel_j0(x: Any, *, out: Any = None) -> Any:
    """``sin(x) / x``, and 1 at 0. PyTorch: ``torch.special.spherical_bessel_j0``."""
    return SphericalBesselJ0.apply(x, out=out)
