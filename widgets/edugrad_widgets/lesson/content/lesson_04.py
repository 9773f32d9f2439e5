"""Lesson 04, Neural networks: parameters in one place, and what happens when a module is called."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# The solutions are shown as a learner would write them, hence without annotations.

from __future__ import annotations

from typing import Any

import edugrad as torch
from edugrad import nn
from edugrad_widgets.lesson.check import Unfilled, Wrong, call, compare
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap

QUESTIONS = (
    Question(
        "04.count",
        "A picture of 28 × 28 pixels goes through three linear layers: 784 → 512 → 512 → 10. How "
        "many numbers can training change?",
        {
            "1,034": "That is how many numbers come out of the three layers. Between two layers "
            "every number of one is connected with every number of the other.",
            "668,672": "These are the weights, 784 · 512 + 512 · 512 + 512 · 10. A layer also adds "
            "a number to each of its outputs.",
            "669,706": "668,672 weights, and 512 + 512 + 10 biases. The first layer alone holds "
            "three fifths of them.",
            "803,328": "The pixels are 784 and the first layer has 512 outputs: one weight for "
            "each pair of these two.",
        },
        answer="669,706",
    ),
    Question(
        "04.list",
        "A network keeps its layers in a Python list: `self.layers = [nn.Linear(4, 4), "
        "nn.Linear(4, 4)]`. Its `forward` calls one after the other. What does "
        "`model.parameters()` find?",
        {
            "four tensors": "It would, if a module looked into every object it is given. It looks "
            "at what is assigned to it: modules and parameters, and this is a list.",
            "nothing": "The list is neither a module nor a parameter. The network computes, the "
            "optimiser gets nothing to change, and nobody complains.",
            "an error": "Keeping a list is perfectly legal. That is why the mistake goes "
            "unnoticed until the loss refuses to fall.",
        },
        answer="nothing",
    ),
    Question(
        "04.softmax",
        "`logits` has the shape (1, 10): one picture, ten scores. What does "
        "`nn.Softmax(dim=0)(logits)` give?",
        {
            "ten probabilities that add up to 1": "They add up to 1 along the dimension that you "
            "name. How long is dimension 0?",
            "ten ones": "Along dimension 0 there is one number only. It gets all of the "
            "probability, ten times over. The classes are in dimension 1.",
            "an error": "Both dimensions exist, and softmax is happy with either. It is for you to "
            "know where the classes are.",
        },
        answer="ten ones",
    ),
    Question(
        "04.shift",
        "You add 100 to all ten logits. What happens to the probabilities?",
        {
            "the largest one becomes nearly 1": "That happens when the logits are multiplied: then "
            "their distances grow. Here all distances stay.",
            "nothing": "The exponential turns the 100 into a factor, the same for all, and "
            "dividing by the sum takes it out again. Only differences of logits count.",
            "they overflow to nan": "A softmax that computes exp(100) in float32 comes close. That "
            "is why every library takes the largest logit away first.",
        },
        answer="nothing",
    ),
    Question(
        "04.equal",
        "A network has eight hidden units. Somebody sets all of its weights and biases to the same "
        "number before training. What becomes of the eight?",
        {
            "they learn, only slower": "To become different they would need different gradients. "
            "Everything that reaches two of them is the same, forwards and backwards.",
            "they stay equal to each other for ever": "Equal weights see equal inputs and get "
            "equal gradients, in every step. Eight units do the work of one. Random numbers at the "
            "start break the tie.",
            "nothing moves, all gradients are zero": "With zeros nearly so: only the last bias "
            "moves. With any other number gradients flow, the same one to every unit.",
        },
        answer="they stay equal to each other for ever",
    ),
    Question(
        "04.hook",
        "A hook on the first layer of `small` notes a shape whenever it runs. You call `small(x)`, "
        "then `small[0].forward(x)`, then take the hook off and call `small(x)` again. How many "
        "shapes are noted?",
        {
            "one": "Calling a module runs its forward and then its hooks. Calling `forward` itself "
            "goes around them, and a hook that was taken off is gone.",
            "two": "One is from `small(x)`. `forward` is only the computation: it is the call "
            "around it that knows of hooks.",
            "three": "A hook that was taken off does not run. And of the other two, one goes "
            "around it.",
            "none, you called `small` and not its first layer": "`small` calls its layers as you "
            "call `small`, and each of them runs its own hooks.",
        },
        answer="one",
    ),
    Question(
        "04.state",
        "`other` takes the numbers of `model` over with `load_state_dict`. Then you set the first "
        "weights of `other` to zero. What becomes of those of `model`?",
        {
            "they become zero too": "So it would be if the two shared their tensors. Loading "
            "writes the numbers into tensors that `other` had before.",
            "they stay as they are": "The numbers were copied into the parameters of `other`. Two "
            "networks that start alike, and go their own ways.",
            "`other` refuses to be changed": "Its parameters are its own, and under `no_grad` they "
            "may be written to.",
        },
        answer="they stay as they are",
    ),
)


class Module:
    """Finds the parameters among its attributes, and inside the modules among them."""

    def named_parameters(self, prefix=""):
        for name, value in vars(self).items():
            if isinstance(value, torch.Tensor) and value.requires_grad:
                yield prefix + name, value
            elif isinstance(value, Module):
                yield from value.named_parameters(prefix + name + ".")

    def __call__(self, *inputs):
        return self.forward(*inputs)


def _examine_module(made: Any) -> str:
    if not isinstance(made, type):
        raise Wrong(
            f"The check needs the class itself, it got {made!r}.",
            "hand over the class Module, without calling it.",
        )

    class Layer(made):
        def __init__(self, size):
            self.w = torch.full((size,), 2.0, requires_grad=True)
            self.scale = torch.ones(size)
            self.size = size

        def forward(self, x):
            return x * self.w

    class Pair(made):
        def __init__(self):
            self.first = Layer(2)
            self.b = torch.tensor(5.0, requires_grad=True)

        def forward(self, x):
            return self.first(x) + self.b

    class Network(made):
        def __init__(self):
            self.pair = Pair()
            self.last = Layer(3)

    layer = Layer(2)
    found = _pairs(layer, "a layer with a parameter w")
    if "scale" in found:
        raise Wrong(
            "A tensor that wants no gradient was taken for a parameter: scale.",
            "a parameter is a tensor with requires_grad.",
        )
    if list(found) != ["w"]:
        why = {
            "": "a name is the prefix and, after it, the attribute's own name.",
            ".w": "at the top there is no dot: it belongs behind the name of a module, where the "
            "prefix is handed on.",
        }
        names = _listed(found)
        raise Wrong(
            f"In a layer with a parameter w it finds {names!r}, expected 'w'.",
            why.get("".join(found)),
        )
    if found["w"] is not layer.w:
        raise Wrong(
            "It does not hand out the tensor w itself.",
            "yield the value as it is, no copy: training has to change the layer's own tensor.",
        )
    _examine_names(_pairs(Network(), "a network of modules"))
    value = call(
        Pair(),
        torch.ones(2),
        label="a module, called",
        causes={
            "got:  tuple": "hand the inputs on one by one: self.forward(*inputs).",
            "name 'forward'": "forward is a method of the module: self.forward.",
            "RecursionError": "calling self calls this method again: call self.forward.",
        },
    )
    compare(
        "Calling a module",
        value,
        [7.0, 7.0],
        causes=[([1.0, 1.0], "the input comes back unchanged: return what forward returns.")],
    )
    return "It finds every parameter, names it by its path, and runs forward when it is called."


def _pairs(module: Any, what: str) -> dict[str, Any]:
    """What ``named_parameters`` of the learner's module yields, as a dict."""
    found = call(
        lambda: list(module.named_parameters()),
        label=f"named_parameters() of {what}",
        causes={"RecursionError": "ask the module inside: value.named_parameters, not self."},
    )
    if any(each is ... for each in found):
        raise Unfilled("named_parameters() does not yield names and values yet.")
    for each in found:
        if not isinstance(each, tuple) or len(each) != 2:
            raise Wrong(
                f"named_parameters() yields {type(each).__name__}, expected a pair of a name and "
                "a tensor.",
                "`yield name, value` yields a pair; for what a module inside yields, use "
                "`yield from`.",
            )
    names = [name for name, _ in found]
    if not all(isinstance(name, str) for name in names):
        raise Wrong(
            f"named_parameters() yields a pair that begins with a {type(names[0]).__name__}.",
            "first the name, then the tensor.",
        )
    if len(set(names)) < len(names):
        raise Wrong(
            f"Two parameters have the same name: {_listed(names)}.",
            "a name is the whole path: put the prefix in front, and hand it on to the modules "
            "inside.",
        )
    return dict(found)


def _examine_names(found: dict[str, Any]) -> None:
    wanted = ["pair.first.w", "pair.b", "last.w"]
    if list(found) == wanted:
        return
    causes = [
        (lambda: not found, "what a module inside yields has to be yielded too: `yield from`."),
        (lambda: "pair" in found, "this yields the modules themselves; the parameters inside "
         "them are wanted, by `yield from`."),
        (lambda: list(found) == ["pairfirstw", "pairb", "lastw"], "a dot is missing after the "
         "name of each module."),
        (lambda: "first.w" in found or "w" in found, "the path is cut: the prefix of the outer "
         "module has to be handed on with the name."),
        (lambda: "pair.first.w" not in found and "pair.b" in found, "it goes one level deep only; "
         "modules inside modules have modules inside."),
    ]  # fmt: skip
    why = next((words for holds, words in causes if holds()), None)
    raise Wrong(f"In a network it finds {_listed(found)}, expected {_listed(wanted)}.", why)


def _listed(names: Any) -> str:
    return ", ".join(map(str, names)) or "nothing"


class Residual(nn.Module):
    """Adds what the inner module computes to its input: x + inner(x)."""

    def __init__(self, inner):
        super().__init__()
        self.inner = inner

    def forward(self, x):
        return x + self.inner(x)


def _examine_residual(made: Any) -> str:
    inner = nn.Linear(3, 3)
    model = call(
        made,
        inner,
        label="Residual(nn.Linear(3, 3))",
        causes={"Module.__init__() call": "the first line of __init__ is super().__init__()."},
    )
    if not isinstance(model, nn.Module):
        raise Wrong("Residual is not a module.", "derive it from nn.Module.")
    x = torch.tensor([[1.0, -2.0, 3.0], [0.5, 0.0, -1.0]])
    before = x.clone()
    value = call(
        model,
        x,
        label="Residual(nn.Linear(3, 3))(x)",
        causes={
            "has no attribute": "assign the module in __init__: self.inner = inner.",
            "name 'inner'": "keep the module in __init__, self.inner = inner, and call self.inner.",
            "Tensor and Linear": "call the module: self.inner(x).",
        },
    )
    transformed = inner(before).detach()
    layers = [module for module in model.modules() if isinstance(module, nn.Linear)]
    if layers and inner not in layers:
        raise Wrong(
            "It does not use the module that it was given.",
            "a new layer was made in __init__; keep the one that is handed in.",
        )
    compare(
        "Residual(nn.Linear(3, 3))(x)",
        value,
        before + transformed,
        causes=[
            (transformed, "the input is not added."),
            (before, "the inner module is not called."),
            (before * transformed, "the two are multiplied; a residual adds."),
            (before - transformed, "the two are subtracted; a residual adds."),
            (2 * transformed, "the input was replaced before it was added."),
            (inner(2 * before), "the input is added before the inner module; add it after."),
            (inner(inner(before)), "the inner module runs twice; add x to what it gives."),
            (torch.relu(before + transformed), "no ReLU is asked for: x + inner(x)."),
        ],
    )
    if not torch.equal(x, before):
        raise Wrong(
            "The result is right, but the input was changed.",
            "`x += ...` writes into the caller's tensor; `x + ...` makes a new one.",
        )
    names = [name for name, _ in model.named_parameters()]
    if len(names) != 2:
        raise Wrong(
            f"It computes, but its parameters are {_listed(names)}; the inner layer has two.",
            "assign the inner module itself to an attribute, not a list or a function around it.",
        )
    return "It adds, it leaves its input alone, and its parameters are found."


def dead(model, x):
    """For every ReLU of the model, by its name, the share of zeros in what it gives for x."""
    shares, handles = {}, []
    for name, module in model.named_modules():
        if isinstance(module, nn.ReLU):

            def note(module, inputs, output, name=name):
                shares[name] = (output == 0).float().mean().item()

            handles.append(module.register_forward_hook(note))
    model(x)
    for handle in handles:
        handle.remove()
    return shares


def _examine_dead(made: Any) -> str:
    first, last = nn.Linear(1, 4), nn.Linear(4, 5)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([[1.0], [2.0], [-1.0], [3.0]]))
        first.bias.zero_()
        last.weight.copy_(torch.eye(5, 4) - 0.5)
        last.bias.copy_(torch.tensor([0.0, -9.0, 9.0, -9.0, -9.0]))
    model = nn.Sequential(first, nn.ReLU(), nn.Sequential(last, nn.ReLU()))
    x = torch.tensor([[1.0], [2.0], [-1.0], [4.0]])
    expected = dead(model, x)
    label = "dead(model, x)"
    found = call(
        made,
        model,
        x,
        label=label,
        causes={
            "positional argument": "a forward hook gets three things: the module, its inputs and "
            "its output.",
        },
    )
    if not isinstance(found, dict):
        raise Wrong(f"{label} is a {type(found).__name__}, expected a dict of names and shares.")
    if any(module._forward_hooks for module in model.modules()):
        raise Wrong(
            "The hooks are still there after the call.",
            "register_forward_hook returns a handle; call its remove() when you are done.",
        )
    if not found:
        raise Unfilled(f"{label} is an empty dict.")
    if list(found) != list(expected):
        why = None
        if len(found) == 1:
            why = (
                "one name for all: the hook runs after the loop, when `name` is the last. Keep it "
                "with a default, `name=name`."
                if list(found) != ["1"]
                else "the model has a ReLU inside an inner Sequential: use named_modules(), not "
                "named_children()."
            )
        elif "0" in found:
            why = "hook the ReLUs only: isinstance(module, nn.ReLU)."
        raise Wrong(f"It names {_listed(found)}, expected {_listed(expected)}.", why)
    outputs = {"1": torch.relu(first(x))}
    outputs["2.1"] = torch.relu(last(outputs["1"]))
    for name, output in outputs.items():
        compare(
            f"dead(model, x)[{name!r}]",
            found[name],
            expected[name],
            causes=[
                (1 - expected[name], "this is the share of the others: zeros are wanted."),
                ((output == 0).sum(), "this counts them; the share is the mean of True and False."),
                (output.mean(), "this is the mean of the values; ask first which are 0."),
                ((output < 0).float().mean(), "after a ReLU nothing is below 0: ask for == 0."),
            ],
        )
    return "Every ReLU is measured, and the hooks are gone again."


EXERCISES = (
    Exercise(
        "04.module",
        task="Fill in the two things to yield, and what a call returns.",
        examine=_examine_module,
        hints=(
            "What is the full name of a parameter? What stood before it, `prefix`, and its own "
            "name. Yield that together with the tensor.",
            "A module inside has a `named_parameters` of its own. Everything that it yields has to "
            "be yielded; `yield from` does that. What prefix does it need?",
            "`yield prefix + name, value`, then "
            '`yield from value.named_parameters(prefix + name + ".")`, and a call returns '
            "`self.forward(*inputs)`.",
        ),
        solution=Module,
    ),
    Exercise(
        "04.residual",
        task="Keep the inner module and return the input plus what it computes.",
        examine=_examine_residual,
        hints=(
            "What has to happen before a module may be assigned to an attribute?",
            "`super().__init__()` first, then `self.inner = inner`. Calling a module is enough to "
            "run its forward.",
            "In forward: `return x + self.inner(x)`.",
        ),
        solution=Residual,
    ),
    Exercise(
        "04.dead",
        task="Hook every ReLU, run the model once, take the hooks off and return the shares.",
        examine=_examine_dead,
        hints=(
            "`model.named_modules()` goes through all modules, however deep, with their names. "
            "`isinstance(module, nn.ReLU)` tells which ones you want.",
            "A forward hook is a function of the module, its inputs and its output. The share of "
            "zeros is the mean of `output == 0`, as floats.",
            "Keep what `register_forward_hook` returns in a list. After `model(x)` call `remove()` "
            "on each. Let the hook know its name by a default: `name=name`.",
        ),
        solution=dead,
    ),
)

RECAP = Recap(
    lines=(
        "A module is a place for parameters and other modules, and a forward that uses them.",
        "Assigning is registering: what is hidden in a list or a dict is not found.",
        "Calling a module runs its forward and its hooks; the ops leave the same graph as ever.",
    ),
    questions={
        "Why call `model(x)` and not `model.forward(x)`?": "The call also runs the hooks. Going "
        "around it works until somebody relies on one.",
        "What does `state_dict()` hold, and what not?": "All parameters and buffers, by name. Not "
        "the code: whoever loads it needs the class.",
        "A ReLU has no parameters. Why is it a module?": "So that it can stand in a Sequential, "
        "be printed and be hooked. `torch.relu` computes the same.",
        "Why is softmax left out of the network?": "The loss takes logits and does softmax and "
        "logarithm in one go, which is exact where either alone would overflow. Probabilities are "
        "needed for people.",
        "Why are weights random at the start, and not zero?": "Units that start equal stay equal. "
        "How large the random numbers are is chosen so that signals neither die nor explode.",
    },
    next="[Lesson 05](05_training.ipynb): the network learns, and you find out why a loop does "
    "not.",
    pytorch="Replace the import and the networks run as they stand, with the same numbers under "
    "one seed. The same names stand in `state_dict()`.",
    pytorch_code="""import torch
from torch import nn

model = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))
print(sum(p.numel() for p in model.parameters()))  # 7850
print(model(torch.rand(1, 28, 28)).shape)  # torch.Size([1, 10])""",
)
