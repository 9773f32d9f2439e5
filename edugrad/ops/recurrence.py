"""Recurrences over a whole sequence, each one op: a plain network, an LSTM, a GRU.

A step is written once in tensor operations (:func:`rnn_step`, :func:`lstm_step`,
:func:`gru_step`), which serves single cells and derivatives of higher order. The ops do the same
on arrays: what does not depend on the state before, the products with the inputs, comes in already
computed, a step is one matrix product and a few element-wise passes, and the way back gathers the
weight's gradient by one product over the whole sequence.

Sequences have shape (length, batch, features); ``reverse`` walks them from their end. Where they
differ in length, the longest comes first and ``sizes`` says how many there are at each step.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

from ..autograd.derivatives import grad as gradients_of
from ..autograd.function import Op
from ..autograd.grad_mode import mode
from ..tensor import Tensor
from .joining import cat, stack
from .linalg import linear
from .padding import constant_pad

Sizes = tuple[int, ...] | None


def rnn_step(x: Any, h: Any, weight: Any, relu: bool) -> Any:
    r"""One step of a plain recurrent network, :math:`\tanh(x + W h)`; ``x`` has all biases."""
    total = x + linear(h, weight)
    return total.relu() if relu else total.tanh()


def lstm_step(x: Any, h: Any, c: Any, weight: Any) -> tuple[Any, Any]:
    """One step of an LSTM: its output and its cell. ``x`` holds the gates i, f, g, o."""
    i, f, g, o = (x + linear(h, weight)).chunk(4, -1)
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return o.sigmoid() * c.tanh(), c


def gru_step(x: Any, h: Any, weight: Any, bias: Any) -> Any:
    """One step of a GRU. ``x`` holds the gates r, z, n; ``bias`` is that of the state."""
    r, z, n = x.chunk(3, -1)
    hr, hz, hn = linear(h, weight, bias).chunk(3, -1)
    n = (n + (r + hr).sigmoid() * hn).tanh()
    return n + (z + hz).sigmoid() * (h - n)


def unrolled(
    step: Callable[..., Any], x: Any, states: tuple[Any, ...], reverse: bool, sizes: Sizes = None
) -> tuple[Any, ...]:
    """A recurrence in tensor operations: all outputs, then the last states.

    ``step(x, *states)`` gives the new states, the output first.
    """
    outputs: list[Any] = [None] * len(x)
    for t, rows in _steps(x, reverse, sizes):
        found = step(x[t, :rows], *[each[:rows] for each in states])
        new = found if isinstance(found, tuple) else (found,)
        outputs[t] = new[0]
        others = len(states[0]) - rows
        if others:
            outputs[t] = constant_pad(new[0], (0, 0, 0, others), 0)
            new = tuple(cat([one, old[rows:]]) for one, old in zip(new, states, strict=True))
        states = new
    return stack(outputs), *states


def _steps(x: Any, reverse: bool, sizes: Sizes) -> Iterator[tuple[int, int]]:
    """The steps in the order of the walk, with how many sequences there are at each."""
    for t in range(len(x) - 1, -1, -1) if reverse else range(len(x)):
        yield t, x.shape[1] if sizes is None else sizes[t]


def _earlier(xp: Any, first: Any, states: Any, reverse: bool, sizes: Sizes) -> Any:
    """For each step, the state that it began with."""
    if not reverse:
        return xp.concatenate([first[None], states[:-1]])
    found = xp.concatenate([states[1:], first[None]])
    for t, (rows, others) in enumerate(itertools.pairwise(sizes or ())):
        found[t, others:rows] = first[others:rows]
    return found


def _product(over: Any, under: Any) -> Any:
    """The gradient of a weight: one product over all steps and examples."""
    return over.reshape(-1, over.shape[-1]).T @ under.reshape(-1, under.shape[-1])


class Recurrence(Op):
    """What the recurrences share: gradients by arrays, or of higher order by tensor operations."""

    @staticmethod
    def unroll(*inputs: Any, **params: Any) -> tuple[Any, ...]:
        """The same in tensor operations."""
        raise NotImplementedError

    @staticmethod
    def back(xp: Any, params: dict[str, Any], saved: Any, gradients: Any) -> tuple[Any, ...]:
        """The inputs' gradients as arrays."""
        raise NotImplementedError

    @classmethod
    def _again(cls, ctx: Any, inputs: Any, gradients: Any) -> tuple[Any, ...]:
        """The inputs' gradients in a graph of their own, through the op in tensor operations."""
        own = [each.view_as(each) for each in inputs]
        wanted = [each for each, need in zip(own, ctx.needs_input_grad, strict=True) if need]
        outputs = cls.unroll(*own, **ctx.params)
        found = iter(gradients_of(outputs, wanted, gradients, create_graph=True))
        return tuple(next(found) if need else None for need in ctx.needs_input_grad)

    @classmethod
    def backward(cls, ctx: Any, *gradients: Any) -> Any:
        saved = ctx.saved_tensors
        if mode.grad:
            return cls._again(ctx, saved[: len(ctx.needs_input_grad)], gradients)
        device = gradients[0]._device
        arrays = [each._array for each in saved]
        found = cls.back(ctx.xp, ctx.params, arrays, [each._array for each in gradients])
        return tuple(
            Tensor._wrap(each, device) if need else None
            for each, need in zip(found, ctx.needs_input_grad, strict=True)
        )


class Rnn(Recurrence):
    """A plain recurrent network: each state from the one before and the input."""

    op_name = "rnn"
    node_name = "StackBackward0"
    formula = "hₜ = tanh(xₜ + W hₜ₋₁)"
    derivatives = ("gₜ = (gradₜ + Wᵀ gₜ₊₁) · (1 - hₜ²)", "Σ gₜ hₜ₋₁ᵀ", "Wᵀ g₁")
    symbols = ("x", "W", "h")

    @staticmethod
    def unroll(x: Any, weight: Any, h: Any, relu: bool, reverse: bool, sizes: Sizes) -> Any:
        return unrolled(lambda each, h: rnn_step(each, h, weight, relu), x, (h,), reverse, sizes)

    @staticmethod
    def forward(
        ctx: Any, x: Any, weight: Any, h: Any, relu: bool, reverse: bool, sizes: Sizes
    ) -> Any:
        xp, first, h = ctx.xp, h, h.copy()
        outputs = xp.zeros_like(x)
        for t, rows in _steps(x, reverse, sizes):
            state = outputs[t, :rows]
            xp.matmul(h[:rows], weight.T, out=state)
            state += x[t, :rows]
            if relu:
                xp.maximum(state, 0, out=state)
            else:
                xp.tanh(state, out=state)
            h[:rows] = state
        ctx.save_for_backward(x, weight, first, outputs)
        return outputs, h

    @staticmethod
    def back(xp: Any, params: dict[str, Any], saved: Any, gradients: Any) -> tuple[Any, ...]:
        _, weight, first, outputs = saved
        grad, grad_h = gradients[0], gradients[1].copy()
        reverse, sizes = params["reverse"], params["sizes"]
        slope = (outputs > 0).astype(grad.dtype) if params["relu"] else 1 - outputs * outputs
        inner = xp.zeros_like(outputs)
        for t, rows in _steps(outputs, not reverse, sizes):
            here = inner[t, :rows]
            xp.multiply(grad_h[:rows] + grad[t, :rows], slope[t, :rows], out=here)
            grad_h[:rows] = here @ weight
        return inner, _product(inner, _earlier(xp, first, outputs, reverse, sizes)), grad_h


class Lstm(Recurrence):
    """A long short-term memory: gates decide what a cell forgets, takes in and shows."""

    op_name = "lstm"
    node_name = "MkldnnRnnLayerBackward0"
    formula = "i, f, g, o = xₜ + W hₜ₋₁; cₜ = σ(f) · cₜ₋₁ + σ(i) · tanh(g); hₜ = σ(o) · tanh(cₜ)"
    derivatives = (
        "gₜ: gradₜ + Wᵀ gₜ₊₁ through the gates",
        "Σ gₜ hₜ₋₁ᵀ",
        "Wᵀ g₁",
        "f₁ · grad of c₁",
    )
    symbols = ("x", "W", "h", "c")

    @staticmethod
    def unroll(x: Any, weight: Any, h: Any, c: Any, reverse: bool, sizes: Sizes) -> Any:
        return unrolled(lambda each, h, c: lstm_step(each, h, c, weight), x, (h, c), reverse, sizes)

    @staticmethod
    def forward(ctx: Any, x: Any, weight: Any, h: Any, c: Any, reverse: bool, sizes: Sizes) -> Any:
        xp, first_h, first_c, size = ctx.xp, h, c, h.shape[-1]
        h, c = h.copy(), c.copy()
        outputs = xp.zeros((*x.shape[:2], size), x.dtype)
        cells, active = xp.zeros_like(outputs), xp.zeros_like(x)
        half, shift = _half_and_shift(xp, size, x.dtype)
        for t, rows in _steps(x, reverse, sizes):
            gates = active[t, :rows]
            xp.matmul(h[:rows], weight.T, out=gates)
            gates += x[t, :rows]
            gates *= half
            xp.tanh(gates, out=gates)
            gates *= half
            gates += shift
            i, f, g, o = _gates(gates, 4)
            cell, state = cells[t, :rows], outputs[t, :rows]
            xp.multiply(f, c[:rows], out=cell)
            cell += i * g
            xp.multiply(o, xp.tanh(cell), out=state)
            h[:rows], c[:rows] = state, cell
        ctx.save_for_backward(x, weight, first_h, first_c, active, cells, outputs)
        return outputs, h, c

    @staticmethod
    def back(xp: Any, params: dict[str, Any], saved: Any, gradients: Any) -> tuple[Any, ...]:
        _, weight, first_h, first_c, active, cells, outputs = saved
        grad, grad_h, grad_c = gradients[0], gradients[1].copy(), gradients[2].copy()
        reverse, sizes = params["reverse"], params["sizes"]
        i, f, g, o = _gates(active, 4)
        squashed = xp.tanh(cells)
        slope = o * (1 - squashed * squashed)
        local = xp.empty_like(active)
        to_i, to_f, to_g, to_o = _gates(local, 4)
        to_i[...] = g * i * (1 - i)
        to_f[...] = _earlier(xp, first_c, cells, reverse, sizes) * f * (1 - f)
        to_g[...] = i * (1 - g * g)
        to_o[...] = squashed * o * (1 - o)
        inner, size = local, outputs.shape[-1]
        for t, rows in _steps(outputs, not reverse, sizes):
            of_h, of_c = grad_h[:rows], grad_c[:rows]
            of_h += grad[t, :rows]
            of_c += of_h * slope[t, :rows]
            gates = inner[t, :rows].reshape(-1, 4, size)
            gates[:, :3] *= of_c[:, None]
            gates[:, 3] *= of_h
            of_h[...] = inner[t, :rows] @ weight
            of_c *= f[t, :rows]
        grad_weight = _product(inner, _earlier(xp, first_h, outputs, reverse, sizes))
        return inner, grad_weight, grad_h, grad_c


class Gru(Recurrence):
    """A gated recurrent unit: one gate mixes the old state with a new one, one resets the old."""

    op_name = "gru"
    node_name = "StackBackward0"
    formula = "r, z = σ(xₜ + W hₜ₋₁ + b); n = tanh(xₜ + r · (W hₜ₋₁ + b)); hₜ = n + z · (hₜ₋₁ - n)"
    derivatives = (
        "gₜ: gradₜ + Wᵀ gₜ₊₁ through the gates",
        "Σ gₜ hₜ₋₁ᵀ",
        "Wᵀ g₁ + z₁ · grad of h₁",
        "Σ gₜ",
    )
    symbols = ("x", "W", "h", "b")

    @staticmethod
    def unroll(x: Any, weight: Any, h: Any, bias: Any, reverse: bool, sizes: Sizes) -> Any:
        return unrolled(lambda each, h: gru_step(each, h, weight, bias), x, (h,), reverse, sizes)

    @staticmethod
    def forward(
        ctx: Any, x: Any, weight: Any, h: Any, bias: Any, reverse: bool, sizes: Sizes
    ) -> Any:
        xp, first, size, h = ctx.xp, h, h.shape[-1], h.copy()
        outputs = xp.zeros((*x.shape[:2], size), x.dtype)
        active, candidates = xp.zeros_like(x), xp.zeros_like(outputs)
        for t, rows in _steps(x, reverse, sizes):
            gates, state = active[t, :rows], h[:rows]
            xp.matmul(state, weight.T, out=gates)
            gates += bias
            both, n = gates[:, : 2 * size], gates[:, 2 * size :]
            candidates[t, :rows] = n
            both += x[t, :rows, : 2 * size]
            both *= 0.5
            xp.tanh(both, out=both)
            both *= 0.5
            both += 0.5
            r, z, _ = _gates(gates, 3)
            n *= r
            n += x[t, :rows, 2 * size :]
            xp.tanh(n, out=n)
            state[...] = n + z * (state - n)
            outputs[t, :rows] = state
        ctx.save_for_backward(x, weight, first, bias, active, candidates, outputs)
        return outputs, h

    @staticmethod
    def back(xp: Any, params: dict[str, Any], saved: Any, gradients: Any) -> tuple[Any, ...]:
        _, weight, first, _, active, candidates, outputs = saved
        grad, grad_h = gradients[0], gradients[1].copy()
        reverse, sizes = params["reverse"], params["sizes"]
        r, z, n = _gates(active, 3)
        earlier = _earlier(xp, first, outputs, reverse, sizes)
        inner = xp.zeros_like(active)
        to_r, to_z, to_n = _gates(inner, 3)
        to_n[...] = (1 - z) * (1 - n * n)
        to_r[...] = to_n * candidates * r * (1 - r)
        to_z[...] = (earlier - n) * z * (1 - z)
        own, size = xp.zeros_like(active), outputs.shape[-1]
        for t, rows in _steps(outputs, not reverse, sizes):
            of_h, gates = grad_h[:rows], own[t, :rows]
            of_h += grad[t, :rows]
            here = inner[t, :rows].reshape(-1, 3, size)
            here *= of_h[:, None]
            inner[t, rows:] = 0
            gates[...] = inner[t, :rows]
            gates[:, 2 * size :] *= r[t, :rows]
            of_h[...] = gates @ weight + of_h * z[t, :rows]
        return inner, _product(own, earlier), grad_h, own.sum((0, 1))


def _gates(array: Any, count: int) -> list[Any]:
    """The parts of the last dimension, as views."""
    size = array.shape[-1] // count
    return [array[..., k * size : (k + 1) * size] for k in range(count)]


def _half_and_shift(xp: Any, size: int, dtype: Any) -> tuple[Any, Any]:
    """Factors and summands that make of one tanh the gates: σ(x) = tanh(x / 2) / 2 + 1 / 2."""
    half = xp.full(4 * size, 0.5, dtype)
    half[2 * size : 3 * size] = 1
    return half, 1 - half
