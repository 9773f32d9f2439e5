"""Checking a derivative against finite differences.

Source: ``torch.autograd.gradcheck`` and ``gradgradcheck``; central differences.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from .. import devices
from ..errors import teach
from ..tensor import Tensor
from .derivatives import grad
from .views import check_overlap


class GradcheckError(RuntimeError):
    """Raised when a derivative and its finite difference disagree."""


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    r"""Compare the gradients of ``func`` with central finite differences.

    .. math:: J_{ij} \approx \frac{f_i(x + \epsilon e_j) - f_i(x - \epsilon e_j)}{2 \epsilon}

    Parameters
    ----------
    func : callable
        Takes tensors, returns a tensor or a tuple of tensors.
    inputs : Tensor or tuple
        Arguments; those that require gradients are checked and should be float64.
    eps : float
        Step of the difference.
    atol, rtol : float
        Allowed difference.
    raise_exception : bool
        Raise instead of returning False.
    nondet_tol, check_undefined_grad, …
        PyTorch's further checks, and its short ways: accepted, and always the plain check is made.

    Raises
    ------
    GradcheckError
        Says which output and input disagree and by how much.
    ValueError
        If no input requires a gradient.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([1.0, 2.0], dtype=edugrad.float64, requires_grad=True)
    >>> edugrad.autograd.gradcheck(lambda x: x**3, (x,))
    True

    Notes
    -----
    PyTorch: ``torch.autograd.gradcheck``.
    """
    arguments = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    checked = [x for x in arguments if isinstance(x, Tensor) and x.requires_grad]
    if not checked:
        raise ValueError(
            teach(
                "gradcheck expects at least one input tensor that requires gradient",
                got=f"{len(arguments)} inputs, none with requires_grad=True",
                mend="make it with requires_grad=True and dtype=edugrad.float64",
            )
        )
    for x in checked:
        _refuse_float32(x)
    try:
        for output in _outputs(func(*arguments)):
            for x in checked:
                _compare(func, arguments, output, x, (eps, atol, rtol))
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Check the derivative of the derivative of ``func`` in the same way.

    Notes
    -----
    PyTorch: ``torch.autograd.gradgradcheck``; the gradients that are sent in are ``grad_outputs``,
    or drawn at random from a fixed seed.
    """
    arguments = (inputs,) if isinstance(inputs, Tensor) else tuple(inputs)
    checked = [x for x in arguments if isinstance(x, Tensor) and x.requires_grad]
    random = np.random.default_rng(0)
    given = (grad_outputs,) if isinstance(grad_outputs, Tensor) else grad_outputs
    sent = list(given or ()) or [
        _like(output, random.normal(size=tuple(output.shape))).requires_grad_()
        for _, output in _outputs(func(*arguments))
    ]

    def first_derivative(*args: Any) -> Any:
        outputs = [output for _, output in _outputs(func(*args[: len(arguments)]))]
        found = grad(
            outputs, checked, list(args[len(arguments) :]), create_graph=True, allow_unused=True
        )
        return tuple(g for g in found if g is not None and g.requires_grad)

    return gradcheck(
        first_derivative,
        (*arguments, *sent),
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
    )


def _outputs(result: Any) -> list[tuple[int, Tensor]]:
    """The differentiable outputs, numbered."""
    found = result if isinstance(result, (tuple, list)) else (result,)
    return [
        (number, each)
        for number, each in enumerate(found)
        if isinstance(each, Tensor) and each.requires_grad
    ]


def _compare(
    func: Any, arguments: tuple[Any, ...], output: tuple[int, Tensor], x: Tensor, limits: Any
) -> None:
    number, value = output
    eps, atol, rtol = limits
    numerical = _numerical(func, arguments, number, x, eps)
    analytical = _analytical(value, x)
    if np.allclose(analytical, numerical, rtol=rtol, atol=atol, equal_nan=True):
        return
    place = next(k for k, each in enumerate(arguments) if each is x)
    row, column = np.unravel_index(np.nanargmax(np.abs(analytical - numerical)), analytical.shape)
    raise GradcheckError(
        teach(
            f"Jacobian mismatch for output {number} with respect to input {place}",
            got=f"∂output[{row}]/∂input[{column}] is {analytical[row, column]:.6g} by backward "
            f"and {numerical[row, column]:.6g} by finite differences",
            mend="look at the term of the derivative for that input; off the diagonal it is often "
            "a sum or a transpose that was forgotten",
        )
    )


def _numerical(func: Any, arguments: tuple[Any, ...], number: int, x: Tensor, eps: float) -> Any:
    check_overlap(x, "gradcheck")
    array = x._array

    def moved(place: tuple[int, ...], step: float) -> np.ndarray:
        kept = array[place].copy()
        array[place] = kept + step
        result = func(*arguments)
        found = result[number] if isinstance(result, (tuple, list)) else result
        copied = devices.to_numpy(found._array).astype(np.float64).reshape(-1)
        array[place] = kept
        return copied

    columns = [
        (moved(place, eps) - moved(place, -eps)) / (2 * eps) for place in np.ndindex(array.shape)
    ]
    return np.stack(columns, 1) if columns else np.zeros((1, 0))


def _analytical(value: Tensor, x: Tensor) -> np.ndarray:
    rows = []
    for index in range(value._array.size):
        seed = np.zeros(value._array.shape)
        seed.reshape(-1)[index] = 1
        (found,) = grad(value, x, _like(value, seed), retain_graph=True, allow_unused=True)
        row = np.zeros(x._array.size)
        if found is not None:
            row = devices.to_numpy(found.detach()._array).astype(np.float64).reshape(-1)
        rows.append(row)
    return np.stack(rows) if rows else np.zeros((0, x._array.size))


def _like(tensor: Tensor, array: np.ndarray) -> Tensor:
    moved = devices.move(array.astype(tensor._array.dtype), devices.CPU, tensor._device)
    return Tensor._wrap(moved, tensor._device)


def _refuse_float32(x: Tensor) -> None:
    if x._array.dtype != np.float64:
        raise ValueError(
            teach(
                "gradcheck needs double precision: finite differences in float32 have no digits",
                got=f"an input of {x.dtype}",
                mend="make it with dtype=edugrad.float64",
            )
        )
