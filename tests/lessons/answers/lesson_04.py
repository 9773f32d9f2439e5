"""Lesson 04: wrong answers, and what the check must say of them."""

import edugrad as torch
from edugrad import nn


def module(own, inner, run=lambda self, *inputs: self.forward(*inputs), everything=False):
    """A Module of one's own making: what it yields of itself, of modules inside, and a call."""

    class Module:
        def named_parameters(self, prefix=""):
            for name, value in vars(self).items():
                if isinstance(value, torch.Tensor) and (everything or value.requires_grad):
                    yield own(prefix, name, value)
                elif isinstance(value, Module):
                    yield from inner(value, prefix, name)

        __call__ = run

    return Module


def pair(prefix, name, value):
    return prefix + name, value


def path(value, prefix, name):
    return value.named_parameters(prefix + name + ".")


def one_level(value, prefix, name):
    for inner, tensor in vars(value).items():
        if isinstance(tensor, torch.Tensor) and tensor.requires_grad:
            yield f"{prefix}{name}.{inner}", tensor


MODULE = {
    "no prefix": (module(lambda p, n, v: (n, v), path), "Two parameters have the same name"),
    "no dot": (
        module(pair, lambda v, p, n: v.named_parameters(p + n)),
        "a dot is missing",
    ),
    "path cut": (
        module(pair, lambda v, p, n: v.named_parameters(n + ".")),
        "the path is cut",
    ),
    "nothing inside": (module(pair, lambda v, p, n: ()), "has to be yielded too"),
    "one level": (module(pair, one_level), "it goes one level deep only"),
    "the modules": (module(pair, lambda v, p, n: [(p + n, v)]), "the modules themselves"),
    "swapped": (module(lambda p, n, v: (v, p + n), path), "first the name"),
    "prefix alone": (module(lambda p, n, v: (p, v), path), "the attribute's own name"),
    "dot in front": (module(lambda p, n, v: (f"{p}.{n}", v), path), "at the top there is no dot"),
    "values only": (module(lambda p, n, v: v, path), "expected a pair"),
    "names only": (module(lambda p, n, v: p + n, path), "expected a pair"),
    "a generator": (
        module(pair, lambda v, p, n: [path(v, p, n)]),
        "use `yield from`",
    ),
    "a copy": (module(lambda p, n, v: (p + n, v.clone()), path), "no copy"),
    "every tensor": (module(pair, path, everything=True), "a tensor with requires_grad"),
    "no forward": (module(pair, path, run=lambda self, x: x), "return what forward returns"),
    "a tuple": (module(pair, path, run=lambda self, *x: self.forward(x)), "one by one"),
    "itself": (module(pair, path, run=lambda self, *x: self(*x)), "calling self calls this method"),
    "an instance": (module(pair, path)(), "the class itself"),
}


def residual(forward, keep=lambda inner: inner, begin=True):
    class Residual(nn.Module):
        def __init__(self, inner):
            if begin:
                super().__init__()
            self.inner = keep(inner)

    Residual.forward = forward
    return Residual


def adding(self, x):
    return x + self.inner(x)


def adding_in_place(self, x):
    change = self.inner(x)
    x += change
    return x


class MakesItsOwn(nn.Module):
    def __init__(self, inner):
        super().__init__()
        self.inner = nn.Linear(3, 3)

    forward = adding


class KeepsNothing(nn.Module):
    def __init__(self, inner):
        super().__init__()

    forward = adding


RESIDUAL = {
    "no super": (residual(adding, begin=False), "super().__init__()"),
    "not added": (residual(lambda self, x: self.inner(x)), "the input is not added"),
    "not called": (residual(lambda self, x: x), "the inner module is not called"),
    "multiplied": (residual(lambda self, x: x * self.inner(x)), "a residual adds"),
    "uncalled": (residual(lambda self, x: x + self.inner), "call the module"),
    "out of scope": (residual(lambda self, x: x + inner(x)), "call self.inner"),  # noqa: F821
    "added before": (residual(lambda self, x: self.inner(x + x)), "add it after"),
    "nested": (residual(lambda self, x: self.inner(self.inner(x))), "runs twice"),
    "a new layer": (MakesItsOwn, "keep the one that is handed in"),
    "a ReLU": (residual(lambda self, x: torch.relu(x + self.inner(x))), "no ReLU is asked for"),
    "in place": (residual(adding_in_place), "writes into the caller's tensor"),
    "in a list": (
        residual(lambda self, x: x + self.inner[0](x), keep=lambda inner: [inner]),
        "not a list",
    ),
    "in a function": (
        residual(adding, keep=lambda inner: lambda x: inner(x)),
        "a function around it",
    ),
    "not kept": (KeepsNothing, "assign the module in __init__"),
    "no module": (type("Residual", (), {"__init__": lambda self, inner: None}), "derive it from"),
}


def measuring(share, kind=nn.ReLU, modules=nn.Module.named_modules, remove=True, own_name=True):
    """A measurement of one's own: what is computed, where the hooks go and whether they leave."""

    def dead(model, x):
        shares, handles = {}, []
        current = ""

        def hook(fixed):
            def note(module, inputs, output):
                shares[fixed if own_name else current] = share(output)

            return note

        for name, module in modules(model):
            current = name
            if isinstance(module, kind):
                handles.append(module.register_forward_hook(hook(name)))
        model(x)
        for handle in handles if remove else ():
            handle.remove()
        return shares

    return dead


def zeros(output):
    return (output == 0).float().mean().item()


def two_arguments(model, x):
    handle = model[1].register_forward_hook(lambda module, output: None)
    try:
        return {"1": model(x)}
    finally:
        handle.remove()


DEAD = {
    "hooks stay": (measuring(zeros, remove=False), "still there after the call"),
    "alive": (measuring(lambda o: (o > 0).float().mean().item()), "zeros are wanted"),
    "counted": (measuring(lambda o: (o == 0).sum().item()), "this counts them"),
    "the mean": (measuring(lambda o: o.mean().item()), "the mean of the values"),
    "below 0": (measuring(lambda o: (o < 0).float().mean().item()), "ask for == 0"),
    "linear too": (measuring(zeros, kind=(nn.ReLU, nn.Linear)), "hook the ReLUs only"),
    "children": (measuring(zeros, modules=nn.Module.named_children), "use named_modules()"),
    "last name": (measuring(zeros, own_name=False), "Keep it with a default"),
    "two arguments": (two_arguments, "a forward hook gets three things"),
    "a list": (lambda model, x: [0.5, 0.5], "expected a dict"),
}

MUTANTS = {"04.module": MODULE, "04.residual": RESIDUAL, "04.dead": DEAD}
UNFILLED = {
    "04.module": (module(lambda p, n, v: ..., path), "does not yield names and values yet"),
    "04.residual": (residual(lambda self, x: ...), "returns nothing"),
    "04.dead": (lambda model, x: {}, "is an empty dict"),
}
