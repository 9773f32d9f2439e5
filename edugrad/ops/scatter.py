"""Writing along a dimension at an index tensor: ``scatter`` and its reductions, ``one_hot``."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from ..tensor import Tensor, check_dim
from .indexing import check_bounds, check_index
from .registry import Sample, T, register
from .scattering import Scatter, ScatterAdd, ScatterReduce, ScatterValue

REDUCTIONS = ("sum", "prod", "mean", "amax", "amin")
COLUMN = T(1, 4, kind="int", low=0, high=3)


def _check(name: str, input: Tensor, dim: int, index: Any, source: Any) -> int:
    axis = check_dim(dim, input.ndim)
    check_index(name, index)
    have, asked = input._array.shape, index._array.shape
    given = source._array.shape if isinstance(source, Tensor) else asked
    rule = None
    if isinstance(source, Tensor) and source.dtype is not input.dtype:
        rule = "scatter(): Expected self.dtype to be equal to src.dtype"
    elif index.numel() == 0:
        return axis
    elif max(len(asked), 1) != max(len(have), 1):
        rule = "Index tensor must have the same number of dimensions as self tensor"
    elif max(len(asked), 1) != max(len(given), 1):
        rule = "Index tensor must have the same number of dimensions as src tensor"
    elif _longer(asked, have, axis) or _longer(asked, given, -1):
        rule = (
            f"Expected index {list(asked)} to be no larger than self {list(have)} apart from "
            f"dimension {axis} and to be no larger size than src {list(given)}"
        )
    if rule is not None:
        raise RuntimeError(
            teach(
                rule,
                got=f"{name}() of shape {have} and {input.dtype}, index of shape {asked}, source "
                f"of shape {given}",
                mend="the index says for each element of the source where it goes",
            )
        )
    check_bounds(index, axis, have[axis] if have else 1)
    return axis


def _longer(asked: tuple[int, ...], have: tuple[int, ...], axis: int) -> bool:
    pairs = enumerate(zip(asked, have, strict=False))
    return any(a > h for k, (a, h) in pairs if k != axis)


def _scatter(in_place: bool, args: tuple[Any, ...], src: Any, value: Any, reduce: Any) -> Any:
    input, dim, index = args
    source = src if value is None else value
    if source is None or not isinstance(source, (Tensor, bool, int, float)):
        raise TypeError(
            teach(
                "scatter() takes a tensor src or a number value",
                got=type(source).__name__,
                mend="write x.scatter(dim, index, src) or x.scatter(dim, index, value=1.0)",
            )
        )
    if reduce is not None:
        return _scatter_reduced(in_place, args, source, reduce)
    axis = _check("scatter", input, dim, index, source)
    op = Scatter if isinstance(source, Tensor) else ScatterValue
    return (op.apply_ if in_place else op.apply)(input, index, source, dim=axis)


def _scatter_reduced(in_place: bool, args: tuple[Any, ...], source: Any, reduce: str) -> Any:
    """The old form of :func:`scatter_reduce`: ``reduce="add"`` or ``"multiply"``."""
    input, dim, index = args
    if reduce not in ("add", "multiply"):
        raise RuntimeError(
            teach(
                "reduce argument must be either add or multiply.",
                got=f"reduce={reduce!r}",
                mend='use scatter_reduce(…) with reduce="sum", "prod", "mean", "amax" or "amin"',
            )
        )
    if not isinstance(source, Tensor):
        source = input.new_full(index.shape, source)
    axis = _check("scatter", input, dim, index, source)
    params = {"dim": axis, "reduce": {"add": "sum", "multiply": "prod"}[reduce]}
    op = ScatterReduce.apply_ if in_place else ScatterReduce.apply
    return op(input, index, source, include_self=True, **params)


def _scatter_(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Any:
    """In-place version of :func:`scatter`."""
    return _scatter(True, (input, dim, index), src, value, reduce)


@register(
    Scatter,
    samples=[
        Sample(T(3, 4), 0, COLUMN, T(1, 4)),
        Sample(T(5), 0, T(3, kind="int", low=0, high=5, distinct=True), T(3)),
        Sample(T(3, 4), dim=0, index=COLUMN, src=T(1, 4)),
        Sample(T(3, 4), 1, T(3, 2, kind="int", low=0, high=4), 2.5),
        Sample(T(3, 4), 1, T(3, 2, kind="int", low=0, high=4), value=-1),
        Sample(T(), 0, T(kind="int", low=0, high=1), T()),
    ],
    inplace=_scatter_,
    out=True,
)
def scatter(
    input: Any, dim: int, index: Any, src: Any = None, *, value: Any = None, reduce: Any = None
) -> Any:
    """A copy with values written along ``dim``: ``out[index[i][j]][j] = src[i][j]`` for dim 0.

    Parameters
    ----------
    input : Tensor
    dim : int
    index : Tensor of int64 or int32
        Of as many dimensions as ``input``; where each element of ``src`` goes.
    src : Tensor
        Of the input's dtype, nowhere shorter than the index. Or a number, also as ``value``.
    reduce : "add" or "multiply", optional
        The old form of :func:`scatter_reduce`.

    Raises
    ------
    RuntimeError
        If shapes or dtypes do not fit, or an index is out of bounds.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.zeros(3).scatter(0, edugrad.tensor([2, 0]), edugrad.tensor([5.0, 7.0]))
    tensor([7., 0., 5.])

    Notes
    -----
    PyTorch: ``torch.scatter``.
    """
    return _scatter(False, (input, dim, index), src, value, reduce)


def _scatter_add_(input: Any, dim: int, index: Any, src: Any) -> Any:
    """In-place version of :func:`scatter_add`."""
    axis = _check("scatter_add", input, dim, index, src)
    return ScatterAdd.apply_(input, index, src, dim=axis)


@register(
    ScatterAdd,
    samples=[
        Sample(T(3, 4), 0, T(2, 4, kind="int", low=0, high=3), T(2, 4)),
        Sample(T(3, 4), dim=-1, index=T(2, 3, kind="int", low=0, high=4), src=T(2, 3)),
    ],
    inplace=_scatter_add_,
    out=True,
)
def scatter_add(input: Any, dim: int, index: Any, src: Any) -> Any:
    """A copy with values added along ``dim``: ``out[index[i][j]][j] += src[i][j]`` for dim 0.

    PyTorch: ``torch.scatter_add``.
    """
    axis = _check("scatter_add", input, dim, index, src)
    return ScatterAdd.apply(input, index, src, dim=axis)


def _reduction_params(
    input: Any, dim: int, index: Any, src: Any, reduce: str, include_self: bool
) -> dict[str, Any]:
    if reduce not in REDUCTIONS:
        raise RuntimeError(
            teach(
                f"reduce argument must be either sum, prod, mean, amax or amin, got {reduce}",
                got=f"reduce={reduce!r}",
                mend="name one of them",
            )
        )
    axis = _check("scatter_reduce", input, dim, index, src)
    return {"dim": axis, "reduce": reduce, "include_self": include_self}


def _scatter_reduce_(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """In-place version of :func:`scatter_reduce`."""
    params = _reduction_params(input, dim, index, src, reduce, include_self)
    return ScatterReduce.apply_(input, index, src, **params)


@register(
    ScatterReduce,
    samples=[
        Sample(
            T(3, 2, distinct=True),
            0,
            T(4, 2, kind="int", low=0, high=3),
            T(4, 2, distinct=True, low=-3, high=3),
            reduce,
            include_self=include_self,
        )
        for reduce in REDUCTIONS
        for include_self in (True, False)
    ]
    + [Sample(T(4), dim=0, index=T(2, kind="int", low=0, high=4), src=T(2), reduce="sum")],
    inplace=_scatter_reduce_,
    out=True,
)
def scatter_reduce(
    input: Any, dim: int, index: Any, src: Any, reduce: str, *, include_self: bool = True
) -> Any:
    """A copy in which all that ``index`` sends to one place is reduced to one value.

    Parameters
    ----------
    input, dim, index, src
        As in :func:`scatter`.
    reduce : "sum", "prod", "mean", "amax" or "amin"
    include_self : bool
        Whether the values of ``input`` at these places take part.

    Examples
    --------
    >>> import edugrad
    >>> x, to = edugrad.zeros(2), edugrad.tensor([0, 0, 1])
    >>> x.scatter_reduce(0, to, edugrad.tensor([1.0, 5.0, 3.0]), "mean", include_self=False)
    tensor([3., 3.])

    Notes
    -----
    PyTorch: ``torch.scatter_reduce``.
    """
    params = _reduction_params(input, dim, index, src, reduce, include_self)
    return ScatterReduce.apply(input, index, src, **params)


def _no_classes(rule: str, tensor: Tensor, num_classes: int) -> RuntimeError:
    return RuntimeError(
        teach(
            rule,
            got=f"a tensor of shape {tuple(tensor.shape)} and {tensor.dtype}, "
            f"num_classes={num_classes}",
            mend="class numbers are int64, from 0 to num_classes - 1",
        )
    )


@register(
    None,
    samples=[
        Sample(T(4, kind="int", low=0, high=3)),
        Sample(T(2, 3, kind="int", low=0, high=3), 5),
        Sample(T(kind="int", low=0, high=3), num_classes=3),
    ],
    method=False,
    namespace="edugrad.nn.functional",
)
def one_hot(input: Any, num_classes: int = -1) -> Any:
    """A 1 at each class number's place, zeros elsewhere, in a new last dimension.

    Parameters
    ----------
    input : Tensor of int64
    num_classes : int
        The length of the new dimension; -1 for one more than the largest number.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.functional.one_hot(edugrad.tensor([0, 2]))
    tensor([[1, 0, 0],
            [0, 0, 1]])

    Notes
    -----
    PyTorch: ``torch.nn.functional.one_hot``.
    """
    array = input._array
    if array.dtype != "int64":
        rule = "one_hot is only applicable to index tensor of type LongTensor."
    elif not array.size and num_classes <= 0:
        rule = "Can not infer total number of classes from empty tensor."
    elif array.size and int(array.min()) < 0:
        rule = "Class values must be non-negative."
    elif num_classes != -1 and array.size and int(array.max()) >= num_classes:
        rule = "Class values must be smaller than num_classes."
    else:
        xp = input._device.xp
        count = int(array.max()) + 1 if num_classes == -1 else num_classes
        found = array[..., None] == xp.arange(count)
        return Tensor._wrap(found.astype("int64"), input._device)
    raise _no_classes(rule, input, num_classes)
