"""What values parameters and samples may have: ``torch.distributions.constraints``."""

from __future__ import annotations

from typing import Any

from ..tensor import Tensor


class Constraint:
    """A condition on values; ``check`` says for each whether it holds.

    ``event_dim`` is how many of the last dimensions make one value.
    """

    event_dim = 0

    def check(self, value: Any) -> Any:
        """Where the condition holds."""
        raise NotImplementedError

    def __repr__(self) -> str:
        bounds = ", ".join(f"{name}={_plain(each)}" for name, each in vars(self).items())
        return f"{type(self).__name__}({bounds})"


class Real(Constraint):
    """Any number."""

    def check(self, value: Any) -> Any:
        return value == value


class RealVector(Real):
    """Any vector."""

    event_dim = 1

    def __repr__(self) -> str:
        return "IndependentConstraint(Real(), 1)"

    def check(self, value: Any) -> Any:
        return (value == value).all(-1)


class GreaterThan(Constraint):
    """Numbers above a bound."""

    def __init__(self, lower_bound: Any) -> None:
        self.lower_bound = lower_bound

    def check(self, value: Any) -> Any:
        return value > self.lower_bound


class GreaterThanEq(GreaterThan):
    """Numbers not below a bound."""

    def check(self, value: Any) -> Any:
        return value >= self.lower_bound


class LessThan(Constraint):
    """Numbers below a bound."""

    def __init__(self, upper_bound: Any) -> None:
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Any:
        return value < self.upper_bound


class Interval(Constraint):
    """Numbers between two bounds, which belong to it."""

    def __init__(self, lower_bound: Any, upper_bound: Any) -> None:
        self.lower_bound = lower_bound
        self.upper_bound = upper_bound

    def check(self, value: Any) -> Any:
        return (value >= self.lower_bound) & (value <= self.upper_bound)


class IntegerInterval(Interval):
    """Whole numbers between two bounds, which belong to it."""

    def check(self, value: Any) -> Any:
        return (value % 1 == 0) & super().check(value)


class Boolean(Constraint):
    """0 and 1."""

    def check(self, value: Any) -> Any:
        return (value == 0) | (value == 1)


class Simplex(Constraint):
    """Numbers from 0 that sum to 1 along the last dimension."""

    event_dim = 1

    def check(self, value: Any) -> Any:
        return (value >= 0).all(-1) & ((value.sum(-1) - 1).abs() < 1e-6)


class LowerCholesky(Constraint):
    """Lower triangular matrices with a positive diagonal."""

    event_dim = 2

    def check(self, value: Any) -> Any:
        triangular = (value.tril() == value).flatten(-2).all(-1)
        return triangular & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class PositiveDefinite(Constraint):
    """Symmetric matrices with positive eigenvalues."""

    event_dim = 2

    def check(self, value: Any) -> Any:
        from ..linalg import eigvalsh

        symmetric = ((value - value.mT).abs() < 1e-6).flatten(-2).all(-1)
        return symmetric & (eigvalsh(value) > 0).all(-1)


def _plain(bound: Any) -> Any:
    return bound.item() if isinstance(bound, Tensor) and bound.numel() == 1 else bound


real = Real()
real_vector = RealVector()
positive = GreaterThan(0.0)
nonnegative = GreaterThanEq(0.0)
unit_interval = Interval(0.0, 1.0)
boolean = Boolean()
simplex = Simplex()
lower_cholesky = LowerCholesky()
positive_definite = PositiveDefinite()
