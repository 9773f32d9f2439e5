"""Decompositions of matrices: triangular roots, rotations, eigenvalues and singular values.

The derivatives are those of PyTorch. Source: M. Giles, "Collected matrix derivative results for
forward and reverse mode algorithmic differentiation", 2008; for ``qr`` Roberts & Roberts, "QR and
LQ decomposition matrix backpropagation algorithms", 2020.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..autograd.function import Op
from ..errors import teach
from ..return_types import result_type
from .arithmetic import mul
from .lapack import by_columns, compute, need_matrix, not_finite, not_positive
from .linalg import matmul
from .registry import Sample, T, register
from .solving import solve

EighResult = result_type("linalg_eigh", "eigenvalues", "eigenvectors")
SvdResult = result_type("linalg_svd", "U", "S", "Vh")
QrResult = result_type("linalg_qr", "Q", "R")


class Cholesky(Op):
    """The lower (or upper) triangular root of a positive definite matrix."""

    op_name = "linalg_cholesky"
    node_name = "LinalgCholeskyExBackward0"
    formula = "a = L @ Lᵀ"
    derivatives = ("L⁻ᵀ @ sym(tril(Lᵀ @ grad)) @ L⁻¹",)

    @staticmethod
    def forward(ctx: Any, a: Any, upper: bool) -> Any:
        xp = ctx.xp
        try:
            root = compute(xp, "cholesky", xp.swapaxes(a, -1, -2) if upper else a)
        except np.linalg.LinAlgError:
            raise not_positive("linalg.cholesky", xp, a) from None
        result = by_columns(xp, xp.swapaxes(root, -1, -2) if upper else root)
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        (root,) = ctx.saved_tensors
        if ctx.params["upper"]:
            root, grad = root.mT, grad.mT
        inner = matmul(root.mT, grad)
        lower = (inner.tril() + inner.tril(-1).mT) / 2
        return solve(root.mT, solve(root, lower, left=False))


class Qr(Op):
    """An orthonormal matrix times an upper triangular one."""

    op_name = "linalg_qr"
    formula = "a = Q @ R"
    derivatives = ("(gQ + Q @ sym(triu(gR @ Rᵀ - Qᵀ @ gQ))) @ R⁻ᵀ",)

    @staticmethod
    def forward(ctx: Any, a: Any, mode: str) -> Any:
        xp, ctx.shape = ctx.xp, a.shape
        if mode == "r":
            q, r = xp.empty((0,), a.dtype), compute(xp, "qr", a, mode="r")
        else:
            q, r = compute(xp, "qr", a, mode=mode)
            q = by_columns(xp, q)
        r = by_columns(xp, r)
        ctx.save_for_backward(q, r)
        return q, r

    @staticmethod
    def backward(ctx: Any, grad_q: Any, grad_r: Any) -> Any:
        q, r = ctx.saved_tensors
        height, width = ctx.shape[-2:]
        _need_reduced(ctx.params["mode"], height, width)
        if height >= width:
            return _of_tall(q, r, grad_q, grad_r)
        rest, grad_rest = r[..., height:], grad_r[..., height:]
        square = _of_tall(
            q,
            r[..., :height],
            grad_q + matmul(matmul(q, rest), grad_rest.mT),
            grad_r[..., :height],
        )
        from .joining import cat

        return cat([square, matmul(q, grad_rest)], -1)


def _of_tall(q: Any, r: Any, grad_q: Any, grad_r: Any) -> Any:
    """The gradient of a matrix that is at least as high as wide."""
    upper = (matmul(grad_r, r.mT) - matmul(q.mT, grad_q)).triu()
    symmetric = upper + upper.triu(1).mT
    return solve(r.mT, grad_q + matmul(q, symmetric), left=False)


def _need_reduced(mode: str, height: int, width: int) -> None:
    if mode == "r":
        rule = (
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. "
            "Please use linalg.qr(A, mode='reduced') if you are going to require gradients "
            "through linalg.qr."
        )
    elif mode == "complete" and height > width:
        rule = "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
    else:
        return
    raise RuntimeError(
        teach(rule, got=f"mode={mode!r}", mend="use mode='reduced', which is the default")
    )


class Eigh(Op):
    """Eigenvalues and eigenvectors of a symmetric matrix."""

    op_name = "linalg_eigh"
    formula = "a = V @ diag(λ) @ Vᵀ"
    derivatives = ("V @ (diag(gλ) + skew(Vᵀ @ gV) / (λⱼ - λᵢ)) @ Vᵀ",)

    @staticmethod
    def forward(ctx: Any, a: Any, UPLO: str) -> Any:
        values, vectors = compute(ctx.xp, "eigh", a, UPLO)
        vectors = by_columns(ctx.xp, vectors)
        ctx.save_for_backward(values, vectors)
        return values, vectors

    @staticmethod
    def backward(ctx: Any, grad_values: Any, grad_vectors: Any) -> Any:
        values, vectors = ctx.saved_tensors
        if _unused(grad_vectors):
            return matmul(vectors * grad_values.unsqueeze(-2), vectors.mT)
        gaps = values.unsqueeze(-2) - values.unsqueeze(-1)
        turned = matmul(vectors.mT, grad_vectors)
        skew = (turned - turned.mT) / (2 * _without_diagonal(gaps, 1.0))
        inner = skew + grad_values.diag_embed()
        return matmul(matmul(vectors, inner), vectors.mT)


def _without_diagonal(square: Any, value: float) -> Any:
    """A matrix with ``value`` all along its diagonal."""
    ones = square.new_ones(square._array.shape[-1]).diag_embed()
    return square.masked_fill(ones.bool(), value)


def _unused(*gradients: Any) -> bool:
    """Whether nothing depends on the vectors: then equal values do no harm to the derivative."""
    return not any(each.requires_grad or bool(each.any()) for each in gradients)


class Svd(Op):
    """Singular values of a matrix, and the rotations before and after them."""

    op_name = "linalg_svd"
    formula = "a = U @ diag(S) @ Vh"
    derivatives = ("U @ (diag(gS) + (skew(Uᵀ gU) S + S skew(Vᵀ gV)) / (sⱼ² - sᵢ²)) @ Vh + …",)

    @staticmethod
    def forward(ctx: Any, a: Any, full_matrices: bool) -> Any:
        if not bool(ctx.xp.isfinite(a).all()):
            raise not_finite("linalg.svd")
        u, s, vh = compute(ctx.xp, "svd", a, full_matrices=full_matrices)
        u, vh = by_columns(ctx.xp, u), by_columns(ctx.xp, vh)
        ctx.save_for_backward(u, s, vh)
        return u, s, vh

    @staticmethod
    def backward(ctx: Any, grad_u: Any, grad_s: Any, grad_vh: Any) -> Any:
        u, s, vh = ctx.saved_tensors
        count = s._array.shape[-1]
        u, grad_u = u[..., :count], grad_u[..., :count]
        v, grad_v = vh[..., :count, :].mT, grad_vh[..., :count, :].mT
        if _unused(grad_u, grad_v):
            return matmul(u * grad_s.unsqueeze(-2), v.mT)
        squares = s * s
        gaps = _without_diagonal(squares.unsqueeze(-2) - squares.unsqueeze(-1), 1.0)
        row, column = s.unsqueeze(-2), s.unsqueeze(-1)
        from_u, from_v = matmul(u.mT, grad_u), matmul(v.mT, grad_v)
        inner = (from_u - from_u.mT) / gaps * row + column * ((from_v - from_v.mT) / gaps)
        inner = inner + grad_s.diag_embed()
        result = matmul(matmul(u, inner), v.mT)
        if u._array.shape[-2] > count:
            result = result + matmul((grad_u - matmul(u, from_u)) / row, v.mT)
        if v._array.shape[-2] > count:
            result = result + matmul(u / row, (grad_v - matmul(v, from_v)).mT)
        return result


@register(
    Cholesky,
    samples=[Sample(T(3, 3, kind="positive")), Sample(T(2, 2, 2, kind="positive"), upper=True)],
    method=False,
    namespace="edugrad.linalg",
)
def cholesky(input: Any, *, upper: bool = False, out: Any = None) -> Any:
    """Lower triangular L with ``input = L @ L.mT``, of a positive definite matrix.

    Parameters
    ----------
    input : Tensor of shape (…, n, n)
        Symmetric; only the lower triangle is read.
    upper : bool
        Give the upper triangular ``L.mT``.

    Raises
    ------
    edugrad.linalg.LinAlgError
        If the matrix is not positive definite.

    Notes
    -----
    PyTorch: ``torch.linalg.cholesky``.
    """
    need_matrix("linalg.cholesky", input)
    return Cholesky.apply(input, upper=upper, out=out)


@register(
    Qr,
    samples=[
        Sample(T(3, 3)),
        Sample(T(4, 2)),
        Sample(T(2, 2, 4)),
        Sample(T(2, 3), mode="complete"),
    ],
    method=False,
    namespace="edugrad.linalg",
)
def qr(A: Any, mode: str = "reduced", *, out: Any = None) -> Any:
    """Orthonormal Q and upper triangular R with ``A = Q @ R``.

    Parameters
    ----------
    A : Tensor of shape (…, m, n)
    mode : "reduced", "complete" or "r"
        Q of shape (m, min(m, n)), of shape (m, m), or none at all.

    Returns
    -------
    namedtuple (Q, R)

    Notes
    -----
    PyTorch: ``torch.linalg.qr``.
    """
    need_matrix("linalg.qr", A, square=False)
    if mode not in ("reduced", "complete", "r"):
        raise RuntimeError(
            teach(
                f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), "
                "'r', or 'complete'",
                got=f"mode={mode!r}",
                mend="leave mode away for the reduced decomposition",
            )
        )
    return QrResult(*Qr.apply(A, mode=mode, out=out))


@register(
    Eigh,
    samples=[
        Sample(T(3, 3, kind="symmetric")),
        Sample(T(2, 2, 2, kind="symmetric"), UPLO="U"),
    ],
    method=False,
    namespace="edugrad.linalg",
    torch="the sign of each eigenvector is the library's",
)
def eigh(input: Any, UPLO: str = "L", *, out: Any = None) -> Any:
    """Eigenvalues, in ascending order, and eigenvectors of a symmetric matrix.

    Parameters
    ----------
    input : Tensor of shape (…, n, n)
    UPLO : "L" or "U"
        Whether the lower or the upper triangle is read.

    Returns
    -------
    namedtuple (eigenvalues, eigenvectors)
        One eigenvector a column; its sign is arbitrary.

    Notes
    -----
    PyTorch: ``torch.linalg.eigh``.
    """
    need_matrix("linalg.eigh", input)
    return EighResult(*Eigh.apply(input, UPLO=_triangle(UPLO), out=out))


def _triangle(UPLO: str) -> str:
    if UPLO.upper() not in ("L", "U"):
        raise RuntimeError(
            teach(
                f"Expected UPLO argument to be 'L' or 'U', but got {UPLO}",
                got=f"UPLO={UPLO!r}",
                mend="'L' reads the lower triangle, 'U' the upper",
            )
        )
    return UPLO.upper()


@register(
    None,
    samples=[Sample(T(3, 3, kind="symmetric")), Sample(T(2, 2, 2, kind="symmetric"), UPLO="U")],
    method=False,
    namespace="edugrad.linalg",
)
def eigvalsh(input: Any, UPLO: str = "L", *, out: Any = None) -> Any:
    """Eigenvalues of a symmetric matrix, in ascending order. PyTorch: ``torch.linalg.eigvalsh``."""
    need_matrix("linalg.eigvalsh", input)
    values = Eigh.apply(input, UPLO=_triangle(UPLO))[0]
    return values if out is None else mul(values, 1, out=out)


@register(
    Svd,
    samples=[
        Sample(T(3, 3)),
        Sample(T(3, 2), full_matrices=False),
        Sample(T(2, 2, 3), full_matrices=False),
    ],
    method=False,
    namespace="edugrad.linalg",
    torch="the signs of each pair of singular vectors are the library's",
)
def svd(A: Any, full_matrices: bool = True, *, driver: str | None = None, out: Any = None) -> Any:
    """Singular values of a matrix, the largest first: ``A = U @ diag(S) @ Vh``.

    Parameters
    ----------
    A : Tensor of shape (…, m, n)
    full_matrices : bool
        Whether U and Vh are square, or have as many vectors as there are singular values.
    driver : None
        As in PyTorch there is no choice on the CPU.

    Returns
    -------
    namedtuple (U, S, Vh)
        The signs of a column of U and the row of Vh that goes with it are arbitrary together.

    Notes
    -----
    PyTorch: ``torch.linalg.svd``.
    """
    need_matrix("linalg.svd", A, square=False)
    _no_driver(driver)
    return SvdResult(*Svd.apply(A, full_matrices=full_matrices, out=out))


def _no_driver(driver: str | None) -> None:
    if driver is not None:
        raise RuntimeError(
            teach(
                "torch.linalg.svd: keyword argument `driver=` is only supported on CUDA inputs "
                "with cuSOLVER backend.",
                got=f"driver={driver!r}",
                mend="leave driver away",
            )
        )


@register(
    None,
    samples=[Sample(T(3, 3)), Sample(T(2, 2, 3)), Sample(T(3, 2))],
    method=False,
    namespace="edugrad.linalg",
)
def svdvals(A: Any, *, driver: str | None = None, out: Any = None) -> Any:
    """Singular values of a matrix, the largest first. PyTorch: ``torch.linalg.svdvals``."""
    values = svd(A, full_matrices=False, driver=driver).S
    return values if out is None else mul(values, 1, out=out)
