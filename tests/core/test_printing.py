"""Tensors print as PyTorch prints them: ``printed.txt`` holds the lines and the texts."""

from __future__ import annotations

import builtins
import doctest
from collections.abc import Iterator
from pathlib import Path

import pytest

import edugrad

PRINTED = Path(__file__).parent / "printed.txt"
NAMES = {name: value for name, value in vars(edugrad).items() if not name.startswith("_")}
NAMES["float"] = builtins.float


@pytest.fixture(autouse=True)
def _default_options() -> Iterator[None]:
    yield
    edugrad.set_printoptions(profile="default")


def _examples() -> list[doctest.Example]:
    return doctest.DocTestParser().get_examples(PRINTED.read_text(), str(PRINTED))


def test_every_recorded_text() -> None:
    test = doctest.DocTest(_examples(), dict(NAMES), "printed.txt", str(PRINTED), 0, None)
    complaints: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=complaints.append)
    assert tried > 100
    assert not failed, "".join(complaints)


def test_str_is_repr() -> None:
    x = edugrad.tensor([1.5, 2.0])
    assert str(x) == repr(x) == f"{x}" == "tensor([1.5000, 2.0000])"


def test_a_line_is_broken_before_a_suffix_that_does_not_fit() -> None:
    x = edugrad.ones(2, 9, dtype=edugrad.float64, requires_grad=True)
    assert repr(x) == (
        "tensor([[1., 1., 1., 1., 1., 1., 1., 1., 1.],\n"
        "        [1., 1., 1., 1., 1., 1., 1., 1., 1.]], dtype=edugrad.float64,\n"
        "       requires_grad=True)"
    )


def test_the_default_dtype_is_not_named() -> None:
    try:
        edugrad.set_default_dtype(edugrad.float64)
        assert repr(edugrad.tensor([1.0])) == "tensor([1.])"
        assert repr(edugrad.tensor([1.0], dtype=edugrad.float32)) == (
            "tensor([1.], dtype=edugrad.float32)"
        )
    finally:
        edugrad.set_default_dtype(edugrad.float32)


def test_views_and_results_of_in_place_ops_name_their_node() -> None:
    x = edugrad.ones(2, 2, requires_grad=True)
    y = x * 1
    assert repr(y[0]) == "tensor([1., 1.], grad_fn=<SelectBackward0>)"
    y[0] = 0
    assert repr(y) == "tensor([[0., 0.],\n        [1., 1.]], grad_fn=<CopySlices>)"
    y.mul_(2)
    assert repr(y) == "tensor([[0., 0.],\n        [2., 2.]], grad_fn=<MulBackward0>)"


def test_an_unknown_profile_is_refused() -> None:
    with pytest.raises(ValueError) as raised:
        edugrad.set_printoptions(profile="long")
    assert str(raised.value) == (
        "profile is one of default, short, full\n"
        "  got:  'long'\n"
        "  mend: set_printoptions(profile='default') restores the defaults"
    )


def test_options_are_kept_until_the_next_profile() -> None:
    edugrad.set_printoptions(precision=2)
    edugrad.set_printoptions(linewidth=40)
    assert repr(edugrad.tensor([1.2345])) == "tensor([1.23])"
    edugrad.set_printoptions(profile="default")
    assert repr(edugrad.tensor([1.2345])) == "tensor([1.2345])"
