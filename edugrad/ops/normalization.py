"""Normalisation: mean 0 and variance 1 over a batch, a layer, a group or an image."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..autograd.function import Op
from ..autograd.grad_mode import mode, no_grad
from ..errors import teach
from .checks import need_floating
from .padding import constant_pad
from .pooling import avg_pool2d
from .registry import Sample, T, register
from .summation import total

FUNCTIONAL = "edugrad.nn.functional"


class Normalization(Op):
    """Deviations from the mean, over the standard deviation, times a weight, plus a bias.

    ``dims`` are averaged over; ``affine`` is the shape in which weight and bias meet the input.
    With ``stats`` the mean and the variance are returned as well.
    """

    op_name = "normalization"
    formula = "(a - mean) / √(var + ε) · w + b"
    derivatives = (
        "(g - mean g - â · mean(g · â)) / √(var + ε), g = grad · w, â = (a - mean) / √(var + ε)",
        "Σ grad · â",
        "Σ grad",
    )
    symbols = ("a", "w", "b")

    @staticmethod
    def forward(
        ctx: Any,
        a: Any,
        weight: Any,
        bias: Any,
        dims: tuple[int, ...],
        affine: tuple[int, ...],
        eps: float,
        stats: bool,
    ) -> Any:
        numbers = a.astype("float32") if a.dtype == "float16" else a
        count = math.prod(a.shape[axis] for axis in dims)
        mean = total(numbers, dims, keepdims=True) / count
        result = numbers - mean
        variance = total(result * result, dims, keepdims=True) / count
        scale = 1 / ctx.xp.sqrt(variance + eps)
        ctx.save_for_backward(a, weight, mean, scale)
        ctx.shapes = [None if each is None else each.shape for each in (weight, bias)]
        result *= scale
        if weight is not None:
            result *= weight.reshape(affine)
        if bias is not None:
            result += bias.reshape(affine)
        result = result.astype(a.dtype, copy=False)
        return (result, mean.copy(), variance) if stats else result

    @staticmethod
    def backward(ctx: Any, grad: Any, *_: Any) -> Any:
        a, weight, mean, scale = ctx.saved_tensors
        dims, affine = ctx.params["dims"], ctx.params["affine"]
        need_a, need_weight, need_bias = ctx.needs_input_grad
        if mode.grad:
            mean, scale = _moments(a, dims, ctx.params["eps"])
        normal = (a - mean) * scale
        grad_a = None
        if need_a:
            share = grad if weight is None else grad * weight.reshape(affine)
            away = share - share.mean(dims, keepdim=True)
            grad_a = scale * (away - normal * (share * normal).mean(dims, keepdim=True))
        return (
            grad_a,
            _like(grad * normal, affine, ctx.shapes[0]) if need_weight else None,
            _like(grad, affine, ctx.shapes[1]) if need_bias else None,
        )


class BatchNorm(Normalization):
    """Each channel normalised over the batch and all places."""

    op_name = "batch_norm"
    joined = (0, 1)
    node_name = "NativeBatchNormBackward0"


class LayerNorm(Normalization):
    """Each example normalised over its own elements."""

    op_name = "layer_norm"
    joined = (0, 1)
    node_name = "NativeLayerNormBackward0"


class GroupNorm(Normalization):
    """Each example normalised over groups of its channels."""

    op_name = "group_norm"
    node_name = "NativeGroupNormBackward0"


def _like(gradient: Any, affine: tuple[int, ...], shape: tuple[int, ...]) -> Any:
    """Sum a gradient over what a weight was broadcast along, and give it the weight's shape."""
    return gradient.sum_to_size(affine).reshape(shape)


def _moments(a: Any, dims: tuple[int, ...], eps: float) -> tuple[Any, Any]:
    """The mean and 1 / standard deviation as functions of ``a``, to be differentiated again."""
    mean = a.mean(dims, keepdim=True)
    away = a - mean
    return mean, ((away * away).mean(dims, keepdim=True) + eps).rsqrt()


def _check_vectors(name: str, count: int, **vectors: Any) -> None:
    for what, vector in vectors.items():
        if vector is not None and vector.numel() != count:
            raise RuntimeError(
                teach(
                    f"{what} should contain {count} elements not {vector.numel()}",
                    got=f"{name}() of {count} channels and a {what} of shape {tuple(vector.shape)}",
                    mend="there is one number for each channel (dimension 1)",
                )
            )


def _track(running: Any, found: Any, momentum: float) -> None:
    """Move a running statistic towards what was found in this batch."""
    if running is not None:
        running.copy_((1 - momentum) * running + momentum * found.reshape(running.shape))


def _observe(
    running_mean: Any, running_var: Any, mean: Any, variance: Any, count: int, momentum: float
) -> None:
    """Update running statistics; the variance is that of the population the batch stands for."""
    with no_grad():
        _track(running_mean, mean, momentum)
        _track(running_var, variance * (count / (count - 1)), momentum)


def _check_more_than_one(count: int, what: str, size: Any) -> None:
    if count == 1:
        raise ValueError(
            teach(
                f"Expected more than 1 {what} when training, got input size {size}",
                got=f"{count} to take the mean and the variance of",
                mend="one number has no variance: use a larger batch, or evaluation mode",
            )
        )


@register(
    BatchNorm,
    samples=[
        Sample(T(4, 3), None, None, training=True),
        Sample(T(4, 3, 2), None, None, T(3), T(3), True),
        Sample(T(2, 3, 2, 2), None, None, weight=T(3), bias=T(3), training=True, eps=0.1),
        Sample(T(2, 3, 2), None, None, weight=T(3), training=True, momentum=0.3),
        Sample(T(2, 3, 2), T(3, constant=True), T(3, low=0.5, constant=True), T(3), T(3)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    r"""Normalise each channel over the batch and all places.

    .. math:: \frac{x - \text{mean}}{\sqrt{\text{var} + \epsilon}} \cdot w + b

    Parameters
    ----------
    input : Tensor of shape (batch, channels, …)
    running_mean, running_var : Tensor of shape (channels,) or None
        In training they are moved, in place, towards the batch's mean and (unbiased) variance;
        otherwise they are used instead of those.
    weight, bias : Tensor of shape (channels,), optional
    training : bool
    momentum : float
        How far the running statistics move, from 0 to 1.
    eps : float
        Added to the variance.

    Raises
    ------
    ValueError
        If a channel has only one value in training.
    RuntimeError
        If the vectors do not have one number a channel, or are missing in evaluation.

    Notes
    -----
    PyTorch: ``torch.nn.functional.batch_norm``. Source: Ioffe and Szegedy, "Batch Normalization",
    2015.
    """
    need_floating("batch_norm", input)
    if input.ndim == 1 and not input.numel():
        return input.clone()
    if input.ndim < 2:
        raise IndexError(
            teach(
                "Dimension out of range (expected to be in range of [-1, 0], but got 1)",
                got=f"batch_norm() of a tensor of shape {tuple(input.shape)}",
                mend="the channels are dimension 1, after the batch: x.unsqueeze(0)",
            )
        )
    channels = input._array.shape[1]
    vectors = {"running_mean": running_mean, "running_var": running_var}
    _check_vectors("batch_norm", channels, **vectors, weight=weight, bias=bias)
    affine = (1, channels, *[1] * (input.ndim - 2))
    if not training:
        for what, vector in vectors.items():
            if vector is None:
                raise RuntimeError(
                    teach(
                        f"{what} must be defined in evaluation mode",
                        got=f"{what}=None with training=False",
                        mend="pass what training has gathered, or training=True",
                    )
                )
        return _with_statistics(input, running_mean, running_var, weight, bias, affine, eps)
    _check_running(running_mean, running_var)
    count = input.numel() // max(channels, 1)
    _check_more_than_one(count, "value per channel", input.shape)
    dims = tuple(axis for axis in range(input.ndim) if axis != 1)
    params = {"dims": dims, "affine": affine, "eps": eps}
    result, mean, variance = BatchNorm.apply(input, weight, bias, stats=True, **params)
    if count:
        _observe(running_mean, running_var, mean, variance, count, momentum)
    return result


def _check_running(running_mean: Any, running_var: Any) -> None:
    if (running_mean is None) != (running_var is None):
        raise ValueError(
            teach(
                "running_mean and running_var must either both be None or neither be None",
                got="one of them",
                mend="pass both, or neither",
            )
        )


def _with_statistics(
    input: Any, mean: Any, variance: Any, weight: Any, bias: Any, affine: Any, eps: float
) -> Any:
    """Normalise by a given mean and variance: a scale and a shift for each channel."""
    mean, scale = mean.detach(), (variance.detach() + eps).rsqrt()
    if weight is not None:
        scale = scale * weight
    result = (input - mean.reshape(affine)) * scale.reshape(affine)
    return result if bias is None else result + bias.reshape(affine)


@register(
    LayerNorm,
    samples=[
        Sample(T(2, 3, 4), (4,)),
        Sample(T(2, 3, 4), [3, 4], T(3, 4), T(3, 4)),
        Sample(T(3, 4), (3, 4), weight=T(3, 4), eps=0.1),
        Sample(T(2, 5), normalized_shape=(5,), weight=T(5)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def layer_norm(
    input: Any,
    normalized_shape: Sequence[int],
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-05,
) -> Any:
    r"""Normalise each example over its last dimensions.

    .. math:: \frac{x - \text{mean}}{\sqrt{\text{var} + \epsilon}} \cdot w + b

    Parameters
    ----------
    input : Tensor
    normalized_shape : sequence of int
        The last dimensions of the input, over which mean and variance are taken.
    weight, bias : Tensor of that shape, optional
    eps : float
        Added to the variance.

    Raises
    ------
    RuntimeError
        If ``normalized_shape`` is empty, or the shapes differ from it.

    Notes
    -----
    PyTorch: ``torch.nn.functional.layer_norm``. Source: Ba, Kiros and Hinton, "Layer
    Normalization", 2016.
    """
    shape = _check_normalized("layer_norm", input, normalized_shape, weight=weight, bias=bias)
    need_floating("LayerNormKernelImpl", input)
    lead = input.ndim - len(shape)
    dims = tuple(range(lead, input.ndim))
    params = {"dims": dims, "affine": (*[1] * lead, *shape), "eps": eps}
    return LayerNorm.apply(input, weight, bias, stats=False, **params)


def _check_normalized(
    name: str, input: Any, normalized_shape: Sequence[int], **vectors: Any
) -> tuple[int, ...]:
    if isinstance(normalized_shape, int):
        raise TypeError(
            teach(
                f"{name}(): argument 'normalized_shape' (position 2) must be tuple of ints, not "
                "int",
                got=f"normalized_shape={normalized_shape}",
                mend=f"write ({normalized_shape},)",
            )
        )
    shape = tuple(normalized_shape)
    if not shape:
        rule = (
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    elif input._array.shape[-len(shape) :] != shape:
        rule = (
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*, {', '.join(map(str, shape))}], but got input of size{list(input.shape)}"
        )
    else:
        for what, vector in vectors.items():
            if vector is not None and vector._array.shape != shape:
                rule = (
                    f"Expected {what} to be of same shape as normalized_shape, but got {what} of "
                    f"shape {list(vector.shape)} and normalized_shape = {list(shape)}"
                )
                break
        else:
            return shape
    raise RuntimeError(
        teach(
            rule,
            got=f"an input of shape {tuple(input.shape)}",
            mend="normalized_shape names the input's last dimensions, e.g. x.shape[-1:]",
        )
    )


@register(
    GroupNorm,
    samples=[
        Sample(T(2, 4, 3), 2),
        Sample(T(2, 4, 3, 2), 4, T(4), T(4)),
        Sample(T(3, 6), num_groups=2, weight=T(6), eps=0.1),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def group_norm(
    input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-05
) -> Any:
    """Normalise each example over groups of its channels.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, …)
    num_groups : int
        A divisor of the number of channels.
    weight, bias : Tensor of shape (channels,), optional
    eps : float
        Added to the variance.

    Raises
    ------
    RuntimeError
        If the groups do not divide the channels, or a vector does not fit.
    ValueError
        If a group has only one value.

    Notes
    -----
    PyTorch: ``torch.nn.functional.group_norm``. Source: Wu and He, "Group Normalization", 2018.
    """
    shape = input._array.shape
    if len(shape) < 2:
        raise RuntimeError(
            teach(
                f"Expected at least 2 dimensions for input tensor but received {len(shape)}",
                got=f"group_norm() of shape {tuple(shape)}",
                mend="the dimensions are (batch, channels, …)",
            )
        )
    count, channels, *places = shape
    if num_groups < 1 or channels % num_groups:
        raise RuntimeError(
            teach(
                "Expected number of channels in input to be divisible by num_groups, but got input "
                f"of shape {list(shape)} and num_groups={num_groups}",
                got=f"{channels} channels in {num_groups} groups",
                mend="choose a divisor of the number of channels",
            )
        )
    need_floating("GroupNormKernelImpl", input)
    _check_vectors("group_norm", channels, weight=weight, bias=bias)
    each = channels // num_groups
    _check_more_than_one(
        count * each * math.prod(places), "value per channel", [count * each, num_groups, *places]
    )
    split = input.reshape(count, num_groups, each, *places)
    params = {
        "dims": tuple(range(2, split.ndim)),
        "affine": (1, num_groups, each, *[1] * len(places)),
        "eps": eps,
    }
    return GroupNorm.apply(split, weight, bias, stats=False, **params).reshape(shape)


@register(
    BatchNorm,
    samples=[
        Sample(T(2, 3, 4)),
        Sample(T(2, 3, 2, 2), weight=T(3), bias=T(3), eps=0.1),
        Sample(T(2, 3, 4), None, None, T(3)),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-05,
) -> Any:
    """Normalise each channel of each example over its places.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, …)
    running_mean, running_var : Tensor of shape (channels,), optional
        Moved towards the means over the batch; used instead of them if ``use_input_stats`` is
        False.
    weight, bias : Tensor of shape (channels,), optional
    use_input_stats : bool
    momentum, eps : float
        As in :func:`batch_norm`.

    Raises
    ------
    ValueError
        If there is only one place.
    RuntimeError
        If running statistics are asked for and missing.

    Notes
    -----
    PyTorch: ``torch.nn.functional.instance_norm``.
    """
    if not use_input_stats:
        if running_mean is None or running_var is None:
            raise RuntimeError(
                teach(
                    "Expected running_mean and running_var to be defined when use_input_stats is "
                    "false",
                    got=f"running_mean={running_mean} and running_var={running_var}",
                    mend="pass what training has gathered, or use_input_stats=True",
                )
            )
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    need_floating("batch_norm", input)
    places = math.prod(input._array.shape[2:])
    _check_more_than_one(places, "spatial element", input.shape)
    channels = input._array.shape[1]
    vectors = {"running_mean": running_mean, "running_var": running_var}
    _check_vectors("instance_norm", channels, **vectors, weight=weight, bias=bias)
    params = {
        "dims": tuple(range(2, input.ndim)),
        "affine": (1, channels, *[1] * (input.ndim - 2)),
        "eps": eps,
    }
    result, mean, variance = BatchNorm.apply(input, weight, bias, stats=True, **params)
    with no_grad():
        mean, variance = mean.mean(0), variance.mean(0)
    _observe(running_mean, running_var, mean, variance, places, momentum)
    return result


@register(
    None,
    samples=[
        Sample(T(2, 3, 4), (4,)),
        Sample(T(2, 3, 4), [3, 4], T(3, 4), 0.1),
        Sample(T(2, 5), normalized_shape=(5,), weight=T(5)),
    ],
    method=False,
)
def rms_norm(
    input: Any, normalized_shape: Sequence[int], weight: Any = None, eps: float | None = None
) -> Any:
    r"""Divide each example by the root of the mean of its squares.

    .. math:: \frac{x}{\sqrt{\text{mean}(x^2) + \epsilon}} \cdot w

    Parameters
    ----------
    input : Tensor
    normalized_shape : sequence of int
        The last dimensions of the input, over which the mean is taken.
    weight : Tensor of that shape, optional
    eps : float, optional
        The smallest step of the input's dtype (of float32 for float16) at 1 unless given.

    Notes
    -----
    PyTorch: ``torch.nn.functional.rms_norm``. Source: Zhang and Sennrich, "Root Mean Square Layer
    Normalization", 2019.
    """
    shape = _check_normalized("rms_norm", input, normalized_shape, weight=weight)
    need_floating("rms_norm", input)
    wide = input.float() if input.dtype.name == "float16" else input
    if eps is None:
        eps = float(np.finfo(wide.dtype.numpy).eps)
    dims = tuple(range(-len(shape), 0))
    result = wide * ((wide * wide).mean(dims, keepdim=True) + eps).rsqrt()
    result = result if weight is None else result * weight
    return result.to(input.dtype) if wide is not input else result


@register(
    None,
    samples=[
        Sample(T(2, 4, 3), 3),
        Sample(T(2, 5, 3, 2), 2, 0.1, 0.5, 2.0),
        Sample(T(1, 3, 2, 2, 2), size=5, alpha=0.2, beta=0.6, k=1.5),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def local_response_norm(
    input: Any, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0
) -> Any:
    r"""Divide each element by a power of the mean square of ``size`` neighbouring channels.

    .. math:: x \, / \, (k + \alpha \cdot \text{mean}(x^2))^\beta

    Raises
    ------
    ValueError
        If there are no dimensions after the channels.

    Notes
    -----
    PyTorch: ``torch.nn.functional.local_response_norm``.
    """
    if input.ndim < 3:
        raise ValueError(
            teach(
                f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)",
                got=f"local_response_norm() of shape {tuple(input.shape)}",
                mend="the dimensions are (batch, channels, length, …)",
            )
        )
    if not input.numel():
        return input
    count, channels, *places = input._array.shape
    squares = (input * input).reshape(count, 1, channels, -1)
    around = constant_pad(squares, (0, 0, size // 2, (size - 1) // 2))
    means = avg_pool2d(around, (size, 1), stride=1).reshape(count, channels, *places)
    return input / (means * alpha + k).pow(beta)
