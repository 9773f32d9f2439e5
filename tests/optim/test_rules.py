"""The update rules against references in NumPy, in every layout, type and on both devices."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import edugrad
from edugrad.optim.blocks import BLOCK, blocks
from tests.optim.references import CASES

STEPS = 12
ROUNDED = {"NAdam": 1e-6, "ASGD": 1e-6}  # they keep a factor in float32, as in PyTorch
RULES = pytest.mark.parametrize(
    ("name", "rule", "options"),
    CASES,
    ids=[f"{name}-{'-'.join(sorted(options))}" for name, _, options in CASES],
)


def gradients(shape: tuple[int, ...], seed: int = 1) -> list[np.ndarray]:
    generator = np.random.default_rng(seed)
    return [np.asarray(generator.standard_normal(shape)) for _ in range(STEPS)]


def expected(rule: Any, start: np.ndarray, given: list[np.ndarray], **options: Any) -> np.ndarray:
    w, memory = start, {}
    for step, gradient in enumerate(given, 1):
        w = rule(w, gradient, step, memory, **options)
    return w


def run(name: str, tensor: Any, given: list[np.ndarray], **options: Any) -> edugrad.optim.Optimizer:
    optimizer = getattr(edugrad.optim, name)([tensor], **options)
    for gradient in given:
        values = edugrad.tensor(gradient.tolist(), dtype=tensor.dtype, device=tensor.device)
        tensor.grad = values.reshape(tensor.shape)
        assert optimizer.step() is None
    return optimizer


@RULES
def test_steps_are_those_of_the_formula(name: str, rule: Any, options: dict[str, Any]):
    start, given = np.linspace(-1, 1, 12).reshape(3, 4), gradients((3, 4))
    w = edugrad.tensor(start.tolist(), dtype=edugrad.float64, requires_grad=True)
    run(name, w, given, **options)
    np.testing.assert_allclose(
        w.detach().numpy(), expected(rule, start, given, **options), ROUNDED.get(name, 1e-12)
    )


@RULES
def test_weight_decay_and_maximize_change_the_gradient(
    name: str, rule: Any, options: dict[str, Any]
):
    start, given = np.linspace(-1, 1, 5), gradients((5,))
    w = edugrad.tensor(start.tolist(), dtype=edugrad.float64, requires_grad=True)
    decay = 0.0 if name == "Rprop" else 0.1
    extra = {} if name == "Rprop" else {"weight_decay": decay}
    run(name, w, given, maximize=True, **options, **extra)
    value, memory = start, {}
    for step, gradient in enumerate(given, 1):
        value = rule(value, -gradient + decay * value, step, memory, **options)
    np.testing.assert_allclose(w.detach().numpy(), value, ROUNDED.get(name, 1e-10))


@RULES
@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (BLOCK + 7,), (3, BLOCK)], ids=str)
def test_numbers_empty_and_long_parameters(
    name: str, rule: Any, options: dict[str, Any], shape: tuple[int, ...]
):
    generator = np.random.default_rng(0)
    start = np.asarray(generator.standard_normal(shape))
    given = gradients(shape)[:3]
    w = edugrad.from_numpy(start.copy()).requires_grad_()
    optimizer = getattr(edugrad.optim, name)([w], **options)
    for gradient in given:
        w.grad = edugrad.from_numpy(gradient)
        optimizer.step()
    np.testing.assert_allclose(
        w.detach().numpy(), expected(rule, start, given, **options), 1e-9, ROUNDED.get(name, 1e-12)
    )


@RULES
@pytest.mark.parametrize("long", [False, True])
def test_parameters_that_are_not_contiguous(
    name: str, rule: Any, options: dict[str, Any], long: bool
):
    columns = BLOCK if long else 4
    start = np.random.default_rng(0).standard_normal((3, columns))
    given = gradients((3, columns))[:3]
    memory = np.zeros((columns, 6))
    memory[:, ::2] = start.T
    w = edugrad.from_numpy(memory)[:, ::2].t().detach().requires_grad_()
    assert not w.is_contiguous()
    optimizer = getattr(edugrad.optim, name)([w], **options)
    for gradient in given:
        w.grad = edugrad.from_numpy(gradient)
        optimizer.step()
    np.testing.assert_allclose(
        w.detach().numpy(), expected(rule, start, given, **options), 1e-9, ROUNDED.get(name, 1e-12)
    )
    assert (memory[:, 1::2] == 0).all()


@RULES
def test_on_a_gpu(name: str, rule: Any, options: dict[str, Any], gpu: edugrad.Device):
    start, given = np.linspace(-1, 1, 6).reshape(2, 3), gradients((2, 3))
    w = edugrad.tensor(start.tolist(), dtype=edugrad.float64, device=gpu, requires_grad=True)
    optimizer = run(name, w, given, **options)
    assert w.device is gpu
    np.testing.assert_allclose(
        w.detach().cpu().numpy(), expected(rule, start, given, **options), ROUNDED.get(name, 1e-12)
    )
    state = optimizer.state[w]
    assert {value.device.type for key, value in state.items() if value.ndim} <= {"cuda"}
    if "step" in state:
        assert state["step"].device.type == "cpu"


@RULES
def test_half_precision_is_rounded_once_a_step(name: str, rule: Any, options: dict[str, Any]):
    given = [np.float16(gradient).astype(float) for gradient in gradients((50,))]
    start = np.linspace(-1, 1, 50).astype(np.float16).astype(float)
    w = edugrad.tensor(start.tolist(), dtype=edugrad.float16, requires_grad=True)
    run(name, w, given, **options)
    assert w.dtype is edugrad.float16
    wanted = expected(rule, start, given, **options)
    assert np.abs(w.detach().numpy() - wanted).max() < 0.02 * (1 + np.abs(wanted).max())


def test_adamw_decays_the_weights_and_not_the_averages():
    start, given = np.linspace(-1, 1, 5), gradients((5,))
    w = edugrad.tensor(start.tolist(), dtype=edugrad.float64, requires_grad=True)
    optimizer = run("AdamW", w, given, lr=0.1, weight_decay=0.3)
    rule = next(rule for name, rule, _ in CASES if name == "Adam")
    value, memory = start, {}
    for step, gradient in enumerate(given, 1):
        value = rule(value * (1 - 0.1 * 0.3), gradient, step, memory, lr=0.1)
    np.testing.assert_allclose(w.detach().numpy(), value, 1e-12)
    np.testing.assert_allclose(optimizer.state[w]["exp_avg"].numpy(), memory["m"], 1e-12)


def test_asgd_keeps_the_average():
    given = gradients((5,))
    w = edugrad.zeros(5, dtype=edugrad.float64, requires_grad=True)
    optimizer = run("ASGD", w, given, lr=0.1, t0=3)
    rule = next(rule for name, rule, _ in CASES if name == "ASGD")
    value, memory = np.zeros(5), {}
    for step, gradient in enumerate(given, 1):
        value = rule(value, gradient, step, memory, lr=0.1, t0=3)
    np.testing.assert_allclose(optimizer.state[w]["ax"].numpy(), memory["average"], 1e-6)


def test_parameters_of_several_types_in_one_optimizer():
    kinds = (edugrad.float16, edugrad.float32, edugrad.float64)
    tensors = [edugrad.ones(2, dtype=kind, requires_grad=True) for kind in kinds]
    optimizer = edugrad.optim.Adam(tensors, lr=0.5)
    for each in tensors:
        each.grad = edugrad.ones_like(each)
    optimizer.step()
    assert [each.dtype for each in tensors] == list(kinds)
    np.testing.assert_allclose([each.tolist() for each in tensors], 0.5, 1e-6)
    assert optimizer.state[tensors[0]]["exp_avg"].dtype is edugrad.float16


def test_blocks_cover_every_element_once_and_reuse_their_scratch():
    values = np.arange(2.0 * BLOCK + 5)
    seen, scratch = [], set()
    for piece, target, spare in blocks(np, (values,), (np.zeros_like(values),), scratch=1):
        seen.append(piece.size)
        scratch.add(spare.__array_interface__["data"][0])
        target[...] = piece
    assert seen == [BLOCK, BLOCK, 5]
    assert len(scratch) == 1


def test_a_state_of_another_shape_is_refused():
    w = edugrad.ones(6, requires_grad=True)
    optimizer = edugrad.optim.Adam([w])
    w.grad = edugrad.ones(6)
    optimizer.step()
    optimizer.state[w]["exp_avg"] = edugrad.zeros(2, 3)
    with pytest.raises(RuntimeError, match=r"must have one shape\n  got:  \(2, 3\) and \(6,\)"):
        optimizer.step()
    np.testing.assert_allclose(w.detach().numpy(), 0.999, 1e-6)
