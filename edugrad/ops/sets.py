"""Elements as a set: which there are, how often, and where one belongs among sorted ones."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..dtypes import bool_
from ..errors import teach
from ..tensor import check_dim
from .registry import Sample, T, register


class Unique(Op):
    """Each element once, in order; where each went; how often each was there."""

    op_name = "unique"
    node_name = "Unique2Backward0"
    formula = "{a}"
    derivatives = ("not defined",)
    kernel = "_unique2"

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int | None, inverse: bool) -> Any:
        xp = ctx.xp
        lines = _lines(xp, a, dim)
        if dim is None and not inverse:
            lines = xp.sort(lines, 0)
            starts = _starts(xp, lines)
            return _unlined(xp, lines[starts], a, dim), _counts(xp, starts, lines)
        if dim is None:
            found = xp.argsort(lines[:, 0], 0)
        elif len(lines):
            found = xp.lexsort(lines.T[::-1].copy())
        else:
            found = xp.zeros(0, "int64")
        starts = _starts(xp, lines[found])
        values = _unlined(xp, lines[found[starts]], a, dim)
        counts = _counts(xp, starts, lines)
        if not inverse:
            return values, counts
        places = xp.empty(len(lines), "int64")
        places[found] = _groups(xp, starts, lines)
        return values, places if dim is not None else places.reshape(a.shape), counts

    @classmethod
    def backward(cls, ctx: Any, *_: Any) -> Any:
        raise NotImplementedError(
            teach(
                f"the derivative for '{cls.kernel}' is not implemented.",
                got="a gradient for the distinct elements of a tensor",
                mend="detach the tensor first: x.detach().unique(); then index x with the result",
            )
        )


class UniqueDim(Unique):
    """Each slice along a dimension once, in order."""

    op_name = "unique"
    node_name = "UniqueDimBackward0"
    kernel = "unique_dim"


class UniqueConsecutive(Unique):
    """Each element once for every run of it; where each went; how long the runs are."""

    op_name = "unique_consecutive"
    node_name = "UniqueConsecutiveBackward0"
    formula = "a without repetitions"
    kernel = "unique_consecutive"

    @staticmethod
    def forward(ctx: Any, a: Any, dim: int | None, inverse: bool) -> Any:
        xp = ctx.xp
        lines = _lines(xp, a, dim)
        starts = _starts(xp, lines)
        values, counts = _unlined(xp, lines[starts], a, dim), _counts(xp, starts, lines)
        if not inverse:
            return values, counts
        places = _groups(xp, starts, lines)
        return values, places if dim is not None else places.reshape(a.shape), counts


def _lines(xp: Any, a: Any, dim: int | None) -> Any:
    """One row for each element, or for each slice along ``dim``."""
    if dim is None:
        return a.reshape(-1, 1)
    moved = xp.moveaxis(a, dim, 0)
    return moved.reshape(moved.shape[0], -1) if a.size else moved.reshape(moved.shape[0], 0)


def _unlined(xp: Any, lines: Any, a: Any, dim: int | None) -> Any:
    """The reverse of :func:`_lines`, for fewer rows."""
    if dim is None:
        return lines[:, 0].copy()
    rest = a.shape[:dim] + a.shape[dim + 1 :]
    return xp.moveaxis(lines.reshape(len(lines), *rest), 0, dim).copy()


def _starts(xp: Any, lines: Any) -> Any:
    """Where runs of equal rows start."""
    new = xp.ones(len(lines), "bool")
    differs = lines[1:] != lines[:-1]
    new[1:] = differs[:, 0] if differs.shape[1] == 1 else differs.any(1)
    return new.nonzero()[0]


def _counts(xp: Any, starts: Any, lines: Any) -> Any:
    """How long the runs are."""
    ends = xp.full(len(starts), len(lines), "int64")
    ends[:-1] = starts[1:]
    return ends - starts


def _groups(xp: Any, starts: Any, lines: Any) -> Any:
    """The number of the run that each row belongs to."""
    new = xp.zeros(len(lines), "int64")
    new[starts] = 1
    return xp.cumsum(new, 0) - 1


def _asked(found: Any, return_counts: bool) -> Any:
    """The values, the places if they were computed, and the counts if they are asked for."""
    wanted = found if return_counts else found[:-1]
    return wanted if len(wanted) > 1 else wanted[0]


def _check_slices(input: Any, dim: int) -> int:
    """Refuse to compare slices of a tensor that has none, or that are empty themselves."""
    if not input.ndim:
        raise IndexError(
            teach(
                f"Dimension specified as {dim} but tensor has no dimensions",
                got=f"dim={dim}",
                mend="leave dim away",
            )
        )
    axis = check_dim(dim, input.ndim)
    if any(not length for place, length in enumerate(input.shape) if place != axis):
        raise RuntimeError(
            teach(
                "There are 0 sized dimensions, and they aren't selected, so unique cannot be "
                "applied",
                got=f"shape {tuple(input.shape)} and dim={dim}",
                mend="check for an empty tensor first: x.numel() > 0",
            )
        )
    return axis


def _several(*shape: int) -> T:
    return T(*shape, kind="int", low=0, high=3)


@register(
    Unique,
    samples=[
        Sample(_several(8)),
        Sample(_several(2, 5), True, True, True),
        Sample(_several(6), return_counts=True),
        Sample(_several(6), return_inverse=True),
        Sample(_several(6, 2), dim=0, return_inverse=True, return_counts=True),
        Sample(_several(2, 3, 6), dim=-1),
        Sample(T(5, kind="bool")),
    ],
)
def unique(
    input: Any,
    sorted: bool = True,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Each element once, in order; with ``dim`` each slice along it once.

    Parameters
    ----------
    input : Tensor
    sorted : bool
        False if the order does not matter; here they are in order all the same.
    return_inverse : bool
        Give the index in the result for each element as well.
    return_counts : bool
        Give how often each was there as well.
    dim : int, optional
        Compare slices along it instead of elements. One NaN is not the same as another.

    Returns
    -------
    Tensor or tuple of Tensors
        Values, and what else was asked for.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.unique(edugrad.tensor([3, 1, 3]), return_counts=True)
    (tensor([1, 3]), tensor([1, 2]))

    Notes
    -----
    PyTorch: ``torch.unique``.
    """
    if dim is None:
        found = Unique.apply(input, dim=None, inverse=return_inverse)
    else:
        axis = _check_slices(input, dim)
        found = UniqueDim.apply(input, dim=axis, inverse=return_inverse)
    return _asked(found, return_counts)


@register(
    UniqueConsecutive,
    samples=[
        Sample(_several(8)),
        Sample(_several(2, 5), True, True),
        Sample(_several(6), return_counts=True),
        Sample(T(6, 2, kind="bool"), dim=0, return_inverse=True),
    ],
)
def unique_consecutive(
    input: Any,
    return_inverse: bool = False,
    return_counts: bool = False,
    dim: int | None = None,
) -> Any:
    """Each element once for every run of equal ones; arguments as for :func:`unique`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.unique_consecutive(edugrad.tensor([3, 3, 1, 3]), return_counts=True)
    (tensor([3, 1, 3]), tensor([2, 1, 1]))

    Notes
    -----
    PyTorch: ``torch.unique_consecutive``.
    """
    axis = None if dim is None else _check_slices(input, dim)
    found = UniqueConsecutive.apply(input, dim=axis, inverse=return_inverse)
    return _asked(found, return_counts)


class Isin(Op):
    """Whether each element is among others."""

    op_name = "isin"
    formula = "a ∈ b"
    differentiable = False

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any, invert: bool) -> Any:
        xp = ctx.xp
        return xp.isin(xp.asarray(a), xp.asarray(b), invert=invert)


@register(
    Isin,
    samples=[
        Sample(_several(2, 4), _several(2)),
        Sample(_several(5), 1),
        Sample(1, _several(5)),
        Sample(T(3), T(2), assume_unique=True, invert=True),
    ],
    method=False,
)
def isin(
    elements: Any = None,
    test_elements: Any = None,
    *,
    element: Any = None,
    test_element: Any = None,
    assume_unique: bool = False,
    invert: bool = False,
    out: Any = None,
) -> Any:
    """Whether each of ``elements`` is among ``test_elements``; one of them may be a number.

    Parameters
    ----------
    elements, test_elements : Tensor or number
    element, test_element : number
        PyTorch's names of the same where they are numbers.
    assume_unique : bool
        A hint that neither repeats an element; not needed here.
    invert : bool
        Whether each is not among them instead.
    out : Tensor, optional
        Where to write the result.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.isin(edugrad.tensor([1, 2, 3]), edugrad.tensor([2, 4]))
    tensor([False,  True, False])

    Notes
    -----
    PyTorch: ``torch.isin``.
    """
    elements = element if elements is None else elements
    test_elements = test_element if test_elements is None else test_elements
    for each in (elements, test_elements):
        if isinstance(each, bool) or getattr(each, "dtype", None) is bool_:
            raise RuntimeError(
                teach(
                    "Unsupported input type encountered for isin(): Bool",
                    got="truth values",
                    mend="compare with ==, or convert them first, with x.int()",
                )
            )
    return Isin.apply(elements, test_elements, invert=invert, out=out)
