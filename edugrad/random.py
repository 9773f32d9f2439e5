"""Random numbers: PyTorch's CPU stream, bit for bit, from the Mersenne Twister MT19937.

Source: Matsumoto and Nishimura, "Mersenne Twister", 1998; the use of its words follows PyTorch's
CPU generator, so that a learner can compare the two libraries line by line.
"""

from __future__ import annotations

import contextlib
import functools
import math
import os
from collections.abc import Iterator
from typing import Any

import numpy as np

from . import devices, dtypes
from .creation import _ordered, _sequence, _shape, _shaped, finished
from .dtypes import DType
from .errors import teach
from .layouts import MemoryFormat, preserve_format
from .options import makes_tensors
from .tensor import Tensor

# The state of a stream in bytes, laid out as PyTorch's, so that the two libraries can exchange it.
_STATE = np.dtype(
    [
        ("seed", "<u8"),
        ("left", "<i4"),
        ("seeded", "<i4"),
        ("next", "<u8"),
        ("words", "<u8", 624),
        ("unused", "<f8"),
        ("spare", "<f8"),
        ("also_unused", "<f8"),
        ("has_spare", "<i4"),
        ("padding", "V12"),
    ]
)


class Generator:
    """A stream of random numbers with a state of its own.

    Examples
    --------
    >>> import edugrad
    >>> generator = Generator().manual_seed(0)
    >>> edugrad.rand(2, generator=generator)
    tensor([0.4963, 0.7682])

    Notes
    -----
    PyTorch: ``torch.Generator``.
    """

    def __init__(self, device: Any = "cpu") -> None:
        self.device = devices.resolve(device)
        self._spare: float | None = None
        self.manual_seed(67280421310721)

    @functools.cached_property
    def _twister(self) -> Any:
        """The Mersenne Twister, made when the first number is drawn: NumPy loads it only then."""
        twister: Any = np.random.MT19937()
        twister._legacy_seeding(self._seed & 0xFFFFFFFF)
        return twister

    def manual_seed(self, seed: int) -> Generator:
        """Start the stream of this seed; the same seed gives the same numbers."""
        try:
            number = int(seed)
        except ValueError:
            raise ValueError(
                teach(
                    f"invalid literal for int() with base 10: {seed!r}; a seed is a whole number",
                    got=repr(seed),
                    mend="e.g. edugrad.manual_seed(0)",
                )
            ) from None
        self._seed = number % 2**64
        self.__dict__.pop("_twister", None)
        self._spare = None
        return self

    def seed(self) -> int:
        """Start a stream from the operating system's randomness; return its seed."""
        self.manual_seed(int.from_bytes(os.urandom(8), "little"))
        return self._seed

    def initial_seed(self) -> int:
        """The seed that the stream started from."""
        return self._seed

    def get_state(self) -> Tensor:
        """Where the stream stands, as bytes that :meth:`set_state` takes."""
        state = self._twister.state["state"]
        record = np.zeros((), _STATE)
        record["seed"], record["seeded"], record["words"] = self._seed, 1, state["key"]
        record["next"] = state["pos"] % 624
        record["left"] = 625 - state["pos"]
        if self._spare is not None:
            record["spare"], record["has_spare"] = self._spare, 1
        state_bytes: Tensor = Tensor._wrap(np.frombuffer(record.tobytes(), np.uint8).copy())
        return state_bytes

    def set_state(self, state: Tensor) -> Generator:
        """Go to where a stream stood when :meth:`get_state` was called.

        Raises
        ------
        TypeError
            If ``state`` is not a tensor of uint8.
        RuntimeError
            If it is not of the right size.
        """
        if not isinstance(state, Tensor) or state.dtype is not dtypes.uint8:
            raise TypeError(
                teach(
                    "RNG state must be a ByteTensor",
                    got=repr(state.dtype) if isinstance(state, Tensor) else type(state).__name__,
                    mend="pass what get_state() or edugrad.get_rng_state() returned",
                )
            )
        if state.numel() != _STATE.itemsize:
            raise RuntimeError(
                teach(
                    f"Expected a CPUGeneratorImplState of size {_STATE.itemsize} but found the "
                    f"input RNG state size to be {state.numel()}",
                    got=f"{state.numel()} bytes",
                    mend="pass what get_state() or edugrad.get_rng_state() returned",
                )
            )
        record = np.frombuffer(state.numpy().tobytes(), _STATE)[0]
        position = 624 if record["left"] == 1 else int(record["next"])
        key = record["words"].astype(np.uint32)
        self._seed = int(record["seed"])
        self._twister.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": position}}
        self._spare = float(record["spare"]) if record["has_spare"] else None
        return self

    def words(self, count: int) -> np.ndarray:
        """The next ``count`` 32-bit words, as uint64."""
        return self._twister.random_raw(count)

    def long_words(self, count: int) -> np.ndarray:
        """The next ``count`` 64-bit words, the high half drawn first."""
        halves = self.words(2 * count)
        return (halves[0::2] << np.uint64(32)) | halves[1::2]

    def uniform(self, count: int, dtype: np.dtype) -> np.ndarray:
        """Numbers from 0 up to, not including, 1: 53 random bits for float64, 24 for the others."""
        if dtype == np.float64:
            return (self.long_words(count) & np.uint64((1 << 53) - 1)) * 2.0**-53
        words = self.words(count) & np.uint64((1 << 24) - 1)
        numbers = words.astype(np.float32) * np.float32(2.0**-24)
        if dtype == np.float16:
            numbers = numbers.astype(dtype)
            numbers[numbers == 1] = 0  # rounded up to the bound that is not included
        return numbers

    def normal(self, count: int, dtype: np.dtype, contiguous: bool = True) -> np.ndarray:
        """Numbers from the standard normal distribution, by the Box–Muller transform.

        PyTorch draws 16 and more for a contiguous tensor in blocks, others one by one.
        """
        if count >= 16 and contiguous:
            return self._normal_blocks(count, dtype)
        return np.array([self._normal_one() for _ in range(count)], dtype)

    def _normal_one(self) -> float:
        """One number in float64; each pair of uniforms gives two, the second is kept."""
        if self._spare is not None:
            spare, self._spare = self._spare, None
            return spare
        u1, u2 = self.uniform(2, np.dtype(np.float64)).tolist()
        radius, angle = math.sqrt(-2.0 * math.log1p(-u2)), 2.0 * math.pi * u1
        self._spare = radius * math.sin(angle)
        return radius * math.cos(angle)

    def _normal_blocks(self, count: int, dtype: np.dtype) -> np.ndarray:
        """Blocks of 16 uniforms, the first eight paired with the last; the tail is drawn anew."""
        compute = np.dtype(np.float32) if dtype == np.float16 else dtype
        whole = count - count % 16
        drawn = whole if dtype == np.float16 else count
        result = np.empty(count, dtype)
        result[:whole] = _box_muller(self.uniform(drawn, compute)[:whole])
        if whole < count:
            result[-16:] = _box_muller(self.uniform(16, compute))
        return result

    def integers(self, low: int, high: int, count: int) -> np.ndarray:
        """Whole numbers from ``low`` up to, not including, ``high``."""
        span = high - low
        words = self.words(count) if span < 1 << 28 else self.long_words(count)
        return (words % np.uint64(span)).astype(np.int64) + low

    def permutation(self, n: int) -> np.ndarray:
        """The numbers from 0 to n - 1 in random order (Fisher–Yates)."""
        order = list(range(n))
        if n > 1:
            steps = self.words(n - 1) % np.arange(n, 1, -1, dtype=np.uint64)
            for i, step in enumerate(steps.tolist()):
                order[i], order[i + step] = order[i + step], order[i]
        return np.array(order, np.int64)


def _box_muller(uniform: np.ndarray) -> np.ndarray:
    blocks = uniform.reshape(-1, 2, 8)
    one = uniform.dtype.type(1)
    radius = np.sqrt(uniform.dtype.type(-2) * np.log(one - blocks[:, 0]))
    angle = uniform.dtype.type(2 * math.pi) * blocks[:, 1]
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], 1).reshape(-1)


default_generator = Generator()
default_generator.seed()


def manual_seed(seed: int) -> Generator:
    """Start the default stream from ``seed``: the same seed gives the same numbers as in PyTorch.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> edugrad.rand(3)
    tensor([0.4963, 0.7682, 0.0885])

    Notes
    -----
    PyTorch: ``torch.manual_seed``.
    """
    return default_generator.manual_seed(seed)


def initial_seed() -> int:
    """The seed that the default stream started from. PyTorch: ``torch.initial_seed``."""
    return default_generator.initial_seed()


def seed() -> int:
    """Start the default stream from the system's randomness. PyTorch: ``torch.seed``."""
    return default_generator.seed()


def get_rng_state() -> Tensor:
    """Where the default stream stands, as bytes. PyTorch: ``torch.get_rng_state``.

    Examples
    --------
    >>> import edugrad
    >>> state = edugrad.get_rng_state()
    >>> first = edugrad.rand(3)
    >>> edugrad.set_rng_state(state)
    >>> bool((edugrad.rand(3) == first).all())
    True
    """
    return default_generator.get_state()


def set_rng_state(new_state: Tensor) -> None:
    """Take the default stream to where :func:`get_rng_state` found it.

    PyTorch: ``torch.set_rng_state``.
    """
    default_generator.set_state(new_state)


@contextlib.contextmanager
def fork_rng(
    devices: Any = None, enabled: bool = True, device_type: str | None = None
) -> Iterator[None]:
    """Put the default stream back, at the end of the block, to where it was.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> with edugrad.random.fork_rng():
    ...     first = edugrad.rand(1)
    >>> bool(edugrad.rand(1) == first)
    True

    Notes
    -----
    PyTorch: ``torch.random.fork_rng``.
    """
    state = get_rng_state() if enabled else None
    try:
        yield
    finally:
        if state is not None:
            set_rng_state(state)


KERNELS = {
    "rand": "check_uniform_bounds",
    "uniform_": "check_uniform_bounds",
    "log_normal_": "log_normal_cpu",
}


def _floating(dtype: Any, name: str) -> DType:
    kind = dtypes.get_default_dtype() if dtype is None else dtypes.check(dtype)
    if not kind.is_floating_point:
        kernel = KERNELS.get(name, "normal_kernel_cpu")
        raise NotImplementedError(
            teach(
                f'"{kernel}" not implemented for {kind!r}: {name} draws floating-point numbers',
                got=repr(kind),
                mend="use randint, or random_, for whole numbers",
            )
        )
    return kind


def _placed(array: np.ndarray, device: Any, requires_grad: bool) -> Tensor:
    target = devices.resolve(device)
    return finished(devices.move(array, devices.CPU, target), target, requires_grad)


@makes_tensors
def rand(
    *shape: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers from 0 up to, not including, 1. PyTorch: ``torch.rand``."""
    lengths = _shape(shape if size is None else (size,), "rand")
    kind = _floating(dtype, "rand")
    drawn = (generator or default_generator).uniform(math.prod(lengths), kind.numpy)
    return _placed(drawn.reshape(lengths), device, requires_grad)


@makes_tensors
def randn(
    *shape: Any,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random numbers from the standard normal distribution. PyTorch: ``torch.randn``."""
    lengths = _shape(shape if size is None else (size,), "randn")
    kind = _floating(dtype, "randn")
    drawn = (generator or default_generator).normal(math.prod(lengths), kind.numpy)
    return _placed(drawn.reshape(lengths), device, requires_grad)


@makes_tensors
def randint(
    *bounds: Any,
    low: int = 0,
    high: int | None = None,
    size: Any = None,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Random whole numbers from ``low`` (0) up to, not including, ``high``.

    Parameters
    ----------
    *bounds
        ``randint(high, size)`` or ``randint(low, high, size)``.

    Raises
    ------
    RuntimeError
        If the range is empty.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> edugrad.randint(10, (5,))
    tensor([4, 9, 3, 0, 3])

    Notes
    -----
    PyTorch: ``torch.randint``.
    """
    given = list(bounds)
    if size is None and given:
        size = given.pop()
    if len(given) == 2:
        low, high = given
    elif len(given) == 1:
        high = given[0]
    if high is None or size is None:
        raise TypeError(
            teach(
                "randint() needs an upper bound and a size",
                got=f"{len(bounds)} positional arguments",
                mend="e.g. edugrad.randint(0, 10, (3,))",
            )
        )
    if high <= low:
        raise RuntimeError(
            teach(
                f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}",
                got=f"an empty range: from {low} up to, not including, {high}",
                mend="the upper bound is not included: randint(0, 1, …) gives zeros",
            )
        )
    shape = _sequence("randint", size, len(bounds))
    kind = dtypes.int64 if dtype is None else dtypes.check(dtype)
    _check_bounds(low, high, kind)
    drawn = (generator or default_generator).integers(low, high, math.prod(shape))
    return _placed(drawn.reshape(shape).astype(kind.numpy), device, requires_grad)


def _check_bounds(low: int, high: int, kind: DType) -> None:
    if kind.category != 1:
        return
    limits = np.iinfo(kind.numpy)
    for name, bound in (("from", low), ("to - 1", high - 1)):
        if not limits.min <= bound <= limits.max:
            raise RuntimeError(
                teach(
                    f"{name} is out of bounds for {kind.name}",
                    got=f"numbers from {low} to {high - 1}; {kind!r} holds {limits.min} to "
                    f"{limits.max}",
                    mend="choose a wider dtype, e.g. edugrad.int64, or a smaller range",
                )
            )


@makes_tensors
def randperm(
    n: int,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """The whole numbers from 0 to n - 1 in random order. PyTorch: ``torch.randperm``."""
    kind = dtypes.int64 if dtype is None else dtypes.check(dtype)
    (count,) = _shape((n,), "randperm")
    drawn = (generator or default_generator).permutation(count)
    return _placed(drawn.astype(kind.numpy), device, requires_grad)


def rand_like(
    input: Tensor, *, memory_format: MemoryFormat = preserve_format, **options: Any
) -> Tensor:
    """:func:`rand` in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.rand_like``.
    """
    return _ordered(rand(**_shaped("rand_like", input, options)), input, memory_format)
