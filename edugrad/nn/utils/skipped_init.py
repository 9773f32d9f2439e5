"""Making a module without drawing its parameters' first values."""

from __future__ import annotations

from typing import Any

from ...random import fork_rng


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """A module whose first values do not matter: the default random stream stays where it is.

    Examples
    --------
    >>> from edugrad import nn
    >>> skip_init(nn.Linear, 2, 3)
    Linear(in_features=2, out_features=3, bias=True)

    Notes
    -----
    PyTorch: ``torch.nn.utils.skip_init``.
    """
    with fork_rng():
        return module_cls(*args, **kwargs)
