"""Parameters that are computed from others: a weight that is symmetric, of norm 1, and so on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from ...autograd.grad_mode import no_grad
from ...errors import teach
from ...tensor import Tensor
from ..containers import ModuleDict, ModuleList
from ..module import Module
from ..parameter import Parameter

_cache: dict[tuple[int, str], Tensor] | None = None


@contextmanager
def cached() -> Iterator[None]:
    """Within the block, compute each such parameter once. PyTorch: ``parametrize.cached``."""
    global _cache
    outer, _cache = _cache, {} if _cache is None else _cache
    try:
        yield
    finally:
        _cache = outer


class ParametrizationList(ModuleList):
    """The parametrizations of one tensor, and the tensor(s) that they start from.

    Parameters
    ----------
    modules : sequence of Module
        Applied one after the other.
    original : Tensor or Parameter
        The value so far, which the ``right_inverse`` of each module is asked to reproduce.
    unsafe : bool
        Do not check that shape and dtype stay.

    Notes
    -----
    PyTorch: ``torch.nn.utils.parametrize.ParametrizationList``.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        super().__init__(modules)
        self.unsafe = unsafe
        with no_grad():
            start: Any = original
            for module in reversed(list(modules)):
                inverse = getattr(module, "right_inverse", None)
                start = start if inverse is None else inverse(start)
        self.is_tensor = isinstance(start, Tensor)
        self.ntensors = 1 if self.is_tensor else len(start)
        if self.is_tensor and tuple(start.shape) == tuple(original.shape):
            with no_grad():
                original.data.copy_(start)
            self._register("original", original, original)
        else:
            for number, each in enumerate([start] if self.is_tensor else start):
                name = "original" if self.is_tensor else f"original{number}"
                self._register(name, each, original)
        if not unsafe:
            with no_grad():
                _check_same(self(), original)

    def _register(self, name: str, value: Tensor, original: Tensor) -> None:
        if not isinstance(original, Parameter):
            self.register_buffer(name, value)
            return
        made: Any = value if isinstance(value, Parameter) else Parameter(value.detach())
        self.register_parameter(name, made.requires_grad_(original.requires_grad))

    def _originals(self) -> list[Tensor]:
        if self.is_tensor:
            return [self.original]
        return [getattr(self, f"original{number}") for number in range(self.ntensors)]

    @no_grad()
    def right_inverse(self, value: Tensor) -> None:
        """Set what the parametrizations start from, so that they give ``value``."""
        start: Any = value
        for module in reversed(list(self)):
            if not hasattr(module, "right_inverse"):
                raise RuntimeError(
                    teach(
                        f"parametrization {type(module).__name__} does not implement "
                        "right_inverse.",
                        got="an assignment to a parametrized tensor",
                        mend="define right_inverse(value), or assign before it is parametrized",
                    )
                )
            start = module.right_inverse(start)
        for own, each in zip(self._originals(), [start] if self.is_tensor else start, strict=True):
            own.copy_(each)

    def forward(self) -> Any:
        first, *rest = self
        value = first(*self._originals())
        for module in rest:
            value = module(value)
        return value


def _check_same(made: Any, original: Tensor) -> None:
    if not isinstance(made, Tensor):
        rule = f"A parametrization must return a tensor. Got {type(made).__name__}."
    elif made.dtype is not original.dtype:
        rule = (
            "Registering a parametrization may not change the dtype of the tensor, unless the "
            "`unsafe` flag is enabled."
        )
    elif tuple(made.shape) != tuple(original.shape):
        rule = (
            "Registering a parametrization may not change the shape of the tensor, unless the "
            "`unsafe` flag is enabled."
        )
    else:
        return
    got = f"{type(made).__name__} for a tensor of shape {tuple(original.shape)}"
    raise ValueError(teach(rule, got=got, mend="return a tensor like the one that is given"))


def register_parametrization(
    module: Any, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Any:
    """Let a parameter or buffer of a module be computed by another module from now on.

    What the module held becomes ``module.parametrizations.<name>.original``, which is trained; the
    attribute itself gives ``parametrization(original)`` each time it is asked for.

    Parameters
    ----------
    module : Module
    tensor_name : str
    parametrization : Module
        Its ``right_inverse(value)``, if there is one, says what to start from.
    unsafe : bool
        Let shape or dtype change.

    Raises
    ------
    ValueError
        If there is no such tensor, or the parametrization changes its form.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad import nn
    >>> class Symmetric(nn.Module):
    ...     def forward(self, x):
    ...         return x.triu() + x.triu(1).mT
    >>> layer = register_parametrization(nn.Linear(3, 3), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.mT).all())
    True

    Notes
    -----
    PyTorch: ``torch.nn.utils.parametrize.register_parametrization``.
    """
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        chain = module.parametrizations[tensor_name]
        with no_grad():
            value = getattr(module, tensor_name)
            start: Any = value
            if hasattr(parametrization, "right_inverse"):
                start = parametrization.right_inverse(value)
            if not unsafe:
                _check_same(parametrization(start), value)
        chain.append(parametrization)
        return module
    if tensor_name not in module._parameters and tensor_name not in module._buffers:
        raise ValueError(
            teach(
                f"Module '{module}' does not have a parameter, a buffer, or a parametrized "
                f"element with name '{tensor_name}'",
                got=f"{tensor_name!r}",
                mend="name one of its parameters or buffers",
            )
        )
    original = getattr(module, tensor_name)
    chain = ParametrizationList([parametrization], original, unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        _change_class(module)
        module.parametrizations = ModuleDict()
    setattr(type(module), tensor_name, _computed(tensor_name))
    module.parametrizations[tensor_name] = chain
    return module


def _change_class(module: Any) -> None:
    """Give the module a class of its own, which can have properties."""
    kind = type(module)
    module.__class__ = type(f"Parametrized{kind.__name__}", (kind,), {"__module__": __name__})


def _computed(name: str) -> property:
    def get(self: Any) -> Any:
        if _cache is None:
            return self.parametrizations[name]()
        key = id(self), name
        if key not in _cache:
            _cache[key] = self.parametrizations[name]()
        return _cache[key]

    def set_(self: Any, value: Tensor) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(get, set_)


def is_parametrized(module: Any, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrizations, of that tensor. PyTorch: ``is_parametrized``."""
    chains = module._modules.get("parametrizations")
    if not isinstance(chains, ModuleDict):
        return False
    return len(chains) > 0 if tensor_name is None else tensor_name in chains


def remove_parametrizations(module: Any, tensor_name: str, leave_parametrized: bool = True) -> Any:
    """Make a tensor a parameter again: with the value that it has, or with the original one.

    Raises
    ------
    ValueError
        If it is not parametrized, or the original has another form and is to be kept.

    Notes
    -----
    PyTorch: ``torch.nn.utils.parametrize.remove_parametrizations``.
    """
    if not is_parametrized(module, tensor_name):
        raise ValueError(
            teach(
                f"Module {module} does not have a parametrization on {tensor_name}",
                got=f"{tensor_name!r}",
                mend="name a tensor that register_parametrization was given",
            )
        )
    chain = module.parametrizations[tensor_name]
    if not chain.is_tensor and not leave_parametrized:
        raise ValueError(
            teach(
                "Cannot leave unparametrized (`leave_parametrized=False`) a tensor that is "
                "parametrized in terms of a sequence of tensors.",
                got=f"{chain.ntensors} tensors",
                mend="leave leave_parametrized away",
            )
        )
    originals = chain._originals()
    value = originals[0]
    if leave_parametrized:
        with no_grad():
            found = getattr(module, tensor_name).detach().clone()
            if found.shape == value.shape:  # an optimizer may hold this very parameter
                value.data = found
            elif isinstance(value, Parameter):
                value = Parameter(found, requires_grad=value.requires_grad)
            else:
                value = found
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    if not len(module.parametrizations):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    if isinstance(value, Parameter):
        module.register_parameter(tensor_name, value)
    else:
        module.register_buffer(tensor_name, value)
    return module


def type_before_parametrizations(module: Any) -> type:
    """The class of a module without its parametrizations."""
    return type(module).__bases__[0] if is_parametrized(module) else type(module)
