"""Calling a module with other parameters than its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ...errors import teach
from ...tensor import Tensor

State = Mapping[str, Tensor]


def functional_call(
    module: Any,
    parameters_and_buffers: State | Sequence[State],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module gives with these parameters and buffers in place of its own.

    Parameters
    ----------
    module : nn.Module
    parameters_and_buffers : dict, or sequence of dicts
        Tensors by their paths, as ``named_parameters`` gives them; what is not there stays.
    args : tuple or Tensor, optional
    kwargs : dict, optional
    tie_weights : bool
        Whether a parameter that has several paths changes under all of them.
    strict : bool
        Whether all parameters and buffers, and nothing else, must be given.

    Raises
    ------
    ValueError
        If a path is in two of the dicts.
    RuntimeError
        With ``strict``, if paths are missing or unknown.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.Linear(2, 1)
    >>> given = {"weight": edugrad.tensor([[1.0, 10.0]]), "bias": edugrad.zeros(1)}
    >>> edugrad.func.functional_call(layer, given, edugrad.tensor([1.0, 2.0]))
    tensor([21.])

    Notes
    -----
    PyTorch: ``torch.func.functional_call``.
    """
    given = _merged(parameters_and_buffers)
    positional = () if args is None else args if isinstance(args, tuple) else (args,)
    places = _places(module)
    if strict:
        _check_all(module, given, places)
    with _replaced(module, given, places, tie_weights):
        return module(*positional, **(kwargs or {}))


def _merged(states: State | Sequence[State]) -> dict[str, Tensor]:
    if isinstance(states, Mapping):
        return dict(states)
    merged: dict[str, Tensor] = {}
    for state in states:
        twice = sorted(merged.keys() & state.keys())
        if twice:
            raise ValueError(
                teach(
                    f"{twice} appeared in multiple dictionaries; behavior of functional call is "
                    "ambiguous",
                    got=f"{len(twice)} paths that are given twice",
                    mend="give each path once",
                )
            )
        merged.update(state)
    return merged


def _places(module: Any) -> dict[str, tuple[dict[str, Any], str]]:
    """For each path, the table that holds the tensor and its name there."""
    return {
        f"{path}.{name}".lstrip("."): (table, name)
        for path, part in module.named_modules(remove_duplicate=False)
        for table in (part._parameters, part._buffers)
        for name, value in table.items()
        if value is not None
    }


def _check_all(module: Any, given: dict[str, Tensor], places: dict[str, Any]) -> None:
    unknown = [path for path in given if path not in places]
    lacking = [path for path in places if path not in given]
    if unknown or lacking:
        raise RuntimeError(
            teach(
                f"Error(s) in reparametrizing for {type(module).__name__}:\n"
                f"\tMissing key(s): {lacking}.\n\tUnexpected key(s): {unknown}.",
                got=f"{len(given)} of {len(places)} tensors",
                mend="give all of dict(module.named_parameters()) and of its buffers",
            )
        )


@contextmanager
def _replaced(
    module: Any, given: dict[str, Tensor], places: dict[str, Any], tie_weights: bool
) -> Iterator[None]:
    """Put other tensors into a module's tables, and its own ones back at the end."""
    tables = {path: (*place, place[0][place[1]]) for path, place in places.items()}
    others = {id(tables[path][2]): value for path, value in given.items() if path in tables}
    changed = []
    for path, (table, name, own) in tables.items():
        value = given.get(path, others.get(id(own)) if tie_weights else None)
        if value is not None:
            changed.append((table, name, own, value))
    for table, name, _, value in changed:
        table[name] = value
    try:
        yield
    finally:
        for table, name, own, _ in changed:
            table[name] = own
