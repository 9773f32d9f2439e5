"""``torch.func``: derivatives and maps of functions, of nested arguments too; calls of modules."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from .compare import compare_calls
from .semantics import check

Program = Callable[[Any, Any, Any], Any]


def network(t: Any) -> Any:
    t.random.default_generator.manual_seed(1)
    return t.nn.Sequential(t.nn.Linear(2, 3), t.nn.Tanh(), t.nn.Linear(3, 1))


def per_sample_gradients(t: Any, f: Any, x: Any) -> Any:
    net = network(t)
    params = {name: each.detach() for name, each in net.named_parameters()}

    def loss(params: Any, row: Any, target: Any) -> Any:
        return (f.functional_call(net, params, (row.unsqueeze(0),)) - target).square().mean()

    gradients = f.vmap(f.grad(loss), in_dims=(None, 0, 0))(params, x, x.sum(1))
    return [*gradients, *gradients.values()]


def ensemble(t: Any, f: Any, x: Any) -> Any:
    models = [network(t) for _ in range(3)]
    params, buffers = f.stack_module_state(models)

    def call(params: Any, buffers: Any, x: Any) -> Any:
        return f.functional_call(models[0], (params, buffers), (x,))

    return [*params.values(), f.vmap(call, in_dims=(0, 0, None))(params, buffers, x)]


def tied(t: Any, f: Any, x: Any) -> Any:
    first = t.nn.Linear(2, 2, bias=False)
    second = t.nn.Linear(2, 2, bias=False)
    second.weight = first.weight
    net = t.nn.Sequential(first, second)
    given = {"0.weight": t.ones(2, 2)}
    return [f.functional_call(net, given, x, tie_weights=ties) for ties in (True,)]


def restored(t: Any, f: Any, x: Any) -> Any:
    net = network(t)
    before = net[0].weight
    f.functional_call(net, {"0.weight": t.zeros(3, 2)}, x)
    return net[0].weight is before


PROGRAMS: tuple[Program, ...] = (
    per_sample_gradients,
    ensemble,
    tied,
    restored,
    lambda t, f, x: f.vmap(lambda a: a.sum())(x),
    lambda t, f, x: f.vmap(lambda a: a.sum(), in_dims=1)(x),
    lambda t, f, x: f.vmap(lambda a, b: a * b, in_dims=(0, None))(x, 2.0),
    lambda t, f, x: f.vmap(t.dot)(x, x),
    lambda t, f, x: f.vmap(lambda a: (a, a), out_dims=(0, 1))(x),
    lambda t, f, x: f.vmap(lambda a: [a, {"k": a}])(x)[1]["k"],
    lambda t, f, x: f.vmap(lambda d: d["a"].sum(), in_dims=({"a": 1},))({"a": x}),
    lambda t, f, x: f.vmap(lambda d: d["a"].sum())({"a": x}),
    lambda t, f, x: f.vmap(f.vmap(lambda a: a * 2))(x),
    lambda t, f, x: f.vmap(lambda a, k=None: a * k)(x, k=x),
    lambda t, f, x: f.vmap(lambda a: a, chunk_size=2)(x),
    lambda t, f, x: f.vmap(lambda a: a)(x[:0]),
    lambda t, f, x: f.vmap(lambda a: a + t.rand(2), randomness="same")(x) - x,
    lambda t, f, x: f.vmap(lambda a: a + t.rand(2), randomness="different")(x).shape,
    lambda t, f, x: f.vmap(lambda a: a + t.rand(2))(x),
    lambda t, f, x: f.vmap(lambda a: 1.0)(x),
    lambda t, f, x: f.vmap(lambda a: None)(x),
    lambda t, f, x: f.vmap(lambda a: a, in_dims=(0, 0))(x),
    lambda t, f, x: f.vmap(lambda a: a, in_dims=None)(x),
    lambda t, f, x: f.vmap(lambda a: a, in_dims=2)(x),
    lambda t, f, x: f.vmap(lambda a: a, out_dims=(0, 0))(x),
    lambda t, f, x: f.vmap(lambda a, b: a)(x, t.ones(4)),
    lambda t, f, x: f.vmap(lambda a: a)(3.0),
    lambda t, f, x: f.vmap(lambda a: a)(),
    lambda t, f, x: f.vmap(lambda a: a, chunk_size=-2)(x),
    lambda t, f, x: f.vmap(lambda a: a, randomness="foo")(x),
    lambda t, f, x: f.grad(lambda a: (a**3).sum())(x),
    lambda t, f, x: f.grad(f.grad(lambda a: a**3))(x[0, 0]),
    lambda t, f, x: f.vmap(f.grad(f.grad(lambda a: a**3)))(x[0]),
    lambda t, f, x: f.grad(lambda a, b: (a * b * b).sum(), argnums=(0, 1))(x, x),
    lambda t, f, x: f.grad(lambda d: (d["a"] * d["b"][0]).sum())({"a": x, "b": [x + 1]})["b"][0],
    lambda t, f, x: f.grad(lambda a: (a.sum(), a), has_aux=True)(x),
    lambda t, f, x: f.grad_and_value(lambda a: (a.exp().sum(), a), has_aux=True)(x),
    lambda t, f, x: f.grad(lambda a: a.sum().detach() * 1.0)(x),
    lambda t, f, x: f.grad(lambda a: a)(x),
    lambda t, f, x: f.grad(lambda a: 3.0)(x),
    lambda t, f, x: f.grad(lambda a: a.sum(), argnums=1)(x),
    lambda t, f, x: f.grad(lambda a: a.sum(), has_aux=True)(x),
    lambda t, f, x: f.jacrev(lambda a: a**2)(x),
    lambda t, f, x: f.jacrev(lambda a, b: a * b, argnums=(0, 1))(x, x),
    lambda t, f, x: f.jacrev(lambda a: (a.sum(0), a.exp()))(x),
    lambda t, f, x: f.jacrev(lambda d: {"r": d["k"] * 2})({"k": x})["r"]["k"],
    lambda t, f, x: f.jacrev(lambda a: (a**2, a), has_aux=True)(x),
    lambda t, f, x: f.jacrev(f.jacrev(lambda a: (a**3).sum()))(x),
    lambda t, f, x: f.vmap(f.jacrev(t.sin))(x),
    lambda t, f, x: f.jacrev(lambda a: 3.0)(x),
    lambda t, f, x: f.jacfwd(lambda a: a.sin())(x),
    lambda t, f, x: f.hessian(lambda a: (a**3).sum())(x),
    lambda t, f, x: f.hessian(lambda a, b: (a * b).sum(), argnums=(0, 1))(x, x)[0][1],
    lambda t, f, x: f.hessian(lambda d: (d["k"] ** 2).sum())({"k": x})["k"]["k"],
    lambda t, f, x: f.vjp(lambda a: (a * 2, a.sum()), x)[1]((x, x.sum())),
    lambda t, f, x: f.vjp(lambda a, b: a * b, x, x + 1)[1](x),
    lambda t, f, x: f.vjp(lambda a: (a.sin(), a), x, has_aux=True)[2],
    lambda t, f, x: f.jvp(lambda a: a.sin(), (x,), (x,)),
    lambda t, f, x: f.jvp(lambda a, b: (a * b, a), (x, x), (x, x + 1)),
    lambda t, f, x: f.jvp(lambda a: (a.sin(), a), (x,), (x,), has_aux=True),
    lambda t, f, x: f.jvp(lambda a: a, x, x),
    lambda t, f, x: f.linearize(t.sin, x)[1](x),
    lambda t, f, x: f.functional_call(t.nn.Linear(2, 1), {"foo": x}, x, strict=True),
    lambda t, f, x: f.functional_call(network(t), ({"0.bias": x}, {"0.bias": x}), x),
    lambda t, f, x: f.functional_call(t.nn.Tanh(), {}, x, {"foo": 1}),
)


@check
def torch_func(edugrad: Any, torch: Any) -> Iterator[str]:
    import torch.func

    import edugrad.func

    for number, program in enumerate(PROGRAMS):
        calls = [
            partial(program, library, library.func, matrix(library)) for library in (edugrad, torch)
        ]
        found = compare_calls(*calls)
        if found:
            yield f"number {number}: {found.text}"


def matrix(library: Any) -> Any:
    library.random.default_generator.manual_seed(0)
    return library.tensor([[0.5, -1.0], [2.0, 0.25], [-0.75, 1.5]])
