"""What modules say: texts, keys and errors that a program gets, in both libraries."""

from __future__ import annotations

import re
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any

from .semantics import check

Program = Callable[[Any], Any]


def layer(t: Any) -> Any:
    return t.nn.Linear(2, 2)


def stack(t: Any) -> Any:
    return t.nn.Sequential(layer(t), t.nn.ReLU(), layer(t))


def edited(t: Any) -> Any:
    net = stack(t)
    del net[1]
    net.insert(1, t.nn.Identity())
    net.append(layer(t)).extend([layer(t)])
    net[0] = t.nn.ReLU()
    net += t.nn.Sequential(t.nn.ReLU())
    net *= 2
    net.pop(-1)
    return net


def layers(t: Any) -> Any:
    three = [layer(t) for _ in range(3)]
    return t.nn.ModuleList([*three, t.nn.ReLU(), *(stack(t) for _ in range(2))])


def by_name(t: Any) -> Any:
    return t.nn.ModuleDict({"b": layer(t), "a": t.nn.ReLU()})


def numbers(t: Any) -> Any:
    return t.nn.ParameterList([t.ones(2), 3, t.nn.Parameter(t.ones(2, 3))])


def named(t: Any) -> Any:
    return t.nn.ParameterDict({"b": t.ones(2), "a": t.ones(())})


def module(t: Any) -> Any:
    made = t.nn.Module()
    made.weight = t.nn.Parameter(t.ones(2))
    made.child = layer(t)
    made.register_buffer("mean", t.zeros(1))
    return made


def tied(t: Any) -> Any:
    made = t.nn.Module()
    made.a = layer(t)
    made.b = made.a
    made.c = made.a.weight
    made.register_buffer("z", made.a.weight.detach())
    made.register_buffer("y", made.z, persistent=False)
    lists = (
        made.named_parameters(),
        made.named_parameters(remove_duplicate=False),
        made.named_modules(),
        made.named_buffers(),
        made.named_children(),
        made.state_dict().items(),
    )
    return [[name for name, _ in each] for each in lists]


def mismatched(t: Any) -> Any:
    state = {"0.weight": t.ones(2, 2), "0.bias": t.ones(3), "x": t.ones(1), "2.weight": t.ones(2)}
    state["2.foo.x"] = t.ones(2)
    return stack(t).load_state_dict(OrderedDict(state))


def assign(name: str, value: Callable[[Any], Any]) -> Program:
    return lambda t: setattr(module(t), name, value(t))


class Reading:
    """Shortens gradients to what can be compared as text."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, *gradients: Any) -> None:
        self.lines.append(str([[self.of(each) for each in several] for several in gradients]))

    @staticmethod
    def of(gradient: Any) -> Any:
        if gradient is None:
            return None
        return [round(number, 3) for number in gradient.flatten().tolist()]


def backward_hooks(t: Any) -> Any:
    read = Reading()
    net = layer(t)
    net.register_full_backward_hook(lambda m, grad_in, grad_out: read(grad_in, grad_out))
    net.register_full_backward_pre_hook(lambda m, grad_out: (grad_out[0] * 2,))
    x = t.ones(3, 2, requires_grad=True)
    (net(x) ** 2).sum().backward()
    net(t.ones(2)).sum().backward()
    read([x.grad, net.weight.grad])
    return read.lines


def backward_hooks_of_several(t: Any) -> Any:
    class Two(t.nn.Module):
        def forward(self, a, b):
            return a * b, a + b, "x"

    read = Reading()
    net = Two()
    net.register_full_backward_hook(lambda m, grad_in, grad_out: read(grad_in, grad_out))
    a, b = t.ones(2, requires_grad=True), t.ones(2)
    (net(a, b)[0] * 3).sum().backward()
    net.register_full_backward_hook(lambda m, grad_in, grad_out: (grad_in[0] * 10, None))
    out = net(a, b)
    (out[0] + out[1]).sum().backward()
    read([a.grad])
    return read.lines


def too_few_gradients(t: Any) -> Any:
    net = t.nn.Sequential(layer(t))
    net.register_full_backward_hook(lambda m, grad_in, grad_out: ())
    net(t.ones(2, requires_grad=True)).sum().backward()


def in_place_behind_a_hook(t: Any) -> Any:
    net = t.nn.ReLU(inplace=True)
    net.register_full_backward_hook(lambda *args: None)
    net(t.ones(2, requires_grad=True) * 1)


def both_kinds_of_hooks(t: Any) -> Any:
    net = layer(t)
    net.register_backward_hook(print)
    net.register_full_backward_hook(print)


def order_of_hooks(t: Any) -> Any:
    log: list[Any] = []
    net = layer(t)
    net.register_forward_hook(lambda m, args, out: log.append("a"))
    net.register_forward_hook(lambda m, args, out: log.append("b"), prepend=True)
    net.register_forward_pre_hook(lambda m, args: (log.append("p"), args[0] * 2)[1])
    net.register_forward_pre_hook(
        lambda m, args, kwargs: log.append(f"q{sorted(kwargs)}"), with_kwargs=True
    )
    net.register_forward_hook(
        lambda m, args, kwargs, out: log.append((len(args), out is None)),
        with_kwargs=True,
        always_call=True,
    )
    net(t.ones(2))
    try:
        net(t.ones(3))
    except RuntimeError:
        log.append("failed")
    return log


def bad_pre_hook(t: Any) -> Any:
    net = layer(t)
    net.register_forward_pre_hook(lambda m, args, kwargs: 3, with_kwargs=True)
    net(t.ones(2))


def extra_state(t: Any) -> Any:
    class Counting(t.nn.Module):
        steps = 3

        def get_extra_state(self):
            return {"steps": self.steps}

        def set_extra_state(self, state):
            self.steps = state["steps"]

    one, other = t.nn.Sequential(Counting()), t.nn.Sequential(Counting())
    one[0].steps = 7
    state = one.state_dict()
    other.load_state_dict(state)
    return list(state), other[0].steps, t.nn.Sequential(Counting()).load_state_dict({})


def state_hooks(t: Any) -> Any:
    log: list[Any] = []
    net = stack(t)
    net[0].register_state_dict_pre_hook(lambda m, prefix, keep: log.append((prefix, keep)))
    net.register_state_dict_post_hook(lambda m, state, prefix, meta: state.pop("0.bias") and None)
    net[2].register_load_state_dict_pre_hook(lambda m, state, prefix, *rest: log.append(prefix))
    net.register_load_state_dict_post_hook(lambda m, keys: keys.missing_keys.clear())
    state = net.state_dict()
    return list(state), dict(state._metadata), net.load_state_dict(state), log


def post_hook_that_returns(t: Any) -> Any:
    net = layer(t)
    net.register_state_dict_post_hook(lambda *args: {})
    net.state_dict()


def assigned(t: Any) -> Any:
    net, state = layer(t), {"weight": t.ones(2, 2, dtype=t.float64), "bias": t.ones(2)}
    net.weight.requires_grad_(False)
    keys = net.load_state_dict(state, assign=True)
    return keys, net.weight, net.bias, net.weight.data_ptr() == state["weight"].data_ptr()


def uninitialised(what: Callable[[Any], Any]) -> Program:
    def program(t: Any) -> Any:
        class Forgetful(t.nn.Module):
            def __init__(self):
                self.part = what(t)

        return Forgetful()(1)

    return program


PROGRAMS: tuple[Program, ...] = (
    stack,
    edited,
    layers,
    by_name,
    numbers,
    named,
    module,
    tied,
    mismatched,
    lambda t: stack(t)[1:],
    lambda t: stack(t)[5],
    lambda t: stack(t)[-1],
    lambda t: stack(t) + t.nn.Sequential(layer(t)),
    lambda t: stack(t) + list(stack(t)),
    lambda t: 2 * stack(t),
    lambda t: stack(t) * 0,
    lambda t: stack(t) * "a",
    lambda t: t.nn.Sequential(OrderedDict(a=layer(t), b=t.nn.ReLU())),
    lambda t: t.nn.Sequential(OrderedDict(a=layer(t), b=t.nn.ReLU())).a,
    lambda t: t.nn.Sequential([layer(t)]),
    lambda t: t.nn.Sequential({"a": layer(t)}),
    lambda t: t.nn.Sequential("relu"),
    lambda t: t.nn.ModuleList(layer(t)),
    lambda t: t.nn.ModuleList(),
    lambda t: layers(t)[1:3],
    lambda t: layers(t)[7],
    lambda t: layers(t) + list(stack(t)),
    lambda t: layers(t)(1),
    lambda t: list(layers(t).state_dict()),
    lambda t: layers(t).extend(3),
    lambda t: layers(t).append(3),
    lambda t: by_name(t)["x"],
    lambda t: by_name(t).update([("c",)]),
    lambda t: by_name(t).update([3]),
    lambda t: by_name(t).update(3),
    lambda t: t.nn.ModuleDict({"type": layer(t)}),
    lambda t: t.nn.ModuleDict({"a.b": layer(t)}),
    lambda t: t.nn.ModuleDict({"": layer(t)}),
    lambda t: t.nn.ModuleDict({3: layer(t)}),
    lambda t: t.nn.ModuleDict(by_name(t)),
    lambda t: t.nn.ModuleDict([("z", layer(t))]),
    lambda t: numbers(t)[1:],
    lambda t: numbers(t)(),
    lambda t: numbers(t)[9],
    lambda t: numbers(t).extend(t.ones(2)),
    lambda t: list(numbers(t).state_dict()),
    lambda t: t.nn.ParameterList(),
    lambda t: named(t) | t.nn.ParameterDict({"z": t.ones(1)}),
    lambda t: named(t).popitem(),
    lambda t: named(t).get("nothing"),
    lambda t: named(t).setdefault("k", t.ones(1)),
    lambda t: named(t)(1),
    lambda t: named(t)["nothing"],
    lambda t: named(t).copy(),
    lambda t: list(reversed(named(t))),
    lambda t: t.nn.ParameterDict({"type": t.ones(1)}),
    assign("weight", lambda t: t.ones(2)),
    assign("child", lambda t: 3),
    assign("mean", lambda t: 3),
    lambda t: module(t).register_buffer("b", 3),
    lambda t: module(t).register_parameter("p", t.ones(2)),
    lambda t: module(t).register_parameter("a.b", None),
    lambda t: module(t).register_parameter("", None),
    lambda t: module(t).register_parameter(3, None),
    lambda t: module(t).register_buffer("weight", None),
    lambda t: module(t).register_buffer("forward", None),
    lambda t: module(t).add_module("x", 3),
    lambda t: module(t).add_module(3, layer(t)),
    lambda t: module(t).nothing,
    lambda t: module(t)(1),
    lambda t: module(t).get_submodule("child.x"),
    lambda t: module(t).get_submodule("child.weight"),
    lambda t: module(t).get_parameter("child.weight").shape,
    lambda t: module(t).get_parameter("child.wei"),
    lambda t: module(t).get_parameter("mean"),
    lambda t: module(t).get_buffer("child.weight"),
    lambda t: module(t).get_buffer("mean"),
    lambda t: module(t).set_submodule("child.x", t.nn.ReLU(), strict=True),
    lambda t: module(t).set_submodule("", t.nn.ReLU()),
    lambda t: module(t).get_extra_state(),
    lambda t: module(t).to(t.int64),
    lambda t: module(t).train(3),
    lambda t: module(t).load_state_dict(3),
    lambda t: layer(t).load_state_dict({}, strict=False),
    lambda t: layer(t).load_state_dict({"weight": 3, "bias": t.ones(2)}),
    lambda t: layer(t).load_state_dict(layer(t).state_dict()),
    lambda t: t.nn.Module(3),
    lambda t: t.nn.Module(a=3),
    lambda t: t.nn.Parameter(t.ones(2)),
    lambda t: t.nn.Buffer(t.ones(2)),
    lambda t: [name for name in dir(stack(t)) if name.isdigit()],
    uninitialised(layer),
    uninitialised(lambda t: t.nn.Parameter(t.ones(1))),
    uninitialised(lambda t: 3),
    backward_hooks,
    backward_hooks_of_several,
    too_few_gradients,
    in_place_behind_a_hook,
    both_kinds_of_hooks,
    order_of_hooks,
    bad_pre_hook,
    extra_state,
    state_hooks,
    post_hook_that_returns,
    assigned,
)


def told(t: Any, program: Program) -> str:
    """The text of a program's result, or of its error, without what edugrad adds to teach."""
    t.manual_seed(0)
    try:
        return repr(program(t))
    except Exception as error:
        words = str(error.args[0]) if isinstance(error, KeyError) else str(error)
        lines = [line for line in words.splitlines() if not line.startswith("  ")]
        return "\n".join([f"{type(error).__name__}: {lines[0]}", *lines[1:]])


def in_edugrads_words(text: str) -> str:
    """PyTorch's text with edugrad's name, and without what edugrad leaves out of a sentence."""
    text = re.sub(r"\btorch\b", "edugrad", text)
    text = text.replace("edugrad.nn.modules.container.", "edugrad.nn.containers.")
    text = re.sub(r" This behavior is forbidden.*", "", text)
    return re.sub(r"\.? (Open an issue|Please file an issue) .*|\.$", "", text)


@check
def modules_texts(edugrad: Any, torch: Any) -> Iterator[str]:
    """Every program tells the same; a difference is shown with the program's number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, program in enumerate(PROGRAMS):
            ours = re.sub(r"\.$", "", told(edugrad, program))
            theirs = in_edugrads_words(told(torch, program))
            if ours != theirs:
                yield f"number {number}:\n{ours}\n{theirs}"
