"""nn.utils: clipping, vectors of parameters, weight normalisation, padded and packed sequences."""

from __future__ import annotations

import math

import pytest

import edugrad
from edugrad import nn
from edugrad.autograd import gradcheck
from edugrad.nn.utils import rnn


def with_gradients(*gradients: list[float]) -> list[edugrad.Tensor]:
    parameters = [nn.Parameter(edugrad.zeros(len(each))) for each in gradients]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = edugrad.tensor(gradient)
    return parameters


def test_the_norm_is_taken_over_all_parameters():
    parameters = [*with_gradients([3.0, 4.0], [12.0]), nn.Parameter(edugrad.zeros(2))]
    total = nn.utils.clip_grad_norm_(parameters, max_norm=6.5)
    assert total.item() == 13.0
    assert parameters[0].grad.tolist() == pytest.approx([1.5, 2.0])
    assert parameters[1].grad.tolist() == pytest.approx([6.0])


@pytest.mark.parametrize(
    ("order", "norm"), [(1.0, 19.0), (2.0, 13.0), (math.inf, 12.0), (3.0, 1819 ** (1 / 3))]
)
def test_norms_of_any_order(order: float, norm: float):
    parameters = with_gradients([3.0, -4.0], [12.0])
    total = nn.utils.clip_grad_norm_(parameters, max_norm=100.0, norm_type=order)
    assert total.item() == pytest.approx(norm)
    assert parameters[0].grad.tolist() == [3.0, -4.0]


def test_a_norm_that_is_not_finite_can_raise():
    parameters = with_gradients([math.inf, 1.0])
    with pytest.raises(RuntimeError) as caught:
        nn.utils.clip_grad_norm_(parameters, 1.0, error_if_nonfinite=True)
    assert str(caught.value) == (
        "The total norm of order 2.0 for gradients from `parameters` is non-finite, so it cannot "
        "be clipped. To disable this error and scale the gradients by the non-finite norm anyway, "
        "set `error_if_nonfinite=False`\n"
        "  got:  a norm of inf\n"
        "  mend: find where it begins: with edugrad.autograd.detect_anomaly(): …"
    )


def test_values_are_clipped():
    parameters = with_gradients([3.0, -4.0, 0.5])
    nn.utils.clip_grad_value_(parameters, 1.0)
    assert parameters[0].grad.tolist() == [1.0, -1.0, 0.5]


def test_an_empty_generator_warns():
    with pytest.warns(UserWarning, match="is an empty generator"):
        nn.utils.clip_grad_norm_(iter([]), 1.0)


def test_parameters_as_a_vector_and_back():
    net = nn.Linear(2, 1)
    nn.utils.vector_to_parameters(edugrad.tensor([1.0, 2.0, 3.0]), net.parameters())
    assert net.weight.tolist() == [[1.0, 2.0]]
    assert net.bias.tolist() == [3.0]
    assert nn.utils.parameters_to_vector(net.parameters()).tolist() == [1.0, 2.0, 3.0]


def test_weight_norm_separates_length_and_direction():
    layer = nn.utils.weight_norm(nn.Linear(2, 1))
    with edugrad.no_grad():
        layer.weight_v.copy_(edugrad.tensor([[3.0, 4.0]]))
        layer.weight_g.copy_(edugrad.tensor([[10.0]]))
        layer.bias.zero_()
    assert layer(edugrad.eye(2)).flatten().tolist() == pytest.approx([6.0, 8.0])
    assert list(layer.state_dict()) == ["bias", "weight_g", "weight_v"]
    nn.utils.remove_weight_norm(layer)
    assert list(layer.state_dict()) == ["bias", "weight"]
    assert layer.weight.flatten().tolist() == pytest.approx([6.0, 8.0])


def test_packing_passes_gradients_on():
    padded = edugrad.rand(4, 3, dtype=edugrad.float64, requires_grad=True)

    def through(x: edugrad.Tensor) -> edugrad.Tensor:
        packed = rnn.pack_padded_sequence(x, [2, 4, 1], enforce_sorted=False)
        back = rnn.pad_packed_sequence(packed)[0]
        return back * back

    assert gradcheck(through, (padded,))


def test_packing_and_unpacking():
    sequences = [edugrad.arange(length) + 10 * length for length in (2, 4, 1)]
    packed = rnn.pack_sequence(sequences, enforce_sorted=False)
    assert packed.data.tolist() == [40, 20, 10, 41, 21, 42, 43]
    assert packed.batch_sizes.tolist() == [3, 2, 1, 1]
    unpacked = rnn.unpack_sequence(packed)
    assert [each.tolist() for each in unpacked] == [each.tolist() for each in sequences]


def test_unsorted_lengths_say_what_to_pass():
    with pytest.raises(RuntimeError, match="must be sorted in decreasing order") as caught:
        rnn.pack_padded_sequence(edugrad.ones(4, 2), [1, 4])
    assert "mend: pass enforce_sorted=False" in str(caught.value)
