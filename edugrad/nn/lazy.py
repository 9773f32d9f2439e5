"""Layers that learn the number of their inputs from the first batch."""

from __future__ import annotations

import inspect
from typing import Any, ClassVar

from ..tensor import Tensor
from .batch_norm import (
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    InstanceNorm1d,
    InstanceNorm2d,
    InstanceNorm3d,
)
from .convolution import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
from .linear import Linear
from .module import Module
from .parameter import UninitializedParameter


class _Lazy(Module):
    """Comes before a layer among the bases: its first argument is told by its first input."""

    layer: ClassVar[type]
    counted: ClassVar[str]
    place: ClassVar[int]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(0, *args, **kwargs)
        self._arguments = inspect.signature(self.layer).bind(0, *args, **kwargs).arguments
        for name, empty_one in self._parameters.items():
            if empty_one is not None:
                form = {"device": empty_one.device, "dtype": empty_one.dtype}
                self._parameters[name] = UninitializedParameter(**form)

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        if "layer" in cls.__dict__:
            cls.__signature__ = _without_first(cls.layer, cls.__init__)  # type: ignore[attr-defined]

    def reset_parameters(self) -> None:
        """Draw nothing: there is nothing yet."""

    def has_uninitialized_params(self) -> bool:
        """True until the layer has seen an input and is a lazy one no more."""
        return True

    def initialize_parameters(self, input: Tensor) -> None:
        """Become the layer for inputs like this one."""
        self._become(int(input.shape[self.place]))

    def _become(self, features: int) -> None:
        """Take over parameters and buffers of a layer that is made now."""
        given = {**self._arguments, self.counted: features}
        waiting = {name: each for name, each in self._parameters.items() if each is not None}
        for held in (*waiting.values(), self._buffers.get("running_mean")):
            if held is not None:
                given |= {"device": held.device, "dtype": held.dtype}
        made = self.layer(**given)
        for name, parameter in waiting.items():
            parameter.materialize(made._parameters[name].data)
        self._buffers.update(made._buffers)
        del self._arguments
        setattr(self, self.counted, features)
        self.__class__ = self.layer

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.initialize_parameters(args[0] if args else kwargs["input"])
        return self(*args, **kwargs)

    def _apply(self, fn: Any, recurse: bool = True) -> Any:
        for parameter in self._parameters.values():
            if parameter is not None:
                parameter.sample = fn(parameter.sample)
        for name, buffer in self._buffers.items():
            if buffer is not None:
                self._buffers[name] = fn(buffer)
        return self

    def _load_from_state_dict(self, state_dict: Any, prefix: str, *args: Any) -> None:
        """A state tells the number as well as an input does."""
        given = state_dict.get(f"{prefix}weight", state_dict.get(f"{prefix}running_mean"))
        if given is None:
            super()._load_from_state_dict(state_dict, prefix, *args)
            return
        self._become(self._features_of_state(given))
        self._load_from_state_dict(state_dict, prefix, *args)

    def _features_of_state(self, given: Tensor) -> int:
        return int(given.shape[0])


def _without_first(layer: type, init: Any) -> inspect.Signature:
    """The signature of a layer without what is counted, and with the defaults of ``init``."""
    own = inspect.signature(init).parameters
    signature = inspect.signature(layer)
    rest = list(signature.parameters.values())[1:]
    return signature.replace(
        parameters=[
            each.replace(default=own[each.name].default) if each.name in own else each
            for each in rest
        ]
    )


class LazyLinear(_Lazy, Linear):
    """A :class:`Linear` that takes ``in_features`` from its first input, and is one from then on.

    Parameters
    ----------
    out_features : int
    bias : bool
    device, dtype : optional

    Examples
    --------
    >>> import edugrad
    >>> layer = LazyLinear(3)
    >>> layer
    LazyLinear(in_features=0, out_features=3, bias=True)
    >>> layer(edugrad.ones(2, 5)).shape
    edugrad.Size([2, 3])
    >>> layer
    Linear(in_features=5, out_features=3, bias=True)

    Notes
    -----
    The other lazy layers work alike; all leave out the first argument.
    PyTorch: ``torch.nn.LazyLinear``.
    """

    layer, counted, place = Linear, "in_features", -1

    def _features_of_state(self, given: Tensor) -> int:
        return int(given.shape[1])


class _LazyConvolution(_Lazy):
    counted = "in_channels"
    groups: int

    def _features_of_state(self, given: Tensor) -> int:
        return int(given.shape[1]) * self.groups


class LazyConv1d(_LazyConvolution, Conv1d):
    """A :class:`Conv1d` without ``in_channels``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyConv1d(4, 3)
    >>> _ = layer(edugrad.ones(2, 3, 5))
    >>> layer.in_channels
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyConv1d``.
    """

    layer, place = Conv1d, -2


class LazyConv2d(_LazyConvolution, Conv2d):
    """A :class:`Conv2d` without ``in_channels``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyConv2d(4, 3)
    >>> _ = layer(edugrad.ones(2, 3, 5, 5))
    >>> layer.in_channels
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyConv2d``.
    """

    layer, place = Conv2d, -3


class LazyConv3d(_LazyConvolution, Conv3d):
    """A :class:`Conv3d` without ``in_channels``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyConv3d(4, 3)
    >>> _ = layer(edugrad.ones(2, 3, 5, 5, 5))
    >>> layer.in_channels
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyConv3d``.
    """

    layer, place = Conv3d, -4


class LazyConvTranspose1d(_Lazy, ConvTranspose1d):
    """A :class:`ConvTranspose1d` without ``in_channels``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyConvTranspose1d(4, 3)
    >>> _ = layer(edugrad.ones(2, 3, 5))
    >>> layer.in_channels
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyConvTranspose1d``.
    """

    layer, counted, place = ConvTranspose1d, "in_channels", -2


class LazyConvTranspose2d(_Lazy, ConvTranspose2d):
    """A :class:`ConvTranspose2d` without ``in_channels``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyConvTranspose2d(4, 3)
    >>> _ = layer(edugrad.ones(2, 3, 5, 5))
    >>> layer.in_channels
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyConvTranspose2d``.
    """

    layer, counted, place = ConvTranspose2d, "in_channels", -3


class LazyConvTranspose3d(_Lazy, ConvTranspose3d):
    """A :class:`ConvTranspose3d` without ``in_channels``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyConvTranspose3d(4, 3)
    >>> _ = layer(edugrad.ones(2, 3, 5, 5, 5))
    >>> layer.in_channels
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyConvTranspose3d``.
    """

    layer, counted, place = ConvTranspose3d, "in_channels", -4


class LazyBatchNorm1d(_Lazy, BatchNorm1d):
    """A :class:`BatchNorm1d` without ``num_features``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyBatchNorm1d()
    >>> _ = layer(edugrad.ones(2, 3, 5))
    >>> layer.num_features
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyBatchNorm1d``.
    """

    layer, counted, place = BatchNorm1d, "num_features", 1


class LazyBatchNorm2d(_Lazy, BatchNorm2d):
    """A :class:`BatchNorm2d` without ``num_features``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyBatchNorm2d()
    >>> _ = layer(edugrad.ones(2, 3, 5, 5))
    >>> layer.num_features
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyBatchNorm2d``.
    """

    layer, counted, place = BatchNorm2d, "num_features", 1


class LazyBatchNorm3d(_Lazy, BatchNorm3d):
    """A :class:`BatchNorm3d` without ``num_features``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyBatchNorm3d()
    >>> _ = layer(edugrad.ones(2, 3, 5, 5, 5))
    >>> layer.num_features
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyBatchNorm3d``.
    """

    layer, counted, place = BatchNorm3d, "num_features", 1


class _LazyInstanceNorm(_Lazy):
    """Unlike the layer itself, as in PyTorch, it learns and counts unless told otherwise."""

    counted = "num_features"

    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        super().__init__(eps, momentum, affine, track_running_stats, *args, **kwargs)


class LazyInstanceNorm1d(_LazyInstanceNorm, InstanceNorm1d):
    """A :class:`InstanceNorm1d` without ``num_features``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyInstanceNorm1d()
    >>> _ = layer(edugrad.ones(2, 3, 5))
    >>> layer.num_features
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyInstanceNorm1d``.
    """

    layer, place = InstanceNorm1d, -2


class LazyInstanceNorm2d(_LazyInstanceNorm, InstanceNorm2d):
    """A :class:`InstanceNorm2d` without ``num_features``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyInstanceNorm2d()
    >>> _ = layer(edugrad.ones(2, 3, 5, 5))
    >>> layer.num_features
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyInstanceNorm2d``.
    """

    layer, place = InstanceNorm2d, -3


class LazyInstanceNorm3d(_LazyInstanceNorm, InstanceNorm3d):
    """A :class:`InstanceNorm3d` without ``num_features``.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.LazyInstanceNorm3d()
    >>> _ = layer(edugrad.ones(2, 3, 5, 5, 5))
    >>> layer.num_features
    3

    Notes
    -----
    PyTorch: ``torch.nn.LazyInstanceNorm3d``.
    """

    layer, place = InstanceNorm3d, -4
