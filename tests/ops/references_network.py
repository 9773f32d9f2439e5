"""What normalisation, embedding, attention and their like must compute, by plain formulas."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Reference = Callable[..., Any]


def normal(
    numbers: np.ndarray, eps: float, mean: float | None = None, variance: float | None = None
) -> np.ndarray:
    """Numbers with mean 0 and variance 1, or as a given mean and variance would have it."""
    flat = numbers.ravel().tolist()
    if mean is None or variance is None:
        mean = math.fsum(flat) / len(flat)
        variance = math.fsum((each - mean) ** 2 for each in flat) / len(flat)
    return (numbers - mean) / math.sqrt(variance + eps)


def by_channel(x: np.ndarray, weight: Any, bias: Any) -> np.ndarray:
    shape = (-1, *[1] * (x.ndim - 2))
    x = x if weight is None else x * weight.reshape(shape)
    return x if bias is None else x + bias.reshape(shape)


def batch_norm(
    x: np.ndarray,
    mean: Any,
    variance: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> np.ndarray:
    known = [() if training else (mean[c], variance[c]) for c in range(x.shape[1])]
    found = [normal(x[:, c], eps, *known[c]) for c in range(x.shape[1])]
    return by_channel(np.stack(found, 1), weight, bias)


def instance_norm(
    x: np.ndarray,
    mean: Any = None,
    variance: Any = None,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
) -> np.ndarray:
    return group_norm(x, x.shape[1], weight, bias, eps)


def group_norm(
    x: np.ndarray, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> np.ndarray:
    each = x.shape[1] // num_groups
    result = np.empty_like(x)
    for n in range(len(x)):
        for first in range(0, x.shape[1], each):
            result[n, first : first + each] = normal(x[n, first : first + each], eps)
    return by_channel(result, weight, bias)


def layer_norm(
    x: np.ndarray,
    normalized_shape: Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-5,
) -> np.ndarray:
    rows = [normal(row, eps) for row in x.reshape(-1, math.prod(normalized_shape))]
    result = np.array(rows).reshape(x.shape)
    result = result if weight is None else result * weight
    return result if bias is None else result + bias


def rms_norm(
    x: np.ndarray, normalized_shape: Sequence[int], weight: Any = None, eps: float | None = None
) -> np.ndarray:
    eps = 2.0**-52 if eps is None else eps
    rows = x.reshape(-1, math.prod(normalized_shape))
    found = [row / math.sqrt(math.fsum(row * row) / len(row) + eps) for row in rows]
    result = np.array(found).reshape(x.shape)
    return result if weight is None else result * weight


def local_response_norm(
    x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> np.ndarray:
    result = np.empty_like(x)
    for c in range(x.shape[1]):
        around = x[:, max(c - size // 2, 0) : c + (size - 1) // 2 + 1]
        result[:, c] = x[:, c] / (k + alpha * (around**2).sum(1) / size) ** beta
    return result


def embedding(index: np.ndarray, weight: np.ndarray, *_: Any, **__: Any) -> np.ndarray:
    rows = [weight[number] for number in index.ravel().tolist()]
    return np.array(rows).reshape(*index.shape, weight.shape[1])


def attention(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    attn_mask: Any = None,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> np.ndarray:
    if enable_gqa:
        share = q.shape[-3] // k.shape[-3]
        k, v = (np.stack([a[:, h // share] for h in range(q.shape[-3])], 1) for a in (k, v))
    result = np.zeros((*q.shape[:-1], v.shape[-1]))
    for place in np.ndindex(*q.shape[:-1]):
        lead, row = place[:-1], place[-1]
        scores = []
        for key in range(k.shape[-2]):
            score = math.fsum(q[place] * k[(*lead, key)])
            score *= 1 / math.sqrt(q.shape[-1]) if scale is None else scale
            if attn_mask is not None and attn_mask.dtype != bool:
                score += attn_mask[row, key]
            hidden = is_causal and key > row
            hidden |= attn_mask is not None and attn_mask.dtype == bool and not attn_mask[row, key]
            scores.append(-math.inf if hidden else score)
        powers = [math.exp(score) for score in scores]
        for key, power in enumerate(powers):
            result[place] += power / sum(powers) * v[(*lead, key)]
    return result


def pixel_shuffle(x: np.ndarray, upscale_factor: int) -> np.ndarray:
    r = upscale_factor
    *lead, channels, height, width = x.shape
    result = np.empty((*lead, channels // r**2, height * r, width * r))
    for c, row, column in np.ndindex(*result.shape[-3:]):
        origin = c * r * r + row % r * r + column % r
        result[..., c, row, column] = x[..., origin, row // r, column // r]
    return result


def pixel_unshuffle(x: np.ndarray, downscale_factor: int) -> np.ndarray:
    r = downscale_factor
    *lead, channels, height, width = x.shape
    result = np.empty((*lead, channels * r**2, height // r, width // r))
    for c, row, column in np.ndindex(channels, height, width):
        target = c * r * r + row % r * r + column % r
        result[..., target, row // r, column // r] = x[..., c, row, column]
    return result


def channel_shuffle(x: np.ndarray, groups: int) -> np.ndarray:
    each = x.shape[1] // groups
    return np.stack([x[:, c % groups * each + c // groups] for c in range(x.shape[1])], 1)


def bilinear(a: np.ndarray, b: np.ndarray, weight: np.ndarray, bias: Any = None) -> np.ndarray:
    result = np.zeros((*a.shape[:-1], len(weight)))
    for k, i, j in np.ndindex(*weight.shape):
        result[..., k] += a[..., i] * weight[k, i, j] * b[..., j]
    return result if bias is None else result + bias


NETWORK: dict[str, Reference] = {
    "batch_norm": batch_norm,
    "instance_norm": instance_norm,
    "group_norm": group_norm,
    "layer_norm": layer_norm,
    "rms_norm": rms_norm,
    "local_response_norm": local_response_norm,
    "embedding": embedding,
    "scaled_dot_product_attention": attention,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "channel_shuffle": channel_shuffle,
    "bilinear": bilinear,
}
