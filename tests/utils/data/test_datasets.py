"""The data sets that come with edugrad."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

import edugrad
from edugrad.utils.data import datasets

POINTS = [datasets.two_moons, datasets.circles, datasets.spirals, datasets.xor]


def rows(images: np.ndarray, labels: np.ndarray) -> list[tuple[bytes, int]]:
    pairs = zip(images, labels, strict=True)
    return sorted((image.tobytes(), int(label)) for image, label in pairs)


class TestDigits:
    def test_every_digit_is_in_one_part(self) -> None:
        train, test = datasets.digits()
        images = edugrad.cat([train.tensors[0], test.tensors[0]])
        labels = edugrad.cat([train.tensors[1], test.tensors[1]])
        assert (tuple(images.shape), images.dtype) == ((1797, 1, 8, 8), edugrad.float32)
        assert (tuple(labels.shape), labels.dtype) == ((1797,), edugrad.int64)
        original = load_digits()
        pixels = original.images.astype(np.float32)
        assert rows(images.numpy() * 16, labels.numpy()) == rows(pixels, original.target)

    def test_the_division_does_not_depend_on_the_seed(self) -> None:
        edugrad.manual_seed(1)
        first = datasets.digits()[1].tensors[1].tolist()
        edugrad.manual_seed(2)
        assert datasets.digits()[1].tensors[1].tolist() == first
        other = datasets.digits(generator=edugrad.Generator().manual_seed(5))
        assert other[1].tensors[1].tolist() != first

    def test_standardized(self) -> None:
        train, test = datasets.digits(standardize=True, flat=True)
        ink = train.tensors[0].double()
        assert tuple(ink.shape) == (1437, 64)
        assert ink.mean().item() == pytest.approx(0, abs=1e-5)
        assert ink.std().item() == pytest.approx(1, abs=1e-5)
        assert test.tensors[0].mean().item() == pytest.approx(0, abs=0.02)

    def test_the_part_for_testing(self) -> None:
        assert [len(part) for part in datasets.digits(test_fraction=0.5)] == [898, 899]
        with pytest.raises(ValueError, match=r"between 0 and 1\n  got:  test_fraction=20"):
            datasets.digits(test_fraction=20)

    def test_without_scikit_learn(self, monkeypatch: Any) -> None:
        monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
        with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
            datasets.digits()


@pytest.mark.parametrize("make", POINTS)
def test_one_seed_gives_the_same_points(make: Callable[..., Any]) -> None:
    edugrad.manual_seed(4)
    points, labels = make(60).tensors
    assert (tuple(points.shape), points.dtype) == ((60, 2), edugrad.float32)
    assert (tuple(labels.shape), labels.dtype) == ((60,), edugrad.int64)
    edugrad.manual_seed(4)
    assert bool((make(60).tensors[0] == points).all())
    first, second = (
        make(60, generator=edugrad.Generator().manual_seed(4)).tensors[0] for _ in range(2)
    )
    assert bool((first == second).all())
    assert not bool((make(60).tensors[0] == points).all())


@pytest.mark.parametrize("make", POINTS)
def test_classes_are_balanced(make: Callable[..., Any]) -> None:
    counts = edugrad.bincount(make(120).tensors[1]).tolist()
    assert len(set(counts)) == 1


def test_moons_lie_on_their_half_circles() -> None:
    points, labels = datasets.two_moons(100, noise=0).tensors
    upper, lower = points[labels == 0], points[labels == 1]
    assert bool(((upper.norm(dim=1) - 1).abs() < 1e-6).all())
    assert upper[:, 1].min() >= 0
    centre = edugrad.tensor([1, 0.5])
    assert bool((((lower - centre).norm(dim=1) - 1).abs() < 1e-6).all())
    assert lower[:, 1].max() <= 0.5


def test_an_arm_turns_with_its_radius() -> None:
    points, labels = datasets.spirals(90, classes=3, noise=0, turns=1.5).tensors
    radius = points.norm(dim=1)
    angle = edugrad.atan2(points[:, 1], points[:, 0]) / (2 * np.pi)
    apart = (angle - 1.5 * radius - labels / 3 + 0.5).remainder(1) - 0.5
    assert apart.abs().max() < 1e-5


def test_clouds_have_the_noise_that_was_asked_for() -> None:
    points, labels = datasets.xor(4000, noise=0.2).tensors
    apart = points - points.round().clamp(0, 1)
    assert apart.std() == pytest.approx(0.2, rel=0.1)
    corner = edugrad.logical_xor(points[:, 0] > 0.5, points[:, 1] > 0.5)
    assert (corner.long() == labels).float().mean() > 0.95


def test_no_samples() -> None:
    with pytest.raises(ValueError, match="at least one sample and one class"):
        datasets.xor(0)
