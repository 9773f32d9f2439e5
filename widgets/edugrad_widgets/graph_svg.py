"""Draws a laid-out scene as SVG: the same drawing for the live widget and for the static picture.

Shapes, texts and classes stand here; colours stand in ``graph_view.css``, between the two lines
that mark the picture's part. The live widget gets them with the page's theme; the static picture
carries its own copy with the light theme's colours filled in.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path

from .graph_layout import LABEL_CHARACTER as LABEL
from .graph_layout import SIGN, Layout, Placed, Point, Route
from .graph_model import Box, Item, Link, Scene
from .look.colours import fill_in, picture_rules
from .look.svg import coordinate as _n
from .look.svg import points as _points
from .look.svg import text as _text

MARGIN = 16
LEGEND = 36
_STYLE = Path(__file__).with_suffix("").with_name("graph_view.css")


@cache
def picture_style() -> str:
    """The rules of ``graph_view.css`` that colour the picture, with their tokens open."""
    return picture_rules(_STYLE.read_text(encoding="utf-8"))


def static_style() -> str:
    """The picture's rules with the light theme's colours in place of the tokens."""
    return fill_in(picture_style())


def draw(scene: Scene, layout: Layout, style: str = "") -> str:
    """Write a scene as an SVG document; ``style`` is put into it as a style sheet."""
    bare = (layout.width + 2 * MARGIN, layout.height + 2 * MARGIN)
    width = max(bare[0], _legend_width(scene) if scene.legend else 0)
    height = bare[1] + (LEGEND if scene.legend else 0)
    size = f'width="{_n(width)}" height="{_n(height)}" viewBox="0 0 {_n(width)} {_n(height)}"'
    left = (width - bare[0]) / 2
    size += f' data-without-legend="{_n(left)} 0 {_n(bare[0])} {_n(bare[1])}"'
    label = escape(f"Computational graph with {len(scene.items)} nodes", quote=True)
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" class="eg-picture" {size}']
    parts.append(f' role="group" aria-label="{label}">')
    if style:
        parts.append(f"<style>{style}</style>")
    parts.append(f'<rect class="eg-paper" width="{_n(width)}" height="{_n(height)}" rx="6"/>')
    parts.append(f'<g transform="translate({_n(left + MARGIN)} {MARGIN})">')
    parts += [_box(box, layout) for box in scene.frame.boxes]
    parts += [_link(link, layout.links[link.id]) for link in scene.links]
    parts += [_item(item, layout.items[item.id]) for item in scene.items]
    parts.append("</g>")
    if scene.legend:
        parts.append(_legend(scene, height))
    parts.append("</svg>")
    return "".join(parts)


def _box(box: Box, layout: Layout) -> str:
    placed = layout.boxes[box.id]
    left, top = placed.x - placed.width / 2, placed.y - placed.height / 2
    return (
        f'<g class="eg-box"><rect class="eg-frame" x="{_n(left)}" y="{_n(top)}" '
        f'width="{_n(placed.width)}" height="{_n(placed.height)}" rx="8"/>'
        + _fold_button(box.id, f"Fold {box.title}", left + 8, top + 8, "h7")
        + _text("box-title", left + 28, top + 19, box.title)
        + "".join(_box(inner, layout) for inner in box.boxes)
        + "</g>"
    )


def _fold_button(group: str, label: str, left: float, top: float, sign: str) -> str:
    return (
        f'<g class="eg-fold-button" data-group="{escape(group, quote=True)}" '
        f'aria-label="{escape(label, quote=True)}">'
        f'<rect class="eg-fold-shape" x="{_n(left)}" y="{_n(top)}" width="14" height="14" '
        f'rx="3"/><path class="eg-fold-sign" d="M{_n(left + 3.5)} {_n(top + 7)}{sign}"/></g>'
    )


def _link(link: Link, route: Route) -> str:
    first, *rest = route.curve
    path = f"M{_points(route.start)}L{_points(first)}C{_points(*rest)}"
    return (
        f'<g class="eg-link eg-level-{link.level}" data-link="{link.id}">'
        f"<title>{escape(link.spoken)}</title>"
        f'<path class="eg-glow" d="{path}"/><path class="eg-line" d="{path}"/>'
        f'<polygon class="eg-head" points="{_arrow(route.curve[-1], route.end)}"/>'
        f'<polygon class="eg-tail" points="{_arrow(first, route.start)}"/>'
        + _link_label(link, route)
        + "</g>"
    )


def _link_label(link: Link, route: Route) -> str:
    if route.label is None:
        return ""
    x, y = route.label
    gradient = "" if link.terse else link.gradient
    baseline = y + 4 if not (link.name and gradient) else y - 2.5
    lower = baseline + 13 if link.name else baseline
    return _text("name", x, baseline, link.name, "middle") + _text(
        "gradient", x, lower, gradient, "middle"
    )


def _arrow(base: Point, tip: Point) -> str:
    across, down = tip[0] - base[0], tip[1] - base[1]
    length = (across**2 + down**2) ** 0.5 or 1.0
    side = (-down / length * 4, across / length * 4)
    return _points(
        tip, (base[0] + side[0], base[1] + side[1]), (base[0] - side[0], base[1] - side[1])
    )


def _item(item: Item, placed: Placed) -> str:
    half, lower = placed.width / 2, placed.height / 2 - 9
    inset = 22 if item.kind in ("input", "parameter") else 14
    classes = f"eg-item eg-{item.kind}" + (" eg-result" if item.is_result else "")
    return (
        f'<g class="{classes}" data-item="{escape(item.id, quote=True)}" '
        f'transform="translate({_n(placed.x)} {_n(placed.y)})" '
        f'aria-label="{escape(item.spoken, quote=True)}">'
        + _shape(item, half, placed.height / 2)
        + _text("title", inset - half + (SIGN if item.is_call else 0), -4, item.title)
        + _text("tag", half - inset, -4, item.tag, "end")
        + _text("value", inset - half, lower, item.value)
        + _text("gradient", half - inset, lower, item.gradient, "end")
        + _flaw(item, half, placed.height / 2)
        + "</g>"
        + _unfold_button(item, placed)
    )


def _unfold_button(item: Item, placed: Placed) -> str:
    if not item.is_call:
        return ""
    left, top = placed.x - placed.width / 2 + 12, placed.y - 15
    return _fold_button(item.group, f"Unfold {item.title}", left, top, "h7m-3.5 -3.5v7")


def _shape(item: Item, half: float, height: float) -> str:
    halo = _rect("eg-halo", half + 5, height + 5, 12)
    if item.kind == "parameter":
        ends = [(-half, 0), (12 - half, -height), (half - 12, -height), (half, 0)]
        ends += [(half - 12, height), (12 - half, height)]
        return halo + f'<polygon class="eg-shape" points="{_points(*ends)}"/>'
    if item.kind == "error":
        cut = 9
        corners = [(cut - half, -height), (half - cut, -height), (half, cut - height)]
        corners += [(half, height - cut), (half - cut, height), (cut - half, height)]
        corners += [(-half, height - cut), (-half, cut - height)]
        return halo + f'<polygon class="eg-shape" points="{_points(*corners)}"/>'
    shape = _rect("eg-shape", half, height, height if item.kind == "input" else 5)
    if item.kind == "fold":
        cards = "".join(
            f'<rect class="eg-shape" x="{_n(shift - half)}" y="{_n(shift - height)}" '
            f'width="{_n(2 * half)}" height="{_n(2 * height)}" rx="5"/>'
            for shift in ((3,) if item.is_call else (6, 3))
        )
        return halo + cards + shape
    if item.is_result:
        return halo + shape + _rect("eg-second", half - 3.5, height - 3.5, 3)
    return halo + shape


def _rect(kind: str, half: float, height: float, radius: float) -> str:
    return (
        f'<rect class="{kind}" x="{_n(-half)}" y="{_n(-height)}" width="{_n(2 * half)}" '
        f'height="{_n(2 * height)}" rx="{_n(radius)}"/>'
    )


def _flaw(item: Item, half: float, height: float) -> str:
    if not item.flaw:
        return ""
    width = len(item.flaw) * 6.2 + 24
    x, y = half - width + 4, -height - 9
    return (
        f'<g class="eg-flaw" transform="translate({_n(x)} {_n(y)})">'
        f'<rect class="eg-flaw-shape" width="{_n(width)}" height="17" rx="3"/>'
        f'<path class="eg-flaw-sign" d="M10 3.5L15 13H5ZM10 7v3"/>'
        f'<text class="eg-flaw-text" x="19" y="12">{escape(item.flaw)}</text></g>'
    )


def _legend_width(scene: Scene) -> float:
    texts = ["gradient norm", *(entry["text"] for entry in scene.legend)]
    return sum(len(text) * LABEL + 44 for text in texts) - 16


def _legend(scene: Scene, height: float) -> str:
    parts = [f'<g class="eg-legend" transform="translate({MARGIN} {_n(height - LEGEND / 2)})">']
    parts.append(_text("legend-text", 0, 4, "gradient norm"))
    x = 15 * LABEL
    for entry in scene.legend:
        parts.append(
            f'<g class="eg-link eg-level-{entry["level"]}">'
            f'<path class="eg-line" d="M{_n(x)} 0h22"/></g>'
        )
        parts.append(_text("legend-text", x + 28, 4, entry["text"]))
        x += 28 + len(entry["text"]) * LABEL + 16
    parts.append("</g>")
    return "".join(parts)
