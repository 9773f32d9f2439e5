"""Where a scene's items and links go: DOT in, positions out, by Graphviz's ``dot`` algorithm.

The command is ``graphviz-pure``, a Graphviz that pip installs and that places everything at the
same coordinates on every platform; a system ``dot`` is neither needed nor used.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import graphviz

from edugrad.errors import teach

from .graph_model import Box, Item, Link, Scene

Point = tuple[float, float]

HEIGHT = 46
CALL_HEIGHT = 40
SIGN = 20
TITLE_CHARACTER = 7.9
SMALL_CHARACTER = 6.7
LABEL_CHARACTER = 6.1
_POINTS_PER_INCH = 72
_LARGE = 2500


@dataclass(frozen=True)
class Placed:
    """A rectangle: its centre, width and height."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Route:
    """A link's way: its two ends, the Bézier points between them, and its label's centre."""

    start: Point
    curve: tuple[Point, ...]
    end: Point
    label: Point | None


@dataclass(frozen=True)
class Layout:
    """Places for every item, link and open box of a scene, y growing downwards."""

    width: float
    height: float
    items: dict[str, Placed]
    links: dict[str, Route]
    boxes: dict[str, Placed]


@dataclass(frozen=True)
class _Spacing:
    """Inches between ranks; points for a line of a label, a box's title and a box's border."""

    between_ranks: str
    label_line: int
    box_title: int
    in_box: str


_WIDE = _Spacing("0.3", 13, 18, "10")
_TIGHT = _Spacing("0.06", 4, 14, "7")


def find_command() -> str:
    """Find ``graphviz-pure`` next to the running Python, else on PATH."""
    beside = Path(sys.executable).parent
    search = os.pathsep.join([str(beside), os.environ.get("PATH", "")])
    command = shutil.which("graphviz-pure", path=search)
    if command is None:
        raise FileNotFoundError(
            teach(
                "GraphView draws with the command graphviz-pure",
                got=f"no such command in {beside} or on PATH",
                mend="pip install graphviz-pure",
            )
        )
    return command


def place(scene: Scene) -> Layout:
    """Lay a scene out from top to bottom."""
    if not scene.items:
        return Layout(0, 0, {}, {}, {})
    names = _Names(scene)
    source = _dot(scene, names)
    finished = subprocess.run(
        [find_command(), "-Tjson0"], input=source.encode(), capture_output=True, check=False
    )
    if finished.returncode:
        raise RuntimeError(f"graphviz-pure failed: {finished.stderr.decode(errors='replace')}")
    return _read(json.loads(finished.stdout), names)


def item_width(item: Item) -> float:
    """The width of an item's two lines of text and the space around them."""
    upper = len(item.title) * TITLE_CHARACTER + len(item.tag) * LABEL_CHARACTER
    lower = (len(item.value) + len(item.gradient) + 2) * SMALL_CHARACTER
    ends = 44 if item.kind in ("input", "parameter") else 32
    upper += SIGN if item.is_call else 0
    return round(max(upper, lower) + ends + 4, 1)


def label_lines(link: Link) -> list[str]:
    """The lines of a link's label, none where it says nothing."""
    return [line for line in (link.name, "" if link.terse else link.gradient) if line]


class _Names:
    """Short DOT names, so that no id needs quoting and none depends on a memory address."""

    def __init__(self, scene: Scene) -> None:
        self.items = {item.id: f"n{index}" for index, item in enumerate(scene.items)}
        self.links = {link.id: f"e{index}" for index, link in enumerate(scene.links)}
        self.boxes = {box.id: f"cluster{index}" for index, box in enumerate(_inner(scene.frame))}


def _inner(frame: Box) -> Iterator[Box]:
    for box in frame.boxes:
        yield box
        yield from _inner(box)


def _dot(scene: Scene, names: _Names) -> str:
    dot = graphviz.Digraph()
    spacing = _TIGHT if any(link.terse for link in scene.links) else _WIDE
    gap = spacing.between_ranks
    dot.attr("graph", rankdir="TB", newrank="true", nodesep="0.25", ranksep=gap, margin="0")
    dot.attr("node", shape="box", fixedsize="true", label="", height=_inches(HEIGHT))
    dot.attr("edge", dir="both", arrowsize="0.7")
    large = _virtual_nodes(scene) > _LARGE
    if large:
        dot.attr("graph", nslimit="1", mclimit="0.3", splines="line")
    widths = {item.id: item_width(item) for item in scene.items}
    leaves = {item.id for item in scene.items if item.kind in ("input", "parameter")}
    heights = {item.id: CALL_HEIGHT for item in scene.items if item.is_call}
    sizes = {name: (width, heights.get(name, HEIGHT)) for name, width in widths.items()}
    _fill(dot, scene.frame, names, sizes, spacing)
    for link in scene.links:
        label = {} if large else _label(link, spacing)
        source, target = names.items[link.source], names.items[link.target]
        weight = "1" if link.source in leaves else "6"
        dot.edge(source, target, id=names.links[link.id], weight=weight, **label)
    for above, leaf in _leaves_below_entries(scene, leaves):
        dot.edge(names.items[above], names.items[leaf], style="invis", weight="0")
    return str(dot.source)


def _leaves_below_entries(scene: Scene, leaves: set[str]) -> Iterator[tuple[str, str]]:
    """Pair each leaf in a box with the item through which the box is entered.

    Ranked below that item, the leaf does not stick out upwards, so boxes that follow one another
    stand one below the other and not side by side.
    """
    for box in _inner(scene.frame):
        own = set(box.items)
        entries = [
            link.source for link in scene.links if link.target in own and link.source not in own
        ]
        if entries:
            entry = max(entries, key=lambda item: item not in leaves)
            yield from ((entry, leaf) for leaf in box.items if leaf in leaves)


def _fill(
    dot: graphviz.Digraph,
    box: Box,
    names: _Names,
    sizes: dict[str, tuple[float, int]],
    spacing: _Spacing,
) -> None:
    for item in box.items:
        width, height = sizes[item]
        more = {} if height == HEIGHT else {"height": _inches(height)}
        dot.node(names.items[item], width=_inches(width), **more)
    for inner in box.boxes:
        with dot.subgraph(name=names.boxes[inner.id]) as cluster:
            width = len(inner.title) * SMALL_CHARACTER + 40
            label = _blank(width, spacing.box_title)
            cluster.attr(label=label, labeljust="l", margin=spacing.in_box)
            _fill(cluster, inner, names, sizes, spacing)


def _label(link: Link, spacing: _Spacing) -> dict[str, str]:
    lines = label_lines(link)
    if not lines:
        return {}
    width = max(map(len, lines)) * LABEL_CHARACTER + 12
    return {"label": _blank(width, spacing.label_line * len(lines))}


def _blank(width: float, height: float) -> str:
    """Reserve space for a label that is drawn later, free of the layouter's own font metrics."""
    return (
        f'<<table border="0" cellborder="0" cellpadding="0" fixedsize="true" '
        f'width="{width:.0f}" height="{height:.0f}"><tr><td></td></tr></table>>'
    )


def _inches(points: float) -> str:
    return f"{points / _POINTS_PER_INCH:.4f}"


def _virtual_nodes(scene: Scene) -> int:
    """How much work the layout is: the ranks that all links cross together.

    An item stands one rank below its lowest source, a leaf one rank above its first user.
    """
    sources: dict[str, list[str]] = defaultdict(list)
    users: dict[str, list[str]] = defaultdict(list)
    for link in scene.links:
        sources[link.target].append(link.source)
        users[link.source].append(link.target)
    ranks: dict[str, int] = {}
    for step in scene.steps:
        if step.phase == "forward":
            above = (ranks.get(name, 0) for name in sources[step.item])
            ranks[step.item] = max(above, default=-1) + 1
    for item in ranks:
        if not sources[item]:
            ranks[item] = min((ranks[user] for user in users[item]), default=0) - 1
    return 2 * sum(abs(ranks[link.target] - ranks[link.source]) for link in scene.links)


def _read(answer: dict[str, Any], names: _Names) -> Layout:
    left, bottom, right, top = map(float, answer["bb"].split(","))

    def point(text: str) -> Point:
        x, y = text.split(",")
        return round(float(x) - left, 1), round(top - float(y), 1)

    placed, boxes = {}, {}
    for thing in answer.get("objects", ()):
        if "pos" in thing:
            x, y = point(thing["pos"])
            width = round(float(thing["width"]) * _POINTS_PER_INCH, 1)
            height = round(float(thing["height"]) * _POINTS_PER_INCH, 1)
            placed[thing["name"]] = Placed(x, y, width, height)
        elif thing["name"].startswith("cluster"):
            x0, y0, x1, y1 = map(float, thing["bb"].split(","))
            x, y = point(f"{(x0 + x1) / 2},{(y0 + y1) / 2}")
            boxes[thing["name"]] = Placed(x, y, round(x1 - x0, 1), round(y1 - y0, 1))
    routes = {edge["id"]: _route(edge, point) for edge in answer.get("edges", ()) if "id" in edge}
    return Layout(
        width=round(right - left, 1),
        height=round(top - bottom, 1),
        items={item: placed[name] for item, name in names.items.items()},
        links={link: routes[name] for link, name in names.links.items()},
        boxes={box: boxes[name] for box, name in names.boxes.items()},
    )


def _route(edge: dict[str, Any], point: Any) -> Route:
    ends, curve = {}, []
    for part in edge["pos"].split(" "):
        if part[:2] in ("s,", "e,"):
            ends[part[0]] = point(part[2:])
        else:
            curve.append(point(part))
    label = point(edge["lp"]) if "lp" in edge else None
    return Route(ends.get("s", curve[0]), tuple(curve), ends.get("e", curve[-1]), label)
