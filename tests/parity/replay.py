"""A call of PyTorch's, written down and repeated in either library."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.overrides import TorchFunctionMode, resolve_name

import edugrad

from .compare import attempt, dtype_name
from .operators import outputs

Call = Callable[..., Any]
Leaves = list[Any]


def find(library: Any, name: str) -> Call | None:
    """The function of that name in a library, or its Tensor's method ("uniform" is uniform_)."""
    for home, attribute in ((library, name), (library.Tensor, name), (library.Tensor, name + "_")):
        found = home
        for part in attribute.split("."):
            found = getattr(found, part, None)
        if callable(found):
            return found
    return None


def name_of(function: Any) -> str:
    """A function's path in PyTorch: "linalg.norm", "Tensor.add", "nn.functional.relu"."""
    return (resolve_name(function) or "").removeprefix("torch.").removeprefix("functional.")


class Recorder(TorchFunctionMode):
    """Notes which of PyTorch's functions are called directly, and with what."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[tuple[str, Any, tuple[Any, ...], dict[str, Any]]] = []

    def __torch_function__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        name = name_of(function)
        if not name.endswith("__get__"):
            self.calls.append((name, function, args, kwargs or {}))
        return function(*args, **(kwargs or {}))


class Replay:
    """One call: of an operator on a sample, or of the one function that the operator calls."""

    def __init__(self, operator: Any, sample: Any) -> None:
        self.name, theirs = operator.name, find(torch, operator.name) or operator.op
        self.args, self.kwargs = (sample.input, *sample.args), sample.kwargs
        with Recorder() as recorder:
            attempt(lambda: operator.op(*self.args, **self.kwargs))
        calls = [call for call in recorder.calls if call[0] == operator.name] or recorder.calls
        if len(calls) == 1 and find(edugrad, calls[0][0]):
            self.name, theirs, self.args, self.kwargs = calls[0]
        self.functions = {torch: theirs, edugrad: find(edugrad, self.name)}

    def __str__(self) -> str:
        shown = f"{self.name} {self.args} {self.kwargs}".replace("\n", " ")
        return shown if len(shown) < 160 else shown[:157] + "..."

    def arguments(self, library: Any) -> tuple[list[Any], dict[str, Any], Leaves]:
        """Fresh arguments, and those tensors among them that want a gradient."""
        library.manual_seed(0)
        leaves: Leaves = []
        convert = _torch_argument if library is torch else _edugrad_argument
        args, kwargs = _fresh((list(self.args), self.kwargs), convert, leaves)
        return args, kwargs, leaves

    def call(self, library: Any) -> Any:
        args, kwargs, _ = self.arguments(library)
        return self.functions[library](*args, **kwargs)

    def method(self, library: Any, name: str) -> Any:
        args, kwargs, _ = self.arguments(library)
        return getattr(args[0], name)(*args[1:], **kwargs)

    def in_place(self, library: Any, name: str) -> Any:
        """What the tensor holds afterwards."""
        args, kwargs, _ = self.arguments(library)
        with library.no_grad():
            getattr(args[0], name)(*args[1:], **kwargs)
        return args[0].detach()

    def out(self, library: Any) -> Any:
        """What was written into tensors of the right shapes and dtypes."""
        with library.no_grad():
            expected = self.call(library)
            several = isinstance(expected, (tuple, list))
            out = (
                tuple(map(library.empty_like, expected))
                if several
                else library.empty_like(expected)
            )
            args, kwargs, _ = self.arguments(library)
            self.functions[library](*args, **kwargs, out=out)
        return out

    def gradients(self, library: Any, order: int) -> list[Any]:
        """The gradients of that order of a weighted sum of the outputs; zeros for None."""
        args, kwargs, leaves = self.arguments(library)
        found = outputs(self.functions[library](*args, **kwargs))
        for step in range(order):
            numbered = [(k, g) for k, g in enumerate(found) if g is not None and g.requires_grad]
            if not numbered:
                return [library.zeros_like(leaf) for leaf in leaves]
            found = library.autograd.grad(
                [each for _, each in numbered],
                leaves,
                [_weight(library, each, 10 * step + k) for k, each in numbered],
                create_graph=step + 1 < order,
                allow_unused=True,
            )
        pairs = zip(found, leaves, strict=True)
        return [library.zeros_like(leaf) if g is None else g.detach() for g, leaf in pairs]


def _weight(library: Any, tensor: Any, seed: int) -> Any:
    numbers = np.random.default_rng(seed).normal(size=tuple(tensor.shape))
    return library.tensor(numbers.astype(dtype_name(tensor)))


def _fresh(value: Any, convert: Call, leaves: Leaves) -> Any:
    """A copy of PyTorch's arguments, each ``convert``ed; ``leaves`` gets those with a gradient."""
    if type(value) in (list, tuple):
        return type(value)(_fresh(each, convert, leaves) for each in value)
    if isinstance(value, dict):
        return {name: _fresh(each, convert, leaves) for name, each in value.items()}
    copied = convert(value)
    if isinstance(value, torch.Tensor) and value.requires_grad:
        leaves.append(copied)
    return copied


def _torch_argument(value: Any) -> Any:
    """A leaf with the same values and strides; anything else as it is."""
    if not isinstance(value, torch.Tensor):
        return value
    copied = torch.empty(0, dtype=value.dtype)
    memory = value.detach().untyped_storage().clone()
    copied.set_(memory, value.storage_offset(), value.size(), value.stride())
    return copied.requires_grad_(value.requires_grad)


def _edugrad_argument(value: Any) -> Any:
    """A leaf with the same values and strides; a dtype, size, layer, function as edugrad's own."""
    if isinstance(value, torch.Tensor):
        memory = torch.empty(0, dtype=value.dtype).set_(value.detach().untyped_storage())
        copied = edugrad.from_numpy(memory.numpy().copy())
        copied = copied.as_strided(tuple(value.shape), value.stride(), value.storage_offset())
        return copied.detach().requires_grad_(value.requires_grad)
    if isinstance(value, torch.Size):
        return edugrad.Size(value)
    if isinstance(value, (torch.dtype, torch.layout, torch.memory_format)):
        return getattr(edugrad, str(value).split(".")[-1])
    if isinstance(value, torch.device):
        return edugrad.device(str(value))
    if isinstance(value, torch.nn.Module):
        return getattr(edugrad.nn, type(value).__name__)()
    return find(edugrad, name_of(value)) if callable(value) else value
