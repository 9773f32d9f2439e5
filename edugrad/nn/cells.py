"""Single steps of recurrent networks: RNNCell, LSTMCell and GRUCell."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ..creation import empty
from ..errors import teach
from ..ops.recurrence import gru_step, lstm_step, rnn_step
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class RNNCellBase(Module):
    """What cells share: weights, and the checks of what they are given."""

    gates: ClassVar[int]
    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | None
    bias_hh: Parameter | None

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.input_size = input_size
        self.hidden_size = hidden_size
        self.bias = bias
        form, rows = {"device": device, "dtype": dtype}, self.gates * hidden_size
        self.weight_ih = Parameter(empty(rows, input_size, **form))
        self.weight_hh = Parameter(empty(rows, hidden_size, **form))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(empty(rows, **form)) if bias else None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all parameters from between -1 and 1 over the root of the hidden size."""
        bound = 1 / math.sqrt(self.hidden_size) if self.hidden_size else 0
        for parameter in self.parameters():
            init.uniform_(parameter, -bound, bound)

    def _projected(self, input: Any) -> Any:
        """The products with the input and both biases."""
        bias = None if self.bias_ih is None else self.bias_ih + self.bias_hh
        return F.linear(input, self.weight_ih, bias)

    def _batched(self, input: Any, states: tuple[Any, ...] | None) -> tuple[Any, ...]:
        """Input and states with a batch, the states zeros unless given; refuse misfits."""
        kind = type(self).__name__
        if input.ndim not in (1, 2):
            raise ValueError(
                teach(
                    f"{kind}: Expected input to be 1D or 2D, got {input.ndim}D instead",
                    got=f"an input of shape {tuple(input.shape)}",
                    mend="a cell takes one step, (batch, features); for whole sequences there are "
                    "RNN, LSTM and GRU",
                )
            )
        if input.shape[-1] != self.input_size:
            raise RuntimeError(
                teach(
                    f"input has inconsistent input_size: got {input.shape[-1]} expected "
                    f"{self.input_size}",
                    got=f"an input of shape {tuple(input.shape)}",
                    mend=f"its last dimension has the length {self.input_size}",
                )
            )
        single = input.ndim == 1
        if single:
            input = input.unsqueeze(0)
        if states is None:
            states = (input.new_zeros((len(input), self.hidden_size)),) * 2
        else:
            states = self._check_states(input, states, single)
        return (input, *states)

    def _check_states(self, input: Any, states: tuple[Any, ...], single: bool) -> tuple[Any, ...]:
        for number, each in enumerate(states):
            error: type[Exception] = RuntimeError
            if each.ndim not in (1, 2):
                name = "hidden" if len(states) == 1 else f"hx[{number}]"
                rule = (
                    f"{type(self).__name__}: Expected {name} to be 1D or 2D, got {each.ndim}D "
                    "instead"
                )
                error = ValueError
            elif each.shape[-1] != self.hidden_size:
                rule = (
                    f"hidden{number} has inconsistent hidden_size: got {each.shape[-1]}, expected "
                    f"{self.hidden_size}"
                )
            elif (1 if each.ndim == 1 else len(each)) != len(input):
                rule = (
                    f"Input batch size {len(input)} doesn't match hidden{number} batch size "
                    f"{len(each)}"
                )
            else:
                continue
            raise error(
                teach(
                    rule,
                    got=f"a state of shape {tuple(each.shape)}",
                    mend=f"a state has shape (batch, {self.hidden_size}), with the input's batch",
                )
            )
        return tuple(each.unsqueeze(0) if each.ndim == 1 else each for each in states)

    def extra_repr(self) -> str:
        return f"{self.input_size}, {self.hidden_size}" + ("" if self.bias else ", bias=False")


class RNNCell(RNNCellBase):
    r"""One step of a plain recurrent network.

    .. math:: h' = \tanh(W_{ih} x + b_{ih} + W_{hh} h + b_{hh})

    It is called with an input of shape (batch, input_size), or one example's (input_size,), and
    optionally the state of shape (batch, hidden_size), else zeros; it returns the new state.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool
    nonlinearity : "tanh" or "relu"

    Attributes
    ----------
    weight_ih, weight_hh : Parameter
        Of shapes (hidden_size, input_size) and (hidden_size, hidden_size).
    bias_ih, bias_hh : Parameter of shape (hidden_size,), or None

    Examples
    --------
    >>> import edugrad
    >>> cell, state = edugrad.nn.RNNCell(10, 20), None
    >>> for step in edugrad.randn(6, 3, 10):
    ...     state = cell(step, state)
    >>> state.shape
    edugrad.Size([3, 20])

    Notes
    -----
    PyTorch: ``torch.nn.RNNCell``.
    """

    gates = 1

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, device, dtype)
        self.nonlinearity = nonlinearity

    def forward(self, input: Any, hx: Any = None) -> Any:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(
                teach(
                    f"Unknown nonlinearity: {self.nonlinearity}",
                    got=f"nonlinearity={self.nonlinearity!r}",
                    mend='use nonlinearity="tanh" or "relu"',
                )
            )
        x, h = self._batched(input, None if hx is None else (hx,))[:2]
        h = rnn_step(self._projected(x), h, self.weight_hh, self.nonlinearity == "relu")
        return h.squeeze(0) if input.ndim == 1 else h

    def extra_repr(self) -> str:
        text = super().extra_repr()
        usual = self.nonlinearity == "tanh"
        return text if usual else f"{text}, nonlinearity={self.nonlinearity}"


class LSTMCell(RNNCellBase):
    """One step of an :class:`LSTM`.

    It is called with an input of shape (batch, input_size) and optionally a pair of states (h, c),
    each of shape (batch, hidden_size), else zeros; it returns the new pair.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool

    Attributes
    ----------
    weight_ih, weight_hh, bias_ih, bias_hh : Parameter
        With four times ``hidden_size`` rows, for the gates i, f, g and o.

    Examples
    --------
    >>> import edugrad
    >>> h, c = edugrad.nn.LSTMCell(10, 20)(edugrad.randn(3, 10))
    >>> h.shape, c.shape
    (edugrad.Size([3, 20]), edugrad.Size([3, 20]))

    Notes
    -----
    PyTorch: ``torch.nn.LSTMCell``.
    """

    gates = 4

    def forward(self, input: Any, hx: Any = None) -> tuple[Any, Any]:
        x, h, c = self._batched(input, None if hx is None else tuple(hx))
        h, c = lstm_step(self._projected(x), h, c, self.weight_hh)
        return (h.squeeze(0), c.squeeze(0)) if input.ndim == 1 else (h, c)


class GRUCell(RNNCellBase):
    """One step of a :class:`GRU`.

    It is called with an input of shape (batch, input_size) and optionally the state of shape
    (batch, hidden_size), else zeros; it returns the new state.

    Parameters
    ----------
    input_size, hidden_size : int
    bias : bool

    Attributes
    ----------
    weight_ih, weight_hh, bias_ih, bias_hh : Parameter
        With three times ``hidden_size`` rows, for the gates r, z and n.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.GRUCell(10, 20)(edugrad.randn(3, 10)).shape
    edugrad.Size([3, 20])

    Notes
    -----
    PyTorch: ``torch.nn.GRUCell``.
    """

    gates = 3

    def forward(self, input: Any, hx: Any = None) -> Any:
        x, h = self._batched(input, None if hx is None else (hx,))[:2]
        x = F.linear(x, self.weight_ih, self.bias_ih)
        h = gru_step(x, h, self.weight_hh, self.bias_hh)
        return h.squeeze(0) if input.ndim == 1 else h
