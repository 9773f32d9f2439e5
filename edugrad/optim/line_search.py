"""How far to go in a direction: a line search for the strong Wolfe conditions.

A step t along a direction is good if the loss has fallen enough,
``f(t) <= f(0) + c1 * t * f'(0)``, and if it has become flat enough, ``|f'(t)| <= c2 * |f'(0)|``.

Source: Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 3.5 and 3.6; the
safeguards are those of PyTorch's ``line_search_fn="strong_wolfe"``, after minFunc and Lua Torch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..tensor import Tensor

FALL, FLATNESS = 1e-4, 0.9


class Point(NamedTuple):
    """A step along the direction: the loss there, its gradient, and its slope in the direction."""

    t: Any
    loss: float
    gradient: Tensor
    slope: Any


def cubic_minimum(a: Point, b: Point, bounds: tuple[Any, Any] | None = None) -> Any:
    """Where the cubic through both points, with their slopes, is smallest; within bounds.

    Nocedal and Wright, equation 3.59. The middle if the cubic has no minimum.
    """
    left, right = (a, b) if a.t <= b.t else (b, a)
    lower, upper = (left.t, right.t) if bounds is None else bounds
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (lower + upper) / 2.0
    d2 = square.sqrt()
    share = (right.slope + d2 - d1) / (right.slope - left.slope + 2 * d2)
    return min(max(right.t - (right.t - left.t) * share, lower), upper)


def strong_wolfe(
    evaluate: Callable[[Any], Point],
    start: Point,
    first: Any,
    *,
    reach: Any,
    change: float,
    limit: int,
) -> tuple[Point, int]:
    """Find a point that meets the conditions, or the best one on the way.

    Parameters
    ----------
    evaluate : callable
        Gives the point at a step.
    start : Point
        The one at step 0.
    first : float or Tensor
        The first step to try.
    reach : Tensor
        The largest component of the direction.
    change : float
        Stop when no parameter would change by more than this.
    limit : int
        Stop after so many further tries.

    Returns
    -------
    Point, int
        The point, and how often the loss was computed.
    """
    ends, tries, done = _bracket(evaluate, start, first, limit)
    if not done:
        tries = _zoom(evaluate, start, ends, tries, reach, change, limit)
    return ends[_lower(ends)], tries + 1


def _fell_too_little(point: Point, start: Point) -> bool:
    return bool(point.loss > start.loss + FALL * point.t * start.slope)


def _is_flat(point: Point, start: Point) -> bool:
    return bool(abs(point.slope) <= -FLATNESS * start.slope)


def _lower(ends: list[Point]) -> int:
    return 0 if ends[0].loss <= ends[-1].loss else 1


def _bracket(
    evaluate: Callable[[Any], Point], start: Point, first: Any, limit: int
) -> tuple[list[Point], int, bool]:
    """Go ahead until a good point lies between the last two; or one has been met."""
    before, point, tries = start, evaluate(first), 0
    while tries < limit:
        if _fell_too_little(point, start) or (tries > 1 and point.loss >= before.loss):
            return [before, point], tries, False
        if _is_flat(point, start):
            return [point], tries, True
        if point.slope >= 0:
            return [before, point], tries, False
        bounds = point.t + 0.01 * (point.t - before.t), point.t * 10
        before, point = point, evaluate(cubic_minimum(before, point, bounds))
        tries += 1
    return [start, point], tries, False


def _zoom(
    evaluate: Callable[[Any], Point],
    start: Point,
    ends: list[Point],
    tries: int,
    reach: Any,
    change: float,
    limit: int,
) -> int:
    """Narrow the bracket, in place, until its lower end is a good point."""
    low, stuck = _lower(ends), False
    while tries < limit and not abs(ends[1].t - ends[0].t) * reach < change:
        t, stuck = _kept_inside(cubic_minimum(ends[0], ends[1]), ends, stuck)
        point = evaluate(t)
        tries += 1
        high = 1 - low
        if _fell_too_little(point, start) or point.loss >= ends[low].loss:
            ends[high] = point
            low = _lower(ends)
            continue
        done = _is_flat(point, start)
        if not done and point.slope * (ends[high].t - ends[low].t) >= 0:
            ends[high] = ends[low]
        ends[low] = point
        if done:
            break
    return tries


def _kept_inside(t: Any, ends: list[Point], stuck: bool) -> tuple[Any, bool]:
    """Move a step that is twice in a row too near an end of the bracket a tenth inwards."""
    lower, upper = min(ends[0].t, ends[1].t), max(ends[0].t, ends[1].t)
    margin = 0.1 * (upper - lower)
    if min(upper - t, t - lower) >= margin:
        return t, False
    if stuck or t >= upper or t <= lower:
        return (upper - margin if abs(t - upper) < abs(t - lower) else lower + margin), False
    return t, True
