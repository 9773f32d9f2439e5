"""Checking an optimizer's options, and what counts its steps."""

from __future__ import annotations

from typing import Any

from .. import dtypes
from ..creation import tensor
from ..errors import teach
from ..tensor import Tensor


def require(holds: Any, rule: str, *, got: str, mend: str) -> None:
    """Raise a ValueError unless a condition holds."""
    if not holds:
        raise ValueError(teach(rule, got=got, mend=mend))


def learning_rate(lr: Any, foreach: bool | None = None) -> None:
    """A learning rate is a number, or a tensor of one, and is not negative."""
    if isinstance(lr, Tensor):
        require(
            lr.numel() == 1,
            "Tensor lr must be 1-element",
            got=f"a tensor of shape {tuple(lr.shape)}",
            mend="give each group its own: [{'params': …, 'lr': 0.1}, …]",
        )
        require(
            not foreach,
            "lr as a Tensor is not supported for capturable=False and foreach=True",
            got="lr=tensor(…), foreach=True",
            mend="leave foreach away: it changes nothing in edugrad",
        )
    require(
        lr >= 0.0,
        f"Invalid learning rate: {lr}",
        got=f"lr={lr}",
        mend="a learning rate is not negative; to climb instead of descend pass maximize=True",
    )


def not_negative(**values: Any) -> None:
    """Refuse negative values of these options."""
    for name, value in values.items():
        word = "epsilon" if name == "eps" else name
        require(
            value >= 0.0,
            f"Invalid {word} value: {value}",
            got=f"{name}={value}",
            mend=f"{name} is not negative; 0 switches it off",
        )


def averages(betas: Any) -> None:
    """The shares that running averages keep at each step lie in [0, 1)."""
    for index, beta in enumerate(betas):
        require(
            0.0 <= beta < 1.0,
            f"Invalid beta parameter at index {index}: {beta}",
            got=f"betas={betas}",
            mend="each is the share of the past in an average: at least 0, less than 1",
        )


def switches(defaults: dict[str, Any]) -> None:
    """Refuse what edugrad's optimizers cannot do, among PyTorch's switches.

    ``foreach`` and ``fused`` choose between implementations in PyTorch. Here there is one, so both
    are accepted, kept in the groups and have no effect.
    """
    for name, meaning, mend in (
        (
            "differentiable",
            "steps that gradients flow through",
            "write the update yourself, w = w - lr * grad, with backward(create_graph=True)",
        ),
        ("capturable", "steps within a CUDA graph", "leave capturable=False"),
    ):
        if defaults.get(name):
            raise NotImplementedError(
                teach(f"edugrad has no {meaning}", got=f"{name}=True", mend=mend)
            )
    if defaults.get("fused") and defaults.get("foreach"):
        raise RuntimeError(
            teach(
                "`fused` and `foreach` cannot be `True` together.",
                got="fused=True, foreach=True",
                mend="leave both away: they change nothing in edugrad",
            )
        )


def counter(start: float = 0.0) -> Tensor:
    """A number that is saved with the state, as PyTorch keeps it: a 0-d tensor on the CPU."""
    double = dtypes.get_default_dtype() is dtypes.float64
    return tensor(start, dtype=dtypes.float64 if double else dtypes.float32)


def advance(state: dict[str, Any]) -> float:
    """Count a step, and say how many there were."""
    step = state["step"]
    if not isinstance(step, Tensor):  # an old state_dict
        step = state["step"] = counter(float(step))
    step._array += 1
    step._storage.bump("step()")
    return float(step._array)
