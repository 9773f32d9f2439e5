"""GraphView: the computational graph of your tensors as a picture that you can walk through."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

import traitlets
from IPython.core.getipython import get_ipython
from IPython.display import display

from edugrad import Tensor
from edugrad.autograd.graph import Graph, record
from edugrad.errors import teach

from .graph_capture import caller, graph_of, tensor_names
from .graph_layout import place
from .graph_model import GraphModel, Scene
from .graph_svg import draw, picture_style, static_style
from .graph_text import headline, text
from .look import SteppedWidget, bundle

_HERE = Path(__file__)


class GraphView(SteppedWidget):
    """The computational graph of tensors, to look at and to step through, forward and backward.

    Parameters
    ----------
    *subjects : Tensor or Graph
        The tensors whose graph to show (the loss, say), or one graph.
    names : mapping of str to Tensor, optional
        Names for tensors; those without one here are called what your variables are called.
    limit : int
        How many nodes are drawn at once; a larger graph is shown folded.

    Attributes
    ----------
    step : int
        How many steps are done: 0 shows the bare graph, the last step everything.
    playing : bool
        Whether the steps run on by themselves.
    selected : str
        The id of the node whose details are shown, or the empty string.
    unfolded : list of str
        The ids of the groups that stand open.

    Raises
    ------
    TypeError
        If a subject is neither a tensor nor a graph.

    Examples
    --------
    >>> import edugrad
    >>> a = edugrad.tensor(2.0, requires_grad=True)
    >>> b = edugrad.tensor(3.0, requires_grad=True)
    >>> d = a * b
    >>> GraphView(d)
    GraphView(3 nodes: 2 parameters, 1 op; result d)
    """

    _esm = bundle(_HERE.with_suffix(".js"))
    _css = bundle(_HERE.with_suffix(".css"))

    picture = traitlets.Dict().tag(sync=True)
    selected = traitlets.Unicode("").tag(sync=True)
    unfolded = traitlets.List(traitlets.Unicode()).tag(sync=True)
    zoom = traitlets.Float(0.0).tag(sync=True)

    def __init__(
        self,
        *subjects: Tensor | Graph,
        names: Mapping[str, Tensor] | None = None,
        limit: int = 400,
    ) -> None:
        super().__init__()
        if limit < 2:
            raise ValueError(
                teach("limit is at least 2 nodes", got=f"limit={limit}", mend="use limit=400")
            )
        self.limit = limit
        self.show(graph_of(subjects, tensor_names(caller(), names)))

    @classmethod
    def record(cls, names: Mapping[str, Tensor] | None = None, limit: int = 400) -> Recorder:
        """Record a block of code: ``with GraphView.record() as view: ...``, then show ``view``.

        Every op in the block is kept with its values, and gradients as they flow. If the block
        raises, the graph up to there is displayed with the failing op in red.
        """
        return Recorder(cls(Graph((), (), ()), limit=limit), names, caller())

    def show(self, graph: Graph) -> None:
        """Replace what is shown by ``graph``, with all its steps done."""
        self.graph = graph
        self._model = GraphModel(graph, self.limit)
        self._scene: Scene | None = None
        with self.hold_sync():
            failed = next((node.id for node in graph.nodes if node.error), "")
            self.playing = False
            opened = self._model.opened_at_first()
            if self.unfolded == opened:
                self._redraw()
            self.unfolded = opened
            self.selected = failed if failed in self.picture["items"] else ""

    @traitlets.observe("unfolded")
    def _on_unfolded(self, change: dict[str, Any]) -> None:
        fitting = self._model.fit(self.unfolded)
        if fitting == self.unfolded:
            self._redraw()
        else:
            self.unfolded = fitting

    def _redraw(self) -> None:
        before, after = self._scene, self._model.scene(self.unfolded)
        layout = place(after)
        with self.hold_sync():
            self._scene = after
            self._layout = layout
            self.picture = _picture(after, draw(after, layout))
            step = _same_step(before, self.step, after)
            self.last_step = len(after.steps)
            self.step = step
            if self.selected and self.selected not in self.picture["items"]:
                self.selected = ""

    def static_svg(self) -> str:
        """The picture as an SVG document, without an empty graph's."""
        assert self._scene is not None
        return draw(self._scene, self._layout, static_style()) if self._scene.items else ""

    def static_text(self) -> str:
        """The graph in words, one line a node."""
        assert self._scene is not None
        return text(self._model, self._scene)

    def __repr__(self) -> str:
        return headline(self.graph)


class Recorder:
    """Records the ops of a ``with`` block for a :class:`GraphView`, failing ops included."""

    def __init__(
        self, view: GraphView, names: Mapping[str, Tensor] | None, frame: FrameType
    ) -> None:
        self.view = view
        self.names = names
        self._frame: FrameType | None = frame
        self._recording = record()

    def __enter__(self) -> GraphView:
        self._recording.__enter__()
        return self.view

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._recording.__exit__(kind, error, trace)
        if error is not None and self._recording.empty:
            return  # nothing to show; the user's own error is what matters
        assert self._frame is not None
        names = tensor_names(self._frame, self.names)
        self._frame = None
        self.view.show(self._recording.snapshot(names=names))
        if error is not None and get_ipython() is not None:
            display(self.view)


def _same_step(before: Scene | None, step: int, after: Scene) -> int:
    """The step of ``after`` that has got as far as ``step`` of ``before``; at first, the last."""
    if before is None or step >= len(before.steps):
        return len(after.steps)
    if step == 0:
        return 0
    done = before.steps[step - 1]
    here = {after.home[node] for node, item in before.home.items() if item == done.item}
    return max(
        place_
        for place_, each in enumerate(after.steps, start=1)
        if each.phase == done.phase and each.item in here
    )


def _picture(scene: Scene, svg: str) -> dict[str, Any]:
    """Everything that the browser needs to step, click and save without asking again."""
    reached: dict[str, dict[str, int]] = {"forward": {}, "backward": {}}
    sent: dict[str, int] = {}
    for place_, step in enumerate(scene.steps, start=1):
        reached[step.phase][step.item] = place_
        if step.phase == "backward":
            sent |= dict.fromkeys(step.links, place_)
    forward = len(reached["forward"])
    return {
        "svg": svg,
        "style": picture_style(),
        "forward": forward,
        "steps": [
            {"phase": s.phase, "item": s.item, "sentence": s.sentence, "links": s.links}
            for s in scene.steps
        ],
        "items": {
            item.id: {
                "value": reached["forward"][item.id],
                "gradient": reached["backward"].get(item.id, forward + 1),
                "detail": item.detail,
                "opens": "" if item.is_call else item.group,
            }
            for item in scene.items
        },
        "links": {
            link.id: {
                "value": reached["forward"][link.source],
                "gradient": sent.get(link.id, forward + 1),
            }
            for link in scene.links
        },
        "legend": scene.legend,
        "notes": scene.notes,
        "modules": scene.modules,
    }
