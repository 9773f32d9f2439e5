"""Random programs of views, writes and backward, played in both libraries at once.

What edugrad computes is compared with PyTorch's and with the reference's; and each refuses what the
other refuses, but for what ``STRICTER`` lists: there PyTorch alone refuses, and the reference has
found edugrad's gradient right.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

from tests.autograd.programs.play import Disagreement, Play
from tests.autograd.programs.steps import NAMES

PROGRAMS = 300
STRICTER = (
    "Trying to backward through the graph a second time",
    "unsupported operation: more than one element of the written-to tensor",
)
LAXER = ("unsupported operation: more than one element of the written-to tensor",)


class Both(Play):
    """A program that ends where one library refuses a step that the other may take."""

    def _alike(self, errors: list[RuntimeError | None]) -> None:
        ours, theirs = errors[0], errors[-1]
        if ours is None and theirs is not None and str(theirs).startswith(STRICTER):
            self.sides.pop()
        elif theirs is None and ours is not None and str(ours).startswith(LAXER):
            self.over = True
        else:
            super()._alike(errors)


def program_differences(edugrad: Any, torch: Any, seeds: range) -> Iterator[str]:
    """What differs in the programs of these seeds."""
    counts: Counter[str] = Counter()
    for seed in seeds:
        dice = random.Random(seed)
        play = Both(edugrad, torch)
        try:
            for _ in range(16):
                numbers = (dice.randrange(24), dice.randrange(24), dice.randrange(4))
                play.step(dice.choice(NAMES), *numbers)
            play.finish()
        except Disagreement as difference:
            yield f"seed {seed}: {difference}"
        counts += play.counts
    if not counts["compared gradients"]:
        yield "no gradient was compared"
