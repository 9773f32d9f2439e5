"""Parameters computed from others, averages of models, checkpoints of computations."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .compare import compare_calls
from .modules import in_edugrads_words
from .semantics import check

Program = Callable[[Any], Any]


def symmetric(t: Any) -> Any:
    class Symmetric(t.nn.Module):
        def forward(self, value: Any) -> Any:
            return value.triu() + value.triu(1).transpose(-1, -2)

    return Symmetric()


def doubled(t: Any) -> Any:
    class Doubled(t.nn.Module):
        def forward(self, value: Any) -> Any:
            return value * 2

        def right_inverse(self, value: Any) -> Any:
            return value / 2

    return Doubled()


def wrong(t: Any) -> Any:
    class Wrong(t.nn.Module):
        def forward(self, value: Any) -> Any:
            return value.sum()

    return Wrong()


def layer(t: Any, kind: str = "Linear", *sizes: int) -> Any:
    t.random.default_generator.manual_seed(3)
    return getattr(t.nn, kind)(*(sizes or (3, 3)))


def described(t: Any, module: Any, *inputs: Any) -> Any:
    """All that is to be seen of a module: text, state, output, gradients."""
    output = module(*inputs)
    output.square().sum().backward()
    gradients = [each.grad for each in module.parameters() if each.grad is not None]
    state = module.state_dict()
    return [in_edugrads_words(repr(module)), list(state), *state.values(), output, *gradients]


def parametrized(make: Program, twice: bool = False) -> Program:
    def program(t: Any) -> Any:
        p = t.nn.utils.parametrize
        made = p.register_parametrization(layer(t), "weight", make(t))
        if twice:
            p.register_parametrization(made, "weight", doubled(t))
        seen = described(t, made, t.ones(2, 3))
        with p.cached():
            same = made.weight is made.weight
        kind = p.type_before_parametrizations(made).__name__
        flags = p.is_parametrized(made), p.is_parametrized(made, "bias"), same, kind
        p.remove_parametrizations(made, "weight")
        return seen, flags, described(t, made, t.ones(2, 3))

    return program


def assigned(t: Any) -> Any:
    made = t.nn.utils.parametrize.register_parametrization(layer(t), "weight", doubled(t))
    made.weight = t.ones(3, 3)
    return made.weight, made.parametrizations.weight.original


def unparametrized(t: Any) -> Any:
    p = t.nn.utils.parametrize
    made = p.register_parametrization(layer(t), "weight", doubled(t))
    return p.remove_parametrizations(made, "weight", leave_parametrized=False).weight


def of_buffer(t: Any) -> Any:
    made = t.nn.utils.parametrize.register_parametrization(
        layer(t, "BatchNorm1d", 3), "running_mean", doubled(t)
    )
    return list(made.state_dict()), made.running_mean


def normalised(name: str, kind: str, *sizes: int, calls: int = 1, **options: Any) -> Program:
    def program(t: Any) -> Any:
        made = getattr(t.nn.utils.parametrizations, name)(layer(t, kind, *sizes), **options)
        given = t.ones(2, *((sizes[0], 5) if kind.startswith("Conv") else sizes[:1]))
        for _ in range(calls - 1):
            made(given)
        return described(t, made, given)

    return program


def right_angles(rows: int, columns: int, orthogonal_map: str) -> Program:
    def program(t: Any) -> Any:
        """Where the matrix is not square, a part of its base is drawn at random."""
        made = t.nn.utils.parametrizations.orthogonal(
            layer(t, "Linear", rows, columns), orthogonal_map=orthogonal_map
        )
        with t.no_grad():
            made.parametrizations.weight.original.add_(0.5)
        weight = made.weight
        return weight @ weight.T if columns <= rows else weight.T @ weight

    return program


def spectral(kind: str, *sizes: int, **options: Any) -> Program:
    def program(t: Any) -> Any:
        made = t.nn.utils.spectral_norm(layer(t, kind, *sizes), **options)
        given = t.ones(2, *((sizes[0], 5) if kind.startswith("Conv") else sizes[:1]))
        seen = described(t, made, given), described(t, made.eval(), given)
        t.nn.utils.remove_spectral_norm(made)
        return seen, list(made.state_dict()), made.weight

    return program


def averaged(make: Callable[[Any], dict[str, Any]], **options: Any) -> Program:
    def program(t: Any) -> Any:
        model = t.nn.Sequential(layer(t), t.nn.BatchNorm1d(3))
        mean = t.optim.swa_utils.AveragedModel(model, **make(t), **options)
        for step in range(3):
            with t.no_grad():
                for each in model.parameters():
                    each.add_(step + 1.0)
            model(t.arange(6.0).reshape(2, 3))
            mean.update_parameters(model)
        batches = [[t.arange(12.0).reshape(4, 3) * k] for k in (1, 2)]
        before = [each.clone() for each in mean.state_dict().values()]
        t.optim.swa_utils.update_bn(batches, mean)
        state = mean.state_dict()
        return before, in_edugrads_words(repr(mean)), list(state), *state.values()

    return program


def annealed(**options: Any) -> Program:
    def program(t: Any) -> Any:
        optimizer = t.optim.SGD([{"params": [t.ones(1)]}, {"params": [t.ones(1)], "lr": 2.0}], 0.5)
        schedule = t.optim.swa_utils.SWALR(optimizer, **options)
        rates = []
        for _ in range(8):
            optimizer.step()
            schedule.step()
            rates += [group["lr"] for group in optimizer.param_groups]
        return rates

    return program


def recomputed(t: Any) -> Any:
    checkpoint = importlib.import_module(f"{t.__name__}.utils.checkpoint")
    net = t.nn.Sequential(layer(t), t.nn.Tanh(), layer(t), t.nn.Sigmoid())
    x = t.arange(6.0).reshape(2, 3)
    first = checkpoint.checkpoint(net, x, use_reentrant=False)
    first.sum().backward()
    again = checkpoint.checkpoint_sequential(net, 2, x.requires_grad_(), use_reentrant=False)
    again.square().sum().backward()
    return first, again, x.grad, [each.grad for each in net.parameters()]


PROGRAMS: tuple[Program, ...] = (
    parametrized(symmetric),
    parametrized(doubled),
    parametrized(symmetric, twice=True),
    assigned,
    unparametrized,
    of_buffer,
    lambda t: t.nn.utils.parametrize.register_parametrization(layer(t), "weight", wrong(t)),
    lambda t: t.nn.utils.parametrize.register_parametrization(layer(t), "other", doubled(t)),
    lambda t: t.nn.utils.parametrize.remove_parametrizations(layer(t), "weight"),
    normalised("weight_norm", "Linear", 3, 2),
    normalised("weight_norm", "Conv1d", 3, 2, 2, dim=1),
    normalised("spectral_norm", "Linear", 3, 2),
    normalised("spectral_norm", "Linear", 3, 4, calls=3, n_power_iterations=2),
    normalised("spectral_norm", "Conv1d", 3, 2, 2),
    normalised("spectral_norm", "ConvTranspose1d", 3, 2, 2),
    normalised("orthogonal", "Linear", 3, 3),
    normalised("orthogonal", "Linear", 3, 3, orthogonal_map="cayley"),
    right_angles(4, 2, "matrix_exp"),
    right_angles(2, 4, "cayley"),
    spectral("Linear", 3, 2),
    spectral("Linear", 3, 4, n_power_iterations=3),
    spectral("Conv1d", 3, 2, 2),
    spectral("ConvTranspose1d", 3, 2, 2),
    lambda t: t.nn.utils.spectral_norm(t.nn.utils.spectral_norm(layer(t))),
    lambda t: t.nn.utils.remove_spectral_norm(layer(t)),
    lambda t: t.nn.utils.skip_init(t.nn.Linear, 2, 3).weight.shape,
    lambda t: t.nn.utils.skip_init(t.nn.Tanh),
    averaged(lambda t: {}),
    averaged(lambda t: {}, use_buffers=True),
    averaged(lambda t: {"avg_fn": t.optim.swa_utils.get_ema_avg_fn(0.9)}),
    averaged(lambda t: {"multi_avg_fn": t.optim.swa_utils.get_ema_multi_avg_fn(0.5)}),
    averaged(lambda t: {"multi_avg_fn": t.optim.swa_utils.get_swa_multi_avg_fn()}),
    lambda t: t.optim.swa_utils.get_ema_avg_fn(1.5),
    annealed(swa_lr=0.1),
    annealed(swa_lr=[0.1, 0.2], anneal_epochs=3, anneal_strategy="linear"),
    annealed(swa_lr=0.1, anneal_epochs=0),
    annealed(swa_lr=0.1, anneal_strategy="steps"),
    recomputed,
)


@check
def reparametrised_modules(edugrad: Any, torch: Any) -> Iterator[str]:
    for library in (edugrad, torch):
        for name in ("nn.utils.parametrize", "nn.utils.parametrizations", "optim.swa_utils"):
            importlib.import_module(f"{library.__name__}.{name}")
    for number, program in enumerate(PROGRAMS):
        found = compare_calls(partial(program, edugrad), partial(program, torch))
        if found:
            yield f"number {number}: {found.text}"
