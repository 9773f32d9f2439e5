"""Fitting a saved state to the parameters of an optimizer."""

from __future__ import annotations

import itertools
from collections import defaultdict
from typing import Any

from ..errors import teach
from ..tensor import Tensor

Group = dict[str, Any]


def load_groups(groups: list[Group], saved: list[Group]) -> list[Group]:
    """The saved groups' options with the parameters of ``groups``."""
    if len(groups) != len(saved):
        raise ValueError(
            teach(
                "loaded state dict has a different number of parameter groups",
                got=f"{len(saved)} in the state dict, {len(groups)} in the optimizer",
                mend="make the optimizer with the groups that it was saved with",
            )
        )
    for number, (group, other) in enumerate(zip(groups, saved, strict=True)):
        if len(group["params"]) != len(other["params"]):
            raise ValueError(
                teach(
                    "loaded state dict contains a parameter group that doesn't match the size of "
                    "optimizer's group",
                    got=f"{len(other['params'])} parameters in group {number} of the state dict, "
                    f"{len(group['params'])} in the optimizer's",
                    mend="load the state of an optimizer of the same model",
                )
            )
        if "param_names" in group:
            other.setdefault("param_names", group["param_names"])
        other["params"] = group["params"]
    return saved


def load_state(state_dict: dict[str, Any], groups: list[Group]) -> defaultdict[Any, Any]:
    """The saved state by parameter instead of by number, in the parameter's type, on its device."""
    numbers = itertools.chain.from_iterable(each["params"] for each in state_dict["param_groups"])
    parameters = itertools.chain.from_iterable(each["params"] for each in groups)
    by_number = dict(zip(numbers, parameters, strict=True))
    state: defaultdict[Any, Any] = defaultdict(dict)
    for key, value in state_dict["state"].items():
        parameter = by_number.get(key)
        state[key if parameter is None else parameter] = (
            value if parameter is None else fitted(value, parameter)
        )
    return state


def fitted(value: Any, parameter: Tensor, key: Any = None) -> Any:
    """A copy of a saved value whose tensors have the type and the device of the parameter."""
    if isinstance(value, Tensor):
        if key == "step":
            return value.clone()
        dtype = parameter.dtype if parameter.is_floating_point() else value.dtype
        return value.detach().to(parameter.device, dtype, copy=True)
    if isinstance(value, dict):
        return {name: fitted(each, parameter, name) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(fitted(each, parameter) for each in value)
    return value
