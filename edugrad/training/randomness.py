"""Random state: where all the streams of random numbers stand, and going back there."""

from __future__ import annotations

import random as python_random
from collections.abc import Iterator
from typing import Any

import numpy as np

from ..creation import tensor
from ..errors import teach
from ..random import Generator, get_rng_state, manual_seed, set_rng_state


def seed_everything(seed: int = 0) -> int:
    """Seed edugrad's, NumPy's and Python's random numbers; return the seed.

    Raises
    ------
    ValueError
        If the seed is not a whole number from 0 to 2³² - 1, which is what NumPy accepts.

    Examples
    --------
    >>> import edugrad
    >>> seed_everything(0)
    0
    >>> edugrad.rand(2)
    tensor([0.4963, 0.7682])

    Notes
    -----
    Lightning: ``lightning.seed_everything``.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(
            teach(
                "a seed is a whole number from 0 to 4294967295",
                got=repr(seed),
                mend="e.g. seed_everything(0)",
            )
        )
    python_random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - the user's code may draw from it
    manual_seed(seed)
    return seed


def random_state() -> dict[str, Any]:
    """Where edugrad's, NumPy's and Python's streams stand, as tensors and plain values."""
    version, words, spare = python_random.getstate()
    numpy_state: Any = np.random.get_state(legacy=False)  # noqa: NPY002
    return {
        "edugrad": get_rng_state(),
        "python": {"version": version, "words": tensor(words), "spare": spare},
        "numpy": {
            "words": tensor(numpy_state["state"]["key"].astype(np.int64)),
            "position": int(numpy_state["state"]["pos"]),
            "has_gauss": int(numpy_state["has_gauss"]),
            "gauss": float(numpy_state["gauss"]),
        },
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Go to where the streams stood when :func:`random_state` was called."""
    set_rng_state(state["edugrad"])
    python, numpy = state["python"], state["numpy"]
    python_random.setstate((python["version"], tuple(python["words"].tolist()), python["spare"]))
    words = numpy["words"].numpy().astype(np.uint32)
    np.random.set_state(  # noqa: NPY002
        ("MT19937", words, numpy["position"], numpy["has_gauss"], numpy["gauss"])
    )


def generators(loader: Any) -> Iterator[Generator]:
    """The generators that a loader and its samplers draw from, each once."""
    seen: list[Generator] = []
    sampler = getattr(loader, "sampler", None)
    batch_sampler = getattr(loader, "batch_sampler", None)
    for owner in (loader, sampler, batch_sampler, getattr(batch_sampler, "sampler", None)):
        found = getattr(owner, "generator", None)
        if isinstance(found, Generator) and not any(found is other for other in seen):
            seen.append(found)
            yield found
