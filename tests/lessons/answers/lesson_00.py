"""Lesson 00: wrong answers, and what the check must say of them."""

CUBE = {
    "the volume": (lambda s: s**3, "the volume itself"),
    "the square's": (lambda s: 2 * s, "the area of a square"),
    "no power left": (lambda s: 3 * s, "one factor of side goes"),
    "one plate": (lambda s: s**2, "one of the plates"),
    "a number": (lambda s: 27.0, "holds at side 3 alone"),
    "a nudge": (lambda s: ((s + 1e-3) ** 3 - s**3) / 1e-3, "close, but not exact"),
}

MUTANTS = {"00.cube": CUBE}
UNFILLED = {"00.cube": (lambda side: ..., "cube_growth(5.0) returns nothing")}
