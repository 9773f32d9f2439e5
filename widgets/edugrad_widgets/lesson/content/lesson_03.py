"""Lesson 03, Autograd: what the engine does with a network, and how far to trust it."""

# mypy: disallow-untyped-defs=False, check-untyped-defs=False
# The solutions are shown as a learner would write them, hence without annotations.

from __future__ import annotations

from typing import Any

import edugrad as torch
from edugrad_widgets.lesson.check import Unfilled, Wrong, call, compare
from edugrad_widgets.lesson.exercise import Exercise, Question, Recap

QUESTIONS = (
    Question(
        "03.rows",
        "`x` is five ones, `w` holds 5 × 3 random numbers, and `z = x @ w + b` goes into a loss. "
        "What will the five rows of `w.grad` look like?",
        {
            "all different, as the rows of w are": "The rows of `w` are different, but look at "
            "what each of them is multiplied with on its way to `z`.",
            "all the same": "A number `w[i, j]` reaches the loss only through `z[j]`, multiplied "
            "by `x[i]`. Its gradient is `x[i]` times that of `z[j]`, and every `x[i]` is one.",
            "all zero but the first": "Every row is multiplied by a one of `x` and added to `z`. "
            "None is left out.",
            "all ones, like x": "One is the local derivative, dz/dw. The loss has its own opinion "
            "of `z`, and that arrives first.",
        },
        answer="all the same",
    ),
    Question(
        "03.paths",
        "`y` starts as `x` and is doubled twenty times by `y = y + y`. Between `x` and the result "
        "there are 2²⁰ paths, about a million. How many additions does `backward()` walk through?",
        {
            "about a million": "The chain rule speaks of every path, but paths share their ways. "
            "What has arrived at a node is added up there, once, before it travels on.",
            "20": "Each addition is visited once, when all that can arrive has arrived. It hands "
            "the sum on. A million paths, twenty visits.",
            "40": "Forty arrows, yes: two leave every addition. But an addition is visited once "
            "and serves both of its arrows.",
            "1": "The engine does not know that the whole thing is a multiplication by 2²⁰. It "
            "knows twenty additions.",
        },
        answer="20",
    ),
    Question(
        "03.in_place",
        "Three computations end with `y += 1`, which writes over the values of `y`: `y = 2 * x`, "
        "`y = x * x` and `y = x.exp()`. For which of them is `backward()` refused?",
        {
            "for all three": "Writing in place is allowed as long as no derivative needs what was "
            "overwritten.",
            "for none": "One of the three derivatives is computed from the result itself, and the "
            "result is gone.",
            "for y = x * x": "The derivative is 2 · x. It needs `x`, and nobody wrote to `x`.",
            "for y = x.exp()": "The derivative of exp is exp: the op kept its result to use it "
            "again. The other two need `2` and `x`, which are still there.",
        },
        answer="for y = x.exp()",
    ),
    Question(
        "03.precision",
        "The slope of x³ at 1.1 is 3.63. You nudge `x` by 0.000001 to both sides and divide the "
        "difference by 0.000002, in float32. What comes out?",
        {
            "3.63": "In float64 it would. Count the digits of float32: about seven. Then count "
            "those that are left of 1.331 after taking away 1.331.",
            "about 3.46": "The two values agree in nearly all of their seven digits. Their "
            "difference is mostly rounding, and dividing by a tiny number blows it up.",
            "0": "So it would be with a nudge too small for float32 to notice. This one is just "
            "large enough to be noticed, roughly.",
            "3.63 with an error of 0.000001": "That is the error of the formula. Far larger here "
            "is the error of the numbers it is fed.",
        },
        answer="about 3.46",
    ),
    Question(
        "03.second",
        "`y = x ** 3`, and `(slope,) = torch.autograd.grad(y, x)`. The slope depends on `x`. Can "
        "you differentiate it again?",
        {
            "yes, it is a tensor like any other": "It is one that took no notes. By default the "
            "engine computes gradients as under `no_grad`.",
            "no, unless the engine was asked to take notes": "`create_graph=True` makes the "
            "backward pass a computation with a graph of its own. It costs memory, so it has to "
            "be asked for.",
            "no, a gradient has no derivative": "It has one: the slope of x³ is 3x², and the slope "
            "of that is 6x.",
        },
        answer="no, unless the engine was asked to take notes",
    ),
)


class PseudoHuber(torch.autograd.Function):
    """sqrt(1 + x * x) - 1: a parabola near zero, nearly a straight line far away."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.sqrt(1 + x * x) - 1

    @staticmethod
    def backward(ctx, grad):
        (x,) = ctx.saved_tensors
        return grad * x / torch.sqrt(1 + x * x)


class _Context:
    """Stands for ``ctx`` while the check looks whether something is filled in."""

    saved_tensors: tuple[Any, ...] = ()
    needs_input_grad = (True,)

    def save_for_backward(self, *tensors: Any) -> None:
        self.saved_tensors = tensors


def _examine_op(made: Any) -> str:
    if made is None or made is ...:
        raise Unfilled("Nothing was handed to the check.")
    if not (isinstance(made, type) and issubclass(made, torch.autograd.Function)):
        raise Wrong(
            f"The check needs the class itself, it got {made!r}.",
            "hand over the class PseudoHuber, without calling it.",
        )
    x = torch.tensor([-3.0, -0.5, 0.0, 1.0, 4.0], dtype=torch.float64)
    context = _Context()
    one = "`math` knows single numbers only: take `torch.sqrt`."
    call(made.forward, context, x, label="forward(ctx, x)", causes={"one element tensors": one})
    value = call(made.apply, x, label="PseudoHuber.apply(x)")
    compare(
        "PseudoHuber.apply(x)",
        value,
        PseudoHuber.apply(x),
        causes=[
            ((1 + x * x).sqrt(), "the 1 at the end is not taken away: at 0 it should be 0."),
            (x * x, "the root is missing."),
            ((1 + x * x).sqrt() + 1, "take 1 away at the end, do not add it."),
            ((1 + x).sqrt() - 1, "under the root stands x times x."),
            (
                x.abs(),
                "the 1 at the end is taken away under the root: close the parenthesis first.",
            ),
            (x.abs() - 1, "the 1 under the root is missing."),
        ],
    )
    call(made.backward, context, torch.ones_like(x), label="backward(ctx, grad)")
    _examine_slope(made, x)
    _examine_curvature(made)
    return "Value, gradient and second derivative agree with small nudges."


def _examine_slope(made: Any, x: Any) -> None:
    root = torch.sqrt(1 + x * x)
    grad = torch.tensor([1.0, -2.0, 3.0, 0.5, 2.0], dtype=torch.float64)
    leaf = x.clone().requires_grad_()
    call(
        lambda: made.apply(leaf).backward(grad) or leaf,
        label="backward()",
        causes={"unpack": "`saved_tensors` is a tuple: write (x,) = ctx.saved_tensors."},
    )
    if leaf.grad is None:
        raise Wrong("No gradient arrived at x.", "backward has to return the gradient of x.")
    compare(
        "the gradient of x",
        leaf.grad,
        grad * x / root,
        causes=[
            (x / root, "what arrives from above, `grad`, has to be multiplied with it."),
            (grad * x, "so it would be for x * x / 2; the root divides."),
            (grad / root, "the inner derivative is missing: that of 1 + x * x is 2 * x."),
            (grad / (2 * root), "the inner derivative is missing: that of 1 + x * x is 2 * x."),
            (grad * 2 * x / root, "the root brings a factor 1/2, which cancels the 2 of 2 * x."),
            (grad * 2 * x, "so it would be for x * x alone; the root divides."),
            (grad * x * root, "divide by the root, do not multiply."),
            (grad + x / root, "the chain rule multiplies: what arrives times the slope."),
            (grad * x / (1 + x * x), "it is divided by the root, not by what stands under it."),
            (grad * (root - 1), "this is grad times the value, not times the slope."),
        ],
    )  # fmt: skip


def _examine_curvature(made: Any) -> None:
    x = torch.tensor([0.5, 2.0], dtype=torch.float64, requires_grad=True)
    slope: Any = torch.autograd.grad(made.apply(x).sum(), x, create_graph=True)[0]
    curvature = None
    if slope.requires_grad:
        (curvature,) = torch.autograd.grad(slope.sum(), x, allow_unused=True)
    if curvature is None:
        raise Wrong(
            "The gradient is right, but it cannot be differentiated again.",
            "backward computes with numbers that have no graph: use the saved x itself and "
            "operations on tensors, no detach() and no numpy().",
        )
    compare(
        "the second derivative",
        curvature,
        (1 + x.detach() ** 2) ** -1.5,
        causes=[
            (1 / (1 + x.detach() ** 2).sqrt(), "the root was computed in forward and saved. What "
            "is computed there has no graph, so its part is lost. Save x and compute the root in "
            "backward."),
        ],
    )  # fmt: skip


def newton_step(f, x):
    """One step of Newton's method towards a place where the slope of f is zero."""
    y = f(x)
    (slope,) = torch.autograd.grad(y, x, create_graph=True)
    (curvature,) = torch.autograd.grad(slope, x)
    return x - slope / curvature


def _examine_newton(made: Any) -> str:
    def quartic(x):
        return x**4 - 3 * x

    def valley(x):
        return torch.exp(x) - 2 * x

    for f, start in ((quartic, 2.0), (valley, 1.5)):
        x = torch.tensor(start, dtype=torch.float64, requires_grad=True)
        y = f(x)
        slope: Any = torch.autograd.grad(y, x, create_graph=True)[0]
        (curvature,) = torch.autograd.grad(slope, x)
        y, slope, at = y.detach(), slope.detach(), x.detach()
        compare(
            f"newton_step({f.__name__}, {start})",
            call(
                made,
                f,
                x,
                label=f"newton_step({f.__name__}, {start})",
                causes={
                    "does not require grad": "the slope took no notes: ask for "
                    "create_graph=True where it is computed.",
                    "and tuple": "`torch.autograd.grad` returns a tuple: write "
                    "(curvature,) = ...",
                    "not have been used in the graph": "differentiate the slope by x, as y was.",
                    "backward through the graph a second time": "differentiate the slope, not y, "
                    "the second time, and keep its graph with create_graph=True.",
                },
            ),
            at - slope / curvature,
            causes=[
                (at + slope / curvature, "the sign: walk against the slope."),
                (at - curvature / slope, "the fraction stands on its head."),
                (slope / curvature, "this is how far to go; take it away from x."),
                (at - 1 / slope, "the slope squared is not the slope of the slope."),
                (at - slope, "the curvature is missing: it says how long the step is."),
                (at - 1.0, "slope and curvature are the same number: the second call has to "
                "differentiate the slope, not y."),
                (at - y / slope, "this looks for a zero of f. Here a zero of its slope is wanted."),
                (at - slope * curvature, "divide by the curvature: where the slope changes fast, "
                "the goal is near."),
            ],
        )  # fmt: skip
    return "Both steps are exactly Newton's."


def gradients(x, y, w2, h, p):
    """The gradients of the mean cross-entropy, from the loss back to the first layer."""
    dz = (p - torch.nn.functional.one_hot(y, 3)) / len(x)
    dw2 = h.T @ dz
    db2 = dz.sum(dim=0)
    dh = dz @ w2.T
    da = dh * (1 - h * h)
    dw1 = x.T @ da
    db1 = da.sum(dim=0)
    return dz, dw2, db2, dh, da, dw1, db1


ONE_HOT = (
    "y holds class numbers, p a row of three probabilities: make rows of zeros and ones with "
    "one_hot(y, 3)."
)
NAMES = ("dz", "dw2", "db2", "dh", "da", "dw1", "db1")


def _problem() -> tuple[Any, ...]:
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(6, 4, generator=generator, dtype=torch.float64)
    y = torch.tensor([0, 2, 1, 1, 0, 2])
    w1 = torch.randn(4, 5, generator=generator, dtype=torch.float64)
    w2 = torch.randn(5, 3, generator=generator, dtype=torch.float64)
    h = torch.tanh(x @ w1)
    return x, y, w2, h, torch.softmax(h @ w2, dim=1)


def _mistakes(x: Any, y: Any, w2: Any, h: Any, p: Any) -> dict[str, list[tuple[Any, str]]]:
    """For each gradient what a mistake makes of it, given that those before it are right."""
    right = torch.nn.functional.one_hot(y, 3)
    dz, dw2, _, dh, da, dw1, _ = gradients(x, y, w2, h, p)
    rows = "is added to every row, so what comes back from the rows adds up"
    return {
        "dz": [
            (p - right, "the loss is a mean over the examples: each counts one part in len(x)."),
            ((right - p) / len(x), "the sign: more probability for a wrong class, more loss."),
            (p / len(x), "for the right class 1 has to be taken away: that is where the loss "
            "looks."),
            ((p - right) / p.numel(), "the mean is over the examples, not over all numbers of z."),
            ((p - right) / 3, "divide by the number of examples, len(x), not of classes."),
            ((p - right).mean(dim=0), "every example keeps a row of its own: divide by len(x), "
            "and do not sum."),
            (p * (1 - p), "that is the slope of a sigmoid; softmax and cross-entropy together give "
            "what was said minus what is true."),
            (-right / p / len(x), "this is the gradient of the probabilities p; it still has to "
            "pass the softmax."),
        ],
        "dw2": [
            (dw2.T, "it is transposed: w2 has a row for each number of h."),
            (h.T @ p, "what comes back to z is dz, not p."),
            (dw2 / len(x), "the mean was taken care of in dz; do not divide again."),
        ],
        "db2": [
            (dz, f"b2 {rows}: sum over the examples."),
            (torch.ones(3), "1 is the local derivative; what arrives, dz, multiplies it."),
            (dz.sum(dim=0, keepdim=True), "b2 has one dimension: sum without keepdim."),
            (dz.mean(dim=0), f"b2 {rows}: a sum, not a mean."),
            (dz.sum(), "b2 has three numbers; sum over the examples only, dim=0."),
            (dz.sum(dim=1), "this sums over the classes; sum over the examples, dim=0."),
        ],
        "dh": [(dh / len(x), "the mean was taken care of in dz; do not divide again.")],
        "da": [
            (dh, "the tanh is left out: its slope is 1 - h * h."),
            (1 - h * h, "this is the slope of tanh alone; what arrives at h multiplies it."),
            (dh * torch.tanh(h), "h is the tanh already, and its slope is 1 - h * h."),
            (dh * h, "this multiplies by the value of tanh; its slope is 1 - h * h."),
            (dh * h * (1 - h), "that is the slope of the sigmoid; tanh has 1 - h * h."),
            (dh * (1 - h), "the h in the slope is squared: 1 - h * h."),
            (dh * (1 - torch.tanh(h) ** 2), "h is the tanh already; do not take it again."),
        ],
        "dw1": [
            (x.T @ dh, "the gradient has to pass the tanh first: use da, not dh."),
            (h.T @ da, "a is x @ w1: the other factor is x."),
            (x.T @ dz, "dz belongs to the second layer; here da arrives."),
            (dw1.T, "it is transposed: w1 has a row for each number of x."),
        ],
        "db1": [
            (da, f"b1 {rows}: sum over the examples."),
            (da.mean(dim=0), f"b1 {rows}: a sum, not a mean."),
            (dh.sum(dim=0), "the gradient has to pass the tanh first: use da, not dh."),
            (dz.sum(dim=0), "dz belongs to the second layer; here da arrives."),
            (da.sum(dim=1), "this sums over the hidden numbers; sum over the examples, dim=0."),
        ],
    }  # fmt: skip


def _examine_network(made: Any) -> str:
    problem = _problem()
    found = call(
        made,
        *problem,
        label="gradients(x, y, w2, h, p)",
        causes={
            "cannot be multiplied": "write the shapes beside each line: a gradient has the shape "
            "of its tensor, and only one order, with one transpose, gives it.",
            "inconsistent tensor size": "write the shapes beside each line: a gradient has the "
            "shape of its tensor.",
            "tensor a (3) must match the size of tensor b (6)": ONE_HOT,
            "tensor a (6) must match the size of tensor b (3)": ONE_HOT,
            "must match the size": "`*` goes element by element. Where forward has a matrix "
            "product, the way back has one too: `@`.",
            "ellipsis": "fill the gradients in from top to bottom: this line needs one that is "
            "still missing.",
        },
    )
    if not isinstance(found, tuple | list) or len(found) != len(NAMES):
        raise Wrong(f"It must return seven gradients: {', '.join(NAMES)}.")
    mistakes = _mistakes(*problem)
    for place, (name, got, expected) in enumerate(
        zip(NAMES, found, gradients(*problem), strict=True)
    ):
        so_far = f"{', '.join(NAMES[:place])} right so far. " if place else ""
        try:
            compare(name, got, expected, mistakes[name])
        except Unfilled as gap:
            raise Unfilled(f"{so_far}{gap}") from None
        except Wrong as error:
            raise Wrong(f"{so_far}{error.difference}", error.cause) from None
    return "All seven gradients agree with those of the engine."


EXERCISES = (
    Exercise(
        "03.op",
        task="Fill in forward, and the slope in backward.",
        examine=_examine_op,
        hints=(
            "forward gets a tensor and computes with it as usual. What is the slope of "
            "sqrt(1 + x * x)? Take the outer function first, then what stands under the root.",
            "The root of u has the slope 1 / (2 * sqrt(u)), and u = 1 + x * x has the slope "
            "2 * x. The two factors 2 cancel.",
            "backward returns what arrives times the local slope: "
            "`grad * x / torch.sqrt(1 + x * x)`.",
        ),
        solution=PseudoHuber,
    ),
    Exercise(
        "03.newton",
        task="Compute the curvature with the engine and return x minus slope over curvature.",
        examine=_examine_newton,
        hints=(
            "The curvature is the slope of the slope. Which tensor do you hand to "
            "`torch.autograd.grad` the second time?",
            "The slope must have a graph before it can be differentiated: what has to be added to "
            "the line that computes it?",
            "`create_graph=True` in the first call, then "
            "`(curvature,) = torch.autograd.grad(slope, x)`.",
        ),
        solution=newton_step,
    ),
    Exercise(
        "03.network",
        task="Fill in the gradients from top to bottom, each from the one that came before.",
        examine=_examine_network,
        hints=(
            "A gradient has the shape of its tensor. Write the shapes down: x (N, 4), h (N, 5), "
            "w2 (5, 3), z and p (N, 3). Often only one product fits.",
            "For softmax and cross-entropy together the gradient is simple: the probabilities, "
            "minus 1 at the right class, and all of it divided by the number of examples.",
            "A product `h @ w2` sends `h.T @ dz` to w2 and `dz @ w2.T` to h. A bias receives the "
            "sum over the examples. tanh multiplies by `1 - h * h`.",
        ),
        solution=gradients,
    ),
)

RECAP = Recap(
    lines=(
        "The engine visits each op once: what arrives over all paths is added, then handed on.",
        "Writing in place is refused when, and only when, a derivative needs what was there.",
        "A backward pass is arithmetic that you can do by hand, check by nudges, and "
        "differentiate again.",
    ),
    questions={
        "Why is the gradient of `b` the gradient of `z` in the first network?": "`b` is added to "
        "`z`, and an addition passes on what arrives.",
        "An op is used in a million paths. How often does the engine visit it?": "Once. It waits "
        "until everything has arrived, and what has arrived is one sum.",
        "Why does gradcheck want float64?": "It subtracts two numbers that are nearly equal. In "
        "float32 hardly a digit of the difference would be right.",
        "Your own op is right, but its second derivative is not. Where do you look?": "At what "
        "`backward` computes with. Numbers that were computed in `forward`, or detached, have no "
        "graph, and their share is missing.",
        "Why is `dz` divided by the number of examples, and nothing after it?": "The loss is a "
        "mean. That factor enters once, at the top, and is handed on by every product below.",
    },
    next="[Lesson 04](04_neural_networks.ipynb) puts layers together to networks, with the "
    "parameters in one place. The engine stays the same.",
    pytorch="Replace the import and everything runs as it stands, your own op included: "
    "`autograd.Function`, `gradcheck` and `create_graph` are PyTorch's.",
    pytorch_code="""import torch

x = torch.tensor(2.0, requires_grad=True)
(slope,) = torch.autograd.grad(x**3, x, create_graph=True)
(curvature,) = torch.autograd.grad(slope, x)
print(slope.item(), curvature.item())  # 12.0 12.0""",
)
