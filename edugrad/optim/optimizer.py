"""Optimizer: what all update rules share.

An update rule is two methods: ``init_single`` makes what is remembered of one parameter, and
``apply_single`` changes one parameter by its gradient. Everything else is here.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

from ..autograd.grad_mode import enable_grad, no_grad
from ..autograd.views import check_overlap
from ..errors import teach
from ..tensor import Tensor
from .blocks import blocks
from .groups import as_groups, check_duplicates, take_parameters
from .hooks import Hooked, with_hooks
from .loading import load_groups, load_state

Group = dict[str, Any]
State = dict[str, Any]


class Optimizer(Hooked):
    r"""Base of all optimizers: parameters in groups, and what is remembered of each.

    An optimizer of your own derives from this class. It either defines ``init_single`` and
    ``apply_single``, or overrides ``step`` as in PyTorch.

    Parameters
    ----------
    params : iterable
        Tensors, or ``(name, tensor)`` pairs, or dicts that each describe a group: its ``"params"``
        and the options in which it differs from ``defaults``.
    defaults : dict
        The options of groups that do not say otherwise.

    Attributes
    ----------
    param_groups : list of dict
    state : dict
        For each parameter, a dict of what is remembered of it.

    Raises
    ------
    TypeError
        If ``params`` is not such an iterable, or holds something else than tensors.
    ValueError
        If it is empty, a tensor is not a leaf, or belongs to two groups.

    Examples
    --------
    >>> import edugrad
    >>> class SignDescent(edugrad.optim.Optimizer):
    ...     def __init__(self, params, lr):
    ...         super().__init__(params, {"lr": lr})
    ...
    ...     def apply_single(self, parameter, state, group):
    ...         parameter -= group["lr"] * parameter.grad.sign()
    >>> w = edugrad.tensor([1.0, -1.0], requires_grad=True)
    >>> optimizer = SignDescent([w], lr=0.5)
    >>> (w**2).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([ 0.5000, -0.5000], requires_grad=True)

    Notes
    -----
    PyTorch: ``torch.optim.Optimizer``.
    """

    def __init__(self, params: Any, defaults: dict[str, Any]) -> None:
        self.defaults = defaults
        self._make_hooks()
        self.state: defaultdict[Any, State] = defaultdict(dict)
        self.param_groups: list[Group] = []
        for group in as_groups(params):
            self.add_param_group(group)

    # The update rule

    def init_single(self, parameter: Tensor, group: Group) -> State:
        """What is remembered of one parameter before its first update."""
        return {}

    def apply_single(self, parameter: Tensor, state: State, group: Group) -> None:
        """Update one parameter by ``parameter.grad``, without recording a graph."""
        raise NotImplementedError(
            teach(
                f"{type(self).__name__} has no update rule",
                got="neither step() nor apply_single()",
                mend="define apply_single(self, parameter, state, group) in the class",
            )
        )

    @with_hooks
    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Update every parameter that has a gradient.

        Parameters
        ----------
        closure : callable, optional
            Clears the gradients, computes the loss, calls ``backward`` and returns the loss.

        Returns
        -------
        The loss that ``closure`` returned, or None.
        """
        loss = None
        if closure is not None:
            with enable_grad():
                loss = closure()
        with no_grad():
            for group in self.param_groups:
                for parameter in group["params"]:
                    if parameter._grad is not None:
                        self.apply_single(parameter, self._state_of(parameter, group), group)
        return loss

    def _state_of(self, parameter: Tensor, group: Group) -> State:
        state = self.state.get(parameter)
        if not state:
            state = self.init_single(parameter, group)
            if state:
                self.state[parameter] = state
        return state

    def blocks(
        self, parameter: Tensor, group: Group, *state: Tensor, scratch: int = 0
    ) -> Iterator[Any]:
        """Yield ``(g, p, *state, *scratch)``, piece by piece: arrays to compute in place with.

        ``g`` is the gradient of what is to be made smaller: of the opposite sign if the group says
        ``maximize``, and with ``weight_decay * p`` added. It must not be written to.
        """
        gradient = parameter._grad
        assert gradient is not None, "step() leaves out what has no gradient"
        name = f"{type(self).__name__}.step()"
        check_overlap(parameter, name)
        maximize = group.get("maximize", False)
        decay = 0.0 if group.get("decoupled_weight_decay") else float(group.get("weight_decay", 0))
        changed = (parameter, *state)
        arrays = tuple(tensor._array for tensor in changed)
        xp = parameter._device.xp
        prepared = 1 if maximize or decay else 0
        for pieces in blocks(xp, (gradient._array,), arrays, scratch + prepared):
            if prepared:
                *pieces, spare = pieces
                pieces[0] = prepare(xp, pieces[0], pieces[1], spare, maximize, decay)
            yield pieces
        for tensor in changed:
            tensor._storage.bump(name)

    # Parameters and gradients

    def add_param_group(self, param_group: Group) -> None:
        """Add a group of parameters, e.g. layers that were frozen so far.

        Parameters
        ----------
        param_group : dict
            ``"params"`` and the options in which the group differs from the defaults.
        """
        take_parameters(param_group)
        for name, default in self.defaults.items():
            param_group.setdefault(name, default)
        check_duplicates(param_group, self.param_groups)
        self.param_groups.append(param_group)

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients, or with ``set_to_none=False`` fill them with zeros."""
        for group in self.param_groups:
            for parameter in group["params"]:
                gradient = parameter._grad
                if gradient is None:
                    continue
                if set_to_none:
                    parameter.grad = None
                    continue
                if gradient.grad_fn is not None:
                    gradient.detach_()
                else:
                    gradient.requires_grad_(False)
                gradient.zero_()

    # Saving and loading

    def state_dict(self) -> dict[str, Any]:
        """The state as plain data: ``"state"`` by the number of the parameter, ``"param_groups"``.

        The tensors are those of the optimizer, not copies.
        """
        for hook in self._hooks("state_dict_pre"):
            hook(self)
        numbers: dict[int, int] = {}
        groups: list[Group] = []
        start = 0
        for group in self.param_groups:
            for number, parameter in enumerate(group["params"], start):
                numbers.setdefault(id(parameter), number)
            start += len(group["params"])
            packed = {key: value for key, value in group.items() if key != "params"}
            packed["params"] = [numbers[id(parameter)] for parameter in group["params"]]
            groups.append(packed)
        state = {
            numbers[id(key)] if isinstance(key, Tensor) else key: value
            for key, value in self.state.items()
        }
        result: dict[str, Any] = {"state": state, "param_groups": groups}
        for hook in self._hooks("state_dict_post"):
            changed = hook(self, result)
            result = result if changed is None else changed
        return result

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Take over a state that ``state_dict`` gave; its tensors are copied.

        Raises
        ------
        ValueError
            If the groups differ in number, or in their numbers of parameters.
        """
        state_dict = state_dict.copy()
        for hook in self._hooks("load_state_dict_pre"):
            changed = hook(self, state_dict)
            state_dict = state_dict if changed is None else changed
        groups = load_groups(self.param_groups, copy.deepcopy(state_dict["param_groups"]))
        state = load_state(state_dict, self.param_groups)
        self.__setstate__({"state": state, "param_groups": groups})
        for hook in self._hooks("load_state_dict_post"):
            hook(self)

    def __getstate__(self) -> dict[str, Any]:
        return {
            "defaults": self.defaults,
            "state": self.state,
            "param_groups": self.param_groups,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._make_hooks()
        for group in self.param_groups:
            for name, default in self.defaults.items():
                group.setdefault(name, default)

    def __repr__(self) -> str:
        groups = []
        for number, group in enumerate(self.param_groups):
            options = sorted(name for name in group if name != "params")
            lines = [f"    {name}: {group[name]}\n" for name in options]
            groups.append("".join([f"Parameter Group {number}\n", *lines]))
        return f"{type(self).__name__} (\n" + "\n".join(groups) + ")"


def prepare(
    xp: Any, gradient: Any, parameter: Any, spare: Any, maximize: bool, decay: float
) -> Any:
    """The gradient with its sign turned for ``maximize``, and with the weight decay's share."""
    if not decay:
        return xp.negative(gradient, out=spare)
    xp.multiply(parameter, decay, out=spare)
    combine = xp.subtract if maximize else xp.add
    return combine(spare, gradient, out=spare)
