"""Channels exchanged for places: pixel shuffle and its like."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .registry import Sample, T, register


def _check(name: str, input: Any, factor: int, what: str) -> None:
    if input.ndim < 3:
        rule = (
            f"{name} expects input to have at least 3 dimensions, but got input with {input.ndim} "
            "dimension(s)"
        )
    elif factor < 1:
        rule = f"{name} expects a positive {what}, but got {factor}"
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"a tensor of shape {tuple(input.shape)} and {what}={factor}",
            mend="the dimensions are (…, channels, height, width)",
        )
    )


@register(
    None,
    samples=[Sample(T(2, 8, 2, 3), 2), Sample(T(9, 1, 2), upscale_factor=3), Sample(T(1, 2, 2), 1)],
    method=False,
)
def pixel_shuffle(input: Any, upscale_factor: int) -> Any:
    """Make an image larger by spreading channels over its places.

    Parameters
    ----------
    input : Tensor of shape (…, channels · factor², height, width)
    upscale_factor : int

    Returns
    -------
    Tensor of shape (…, channels, height · factor, width · factor)

    Raises
    ------
    RuntimeError
        If the channels are no multiple of the factor's square.

    Notes
    -----
    PyTorch: ``torch.nn.functional.pixel_shuffle``.
    """
    _check("pixel_shuffle", input, upscale_factor, "upscale_factor")
    *lead, channels, height, width = input._array.shape
    r = upscale_factor
    if channels % (r * r):
        raise RuntimeError(
            teach(
                "pixel_shuffle expects its input's 'channel' dimension to be divisible by the "
                f"square of upscale_factor, but input.size(-3)={channels} is not divisible by "
                f"{r * r}",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend=f"give it a multiple of {r * r} channels",
            )
        )
    n = len(lead)
    split = input.reshape(*lead, channels // (r * r), r, r, height, width)
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return split.permute(order).reshape(*lead, channels // (r * r), height * r, width * r)


@register(
    None,
    samples=[Sample(T(2, 2, 4, 6), 2), Sample(T(1, 3, 6), downscale_factor=3)],
    method=False,
)
def pixel_unshuffle(input: Any, downscale_factor: int) -> Any:
    """Make an image smaller by turning neighbouring places into channels.

    Parameters
    ----------
    input : Tensor of shape (…, channels, height · factor, width · factor)
    downscale_factor : int

    Returns
    -------
    Tensor of shape (…, channels · factor², height, width)

    Raises
    ------
    RuntimeError
        If height and width are no multiples of the factor.

    Notes
    -----
    PyTorch: ``torch.nn.functional.pixel_unshuffle``.
    """
    _check("pixel_unshuffle", input, downscale_factor, "downscale_factor")
    *lead, channels, height, width = input._array.shape
    r = downscale_factor
    for what, place, length in (("height", -2, height), ("width", -1, width)):
        if length % r:
            raise RuntimeError(
                teach(
                    f"pixel_unshuffle expects {what} to be divisible by downscale_factor, but "
                    f"input.size({place})={length} is not divisible by {r}",
                    got=f"a tensor of shape {tuple(input.shape)}",
                    mend=f"pad or crop it to a multiple of {r}",
                )
            )
    n = len(lead)
    split = input.reshape(*lead, channels, height // r, r, width // r, r)
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return split.permute(order).reshape(*lead, channels * r * r, height // r, width // r)


@register(
    None,
    samples=[Sample(T(2, 6, 2, 2), 2), Sample(T(1, 4, 3), groups=2)],
    method=False,
)
def channel_shuffle(input: Any, groups: int) -> Any:
    """Deal the channels of each group out to all groups, like cards.

    Notes
    -----
    PyTorch: ``torch.nn.functional.channel_shuffle``.
    """
    _check("channel_shuffle", input, groups, "groups")
    count, channels, *places = input._array.shape
    if channels % groups:
        raise RuntimeError(
            teach(
                f"Number of channels must be divisible by groups. Got {channels} channels and "
                f"{groups} groups.",
                got=f"a tensor of shape {tuple(input.shape)}",
                mend="choose a divisor of the number of channels",
            )
        )
    split = input.reshape(count, groups, channels // groups, *places)
    return split.transpose(1, 2).reshape(input._array.shape)
