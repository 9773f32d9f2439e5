"""Attention: values averaged by how well their keys answer a query."""

from __future__ import annotations

import math
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .activation import softmax
from .dropout import dropout
from .linalg import matmul
from .registry import Sample, T, register


def _check(query: Any, key: Any, value: Any, mask: Any, dropout_p: float, is_causal: bool) -> None:
    if min(query.ndim, key.ndim, value.ndim) < 2:
        rule = (
            "Expected query, key, and value to all be  at least 2 dimensional, but got query.dim: "
            f"{query.ndim} key.dim: {key.ndim} and value.dim: {value.ndim} instead."
        )
    elif mask is not None and is_causal:
        rule = (
            "_scaled_dot_product_attention: Explicit attn_mask should not be set when "
            "is_causal=True"
        )
    elif mask is not None and mask.dtype.name not in ("bool", "float32", query.dtype.name):
        rule = (
            "Expected attn_mask dtype to be bool or float or to match query dtype, but got "
            f"attn_mask.dtype: {mask.dtype.name} and  query.dtype: {query.dtype.name} instead."
        )
    elif not 0 <= dropout_p <= 1:
        rule = f"dropout probability has to be between 0 and 1, but got {dropout_p}"
    else:
        return
    shapes = ", ".join(str(tuple(each.shape)) for each in (query, key, value))
    raise RuntimeError(
        teach(
            rule,
            got=f"query, key and value of shapes {shapes}, is_causal={is_causal}",
            mend="queries and keys have shape (…, length, size); a mask is boolean (True takes "
            "part) or is added to the scores; is_causal makes its own",
        )
    )


def _causal(scores: Any) -> Any:
    """True where a key comes no later than the query."""
    xp = scores._device.xp
    queries, keys = scores._array.shape[-2:]
    return Tensor._wrap(xp.tril(xp.ones((queries, keys), bool)), scores._device)


def _weights(scores: Any) -> Any:
    """Softmax over the keys; a query that may look at none gets zeros."""
    nothing = (scores == -math.inf).all(-1, keepdim=True)
    weights = softmax(scores.masked_fill(nothing, 0.0), -1)
    return weights.masked_fill(nothing, 0.0)


@register(
    None,
    samples=[
        Sample(T(2, 3, 4), T(2, 5, 4), T(2, 5, 6)),
        Sample(T(2, 2, 3, 4), T(2, 2, 3, 4), T(2, 2, 3, 4), is_causal=True),
        Sample(T(3, 4), T(5, 4), T(5, 2), T(3, 5, kind="bool"), scale=0.3),
        Sample(T(2, 3, 4), T(2, 5, 4), T(2, 5, 2), attn_mask=T(3, 5, constant=True)),
        Sample(T(2, 4, 3, 2), T(2, 2, 3, 2), T(2, 2, 3, 2), enable_gqa=True),
    ],
    method=False,
    namespace="edugrad.nn.functional",
    torch="differentiable twice, where PyTorch's fused kernel has no second derivative",
)
def scaled_dot_product_attention(
    query: Any,
    key: Any,
    value: Any,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Any:
    r"""Average values by how well their keys match each query.

    .. math:: \text{softmax}(q k^\top / \sqrt{d} + \text{mask}) \, v

    Parameters
    ----------
    query : Tensor of shape (…, queries, size)
    key : Tensor of shape (…, keys, size)
    value : Tensor of shape (…, keys, length)
    attn_mask : Tensor, optional
        Of shape (…, queries, keys): True where a key takes part, or numbers added to the scores.
    dropout_p : float
        Set weights to zero with this probability (also outside of training).
    is_causal : bool
        A query sees no keys that come after it.
    scale : float, optional
        Factor of the scores, one over the root of ``size`` unless given.
    enable_gqa : bool
        Queries have a multiple of the keys' heads (dimension -3); groups of them share a head.

    Returns
    -------
    Tensor of shape (…, queries, length)

    Raises
    ------
    RuntimeError
        If shapes do not fit, or both a mask and ``is_causal`` are given.

    Notes
    -----
    PyTorch: ``torch.nn.functional.scaled_dot_product_attention``. Source: Vaswani et al.,
    "Attention Is All You Need", 2017.
    """
    _check(query, key, value, attn_mask, dropout_p, is_causal)
    if enable_gqa:
        share = query._array.shape[-3] // key._array.shape[-3]
        key, value = key.repeat_interleave(share, -3), value.repeat_interleave(share, -3)
    factor = 1 / math.sqrt(query._array.shape[-1]) if scale is None else scale
    scores = matmul(query * factor, key.transpose(-2, -1))
    mask = _causal(scores) if is_causal else attn_mask
    if mask is None:
        weights = softmax(scores, -1)
    elif mask._array.dtype == bool:
        weights = _weights(scores.masked_fill(mask.logical_not(), -math.inf))
    else:
        weights = _weights(scores + mask)
    return matmul(dropout(weights, dropout_p), value)
