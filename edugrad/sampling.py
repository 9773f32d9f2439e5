"""Drawing from distributions: new tensors, and tensors filled in place.

``normal``, ``uniform_`` and ``random_`` use the random stream as PyTorch's CPU kernels do and give
PyTorch's numbers. PyTorch draws ``bernoulli``, ``exponential_`` and ``multinomial`` through MKL
where it has it, so their streams may differ; their distributions do not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from . import devices, dtypes
from .autograd.function import Op
from .autograd.grad_mode import no_grad
from .creation import _ordered, _shape, empty, empty_like
from .errors import teach
from .layouts import MemoryFormat, laid_out, order_in_memory, preserve_format
from .options import makes_tensors, written
from .random import Generator, _floating, default_generator, randint
from .tensor import Tensor

FLOAT64 = np.dtype(np.float64)


class Normal(Op):
    """Numbers that were drawn: no change of what they were drawn by would show in them."""

    op_name = "normal"
    formula = "drawn"
    derivatives = ("", "0", "0")
    promotes = False

    @staticmethod
    def forward(ctx: Any, drawn: Any, *sources: Any) -> Any:
        ctx.shapes = [getattr(each, "shape", None) for each in sources]
        return drawn

    @staticmethod
    def backward(ctx: Any, grad: Any) -> Any:
        wanted = zip(ctx.needs_input_grad[1:], ctx.shapes, strict=True)
        return None, *[grad.new_zeros(shape) if need else None for need, shape in wanted]


class Bernoulli(Normal):
    """Zeros and ones that were drawn."""

    op_name = "bernoulli"


def _fill(input: Tensor, numbers: np.ndarray) -> Tensor:
    """Write a row of host numbers into a tensor, in the order of its memory."""
    return _write(input, laid_out(numbers, input._array.shape, order_in_memory(input._array)))


def _write(input: Tensor, numbers: np.ndarray) -> Tensor:
    """Write host numbers into a tensor, converted to its dtype; an in-place operation."""
    array = numbers.astype(input._array.dtype)
    drawn = Tensor._wrap(devices.move(array, devices.CPU, input._device), input._device)
    return input.copy_(drawn)


def _normal(input: Tensor, mean: float, std: float, draw: Generator) -> np.ndarray:
    """What is drawn in blocks is scaled in the tensor's own precision, the rest in double."""
    count, dtype, contiguous = input.numel(), input._array.dtype, input.is_contiguous()
    if count < 16 or not contiguous:
        drawn = draw.normal(count, FLOAT64, contiguous)
        return _multiply_add(drawn, float(std), float(mean)).astype(dtype)
    return _multiply_add(draw.normal(count, dtype), dtype.type(std), dtype.type(mean))


def _multiply_add(numbers: np.ndarray, factor: Any, addend: Any) -> np.ndarray:
    """``numbers * factor + addend``, rounded once.

    PyTorch uses the processor's instruction for it here; two roundings would differ from it in the
    last bit of every second number.

    Float64 keeps the product's rounding error by Dekker's splitting ("A floating-point technique
    for extending the available precision", 1971); the others are computed in float64.
    """
    if numbers.dtype != FLOAT64:
        exact = numbers.astype(FLOAT64) * float(factor) + float(addend)
        return exact.astype(numbers.dtype)
    product = numbers * factor
    high, low = _halves(numbers)
    factor_high, factor_low = _halves(factor)
    product_error = low * factor_low - (
        ((product - high * factor_high) - low * factor_high) - high * factor_low
    )
    total = product + addend
    back = total - product
    sum_error = (product - (total - back)) + (addend - back)
    return total + (sum_error + product_error)


def _halves(numbers: Any) -> tuple[Any, Any]:
    """Two numbers of half the digits whose sum it is."""
    shifted = numbers * 134217729.0  # 2^27 + 1
    high = shifted - (shifted - numbers)
    return high, numbers - high


def normal_(
    input: Tensor, mean: float = 0, std: float = 1, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers from a normal distribution.

    Parameters
    ----------
    input : Tensor
        Of a floating type.
    mean, std : float
        The distribution's mean and standard deviation.

    Raises
    ------
    RuntimeError
        If ``std`` is negative.

    Examples
    --------
    >>> import edugrad
    >>> _ = edugrad.manual_seed(0)
    >>> edugrad.empty(3).normal_(10, 2)
    tensor([13.0820,  9.4131,  5.6424])

    Notes
    -----
    PyTorch: ``torch.Tensor.normal_``.
    """
    if std < 0:
        raise RuntimeError(
            teach(
                f"normal expects std >= 0.0, but found std {std}",
                got=f"std={std}",
                mend="a standard deviation is not negative",
            )
        )
    _floating(input.dtype, "normal_")
    draw = generator or default_generator
    return _fill(input, _normal(input, mean, std, draw))


@makes_tensors
def normal(
    mean: Any,
    std: Any = 1.0,
    size: Any = None,
    *,
    generator: Generator | None = None,
    dtype: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from normal distributions: of one mean and deviation, or of one for each element.

    Parameters
    ----------
    mean, std : float or Tensor
        With two numbers, ``size`` is needed.
    size : sequence of int, optional

    Raises
    ------
    TypeError
        If neither a tensor nor a size is given.

    Notes
    -----
    PyTorch: ``torch.normal``.
    """
    if size is not None:
        made = empty(_shape((size,), "normal"), dtype=dtype, device=device)
        normal_(made, mean, std, generator=generator)
        return made.requires_grad_(requires_grad)
    like = mean if isinstance(mean, Tensor) else std
    if not isinstance(like, Tensor):
        raise TypeError(
            teach(
                "normal() needs a size where mean and std are numbers",
                got=f"normal({mean}, {std})",
                mend="e.g. edugrad.normal(0.0, 1.0, size=(3,))",
            )
        )
    with no_grad():
        zeros = (mean * 0 + std * 0).contiguous()
        drawn = normal_(zeros, generator=generator) * std + mean
    return Normal.apply(drawn, mean, std)


def uniform_(
    input: Tensor, from_: float = 0, to: float = 1, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers from ``from_`` up to, not including, ``to``.

    Raises
    ------
    RuntimeError
        If ``from_`` is larger than ``to``.

    Notes
    -----
    PyTorch: ``torch.Tensor.uniform_``.
    """
    if from_ > to:
        raise RuntimeError(
            teach(
                "uniform_ expects to return a [from, to) range, but found from > to",
                got=f"from={from_} > to={to}",
                mend="give the smaller bound first",
            )
        )
    _floating(input.dtype, "uniform_")
    dtype = np.promote_types(input._array.dtype, np.float32)
    low, high = dtype.type(from_), dtype.type(to)
    drawn = (generator or default_generator).uniform(input.numel(), dtype)
    numbers = _multiply_add(drawn, high - low, low).astype(input._array.dtype)
    numbers[numbers == numbers.dtype.type(to)] = low  # rounded up to the bound that is not included
    return _fill(input, numbers)


def random_(
    input: Tensor,
    from_: int = 0,
    to: int | None = None,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Fill with whole numbers: ``random_()``, ``random_(to)`` or ``random_(from_, to)``.

    Without bounds they go up to the largest number that the dtype holds exactly.

    Notes
    -----
    PyTorch: ``torch.Tensor.random_``.
    """
    if to is None:
        from_, to = 0, from_ or _largest(input.dtype) + 1
    drawn = (generator or default_generator).integers(from_, to, input.numel())
    return _fill(input, drawn)


def _largest(dtype: dtypes.DType) -> int:
    if dtype.is_floating_point:
        return int(2 ** (np.finfo(dtype.numpy).nmant + 1))
    return 1 if dtype is dtypes.bool_ else int(np.iinfo(dtype.numpy).max)


def exponential_(input: Tensor, lambd: float = 1, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers from an exponential distribution of rate ``lambd``.

    Notes
    -----
    PyTorch: ``torch.Tensor.exponential_``; the stream may differ.
    """
    if lambd <= 0:
        raise RuntimeError(
            teach(
                f"exponential_ expects lambda > 0.0, but found lambda={lambd}",
                got=f"lambd={lambd}",
                mend="a rate is positive: the mean is 1 / lambd",
            )
        )
    _continuous(input, "Exponential")
    drawn = (generator or default_generator).uniform(input.numel(), FLOAT64)
    return _fill(input, -np.log1p(-drawn) / lambd)


def _continuous(input: Tensor, name: str) -> None:
    if not input.is_floating_point():
        raise RuntimeError(
            teach(
                f"{name} distribution is a continuous probability distribution. dtype must be a "
                f"floating point but you specified {input.dtype!r}",
                got=f"a tensor of {input.dtype}",
                mend="convert it: input.float()",
            )
        )


def bernoulli(
    input: Tensor,
    p: float | None = None,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Ones with the probabilities in ``input``, zeros otherwise.

    With a number ``p``, that is the probability of all, and ``input`` gives shape and dtype only.

    Raises
    ------
    RuntimeError
        If an element is no probability.

    Notes
    -----
    PyTorch: ``torch.bernoulli``; the stream may differ.
    """
    result: Tensor = Tensor._wrap(input._array.copy(), input._device)
    bernoulli_(result, input if p is None else p, generator=generator)
    return written("bernoulli", Bernoulli.apply(result, input), out)


def bernoulli_(input: Tensor, p: Any = 0.5, *, generator: Generator | None = None) -> Tensor:
    """Fill with ones of probability ``p`` (a number or a tensor) and zeros.

    Notes
    -----
    PyTorch: ``torch.Tensor.bernoulli_``; the stream may differ.
    """
    chances = devices.to_numpy(p._array) if isinstance(p, Tensor) else np.asarray(p)
    if chances.size and not (chances.min() >= 0 and chances.max() <= 1):
        raise RuntimeError(
            teach(
                "bernoulli expects probabilities p with 0 <= p <= 1",
                got=f"numbers from {chances.min():.4g} to {chances.max():.4g}",
                mend="use sigmoid(…) to turn any numbers into probabilities",
            )
        )
    drawn = (generator or default_generator).uniform(input.numel(), FLOAT64)
    return _write(input, drawn.reshape(input._array.shape) < chances)


def multinomial(
    input: Tensor,
    num_samples: int,
    replacement: bool = False,
    *,
    generator: Generator | None = None,
    out: Tensor | None = None,
) -> Tensor:
    """Draw indices, each as often as its weight in ``input`` says.

    Parameters
    ----------
    input : Tensor of shape (n,) or (rows, n)
        Weights that are not negative; they need not sum to 1.
    num_samples : int
        Draws a row.
    replacement : bool
        Whether an index may be drawn again.

    Raises
    ------
    RuntimeError
        If a weight is negative or not finite, or there are too few nonzero ones.

    Notes
    -----
    PyTorch: ``torch.multinomial``; the stream may differ.
    """
    _check_weights(input, num_samples)
    weights = devices.to_numpy(input._array).astype(np.float64)
    rows = weights.reshape(-1, weights.shape[-1])
    if not np.isfinite(rows).all() or (rows < 0).any() or (rows.sum(1) <= 0).any():
        raise RuntimeError(
            teach(
                "probability tensor contains either `inf`, `nan` or element < 0, or sums to 0",
                got=f"weights from {rows.min():.4g} to {rows.max():.4g}",
                mend="use softmax(…) to turn any numbers into weights",
            )
        )
    if not replacement and num_samples > int((rows > 0).sum(1).min()):
        raise RuntimeError(
            teach(
                "cannot sample n_sample > prob_dist.size(-1) samples without replacement",
                got=f"{num_samples} samples of {int((rows > 0).sum(1).min())} nonzero weights",
                mend="draw fewer, or pass replacement=True",
            )
        )
    draw = generator or default_generator
    if replacement:
        chosen = _with_replacement(rows, num_samples, draw)
    else:
        chosen = _without_replacement(rows, num_samples, draw)
    shape = (*weights.shape[:-1], num_samples)
    moved = devices.move(chosen.reshape(shape), devices.CPU, input._device)
    return written("multinomial", Tensor._wrap(moved, input._device), out)


def _check_weights(input: Tensor, num_samples: int) -> None:
    if input.ndim not in (1, 2):
        rule = "prob_dist must be 1 or 2 dim"
        got = f"weights of shape {tuple(input.shape)}"
        mend = "give one row of weights, or a matrix of rows"
    elif not input.is_floating_point():
        rule = f"multinomial only supports floating-point dtypes for input, got: {input.dtype}"
        got, mend = f"weights of {input.dtype}", "convert them: input.float()"
    elif num_samples <= 0:
        rule = "cannot sample n_sample <= 0 samples"
        got, mend = f"num_samples={num_samples}", "draw at least one"
    else:
        return
    raise RuntimeError(teach(rule, got=got, mend=mend))


def _with_replacement(rows: np.ndarray, count: int, draw: Generator) -> np.ndarray:
    """The index at which the running sum of the weights passes a uniform number."""
    sums = rows.cumsum(1) / rows.sum(1, keepdims=True)
    drawn = draw.uniform(len(rows) * count, FLOAT64).reshape(len(rows), count)
    found = [np.searchsorted(s, u, side="right") for s, u in zip(sums, drawn, strict=True)]
    return np.minimum(np.stack(found), rows.shape[1] - 1)


def _without_replacement(rows: np.ndarray, count: int, draw: Generator) -> np.ndarray:
    """The largest of weight over exponential noise (the "exponential race")."""
    noise = -np.log1p(-draw.uniform(rows.size, FLOAT64)).reshape(rows.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        speed = np.where(rows > 0, rows / noise, -math.inf)
    return np.argsort(-speed, axis=1, kind="stable")[:, :count]


def randn_like(input: Tensor, *, requires_grad: bool = False, **options: Any) -> Tensor:
    """:func:`edugrad.randn` in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.randn_like``.
    """
    generator = options.pop("generator", None)
    made = empty_like(input, **options)
    return normal_(made, generator=generator).requires_grad_(requires_grad)


def randint_like(
    input: Tensor,
    low: int = 0,
    high: int | None = None,
    *,
    memory_format: MemoryFormat = preserve_format,
    **options: Any,
) -> Tensor:
    """:func:`edugrad.randint` in the shape, dtype, device and memory order of another tensor.

    PyTorch: ``torch.randint_like``.
    """
    bounds = (0, low) if high is None else (low, high)
    options = {"dtype": input.dtype, "device": input.device, **options}
    return _ordered(randint(*bounds, input.shape, **options), input, memory_format)


def poisson(input: Tensor, generator: Generator | None = None) -> Tensor:
    """Counts of events of which each element is the mean.

    Notes
    -----
    Each is drawn by turning a uniform number into a count. PyTorch: ``torch.poisson``; the stream
    may differ.
    """
    if not input.is_floating_point():
        raise NotImplementedError(
            teach(
                f'"poisson_cpu" not implemented for {input.dtype!r}',
                got=f"a tensor of {input.dtype}",
                mend="convert it: input.float()",
            )
        )
    rates = devices.to_numpy(input._array).astype(np.float64)
    if (rates < 0).any():
        raise RuntimeError(
            teach(
                "invalid Poisson rate, expected rate to be non-negative",
                got=f"rates from {rates.min():.4g} to {rates.max():.4g}",
                mend="a mean number of events is not negative",
            )
        )
    from scipy.special import pdtrik

    drawn = (generator or default_generator).uniform(rates.size, FLOAT64).reshape(rates.shape)
    with np.errstate(all="ignore"):
        counts = np.where(drawn <= np.exp(-rates), 0, np.ceil(pdtrik(drawn, rates)))
    result: Tensor = Tensor._wrap(np.empty_like(rates, input._array.dtype))
    return _write(result.to(input._device), counts)


def log_normal_(
    input: Tensor, mean: float = 1, std: float = 2, *, generator: Generator | None = None
) -> Tensor:
    """Fill with exponentials of numbers from a normal distribution.

    PyTorch: ``torch.Tensor.log_normal_``.
    """
    _floating(input.dtype, "log_normal_")
    _positive("log_normal_", std=std)
    drawn = (generator or default_generator).normal(input.numel(), FLOAT64, contiguous=False)
    return _fill(input, np.exp(_multiply_add(drawn, float(std), float(mean))))


def _positive(name: str, **width: float) -> None:
    (what, value), *_ = width.items()
    if value <= 0:
        raise RuntimeError(
            teach(
                f"{name} expects {what} > 0.0, but found {what}={value}",
                got=f"{what}={value}",
                mend="the width of a distribution is positive",
            )
        )


def cauchy_(
    input: Tensor, median: float = 0, sigma: float = 1, *, generator: Generator | None = None
) -> Tensor:
    """Fill with numbers from a Cauchy distribution.

    PyTorch: ``torch.Tensor.cauchy_``.
    """
    _continuous(input, "Cauchy")
    _positive("cauchy_", sigma=sigma)
    drawn = (generator or default_generator).uniform(input.numel(), FLOAT64)
    return _fill(input, median + sigma * np.tan(math.pi * (drawn - 0.5)))


def geometric_(input: Tensor, p: float, *, generator: Generator | None = None) -> Tensor:
    """Fill with numbers of trials up to the first success, of probability ``p``.

    PyTorch: ``torch.Tensor.geometric_``.
    """
    if not 0 < p < 1:
        raise RuntimeError(
            teach(
                f"geometric_ expects p to be in (0, 1), but got p={p}",
                got=f"p={p}",
                mend="a probability between 0 and 1",
            )
        )
    drawn = (generator or default_generator).uniform(input.numel(), FLOAT64)
    return _fill(input, np.ceil(np.log(drawn) / math.log1p(-p)).clip(1))


FILLS: dict[str, Callable[..., Tensor]] = {
    "normal_": normal_,
    "uniform_": uniform_,
    "random_": random_,
    "exponential_": exponential_,
    "log_normal_": log_normal_,
    "cauchy_": cauchy_,
    "geometric_": geometric_,
    "bernoulli_": bernoulli_,
    "bernoulli": bernoulli,
    "multinomial": multinomial,
}
