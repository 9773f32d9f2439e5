"""The device that tensors are made on, where none is named."""

from __future__ import annotations

from typing import Any

import edugrad


def test_tensors_are_made_on_the_device_of_the_block(gpu: edugrad.Device) -> None:
    with edugrad.device("cuda"):
        made = [
            edugrad.zeros(2),
            edugrad.tensor([1]),
            edugrad.rand(2),
            edugrad.nn.Linear(2, 1).bias,
        ]
        with edugrad.device("cpu"):
            assert edugrad.ones(2).device.type == "cpu"
        assert edugrad.ones(2, device="cpu").device.type == "cpu"
        assert edugrad.get_default_device().type == "cuda"
    assert {str(each.device) for each in made} == {"cuda:0"}
    assert edugrad.ones(2).device.type == "cpu"

    @edugrad.device("cuda")
    def make() -> Any:
        return edugrad.arange(3)

    assert make().device.type == "cuda"


def test_another_default_device(gpu: edugrad.Device) -> None:
    try:
        edugrad.set_default_device("cuda")
        assert edugrad.ones(2).device.type == "cuda"
    finally:
        edugrad.set_default_device(None)
    assert edugrad.ones(2).device.type == "cpu"
