"""What a module owns: parameters, buffers and submodules, kept by name as they are assigned."""

from __future__ import annotations

import difflib
import inspect
from typing import Any

from ..errors import teach
from ..tensor import Tensor
from .naming import typename
from .parameter import Buffer, Parameter

TABLES = ("_parameters", "_buffers", "_modules")


class Members:
    """The attributes of a module: what is a Parameter, Buffer or module goes into its table."""

    _parameters: dict[str, Any]
    _buffers: dict[str, Any]
    _modules: dict[str, Any]
    _non_persistent_buffers_set: set[str]

    def register_parameter(self, name: str, param: Parameter | None) -> None:
        """Add a parameter under a name; None keeps the name free for later.

        Raises
        ------
        AttributeError
            Before ``super().__init__()`` was called.
        KeyError
            If the name is taken or cannot be a name.
        TypeError
            If ``param`` is no Parameter.
        ValueError
            If it was computed from other tensors.
        """
        self._check_name("parameter", name)
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                teach(
                    f"cannot assign '{typename(param)}' object to parameter '{name}' "
                    "(edugrad.nn.Parameter or None required)",
                    got=_brief(param),
                    mend="wrap the tensor: nn.Parameter(tensor)",
                )
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                teach(
                    f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must "
                    f"be created explicitly. To express '{name}' as a function of another Tensor, "
                    "compute the value in the forward() method.",
                    got=f"the result of {param.grad_fn}",
                    mend="nn.Parameter(tensor.detach())",
                )
            )
        self._parameters[name] = param

    def register_buffer(self, name: str, tensor: Tensor | None, persistent: bool = True) -> None:
        """Add a tensor that is part of the state but not learnt.

        Parameters
        ----------
        name : str
        tensor : Tensor or None
            None keeps the name free; ``state_dict`` leaves it out.
        persistent : bool
            Whether ``state_dict`` contains it.

        Examples
        --------
        >>> import edugrad
        >>> module = edugrad.nn.Module()
        >>> module.register_buffer("steps", edugrad.tensor(0))
        >>> module.steps
        tensor(0)
        """
        self._check_name("buffer", name)
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                teach(
                    f"cannot assign '{typename(tensor)}' object to buffer '{name}' "
                    "(edugrad Tensor or None required)",
                    got=_brief(tensor),
                    mend="wrap it: edugrad.tensor(…)",
                )
            )
        self._buffers[name] = tensor
        if persistent:
            self._non_persistent_buffers_set.discard(name)
        else:
            self._non_persistent_buffers_set.add(name)

    def add_module(self, name: str, module: Any) -> None:
        """Add a submodule under a name. PyTorch: ``Module.add_module``."""
        if module is not None and not isinstance(module, Members):
            raise TypeError(
                teach(
                    f"{typename(module)} is not a Module subclass",
                    got=_brief(module),
                    mend="call the class to make a module: nn.ReLU(), not nn.ReLU",
                )
            )
        self._check_name("module", name)
        self._modules[name] = module

    register_module = add_module

    def _check_name(self, kind: str, name: Any) -> None:
        self._check_initialised(kind)
        if not isinstance(name, str):
            raise TypeError(
                teach(
                    f"{kind} name should be a string. Got {typename(name)}",
                    got=repr(name),
                    mend=f"use str(…), e.g. {str(name)!r}",
                )
            )
        own = self.__dict__
        if name in own[f"_{kind}s"]:
            return
        others = (own, own["_parameters"], own["_buffers"], own["_modules"])
        if name and (hasattr(type(self), name) or any(name in each for each in others)):
            rule = f"attribute '{name}' already exists"
            mend = f"choose another name, or delete it first: del module.{name}"
        elif "." in name:
            rule = f'{kind} name can\'t contain "."' + f", got: {name}" * (kind == "module")
            mend = "a dot separates a module's name from its owner's: use an underscore"
        elif name == "":
            rule, mend = f'{kind} name can\'t be empty string ""', "give it a name"
        else:
            return
        raise KeyError(_Words(teach(rule, got=repr(name), mend=mend)))

    def _check_initialised(self, kind: str) -> None:
        if "_modules" not in self.__dict__:
            name = type(self).__name__
            raise AttributeError(
                teach(
                    f"cannot assign {kind} before Module.__init__() call",
                    got=f"{name}.__init__() assigned a {kind} first",
                    mend=f"let {name}.__init__ begin with super().__init__()",
                )
            )

    # Attributes

    def __getattr__(self, name: str) -> Any:
        own = self.__dict__
        for table in TABLES:
            if table in own and name in own[table]:
                return own[table][name]
        raise AttributeError(self._no_attribute(name))

    def _no_attribute(self, name: str) -> str:
        kind = type(self).__name__
        rule = f"'{kind}' object has no attribute '{name}'"
        if "_modules" not in self.__dict__:
            return teach(
                rule,
                got=f"a {kind} that Module.__init__() never prepared",
                mend=f"let {kind}.__init__ begin with super().__init__()",
            )
        if name.startswith("_"):
            return rule
        if hasattr(type(self), name):
            return teach(
                rule,
                got=f"the property {kind}.{name} raised an AttributeError of its own",
                mend=f"call it alone to see its error: {kind}.{name}.fget(module)",
            )
        names = [each for each in dir(self) if not each.startswith("_")]
        near = difflib.get_close_matches(name, names, n=1)
        own = [*self._parameters, *self._buffers, *self._modules]
        has = f"it has {', '.join(own)}" if own else "it has no parameters, buffers or modules yet"
        mend = f"did you mean '{near[0]}'?" if near else f"assign it in __init__: self.{name} = …"
        return teach(rule, got=has if len(own) <= 12 else f"none among its {len(own)}", mend=mend)

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        if isinstance(value, Parameter):
            self._check_initialised("parameters")
            self._leave_tables(name, "_parameters")
            self.register_parameter(name, value)
        elif isinstance(value, Members):
            self._check_initialised("module")
            self._leave_tables(name, "_modules")
            own["_modules"][name] = value
        elif "_modules" not in own:
            if isinstance(value, Buffer):
                self._check_initialised("buffer")
            object.__setattr__(self, name, value)
        elif name in own["_parameters"]:
            self._replace("parameter", name, value, "edugrad.nn.Parameter or None expected")
        elif name in own["_modules"]:
            self._replace("child module", name, value, "edugrad.nn.Module or None expected")
        elif isinstance(value, Buffer) or name in own["_buffers"]:
            self._set_buffer(name, value)
        else:
            object.__setattr__(self, name, value)

    def _leave_tables(self, name: str, but: str) -> None:
        """Forget what the name meant so far, except in the table that it stays in."""
        self.__dict__.pop(name, None)
        for table in TABLES:
            if table != but:
                self.__dict__[table].pop(name, None)
        if but != "_buffers":
            self._non_persistent_buffers_set.discard(name)

    def _replace(self, kind: str, name: str, value: Any, expected: str) -> None:
        """Only None may take the place of a parameter or module that is not one itself."""
        if value is not None:
            mend = f"to change its values: with edugrad.no_grad(): module.{name}.copy_(…)"
            raise TypeError(
                teach(
                    f"cannot assign '{typename(value)}' as {kind} '{name}' ({expected})",
                    got=_brief(value),
                    mend=f"delete it first: del module.{name}" if "module" in kind else mend,
                )
            )
        self.__dict__["_modules" if "module" in kind else "_parameters"][name] = None

    def _set_buffer(self, name: str, value: Any) -> None:
        if value is not None and not isinstance(value, Tensor):
            raise TypeError(
                teach(
                    f"cannot assign '{typename(value)}' as buffer '{name}' "
                    "(edugrad.nn.Buffer, edugrad.Tensor or None expected)",
                    got=_brief(value),
                    mend="wrap it: edugrad.tensor(…)",
                )
            )
        if isinstance(value, Buffer):
            persistent = value.persistent
            self._leave_tables(name, "_buffers")
        else:
            persistent = name not in self._non_persistent_buffers_set
        self.register_buffer(name, value, persistent)

    def __delattr__(self, name: str) -> None:
        for table in TABLES:
            if name in self.__dict__.get(table, ()):
                del self.__dict__[table][name]
                self._non_persistent_buffers_set.discard(name)
                return
        object.__delattr__(self, name)

    def __dir__(self) -> list[str]:
        own = [name for table in TABLES for name in self.__dict__.get(table, ())]
        names = {*dir(type(self)), *self.__dict__, *own}
        return sorted(name for name in names if not name[:1].isdigit())


class _Words(str):
    """A message that KeyError shows as it is, with its line breaks, rather than quoted."""

    def __repr__(self) -> str:
        return str(self)


def _brief(value: Any) -> str:
    if isinstance(value, Tensor):
        return f"a tensor of shape {tuple(value.shape)}"
    if inspect.isclass(value):
        return f"the class {value.__name__}"
    text = repr(value)
    return text if len(text) <= 60 else f"a {type(value).__name__}"
