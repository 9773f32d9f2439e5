"""Devices: their names, and what is said where there is no GPU."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

import edugrad
from edugrad import devices


@pytest.mark.parametrize(
    ("made", "text", "shown"),
    [
        (edugrad.device("cpu"), "cpu", "device(type='cpu')"),
        (edugrad.device("cuda"), "cuda", "device(type='cuda')"),
        (edugrad.device("cuda:1"), "cuda:1", "device(type='cuda', index=1)"),
        (edugrad.device("cuda", 1), "cuda:1", "device(type='cuda', index=1)"),
        (edugrad.device(2), "cuda:2", "device(type='cuda', index=2)"),
    ],
)
def test_names(made: Any, text: str, shown: str) -> None:
    assert str(made) == text
    assert repr(made) == shown
    assert pickle.loads(pickle.dumps(made)) is made
    assert edugrad.device(made) is made


def test_one_object_a_device() -> None:
    assert edugrad.device("cuda", 1) is edugrad.device("cuda:1")
    assert edugrad.device("cuda") != edugrad.device("cuda:0")
    assert edugrad.ones(1).device is edugrad.device("cpu")
    assert isinstance(edugrad.device("cpu"), edugrad.Device)


@pytest.mark.parametrize(
    ("arguments", "rule"),
    [
        (("gpu",), "Expected one of cpu, cuda device type at start of device string: gpu"),
        (("",), "Expected one of cpu, cuda device type at start of device string: "),
        ((None,), "Expected one of cpu, cuda device type at start of device string: None"),
        (("cuda:a",), "Invalid device string: 'cuda:a'"),
        (("cuda:-1",), "Invalid device string: 'cuda:-1'"),
        (
            ("cuda:1", 1),
            "type (string) must not include an index because index was passed explicitly: cuda:1",
        ),
    ],
)
def test_what_is_no_device(arguments: Any, rule: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        edugrad.device(*arguments)
    assert str(raised.value) == (
        f"{rule}\n"
        f"  got:  {arguments[0]!r}\n"
        '  mend: a device is "cpu", "cuda" or e.g. "cuda:1": '
        'use "cuda" if edugrad.cuda.is_available() else "cpu"'
    )


@pytest.fixture
def _no_cupy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "cupy", None)
    monkeypatch.delitem(devices._modules, "cuda", raising=False)


@pytest.mark.usefixtures("_no_cupy")
@pytest.mark.parametrize(
    "make", [lambda: edugrad.ones(2, device="cuda"), lambda: edugrad.ones(2).to("cuda:0")]
)
def test_a_machine_without_cupy_says_what_to_install(make: Any) -> None:
    assert edugrad.cuda.is_available() is False
    with pytest.raises(RuntimeError) as raised:
        make()
    assert str(raised.value) == (
        "a CUDA device needs CuPy\n"
        "  got:  CuPy is not installed\n"
        '  mend: use device="cpu", or on a machine with an NVIDIA GPU '
        "pip install 'edugrad-lessons[cuda12]'"
    )


def test_moving_to_where_a_tensor_is_gives_the_tensor() -> None:
    x = edugrad.ones(2)
    assert x.to("cpu") is x
    assert x.cpu() is x
    assert x.to("cpu", copy=True) is not x
