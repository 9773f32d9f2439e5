"""``vmap``: a function of one example made one of a batch, by calling it once an example."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import trees
from .errors import teach
from .ops.joining import stack
from .random import default_generator
from .tensor import Tensor

Function = Callable[..., Any]


def vmap(
    func: Function,
    in_dims: Any = 0,
    out_dims: Any = 0,
    randomness: str = "error",
    *,
    chunk_size: int | None = None,
) -> Function:
    """A function that applies ``func`` to each slice of its arguments and stacks the results.

    Parameters
    ----------
    func : function
        Of tensors, or of nested tuples, lists and dicts of them; returns such.
    in_dims : int, None or tuple of these
        The dimension of each argument to go along; None hands an argument on whole. A tuple may be
        nested as the arguments are. Arguments by keyword are handed on whole.
    out_dims : int, None or tuple of these
        Where the new dimension of the results goes; None takes a result that is the same for all.
    randomness : {"error", "different", "same"}
        Whether slices may draw random numbers, and which.
    chunk_size : int, optional
        Accepted: edugrad always goes slice by slice.

    Raises
    ------
    ValueError
        If sizes or forms do not fit, or something else than tensors is returned.
    RuntimeError
        If random numbers are drawn and ``randomness`` does not say which.

    Examples
    --------
    >>> import edugrad
    >>> rows = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> edugrad.vmap(edugrad.dot)(rows, rows)
    tensor([ 5., 25.])

    Notes
    -----
    PyTorch: ``torch.vmap``, which computes all slices at once.
    """
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(
            teach(
                "Only allowed values for randomness are 'error', 'different', or 'same'. Got "
                f"{randomness}",
                got=f"randomness={randomness!r}",
                mend='"different" draws new numbers for each slice',
            )
        )
    if chunk_size is not None and chunk_size <= 0:
        raise ValueError(
            teach(
                f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})",
                got=f"chunk_size={chunk_size}",
                mend="leave chunk_size away",
            )
        )
    name = getattr(func, "__name__", type(func).__name__)

    def mapped(*args: Any, **kwargs: Any) -> Any:
        dims, values = _dims_of(name, in_dims, args), trees.leaves(args)
        length = _length(name, in_dims, dims, values)
        columns = [
            [value] * max(length, 1) if dim is None else _slices(value, dim)
            for value, dim in zip(values, dims, strict=True)
        ]
        calls = [trees.rebuilt(args, row) for row in zip(*columns, strict=True)]
        results = _results(func, calls, kwargs, randomness)
        return _joined(name, results, out_dims, length)

    return mapped


def _dims_of(name: str, in_dims: Any, args: tuple[Any, ...]) -> list[Any]:
    """The dimension of each tensor among the arguments."""
    if not isinstance(in_dims, (int, tuple, list)) or isinstance(in_dims, bool):
        raise _unfit(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a "
            f"(potentially nested) tuple matching the structure of inputs, got: {type(in_dims)}.",
            f"in_dims={in_dims!r}",
        )
    try:
        return trees.spread(in_dims, args)
    except ValueError:
        raise _unfit(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the "
            "structure of `inputs`.",
            f"{len(args)} arguments",
        ) from None


def _length(name: str, in_dims: Any, dims: list[Any], values: list[Any]) -> int:
    """How many slices there are."""
    if not values:
        raise _unfit(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are "
            "trying to vmap over a function with no inputs. The latter is unsupported.",
            "a call without arguments",
        )
    head = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim="
    sizes = set()
    for value, dim in zip(values, dims, strict=True):
        if dim is None:
            continue
        if not isinstance(value, Tensor):
            raise _unfit(
                f"{head}{dim} for an input but the input is of type {type(value)}. We cannot vmap "
                "over non-Tensor arguments, please use None as the respective in_dim",
                repr(value),
            )
        if not -value.ndim <= dim < value.ndim:
            raise _unfit(
                f"{head}{dim} for some input, but that input is a Tensor of dimensionality "
                f"{value.ndim} so expected in_dim to satisfy -{value.ndim} <= in_dim < "
                f"{value.ndim}.",
                f"a tensor of shape {tuple(value.shape)}",
            )
        sizes.add(value.shape[dim])
    if len(sizes) != 1:
        raise _unfit(
            "vmap: Expected all tensors to have the same size in the mapped dimension, got sizes "
            f"{sorted(sizes)} for the mapped dimension",
            f"sizes {sorted(sizes)}",
        )
    return int(sizes.pop())


def _unfit(rule: str, got: str) -> ValueError:
    return ValueError(
        teach(
            rule,
            got=got,
            mend="in_dims says which dimension of each argument is mapped; None is none",
        )
    )


def _slices(value: Tensor, dim: int) -> Any:
    """The slices along a dimension; one of zeros where there are none, for the form of results."""
    if value.shape[dim]:
        return value.unbind(dim)
    shape = list(value.shape)
    del shape[dim]
    return [value.new_zeros(shape)]


def _results(
    func: Function, calls: list[Any], kwargs: dict[str, Any], randomness: str
) -> list[Any]:
    before = default_generator.get_state()
    results = []
    for args in calls:
        if randomness == "same":
            default_generator.set_state(before)
        results.append(func(*args, **kwargs))
    drawn = randomness == "error" and not bool((default_generator.get_state() == before).all())
    if drawn:
        raise RuntimeError(
            teach(
                "vmap: called random operation while in randomness error mode. Please either use "
                "the 'same' or 'different' randomness flags on vmap or perform the randomness "
                "operation out of vmap",
                got='random numbers drawn with randomness="error"',
                mend='say which is meant: vmap(…, randomness="different")',
            )
        )
    return results


def _joined(name: str, results: list[Any], out_dims: Any, length: int) -> Any:
    first = results[0]
    for leaf in trees.leaves(first):
        if not isinstance(leaf, Tensor):
            raise ValueError(
                teach(
                    f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(leaf)}. "
                    "Did you mean to set out_dims= to None for output?",
                    got=repr(leaf),
                    mend="return tensors: item() and float() take a value out of the batch",
                )
            )
    try:
        places = trees.spread(out_dims, first)
    except ValueError:
        raise ValueError(
            teach(
                f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible "
                "with the structure of `outputs`.",
                got=f"{len(trees.leaves(first))} results",
                mend="give one number for all results, or a tuple with one for each",
            )
        ) from None
    columns = zip(*[trees.leaves(each) for each in results], strict=True)
    stacked = [
        column[0] if place is None else _stacked(column[:length], column[0], place)
        for column, place in zip(columns, places, strict=True)
    ]
    return trees.rebuilt(first, stacked)


def _stacked(column: tuple[Any, ...], like: Tensor, place: int) -> Tensor:
    if column:
        made: Tensor = stack(column, place)
        return made
    shape = list(like.shape)
    shape.insert(place % (like.ndim + 1), 0)
    return like.new_zeros(shape)
