"""Plays a program step by step, in one or more libraries and in the reference, and compares."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from .reference import Numbers, Reference, World
from .steps import ACTIONS, ASSIGNMENTS, MAKES, WRITES, Step, applicable, pattern

LEAVES = (np.linspace(-1.0, 1.2, 6).reshape(2, 3), np.array([0.3, -0.6, 0.9]))
CONSTANT = np.cos(np.arange(6.0)).reshape(2, 3)
LARGE = 1e8
MANY = 24

# What may be refused. PyTorch refuses the same, which tests/parity/programs.py asserts.
REFUSALS = (
    "a leaf Variable that requires grad is being used in an in-place operation",
    "a view of a leaf Variable that requires grad is being used in an in-place operation",
    "Output ",
    "A view was created in no_grad mode",
    "output with shape ",
    "The size of tensor a ",
    "The expanded size of the tensor ",
    "expand(",
    "shape mismatch: ",
    "view size is not compatible",
    "unsupported operation: ",
    "add(): functions with out=... arguments don't support automatic differentiation",
    "leaf variable has been moved into the graph interior",
)
AT_BACKWARD = (
    "one of the variables needed for gradient computation has been modified",
    "Trying to backward through the graph a second time",
)


class Disagreement(AssertionError):
    """A library computed something else than the reference, or than another library."""


def weights(shape: Any, k: int) -> np.ndarray:
    """Fixed factors for the sum that a gradient starts from."""
    return np.cos(np.arange(int(np.prod(tuple(shape)))) + k).reshape(tuple(shape))


class OnLibrary:
    """The program's tensors in edugrad, or in PyTorch."""

    def __init__(self, library: Any) -> None:
        self.library = library
        self.recording = True
        self.leaves = [library.tensor(values, requires_grad=True) for values in LEAVES]
        self.values = [*self.leaves, library.tensor(CONSTANT), self.leaves[0] * 1.0]
        self.values.append(self.leaves[1] + self.values[3])
        self.retained: list[Any] = []
        self.hooked: dict[int, np.ndarray] = {}
        self.hooks = 0

    def mask(self, x: Any, k: int) -> Any:
        return self.library.from_numpy(pattern(x, k))

    def cat(self, x: Any, y: Any) -> Any:
        return self.library.cat([x, y])

    def write_out(self, x: Any, y: Any) -> Any:
        return self.library.add(y, 1.0, out=x)

    def do(self, name: str, i: int, j: int, k: int) -> None:
        with self.library.set_grad_enabled(self.recording):
            x, y = self.values[i], self.values[j]
            if name in ACTIONS:
                made = ACTIONS[name](self, x, y, k)
                if name in MAKES:
                    self.values.append(made)
            elif name.startswith("backward"):
                self.hooked.clear()
                self.root(x, k).backward(retain_graph=name != "backward")
            elif name.startswith("grad"):
                self.gradient(self.root(x, k), j, name == "grad with graph")
            else:
                getattr(self, name.replace(" ", "_"))(x, k)

    def root(self, x: Any, k: int) -> Any:
        with self.library.enable_grad():
            return (x * self.library.from_numpy(weights(x.shape, k))).sum()

    def gradient(self, root: Any, j: int, graph: bool) -> None:
        leaf = self.leaves[j % len(LEAVES)]
        grad = self.library.autograd.grad
        (found,) = grad(root, leaf, retain_graph=True, create_graph=graph, allow_unused=True)
        self.values.append(leaf.detach() * 0 if found is None else found)
        self.hooked.clear()
        self.forget_retained()

    def no_grad(self, x: Any, k: int) -> None:
        self.recording = False

    def enable_grad(self, x: Any, k: int) -> None:
        self.recording = True

    def leaf(self, x: Any, k: int) -> None:
        self.leaves.append(x.detach().clone().requires_grad_())
        self.values.append(self.leaves[-1])

    def retain_grad(self, x: Any, k: int) -> None:
        x.retain_grad()
        self.retained.append(x)

    def hook(self, x: Any, k: int) -> None:
        number = self.hooks
        self.hooks += 1

        def note(gradient: Any) -> None:
            self.hooked[number] = gradient.detach().numpy().copy()

        x.register_hook(note)

    def doubling_hook(self, x: Any, k: int) -> None:
        with self.library.enable_grad():
            self.values.append(x.clone())
        self.values[-1].register_hook(lambda gradient: gradient * 2)

    def seen(self) -> dict[str, np.ndarray | None]:
        """Every gradient that the program has to show."""
        kept = [*self.leaves, *self.retained]
        found = {
            f"grad {k}": None if t.grad is None else t.grad.numpy() for k, t in enumerate(kept)
        }
        return found | {f"hook {k}": self.hooked.get(k) for k in range(self.hooks)}

    def forget_retained(self) -> None:
        for tensor in self.retained:
            tensor.grad = None

    def forget(self) -> None:
        """No gradients any more: after one that failed half-way, they mean nothing."""
        self.hooked.clear()
        self.forget_retained()
        for leaf in self.leaves:
            leaf.grad = None


class OnReference:
    """The same in the reference."""

    def __init__(self) -> None:
        self.world = World(sum(values.size for values in LEAVES))
        self.leaves = [Reference.leaf(self.world, values) for values in LEAVES]
        constant = Reference.new(self.world, self.world.constant(CONSTANT))
        self.values = [*self.leaves, constant, self.leaves[0] * 1.0]
        self.values.append(self.leaves[1] + self.values[3])
        self.grads: dict[int, np.ndarray | float] = {}
        self.retained: list[Reference] = []
        self.hooks: list[tuple[slice, tuple[int, ...]]] = []
        self.hooked: dict[int, np.ndarray] = {}

    def mask(self, x: Reference, k: int) -> np.ndarray:
        return pattern(x, k)

    def cat(self, x: Reference, y: Reference) -> Reference:
        return x.cat(y)

    def write_out(self, x: Reference, y: Reference) -> Reference:
        return x.write(self.world.constant(y.values + 1.0))

    def allows(self, name: str, i: int, j: int) -> bool:
        x = self.values[i]
        if name.startswith(("backward", "grad")):
            return x.requires_grad
        if name == "add out=":
            return x.shape == self.values[j].shape
        if name == "retain_grad" and x in self.retained:
            return False
        if name in ("retain_grad", "hook"):
            return x.requires_grad and not (x.is_view or x.is_leaf)
        return applicable(name, x) and (name != "doubling hook" or x.requires_grad)

    def do(self, name: str, i: int, j: int, k: int) -> None:
        x, y = self.values[i], self.values[j]
        if name in ACTIONS:
            made = ACTIONS[name](self, x, y, k)
            if name in MAKES:
                self.values.append(made)
        elif name.startswith("backward"):
            self.backward(x.numbers, k)
        elif name.startswith("grad"):
            self.gradient(x.numbers, j % len(LEAVES), k, name == "grad with graph")
        else:
            getattr(self, name.replace(" ", "_"))(x)

    def backward(self, numbers: Numbers, k: int) -> None:
        rows = numbers.first.reshape(numbers.value.size, -1)
        self.add(weights(numbers.value.shape, k).reshape(-1) @ rows)

    def gradients(self, number: int) -> list[np.ndarray]:
        """What a tensor sends to all leaves."""
        numbers = self.values[number].numbers
        rows = numbers.first.reshape(numbers.value.size, -1)
        gradient = weights(numbers.value.shape, number).reshape(-1) @ rows
        return [gradient[leaf.history.probe].reshape(leaf.shape) for leaf in self.leaves]

    def add(self, gradient: np.ndarray) -> None:
        """Add the gradient of a pass, by all variables, to what each tensor has."""
        for tensor in (*self.leaves, *self.retained):
            before = self.grads.get(id(tensor), 0.0)
            self.grads[id(tensor)] = before + gradient[tensor.history.probe][tensor.cells]
        for number, (probe, shape) in enumerate(self.hooks):
            self.hooked[number] = gradient[probe].reshape(shape)

    def gradient(self, numbers: Numbers, j: int, k: int, graph: bool) -> None:
        """The gradient by a leaf as a new tensor; of third derivatives nothing is known."""
        leaf = self.leaves[j]
        rows = numbers.value.size
        factors = weights(numbers.value.shape, k).reshape(-1)
        gradient = (factors @ numbers.first.reshape(rows, -1))[leaf.history.probe]
        with_graph = self.world.constant(gradient.reshape(leaf.shape))
        if graph:
            second = np.tensordot(
                factors, numbers.second.reshape(rows, *numbers.second.shape[-2:]), 1
            )
            with_graph.first[...] = np.nan
            with_graph.first[..., : self.world.leaves] = second[leaf.history.probe].reshape(
                *leaf.shape, -1
            )
            with_graph.second[...] = np.nan
            with_graph = with_graph._replace(requires=True)
        recording, self.world.recording = self.world.recording, True
        self.values.append(Reference.new(self.world, with_graph))
        self.world.recording = recording
        self.hooked.clear()
        self.forget_retained()

    def no_grad(self, x: Reference) -> None:
        self.world.recording = False

    def enable_grad(self, x: Reference) -> None:
        self.world.recording = True

    def leaf(self, x: Reference) -> None:
        self.leaves.append(Reference.leaf(self.world, x.values))
        self.values.append(self.leaves[-1])

    def retain_grad(self, x: Reference) -> None:
        self.retained.append(x)

    def hook(self, x: Reference) -> None:
        assert x.history.probe is not None
        self.hooks.append((x.history.probe, x.shape))

    def doubling_hook(self, x: Reference) -> None:
        recording, self.world.recording = self.world.recording, True
        made = x.clone()
        made.history.first *= 2
        made.history.second[...] = np.nan
        self.values.append(made)
        self.world.recording = recording

    def seen(self) -> dict[str, Any]:
        kept = (*self.leaves, *self.retained)
        found = {f"grad {k}": self.grads.get(id(tensor), 0.0) for k, tensor in enumerate(kept)}
        return found | {f"hook {k}": self.hooked.get(k, 0.0) for k in range(len(self.hooks))}

    def forget_retained(self) -> None:
        for tensor in self.retained:
            self.grads.pop(id(tensor), None)

    def forget(self) -> None:
        self.hooked.clear()
        self.grads.clear()


class Play:
    """A program in progress; ``counts`` tells what happened."""

    def __init__(self, *libraries: Any) -> None:
        self.sides = [OnLibrary(library) for library in libraries]
        self.reference = OnReference()
        self.counts: Counter[str] = Counter()
        self.program: list[Step] = []
        self.over = False

    def step(self, name: str, i: int, j: int, k: int) -> str:
        """Take a step everywhere: "done", "refused" (an error), or "none" if it has no meaning."""
        values, chosen = self.reference.values, (name, i, j, k)
        i, j = (len(values) - 1 - number % len(values) for number in (i, j))
        if self.over or len(values) >= MANY or not self.reference.allows(name, i, j):
            return "none"
        self.program.append(chosen)
        errors = [_refusal(side, name, i, j, k) for side in self.sides]
        self._alike(errors)
        if errors[0] is not None:
            self._refused(name, errors[0])
            return "refused"
        if name in WRITES or name in ASSIGNMENTS:
            through = values[i].is_view
            self.counts["writes through views" if through else "other writes"] += 1
        self.reference.do(name, i, j, k)
        self.counts[name] += 1
        if name == "grad with graph" and not self.sides[0].values[-1].requires_grad:
            self._has_no_graph(self.reference.values[-1])
        self._compare_values(0 if name in WRITES or name in ASSIGNMENTS else len(values) - 1)
        if name.startswith("backward"):
            self._compare_gradients()
        return "done"

    def finish(self) -> None:
        """Compare the gradient that each tensor sends to the leaves, and close the program."""
        if self.over:
            self.counts["programs with large numbers"] += 1
            return
        for number in range(len(self.reference.values)):
            if self.reference.values[number].requires_grad:
                self._compare_gradients_of(number)

    def _compare_gradients_of(self, number: int) -> None:
        results = [_gradients(side, number) for side in self.sides]
        errors = [each if isinstance(each, RuntimeError) else None for each in results]
        self._alike(errors)
        if errors[0] is not None:
            self._refused("grad", errors[0])
            return
        for leaf, wanted in enumerate(self.reference.gradients(number)):
            for found in results[: len(self.sides)]:
                self._same(f"gradient of {number} by {leaf}", found[leaf], wanted)

    def _alike(self, errors: list[RuntimeError | None]) -> None:
        if len({error is None for error in errors}) > 1:
            raise Disagreement(f"{self.program}: one library refuses, not the other: {errors}")

    def _refused(self, name: str, error: RuntimeError) -> None:
        backward = name.startswith(("backward", "grad"))
        text = str(error)
        if not text.startswith(REFUSALS + (AT_BACKWARD if backward else ())):
            raise error
        self.counts["refused gradients" if backward else "refused steps"] += 1
        if name.startswith("backward"):
            for side in (*self.sides, self.reference):
                side.forget()

    def _has_no_graph(self, gradient: Reference) -> None:
        """Of a gradient that is a constant no graph need be kept."""
        second = gradient.numbers.first[..., : self.reference.world.leaves]
        if np.any(np.nan_to_num(second, nan=0.0)):
            raise Disagreement(f"{self.program}: the gradient has lost its graph")
        gradient.history.requires = False

    def _compare_values(self, first: int) -> None:
        """The values of the tensors from the ``first``."""
        for number, tensor in enumerate(self.reference.values[first:], first):
            self.over = self.over or not np.all(np.abs(tensor.values) < LARGE)
            for side in self.sides:
                found = side.values[number]
                self._same(f"value {number}", found.data.numpy(), tensor.values)
                if found.requires_grad != tensor.requires_grad:
                    raise Disagreement(
                        f"{self.program}: value {number} requires_grad={found.requires_grad}"
                    )

    def _compare_gradients(self) -> None:
        wanted = self.reference.seen()
        for side in self.sides:
            for name, found in side.seen().items():
                self._same(name, found, wanted[name])

    def _same(self, name: str, found: Any, wanted: Any) -> None:
        """No gradient means zero; what the reference does not know (nan) may be anything."""
        difference = np.abs((0.0 if found is None else found) - wanted)
        size = 1 + np.max(np.abs(wanted), initial=0)
        if size > LARGE:
            self.over = True
        elif np.any(difference > 1e-9 * size):
            raise Disagreement(f"{self.program}: {name} is {found}, not {wanted}")
        elif name.startswith(("grad", "hook")):
            self.counts["compared gradients"] += 1


def _refusal(side: OnLibrary, name: str, i: int, j: int, k: int) -> RuntimeError | None:
    try:
        side.do(name, i, j, k)
    except RuntimeError as error:
        return error
    return None


def _gradients(side: OnLibrary, number: int) -> list[np.ndarray | None] | RuntimeError:
    """What a tensor sends to all leaves; the graph is kept."""
    try:
        root = side.root(side.values[number], number)
        found = side.library.autograd.grad(root, side.leaves, retain_graph=True, allow_unused=True)
    except RuntimeError as error:
        return error
    return [None if each is None else each.numpy() for each in found]
