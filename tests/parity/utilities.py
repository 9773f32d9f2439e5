"""``nn.utils``: clipping, vectors of parameters, weight normalisation, sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .compare import compare_calls
from .semantics import check

Program = Callable[[Any], Any]


def network(t: Any) -> Any:
    t.manual_seed(0)
    net = t.nn.Sequential(t.nn.Linear(4, 3), t.nn.Tanh(), t.nn.Linear(3, 2))
    net(t.randn(5, 4)).pow(2).sum().backward()
    return net


def gradients(net: Any) -> list[Any]:
    return [each.grad for each in net.parameters()]


def clipped(max_norm: float, **options: Any) -> Program:
    def program(t: Any) -> Any:
        net = network(t)
        total = t.nn.utils.clip_grad_norm_(net.parameters(), max_norm, **options)
        return total, gradients(net)

    return program


def clipped_values(t: Any) -> Any:
    net = network(t)
    t.nn.utils.clip_grad_value_(net.parameters(), 0.1)
    return gradients(net)


def not_finite(t: Any) -> Any:
    net = network(t)
    net[0].bias.grad[0] = float("nan")
    return t.nn.utils.clip_grad_norm_(net.parameters(), 1.0, error_if_nonfinite=True)


def there_and_back(t: Any) -> Any:
    net = network(t)
    vector = t.nn.utils.parameters_to_vector(net.parameters())
    t.nn.utils.vector_to_parameters(vector * 2, net.parameters())
    return vector, list(net.parameters())


def normalised(make: Program, inputs: Program, **options: Any) -> Program:
    def program(t: Any) -> Any:
        t.manual_seed(0)
        layer = t.nn.utils.weight_norm(make(t), **options)
        layer(inputs(t)).sum().backward()
        state = [list(layer.state_dict()), list(layer.state_dict().values()), gradients(layer)]
        t.nn.utils.remove_weight_norm(layer)
        return state, list(layer.state_dict()), layer.weight

    return program


def sequences(t: Any, *lengths: int) -> list[Any]:
    t.manual_seed(0)
    return [t.randn(length, 2) for length in lengths]


def fields(packed: Any) -> list[Any]:
    orders = packed.sorted_indices, packed.unsorted_indices
    return [packed.data, packed.batch_sizes, *(each for each in orders if each is not None)]


def packed(*lengths: int, **options: Any) -> Program:
    def program(t: Any) -> Any:
        made = t.nn.utils.rnn.pack_sequence(sequences(t, *lengths), **options)
        padded = t.nn.utils.rnn.pad_packed_sequence(made, True, -1.0, total_length=6)
        return fields(made), padded, t.nn.utils.rnn.unpack_sequence(made)

    return program


def packing(lengths: Any, **options: Any) -> Program:
    return lambda t: fields(
        t.nn.utils.rnn.pack_padded_sequence(t.ones(4, 3, 2), lengths, **options)
    )


PROGRAMS: tuple[Program, ...] = (
    clipped(1.0),
    clipped(1e9),
    clipped(0.5, norm_type=1),
    clipped(0.5, norm_type=float("inf")),
    clipped(0.5, norm_type=3.0),
    clipped_values,
    not_finite,
    lambda t: t.nn.utils.clip_grad_norm_([], 1.0),
    lambda t: t.nn.utils.clip_grad_norm_(t.nn.Linear(2, 2).parameters(), 1.0),
    lambda t: t.nn.utils.get_total_norm([t.ones(3), t.ones(2, 2)]),
    there_and_back,
    lambda t: t.nn.utils.vector_to_parameters(t.ones(3), network(t).parameters()),
    lambda t: t.nn.utils.vector_to_parameters([1], network(t).parameters()),
    lambda t: t.nn.utils.parameters_to_vector([]),
    normalised(lambda t: t.nn.Linear(4, 3), lambda t: t.randn(2, 4)),
    normalised(lambda t: t.nn.Linear(4, 3), lambda t: t.randn(2, 4), dim=1),
    normalised(lambda t: t.nn.Linear(4, 3), lambda t: t.randn(2, 4), dim=None),
    normalised(lambda t: t.nn.Conv2d(2, 3, 3), lambda t: t.randn(1, 2, 5, 5)),
    lambda t: t.nn.utils.remove_weight_norm(t.nn.Linear(2, 2)),
    lambda t: t.nn.utils.weight_norm(t.nn.utils.weight_norm(t.nn.Linear(2, 2))),
    lambda t: t.nn.utils.weight_norm(t.nn.Linear(2, 2), "nothing"),
    lambda t: t.nn.utils.rnn.pad_sequence(sequences(t, 3, 1, 2)),
    lambda t: t.nn.utils.rnn.pad_sequence(sequences(t, 3, 1, 2), True, 7, "left"),
    lambda t: t.nn.utils.rnn.pad_sequence(3),
    lambda t: t.nn.utils.rnn.pad_sequence([]),
    lambda t: t.nn.utils.rnn.pad_sequence(sequences(t, 2), padding_side="up"),
    packed(4, 3, 3, 1),
    packed(2, 4, 1, 3, enforce_sorted=False),
    packed(2, 4),
    packing([4, 2, 1]),
    packing([4, 2, 0]),
    packing([4, 2]),
    packing([1, 2, 4]),
    packing([3, 3, 2, 1], batch_first=True),
    lambda t: t.nn.utils.rnn.pad_packed_sequence(
        t.nn.utils.rnn.pack_sequence(sequences(t, 3)), total_length=2
    ),
)


@check
def nn_utils(edugrad: Any, torch: Any) -> Iterator[str]:
    for number, program in enumerate(PROGRAMS):
        found = compare_calls(partial(program, edugrad), partial(program, torch))
        if found:
            yield f"number {number}: {found.text}"
