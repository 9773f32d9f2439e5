"""A module's state as a dictionary of tensors, and back: ``state_dict``, ``load_state_dict``."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple

from ..autograd.grad_mode import no_grad
from ..autograd.node import Handle
from ..errors import teach
from ..tensor import Tensor
from .naming import typename
from .parameter import Parameter
from .tree import Tree

EXTRA = "_extra_state"


class IncompatibleKeys(NamedTuple):
    """What ``load_state_dict`` did not find, and what it found no place for."""

    missing_keys: list[str]
    unexpected_keys: list[str]

    def __repr__(self) -> str:
        if not self.missing_keys and not self.unexpected_keys:
            return "<All keys matched successfully>"
        missing, unexpected = self.missing_keys, self.unexpected_keys
        return f"_IncompatibleKeys(missing_keys={missing!r}, unexpected_keys={unexpected!r})"


class Stateful(Tree):
    """A module whose tensors can be taken out by name and put back."""

    _version: ClassVar[int] = 1
    _state_dict_hooks: dict[int, Any]
    _state_dict_pre_hooks: dict[int, Any]
    _load_state_dict_pre_hooks: dict[int, Any]
    _load_state_dict_post_hooks: dict[int, Any]

    def state_dict(
        self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False
    ) -> Any:
        """Parameters and persistent buffers under their paths; they share the module's memory.

        Parameters
        ----------
        *args
            ``destination``, ``prefix`` and ``keep_vars`` by position, in an older way to call it.
        destination : dict, optional
            Where to put them.
        prefix : str
            Comes before every path.
        keep_vars : bool
            The parameters themselves instead of tensors cut off from the graph.

        Returns
        -------
        OrderedDict

        Examples
        --------
        >>> from edugrad import nn
        >>> list(nn.Sequential(nn.Linear(2, 2), nn.ReLU()).state_dict())
        ['0.weight', '0.bias']

        Notes
        -----
        Training goes on changing the tensors: keep a copy with ``copy.deepcopy``.
        PyTorch: ``Module.state_dict``.
        """
        if args:
            given = (*args, *(destination, prefix, keep_vars)[len(args) :])
            destination, prefix, keep_vars = given
        if destination is None:
            destination = OrderedDict()
            destination._metadata = OrderedDict()
        metadata: dict[str, Any] = {"version": self._version}
        if hasattr(destination, "_metadata"):
            destination._metadata[prefix[:-1]] = metadata
        for hook in self._state_dict_pre_hooks.values():
            hook(self, prefix, keep_vars)
        self._save_to_state_dict(destination, prefix, keep_vars)
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}{name}."
                module.state_dict(destination=destination, prefix=path, keep_vars=keep_vars)
        for hook, may_return in self._state_dict_hooks.values():
            changed = hook(self, destination, prefix, metadata)
            if changed is not None:
                _check_returns(hook, may_return)
                destination = changed
        return destination

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        """Put in what this module owns itself; a class may add to it."""
        for name, tensor in self._own_state().items():
            destination[prefix + name] = tensor if keep_vars else tensor.detach()
        if type(self).get_extra_state is not Stateful.get_extra_state:
            destination[prefix + EXTRA] = self.get_extra_state()

    def _own_state(self) -> dict[str, Tensor]:
        """The parameters and persistent buffers of this module alone."""
        hidden = self._non_persistent_buffers_set
        buffers = {name: each for name, each in self._buffers.items() if name not in hidden}
        state = {**self._parameters, **buffers}
        return {name: tensor for name, tensor in state.items() if tensor is not None}

    def get_extra_state(self) -> Any:
        """What ``state_dict`` keeps beside tensors; define it together with ``set_extra_state``."""
        raise RuntimeError(_no_extra_state(self, "get_extra_state"))

    def set_extra_state(self, state: Any) -> None:
        """Take back what :meth:`get_extra_state` gave."""
        raise RuntimeError(_no_extra_state(self, "set_extra_state"))

    def load_state_dict(
        self, state_dict: Mapping[str, Any], strict: bool = True, assign: bool = False
    ) -> IncompatibleKeys:
        """Copy tensors into the parameters and buffers of the same paths.

        Parameters
        ----------
        state_dict : Mapping
            Tensors by path, as :meth:`state_dict` gives them.
        strict : bool
            Whether paths have to agree exactly.
        assign : bool
            Make the given tensors themselves the module's, with their dtype and device, instead of
            copying their values. An optimiser has to be made afterwards.

        Returns
        -------
        IncompatibleKeys
            The paths that were missing, and those that have no place in the module.

        Raises
        ------
        RuntimeError
            Lists everything that is wrong at once. As in PyTorch, what did fit is loaded by then.

        Notes
        -----
        PyTorch: ``Module.load_state_dict``.
        """
        if not isinstance(state_dict, Mapping):
            raise TypeError(
                teach(
                    f"Expected state_dict to be dict-like, got {type(state_dict)}.",
                    got=type(state_dict).__name__,
                    mend="pass what model.state_dict() or edugrad.load(path) returned",
                )
            )
        metadata = getattr(state_dict, "_metadata", {})
        keys = IncompatibleKeys([], [])
        errors: list[str] = []
        self._load(dict(state_dict), "", metadata, assign, keys, errors)
        if strict:
            for words, paths in (("Unexpected", keys[1]), ("Missing", keys[0])):
                if paths:
                    listed = ", ".join(f'"{path}"' for path in paths)
                    errors.insert(0, f"{words} key(s) in state_dict: {listed}. ")
        if errors:
            raise RuntimeError(_cannot_load(self, errors, keys, strict))
        return keys

    def _load(
        self,
        state: dict[str, Any],
        prefix: str,
        metadata: Any,
        assign: bool,
        keys: IncompatibleKeys,
        errors: list[str],
    ) -> None:
        """Load this module and all below it from the part of the state that begins so."""
        local = dict(metadata.get(prefix[:-1], {}))
        if assign:
            local["assign_to_params_buffers"] = True
        self._load_from_state_dict(state, prefix, local, True, *keys, errors)
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}{name}."
                part = {key: each for key, each in state.items() if key.startswith(path)}
                module._load(part, path, metadata, assign, keys, errors)
        for hook in self._load_state_dict_post_hooks.values():
            if hook(self, keys) is not None:
                raise AssertionError(
                    teach(
                        "Hooks registered with ``register_load_state_dict_post_hook`` are not "
                        "expected to return new values, if incompatible_keys need to be modified, "
                        "it should be done inplace.",
                        got=f"a value from {hook!r}",
                        mend="change incompatible_keys.missing_keys itself and return nothing",
                    )
                )

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """Load what this module owns itself; a class may override it to read older states."""
        report = (missing_keys, unexpected_keys, error_msgs)
        for hook, with_module in self._load_state_dict_pre_hooks.values():
            first = (self,) if with_module else ()
            hook(*first, state_dict, prefix, local_metadata, strict, *report)
        assign = local_metadata.get("assign_to_params_buffers", False)
        own = self._own_state()
        for name, tensor in own.items():
            key = prefix + name
            if key in state_dict:
                self._load_tensor(name, key, tensor, state_dict[key], assign, error_msgs)
            elif strict:
                missing_keys.append(key)
        extra = prefix + EXTRA
        if type(self).set_extra_state is not Stateful.set_extra_state:
            if extra in state_dict:
                self.set_extra_state(state_dict[extra])
            elif strict:
                missing_keys.append(extra)
        elif strict and extra in state_dict:
            unexpected_keys.append(extra)
        if strict:
            for key in state_dict:
                if key.startswith(prefix) and key != extra:
                    head, dot, _ = key[len(prefix) :].partition(".")
                    if head not in (self._modules if dot else own):
                        unexpected_keys.append(key)

    def _load_tensor(
        self, name: str, key: str, own: Tensor, given: Any, assign: bool, errors: list[str]
    ) -> None:
        if not isinstance(given, Tensor):
            errors.append(
                f'While copying the parameter named "{key}", expected edugrad.Tensor or '
                f"Tensor-like object from checkpoint but received {type(given)}"
            )
            return
        if own.ndim == 0 and tuple(given.shape) == (1,):
            given = given[0]
        if given.shape != own.shape:
            errors.append(
                f"size mismatch for {key}: copying a param with shape {given.shape} from "
                f"checkpoint, the shape in current model is {own.shape}."
            )
            return
        try:
            with no_grad():
                if assign:
                    self._assign(name, own, given)
                else:
                    own.copy_(given)
        except Exception as error:
            errors.append(
                f'While copying the parameter named "{key}", whose dimensions in the model are '
                f"{own.shape} and whose dimensions in the checkpoint are {given.shape}, an "
                f"exception occurred : {error.args}."
            )

    def _assign(self, name: str, own: Tensor, given: Tensor) -> None:
        if isinstance(own, Parameter):
            if isinstance(given, Parameter):
                given.requires_grad_(own.requires_grad)
            else:
                given = Parameter(given, own.requires_grad)
        setattr(self, name, given)

    # Hooks

    def register_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, prefix, keep_vars)`` before the state is taken."""
        return Handle(self._state_dict_pre_hooks, hook)

    def register_state_dict_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, state_dict, prefix, local_metadata)``; it changes the dictionary."""
        return Handle(self._state_dict_hooks, (hook, False))

    def _register_state_dict_hook(self, hook: Callable[..., Any]) -> Handle:
        """The older form, whose hook may return another dictionary."""
        return Handle(self._state_dict_hooks, (hook, True))

    def register_load_state_dict_pre_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, state_dict, prefix, …)`` before the module is loaded.

        It is given what ``_load_from_state_dict`` is given, and may change the dictionary.
        """
        return Handle(self._load_state_dict_pre_hooks, (hook, True))

    def _register_load_state_dict_pre_hook(
        self, hook: Callable[..., Any], with_module: bool = False
    ) -> Handle:
        """The older form, whose hook is not given the module."""
        return Handle(self._load_state_dict_pre_hooks, (hook, with_module))

    def register_load_state_dict_post_hook(self, hook: Callable[..., Any]) -> Handle:
        """Call ``hook(module, incompatible_keys)`` after it; it may change the two lists."""
        return Handle(self._load_state_dict_post_hooks, hook)


def _check_returns(hook: Any, may_return: bool) -> None:
    if not may_return:
        raise RuntimeError(
            teach(
                "state_dict post-hook must return None",
                got=f"a value from {hook!r}",
                mend="change the state_dict that it is given, and return nothing",
            )
        )


def _no_extra_state(module: Any, method: str) -> str:
    return teach(
        f"Reached a code path in Module.{method}() that should never be called",
        got=f"a {typename(module)} that defines no extra state",
        mend="define get_extra_state and set_extra_state together",
    )


def _cannot_load(module: Any, errors: list[str], keys: IncompatibleKeys, strict: bool) -> str:
    kind = type(module).__name__
    rule = "Error(s) in loading state_dict for {}:\n\t{}".format(kind, "\n\t".join(errors))
    wrong = sum("size mismatch" in error for error in errors)
    got = f"{len(keys.missing_keys)} paths missing, {len(keys.unexpected_keys)} unexpected, "
    mend = "build the model with the sizes that the state was saved from"
    if strict and not wrong:
        mend = "build the model that the state was saved from; strict=False loads what agrees"
        if keys.unexpected_keys and all(k.startswith("module.") for k in keys.unexpected_keys):
            mend = (
                "take the prefix off: {key.removeprefix('module.'): t for key, t in state.items()}"
            )
    return teach(rule, got=f"{got}{wrong} of another shape", mend=mend)
