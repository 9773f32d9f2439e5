"""Walking over a module and its submodules: ``parameters``, ``named_modules`` and their like."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from ..errors import teach
from ..tensor import Tensor
from .members import Members
from .parameter import Parameter


class Tree(Members):
    """A module as the root of a tree of modules; what is shared is visited once."""

    def children(self) -> Iterator[Any]:
        """The modules that are attributes of this one, each once."""
        for _, module in self.named_children():
            yield module

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """The same with their names."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                seen.add(module)
                yield name, module

    def modules(self, remove_duplicate: bool = True) -> Iterator[Any]:
        """The module itself and all below it, each once.

        Examples
        --------
        >>> from edugrad import nn
        >>> layer = nn.Linear(2, 2)
        >>> len(list(nn.Sequential(layer, layer).modules()))
        2
        """
        for _, module in self.named_modules(remove_duplicate=remove_duplicate):
            yield module

    def named_modules(
        self, memo: set[Any] | None = None, prefix: str = "", remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Any]]:
        """The same with their paths, such as "encoder.0"; the module itself is ""."""
        memo = set() if memo is None else memo
        if self in memo:
            return
        if remove_duplicate:
            memo.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                path = f"{prefix}.{name}" if prefix else name
                yield from module.named_modules(memo, path, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Parameter]:
        """What is learnt, each tensor once; without ``recurse``, of this module alone.

        Examples
        --------
        >>> from edugrad import nn
        >>> [tuple(parameter.shape) for parameter in nn.Linear(2, 3).parameters()]
        [(3, 2), (3,)]
        """
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_parameters(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Parameter]]:
        """The same with their paths, such as "encoder.0.weight"."""
        return self._named("_parameters", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Tensor]:
        """Tensors that are part of the state but not learnt, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    def named_buffers(
        self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True
    ) -> Iterator[tuple[str, Tensor]]:
        """The same with their paths."""
        return self._named("_buffers", prefix, recurse, remove_duplicate)

    def _named(
        self, table: str, prefix: str, recurse: bool, remove_duplicate: bool
    ) -> Iterator[tuple[str, Any]]:
        own = [(prefix, self)]
        modules = (
            self.named_modules(prefix=prefix, remove_duplicate=remove_duplicate) if recurse else own
        )
        seen = set()
        for path, module in modules:
            for name, tensor in module.__dict__[table].items():
                if tensor is None or tensor in seen:
                    continue
                if remove_duplicate:
                    seen.add(tensor)
                yield f"{path}.{name}" if path else name, tensor

    def get_submodule(self, target: str) -> Any:
        """The module of that path, e.g. "encoder.0"; "" is this one.

        Raises
        ------
        AttributeError
            If the path leads nowhere, or to something that is not a module.
        """
        module: Any = self
        for name in target.split(".") if target else ():
            if not hasattr(module, name):
                raise AttributeError(_nowhere(module, name, "_modules"))
            module = getattr(module, name)
            if not isinstance(module, Members):
                raise AttributeError(_other(name, "an nn.Module", module))
        return module

    def set_submodule(self, target: str, module: Any, strict: bool = False) -> None:
        """Put a module in the place of that path; with ``strict`` there has to be one."""
        if not target:
            raise ValueError(
                teach(
                    "Cannot set the submodule without a target name!",
                    got="an empty path",
                    mend="give a path such as 'encoder.0'",
                )
            )
        if not isinstance(module, Members):
            raise ValueError(_other("module", "an nn.Module", module))
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not hasattr(parent, name):
            raise AttributeError(_nowhere(parent, name, "_modules"))
        if hasattr(parent, name) and not isinstance(getattr(parent, name), Members):
            raise AttributeError(_other(name, "an nn.Module", getattr(parent, name)))
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Parameter:
        """The parameter of that path, e.g. "encoder.0.weight"."""
        found: Parameter = self._get(target, "_parameters", "an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Tensor:
        """The buffer of that path."""
        found: Tensor = self._get(target, "_buffers", "a buffer")
        return found

    def _get(self, target: str, table: str, kind: str) -> Any:
        path, _, name = target.rpartition(".")
        module = self.get_submodule(path)
        if not hasattr(module, name):
            raise AttributeError(_nowhere(module, name, table))
        if name not in module.__dict__[table]:
            raise AttributeError(_other(name, kind, getattr(module, name)))
        return module.__dict__[table][name]

    def apply(self, fn: Any) -> Self:
        """Call ``fn`` on every module below this one and then on itself.

        Examples
        --------
        >>> from edugrad import nn
        >>> def fill(module):
        ...     if isinstance(module, nn.Linear):
        ...         nn.init.constant_(module.weight, 0.5)
        >>> nn.Sequential(nn.Linear(1, 2)).apply(fill)[0].weight
        Parameter containing:
        tensor([[0.5000],
                [0.5000]], requires_grad=True)
        """
        for module in self.children():
            module.apply(fn)
        fn(self)
        return self


def _nowhere(module: Any, name: str, table: str) -> str:
    names = ", ".join(module.__dict__[table]) or "none"
    return teach(
        f"{type(module).__name__} has no attribute `{name}`",
        got=f"its {table[1:]}: {names}",
        mend=f"print the module, or list(module.named_{table[1:]}()), to see the paths",
    )


def _other(name: str, kind: str, found: Any) -> str:
    return teach(
        f"`{name}` is not {kind}",
        got=f"a {type(found).__name__}",
        mend="print the module to see what its names are",
    )
