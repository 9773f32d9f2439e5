"""Nested tuples, lists and dicts of values: taken apart into leaves, and put together again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Rebuild = Callable[[Sequence[Any]], Any]


def leaves(tree: Any) -> list[Any]:
    """The values in a tree, in order.

    Examples
    --------
    >>> leaves({"a": 1, "b": (2, [3])})
    [1, 2, 3]
    """
    if isinstance(tree, dict):
        return [leaf for each in tree.values() for leaf in leaves(each)]
    if is_branch(tree):
        return [leaf for each in tree for leaf in leaves(each)]
    return [tree]


def rebuilt(tree: Any, values: Sequence[Any]) -> Any:
    """A tree of the same form with other values.

    Examples
    --------
    >>> rebuilt({"a": 1, "b": (2, [3])}, "xyz")
    {'a': 'x', 'b': ('y', ['z'])}
    """
    remaining = iter(values)

    def build(part: Any) -> Any:
        if isinstance(part, dict):
            return type(part)((key, build(each)) for key, each in part.items())
        if is_branch(part):
            made = [build(each) for each in part]
            return type(part)(*made) if hasattr(part, "_fields") else type(part)(made)
        return next(remaining)

    return build(tree)


def is_branch(part: Any) -> bool:
    """Whether a part of a tree has parts itself."""
    return isinstance(part, (tuple, list, dict))


def spread(prefix: Any, tree: Any) -> list[Any]:
    """A value for each leaf of ``tree``, from a tree that may have one value for a whole branch.

    Raises
    ------
    ValueError
        If the two have different forms.

    Examples
    --------
    >>> spread((0, None), ([1, 2], 3))
    [0, 0, None]
    """
    if not is_branch(prefix):
        return [prefix] * len(leaves(tree))
    fits = is_branch(tree) and len(prefix) == len(tree)
    if not fits or isinstance(prefix, dict) != isinstance(tree, dict):
        raise ValueError("the forms differ")
    pairs = (
        [(prefix[key], tree[key]) for key in tree]
        if isinstance(tree, dict)
        else zip(prefix, tree, strict=True)
    )
    return [value for part, branch in pairs for value in spread(part, branch)]
