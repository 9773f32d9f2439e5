"""Recording a block of code: every op with its values, and the gradients that flow inside it."""

from __future__ import annotations

from collections.abc import Mapping
from types import CodeType, TracebackType
from typing import Any

from ...callsite import CallSite, call_site, is_user_code
from ...errors import teach
from ...tensor import Tensor
from ..function import Op
from ..grad_mode import mode
from ..node import AccumulateGrad, Node, gradient_edge
from ..promotion import NUMBERS
from ..scope import Scope
from ..views import ReplaceRegion
from .data import Graph, Kind
from .draft import Draft, Piece, Step, local_derivatives
from .observing import observe
from .reached import SUM_NOTE, _ones, unknown_gradients
from .summary import source_line


class Recording:
    """What ran inside a ``with record():`` block.

    It keeps the tensors and copies of their values until it is let go of.
    """

    def __init__(self) -> None:
        self._draft = Draft(0)
        self._made: dict[int, tuple[int, int]] = {}
        self._tensors: list[Any] = []
        self._numbers: dict[Node, int] = {}
        self._leaves: dict[int, int] = {}
        self._walked = False
        self._previous: list[Any] = []

    def __enter__(self) -> Recording:
        self._previous.append(mode.recorder)
        mode.watch(recorder=self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        mode.watch(recorder=self._previous.pop())
        if isinstance(error, Exception):
            self._add_failure(error, traceback)

    def inputs(self, inputs: Any) -> None:
        """An op is about to write to one of its inputs (the library calls this)."""
        if not mode.backward:
            for each in inputs:
                if isinstance(each, Tensor) and each._view is not None:
                    self._source(each._view.base)
                self._source(each)

    def operation(self, node: Any, inputs: Any, outputs: Any, params: dict[str, Any]) -> None:
        """An op has run (the library calls this)."""
        if mode.backward:
            return
        tracked = getattr(node, "edges", None) is not None
        step = Step(
            "op",
            node.op_name if isinstance(node, Op) else type(node).__name__,
            [self._piece(output) for output in outputs],
            [self._source(each) for each in inputs if _is_shown(each)],
            op=node if isinstance(node, Op) else None,
            node=node if tracked else None,
            params=params,
            call=self._draft.calls.of(mode.scope),
            source=source_line(call_site()),
        )
        number = self._draft.add(step)
        if tracked:
            self._numbers[node] = number
        for output, tensor in enumerate(outputs):
            self._made[id(tensor)] = number, output
        self._tensors.extend(outputs)
        if outputs and outputs[0] is inputs[0] and outputs[0]._view is not None:
            self._replace_region(outputs[0]._view.base, (number, 0))

    def _replace_region(self, base: Tensor, written: tuple[int, int]) -> None:
        """A view has been written to: its base has a new value, and with a graph a new node."""
        node = base._edge[0] if base._edge is not None else None
        followed = isinstance(node, ReplaceRegion)
        step = Step(
            "op",
            ReplaceRegion.node_name,
            [self._piece(base)],
            [self._made[id(base)], written],
            op=ReplaceRegion,
            node=node if followed else None,
            call=self._draft.calls.of(mode.scope),
            source=source_line(call_site()),
        )
        number = self._draft.add(step)
        if followed:
            self._numbers[node] = number  # type: ignore[index]
        self._made[id(base)] = number, 0

    def gradients(self, node: Any, arriving: Any, leaving: Any) -> None:
        """A gradient has passed a node (the library calls this)."""
        if isinstance(node, AccumulateGrad):
            number = self._leaves.get(id(node.variable))
        else:
            number = self._numbers.get(node)
        if number is None:
            return
        self._walked = True
        step = self._draft.steps[number]
        if number not in self._draft.visited:
            self._draft.visited.append(number)
        for piece, gradient in zip(step.outputs, arriving, strict=False):
            piece.gradient = None if gradient is None else gradient.detach()
        if leaving:
            step.leaving = [
                gradient
                for gradient, given in zip(leaving, self._given(node), strict=False)
                if given is not None
            ]

    @staticmethod
    def _given(node: Any) -> list[Any]:
        constants = getattr(node, "constants", (None,) * len(node.edges))
        return [
            edge if constant is None else constant
            for edge, constant in zip(node.edges, constants, strict=True)
        ]

    def _source(self, value: Any, scope: Scope | None = None) -> Any:
        """The step that made a tensor; one that was there before the block becomes a leaf."""
        if not isinstance(value, Tensor):
            return value
        if value._edge is not None and value._edge[0] in self._numbers:
            self._made[id(value)] = self._numbers[value._edge[0]], value._edge[1]
        known = self._made.get(id(value))
        if known is not None:
            return known
        kind: Kind = "parameter" if value._requires_grad else "input"
        piece = self._piece(value)
        piece.name = piece.path = self._draft.calls.name_of(value, scope or mode.scope)
        number = self._draft.add(Step(kind, kind, [piece]))
        self._made[id(value)] = number, 0
        self._leaves[id(value)] = number
        self._tensors.append(value)
        return number, 0

    @staticmethod
    def _piece(tensor: Tensor) -> Piece:
        return Piece(
            tuple(tensor._array.shape),
            tensor.dtype,
            str(tensor.device),
            tensor._requires_grad,
            array=tensor._array.copy(),
            origin="recorded",
        )

    def _add_failure(self, error: Exception, traceback: TracebackType | None) -> None:
        """Add the op that raised: the first edugrad function that the user's code called."""
        frames = []
        while traceback is not None:
            frames.append((traceback.tb_frame, traceback.tb_lasti))
            traceback = traceback.tb_next
        last = max(
            (k for k, (frame, _) in enumerate(frames) if is_user_code(frame.f_code)), default=-1
        )
        message = f"{type(error).__name__}: {error}"
        calls = [frame.f_locals.get("scope") for frame, _ in frames]
        scope = next((each for each in reversed(calls) if isinstance(each, Scope)), None)
        callers = [k for k, (frame, _) in enumerate(frames) if _is_module(frame.f_locals)]
        inside = [frame for frame, _ in frames[max([last, *callers]) + 1 :]]
        if last < 0 or not inside:
            self._draft.notes.append(f"The block stopped with {message}")
            return
        op = next((f.f_locals["cls"] for f in inside if _is_op(f.f_locals.get("cls"))), None)
        name = op.op_name if op is not None else _called([frame.f_code for frame in inside])
        user, instruction = frames[last]
        self._draft.add(
            Step(
                "op",
                name,
                [],
                [self._source(each, scope) for each in _tensors_among(inside[0].f_locals.values())],
                op=op,
                call=self._draft.calls.of(scope),
                source=source_line(CallSite(user.f_code, instruction)),
                error=message,
            )
        )

    @property
    def empty(self) -> bool:
        """Whether no op has run, and none has failed, in the block."""
        return not self._draft.steps

    def snapshot(self, names: Mapping[str, Tensor] | None = None, limit: int = 64) -> Graph:
        """The graph of the block; if ``backward`` did not run inside, gradients are looked up now.

        Parameters
        ----------
        names : mapping of str to Tensor, optional
            Names for tensors; others are called v1, v2, …
        limit : int
            The largest number of elements of which all values are kept.
        """
        if self.empty:
            raise ValueError(
                teach(
                    "a recording shows the ops that ran inside its block",
                    got="a block in which no op ran",
                    mend="compute with tensors inside the `with` block",
                )
            )
        draft = self._draft
        draft.limit = limit
        for name, tensor in (names or {}).items():
            source = self._made.get(id(tensor))
            if source is not None:
                draft.piece(source).name = name
        if not self._walked:
            self._look_back()
        for node, number in self._numbers.items():
            step = draft.steps[number]
            arrays = draft.arrays(step.inputs)
            found = local_derivatives(node, arrays, step.outputs[0].shape, limit)
            given = self._given(node)
            step.local = [x for x, each in zip(found, given, strict=False) if _is_tensor(each)]
        return draft.finish()

    def _look_back(self) -> None:
        """Run a backward pass from the results of the block, only to look."""
        draft = self._draft
        consumed = {
            each[0] for step in draft.steps for each in step.inputs if isinstance(each, tuple)
        }
        roots = [
            tensor
            for tensor in self._tensors
            if self._made[id(tensor)][0] not in consumed and gradient_edge(tensor) is not None
        ]
        if not roots:
            return
        if any(tensor.numel() != 1 for tensor in roots):
            draft.notes.append(SUM_NOTE)
        try:
            seen = observe([(gradient_edge(tensor), _ones(tensor)) for tensor in roots])  # type: ignore[misc]
        except Exception as error:
            draft.notes.append(unknown_gradients(error))
            return
        for node, arriving in seen.arriving.items():
            self.gradients(node, arriving, seen.leaving.get(node, ()))
        self._walked = False


def _is_tensor(given: Any) -> bool:
    """Whether an input is a tensor: one with an edge, or a Constant; both are tuples."""
    return isinstance(given, tuple)


def _is_shown(value: Any) -> bool:
    """Whether an input stands in the picture: a tensor or a number."""
    return isinstance(value, Tensor) or type(value) in NUMBERS


def _called(codes: list[CodeType]) -> str:
    """The name of the function that was called; a wrapper is defined inside another function."""
    named = (code.co_name for code in codes if "<locals>" not in code.co_qualname)
    return next(named, codes[0].co_name).removesuffix("_method")


def _is_module(variables: Mapping[str, Any]) -> bool:
    """Whether a frame with these variables is that of a module's method."""
    return hasattr(type(variables.get("self")), "named_modules")


def _is_op(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, Op) and bool(value.op_name)


def _tensors_among(values: Any) -> list[Tensor]:
    found: list[Tensor] = []
    for value in values:
        if isinstance(value, Tensor):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            found.extend(_tensors_among(value))
    return list({id(tensor): tensor for tensor in found}.values())


def record() -> Recording:
    """Watch a block of code and keep every op with its values.

    Returns
    -------
    Recording
        A context manager; ask it for :meth:`Recording.snapshot` after the block.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor(3.0, requires_grad=True)
    >>> with edugrad.autograd.graph.record() as recording:
    ...     y = x * x
    >>> graph = recording.snapshot(names={"x": x, "y": y})
    >>> graph.nodes[0].outputs[0].gradient.values
    6.0
    """
    return Recording()
