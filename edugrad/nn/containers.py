"""Modules that hold modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .module import Module


class Sequential(Module):
    """Modules one after the other: each is given what the one before it gave.

    Parameters
    ----------
    *modules
        Modules, named "0", "1", …; or one OrderedDict of modules by name.

    Examples
    --------
    >>> from edugrad import nn
    >>> Sequential(nn.Linear(2, 3), nn.ReLU())
    Sequential(
      (0): Linear(in_features=2, out_features=3, bias=True)
      (1): ReLU()
    )

    Notes
    -----
    PyTorch: ``torch.nn.Sequential``.
    """

    def __init__(self, *modules: Any) -> None:
        super().__init__()
        single = len(modules) == 1 and isinstance(modules[0], Mapping)
        named = modules[0].items() if single else ((str(k), m) for k, m in enumerate(modules))
        for name, module in named:
            self.add_module(name, module)

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return self.__class__(dict(list(self._modules.items())[index]))
        return list(self._modules.values())[index]

    def append(self, module: Any) -> Sequential:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def forward(self, input: Any) -> Any:
        for module in self:
            input = module(input)
        return input
