"""The normal distribution of vectors."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from ..errors import teach
from ..linalg import cholesky, solve_triangular
from ..ops.reshaping import broadcast_shapes
from . import constraints
from .constraints import Constraint
from .distribution import LOG_TWO_PI, Distribution
from .normal import standard_normal


class MultivariateNormal(Distribution):
    r"""Vectors with a mean and a covariance matrix :math:`\Sigma = L L^T`.

    .. math:: \ln p(x) = -\tfrac12 \|L^{-1} (x - \mu)\|^2 - \ln \det L - \tfrac{d}{2} \ln 2 \pi

    Parameters
    ----------
    loc : Tensor of shape (…, d)
    covariance_matrix, precision_matrix, scale_tril : Tensor of shape (…, d, d)
        One of them: the covariance, its inverse, or its lower triangular factor.

    Raises
    ------
    ValueError
        If not exactly one matrix is given, or it is not positive definite.

    Examples
    --------
    >>> import edugrad
    >>> plane = MultivariateNormal(edugrad.zeros(2), edugrad.eye(2))
    >>> plane.log_prob(edugrad.zeros(2))
    tensor(-1.8379)

    Notes
    -----
    PyTorch: ``torch.distributions.MultivariateNormal``.
    """

    arg_constraints: ClassVar[dict[str, Constraint]] = {
        "loc": constraints.real_vector,
        "covariance_matrix": constraints.positive_definite,
        "precision_matrix": constraints.positive_definite,
        "scale_tril": constraints.lower_cholesky,
    }
    has_rsample = True

    def __init__(
        self,
        loc: Any,
        covariance_matrix: Any = None,
        precision_matrix: Any = None,
        scale_tril: Any = None,
        validate_args: bool | None = None,
    ) -> None:
        matrices = {
            "covariance_matrix": covariance_matrix,
            "precision_matrix": precision_matrix,
            "scale_tril": scale_tril,
        }
        given = {name: each for name, each in matrices.items() if each is not None}
        if len(given) != 1:
            raise ValueError(
                teach(
                    "Exactly one of covariance_matrix or precision_matrix or scale_tril may be "
                    "specified.",
                    got=f"{len(given)} of them",
                    mend="pass the one that there is; the others are computed",
                )
            )
        ((name, matrix),) = given.items()

        batch = broadcast_shapes(matrix.shape[:-2], loc.shape[:-1])
        self.loc = loc.expand(*batch, loc.shape[-1])
        self.__dict__[name] = matrix.expand(*batch, *matrix.shape[-2:])
        super().__init__(batch, loc.shape[-1:], validate_args)
        self._factor = {
            "covariance_matrix": cholesky,
            "precision_matrix": lambda precision: cholesky(precision.inverse()),
            "scale_tril": lambda factor: factor,
        }[name](matrix)

    @cached_property
    def scale_tril(self) -> Any:
        return self._factor.expand(*self._batch_shape, *self._factor.shape[-2:])

    @cached_property
    def covariance_matrix(self) -> Any:
        return self.scale_tril @ self.scale_tril.mT

    @cached_property
    def precision_matrix(self) -> Any:
        return self.covariance_matrix.inverse()

    @property
    def support(self) -> Constraint:
        return constraints.real_vector

    @property
    def mean(self) -> Any:
        return self.loc

    @property
    def mode(self) -> Any:
        return self.loc

    @property
    def variance(self) -> Any:
        return self._factor.pow(2).sum(-1).expand(*self._batch_shape, *self._event_shape)

    def rsample(self, sample_shape: Any = ()) -> Any:
        drawn = standard_normal(self._extended_shape(sample_shape), self.loc)
        return self.loc + (self._factor @ drawn.unsqueeze(-1)).squeeze(-1)

    def log_prob(self, value: Any) -> Any:
        self._validate_sample(value)
        away = (value - self.loc).unsqueeze(-1)
        squares = solve_triangular(self._factor, away, upper=False).squeeze(-1).pow(2).sum(-1)
        return -0.5 * (self._event_shape[0] * LOG_TWO_PI + squares) - self.half_log_det()

    def entropy(self) -> Any:
        half = 0.5 * self._event_shape[0] * (1 + LOG_TWO_PI) + self.half_log_det()
        return half.expand(self._batch_shape)

    def half_log_det(self) -> Any:
        """Half of the logarithm of the covariance's determinant."""
        return self._factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
