"""Parameter and Buffer: tensors that a module registers when they become its attributes."""

from __future__ import annotations

from typing import Any

from .. import creation, devices
from ..errors import teach
from ..size import Size
from ..tensor import Tensor


class Parameter(Tensor):
    """A tensor that is learnt: as an attribute of a module it joins ``module.parameters()``.

    Parameters
    ----------
    data : Tensor, optional
        The values, whose memory it shares.
    requires_grad : bool
        Whether a gradient is computed for it.

    Raises
    ------
    RuntimeError
        If the values are not floating-point numbers and ``requires_grad`` is not False.

    Examples
    --------
    >>> import edugrad
    >>> Parameter(edugrad.ones(2))
    Parameter containing:
    tensor([1., 1.], requires_grad=True)

    Notes
    -----
    PyTorch: ``torch.nn.Parameter``.
    """

    def __new__(cls, data: Any = None, requires_grad: bool = True) -> Parameter:
        parameter = _sharing(cls, data)
        parameter.requires_grad_(requires_grad)
        return parameter

    def __repr__(self) -> str:
        return "Parameter containing:\n" + super().__repr__()

    def __reduce__(self) -> Any:
        array = devices.to_numpy(self._array)
        return _rebuild, (type(self), array, str(self._device), self.requires_grad)

    def __deepcopy__(self, memo: dict[int, Any]) -> Parameter:
        """A copy with memory of its own and, as in PyTorch, without the gradient."""
        copied: Parameter = type(self)._wrap(self._array.copy(), self._device)
        copied._requires_grad = self._requires_grad
        memo[id(self)] = copied
        return copied


class UninitializedParameter(Parameter):
    """A parameter whose shape is not known yet; an optimizer may hold it already.

    Parameters
    ----------
    requires_grad : bool
    device, dtype : optional

    Raises
    ------
    RuntimeError
        If its shape is asked for.
    ValueError
        If it is used.

    Notes
    -----
    PyTorch: ``torch.nn.parameter.UninitializedParameter``.
    """

    def __new__(
        cls, requires_grad: bool = True, device: Any = None, dtype: Any = None
    ) -> UninitializedParameter:
        sample = creation.empty(0, device=device, dtype=dtype)
        parameter: UninitializedParameter = cls._wrap(sample, sample._device)
        parameter._requires_grad = requires_grad
        return parameter

    # ``_wrap`` puts an empty tensor in the place of the array; whoever reads it gets an error.
    @property
    def _array(self) -> Any:
        raise ValueError(_uninitialized("Attempted to use an uninitialized parameter"))

    @_array.setter
    def _array(self, sample: Tensor) -> None:
        self.sample = sample

    @property
    def shape(self) -> Size:
        raise RuntimeError(
            _uninitialized("Can't access the shape of an uninitialized parameter or buffer")
        )

    @property
    def dtype(self) -> Any:
        return self.sample.dtype

    @property
    def device(self) -> Any:
        return self.sample.device

    def detach(self) -> Tensor:
        """Itself: there are no values to share."""
        return self

    def requires_grad_(self, requires_grad: bool = True) -> UninitializedParameter:
        self._requires_grad = requires_grad
        return self

    def materialize(self, values: Tensor) -> None:
        """Become a parameter with these values; whoever holds the object sees it."""
        self.__class__ = Parameter  # type: ignore[assignment]
        del self.sample
        self.data = values

    def __repr__(self) -> str:
        return "<UninitializedParameter>"


class Buffer(Tensor):
    """A tensor that belongs to a module's state but is not learnt, such as a running mean.

    Parameters
    ----------
    data : Tensor, optional
        The values, whose memory it shares.
    persistent : bool
        Whether ``state_dict`` contains it.

    Examples
    --------
    >>> import edugrad
    >>> module = edugrad.nn.Module()
    >>> module.mean = Buffer(edugrad.zeros(2))
    >>> list(module.state_dict())
    ['mean']

    Notes
    -----
    PyTorch: ``torch.nn.Buffer``.
    """

    persistent: bool

    def __new__(cls, data: Any = None, *, persistent: bool = True) -> Buffer:
        buffer = _sharing(cls, data)
        buffer._requires_grad = data is not None and data.requires_grad
        buffer.persistent = persistent
        return buffer

    def __reduce__(self) -> Any:
        array = devices.to_numpy(self._array)
        state = (type(self), array, str(self._device), self.requires_grad)
        return _rebuild, state, {"persistent": self.persistent}

    def __deepcopy__(self, memo: dict[int, Any]) -> Tensor:
        copied = super().__deepcopy__(memo)
        copied.persistent = self.persistent  # type: ignore[attr-defined]
        return copied


def _uninitialized(rule: str) -> str:
    return teach(
        rule,
        got="a parameter of a lazy layer that has seen no input",
        mend="call the model once with a batch of the right shape first",
    )


def _sharing(cls: type[Tensor], data: Any) -> Any:
    """A tensor of a class over the memory of another."""
    if data is None:
        data = creation.empty(0)
    if not isinstance(data, Tensor):
        raise TypeError(
            teach(
                f"a {cls.__name__} is made from a tensor",
                got=type(data).__name__,
                mend=f"nn.{cls.__name__}(edugrad.tensor(…))",
            )
        )
    return cls._wrap(data._array, data._device, data._storage)


def _rebuild(cls: type[Tensor], array: Any, device: str, requires_grad: bool) -> Tensor:
    target = devices.resolve(device)
    tensor: Tensor = cls._wrap(devices.move(array, devices.CPU, target), target)
    tensor._requires_grad = requires_grad
    return tensor
