"""Files that PyTorch and safetensors write are read here, and the other way round."""

from __future__ import annotations

import io
import pickle
import tempfile
from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import safetensors.torch

import edugrad

from .compare import attempt, compare
from .semantics import check


def model(t: Any) -> Any:
    t.manual_seed(0)
    return t.nn.Sequential(t.nn.Linear(3, 4), t.nn.BatchNorm1d(4), t.nn.Linear(4, 2))


def trained(t: Any) -> Any:
    made = model(t)
    optimizer = t.optim.AdamW(made.parameters(), lr=0.1, amsgrad=True)
    schedule = t.optim.lr_scheduler.MultiStepLR(optimizer, [1, 3])
    made(t.ones(5, 3)).sum().backward()
    optimizer.step()
    schedule.step()
    return {
        "model": made.state_dict(),
        "optimizer": optimizer.state_dict(),
        "schedule": schedule.state_dict(),
    }


OBJECTS: dict[str, Callable[[Any], Any]] = {
    "a state_dict": lambda t: model(t).state_dict(),
    "a checkpoint": trained,
    "tensors of every type": lambda t: [
        t.tensor([0, 1, 100]).to(getattr(t, name))
        for name in "bool uint8 int8 int16 int32 int64 float16 float32 float64".split()
    ],
    "views": lambda t: (lambda x: {"x": x, "row": x[1], "t": x.t(), "part": x[:, 1::2]})(
        t.arange(12.0).reshape(3, 4)
    ),
    "containers": lambda t: OrderedDict(a=(1, [2.5, None], {3: "b"}), b=t.Size([2]), c={1, 2}),
    "types and devices": lambda t: [t.float16, t.int64, t.device("cpu"), True, 2**40, -1.5],
    "parameters": lambda t: [t.nn.Parameter(t.ones(2)), t.ones(2, requires_grad=True)],
    "numbers and nothing": lambda t: [t.tensor(3), t.zeros(0, 2), t.ones(1, 2).expand(3, 2)],
}


def stored(t: Any, obj: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    t.save(obj, buffer)
    buffer.seek(0)
    return buffer


def same(ours: Any, theirs: Any, place: str) -> str:
    if isinstance(theirs, dict):
        if type(ours) is not type(theirs) or list(ours) != list(theirs):
            return f"{place}: {type(ours)} of {list(ours)} here, {type(theirs)} of {list(theirs)}"
        found = (same(ours[key], theirs[key], f"{place}[{key!r}]") for key in theirs)
        return next((text for text in found if text), "")
    if isinstance(ours, (edugrad.dtype, edugrad.device)):
        return "" if str(ours).split(".")[-1] == str(theirs).split(".")[-1] else place
    if isinstance(theirs, (list, tuple)) and type(ours) is type(theirs):
        found = (
            same(a, b, f"{place}[{k}]") for k, (a, b) in enumerate(zip(ours, theirs, strict=False))
        )
        return next((text for text in found if text), "")
    return compare(ours, theirs, place).text


@check
def files_of_pytorch(edugrad: Any, torch: Any) -> Iterator[str]:
    for name, make in OBJECTS.items():
        theirs = make(torch)
        loaded, error = attempt(lambda: edugrad.load(stored(torch, theirs)))  # noqa: B023
        if error is not None:
            yield f"{name}: {error}"
        elif found := same(loaded, theirs, name):
            yield found
        again = edugrad.load(stored(edugrad, make(edugrad)))
        if found := same(again, make(edugrad), name):
            yield f"saved here: {found}"


@check
def files_of_safetensors(edugrad: Any, torch: Any) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.safetensors"
        theirs = model(torch).state_dict()
        theirs["bfloat16"] = torch.randn(5).to(torch.bfloat16)
        safetensors.torch.save_file(theirs, path)
        ours = edugrad.load(path)
        if set(ours) != set(theirs):
            yield f"{sorted(ours)} here, {sorted(theirs)} in PyTorch"
        theirs["bfloat16"] = theirs["bfloat16"].float()
        for name, tensor in theirs.items():
            if found := compare(ours[name], tensor, name):
                yield found.text
        edugrad.save(model(edugrad).state_dict(), path)
        made = model(torch)
        made.load_state_dict(safetensors.torch.load_file(path))
        for name, tensor in model(edugrad).state_dict().items():
            if found := compare(tensor, made.state_dict()[name], name):
                yield f"saved here: {found.text}"


@check
def files_that_are_refused(edugrad: Any, torch: Any) -> Iterator[str]:
    for obj in (model(torch), print, {"a": [Path("x")]}, torch.Generator):
        for library in (edugrad, torch):
            buffer = stored(torch, obj)
            _, error = attempt(lambda: library.load(buffer))  # noqa: B023
            if not isinstance(error, pickle.UnpicklingError):
                yield f"{obj!r:.40}: {error!r} of {library.__name__}"
