"""Functions that differentiate and map functions: ``torch.func``.

Arguments and results may be nested tuples, lists and dicts of tensors, such as the parameters of a
module by name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from . import autograd, trees
from .autograd import functional
from .errors import teach
from .mapping import vmap
from .nn.utils import stateless
from .ops.joining import stack
from .tensor import Tensor

__all__ = [
    "functional_call",
    "grad",
    "grad_and_value",
    "hessian",
    "jacfwd",
    "jacrev",
    "jvp",
    "linearize",
    "stack_module_state",
    "vjp",
    "vmap",
]

Function = Callable[..., Any]
Positions = int | tuple[int, ...]


def _variables(args: Sequence[Any], positions: Sequence[int]) -> list[Any]:
    """The arguments, the tensors in those at ``positions`` as new variables."""
    made = list(args)
    for place in positions:
        if not -len(args) <= place < len(args):
            raise RuntimeError(
                teach(
                    f"Got argnum={place}, but only {len(args)} positional inputs",
                    got=f"{len(args)} arguments",
                    mend="argnums counts the arguments from 0",
                )
            )
        values = [
            each.clone() if each.requires_grad else each.detach().requires_grad_()
            for each in trees.leaves(made[place])
        ]
        made[place] = trees.rebuilt(made[place], values)
    return made


def _watched(args: Any) -> bool:
    return any(isinstance(each, Tensor) and each.requires_grad for each in trees.leaves(args))


def _detached(tree: Any) -> Any:
    values = [each.detach() if isinstance(each, Tensor) else each for each in trees.leaves(tree)]
    return trees.rebuilt(tree, values)


def _with_aux(name: str, result: Any, has_aux: bool) -> tuple[Any, Any]:
    """What a function returned, taken apart if the second part is only handed on."""
    if not has_aux:
        return result, None
    if not isinstance(result, tuple) or len(result) != 2:
        raise RuntimeError(
            teach(
                f"{name}: output of function f should be a tuple: (output, aux) if has_aux is True",
                got=type(result).__name__,
                mend="return a pair, or leave has_aux away",
            )
        )
    return result[0], result[1]


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
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)
    name = "grad_and_value(f)(*args)"

    def differentiated(*args: Any, **kwargs: Any) -> Any:
        with autograd.enable_grad():
            variables = _variables(args, positions)
            value, aux = _with_aux(name, func(*variables, **kwargs), has_aux)
            _check_scalar(name, value)
            chosen = [variables[place] for place in positions]
            found = _gradients(value, trees.leaves(chosen))
        if not _watched((args, kwargs)):
            found, value, aux = _detached((found, value, aux))
        gradients = trees.rebuilt(chosen, found)
        gradients = gradients[0] if isinstance(argnums, int) else tuple(gradients)
        return (gradients, (value, aux)) if has_aux else (gradients, value)

    return differentiated


def _gradients(value: Tensor, variables: list[Tensor]) -> Any:
    if not value.requires_grad:
        return [each.new_zeros(each.shape) for each in variables]
    return autograd.grad(value, variables, create_graph=True, materialize_grads=True)


def _check_scalar(name: str, value: Any) -> None:
    if not isinstance(value, Tensor):
        rule = f"{name}: Expected f(*args) to return a Tensor, got {type(value)}"
        got = repr(value)
    elif value.ndim:
        rule = (
            f"{name}: Expected f(*args) to return a scalar Tensor, got tensor with {value.ndim} "
            "dims. Maybe you wanted to use the vjp or jacrev APIs instead?"
        )
        got = f"a tensor of shape {tuple(value.shape)}"
    else:
        return
    mend = "reduce it to one number, e.g. with sum(), or use jacrev"
    raise RuntimeError(teach(rule, got=got, mend=mend))


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


def jacrev(
    func: Function,
    argnums: Positions = 0,
    *,
    has_aux: bool = False,
    chunk_size: int | None = None,
) -> Function:
    """A function that returns the Jacobian of ``func``, by one backward pass for each output.

    Parameters
    ----------
    func : function
    argnums : int or tuple of int
        By which arguments; a tuple gives a tuple of Jacobians.
    has_aux : bool
        Whether ``func`` returns a pair, of which the second is only handed on.
    chunk_size : int, optional
        Accepted: there is one pass after the other.

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
    positions = (argnums,) if isinstance(argnums, int) else tuple(argnums)

    def jacobian(*args: Any, **kwargs: Any) -> Any:
        watched = _watched((args, kwargs))
        with autograd.enable_grad():
            variables = _variables(args, positions)
            result, aux = _with_aux("jacrev(f)(*args)", func(*variables, **kwargs), has_aux)
            chosen = [variables[place] for place in positions]
            parts = [_rows(each, trees.leaves(chosen), watched) for each in _outputs(result)]
        trees_of_parts = [trees.rebuilt(chosen, rows) for rows in parts]
        by_output = [
            each[0] if isinstance(argnums, int) else tuple(each) for each in trees_of_parts
        ]
        found = trees.rebuilt(result, by_output)
        found, aux = (found, aux) if watched else _detached((found, aux))
        return (found, aux) if has_aux else found

    return jacobian


def _outputs(result: Any) -> list[Tensor]:
    found = trees.leaves(result)
    for each in found:
        if not isinstance(each, Tensor):
            raise RuntimeError(
                teach(
                    "vjp(f, *primals): expected f(*primals) to return only tensors, got "
                    f"unsupported type {type(each)}",
                    got=repr(each),
                    mend="return tensors",
                )
            )
    return found


def _rows(output: Tensor, inputs: list[Tensor], create_graph: bool) -> list[Tensor]:
    """The derivatives of all elements of an output by each input."""
    rows = [
        autograd.grad(
            each, inputs, retain_graph=True, create_graph=create_graph, materialize_grads=True
        )
        if each.requires_grad
        else [value.new_zeros(value.shape) for value in inputs]
        for each in output.reshape(-1).unbind()
    ]
    if not rows:
        return [value.new_zeros(*output.shape, *value.shape) for value in inputs]
    columns = zip(*rows, strict=True)
    return [
        stack(column).reshape(*output.shape, *value.shape)
        for column, value in zip(columns, inputs, strict=True)
    ]


def jacfwd(
    func: Function, argnums: Positions = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Function:
    """As :func:`jacrev`, which does the work. PyTorch: ``torch.func.jacfwd``."""
    return jacrev(func, argnums, has_aux=has_aux)


def hessian(func: Function, argnums: Positions = 0) -> Function:
    """A function that returns the Hessian of ``func``: the Jacobian of its Jacobian.

    Notes
    -----
    PyTorch: ``torch.func.hessian``.
    """
    return jacrev(jacrev(func, argnums), argnums)


def vjp(func: Function, *primals: Any, has_aux: bool = False) -> tuple[Any, ...]:
    """The value of ``func``, and a function from gradients of it to those of its arguments.

    With ``has_aux``, ``func`` returns a pair, of which the second comes as a third result.

    Notes
    -----
    PyTorch: ``torch.func.vjp``.
    """
    with autograd.enable_grad():
        variables = _variables(primals, range(len(primals)))
        value, aux = _with_aux("vjp(f, *primals)", func(*variables), has_aux)
        outputs = _outputs(value)

    def pull(cotangents: Any) -> Any:
        found: Any = autograd.grad(
            outputs,
            trees.leaves(variables),
            trees.leaves(cotangents),
            retain_graph=True,
            create_graph=_watched((primals, cotangents)),
            materialize_grads=True,
        )
        return tuple(trees.rebuilt(variables, found))

    value, aux = (value, aux) if _watched(primals) else _detached((value, aux))
    return (value, pull, aux) if has_aux else (value, pull)


def jvp(
    func: Function, primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False
) -> tuple[Any, ...]:
    """The value of ``func`` and its derivative in a direction.

    With ``has_aux``, ``func`` returns a pair, of which the second comes as a third result.

    Notes
    -----
    PyTorch: ``torch.func.jvp``.
    """
    if not isinstance(primals, tuple):
        raise RuntimeError(
            teach(
                "jvp(f, primals, tangents): Expected primals to be a tuple. E.g. it should be "
                "valid to call f(*primals).",
                got=type(primals).__name__,
                mend="write (x,) for one argument",
            )
        )
    seen: list[Any] = []

    def flat(*values: Tensor) -> Any:
        result = func(*trees.rebuilt(primals, values))
        value, aux = _with_aux("jvp(f, primals, tangents)", result, has_aux)
        seen[:] = [value, aux]
        return tuple(_outputs(value))

    given, directions = tuple(trees.leaves(primals)), tuple(trees.leaves(tangents))
    graph = _watched((given, directions))
    outputs, found = functional.jvp(flat, given, directions, create_graph=graph, strict=strict)
    value, derivative = (trees.rebuilt(seen[0], each) for each in (outputs, found))
    aux = seen[1] if graph else _detached(seen[1])
    return (value, derivative, aux) if has_aux else (value, derivative)


def linearize(func: Function, *primals: Any) -> tuple[Any, Function]:
    """The value of ``func``, and its derivative as a function of the direction.

    PyTorch: ``torch.func.linearize``.
    """
    return func(*primals), lambda *tangents: jvp(func, primals, tangents)[1]


def functional_call(
    module: Any,
    parameter_and_buffer_dicts: Any,
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """What a module gives with other parameters and buffers than its own.

    See :func:`edugrad.nn.utils.stateless.functional_call`. PyTorch: ``torch.func.functional_call``.
    """
    return stateless.functional_call(
        module,
        parameter_and_buffer_dicts,
        args,
        kwargs,
        tie_weights=tie_weights,
        strict=strict,
    )


def stack_module_state(models: Sequence[Any]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """The parameters and the buffers of modules alike, those of one name in one tensor.

    With :func:`vmap` and :func:`functional_call` an ensemble is one call.

    Examples
    --------
    >>> import edugrad
    >>> params, buffers = stack_module_state([edugrad.nn.Linear(2, 1) for _ in range(3)])
    >>> params["weight"].shape
    edugrad.Size([3, 1, 2])

    Notes
    -----
    PyTorch: ``torch.func.stack_module_state``.
    """
    if not models:
        raise RuntimeError(
            teach(
                "stack_module_state: Expected at least one model, got 0.",
                got="no model",
                mend="give a list of modules",
            )
        )
    if len({type(model) for model in models}) > 1:
        raise RuntimeError(
            teach(
                "stack_module_state: Expected all models to be of the same class.",
                got=", ".join(type(model).__name__ for model in models),
                mend="give modules with the same parameters",
            )
        )
    params = [dict(model.named_parameters()) for model in models]
    buffers = [dict(model.named_buffers()) for model in models]
    return (
        {name: _together([each[name] for each in params]) for name in params[0]},
        {name: _together([each[name] for each in buffers]) for name in buffers[0]},
    )


def _together(tensors: list[Tensor]) -> Tensor:
    made: Tensor = stack([each.detach() for each in tensors])
    return made.requires_grad_() if tensors[0].requires_grad else made
