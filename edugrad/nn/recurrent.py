"""Recurrent networks over whole sequences: RNN, LSTM and GRU.

Single steps are in :mod:`edugrad.nn.cells`.
"""

from __future__ import annotations

import math
import numbers
import warnings
from typing import Any, ClassVar

from ..creation import empty, zeros
from ..errors import teach
from ..ops.joining import cat, stack
from ..ops.recurrence import Gru, Lstm, Rnn, Sizes, lstm_step, unrolled
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter
from .utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence


class RNNBase(Module):
    """What recurrent networks share: layers, directions, weights, and the walk through them."""

    gates: ClassVar[int]
    states: ClassVar[int] = 1

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.mode = mode
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.bias = bias
        self.batch_first = batch_first
        self.dropout = float(dropout)
        self.bidirectional = bidirectional
        self.proj_size = proj_size
        self._check(dropout)
        form = {"device": device, "dtype": dtype}
        gates, directions = self.gates * hidden_size, 2 if bidirectional else 1
        shown = proj_size or hidden_size
        self._names: list[list[str]] = []
        for layer in range(num_layers):
            width = shown * directions if layer else input_size
            shapes: dict[str, tuple[int, ...]] = {
                "weight_ih": (gates, width),
                "weight_hh": (gates, shown),
            }
            if bias:
                shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}
            if proj_size:
                shapes["weight_hr"] = (proj_size, hidden_size)
            for suffix in ("", "_reverse")[:directions]:
                names = [f"{name}_l{layer}{suffix}" for name in shapes]
                for name, shape in zip(names, shapes.values(), strict=True):
                    self.register_parameter(name, Parameter(empty(*shape, **form)))
                self._names.append(names)
        self.reset_parameters()

    def _check(self, dropout: Any) -> None:
        """Refuse what no network can be made of."""
        for name in ("bias", "batch_first"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise TypeError(
                    teach(
                        f"{name} should be of type bool, got: {type(value).__name__}",
                        got=f"{name}={value!r}",
                        mend=f"pass it by name: {name}=True or {name}=False",
                    )
                )
        checks = (
            (
                isinstance(dropout, numbers.Number)
                and not isinstance(dropout, bool)
                and 0 <= self.dropout <= 1,
                "dropout should be a number in range [0, 1] representing the probability of an "
                "element being zeroed",
                f"dropout={dropout}",
            ),
            (
                self.input_size > 0,
                "input_size must be greater than zero",
                f"input_size={self.input_size}",
            ),
            (
                self.hidden_size > 0,
                "hidden_size must be greater than zero",
                f"hidden_size={self.hidden_size}",
            ),
            (
                self.num_layers > 0,
                "num_layers must be greater than zero",
                f"num_layers={self.num_layers}",
            ),
            (
                self.proj_size >= 0,
                "proj_size should be a positive integer or zero to disable projections",
                f"proj_size={self.proj_size}",
            ),
            (
                self.proj_size < max(self.hidden_size, 1),
                "proj_size has to be smaller than hidden_size",
                f"proj_size={self.proj_size} and hidden_size={self.hidden_size}",
            ),
        )
        for passed, rule, got in checks:
            if not passed:
                mend = f"write {type(self).__name__}(input_size, hidden_size, num_layers, …)"
                raise ValueError(teach(rule, got=got, mend=mend))
        if self.dropout > 0 and self.num_layers == 1:
            warnings.warn(
                "dropout option adds dropout after all but last recurrent layer, so non-zero "
                f"dropout expects num_layers greater than 1, but got dropout={dropout} and "
                "num_layers=1",
                stacklevel=4,
            )

    def reset_parameters(self) -> None:
        """Draw all parameters from between -1 and 1 over the root of the hidden size."""
        bound = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def flatten_parameters(self) -> None:
        """Nothing to do here: in PyTorch it puts the weights side by side for cuDNN."""

    @property
    def all_weights(self) -> list[list[Parameter]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._names]

    # The walk

    def forward(self, input: Any, hx: Any = None) -> Any:
        if isinstance(input, PackedSequence):
            return self._packed(input, hx)
        self._check_input(input)
        single = input.ndim == 2
        if single:
            input = input.unsqueeze(1)
        elif self.batch_first:
            input = input.transpose(0, 1)
        states = self._first(input, hx, single)
        output, last = self._layers(input, states, None)
        if single:
            output, last = output.squeeze(1), [each.squeeze(1) for each in last]
        elif self.batch_first:
            output = output.transpose(0, 1)
        return output, last[0] if self.states == 1 else tuple(last)

    def _packed(self, packed: PackedSequence, hx: Any) -> Any:
        """The same of sequences of several lengths; the outputs are packed as the inputs are."""
        self._check_input(packed.data)
        data, counts, order, back = packed
        steps, lengths = pad_packed_sequence(PackedSequence(data, counts))
        if hx is not None and order is not None:
            given = [each.index_select(1, order) for each in self._given(hx)]
            hx = given[0] if self.states == 1 else given
        states = self._first(steps, hx, single=False)
        output, last = self._layers(steps, states, tuple(counts.tolist()))
        if back is not None:
            last = [each.index_select(1, back) for each in last]
        output = PackedSequence(pack_padded_sequence(output, lengths).data, counts, order, back)
        return output, last[0] if self.states == 1 else tuple(last)

    def _layers(self, input: Any, states: list[Any], sizes: Sizes) -> tuple[Any, list[Any]]:
        """All layers, one upon the other; the last states of each layer and direction."""
        directions = 2 if self.bidirectional else 1
        weights = self.all_weights
        last: list[tuple[Any, ...]] = []
        for layer in range(self.num_layers):
            outputs = []
            for direction in range(directions):
                number = layer * directions + direction
                own = tuple(each[number] for each in states)
                walk = {"reverse": direction == 1, "sizes": sizes}
                output, *ends = self._run(input, own, weights[number], walk)
                outputs.append(output)
                last.append(tuple(ends))
            input = outputs[0] if directions == 1 else cat(outputs, -1)
            if self.dropout and layer < self.num_layers - 1:
                input = F.dropout(input, self.dropout, self.training)
        return input, [stack(each) for each in zip(*last, strict=True)]

    def _run(
        self, input: Any, states: tuple[Any, ...], weights: list[Any], walk: dict[str, Any]
    ) -> tuple[Any, ...]:
        """One layer in one direction: its outputs and its last states."""
        raise NotImplementedError

    def _first(self, input: Any, hx: Any, single: bool) -> list[Any]:
        """The states to begin with, as (layers · directions, batch, size)."""
        layers = self.num_layers * (2 if self.bidirectional else 1)
        sizes = (self.proj_size or self.hidden_size, self.hidden_size)[: self.states]
        wanted = [(layers, input.shape[1], size) for size in sizes]
        if hx is None:
            form = {"dtype": input.dtype, "device": input.device}
            return [zeros(*shape, **form) for shape in wanted]
        given = self._given(hx)
        if any(each.ndim != (2 if single else 3) for each in given):
            raise RuntimeError(self._wrong_rank(given, single))
        if single:
            given = [each.unsqueeze(1) for each in given]
        for number, (each, shape) in enumerate(zip(given, wanted, strict=True)):
            if tuple(each.shape) != shape:
                name = "hidden" if self.states == 1 else f"hidden[{number}]"
                raise RuntimeError(
                    teach(
                        f"Expected {name} size {shape}, got {list(each.shape)}",
                        got=f"a first state of shape {tuple(each.shape)}",
                        mend="it has shape (layers · directions, batch, size), also with "
                        "batch_first",
                    )
                )
        return given

    def _given(self, hx: Any) -> list[Any]:
        """What was passed as first state, as a list."""
        if self.states == 1:
            return [hx]
        if not isinstance(hx, (tuple, list)) or len(hx) != 2:
            raise TypeError(
                teach(
                    f"{type(self).__name__} begins with a pair of states (h_0, c_0)",
                    got=type(hx).__name__,
                    mend="pass (h_0, c_0), or nothing to begin with zeros",
                )
            )
        return list(hx)

    def _wrong_rank(self, given: list[Any], single: bool) -> str:
        start = f"For {'unbatched 2-D' if single else 'batched 3-D'} input, "
        rank = "2-D" if single else "3-D"
        ranks = [f"{each.ndim}-D" for each in given]
        if self.states == 1:
            rule = f"{start}hx should also be {rank} but got {ranks[0]} tensor"
        else:
            rule = f"{start}hx and cx should also be {rank} but got ({', '.join(ranks)}) tensors"
        return teach(
            rule,
            got=f"first states of shapes {', '.join(str(tuple(each.shape)) for each in given)}",
            mend="a state has the input's batch, or none where the input has none",
        )

    def _check_input(self, input: Any) -> None:
        kind = "RNN" if self.mode.startswith("RNN") else self.mode
        rule = ""
        error: type[Exception] = RuntimeError
        weight = next(self.parameters())
        if not hasattr(input, "ndim"):
            raise TypeError(
                teach(
                    f"{kind} takes a tensor",
                    got=type(input).__name__,
                    mend="put sequences of several lengths into one: nn.utils.rnn.pack_sequence(…)",
                )
            )
        if input.ndim not in (2, 3):
            rule = f"{kind}: Expected input to be 2D or 3D, got {input.ndim}D instead"
            error = ValueError
        elif input.dtype is not weight.dtype:
            rule = (
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({weight.dtype}). "
                f"Convert input: input.to({weight.dtype}), or convert model: "
                f"model.to({input.dtype})"
            )
            error = ValueError
        elif input.shape[-1] != self.input_size:
            rule = (
                "input.size(-1) must be equal to input_size. Expected "
                f"{self.input_size}, got {input.shape[-1]}"
            )
        elif input.shape[1 if self.batch_first and input.ndim == 3 else 0] == 0:
            rule = "Expected sequence length to be larger than 0 in RNN"
        if rule:
            order = "(batch, length" if self.batch_first else "(length, batch"
            raise error(
                teach(
                    rule,
                    got=f"an input of shape {tuple(input.shape)} and dtype {input.dtype}",
                    mend=f"the input has shape {order}, {self.input_size}), or no batch",
                )
            )

    def extra_repr(self) -> str:
        text = f"{self.input_size}, {self.hidden_size}"
        usual: dict[str, Any] = {
            "proj_size": 0,
            "num_layers": 1,
            "bias": True,
            "batch_first": False,
            "dropout": 0,
            "bidirectional": False,
        }
        for name, default in usual.items():
            if getattr(self, name) != default:
                text += f", {name}={getattr(self, name)}"
        return text


def _projected(input: Any, weights: list[Any], has_bias: bool) -> Any:
    """The products with the inputs at all steps at once, with the bias of the inputs."""
    return F.linear(input, weights[0], weights[2] if has_bias else None)


def _with_both(input: Any, weights: list[Any], has_bias: bool) -> Any:
    """The products with the inputs at all steps at once, with both biases."""
    return F.linear(input, weights[0], weights[2] + weights[3] if has_bias else None)


class RNN(RNNBase):
    r"""A plain recurrent network: each state from the one before and the input.

    .. math:: h_t = \tanh(W_{ih} x_t + b_{ih} + W_{hh} h_{t-1} + b_{hh})

    It is called with an input of shape (length, batch, input_size), or with ``batch_first``
    (batch, length, input_size), or without a batch (length, input_size), and optionally the first
    states, of shape (layers · directions, batch, hidden_size), else zeros. It returns the outputs
    of the last layer, of shape (length, batch, directions · hidden_size), and the last states of
    all layers. Sequences of several lengths come as a ``PackedSequence``, and so do their outputs.

    Parameters
    ----------
    input_size, hidden_size : int
        Features of an input and of a state.
    num_layers : int
        Layers, each fed with the outputs of the one below.
    nonlinearity : "tanh" or "relu"
    bias : bool
    batch_first : bool
        The batch is the first dimension of inputs and outputs (not of states).
    dropout : float
        Share of the outputs that is left out between layers, in training.
    bidirectional : bool
        A second network walks from the end; the outputs of both stand side by side.

    Attributes
    ----------
    weight_ih_l0, weight_hh_l0, bias_ih_l0, bias_hh_l0, … : Parameter
        Of layer 0, and so on; those of the way back end in ``_reverse``.

    Raises
    ------
    ValueError
        If a setting is out of range; when called, if ranks or dtypes do not fit.
    RuntimeError
        When called: if features or states do not fit.

    Examples
    --------
    >>> import edugrad
    >>> network = edugrad.nn.RNN(10, 20, num_layers=2)
    >>> output, last = network(edugrad.randn(5, 3, 10))
    >>> output.shape, last.shape
    (edugrad.Size([5, 3, 20]), edugrad.Size([2, 3, 20]))

    Notes
    -----
    PyTorch: ``torch.nn.RNN``. Source: Elman, "Finding
    Structure in Time", 1990.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(
                teach(
                    f"Unknown nonlinearity '{nonlinearity}'. Select from 'tanh' or 'relu'.",
                    got=f"nonlinearity={nonlinearity!r}",
                    mend='use nonlinearity="tanh" or "relu"',
                )
            )
        super().__init__(
            f"RNN_{nonlinearity.upper()}",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )
        self.nonlinearity = nonlinearity

    def _run(
        self, input: Any, states: tuple[Any, ...], weights: list[Any], walk: dict[str, Any]
    ) -> tuple[Any, ...]:
        x = _with_both(input, weights, self.bias)
        relu = self.nonlinearity == "relu"
        found: tuple[Any, ...] = Rnn.apply(x, weights[1], *states, relu=relu, **walk)
        return found


class LSTM(RNNBase):
    r"""A long short-term memory: gates decide what a cell forgets, takes in and shows.

    .. math::

        i, f, o &= \sigma(W x_t + b + W' h_{t-1} + b') \\
        g &= \tanh(W x_t + b + W' h_{t-1} + b') \\
        c_t &= f \, c_{t-1} + i \, g \qquad h_t = o \tanh(c_t)

    each gate with its own rows of the weights, in the order i, f, g, o. Inputs and outputs are
    those of :class:`RNN`, but states are pairs (h, c).

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional
        As in :class:`RNN`.
    proj_size : int
        If positive, outputs and states h are projected to so many features by a further weight.

    Examples
    --------
    >>> import edugrad
    >>> network = edugrad.nn.LSTM(10, 20, batch_first=True, bidirectional=True)
    >>> output, (h, c) = network(edugrad.randn(3, 5, 10))
    >>> output.shape, h.shape
    (edugrad.Size([3, 5, 40]), edugrad.Size([2, 3, 20]))

    Notes
    -----
    PyTorch: ``torch.nn.LSTM``. Source: Hochreiter and
    Schmidhuber, "Long Short-Term Memory", 1997; Sak et al., 2014, for the projection.
    """

    gates = 4
    states = 2

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device,
            dtype,
        )

    def _run(
        self, input: Any, states: tuple[Any, ...], weights: list[Any], walk: dict[str, Any]
    ) -> tuple[Any, ...]:
        x = _with_both(input, weights, self.bias)
        if not self.proj_size:
            found: tuple[Any, ...] = Lstm.apply(x, weights[1], *states, **walk)
            return found

        def step(x: Any, h: Any, c: Any) -> tuple[Any, Any]:
            h, c = lstm_step(x, h, c, weights[1])
            return F.linear(h, weights[-1]), c

        return unrolled(step, x, states, **walk)


class GRU(RNNBase):
    r"""A gated recurrent unit: one gate mixes the old state with a new one, one resets the old.

    .. math::

        r, z &= \sigma(W x_t + b + W' h_{t-1} + b') \\
        n &= \tanh(W x_t + b + r \, (W' h_{t-1} + b')) \\
        h_t &= (1 - z) \, n + z \, h_{t-1}

    each gate with its own rows of the weights, in the order r, z, n. Inputs, outputs and states are
    those of :class:`RNN`.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional
        As in :class:`RNN`.

    Examples
    --------
    >>> import edugrad
    >>> network = edugrad.nn.GRU(10, 20)
    >>> output, last = network(edugrad.randn(5, 3, 10))
    >>> output.shape, last.shape
    (edugrad.Size([5, 3, 20]), edugrad.Size([1, 3, 20]))

    Notes
    -----
    PyTorch: ``torch.nn.GRU``. Source: Cho et al., "Learning
    Phrase Representations using RNN Encoder-Decoder", 2014.
    """

    gates = 3

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            "GRU",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            device=device,
            dtype=dtype,
        )

    def _run(
        self, input: Any, states: tuple[Any, ...], weights: list[Any], walk: dict[str, Any]
    ) -> tuple[Any, ...]:
        x = _projected(input, weights, self.bias)
        bias = weights[3] if self.bias else x.new_zeros(x.shape[-1:])
        found: tuple[Any, ...] = Gru.apply(x, weights[1], *states, bias, **walk)
        return found
