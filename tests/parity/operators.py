"""Every listed op on every sample: values, first and second gradients, in place and with out=."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import edugrad
from edugrad.ops.registry import OpInfo, Sample

from .compare import SAME, Difference, compare, compare_calls, is_tensor, numbers

PLACES = {
    "edugrad": ("",),
    "edugrad.nn.functional": ("nn.functional",),
    "edugrad.linalg": ("linalg",),
    "edugrad.special": ("special",),
    "edugrad.Tensor": ("Tensor",),
}


def lookup(library: Any, info: OpInfo, name: str) -> Callable[..., Any] | None:
    """The function of that name in a library, as a function or as a method of its Tensor."""
    name = name.rpartition(".")[2]
    for place in (*PLACES.get(info.namespace, ("",)), "", "nn.functional", "linalg", "special"):
        found = library
        for part in filter(None, place.split(".")):
            found = getattr(found, part, None)
        function = getattr(found, name, None)
        if callable(function):
            return function
    return getattr(library.Tensor, name, None)


def arguments(
    library: Any, sample: Sample, dtype: str, gradients: bool
) -> tuple[tuple[Any, ...], dict[str, Any], list[Any]]:
    """A sample's arguments in a library, and those tensors among them that have gradients."""
    random = np.random.default_rng(20)
    leaves: list[Any] = []

    def wrap(array: np.ndarray) -> Any:
        if array.dtype != np.float64:
            return library.tensor(array)
        tensor = library.tensor(array.astype(dtype))
        if gradients:
            tensor.requires_grad_()
            leaves.append(tensor)
        return tensor

    args, kwargs = sample.build(random, wrap)
    return _translated(library, args), _translated(library, kwargs), leaves


def _translated(library: Any, value: Any) -> Any:
    """Replace edugrad's dtypes by the library's own."""
    if isinstance(value, dict):
        return {name: _translated(library, each) for name, each in value.items()}
    if isinstance(value, tuple) and not hasattr(value, "_fields"):
        return tuple(_translated(library, each) for each in value)
    if isinstance(value, list):
        return [_translated(library, each) for each in value]
    if isinstance(value, edugrad.dtype):
        return getattr(library, value.name)
    return value


def outputs(result: Any) -> list[Any]:
    """The differentiable tensors among a result."""
    found = result if isinstance(result, (tuple, list)) else [result]
    return [each for each in found if is_tensor(each) and each.requires_grad]


def weights(library: Any, tensors: list[Any], seed: int) -> list[Any]:
    """A fixed random gradient for each tensor."""
    random = np.random.default_rng(seed)
    return [
        library.tensor(random.normal(size=tuple(each.shape)).astype(str(each.dtype).split(".")[-1]))
        for each in tensors
    ]


def gradients(library: Any, function: Callable[..., Any], sample: Sample, order: int) -> Any:
    """The gradients of that order of a weighted sum of the outputs."""
    args, kwargs, leaves = arguments(library, sample, "float64", gradients=True)
    found = outputs(function(*args, **kwargs))
    for step in range(order):
        found = [each for each in found if each is not None and each.requires_grad]
        if not found:
            return "no gradient"
        found = list(
            library.autograd.grad(
                found,
                leaves,
                weights(library, found, step),
                create_graph=step + 1 < order,
                allow_unused=True,
            )
        )
    return [library.zeros(()) if each is None else each.detach() for each in found]


def differences(edugrad: Any, torch: Any, name: str, info: OpInfo) -> Iterator[Difference]:
    """What differs between the two libraries' versions of an op."""
    theirs = lookup(torch, info, name)
    if theirs is None:
        yield Difference("PyTorch has no such function")
        return
    ours = lookup(edugrad, info, name)
    if ours is None:
        yield Difference("listed here, but not public")
        return
    for sample in info.samples:
        functions = ours, tolerant(torch, theirs)
        for found in _of_sample(edugrad, torch, info, functions, sample):
            if found:
                yield Difference(f"{sample}: {found.text}")


def _of_sample(
    edugrad: Any, torch: Any, info: OpInfo, functions: tuple[Any, Any], sample: Sample
) -> Iterator[Difference]:
    for dtype in ("float64", "float32"):
        yield compare_calls(
            *(_forward(lib, f, sample, dtype) for lib, f in _pairs(edugrad, torch, functions))
        )
    if info.differentiable or info.op is None:
        for order in (1, 2):
            yield _compare_gradients(edugrad, torch, functions, sample, order)
    if info.inplace is not None:
        yield compare_calls(
            _in_place(edugrad, info.inplace.__name__, sample),
            _in_place(torch, info.inplace.__name__, sample),
        )


def _pairs(edugrad: Any, torch: Any, functions: tuple[Any, Any]) -> Any:
    return zip((edugrad, torch), functions, strict=True)


def tolerant(library: Any, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that falls back on the method where it alone takes such arguments (flip(x, 0))."""
    method = getattr(library.Tensor, function.__name__, None)

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return function(*args, **kwargs)
        except TypeError:
            if method is None:
                raise
            return method(*args, **kwargs)

    return call


def _forward(library: Any, function: Any, sample: Sample, dtype: str) -> Callable[[], Any]:
    def call() -> Any:
        library.random.default_generator.manual_seed(0)
        args, kwargs, _ = arguments(library, sample, dtype, gradients=True)
        return function(*args, **kwargs)

    return call


def _in_place(library: Any, method: str, sample: Sample) -> Callable[[], Any]:
    def call() -> Any:
        library.random.default_generator.manual_seed(0)
        args, kwargs, _ = arguments(library, sample, "float64", gradients=False)
        return getattr(args[0], method)(*args[1:], **kwargs)

    return call


def _compare_gradients(
    edugrad: Any, torch: Any, functions: tuple[Any, Any], sample: Sample, order: int
) -> Difference:
    results = []
    for library, function in _pairs(edugrad, torch, functions):
        try:
            library.random.default_generator.manual_seed(0)
            results.append(gradients(library, function, sample, order))
        except Exception as error:
            results.append(f"{type(error).__name__}: {str(error).splitlines()[0]}")
    ours, theirs = results
    if isinstance(theirs, str) or isinstance(ours, str):
        if _both_none(ours, theirs):
            return SAME
        return Difference(f"gradient {order}: {_brief(ours)} here, {_brief(theirs)} in PyTorch")
    return compare(ours, theirs, f"gradient {order}")


def _both_none(ours: Any, theirs: Any) -> bool:
    """No gradient in one and zeros, or an error for want of one, in the other are the same."""
    return all(
        isinstance(each, str) or all(not np.any(numbers(g)) for g in each)
        for each in (ours, theirs)
    )


def _brief(found: Any) -> str:
    return found if isinstance(found, str) else "a gradient"
