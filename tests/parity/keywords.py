"""Each listed op called by PyTorch's names of the arguments, and by NumPy's, and by a wrong one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from edugrad.ops import OPS
from edugrad.ops.naming import NUMPY_NAMES
from edugrad.ops.registry import Sample

from .compare import compare_calls
from .operators import arguments
from .semantics import check
from .signatures import home

PLACES = {"": "", "Tensor": "", "nn.functional": "", "linalg": "linalg_", "special": "special_"}


@dataclass(frozen=True)
class Named:
    """A way to call a function that both libraries have: which sample, under which names."""

    place: str
    name: str
    same: bool
    sample: Sample
    names: tuple[str, ...]

    def call(self, library: Any, others: dict[str, str], **extra: Any) -> Callable[[], Any]:
        """The call with all arguments by name, a method's own tensor apart."""
        function = getattr(home(library, self.place), self.name)
        first = 1 if self.place == "Tensor" else 0

        def called() -> Any:
            library.random.default_generator.manual_seed(0)
            args, kwargs, _ = arguments(library, self.sample, "float64", gradients=False)
            named = {**dict(zip(self.names[first:], args[first:], strict=True)), **kwargs}
            named = {others.get(name, name): value for name, value in named.items()}
            return function(*args[:first], **named, **extra)

        return called


def ways(edugrad: Any, torch: Any) -> Iterator[Named]:
    """The samples of the listed ops, under the names of each operator of PyTorch that fits."""
    seen: set[tuple[str, str]] = set()
    for key, info in OPS.items():
        bare = key.rpartition(".")[2]
        for place in PLACES:
            for name in (bare, f"{bare}_"):
                if (place, name) in seen or not _shared(edugrad, torch, place, name):
                    continue
                seen.add((place, name))
                for sample in info.samples:
                    for names in _names(torch, place, name, len(sample.args)):
                        yield Named(place, name, info.torch == "same", sample, names)


def _shared(edugrad: Any, torch: Any, place: str, name: str) -> bool:
    theirs = getattr(home(torch, place), name, None)
    ours = getattr(home(edugrad, place), name, None)
    return ours is not None and callable(theirs) and not inspect.isfunction(theirs)


def _names(torch: Any, place: str, name: str, count: int) -> Iterator[tuple[str, ...]]:
    """The names of so many arguments by position, in each of the operators of a name."""
    for schema in torch._C._jit_get_schemas_for_operator(f"aten::{PLACES[place]}{name}"):
        if any(each.is_out for each in schema.arguments):
            continue
        given = [each.name for each in schema.arguments if not each.kwarg_only]
        if len(given) >= count and any("Tensor" in str(each.type) for each in schema.arguments):
            yield tuple("input" if each == "self" else each for each in given[:count])


@check
def calls_by_name(edugrad: Any, torch: Any) -> Iterator[str]:
    done = set()
    for way in ways(edugrad, torch):
        asked = way.place, way.name, way.names, tuple(way.sample.kwargs)
        if asked in done:
            continue
        try:
            way.call(torch, {})()
        except Exception:  # the sample is for another operator of that name
            continue
        done.add(asked)
        title = f"{way.place}.{way.name}{way.names}"
        if way.same:  # else signs of vectors or random streams may differ
            found = compare_calls(way.call(edugrad, {}), way.call(torch, {}))
            if found:
                yield f"{title}: {found.text}"
            for numpy_name in _numpy_names(way):
                others = {NUMPY_NAMES[numpy_name]: numpy_name}
                found = compare_calls(way.call(edugrad, others), way.call(torch, others))
                if found:
                    yield f"{title} with {numpy_name}: {found.text}"
        yield from _of_wrong_name(title, way.call(edugrad, {}, nonsense=1))


def _numpy_names(way: Named) -> list[str]:
    """NumPy's names that could stand for one of the call's; not in what is fastest, ``x.exp()``."""
    given = {*way.names[1 if way.place == "Tensor" else 0 :], *way.sample.kwargs}
    if way.name.endswith("_"):
        given.discard("input")
    return [each for each, name in NUMPY_NAMES.items() if name in given]


def _of_wrong_name(title: str, call: Callable[[], Any]) -> Iterator[str]:
    try:
        call()
    except TypeError as error:
        if "nonsense" not in str(error):
            yield f"{title}: the error for a wrong name does not name it: {error}"
    except Exception as error:
        yield f"{title}: {type(error).__name__} for a wrong name, TypeError in PyTorch"
    else:
        yield f"{title}: a wrong name is no error"
