"""Files of PyTorch: those that data/make.py wrote are read, and malicious ones do nothing."""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import random
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import pytest

import edugrad
from edugrad import nn

DATA = Path(__file__).parent / "data"


def test_tensors_of_pytorch():
    tensors = edugrad.load(DATA / "tensors.pt", weights_only=True)
    assert type(tensors) is OrderedDict
    base = [[0.0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]]
    assert tensors["base"].tolist() == base
    assert tensors["transposed"].tolist() == [list(row) for row in zip(*base, strict=True)]
    assert tensors["transposed"].stride() == (1, 4)
    assert tensors["every_second"].tolist() == [row[::2] for row in base]
    assert tensors["expanded"].tolist() == [[1, 1]] * 3
    assert tensors["empty"].shape == (0, 3)
    assert tensors["number"].item() == 7
    assert (tensors["number"].dtype, tensors["number"].shape) == (edugrad.int64, ())
    assert type(tensors["parameter"]) is nn.Parameter
    assert tensors["learnt"].requires_grad
    assert tensors["bfloat16"].dtype is edugrad.float32
    assert tensors["bfloat16"].tolist() == [1.0, -2.5, 3.140625]
    for name in ("bool", "uint8", "int8", "int16", "int32", "int64", "float16", "float64"):
        wanted = edugrad.tensor([0, 1, 100]).to(edugrad.dtypes.named(name))
        assert tensors[name].dtype is wanted.dtype
        assert tensors[name].tolist() == wanted.tolist()


def test_tensors_that_share_a_storage_share_memory():
    tensors = edugrad.load(DATA / "tensors.pt")
    tensors["base"][1, 2] = -1
    assert tensors["row"].tolist() == [4, 5, -1, 7]
    assert tensors["transposed"][2, 1].item() == -1


def test_a_checkpoint_of_pytorch_goes_on_here():
    checkpoint = edugrad.load(DATA / "checkpoint.pt", map_location="cpu")
    assert checkpoint["epoch"] == 3
    assert checkpoint["losses"] == [0.5, float("inf")]
    assert checkpoint["names"] == ("a", None, True)
    assert checkpoint["set"] == {1, 2}
    assert checkpoint["size"] == edugrad.Size([3, 4])
    assert (checkpoint["dtype"], checkpoint["device"].type) == (edugrad.float16, "cpu")
    model = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    model.load_state_dict(checkpoint["model"])
    optimizer = edugrad.optim.Adam(model.parameters())
    optimizer.load_state_dict(checkpoint["optimizer"])
    assert optimizer.param_groups[0]["lr"] == 0.5
    assert model[1].weight.tolist() == pytest.approx([0.5, 0.5])
    before = model[1].bias.tolist()
    for parameter in model.parameters():
        parameter.grad = edugrad.ones_like(parameter)
    optimizer.step()
    assert model[1].bias.tolist() == pytest.approx([value - 0.5 for value in before], abs=1e-5)
    assert optimizer.state[model[1].bias]["step"].item() == 2.0


def test_older_files_and_whole_models_are_refused():
    with pytest.raises(RuntimeError, match=r"PyTorch before 1\.6"):
        edugrad.load(DATA / "legacy.pt")
    with pytest.raises(
        pickle.UnpicklingError, match=r"got:  torch\.nn\.modules\.[\s\S]*state_dict"
    ):
        edugrad.load(DATA / "model.pt", weights_only=False)


# Files that PyTorch did not write


class Call:
    """An object whose pickle calls a function."""

    def __init__(self, function: Any, *arguments: Any) -> None:
        self.reduced = function, arguments

    def __reduce__(self) -> Any:
        return self.reduced


def archive(program: bytes, **data: bytes) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as made:
        made.writestr("archive/data.pkl", program)
        for key, content in data.items():
            made.writestr(f"archive/data/{key.removeprefix('_')}", content)
    buffer.seek(0)
    return buffer


MALICIOUS = {
    "os.system": lambda path: pickle.dumps(Call(os.system, f"touch {path}"), 2),
    "open": lambda path: pickle.dumps(Call(open, str(path), "w"), 2),
    "eval": lambda path: pickle.dumps({"a": [Call(eval, f"open({str(path)!r}, 'w')")]}, 4),
    "getattr": lambda path: pickle.dumps(Call(getattr, OrderedDict, "fromkeys"), 4),
    "stack global": lambda path: b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x04true\x85R.",
    "dotted name": lambda path: b"\x80\x04\x8c\x0bcollections\x8c\x14OrderedDict.fromkeys\x93.",
    "inst": lambda path: f"(S'touch {path}'\nios\nsystem\n.".encode(),
    "obj": lambda path: f"(cos\nsystem\nS'touch {path}'\no.".encode(),
    "extension": lambda path: b"\x80\x02\x82\x01.",
    "string": lambda path: b"S'text'\n.",
    "persistent id as text": lambda path: b"Pid\n.",
    "attributes of a list": lambda path: b"\x80\x02]}X\x01\x00\x00\x00aK\x01sb.",
    "attributes of a function": lambda path: b"\x80\x02ccollections\nOrderedDict\n}b.",
    "call of a list": lambda path: b"\x80\x02])R.",
    "class of a new object": lambda path: b"\x80\x02cposix\nsystem\n)\x81.",
    "out of band": lambda path: b"\x80\x05\x97.",
}


@pytest.mark.parametrize("name", MALICIOUS)
@pytest.mark.parametrize("weights_only", [True, False])
def test_a_malicious_pickle_is_refused_and_does_nothing(
    tmp_path: Path, name: str, weights_only: bool
):
    program = MALICIOUS[name](tmp_path / "touched")
    with pytest.raises(pickle.UnpicklingError, match="nothing of it was executed"):
        edugrad.load(archive(program), weights_only=weights_only)
    assert not (tmp_path / "touched").exists()


def test_a_refusal_names_the_function():
    with pytest.raises(pickle.UnpicklingError, match=r"got:  (posix|nt)\.system\n"):
        edugrad.load(archive(pickle.dumps(Call(os.system, "true"), 2)))


@pytest.mark.parametrize(
    "program",
    [
        b"",
        b"\x80\x02",
        b"\x80\x02.",
        b"\x80\x02NN.",
        b"\x80\x02K\x01K\x02s.",
        b"\x80\x02h\x05.",
        b"\x80\x02t.",
        b"\x80\x02\x86.",
        b"\x80\x02N\x86.",
        b"\x80\x02]]a]s.",
        b"\x80\x02}]]s.",
        b"\x80\x02(NNNu.",
        b"\x80\x02NQ.",
        b"\x80\x02K\x01Q.",
        b"\x80\x02N\x72\xff\xff\xff\xffj\xfe\xff\xff\xff.",
        b"\x80\x05\x96\xff\xff\xff\xff\xff\xff\xff\x7f.",
        b"\x80\x02X\xff\xff\xff\x7fabc.",
        b"\x80\x02cmissing the rest",
    ],
)
def test_a_pickle_that_makes_no_sense_is_damaged(program: bytes):
    with pytest.raises((RuntimeError, pickle.UnpicklingError)):
        edugrad.load(archive(program))


def tensor_program(storage: str, count: int, offset: int, size: Any, stride: Any) -> bytes:
    """The pickle of one tensor, in the instructions that PyTorch writes."""

    def text(value: str) -> bytes:
        return b"X" + len(value).to_bytes(4, "little") + value.encode()

    def integers(values: Any) -> bytes:
        return b"(" + b"".join(b"J" + v.to_bytes(4, "little", signed=True) for v in values) + b"t"

    return (
        b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n(("
        + text("storage")
        + f"ctorch\n{storage}\n".encode()
        + text("0")
        + text("cpu")
        + b"J"
        + count.to_bytes(4, "little")
        + b"tQJ"
        + offset.to_bytes(4, "little", signed=True)
        + integers(size)
        + integers(stride)
        + b"\x89ccollections\nOrderedDict\n)RtR."
    )


def test_the_program_of_a_tensor():
    program = tensor_program("FloatStorage", 3, 1, (2,), (1,))
    loaded = edugrad.load(archive(program, _0=edugrad.arange(3.0).numpy().tobytes()))
    assert loaded.tolist() == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("FloatStorage", 3, 0, (4,), (1,)), "needs more than the 3 elements"),
        (("FloatStorage", 3, 2, (2,), (1,)), "needs more than the 3 elements"),
        (("FloatStorage", 3, 0, (2,), (5,)), "needs more than the 3 elements"),
        (("FloatStorage", 3, 0, (2, 2), (1,)), "make no tensor"),
        (("FloatStorage", 3, -1, (1,), (1,)), "make no tensor"),
        (("FloatStorage", 3, 2, (2,), (-1,)), "make no tensor"),
        (("FloatStorage", 3, 0, (-1,), (1,)), "make no tensor"),
        (("DoubleStorage", 3, 0, (1,), (1,)), "12 bytes for a storage of 3 numbers of float64"),
        (("FloatStorage", 2, 0, (1,), (1,)), "12 bytes for a storage of 2 numbers of float32"),
        (("ComplexFloatStorage", 3, 0, (1,), (1,)), "edugrad has no complex64"),
        (("UntypedStorage", 3, 0, (1,), (1,)), "UntypedStorage"),
    ],
)
def test_tensors_that_lie_about_their_storage(arguments: Any, words: str):
    with pytest.raises((RuntimeError, pickle.UnpicklingError), match=words):
        edugrad.load(archive(tensor_program(*arguments), _0=bytes(12)))


def test_a_missing_storage():
    with pytest.raises(RuntimeError, match="got:  no data/0"):
        edugrad.load(archive(tensor_program("FloatStorage", 3, 0, (1,), (1,))))


def test_changed_bytes_never_do_anything_else_than_raise_or_load():
    whole = (DATA / "tensors.pt").read_bytes()
    generator = random.Random(0)
    start = whole.index(b"data.pkl")
    for _ in range(100):
        changed = bytearray(whole)
        for _ in range(3):
            changed[generator.randrange(start, start + 2500)] = generator.randrange(256)
        with zipfile.ZipFile(io.BytesIO(whole)) as original:
            program = bytearray(original.read("tensors/data.pkl"))
            data = {f"_{k}": original.read(f"tensors/data/{k}") for k in range(4)}
        for _ in range(3):
            program[generator.randrange(len(program))] = generator.randrange(256)
        for stream in (io.BytesIO(changed), archive(bytes(program), **data)):
            with contextlib.suppress(RuntimeError, pickle.UnpicklingError):
                edugrad.load(stream)
