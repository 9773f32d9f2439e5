"""Lesson 00: wrong answers, and what the check must say of them."""

CUBE = {
    "the volume": (lambda s: s**3, "the volume itself"),
    "the square's": (lambda s: 2 * s, "the area of a square"),
    "no power left": (lambda s: 3 * s, "one factor of side goes"),
    "one plate": (lambda s: s**2, "one of the plates"),
    "times two": (lambda s: 3 * s * 2, "not side times 2"),
    "two directions": (lambda s: 2 * s**2, "a cube grows in three"),
    "six faces": (lambda s: 6 * s**2, "three directions only"),
    "a whole step": (lambda s: (s + 1) ** 3 - s**3, "no small change"),
    "a caret": (lambda s: 3 * s ^ 2, "a power is written"),
    "a number": (lambda s: 27.0, "holds at side 3 alone"),
    "a nudge": (lambda s: ((s + 1e-3) ** 3 - s**3) / 1e-3, "close, but not exact"),
}

MUTANTS = {"00.cube": CUBE}
UNFILLED = {"00.cube": (lambda side: ..., "cube_growth(5.0) returns nothing")}
