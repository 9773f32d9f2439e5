"""Derivatives of functions: whole Jacobians and Hessians, and their products with vectors.

Source: ``torch.autograd.functional``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import devices
from ..errors import teach
from ..tensor import Tensor
from .derivatives import grad
from .grad_mode import enable_grad

Function = Callable[..., Any]


def _listed(value: Any) -> tuple[tuple[Tensor, ...], bool]:
    """The tensors as a tuple, and whether there was just one."""
    if isinstance(value, Tensor):
        return (value,), True
    tensors = tuple(value) if isinstance(value, (tuple, list)) else (value,)
    for each in tensors:
        if not isinstance(each, Tensor):
            raise TypeError(
                teach(
                    "inputs and outputs must be a Tensor or a tuple of Tensors",
                    got=type(each).__name__,
                    mend="wrap a number with edugrad.tensor(…)",
                )
            )
    return tensors, False


def _restored(tensors: Any, single: bool) -> Any:
    return tensors[0] if single else tuple(tensors)


def _prepared(inputs: tuple[Tensor, ...], create_graph: bool) -> tuple[Tensor, ...]:
    """Inputs to differentiate by: views of the given ones, or leaves of their own."""
    if create_graph:
        return tuple(
            x.view(x.shape) if x.requires_grad else x.detach().requires_grad_() for x in inputs
        )
    return tuple(x.detach().requires_grad_() for x in inputs)


def _called(func: Function, inputs: tuple[Tensor, ...]) -> tuple[tuple[Tensor, ...], bool]:
    with enable_grad():
        return _listed(func(*inputs))


def _zeros(tensor: Tensor) -> Tensor:
    return tensor.detach() * 0


def _gradients(
    outputs: Any, inputs: tuple[Tensor, ...], sent: Any, create_graph: bool, strict: bool
) -> list[Tensor]:
    """The gradients of what depends on the inputs, zeros for the rest."""
    pairs = [(o, s) for o, s in zip(outputs, sent, strict=True) if o.requires_grad]
    if strict and len(pairs) < len(outputs):
        raise _independent("an output does not depend on any input")
    if not pairs:
        return [_zeros(x) for x in inputs]
    found = grad(
        [o for o, _ in pairs],
        inputs,
        [s for _, s in pairs],
        retain_graph=True,
        create_graph=create_graph,
        allow_unused=True,
    )
    if strict and any(g is None for g in found):
        raise _independent("the outputs do not depend on one of the inputs")
    return [_zeros(x) if g is None else g for g, x in zip(found, inputs, strict=True)]


def _independent(got: str) -> RuntimeError:
    return RuntimeError(
        teach(
            "with strict=True every output depends on every input",
            got=got,
            mend="leave strict away to get zeros there",
        )
    )


def _unit(tensor: Tensor, place: int) -> Tensor:
    """Zeros shaped like the tensor, with a one at one place."""
    numbers = np.zeros(tensor._array.size, tensor._array.dtype)
    numbers[place] = 1
    moved = devices.move(numbers.reshape(tensor._array.shape), devices.CPU, tensor._device)
    return Tensor._wrap(moved, tensor._device)


def jacobian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    strategy: str = "reverse-mode",
) -> Any:
    r"""All partial derivatives of a function.

    .. math:: J_{ij} = \partial f_i / \partial x_j

    Parameters
    ----------
    func : callable
        Takes tensors, returns a tensor or a tuple of tensors.
    inputs : Tensor or tuple of Tensor
    create_graph : bool
        Make the result itself differentiable.
    strict : bool
        Raise where an output does not depend on an input, instead of giving zeros.
    vectorize, strategy
        Accepted for PyTorch's sake; the rows are computed one by one by reverse mode.

    Returns
    -------
    Tensor or (nested) tuple of Tensor
        For each output and input a tensor of the output's shape followed by the input's.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.autograd.functional.jacobian(lambda x: x**2, edugrad.tensor([1.0, 3.0]))
    tensor([[2., 0.],
            [0., 6.]])

    Notes
    -----
    PyTorch: ``torch.autograd.functional.jacobian``.
    """
    given, one_input = _listed(inputs)
    leaves = _prepared(given, create_graph)
    outputs, one_output = _called(func, leaves)
    blocks = []
    for output in outputs:
        rows = [
            _gradients((output,), leaves, (_unit(output, k),), create_graph, strict)
            for k in range(output._array.size)
        ]
        blocks.append(_restored(_stacked(output, leaves, rows), one_input))
    return _restored(blocks, one_output)


def _stacked(output: Tensor, leaves: tuple[Tensor, ...], rows: list[list[Tensor]]) -> list[Tensor]:
    blocks = [output.new_zeros((len(rows), *x.shape)) for x in leaves]
    for place, row in enumerate(rows):
        for block, gradient in zip(blocks, row, strict=True):
            block[place] = gradient
    return [
        block.reshape((*output.shape, *x.shape)) for block, x in zip(blocks, leaves, strict=True)
    ]


def hessian(
    func: Function,
    inputs: Any,
    create_graph: bool = False,
    strict: bool = False,
    vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode",
) -> Any:
    r"""All second derivatives of a function with one number as its result.

    .. math:: H_{ij} = \partial^2 f / \partial x_i \partial x_j

    Parameters
    ----------
    func : callable
        Takes tensors, returns a tensor of one element.
    inputs, create_graph, strict, vectorize
        As in :func:`jacobian`.

    Raises
    ------
    RuntimeError
        If the result is not a single number.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.autograd.functional.hessian(lambda x: (x**3).sum(), edugrad.tensor([1.0, 2.0]))
    tensor([[ 6.,  0.],
            [ 0., 12.]])

    Notes
    -----
    PyTorch: ``torch.autograd.functional.hessian``.
    """
    _, one_input = _listed(inputs)

    def slope(*args: Tensor) -> Any:
        (value,), _ = _listed(func(*args))
        _need_single(value)
        found = _gradients((value,), args, (_unit(value, 0),), True, strict)
        return _restored(found, one_input)

    return jacobian(slope, inputs, create_graph=create_graph, strict=strict)


def _need_single(value: Tensor) -> None:
    if value._array.size != 1:
        raise RuntimeError(
            teach(
                "The function given to hessian must return a single element",
                got=f"a result of shape {tuple(value.shape)}",
                mend="reduce it, e.g. with .sum(), or take the jacobian of its gradient",
            )
        )


def _checked_vector(v: Any, like: tuple[Tensor, ...], what: str) -> tuple[Tensor, ...]:
    """The vector of a product; it may be left out where there is a single number."""
    if v is None:
        if len(like) == 1 and like[0]._array.size == 1:
            return (_unit(like[0], 0),)
        raise RuntimeError(
            teach(
                f"The vector v can only be None if the {what} is a single number",
                got=f"a {what} of shape {', '.join(str(tuple(x.shape)) for x in like)}",
                mend=f"pass v, of the shape of the {what}",
            )
        )
    vectors, _ = _listed(v)
    shapes, wanted = [x.shape for x in vectors], [x.shape for x in like]
    if shapes != wanted:
        raise RuntimeError(
            teach(
                f"v must have the shape of the {what}",
                got=f"{', '.join(map(str, shapes))} for {', '.join(map(str, wanted))}",
                mend="pass one tensor of the same shape for each",
            )
        )
    return vectors


def _detached(tensors: Any, create_graph: bool) -> Any:
    return tensors if create_graph else [x.detach() for x in tensors]


def vjp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    r"""The product of a vector and the Jacobian: :math:`v^T J`, one backward pass.

    Returns
    -------
    (outputs, product)
        What ``func`` returned, and a tensor for each input.

    Examples
    --------
    >>> import edugrad
    >>> x, v = edugrad.tensor([1.0, 3.0]), edugrad.tensor([1.0, 10.0])
    >>> edugrad.autograd.functional.vjp(lambda x: x**2, x, v)
    (tensor([1., 9.]), tensor([ 2., 60.]))

    Notes
    -----
    PyTorch: ``torch.autograd.functional.vjp``.
    """
    given, one_input = _listed(inputs)
    leaves = _prepared(given, create_graph)
    outputs, one_output = _called(func, leaves)
    vectors = _checked_vector(v, outputs, "output")
    found = _gradients(outputs, leaves, vectors, create_graph, strict)
    return (
        _restored(_detached(outputs, create_graph), one_output),
        _restored(_detached(found, create_graph), one_input),
    )


def jvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    r"""The product of the Jacobian and a vector: :math:`J v`, by two backward passes.

    The first gives :math:`J^T u` as a function of u; the second its derivative by u.

    Returns
    -------
    (outputs, product)
        What ``func`` returned, and a tensor for each output.

    Examples
    --------
    >>> import edugrad
    >>> x, v = edugrad.tensor([1.0, 3.0]), edugrad.tensor([1.0, 10.0])
    >>> edugrad.autograd.functional.jvp(lambda x: x**2, x, v)
    (tensor([1., 9.]), tensor([ 2., 60.]))

    Notes
    -----
    PyTorch: ``torch.autograd.functional.jvp``.
    """
    given, _ = _listed(inputs)
    leaves = _prepared(given, create_graph)
    vectors = _checked_vector(v, leaves, "input")
    outputs, one_output = _called(func, leaves)
    helpers = tuple(_zeros(o).requires_grad_() for o in outputs)
    with enable_grad():
        pulled = _gradients(outputs, leaves, helpers, True, strict)
    found = _gradients(pulled, helpers, vectors, create_graph, False)
    return (
        _restored(_detached(outputs, create_graph), one_output),
        _restored(_detached(found, create_graph), one_output),
    )


def vhp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    r"""The product of a vector and the Hessian: :math:`v^T H`, without making H.

    Notes
    -----
    PyTorch: ``torch.autograd.functional.vhp``.
    """
    given, one_input = _listed(inputs)
    leaves = _prepared(given, create_graph)
    vectors = _checked_vector(v, leaves, "input")
    (value,), _ = _called(func, leaves)
    _need_single(value)
    with enable_grad():
        slope = _gradients((value,), leaves, (_unit(value, 0),), True, strict)
    found = _gradients(slope, leaves, vectors, create_graph, strict)
    (output,) = _detached([value], create_graph)
    return output, _restored(_detached(found, create_graph), one_input)


def hvp(
    func: Function, inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False
) -> tuple[Any, Any]:
    r"""The product of the Hessian and a vector: :math:`H v`; H is symmetric, so it is :func:`vhp`.

    Notes
    -----
    PyTorch: ``torch.autograd.functional.hvp``.
    """
    return vhp(func, inputs, v, create_graph, strict)
