"""Recurrent networks: against their formulas, single cells, finite differences; their mistakes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad import nn, ones, randn
from edugrad.autograd import gradcheck, gradgradcheck
from edugrad.ops import recurrence

DOUBLE = edugrad.float64


@pytest.fixture(autouse=True)
def seeded() -> None:
    edugrad.manual_seed(0)


def sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def by_formula(network: Any, sequence: np.ndarray) -> list[np.ndarray]:
    """The states of one layer and one direction, step by step, from the textbook's formulas."""
    w, u, b, c = (each.numpy(force=True) for each in network.parameters())
    size = network.hidden_size
    h = cell = np.zeros((sequence.shape[1], size))
    states = []
    for x in sequence:
        own, old = x @ w.T + b, h @ u.T + c
        if network.mode == "LSTM":
            i, f, g, o = np.split(own + old, 4, axis=-1)
            cell = sigmoid(f) * cell + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(cell)
        elif network.mode == "GRU":
            (r, z, n), (hr, hz, hn) = np.split(own, 3, axis=-1), np.split(old, 3, axis=-1)
            z = sigmoid(z + hz)
            h = (1 - z) * np.tanh(n + sigmoid(r + hr) * hn) + z * h
        else:
            h = np.tanh(own + old) if network.mode == "RNN_TANH" else np.maximum(own + old, 0)
        states.append(h)
    return states


NETWORKS: dict[str, Callable[..., Any]] = {
    "RNN": nn.RNN,
    "RNN of rectifiers": lambda *sizes, **options: nn.RNN(*sizes, nonlinearity="relu", **options),
    "LSTM": nn.LSTM,
    "GRU": nn.GRU,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_it_computes_its_formula(name: str) -> None:
    network = NETWORKS[name](3, 4, dtype=DOUBLE)
    sequence = randn(5, 2, 3, dtype=DOUBLE)
    output, last = network(sequence)
    expected = by_formula(network, sequence.numpy())
    np.testing.assert_allclose(output.numpy(force=True), expected, 1e-12, 1e-14)
    last = last[0] if name == "LSTM" else last
    np.testing.assert_array_equal(last[0].numpy(force=True), output[-1].numpy(force=True))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_way_back_is_the_way_there_of_a_sequence_turned_around(name: str) -> None:
    network = NETWORKS[name](3, 4, bidirectional=True, dtype=DOUBLE)
    alone = NETWORKS[name](3, 4, dtype=DOUBLE)
    state = network.state_dict()
    alone.load_state_dict(
        {key[: -len("_reverse")]: state[key] for key in state if key.endswith("_reverse")}
    )
    sequence = randn(5, 2, 3, dtype=DOUBLE)
    back = network(sequence)[0][..., 4:]
    expected = alone(sequence.flip(0))[0].flip(0)
    np.testing.assert_allclose(back.numpy(force=True), expected.numpy(force=True), 1e-12, 1e-14)


@pytest.mark.parametrize(("name", "cell"), [("LSTM", nn.LSTMCell), ("GRU", nn.GRUCell)])
def test_a_network_is_its_cell_at_each_step(name: str, cell: Any) -> None:
    network, single = NETWORKS[name](3, 4, dtype=DOUBLE), cell(3, 4, dtype=DOUBLE)
    for mine, its in zip(single.parameters(), network.parameters(), strict=True):
        mine.data = its.data
    sequence = randn(4, 2, 3, dtype=DOUBLE)
    state, outputs = None, []
    for x in sequence:
        state = single(x, state)
        outputs.append(state[0] if name == "LSTM" else state)
    expected = edugrad.stack(outputs).numpy(force=True)
    np.testing.assert_allclose(network(sequence)[0].numpy(force=True), expected, 1e-12, 1e-14)


def draw(*shape: int) -> Any:
    return randn(*shape, dtype=DOUBLE, requires_grad=True)


OPS: dict[str, tuple[Any, Callable[[], tuple[Any, ...]], dict[str, Any]]] = {
    "RNN": (recurrence.Rnn, lambda: (draw(2, 1, 2), draw(2, 2), draw(1, 2)), {"relu": False}),
    "RNN of rectifiers": (
        recurrence.Rnn,
        lambda: (draw(2, 1, 2), draw(2, 2), draw(1, 2)),
        {"relu": True},
    ),
    "LSTM": (recurrence.Lstm, lambda: (draw(2, 1, 4), draw(4, 1), draw(1, 1), draw(1, 1)), {}),
    "GRU": (recurrence.Gru, lambda: (draw(2, 1, 3), draw(3, 1), draw(1, 1), draw(3)), {}),
}


@pytest.mark.parametrize("name", OPS)
def test_derivatives_of_both_orders(name: str) -> None:
    op, inputs, params = OPS[name]
    leaves = inputs()
    for reverse in (False, True):
        walk = {"reverse": reverse, "sizes": None, **params}
        assert gradcheck(lambda *given, walk=walk: op.apply(*given, **walk), leaves)
    assert gradgradcheck(lambda *given: op.apply(*given, **walk), leaves)


@pytest.mark.parametrize("name", OPS)
def test_the_gradient_by_arrays_is_the_one_by_tensor_operations(name: str) -> None:
    op, inputs, params = OPS[name]
    leaves = inputs()
    results = op.apply(*leaves, reverse=False, sizes=None, **params)
    total = sum((each * each.detach().cos()).sum() for each in results)
    fast = edugrad.autograd.grad(total, leaves, retain_graph=True)
    slow = edugrad.autograd.grad(total, leaves, create_graph=True)
    for one, other in zip(fast, slow, strict=True):
        assert not one.requires_grad
        assert other.requires_grad
        np.testing.assert_allclose(one.numpy(), other.numpy(force=True), 1e-11, 1e-13)


def test_an_input_given_twice_gets_both_gradients() -> None:
    x, weight, h = draw(3, 2, 8), draw(8, 2), draw(2, 2)
    output = recurrence.Lstm.apply(x, weight, h, h, reverse=False, sizes=None)[0].sum()
    (fast,) = edugrad.autograd.grad(output, h, retain_graph=True)
    (slow,) = edugrad.autograd.grad(output, h, create_graph=True)
    np.testing.assert_allclose(fast.numpy(), slow.numpy(force=True), 1e-12)


@pytest.mark.parametrize("name", NETWORKS)
def test_packed_sequences_are_each_as_if_alone(name: str) -> None:
    network = NETWORKS[name](3, 4, num_layers=2, bidirectional=True, dtype=DOUBLE)
    sequences = [randn(length, 3, dtype=DOUBLE) for length in (2, 5, 3)]
    packed = nn.utils.rnn.pack_sequence(sequences, enforce_sorted=False)
    begin = randn(4, 3, 4, dtype=DOUBLE)
    both = name == "LSTM"
    output, last = network(packed, (begin, begin) if both else begin)
    for k, one in enumerate(nn.utils.rnn.unpack_sequence(output)):
        first = begin[:, k]
        expected, end = network(sequences[k], (first, first) if both else first)
        np.testing.assert_allclose(one.numpy(force=True), expected.numpy(force=True), 1e-11, 1e-13)
        for mine, its in zip(last if both else [last], end if both else [end], strict=True):
            np.testing.assert_allclose(
                mine[:, k].numpy(force=True), its.numpy(force=True), 1e-11, 1e-13
            )


@pytest.mark.parametrize("reverse", [False, True])
@pytest.mark.parametrize("name", OPS)
def test_gradients_of_sequences_of_several_lengths(name: str, reverse: bool) -> None:
    op, _, params = OPS[name]
    gates = {"LSTM": 4, "GRU": 3}.get(name, 1)
    leaves = [draw(3, 2, 2 * gates), draw(2 * gates, 2), draw(2, 2)]
    leaves += [draw(2, 2)] if name == "LSTM" else [draw(6)] if name == "GRU" else []
    results = op.apply(*leaves, reverse=reverse, sizes=(2, 2, 1), **params)
    total = sum((each * each.detach().cos()).sum() for each in results)
    fast = edugrad.autograd.grad(total, leaves, retain_graph=True)
    slow = edugrad.autograd.grad(total, leaves, create_graph=True)
    for one, other in zip(fast, slow, strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(force=True), 1e-11, 1e-13)


def test_outputs_that_were_changed_are_noticed() -> None:
    output, _ = nn.LSTM(3, 4)(randn(5, 2, 3))
    output.mul_(2)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        output.sum().backward()


def test_without_gradients_nothing_is_kept() -> None:
    network = nn.GRU(3, 4)
    with edugrad.no_grad():
        output, last = network(randn(5, 2, 3))
    assert output.grad_fn is None
    assert not last.requires_grad


def test_dropout_is_between_layers_only() -> None:
    network = nn.GRU(3, 4, num_layers=2, dropout=1.0)
    sequence = randn(5, 2, 3)
    output, last = network(sequence)
    alone = nn.GRU(4, 4)
    alone.load_state_dict(
        {key.replace("l1", "l0"): each for key, each in network.state_dict().items() if "l1" in key}
    )
    expected = alone(edugrad.zeros(5, 2, 4))[0]
    np.testing.assert_array_equal(output.numpy(force=True), expected.numpy(force=True))
    assert (last[0] != 0).any()
    assert not edugrad.equal(network.eval()(sequence)[0], output)


def test_dropout_of_a_single_layer_warns() -> None:
    with pytest.warns(UserWarning, match="num_layers greater than 1"):
        nn.RNN(3, 4, dropout=0.5)


def test_all_weights_are_listed_by_layer_and_direction() -> None:
    network = nn.LSTM(3, 4, num_layers=2, bidirectional=True, bias=False)
    shapes = [[tuple(each.shape) for each in weights] for weights in network.all_weights]
    assert shapes == [[(16, 3), (16, 4)]] * 2 + [[(16, 8), (16, 4)]] * 2


LSTM, GRU, RNN = nn.LSTM(3, 4), nn.GRU(3, 4), nn.RNN(3, 4)
STATE = ones(1, 2, 4)
ERRORS: dict[str, tuple[Callable[[], Any], type[Exception], str, str, str]] = {
    # the mistake: how it is made, the error, its rule, what was got, the mend
    "other features": (
        lambda: GRU(ones(2, 2, 4)),
        RuntimeError,
        "input.size(-1) must be equal to input_size. Expected 3, got 4",
        "an input of shape (2, 2, 4)",
        "(length, batch, 3)",
    ),
    "one step alone": (
        lambda: GRU(ones(3)),
        ValueError,
        "GRU: Expected input to be 2D or 3D, got 1D instead",
        "",
        "",
    ),
    "another dtype": (
        lambda: RNN(ones(2, 2, 3).double()),
        ValueError,
        "RNN input dtype (edugrad.float64) does not match weight dtype (edugrad.float32). Convert "
        "input: input.to(edugrad.float32), or convert model: model.to(edugrad.float64)",
        "",
        "",
    ),
    "no steps": (
        lambda: RNN(ones(0, 2, 3)),
        RuntimeError,
        "Expected sequence length to be larger than 0 in RNN",
        "",
        "",
    ),
    "a state of another size": (
        lambda: GRU(ones(2, 2, 3), ones(1, 2, 5)),
        RuntimeError,
        "Expected hidden size (1, 2, 4), got [1, 2, 5]",
        "",
        "(layers · directions, batch, size)",
    ),
    "a cell of another size": (
        lambda: LSTM(ones(2, 2, 3), (STATE, ones(1, 2, 5))),
        RuntimeError,
        "Expected hidden[1] size (1, 2, 4), got [1, 2, 5]",
        "",
        "",
    ),
    "one state for an LSTM": (
        lambda: LSTM(ones(2, 2, 3), STATE),
        TypeError,
        "LSTM begins with a pair of states (h_0, c_0)",
        "Tensor",
        "pass (h_0, c_0)",
    ),
    "a batch of states only": (
        lambda: GRU(ones(2, 3), STATE),
        RuntimeError,
        "For unbatched 2-D input, hx should also be 2-D but got 3-D tensor",
        "",
        "",
    ),
    "a batch of inputs only": (
        lambda: LSTM(ones(2, 2, 3), (ones(1, 4), ones(1, 4))),
        RuntimeError,
        "For batched 3-D input, hx and cx should also be 3-D but got (2-D, 2-D) tensors",
        "",
        "",
    ),
    "a list of sequences": (
        lambda: LSTM([ones(2, 3)]),
        TypeError,
        "LSTM takes a tensor",
        "list",
        "nn.utils.rnn.pack_sequence",
    ),
    "another nonlinearity": (
        lambda: nn.RNN(3, 4, nonlinearity="gelu"),
        ValueError,
        "Unknown nonlinearity 'gelu'. Select from 'tanh' or 'relu'.",
        "",
        "",
    ),
    "no hidden features": (
        lambda: nn.LSTM(3, 0),
        ValueError,
        "hidden_size must be greater than zero",
        "hidden_size=0",
        "LSTM(input_size, hidden_size",
    ),
    "more than everything": (
        lambda: nn.LSTM(3, 4, dropout=2),
        ValueError,
        "dropout should be a number in range [0, 1] representing the probability of an element "
        "being zeroed",
        "",
        "",
    ),
    "a number for a switch": (
        lambda: nn.LSTM(3, 4, 1, 16),
        TypeError,
        "bias should be of type bool, got: int",
        "bias=16",
        "pass it by name: bias=True",
    ),
    "too large a projection": (
        lambda: nn.LSTM(3, 4, proj_size=5),
        ValueError,
        "proj_size has to be smaller than hidden_size",
        "",
        "",
    ),
    "a whole sequence to a cell": (
        lambda: nn.LSTMCell(3, 4)(ones(5, 2, 3)),
        ValueError,
        "LSTMCell: Expected input to be 1D or 2D, got 3D instead",
        "",
        "for whole sequences there are RNN, LSTM and GRU",
    ),
    "other features to a cell": (
        lambda: nn.RNNCell(3, 4)(ones(2, 4)),
        RuntimeError,
        "input has inconsistent input_size: got 4 expected 3",
        "",
        "",
    ),
    "another batch of states": (
        lambda: nn.RNNCell(3, 4)(ones(2, 3), ones(3, 4)),
        RuntimeError,
        "Input batch size 2 doesn't match hidden0 batch size 3",
        "",
        "",
    ),
    "other states": (
        lambda: nn.LSTMCell(3, 4)(ones(2, 3), (ones(2, 4), ones(2, 5))),
        RuntimeError,
        "hidden1 has inconsistent hidden_size: got 5, expected 4",
        "",
        "",
    ),
    "states of three dimensions": (
        lambda: nn.GRUCell(3, 4)(ones(2, 3), STATE),
        ValueError,
        "GRUCell: Expected hidden to be 1D or 2D, got 3D instead",
        "",
        "",
    ),
    "another nonlinearity of a cell": (
        lambda: nn.RNNCell(3, 4, nonlinearity="gelu")(ones(2, 3)),
        RuntimeError,
        "Unknown nonlinearity: gelu",
        "",
        "",
    ),
}


@pytest.mark.parametrize("mistake", ERRORS)
def test_a_mistake_is_named_and_mended(mistake: str) -> None:
    make, kind, rule, got, mend = ERRORS[mistake]
    with pytest.raises(kind) as caught:
        make()
    text = str(caught.value)
    assert text.startswith(rule)
    assert got in text.partition("got:")[2].partition("mend:")[0]
    assert mend in text.partition("mend:")[2]
