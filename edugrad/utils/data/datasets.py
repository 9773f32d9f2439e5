"""Small data sets that need no network: real digits, and points in the plane.

The points are drawn from edugrad's random numbers: one seed, or one generator, gives the same
points on every machine.
"""

from __future__ import annotations

import math

from ...creation import from_numpy
from ...errors import teach
from ...ops.joining import stack
from ...random import Generator, rand, randn, randperm
from ...ranges import arange
from ...tensor import Tensor
from .dataset import TensorDataset


def digits(
    *,
    flat: bool = False,
    standardize: bool = False,
    test_fraction: float = 0.2,
    generator: Generator | None = None,
) -> tuple[TensorDataset, TensorDataset]:
    """1,797 handwritten digits of 8 by 8 pixels, divided into training and test samples.

    A sample is a pair of an image and its label: float32 of shape (1, 8, 8) with values from 0
    (background) to 1 (ink), and an int64 from 0 to 9.

    Parameters
    ----------
    flat : bool
        Images of shape (64,) in place of (1, 8, 8).
    standardize : bool
        Shift and scale all pixels alike, so that those of the training samples have mean 0 and
        standard deviation 1.
    test_fraction : float
        The part of the samples that is kept for testing, between 0 and 1, rounded up.
    generator : Generator, optional
        Who shuffles before the division. Unless one is given the division is always the same, so
        that no later run trains on what an earlier one tested.

    Returns
    -------
    train, test : TensorDataset

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, whose data they are, is not installed.
    ValueError
        If ``test_fraction`` is not between 0 and 1.

    Examples
    --------
    >>> train, test = digits()
    >>> len(train), len(test)
    (1437, 360)
    >>> image, label = train[0]
    >>> image.shape, label
    (edugrad.Size([1, 8, 8]), tensor(6))

    Notes
    -----
    Source: the test part of "Optical Recognition of Handwritten Digits" (Alpaydin and Kaynak, UCI
    Machine Learning Repository, 1998), as ``sklearn.datasets.load_digits`` has it.
    """
    if not 0 < test_fraction < 1:
        raise ValueError(
            teach(
                "test_fraction is a part of the samples, between 0 and 1",
                got=f"test_fraction={test_fraction}",
                mend="e.g. test_fraction=0.2 keeps one sample in five for testing",
            )
        )
    images, labels = _load_digits()
    if flat:
        images = images.reshape(-1, 64)
    order = randperm(len(labels), generator=generator or Generator().manual_seed(0))
    kept = min(math.ceil(len(labels) * test_fraction), len(labels) - 1)
    train, test = order[:-kept], order[-kept:]
    if standardize:
        ink = images[train]
        images = (images - ink.mean()) / ink.std(correction=0)
    return tuple(TensorDataset(images[part], labels[part]) for part in (train, test))  # type: ignore[return-value]


def two_moons(
    samples: int = 200, noise: float = 0.1, generator: Generator | None = None
) -> TensorDataset:
    """Two half circles that reach into each other: what no straight line can divide.

    Parameters
    ----------
    samples : int
        Points, the two classes alternating.
    noise : float
        Standard deviation of the normal noise that is added to each coordinate.
    generator : Generator, optional
        Who draws; the default stream unless given.

    Returns
    -------
    TensorDataset
        Of points, float32 of shape (samples, 2), and labels 0 and 1, int64 of shape (samples,).

    Examples
    --------
    >>> points, labels = two_moons(100).tensors
    >>> points.shape, labels[:4]
    (edugrad.Size([100, 2]), tensor([0, 1, 0, 1]))
    """
    angle = math.pi * rand(samples, generator=generator)
    labels = _alternating(samples, 2)
    upper = stack([angle.cos(), angle.sin()], 1)
    lower = stack([1 - angle.cos(), 0.5 - angle.sin()], 1)
    points = upper + (lower - upper) * labels[:, None]
    return TensorDataset(_noisy(points, noise, generator), labels)


def circles(
    samples: int = 200,
    noise: float = 0.05,
    factor: float = 0.5,
    generator: Generator | None = None,
) -> TensorDataset:
    """A circle of radius 1 (class 0) around a smaller one of radius ``factor`` (class 1).

    The other parameters and the result are those of :func:`two_moons`.

    Examples
    --------
    >>> points, labels = circles(4, noise=0, factor=0.5).tensors
    >>> points.norm(dim=1)
    tensor([1.0000, 0.5000, 1.0000, 0.5000])
    """
    angle = 2 * math.pi * rand(samples, generator=generator)
    labels = _alternating(samples, 2)
    radius = 1 - (1 - factor) * labels
    points = stack([radius * angle.cos(), radius * angle.sin()], 1)
    return TensorDataset(_noisy(points, noise, generator), labels)


def spirals(
    samples: int = 300,
    classes: int = 3,
    noise: float = 0.02,
    turns: float = 0.75,
    generator: Generator | None = None,
) -> TensorDataset:
    """Arms that wind around each other out of one centre, one a class.

    Parameters
    ----------
    samples : int
        Points, the classes alternating.
    classes : int
        Arms.
    noise : float
        Standard deviation of the normal noise that is added to each coordinate.
    turns : float
        How often an arm winds around the centre on its way to radius 1.
    generator : Generator, optional
        Who draws; the default stream unless given.

    Returns
    -------
    TensorDataset
        Of points, float32 of shape (samples, 2), and labels from 0, int64 of shape (samples,).

    Examples
    --------
    >>> points, labels = spirals(6).tensors
    >>> labels
    tensor([0, 1, 2, 0, 1, 2])
    """
    radius = rand(samples, generator=generator)
    labels = _alternating(samples, classes)
    angle = 2 * math.pi * (turns * radius + labels / classes)
    points = stack([radius * angle.cos(), radius * angle.sin()], 1)
    return TensorDataset(_noisy(points, noise, generator), labels)


def xor(
    samples: int = 200, noise: float = 0.1, generator: Generator | None = None
) -> TensorDataset:
    """Clouds around the corners of the unit square; the label is 1 where one coordinate is 1.

    The corners (0, 0), (0, 1), (1, 0) and (1, 1) alternate. The parameters and the result are
    those of :func:`two_moons`.

    Examples
    --------
    >>> points, labels = xor(4, noise=0).tensors
    >>> points.tolist(), labels.tolist()
    ([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0])
    """
    corner = _alternating(samples, 4)
    first, second = corner // 2, corner % 2
    points = stack([first, second], 1).float()
    return TensorDataset(_noisy(points, noise, generator), (first + second) % 2)


def _alternating(samples: int, classes: int) -> Tensor:
    """Labels 0, 1, … in turn."""
    if samples < 1 or classes < 1:
        raise ValueError(
            teach(
                "a data set has at least one sample and one class",
                got=f"{samples} samples, {classes} classes",
                mend="e.g. samples=200",
            )
        )
    return arange(samples) % classes


def _noisy(points: Tensor, noise: float, generator: Generator | None) -> Tensor:
    return points + noise * randn(points.shape, generator=generator)


def _load_digits() -> tuple[Tensor, Tensor]:
    """Images of shape (1797, 1, 8, 8) from 0 to 1, and labels."""
    try:
        from sklearn.datasets import load_digits
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            teach(
                "the digits are scikit-learn's",
                got="an environment without scikit-learn",
                mend="install it: pip install scikit-learn (the extra lessons brings it)",
            )
        ) from error
    loaded = load_digits()
    images = from_numpy(loaded.images).float().unsqueeze(1) / 16
    return images, from_numpy(loaded.target).long()
