"""Joining that first brings the tensors to enough dimensions, and splitting along named ones."""

from __future__ import annotations

from typing import Any

from ..autograd.function import Op
from ..errors import teach
from ..tensor import Tensor, check_dim
from .joining import cat, narrow, stack, tensor_list
from .registry import Sample, T, register
from .reshaping import atleast_1d, atleast_2d, atleast_3d
from .shape import reshape


def _lifted(name: str, tensors: Any, lift: Any) -> tuple[Any, ...]:
    parts = tensor_list(name, tensors)
    return tuple(lift(each) for each in parts)


@register(
    None,
    samples=[Sample([T(2), T(3)]), Sample([T(2, 1), T(2, 3)]), Sample((T(), T(2)))],
    method=False,
)
def hstack(tensors: Any, *, out: Any = None) -> Any:
    """Join side by side: along the second dimension, vectors along their only one.

    PyTorch: ``torch.hstack``.
    """
    parts = _lifted("hstack", tensors, atleast_1d)
    return cat(parts, 0 if parts[0].ndim == 1 else 1, out=out)


@register(
    None,
    samples=[Sample([T(3), T(2, 3)]), Sample([T(3), T(3)])],
    method=False,
    aliases=["row_stack"],
)
def vstack(tensors: Any, *, out: Any = None) -> Any:
    """Join one below the other: along the first dimension, vectors as rows.

    PyTorch: ``torch.vstack``.
    """
    return cat(_lifted("vstack", tensors, atleast_2d), 0, out=out)


@register(None, samples=[Sample([T(3), T(3)]), Sample([T(2, 3), T(2, 3)])], method=False)
def dstack(tensors: Any, *, out: Any = None) -> Any:
    """Join one behind the other: along the third dimension. PyTorch: ``torch.dstack``."""
    return cat(_lifted("dstack", tensors, atleast_3d), 2, out=out)


@register(None, samples=[Sample([T(3), T(3, 2)]), Sample([T(), T()])], method=False)
def column_stack(tensors: Any, *, out: Any = None) -> Any:
    """Join side by side, vectors and numbers as columns. PyTorch: ``torch.column_stack``."""

    def column(each: Any) -> Any:
        return each if each.ndim > 1 else reshape(each, each.numel(), 1)

    return hstack(_lifted("column_stack", tensors, column), out=out)


def _whole(value: Any) -> Any:
    """A number of parts, or the places of the cuts, from a tensor or a sequence."""
    return value.tolist() if isinstance(value, Tensor) else value


@register(
    None,
    samples=[
        Sample(T(7, 2), 3),
        Sample(T(2, 7), (1, 5), dim=1),
        Sample(T(4), [1, 9, -1]),
        Sample(T(5), sections=2),
        Sample(T(5), indices=[2]),
    ],
)
def tensor_split(
    input: Any,
    indices_or_sections: Any = None,
    dim: int = 0,
    *,
    sections: int | None = None,
    indices: Any = None,
    tensor_indices_or_sections: Any = None,
) -> Any:
    """Views of neighbouring parts: so many of nearly equal length, or cut at the given places.

    Parameters
    ----------
    input : Tensor
    indices_or_sections : int, sequence of int or Tensor
        The number of parts, or the indices before which to cut.
    sections, indices, tensor_indices_or_sections
        PyTorch's names of the same for a number, a sequence and a tensor.
    dim : int

    Raises
    ------
    RuntimeError
        For a 0-d tensor, or no parts.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.arange(5).tensor_split(2)
    (tensor([0, 1, 2]), tensor([3, 4]))

    Notes
    -----
    PyTorch: ``torch.tensor_split``.
    """
    if not input.ndim:
        raise RuntimeError(
            teach(
                "tensor_split expected at least a 1-dimensional tensor, but got a tensor with 0 "
                "dims",
                got="a 0-d tensor",
                mend="give it a dimension first: x.reshape(1)",
            )
        )
    axis = check_dim(dim, input.ndim)
    length = input._array.shape[axis]
    given = (indices_or_sections, sections, indices, tensor_indices_or_sections)
    wanted = next(each for each in given if each is not None)
    cuts = _cuts(_whole(wanted), length)
    bounds = [slice(a, b).indices(length) for a, b in zip((0, *cuts), (*cuts, length), strict=True)]
    return tuple(narrow(input, axis, start, max(end - start, 0)) for start, end, _ in bounds)


def _cuts(wanted: Any, length: int) -> tuple[int, ...]:
    if not isinstance(wanted, int):
        return tuple(int(each) for each in wanted)
    if wanted < 1:
        raise RuntimeError(
            teach(
                f"number of sections must be larger than 0, got {wanted}",
                got=f"tensor_split into {wanted} parts",
                mend="give the number of parts, or the places where to cut",
            )
        )
    size, longer = divmod(length, wanted)
    return tuple(k * size + min(k, longer) for k in range(1, wanted))


def _split_along(name: str, input: Any, wanted: Any, dim: int, least: int) -> Any:
    if input.ndim < least:
        raise RuntimeError(
            teach(
                f"torch.{name} requires a tensor with at least {least} dimension, but got a "
                f"tensor with {input.ndim} dimensions!",
                got=f"shape {tuple(input.shape)}",
                mend="use tensor_split(x, …, dim) to name the dimension",
            )
        )
    length = input._array.shape[dim]
    if isinstance(wanted, int) and (wanted < 1 or length % wanted):
        raise RuntimeError(
            teach(
                f"torch.{name} attempted to split along dimension {dim}, but the size of the "
                f"dimension {length} is not divisible by the split_size {wanted}!",
                got=f"{name} of shape {tuple(input.shape)} into {wanted} parts",
                mend="use tensor_split(…), whose parts may differ in length by one",
            )
        )
    return tensor_split(input, wanted, dim)


def _places(name: str, *given: Any) -> Any:
    """The one argument that says how to split: by position, as ``sections`` or as ``indices``."""
    named = [each for each in given if each is not None and each != ()]
    wanted = named[0] if len(named) == 1 else tuple(named)
    if isinstance(wanted, tuple) and len(wanted) == 1:
        (wanted,) = wanted
    if isinstance(wanted, (int, list, tuple, Tensor)) and named:
        return wanted
    raise TypeError(
        teach(
            f"{name}() received an invalid combination of arguments",
            got=f"{wanted!r} of type {type(wanted).__name__}",
            mend="give the number of parts, or a list of the places where to cut",
        )
    )


@register(None, samples=[Sample(T(4), 2), Sample(T(2, 4), [1, 3])])
def hsplit(input: Any, *indices_or_sections: Any, sections: Any = None, indices: Any = None) -> Any:
    """Parts side by side: along the second dimension, of a vector along its only one.

    PyTorch: ``torch.hsplit``.
    """
    places = _places("hsplit", indices_or_sections, sections, indices)
    dim = 1 if input.ndim > 1 else 0
    return _split_along("hsplit", input, places, dim, 1)


@register(None, samples=[Sample(T(4, 2), 2), Sample(T(4, 2), [1, 3])])
def vsplit(input: Any, *indices_or_sections: Any, sections: Any = None, indices: Any = None) -> Any:
    """Parts one below the other: along the first dimension. PyTorch: ``torch.vsplit``."""
    places = _places("vsplit", indices_or_sections, sections, indices)
    return _split_along("vsplit", input, places, 0, 2)


@register(None, samples=[Sample(T(2, 1, 4), 2), Sample(T(2, 1, 4), [1, 3])])
def dsplit(input: Any, *indices_or_sections: Any, sections: Any = None, indices: Any = None) -> Any:
    """Parts one behind the other: along the third dimension. PyTorch: ``torch.dsplit``."""
    places = _places("dsplit", indices_or_sections, sections, indices)
    return _split_along("dsplit", input, places, 2, 3)


class BlockDiag(Op):
    """Matrices along the diagonal of a larger one, zeros elsewhere."""

    op_name = "block_diag"
    formula = "diag(a, b, …)"
    derivatives = ("the block of grad where each lies",)

    @staticmethod
    def forward(ctx: Any, *arrays: Any) -> Any:
        shape = [sum(array.shape[k] for array in arrays) for k in (0, 1)]
        result = ctx.xp.zeros(shape, ctx.xp.result_type(*arrays))
        ctx.shapes = [array.shape for array in arrays]
        for array, place in zip(arrays, _blocks(ctx.shapes), strict=True):
            result[place] = array
        return result

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        places = zip(_blocks(ctx.shapes), ctx.needs_input_grad, strict=True)
        return tuple(grad[place] if need else None for place, need in places)


def _blocks(shapes: list[tuple[int, ...]]) -> list[tuple[slice, slice]]:
    places, row, column = [], 0, 0
    for rows, columns in shapes:
        places.append((slice(row, row + rows), slice(column, column + columns)))
        row, column = row + rows, column + columns
    return places


@register(
    BlockDiag,
    samples=[Sample(T(2, 2), T(1, 3)), Sample(T(2, 2), T(3), T())],
    method=False,
)
def block_diag(*tensors: Any) -> Any:
    """Matrices along the diagonal, zeros elsewhere; vectors count as rows.

    Raises
    ------
    RuntimeError
        If a tensor has more than two dimensions.

    Notes
    -----
    PyTorch: ``torch.block_diag``.
    """
    for number, each in enumerate(tensor_list("block_diag", tensors)):
        if each.ndim > 2:
            raise RuntimeError(
                teach(
                    f"torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                    f"{number} has {each.ndim} dimensions",
                    got=f"shape {tuple(each.shape)}",
                    mend="give matrices one by one",
                )
            )
    return BlockDiag.apply(*(atleast_2d(each) for each in tensors))


@register(
    None,
    samples=[
        Sample(T(2), T(3)),
        Sample([T(2), T(3), T()], indexing="ij"),
        Sample(T(2), T(3), indexing="xy"),
    ],
    method=False,
)
def meshgrid(*tensors: Any, indexing: str | None = None) -> Any:
    """Coordinates of a grid: one tensor for each vector, all of the grid's shape, as views.

    Parameters
    ----------
    *tensors : Tensor
        Vectors (or numbers); also as one sequence.
    indexing : "ij" or "xy"
        "ij" (the default) puts the first vector along dimension 0, "xy" along dimension 1.

    Examples
    --------
    >>> import edugrad
    >>> y, x = edugrad.meshgrid(edugrad.arange(2), edugrad.arange(3), indexing="ij")
    >>> y
    tensor([[0, 0, 0],
            [1, 1, 1]])

    Notes
    -----
    PyTorch: ``torch.meshgrid``.
    """
    single = len(tensors) == 1 and not isinstance(tensors[0], Tensor)
    parts = tensor_list("meshgrid", tensors[0] if single else tensors)
    rule = None
    if any(each.ndim > 1 for each in parts):
        shape = next(tuple(each.shape) for each in parts if each.ndim > 1)
        rule = f"torch.meshgrid: Expected 0D or 1D tensor in the tensor list but got: {shape}"
    elif len({each.dtype for each in parts}) > 1:
        rule = "meshgrid expects all tensors to have the same dtype"
    elif indexing not in (None, "ij", "xy"):
        rule = f'torch.meshgrid: indexing must be one of "xy" or "ij", but received: {indexing}'
    if rule is not None:
        raise RuntimeError(
            teach(
                rule,
                got=f"tensors of shapes {[tuple(each.shape) for each in parts]}",
                mend='give vectors of one dtype, and indexing="ij" or "xy"',
            )
        )
    shape = tuple(each.numel() for each in parts)
    grids = tuple(
        reshape(each, (*(1,) * k, -1, *(1,) * (len(parts) - k - 1))).expand(shape)
        for k, each in enumerate(parts)
    )
    if indexing == "xy" and len(parts) > 1:
        return tuple(grid.swapaxes(0, 1) for grid in grids)
    return grids


def _vector(each: Any) -> Any:
    if each.ndim != 1:
        raise RuntimeError(
            teach(
                f"Expect a 1D vector, but got shape {list(each.shape)}",
                got=f"a tensor of {each.ndim} dimensions",
                mend="flatten it first: x.flatten()",
            )
        )
    return each


@register(None, samples=[Sample(T(2), T(3)), Sample(T(3)), Sample(T(2), T(1), T(2))], method=False)
def cartesian_prod(*tensors: Any) -> Any:
    """All combinations of an element of each vector, as rows. PyTorch: ``torch.cartesian_prod``."""
    single = len(tensors) == 1 and not isinstance(tensors[0], Tensor)
    parts = tensor_list("cartesian_prod", tensors[0] if single else tensors)
    for each in parts:
        _vector(each)
    if len(parts) == 1:
        return parts[0]
    return stack([grid.flatten() for grid in meshgrid(*parts)], 1)


@register(
    None,
    samples=[
        Sample(T(4)),
        Sample(T(4), 3),
        Sample(T(3), r=2, with_replacement=True),
    ],
    method=False,
)
def combinations(input: Any, r: int = 2, with_replacement: bool = False) -> Any:
    """All ways to choose ``r`` elements of a vector, as rows. PyTorch: ``torch.combinations``."""
    if r < 0:
        raise RuntimeError(
            teach(
                f"Expect a non-negative number, but got {r}",
                got=f"combinations of {r} elements",
                mend="give the number of elements to choose",
            )
        )
    xp, count = input._device.xp, _vector(input).numel()
    if r == 0:
        return input.new_empty(0)
    chosen = xp.indices((count,) * r).reshape(r, -1)
    steps = chosen[1:] - chosen[:-1]
    kept = (steps >= 0 if with_replacement else steps > 0).all(0)
    return input[Tensor._wrap(xp.ascontiguousarray(chosen[:, kept].T), input._device)]
