"""backward and grad: what a user calls to have the engine walk a graph."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, Literal

from ..errors import teach
from ..tensor import Tensor
from .engine import Walk, accumulate, engine_mode
from .node import Edge, gradient_edge

Tensors = Tensor | Sequence[Tensor]
Unused = Literal["zero", "none", "error"]


def backward(
    tensors: Tensors,
    grad_tensors: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    grad_variables: Any = None,
    inputs: Tensors | None = None,
) -> None:
    r"""Add to the ``grad`` of every leaf the derivative of ``tensors`` with respect to it.

    .. math:: \text{leaf.grad} \mathrel{+}= \sum_k g_k^T \partial t_k / \partial \text{leaf}

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        What is differentiated.
    grad_tensors : Tensor or sequence, optional
        The gradient :math:`g_k` of each, of its shape; may be left out for tensors of one element.
    retain_graph : bool, optional
        Keep what the graph has saved, for another pass (default: ``create_graph``).
    create_graph : bool
        Record a graph of the gradients themselves, for higher derivatives.
    grad_variables
        An older word for ``grad_tensors``.
    inputs : Tensor or sequence, optional
        Accumulate into these leaves only.

    Raises
    ------
    RuntimeError
        If a tensor has no graph, is not a scalar and has no gradient given, or the graph was freed.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor(3.0, requires_grad=True)
    >>> edugrad.autograd.backward(x * x)
    >>> x.grad
    tensor(6.)

    Notes
    -----
    PyTorch: ``torch.autograd.backward``.
    """
    roots = _roots(tensors, grad_variables if grad_tensors is None else grad_tensors)
    leaves = None if inputs is None else _listed(inputs)
    if leaves is not None and not leaves:
        raise RuntimeError(
            teach(
                "`inputs` argument to `backward()` cannot be empty.",
                got=f"inputs={inputs!r}",
                mend="name the tensors that shall get a gradient, or leave inputs away for all",
            )
        )
    keep = create_graph if retain_graph is None else retain_graph
    walk = Walk(keep, None if leaves is None else [_edge_of(leaf) for leaf in leaves])
    with engine_mode(create_graph):
        walk.run(roots)
        for leaf in leaves or ():
            assert walk.wanted is not None
            gradient = walk.wanted[_edge_of(leaf)]
            if gradient is not None:
                accumulate(leaf, gradient, unshared=False)


def backward_method(
    self: Tensor,
    gradient: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    inputs: Tensors | None = None,
) -> None:
    """Compute the gradient of this tensor for all leaves: see :func:`edugrad.autograd.backward`."""
    backward(self, gradient, retain_graph, create_graph, inputs=inputs)


def grad(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    only_inputs: bool = True,
    allow_unused: bool | None = None,
    is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:
    """Return the derivative of ``outputs`` with respect to ``inputs``; no ``grad`` is touched.

    Parameters
    ----------
    outputs, inputs : Tensor or sequence of Tensor
    grad_outputs, retain_graph, create_graph
        As in :func:`backward`.
    only_inputs : bool
        Always so, as in PyTorch; False only warns.
    allow_unused : bool
        Return None for an input that the outputs do not depend on, instead of raising.
    is_grads_batched : bool
        ``grad_outputs`` have a first dimension more: one product for each of its rows, stacked.
    materialize_grads : bool
        Return zeros instead of None for these.

    Returns
    -------
    tuple of Tensor
        One gradient an input, of its shape and dtype.

    Raises
    ------
    RuntimeError
        As :func:`backward`; and if an input was not used.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor(2.0, requires_grad=True)
    >>> (slope,) = edugrad.autograd.grad(x**3, x, create_graph=True)
    >>> (curvature,) = edugrad.autograd.grad(slope, x)
    >>> slope.item(), curvature.item()
    (12.0, 12.0)

    Notes
    -----
    PyTorch: ``torch.autograd.grad``.
    """
    if not only_inputs:
        warnings.warn(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To "
            "accumulate gradient for other parts of the graph, please use "
            "edugrad.autograd.backward.",
            FutureWarning,
            stacklevel=2,
        )
    if materialize_grads and allow_unused is False:
        raise ValueError(
            teach(
                "Expected allow_unused to be True or not passed when materialize_grads=True, "
                "but got: allow_unused=False.",
                got="allow_unused=False, materialize_grads=True",
                mend="leave allow_unused away: materialize_grads gives zeros for unused inputs",
            )
        )
    keep = create_graph if retain_graph is None else retain_graph
    unused: Unused = "zero" if materialize_grads else "none" if allow_unused else "error"
    if not is_grads_batched or grad_outputs is None:
        return _product(outputs, inputs, grad_outputs, keep, create_graph, unused)
    rows = list(zip(*(each.unbind() for each in _listed(grad_outputs)), strict=True))
    products = [
        _product(outputs, inputs, row, keep or row is not rows[-1], create_graph, unused)
        for row in rows
    ]
    from ..ops.joining import stack  # the ops are loaded after autograd

    return tuple(
        None if column[0] is None else stack(column) for column in zip(*products, strict=True)
    )


def _product(
    outputs: Tensors,
    inputs: Tensors,
    grad_outputs: Any,
    keep: bool,
    create_graph: bool,
    unused: Unused,
) -> tuple[Tensor | None, ...]:
    """One vector-Jacobian product; ``unused`` says what an input gets that no output depends on."""
    targets = _listed(inputs)
    roots = _roots(outputs, grad_outputs)
    edges = [_edge_of(target) for target in targets]
    walk = Walk(keep, edges)
    with engine_mode(create_graph):
        walk.run(roots)
    assert walk.wanted is not None
    found = [walk.wanted[edge] for edge in edges]
    for number, (gradient, target) in enumerate(zip(found, targets, strict=True)):
        if gradient is None and unused == "zero":
            found[number] = target.detach() * 0
        elif gradient is None and unused == "error":
            raise RuntimeError(
                teach(
                    f"The differentiated Tensor at index {number} appears to not have been used "
                    "in the graph",
                    got=f"an input of shape {tuple(target.shape)} on which the output does not "
                    "depend",
                    mend="pass allow_unused=True to get None for it",
                )
            )
    return tuple(found)


def _listed(tensors: Any) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _edge_of(tensor: Tensor) -> Edge:
    edge = gradient_edge(tensor)
    if edge is None:
        raise RuntimeError(
            teach(
                "One of the differentiated Tensors does not require grad",
                got=f"a tensor of shape {tuple(tensor.shape)} with requires_grad=False",
                mend="make it with requires_grad=True before computing with it",
            )
        )
    return edge


def _roots(tensors: Tensors, gradients: Any) -> list[tuple[Edge, Tensor]]:
    """Where a walk starts, and with what."""
    if isinstance(tensors, Tensor) and (gradients is None or isinstance(gradients, Tensor)):
        return [_root(0, tensors, gradients)]
    outputs = _listed(tensors)
    if gradients is None:
        given: list[Any] = [None] * len(outputs)
    else:
        given = _listed(gradients)
    if len(given) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(given)} gradients")
    return [
        _root(number, output, gradient)
        for number, (output, gradient) in enumerate(zip(outputs, given, strict=True))
    ]


def _root(number: int, output: Tensor, gradient: Any) -> tuple[Edge, Tensor]:
    edge = gradient_edge(output)
    if edge is not None:
        return edge, _root_gradient(number, output, gradient)
    raise RuntimeError(
        teach(
            f"element {number} of tensors does not require grad and does not have a grad_fn",
            got=why_no_graph(output),
            mend="compute it from a tensor made with requires_grad=True, outside no_grad and "
            "without detach()",
        )
    )


def why_no_graph(output: Tensor) -> str:
    """Where the graph of a tensor was cut, or why it never had one."""
    if output._cut is not None:
        place = f" at {output._cut.site}" if output._cut.site is not None else ""
        return f"the graph was cut by {output._cut.reason}{place}"
    if output._array.dtype.kind != "f":
        return f"a tensor of {output.dtype}: only floating-point tensors have gradients"
    return "a fresh tensor: nothing it was computed from has requires_grad=True"


def _root_gradient(number: int, output: Tensor, gradient: Any) -> Tensor:
    if gradient is None:
        if output._array.size != 1:
            raise RuntimeError(
                teach(
                    "grad can be implicitly created only for scalar outputs",
                    got=f"backward() on a tensor of shape {tuple(output.shape)}",
                    mend="reduce it to one number first, e.g. x.sum().backward(), or pass the "
                    "gradient to start from: x.backward(gradient=edugrad.ones_like(x))",
                )
            )
        xp = output._device.xp
        return Tensor._wrap(xp.ones(output._array.shape, output._array.dtype), output._device)
    if not isinstance(gradient, Tensor):
        raise TypeError(
            teach(
                "gradients can be either Tensors or None",
                got=type(gradient).__name__,
                mend="wrap it: backward(gradient=edugrad.tensor(…))",
            )
        )
    if gradient._array.shape != output._array.shape:
        raise RuntimeError(
            teach(
                f"Mismatch in shape: grad_output[{number}] has a shape of {gradient.shape} and "
                f"output[{number}] has a shape of {output.shape}.",
                got=f"{tuple(gradient.shape)} for {tuple(output.shape)}",
                mend="a gradient has one number for each number of the output",
            )
        )
    return gradient
