"""What may be given to an optimizer: parameters, with or without names, and groups of them."""

from __future__ import annotations

import warnings
from typing import Any

from ..errors import teach
from ..tensor import Tensor

Group = dict[str, Any]


def as_groups(params: Any) -> list[Any]:
    """The groups that an optimizer's first argument describes."""
    if isinstance(params, Tensor) or not hasattr(params, "__iter__"):
        name = type(params).__name__
        raise TypeError(
            teach(
                "params argument given to the optimizer should be an iterable of Tensors or "
                f"dicts, but got {name}",
                got=name,
                mend="put a single tensor into a list: [w]; for a model pass model.parameters()",
            )
        )
    given = list(params)
    if not given:
        raise ValueError(
            teach(
                "optimizer got an empty parameter list",
                got="nothing to optimize",
                mend="does the model assign its layers to attributes of self? A generator such as "
                "model.parameters() gives its tensors only once: call it again",
            )
        )
    return given if isinstance(given[0], dict) else [{"params": given}]


def take_parameters(group: Group) -> None:
    """Put the group's parameters into a list, their names beside it, and check them."""
    if not isinstance(group, dict):
        raise TypeError(
            teach(
                f"param_group must be a dict, but got {type(group)}",
                got=type(group).__name__,
                mend='describe a group by a dict: {"params": [w, b], "lr": 0.01}',
            )
        )
    if isinstance(group["params"], set):
        raise TypeError(
            teach(
                "optimizer parameters need to be organized in ordered collections, but the "
                "ordering of tensors in sets will change between runs. Please use a list instead.",
                got="a set",
                mend="pass a list: the state of the optimizer is saved by position",
            )
        )
    given = group["params"]
    given = [given] if isinstance(given, Tensor) else list(given)
    names = [each[0] for each in given if isinstance(each, tuple)]
    if names and len(names) != len(given):
        raise ValueError(
            teach(
                "all optimizer params should be with/without names. Some param names are missing",
                got=f"{len(names)} names for {len(given)} parameters",
                mend="pass model.named_parameters(), or model.parameters() for none",
            )
        )
    group["params"] = [each[1] if isinstance(each, tuple) else each for each in given]
    if names:
        group["param_names"] = names
    for parameter in group["params"]:
        _check_parameter(parameter)


def _check_parameter(parameter: Any) -> None:
    if not isinstance(parameter, Tensor):
        name = type(parameter).__name__
        raise TypeError(
            teach(
                f"optimizer can only optimize Tensors, but one of the params is {name}",
                got=name,
                mend="for a model or a layer pass its tensors: model.parameters()",
            )
        )
    if not (parameter.is_leaf or parameter.retains_grad):
        raise ValueError(
            teach(
                "can't optimize a non-leaf Tensor",
                got=f"the result of {parameter.grad_fn}, of shape {tuple(parameter.shape)}",
                mend="optimize the tensors that it was made from, or cut it off from them: "
                "w = (…).detach().requires_grad_()",
            )
        )


def check_duplicates(new: Group, groups: list[Group]) -> None:
    """Refuse a new group that shares parameters with the others."""
    parameters = set(new["params"])
    if len(parameters) != len(new["params"]):
        warnings.warn(
            "optimizer contains a parameter group with duplicate parameters; each step updates "
            "such a parameter several times. List each parameter once.",
            stacklevel=4,
        )
    for group in groups:
        if ("param_names" in new) != ("param_names" in group):
            with_or_without = "with" if "param_names" in new else "without"
            raise ValueError(
                teach(
                    "all optimizer param groups should be with/without names. cannot add param "
                    f"group {with_or_without} names to the optimizer",
                    got="groups with names and groups without",
                    mend="use named_parameters() for all of them, or parameters()",
                )
            )
        shared = parameters.intersection(group["params"])
        if shared:
            shapes = " ".join(sorted(str(tuple(each.shape)) for each in shared))
            raise ValueError(
                teach(
                    "some parameters appear in more than one parameter group",
                    got=f"{len(shared)} such, of shape {shapes}",
                    mend="list each parameter once, also one that two layers share",
                )
            )
