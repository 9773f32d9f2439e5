"""Functions that differentiate and map functions: ``torch.func``.

``vmap`` calls the function once a row and stacks what it returns: the same results as PyTorch's,
without its speed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import autograd
from .autograd import functional
from .errors import teach
from .ops.joining import stack
from .tensor import Tensor

Function = Callable[..., Any]
Positions = int | tuple[int, ...]


def _variables(args: Sequence[Any], positions: tuple[int, ...]) -> list[Any]:
    """The arguments, those at ``positions`` as new variables."""
    made = list(args)
    for place in positions:
        value = made[place]
        made[place] = value.clone() if value.requires_grad else value.detach().requires_grad_()
    return made


def _watched(args: Sequence[Any]) -> bool:
    return any(isinstance(each, Tensor) and each.requires_grad for each in args)


def grad_and_value(func: Function, argnums: Positions = 0, has_aux: bool = False) -> Function:
    """A function that returns the gradient of ``func``, and its value.

    Parameters
    ----------
    func : function
        Returns one number.
    argnums : int or tuple of int
        By which arguments.
    has_aux : bool
        Whether ``func`` returns a pair, of which the second is only handed on.

    Notes
    -----
    PyTorch: ``torch.func.grad_and_value``.
    """
    single = isinstance(argnums, int)
    positions: tuple[int, ...] = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def differentiated(*args: Any, **kwargs: Any) -> Any:
        with autograd.enable_grad():
            variables = _variables(args, positions)
            result = func(*variables, **kwargs)
            value, aux = result if has_aux else (result, None)
            if value.ndim:
                raise RuntimeError(
                    teach(
                        "Expected f(*args) to return a scalar tensor, got tensor with "
                        f"{value.ndim} dims. Maybe you'd like to use the vjp or jacrev APIs "
                        "instead?",
                        got=f"a tensor of shape {tuple(value.shape)}",
                        mend="reduce it to one number, e.g. with sum(), or use jacrev",
                    )
                )
            found = autograd.grad(
                value,
                [variables[place] for place in positions],
                create_graph=True,
                materialize_grads=True,
            )
        if not _watched(args):
            found = tuple(each.detach() for each in found)  # type: ignore[union-attr]
            value = value.detach()
        gradients = found[0] if single else found
        return (gradients, (value, aux)) if has_aux else (gradients, value)

    return differentiated


def grad(func: Function, argnums: Positions = 0, has_aux: bool = False) -> Function:
    """A function that returns the gradient of ``func``.

    Examples
    --------
    >>> import edugrad
    >>> cubed = lambda x: x**3
    >>> edugrad.func.grad(edugrad.func.grad(cubed))(edugrad.tensor(2.0))
    tensor(12.)

    Notes
    -----
    PyTorch: ``torch.func.grad``.
    """
    both = grad_and_value(func, argnums, has_aux)

    def differentiated(*args: Any, **kwargs: Any) -> Any:
        gradients, value = both(*args, **kwargs)
        return (gradients, value[1]) if has_aux else gradients

    return differentiated


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
    in_dims : int, None or tuple of these
        The dimension of each argument to go along; None hands an argument on whole.
    out_dims : int or tuple of int
        Where the new dimension of the results goes.
    randomness, chunk_size
        Accepted; each slice draws random numbers of its own.

    Examples
    --------
    >>> import edugrad
    >>> rows = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> edugrad.vmap(edugrad.dot)(rows, rows)
    tensor([ 5., 25.])

    Notes
    -----
    PyTorch: ``torch.vmap``. Nested tuples of arguments are not looked into.
    """

    def mapped(*args: Any, **kwargs: Any) -> Any:
        dims = in_dims if isinstance(in_dims, (tuple, list)) else (in_dims,) * len(args)
        lengths = {arg.shape[dim] for arg, dim in zip(args, dims, strict=True) if dim is not None}
        if len(lengths) != 1:
            raise ValueError(
                teach(
                    "vmap: Expected all tensors to have the same size in the mapped dimension",
                    got=f"sizes {sorted(lengths)}",
                    mend="in_dims says which dimension of each argument is mapped; None is none",
                )
            )
        slices = [
            [arg] * min(lengths) if dim is None else arg.unbind(dim)
            for arg, dim in zip(args, dims, strict=True)
        ]
        results = [func(*each, **kwargs) for each in zip(*slices, strict=True)]
        if not isinstance(results[0], tuple):
            return stack(results, out_dims)
        columns = list(zip(*results, strict=True))
        places = out_dims if isinstance(out_dims, tuple) else (out_dims,) * len(columns)
        return tuple(stack(each, place) for each, place in zip(columns, places, strict=True))

    return mapped


def jacrev(func: Function, argnums: Positions = 0, has_aux: bool = False) -> Function:
    """A function that returns the Jacobian of ``func``.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.func.jacrev(edugrad.square)(edugrad.tensor([1.0, 2.0]))
    tensor([[2., 0.],
            [0., 4.]])

    Notes
    -----
    PyTorch: ``torch.func.jacrev``.
    """
    if has_aux or not isinstance(argnums, int):
        raise NotImplementedError(
            teach(
                "edugrad's jacrev takes one argument's position, and no has_aux",
                got=f"argnums={argnums!r}, has_aux={has_aux}",
                mend="call it once an argument",
            )
        )

    def jacobian(*args: Any) -> Any:
        def of_one(value: Any) -> Any:
            return func(*args[:argnums], value, *args[argnums + 1 :])

        return functional.jacobian(of_one, args[argnums], create_graph=_watched(args))

    return jacobian


jacfwd = jacrev


def hessian(func: Function, argnums: int = 0) -> Function:
    """A function that returns the Hessian of ``func``, which returns one number.

    Notes
    -----
    PyTorch: ``torch.func.hessian``.
    """

    def matrix(*args: Any) -> Any:
        def of_one(value: Any) -> Any:
            return func(*args[:argnums], value, *args[argnums + 1 :])

        return functional.hessian(of_one, args[argnums], create_graph=_watched(args))

    return matrix


def vjp(func: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of ``func``, and a function from gradients of it to those of its arguments.

    Notes
    -----
    PyTorch: ``torch.func.vjp``.
    """
    with autograd.enable_grad():
        variables = _variables(primals, tuple(range(len(primals))))
        value = func(*variables)

    def pull(cotangent: Any) -> Any:
        found = autograd.grad(
            value, variables, cotangent, retain_graph=True, materialize_grads=True
        )
        return found

    return value if _watched(primals) else value.detach(), pull


def jvp(func: Function, primals: Any, tangents: Any) -> Any:
    """The value of ``func`` and its derivative in a direction. PyTorch: ``torch.func.jvp``."""
    value, derivative = functional.jvp(func, tuple(primals), tuple(tangents))
    return value, derivative
