"""Making a module without drawing its parameters' first values."""

from __future__ import annotations

import inspect
from typing import Any

from ...errors import teach
from ...random import fork_rng


def skip_init(module_cls: Any, *args: Any, **kwargs: Any) -> Any:
    """A module whose first values do not matter: the default random stream stays where it is.

    Raises
    ------
    RuntimeError
        If the module's class takes no ``device``: then it draws nothing that could be skipped.

    Examples
    --------
    >>> from edugrad import nn
    >>> skip_init(nn.Linear, 2, 3)
    Linear(in_features=2, out_features=3, bias=True)

    Notes
    -----
    PyTorch: ``torch.nn.utils.skip_init``.
    """
    if "device" not in inspect.signature(module_cls).parameters:
        raise RuntimeError(
            teach(
                "Module must support a 'device' arg to skip initialization",
                got=module_cls.__name__,
                mend="make it in the ordinary way",
            )
        )
    with fork_rng():
        return module_cls(*args, **kwargs)
