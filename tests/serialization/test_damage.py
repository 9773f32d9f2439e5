"""A file that is not what was saved raises, whatever was changed, and the model stays as it was."""

from __future__ import annotations

import io
import json
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest

import edugrad
from edugrad import nn


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "model.pth"
    edugrad.save({"epoch": 3, "model": nn.Linear(4, 3).state_dict()}, path)
    return path


def damaged(path: Path, words: str = "is damaged: it is not what was saved") -> None:
    with pytest.raises(RuntimeError, match=words):
        edugrad.load(path)


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_every_truncation_is_noticed(saved: Path, suffix: str):
    part = saved.with_name(saved.name + suffix)
    whole = part.read_bytes()
    for length in range(0, len(whole), 7):
        part.write_bytes(whole[:length])
        with pytest.raises(RuntimeError):
            edugrad.load(saved)
    part.write_bytes(whole + b"\x00")
    damaged(saved)


@pytest.mark.parametrize("suffix", ["", ".json"])
def test_every_flipped_bit_is_noticed(saved: Path, suffix: str):
    part = saved.with_name(saved.name + suffix)
    whole = part.read_bytes()
    generator = random.Random(0)
    for place in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[place] ^= 1 << generator.randrange(8)
        part.write_bytes(changed)
        try:
            loaded = edugrad.load(saved)
        except RuntimeError:
            continue
        raise AssertionError(f"byte {place} of {part.name} was changed and {loaded} loaded")


def test_every_flipped_bit_in_an_archive_raises_or_changes_nothing():
    buffer = io.BytesIO()
    edugrad.save({"epoch": 3, "w": edugrad.arange(5)}, buffer)
    whole = buffer.getvalue()
    generator = random.Random(0)
    noticed = 0
    for place in range(0, len(whole), 3):
        changed = bytearray(whole)
        changed[place] ^= 1 << generator.randrange(8)
        try:
            loaded = edugrad.load(io.BytesIO(changed))
        except RuntimeError:
            noticed += 1
        else:  # a date, or another field of zip's that nobody reads
            assert (loaded["epoch"], loaded["w"].tolist()) == (3, [0, 1, 2, 3, 4])
    assert noticed > len(whole) / 3 * 0.8


def test_the_message_says_what_differs(saved: Path):
    whole = saved.read_bytes()
    saved.write_bytes(whole[:-1])
    damaged(saved, f"got:  {len(whole) - 1} bytes where {len(whole)} were saved")
    saved.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    damaged(saved, "as many bytes as were saved, but their SHA-256 is another")
    saved.write_bytes(b"")
    damaged(saved, f"0 bytes where {len(whole)} were saved")


def test_changed_values_are_noticed(saved: Path):
    sidecar = saved.with_name("model.pth.json")
    sidecar.write_text(sidecar.read_text().replace('["epoch", 3]', '["epoch", 4]'))
    damaged(saved, "values whose SHA-256 is another")


def test_a_missing_sidecar_is_noticed_where_it_is_needed(saved: Path):
    saved.with_name("model.pth.json").unlink()
    damaged(saved, "saved with a sidecar, .*model.pth.json, that is not there")


@pytest.mark.parametrize("text", ["{}", '{"format": "other"}', "[]", "3", "{", "\x00", "[" * 10**5])
def test_a_sidecar_of_another_kind_is_noticed(saved: Path, text: str):
    saved.with_name("model.pth.json").write_text(text)
    damaged(saved)


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.update(weights=None),
        lambda s: s.update(weights={}),
        lambda s: s.update(value={"dict": 3}),
        lambda s: s.update(value={"tensor": {"object": 0, "device": "cpu", "name": "nowhere"}}),
        lambda s: s.update(value={"surprise": 1}),
        lambda s: s.update(value={}),
        lambda s: s.update(value={"dtype": "float128"}),
        lambda s: s.update(value={"number": ["object", 1]}),
        lambda s: s.update(value={"bytes": "?"}),
        lambda s: s.update(
            value={
                "tensor": {
                    "object": 0,
                    "device": "cpu",
                    "name": "model.bias",
                    "view": [[9], [1], 0],
                }
            }
        ),
        lambda s: s.update(
            value={
                "tensor": {
                    "object": 0,
                    "device": "cpu",
                    "name": "model.bias",
                    "view": [[2], [-1], 2],
                }
            }
        ),
    ],
)
def test_a_sidecar_that_lies_is_noticed_even_with_a_right_digest(saved: Path, change: Any):
    from edugrad.serialization import layout

    place = saved.with_name("model.pth.json")
    sidecar = json.loads(place.read_text())
    change(sidecar)
    sidecar["value_sha256"] = layout._digest(sidecar["value"])
    place.write_text(json.dumps(sidecar))
    damaged(saved)


def test_a_newer_version_is_named(saved: Path):
    place = saved.with_name("model.pth.json")
    place.write_text(place.read_text().replace('"version": 1', '"version": 2'))
    damaged(saved, "reads version 1 of its files\n  got:  .* of version 2")


def test_a_model_keeps_its_values_when_its_file_is_damaged(tmp_path: Path):
    path = tmp_path / "model.pth"
    model = nn.Linear(2, 2)
    before = model.weight.tolist()
    edugrad.save(nn.Linear(2, 2).state_dict(), path)
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(RuntimeError):
        model.load_state_dict(edugrad.load(path))
    assert model.weight.tolist() == before


@pytest.mark.parametrize(
    "data",
    [
        (2**60).to_bytes(8, "little") + b"{}",
        (90_000_000).to_bytes(8, "little") + b"{}",
        b"\x02\x00\x00\x00\x00\x00\x00\x00{]",
        b'\x3c\x00\x00\x00\x00\x00\x00\x00{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}'
        + bytes(5),
    ],
)
def test_headers_that_lie(tmp_path: Path, data: bytes):
    (tmp_path / "w").write_bytes(data)
    damaged(tmp_path / "w", "no valid safetensors")


def zipped(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> io.BytesIO:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    buffer.seek(0)
    return buffer


@pytest.mark.parametrize("name", ["x/data.pkl", "sidecar.json"])
def test_a_zip_bomb_is_not_unpacked(name: str):
    bomb = zipped({name: bytes(5_000_000)}, zipfile.ZIP_DEFLATED)
    assert bomb.getbuffer().nbytes < 10_000
    with pytest.raises(RuntimeError, match=f"{name} in it is compressed or encrypted"):
        edugrad.load(bomb)


def test_a_part_that_claims_too_many_bytes():
    data = bytearray(zipped({"x/data.pkl": b"\x80\x02N."}).getvalue())
    directory = data.index(b"PK\x01\x02")
    data[directory + 20 : directory + 28] = (2**31).to_bytes(4, "little") * 2
    with pytest.raises(RuntimeError, match="claims 2147483648 bytes"):
        edugrad.load(io.BytesIO(data))


def test_other_files_are_named(tmp_path: Path):
    for data, words in (
        (b"", "buffer.seek\\(0\\)"),
        (b"hello, world", "begin with b'hello, w'"),
        (b"\x80\x02}q\x00.", "a file of PyTorch before 1.6, or a pickle"),
    ):
        (tmp_path / "x").write_bytes(data)
        with pytest.raises(RuntimeError, match=words):
            edugrad.load(tmp_path / "x")
    with pytest.raises(RuntimeError, match=r"a zip archive of a\.txt"):
        edugrad.load(zipped({"a.txt": b""}))
    with pytest.raises(RuntimeError, match="no valid zip archive"):
        edugrad.load(io.BytesIO(b"PK\x03\x04" + bytes(40)))
    with pytest.raises(FileNotFoundError):
        edugrad.load(tmp_path / "nowhere.pth")
