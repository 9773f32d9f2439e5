"""Images as columns, one for each place of a window, and back: unfold and fold."""

from __future__ import annotations

import math
from typing import Any

from ..errors import teach
from .convolution import Fold, Unfold
from .registry import Sample, T, register
from .sliding import Shape, Window, check_images, numbers, window_of

FUNCTIONAL = "edugrad.nn.functional"


@register(
    Unfold,
    samples=[
        Sample(T(2, 3, 4, 5), (2, 3)),
        Sample(T(1, 2, 6, 5), kernel_size=2, dilation=2, padding=1, stride=(2, 1)),
        Sample(T(2, 4, 4), 3),
        Sample(T(2, 2, 3, 3), 1),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def unfold(
    input: Any, kernel_size: Any, dilation: Any = 1, padding: Any = 0, stride: Any = 1
) -> Any:
    """What lies under each place of a window, as one column.

    Parameters
    ----------
    input : Tensor of shape (batch, channels, height, width)
    kernel_size, dilation, padding, stride : int or pair

    Returns
    -------
    Tensor of shape (batch, channels · kernel elements, places)

    Raises
    ------
    RuntimeError
        If the input has other dimensions, or the window is larger than it.

    Notes
    -----
    PyTorch: ``torch.nn.functional.unfold``.
    """
    if not check_images("unfold", input, 2):
        return unfold(input.unsqueeze(0), kernel_size, dilation, padding, stride).squeeze(0)
    window = window_of(
        "unfold",
        numbers("unfold", "kernel_size", kernel_size, 2),
        2,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )
    places = window.places(input._array.shape[2:])
    if min(places) < 1:
        raise RuntimeError(
            teach(
                f"Given input with spatial size {tuple(input.shape[2:])}, kernel_size="
                f"{window.kernel}, dilation={window.dilation}, padding={window.padding}, "
                f"calculated shape of the array of sliding blocks as {places}, but its components "
                "must be at least one.",
                got=f"an input of shape {tuple(input.shape)}",
                mend="use a smaller window, or more padding",
            )
        )
    return Unfold.apply(input, window=window, places=places)


@register(
    Fold,
    samples=[
        Sample(T(2, 18, 9), (4, 5), (2, 3)),
        Sample(
            T(1, 8, 15), output_size=(6, 5), kernel_size=2, dilation=2, padding=1, stride=(2, 1)
        ),
        Sample(T(9, 4), 4, 3),
    ],
    method=False,
    namespace=FUNCTIONAL,
)
def fold(
    input: Any,
    output_size: Any,
    kernel_size: Any,
    dilation: Any = 1,
    padding: Any = 0,
    stride: Any = 1,
) -> Any:
    """Add columns up where :func:`unfold` took them from.

    Parameters
    ----------
    input : Tensor of shape (batch, channels · kernel elements, places)
    output_size : int or pair
        The height and width of the result.
    kernel_size, dilation, padding, stride : int or pair

    Raises
    ------
    RuntimeError
        If the columns do not fit the size.

    Notes
    -----
    PyTorch: ``torch.nn.functional.fold``.
    """
    if input.ndim == 2:
        one = fold(input.unsqueeze(0), output_size, kernel_size, dilation, padding, stride)
        return one.squeeze(0)
    size = numbers("fold", "output_size", output_size, 2)
    window = window_of(
        "fold",
        numbers("fold", "kernel_size", kernel_size, 2),
        2,
        stride=stride,
        padding=padding,
        dilation=dilation,
    )
    places = window.places(size)
    _check_columns(input, window, size, places)
    return Fold.apply(input, window=window, places=places, size=size)


def _check_columns(input: Any, window: Window, size: Shape, places: Shape) -> None:
    rows = math.prod(window.kernel)
    if input.ndim != 3:
        rule = (
            "Expected 2D or 3D (batch mode) tensor for input with possibly 0 batch size and "
            f"non-zero dimensions for input, but got: {list(input.shape)}"
        )
    elif input._array.shape[1] % rows:
        rule = (
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={input.shape[1]} and kernel_size={window.kernel}."
        )
    elif min(places) < 1 or input._array.shape[2] != math.prod(places):
        rule = (
            f"Given output_size={size}, kernel_size={window.kernel}, dilation={window.dilation}, "
            f"padding={window.padding}, stride={window.stride}, expected size of input's "
            f"dimension 2 to match the calculated number of sliding blocks "
            f"{' * '.join(map(str, places))} = {math.prod(places)}, but got "
            f"input.size(2)={input.shape[2]}."
        )
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"columns of shape {tuple(input.shape)}",
            mend="fold takes what unfold gives with the same window",
        )
    )
