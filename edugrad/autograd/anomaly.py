"""Anomaly detection: stop at the op that makes the first NaN, and say where it stands.

Source: ``torch.autograd.detect_anomaly``. PyTorch looks at gradients only; edugrad looks at the
forward computation first, because that is where most NaN begin.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..errors import teach
from .grad_mode import current, mode


class detect_anomaly:
    """Raise as soon as an op makes a NaN, forward or backward.

    Parameters
    ----------
    check_nan : bool
        Whether to look for NaN at all.

    Raises
    ------
    RuntimeError
        Inside the block: names the op, the user's line and the input that led to it.

    Examples
    --------
    >>> import edugrad
    >>> x = edugrad.tensor([-1.0], requires_grad=True)
    >>> with edugrad.autograd.detect_anomaly():
    ...     x.log()  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    RuntimeError: log made the first NaN of the computation...

    Notes
    -----
    PyTorch: ``torch.autograd.detect_anomaly``.
    """

    def __init__(self, check_nan: bool = True) -> None:
        self.check_nan = check_nan
        self._previous: list[bool] = []

    def __enter__(self) -> None:
        self._previous.append(mode.anomaly)
        mode.watch(anomaly=self.check_nan)

    def __exit__(self, *exception: object) -> None:
        mode.watch(anomaly=self._previous.pop())


class set_detect_anomaly(detect_anomaly):
    """Switch :class:`detect_anomaly` on or off at once.

    PyTorch: ``torch.autograd.set_detect_anomaly``.
    """

    def __init__(self, mode: bool, check_nan: bool = True) -> None:
        super().__init__(mode and check_nan)
        self._before = current.anomaly
        current.watch(anomaly=self.check_nan)

    def __enter__(self) -> None:
        self._previous.append(self._before)


def has_nan(array: Any) -> bool:
    """Whether an array holds a NaN; False for what cannot hold one."""
    return getattr(array, "dtype", None) is not None and (
        array.dtype.kind == "f" and bool((array != array).any())
    )


def check_forward(op: Any, arrays: list[Any], results: tuple[Any, ...], site: Any) -> None:
    """Raise if a result has a NaN and no input had one."""
    if not any(map(has_nan, results)) or any(map(has_nan, arrays)):
        return
    seen = "; ".join(_range(array) for array in arrays if hasattr(array, "dtype"))
    raise RuntimeError(
        teach(
            f"{op.op_name} made the first NaN of the computation",
            got=f"inputs {seen}" + (f", at {site}" if site is not None else ""),
            mend=f"keep the inputs in the range where {op.formula or op.op_name} is defined "
            "(clamp, add a small number, or use a stable form such as logsumexp)",
        )
    )


def check_backward(node: Any, gradients: Sequence[Any]) -> None:
    """Raise if a gradient that ``node`` sends has a NaN."""
    for number, gradient in enumerate(gradients):
        if gradient is not None and has_nan(gradient._array):
            where = f", made at {node.site}" if node.site is not None else ""
            raise RuntimeError(
                teach(
                    f"Function '{node.name()}' returned nan values in its {number}th output",
                    got=f"a NaN in the gradient for input {number}{where}",
                    mend="its derivative is not defined there: look at the forward values of that "
                    "line (a zero under a root or a logarithm, say)",
                )
            )


def _range(array: Any) -> str:
    shape = tuple(array.shape)
    if not array.size:
        return f"of shape {shape}, empty"
    return f"of shape {shape} from {array.min().item():.4g} to {array.max().item():.4g}"
