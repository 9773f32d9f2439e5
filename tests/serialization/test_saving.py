"""What is saved comes back: types, values, containers, shared memory, devices; and never halves."""

from __future__ import annotations

import io
import json
import math
import os
from collections import Counter, OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

import edugrad
from edugrad import nn
from edugrad.serialization import files


def through_a_file(obj: Any, folder: Path, **options: Any) -> Any:
    edugrad.save(obj, folder / "model.pth")
    return edugrad.load(folder / "model.pth", **options)


def through_a_buffer(obj: Any, folder: Path, **options: Any) -> Any:
    buffer = io.BytesIO()
    edugrad.save(obj, buffer)
    buffer.seek(0)
    return edugrad.load(buffer, **options)


WAYS = pytest.mark.parametrize("through", [through_a_file, through_a_buffer])

PLAIN = {
    "nested": {"list": [1, [2.5, {"deep": None}]], 7: "int key", (1, "a"): "tuple key"},
    "numbers": [0, -1, 2**70, 0.1, 1e-300, -0.0, True, False],
    "text": "naïve\n☃ \U0001f600",
    "tuple": (1, (2,), ()),
    "set": {1, 2},
    "frozen": frozenset("ab"),
    "bytes": b"\x00\xff",
    "counter": Counter({3: 2}),
    None: None,
}


@WAYS
def test_plain_data(through: Any, tmp_path: Path):
    again = through(PLAIN, tmp_path)
    assert again == PLAIN
    assert list(again) == list(PLAIN)
    assert type(again["counter"]) is Counter
    assert math.copysign(1, again["numbers"][5]) == -1


@WAYS
def test_numbers_that_json_does_not_have(through: Any, tmp_path: Path):
    again = through([math.inf, -math.inf, math.nan], tmp_path)
    assert again[:2] == [math.inf, -math.inf]
    assert math.isnan(again[2])


@WAYS
def test_an_ordered_dict_stays_one(through: Any, tmp_path: Path):
    again = through(OrderedDict(z=1, a=2), tmp_path)
    assert type(again) is OrderedDict
    assert list(again) == ["z", "a"]


@WAYS
def test_tensors_of_every_type_and_shape(through: Any, tmp_path: Path):
    tensors = {dtype.name: edugrad.tensor([[0, 1, 100]]).to(dtype) for dtype in edugrad.dtypes.ALL}
    tensors |= {"number": edugrad.tensor(3.5), "empty": edugrad.zeros(0, 3)}
    tensors["columns"] = edugrad.arange(6).reshape(2, 3).t()
    again = through(tensors, tmp_path)
    assert list(again) == list(tensors)
    for name, tensor in tensors.items():
        assert again[name].dtype is tensor.dtype
        assert again[name].shape == tensor.shape
        assert again[name].tolist() == tensor.tolist()


@WAYS
def test_other_things_of_edugrad_and_numpy(through: Any, tmp_path: Path):
    obj = [edugrad.float16, edugrad.Size([2, 3]), edugrad.device("cuda:1"), np.float32(0.1)]
    again = through([*obj, np.arange(3)], tmp_path)
    assert again[:4] == obj
    assert type(again[3]) is np.float32
    np.testing.assert_array_equal(again[4], [0, 1, 2])


@WAYS
def test_what_requires_a_gradient_and_what_is_a_parameter(through: Any, tmp_path: Path):
    leaf = edugrad.ones(2, requires_grad=True)
    frozen = nn.Parameter(edugrad.ones(2), requires_grad=False)
    obj = [leaf, leaf * 2, nn.Parameter(edugrad.ones(2)), frozen, edugrad.ones(2)]
    again = through(obj, tmp_path)
    assert [each.requires_grad for each in again] == [True, True, True, False, False]
    assert all(each.is_leaf for each in again)
    assert [type(each).__name__ for each in again] == ["Tensor"] * 2 + ["Parameter"] * 2 + [
        "Tensor"
    ]


@WAYS
def test_memory_that_is_shared_is_shared_again(through: Any, tmp_path: Path):
    whole = edugrad.arange(12.0).reshape(3, 4)
    tied = edugrad.ones(2)
    obj = {
        "whole": whole,
        "row": whole[1],
        "column": whole[:, 2],
        "tied": [tied, tied.detach()],
        "same": (tied,),
        "part": edugrad.arange(1000)[:2],
    }
    again = through(obj, tmp_path)
    again["whole"][1, 2] = -1
    assert again["row"].tolist() == [4, 5, -1, 7]
    assert again["column"].tolist() == [2, -1, 10]
    again["tied"][0][0] = 5
    assert again["tied"][1].tolist() == [5, 1]
    assert again["same"][0] is again["tied"][0]
    assert again["part"].tolist() == [0, 1]


def test_a_part_of_a_large_tensor_is_saved_without_the_rest(tmp_path: Path):
    edugrad.save({"part": edugrad.zeros(100_000)[:2]}, tmp_path / "part.pth")
    assert (tmp_path / "part.pth").stat().st_size < 1000


@WAYS
def test_devices(through: Any, tmp_path: Path, gpu: edugrad.Device):
    there, here = edugrad.arange(4, device=gpu), edugrad.ones(2)
    obj = {"there": there, "view": there[1:], "here": here}

    def devices(**options: Any) -> list[str]:
        return [str(each.device) for each in through(obj, tmp_path, **options).values()]

    assert devices() == ["cuda:0", "cuda:0", "cpu"]
    assert devices(map_location="cpu") == ["cpu"] * 3
    assert devices(map_location=gpu) == ["cuda:0"] * 3
    assert devices(map_location={"cuda:0": "cpu"}) == ["cpu"] * 3
    assert devices(map_location=lambda tensor, location: tensor) == ["cpu"] * 3
    assert devices(map_location=lambda tensor, location: None) == ["cuda:0", "cuda:0", "cpu"]
    assert through(obj, tmp_path)["view"].tolist() == [1, 2, 3]


def test_a_device_that_is_not_there(tmp_path: Path, gpu: edugrad.Device):
    edugrad.save(edugrad.ones(2, device=gpu), tmp_path / "model.pth")
    edugrad.devices.use_array_module("cuda", None)
    with pytest.raises(RuntimeError, match=r'is not here[\s\S]*map_location="cpu"'):
        edugrad.load(tmp_path / "model.pth")
    assert edugrad.load(tmp_path / "model.pth", map_location="cpu").tolist() == [1, 1]


def test_a_model_and_its_training_go_on(tmp_path: Path):
    def make() -> tuple[Any, Any, Any]:
        model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 1))
        optimizer = edugrad.optim.AdamW(model.parameters(), lr=0.1)
        return model, optimizer, edugrad.optim.lr_scheduler.MultiStepLR(optimizer, [2, 4])

    def train(model: Any, optimizer: Any, schedule: Any) -> None:
        for _ in range(3):
            optimizer.zero_grad()
            (model(inputs) ** 2).mean().backward()
            optimizer.step()
            schedule.step()

    edugrad.manual_seed(0)
    inputs = edugrad.randn(5, 3)
    parts = make()
    train(*parts)
    names = ("model", "optimizer", "schedule")
    states = {name: part.state_dict() for name, part in zip(names, parts, strict=True)}
    loaded = through_a_file(states, tmp_path)
    others = make()
    for name, part in zip(names, others, strict=True):
        part.load_state_dict(loaded[name])
    train(*parts)
    train(*others)
    for ours, theirs in zip(parts[0].parameters(), others[0].parameters(), strict=True):
        assert ours.tolist() == theirs.tolist()
    assert parts[2].get_last_lr() == others[2].get_last_lr() == [pytest.approx(1e-3)]


def test_a_random_state_can_be_saved(tmp_path: Path):
    edugrad.manual_seed(3)
    again = through_a_file(edugrad.get_rng_state(), tmp_path)
    drawn = edugrad.rand(3)
    edugrad.set_rng_state(again)
    assert edugrad.rand(3).tolist() == drawn.tolist()


# Layout


def test_a_state_dict_is_a_file_of_safetensors_and_its_sidecar(tmp_path: Path):
    state = nn.Linear(2, 1).state_dict()
    edugrad.save(state, tmp_path / "model.pth")
    assert sorted(os.listdir(tmp_path)) == ["model.pth", "model.pth.json"]
    arrays = safetensors.numpy.load_file(tmp_path / "model.pth")
    assert {name: array.shape for name, array in arrays.items()} == {
        "weight": (1, 2),
        "bias": (1,),
    }
    sidecar = json.loads((tmp_path / "model.pth.json").read_text())
    assert sidecar["weights"]["bytes"] == (tmp_path / "model.pth").stat().st_size
    (tmp_path / "model.pth.json").unlink()
    alone = edugrad.load(tmp_path / "model.pth")
    assert sorted(alone) == ["bias", "weight"]
    assert alone["weight"].tolist() == state["weight"].tolist()


def test_safetensors_of_others_are_read(tmp_path: Path):
    safetensors.numpy.save_file({"w": np.ones((2, 2), "f4")}, tmp_path / "other.safetensors")
    (tmp_path / "other.safetensors.json").write_text('{"note": "not a sidecar"}')
    loaded = edugrad.load(str(tmp_path / "other.safetensors"), weights_only=True)
    assert loaded["w"].tolist() == [[1, 1], [1, 1]]


def test_bfloat16_becomes_float32(tmp_path: Path):
    header = b'{"w":{"dtype":"BF16","shape":[3],"data_offsets":[0,6]}}'
    data = np.array([0x3F80, 0xC020, 0x4049], "<u2").tobytes()
    (tmp_path / "b").write_bytes(len(header).to_bytes(8, "little") + header + data)
    loaded = edugrad.load(tmp_path / "b")["w"]
    assert (loaded.dtype, loaded.tolist()) == (edugrad.float32, [1.0, -2.5, 3.140625])


def test_types_that_edugrad_has_not_are_named(tmp_path: Path):
    safetensors.numpy.save_file({"w": np.ones(2, "u4")}, tmp_path / "u4")
    with pytest.raises(RuntimeError, match=r"no such type as U32\n  got:  tensor 'w' of it"):
        edugrad.load(tmp_path / "u4")


# What cannot be saved


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: nn.Linear(1, 1), r"got:  Linear at obj\n.*x\.state_dict\(\)"),
        (
            lambda: {"a": [0, edugrad.optim.SGD([edugrad.ones(1)])]},
            r"got:  SGD at obj\['a'\]\[1\]\n.*load_state_dict",
        ),
        (lambda: {"f": lambda: 1}, r"got:  function at obj\['f'\]\n"),
        (lambda: [np.array(["a"])], r"got:  ndarray at obj\[0\]"),
        (lambda: {1j}, r"got:  complex at obj\[0\]"),
    ],
)
def test_what_is_no_data_is_refused_with_its_place(make: Any, words: str, tmp_path: Path):
    with pytest.raises(TypeError, match=r"edugrad.save\(\) saves tensors, numbers[\s\S]*" + words):
        edugrad.save(make(), tmp_path / "x")
    assert os.listdir(tmp_path) == []


def test_an_object_within_itself_is_refused(tmp_path: Path):
    circle: list[Any] = []
    circle.append({"again": circle})
    with pytest.raises(ValueError, match=r"must not contain itself[\s\S]*obj\[0\]\['again'\]"):
        edugrad.save(circle, tmp_path / "x")


def test_the_order_of_the_arguments(tmp_path: Path):
    with pytest.raises(TypeError, match=r"got:  dict\n  mend: edugrad.save\(obj, 'model.pth'\)"):
        edugrad.save("model.pth", {"w": edugrad.ones(1)})
    (tmp_path / "text").write_text("text")
    with open(tmp_path / "text") as stream, pytest.raises(TypeError, match="binary mode"):
        edugrad.load(stream)


# Whole or not at all


def test_a_write_that_fails_leaves_what_was_there(tmp_path: Path, monkeypatch: Any):
    path = tmp_path / "model.pth"
    edugrad.save({"w": edugrad.ones(1)}, path)

    def no_space(descriptor: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", no_space)
    with pytest.raises(OSError, match="No space left"):
        edugrad.save({"w": edugrad.zeros(1)}, path)
    assert sorted(os.listdir(tmp_path)) == ["model.pth", "model.pth.json"]
    assert edugrad.load(path)["w"].item() == 1.0


@pytest.mark.parametrize("survives", range(4))
def test_there_is_a_matching_pair_whenever_the_process_dies(
    tmp_path: Path, monkeypatch: Any, survives: int
):
    """Replacing files is what commits a save; it dies before the next replacement."""
    path = tmp_path / "model.pth"
    for epoch in (1, 2):
        edugrad.save({"epoch": epoch, "w": edugrad.full((1,), float(epoch))}, path)
    replace, done = os.replace, []

    def dying(source: str, target: str) -> None:
        if len(done) == survives:
            raise KeyboardInterrupt
        done.append(target)
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(files.os, "replace", dying)
        try:
            edugrad.save({"epoch": 3, "w": edugrad.full((1,), 3.0)}, path)
        except KeyboardInterrupt:
            assert survives < 3
    loaded = edugrad.load(path)
    assert loaded["epoch"] == loaded["w"].item() == (3 if survives >= 2 else 2)
    edugrad.save({"epoch": 4, "w": edugrad.full((1,), 4.0)}, path)
    assert edugrad.load(path)["epoch"] == 4
    assert "previous" not in json.loads((tmp_path / "model.pth.json").read_text())


def test_a_link_is_followed(tmp_path: Path):
    (tmp_path / "run1").mkdir()
    target = tmp_path / "run1" / "model.pth"
    edugrad.save([1], target)
    (tmp_path / "best.pth").symlink_to(target)
    edugrad.save([2], tmp_path / "best.pth")
    assert edugrad.load(target) == [2]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "model.pth"
    with pytest.raises(RuntimeError) as caught:
        edugrad.save({}, path)
    assert str(caught.value) == (
        f"Parent directory {path.parent} does not exist.\n"
        f"  got:  the path {path}\n"
        f"  mend: make it first: os.makedirs({str(path.parent)!r}, exist_ok=True)"
    )
