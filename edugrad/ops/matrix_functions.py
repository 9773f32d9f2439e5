"""Powers of matrices, least squares, and the cross product of ``edugrad.linalg``."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from ..return_types import result_type
from .arithmetic import mul
from .checks import need_tensors
from .decomposition import svdvals
from .lapack import need_matrix
from .linalg import matmul
from .products import crossed
from .registry import Sample, T, register
from .solving import inv, matrix_rank, pinv

LstsqResult = result_type("linalg_lstsq", "solution", "residuals", "rank", "singular_values")


@register(
    None,
    samples=[
        Sample(T(3, 3), 3),
        Sample(T(2, 3, 3), 0),
        Sample(T(3, 3), 1),
        Sample(T(3, 3), n=-2),
        Sample(T(2, 2, kind="int"), 5),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def matrix_power(input: Any, n: int, *, out: Any = None) -> Any:
    """Product of ``n`` copies of a square matrix; of its inverse for a negative ``n``.

    Raises
    ------
    RuntimeError
        If the matrix is not square, or has no inverse where one is needed.

    Notes
    -----
    It takes as many products as ``n`` has binary digits, and ones. PyTorch:
    ``torch.linalg.matrix_power``.
    """
    need_matrix("linalg.matrix_power", input, floating=n < 0)
    if n == 0:
        emptied = input.masked_fill(input.new_ones(input.shape).bool(), 0)
        identity = emptied + input.new_ones(input.shape[-1]).diag_embed()
        return identity if out is None else mul(identity, 1, out=out)
    base, exponent = (input, n) if n > 0 else (inv(input), -n)
    found = None
    while exponent:
        if exponent % 2:
            found = base if found is None else matmul(found, base)
        exponent //= 2
        base = matmul(base, base) if exponent else base
    return found if out is None else mul(found, 1, out=out)


@register(
    None,
    samples=[
        Sample(T(4, 2), T(4, 3)),
        Sample(T(4, 2), T(4)),
        Sample(T(2, 4, 2), T(2, 4, 3), driver="gelsd"),
        Sample(T(2, 4), T(2, 3), driver="gels"),
    ],
    method=False,
    namespace="edugrad.linalg",
    out=True,
)
def lstsq(input: Any, b: Any, rcond: float | None = None, *, driver: str | None = None) -> Any:
    """Solution X for which ``input @ X`` is nearest to ``b``; of several such the smallest.

    Parameters
    ----------
    input : Tensor of shape (…, m, n)
    b : Tensor of shape (…, m, k) or (…, m)
    rcond : float, optional
        Singular values up to this part of the largest count as 0.
    driver : "gelsy", "gels", "gelsd" or "gelss"
        Which of the further results there are; the solution is computed in one way.

    Returns
    -------
    namedtuple (solution, residuals, rank, singular_values)
        Empty where the driver does not compute them.

    Notes
    -----
    PyTorch: ``torch.linalg.lstsq``.
    """
    need_tensors("linalg_lstsq", input=input, b=b)
    need_matrix("torch.linalg.lstsq", input, square=False)
    if driver not in (None, "gels", "gelsy", "gelsd", "gelss"):
        raise RuntimeError(
            teach(
                "torch.linalg.lstsq: parameter `driver` should be one of (gels, gelsy, gelsd, "
                "gelss)",
                got=f"driver={driver!r}",
                mend="leave driver away",
            )
        )
    vector = input.ndim - 1 == b.ndim
    columns = b.unsqueeze(-1) if vector else b
    if columns.ndim < 2 or columns.shape[-2] != input.shape[-2]:
        raise RuntimeError(
            teach(
                "torch.linalg.lstsq: input.size(-2) should match other.size(-2)",
                got=f"shapes {tuple(input.shape)} and {tuple(b.shape)}",
                mend="b has a row for each row of input",
            )
        )
    solution = matmul(pinv(input, rtol=rcond), columns)
    height, width = input.shape[-2:]
    residuals, values, rank = input.reshape(-1)[:0], input.new_empty(0), input.new_empty(0).long()
    if driver != "gels":
        rank = matrix_rank(input, rtol=rcond)
    if driver in ("gelsd", "gelss"):
        values = svdvals(input.detach())
    if height > width and driver not in (None, "gelsy") and bool((rank == width).all()):
        residuals = (matmul(input, solution) - columns).square().sum(-2)
    return LstsqResult(solution.squeeze(-1) if vector else solution, residuals, rank, values)


@register(
    None,
    samples=[Sample(T(3), T(3)), Sample(T(2, 3), T(1, 3)), Sample(T(3, 2), T(3, 2), dim=0)],
    method=False,
    namespace="edugrad.linalg",
)
def cross(input: Any, other: Any, *, dim: int = -1, out: Any = None) -> Any:
    """Cross product of vectors of three numbers along ``dim``. PyTorch: ``torch.linalg.cross``.

    Examples
    --------
    >>> import edugrad
    >>> x, y = edugrad.tensor([1.0, 0.0, 0.0]), edugrad.tensor([0.0, 1.0, 0.0])
    >>> edugrad.linalg.cross(x, y)
    tensor([0., 0., 1.])
    """
    need_tensors("linalg_cross", input=input, other=other)
    result = crossed(input, other, dim)
    return result if out is None else mul(result, 1, out=out)
