"""Module: the base class of layers and networks."""

from __future__ import annotations

import difflib
from typing import Any, ClassVar, Self

from ..autograd.grad_mode import mode, no_grad
from ..autograd.scope import Scope, note_place
from ..devices import resolve
from ..errors import teach
from ..ops.conversion import _target
from .hooks import EVERYWHERE, Hooked

_everywhere = tuple(EVERYWHERE.values())


class Module(Hooked):
    """Base class of everything that computes with parameters: a layer, a network, a loss.

    A subclass makes its parts in ``__init__``, after ``super().__init__()``, and computes with them
    in ``forward``. Parameters, buffers and modules that are assigned as attributes are found by
    :meth:`parameters`, :meth:`state_dict`, :meth:`to` and the others.

    Attributes
    ----------
    training : bool
        Whether layers such as dropout behave as in training; set it with :meth:`train` and
        :meth:`eval`.

    Examples
    --------
    >>> import edugrad
    >>> from edugrad import nn
    >>> class Net(nn.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.hidden = nn.Linear(2, 4)
    ...         self.output = nn.Linear(4, 1)
    ...
    ...     def forward(self, x):
    ...         return self.output(self.hidden(x).relu())
    >>> net = Net()
    >>> net
    Net(
      (hidden): Linear(in_features=2, out_features=4, bias=True)
      (output): Linear(in_features=4, out_features=1, bias=True)
    )
    >>> net(edugrad.ones(3, 2)).shape
    edugrad.Size([3, 1])

    Notes
    -----
    PyTorch: ``torch.nn.Module``.
    """

    training: bool
    dump_patches: bool = False
    call_super_init: bool = False
    _forward_hint: ClassVar[str] = "define def forward(self, x): … in the class, beside __init__"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if (args or kwargs) and not self.call_super_init:
            raise TypeError(_unexpected(type(self).__name__, args, kwargs))
        self.__dict__.update(
            training=True,
            _parameters={},
            _buffers={},
            _modules={},
            _non_persistent_buffers_set=set(),
            **{kind: {} for kind in EVERYWHERE},
            _state_dict_hooks={},
            _state_dict_pre_hooks={},
            _load_state_dict_pre_hooks={},
            _load_state_dict_post_hooks={},
        )
        if self.call_super_init:
            super().__init__(*args, **kwargs)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        """What the module computes; every subclass defines it."""
        kind = type(self).__name__
        own = [name for name in vars(type(self)) if not name.startswith("_")]
        near = difflib.get_close_matches("forward", own, n=1)
        raise NotImplementedError(
            teach(
                f'Module [{kind}] is missing the required "forward" function',
                got=f"a class with {near[0]!r} instead" if near else f"a call of {kind}",
                mend=self._forward_hint,
            )
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        outer = mode.scope
        mode.scope = scope = Scope(self, outer)
        try:
            if (
                self._backward_hooks
                or self._backward_pre_hooks
                or self._forward_hooks
                or self._forward_pre_hooks
                or any(_everywhere)
            ):
                return self._call_with_hooks(args, kwargs)
            return self.forward(*args, **kwargs)
        except Exception as error:
            note_place(error, scope)
            raise
        finally:
            mode.scope = outer

    # Training and gradients

    def train(self, mode: bool = True) -> Self:
        """Let this module and all below it behave as in training."""
        if not isinstance(mode, bool):
            raise ValueError(
                teach(
                    "training mode is expected to be boolean",
                    got=repr(mode),
                    mend="model.train() or model.train(False), which is model.eval()",
                )
            )
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Self:
        """Let this module and all below it behave as in use."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Self:
        """Ask for gradients of all parameters, or freeze them."""
        for parameter in self.parameters():
            parameter.requires_grad_(requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Forget the gradients of all parameters, or set them to zero."""
        for parameter in self.parameters():
            if parameter.grad is not None:
                if set_to_none:
                    parameter.grad = None
                else:
                    parameter.grad = parameter.grad.detach()
                    parameter.grad.zero_()

    # Devices and dtypes

    def _apply(self, fn: Any, recurse: bool = True) -> Self:
        """Replace the values of every parameter, gradient and buffer by what ``fn`` makes of them.

        The Parameter objects stay the same, so that an optimiser goes on working with them.
        """
        if recurse:
            for module in self.children():
                module._apply(fn)
        for parameter in self._parameters.values():
            if parameter is None:
                continue
            gradient = parameter.grad
            with no_grad():
                parameter.data = fn(parameter)
                parameter._grad = None if gradient is None else fn(gradient)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def to(self, *args: Any, **kwargs: Any) -> Self:
        """Move all parameters and buffers to a device, or convert them to a floating dtype.

        Parameters
        ----------
        *args
            A device, a floating dtype, both, or a tensor to be like.
        dtype, device, non_blocking : optional
            The same by name.

        Returns
        -------
        Module
            The module itself; integers stay integers.

        Raises
        ------
        TypeError
            If the dtype is not a floating one.

        Examples
        --------
        >>> import edugrad
        >>> edugrad.nn.Linear(2, 2).to(edugrad.float64).weight.dtype
        edugrad.float64
        """
        dtype, device = _target(*args, **kwargs)
        if dtype is not None and not dtype.is_floating_point:
            raise TypeError(
                teach(
                    "nn.Module.to only accepts floating point or complex dtypes, but got desired "
                    f"dtype={dtype!r}",
                    got=repr(dtype),
                    mend="edugrad.float32, edugrad.float64 or edugrad.float16",
                )
            )
        return self._apply(
            lambda t: t.to(device=device, dtype=dtype if t.is_floating_point() else None)
        )

    def cpu(self) -> Self:
        """Move everything to host memory."""
        return self._apply(lambda t: t.cpu())

    def cuda(self, device: Any = None) -> Self:
        """Move everything to a GPU."""
        target = resolve("cuda" if device is None else device)
        return self._apply(lambda t: t.to(target))

    def type(self, dst_type: Any) -> Self:
        """Convert everything to a dtype, integers too."""
        return self._apply(lambda t: t.type(dst_type))

    def float(self) -> Self:
        """Convert what is floating to float32."""
        return self._apply(lambda t: t.float() if t.is_floating_point() else t)

    def double(self) -> Self:
        """Convert what is floating to float64."""
        return self._apply(lambda t: t.double() if t.is_floating_point() else t)

    def half(self) -> Self:
        """Convert what is floating to float16."""
        return self._apply(lambda t: t.half() if t.is_floating_point() else t)

    # Text

    def extra_repr(self) -> str:
        """What the text of the module shows of itself between its parentheses."""
        return ""

    def _get_name(self) -> str:
        return self.__class__.__name__

    def __repr__(self) -> str:
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        for name, module in self._modules.items():
            lines.append(f"({name}): {indented(repr(module))}")
        if len(lines) == 1 and extra and not self._modules:
            return f"{self._get_name()}({extra})"
        inside = "\n  " + "\n  ".join(lines) + "\n" if lines else ""
        return f"{self._get_name()}({inside})"


def indented(text: str) -> str:
    """The lines after the first moved two places to the right; empty lines stay empty."""
    first, *others = text.split("\n")
    return "\n".join([first, *("  " + line if line.strip() else "" for line in others)])


def _unexpected(kind: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    if kwargs:
        rule = f"{kind}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
    else:
        rule = f"{kind}.__init__() takes 1 positional argument but {len(args) + 1} were given"
    return teach(
        rule,
        got=f"{len(args) + len(kwargs)} arguments that {kind} passed on to nn.Module",
        mend="call super().__init__() without arguments",
    )
