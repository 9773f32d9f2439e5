"""PyTorch's own sample inputs for its operators (its ``op_db``), played in both libraries."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import torch
from torch.testing._internal.common_methods_invocations import op_db

import edugrad

from .compare import attempt, compare, dtype_name, is_tensor
from .replay import Replay

DTYPES = torch.float64, torch.float32, torch.int64, torch.bool
SAMPLES = 2  # of each dtype; docs/correctness.md says what more of them have shown

# Of these the numbers are not compared: shapes, dtypes and strides are.
FORM_ONLY = {
    "bernoulli": "PyTorch draws through MKL: another stream",
    "multinomial": "PyTorch draws through MKL: another stream",
    "nn.functional.rrelu": "PyTorch draws in another order",
    "empty": "whatever the memory holds",
    "empty_like": "whatever the memory holds",
    "empty_permuted": "whatever the memory holds",
    "empty_strided": "whatever the memory holds",
    "new_empty": "whatever the memory holds",
    "new_empty_strided": "whatever the memory holds",
}

SIGNS = "the signs of singular vectors and eigenvectors are LAPACK's, of which there are several"
TIES = "PyTorch leaves open which of several equal elements an index names"
ORDER = "the result's elements lie in another order in memory"
BESSEL = "PyTorch's approximation has fewer right digits than SciPy's"
REFUSED = "refused with another type of error"
PASSED = "PyTorch passes the gradient on, as if the next number were the number itself"
SCATTER = "PyTorch gives the input the gradient of the places that were overwritten, and no other"

# What may differ: the operator ("" is any), what is found (a pattern), and why.
DOCUMENTED = (
    ("", r"complex", "edugrad has no complex numbers"),
    ("", r"no sparse gradients", "edugrad has no sparse tensors"),
    ("", r"number of dimensions must be within", "NumPy says that there are too many dimensions"),
    ("", r"error: .*'int' object", "a number may stand on the left of a method, too"),
    ("argsort", r"value \w+: result\[", TIES),
    ("kthvalue", r"value \w+: result\[1\]", TIES),
    ("mode", r"value \w+: result\[1\]", TIES),
    ("sort", r"value \w+: result\[1\]", TIES),
    ("topk", r"value \w+: result\[1\]", TIES),
    ("linalg.eigh", r"(value|out|gradient).*: result", SIGNS),
    ("linalg.svd", r"(value|out|gradient).*: result", SIGNS),
    ("svd", r"(value|method|out|gradient).*: result", SIGNS),
    ("linalg.lstsq", r"strides", ORDER),
    ("linalg.solve", r"strides", ORDER),
    ("linalg.solve_ex", r"strides", ORDER),
    ("lu_unpack", r"strides", ORDER),
    ("multinomial", r"strides", ORDER),
    ("triangular_solve", r"strides", ORDER),
    ("unique", r"strides", ORDER),
    ("unique_consecutive", r"strides", ORDER),
    ("unsafe_chunk", r"strides", ORDER),
    ("arange", r"error: .*step must be nonzero", REFUSED),
    ("igamma", r"error", REFUSED),
    ("igammac", r"error", REFUSED),
    ("narrow_copy", r"error", REFUSED),
    ("nextafter", r"error", REFUSED),
    ("rsub", r"error", "a number may be subtracted from"),
    ("multinomial", r"error: .*expects Long", "the indices are converted to the dtype of out="),
    ("as_strided_scatter", r"gradient", SCATTER),
    ("cov", r"gradient", "weights of float32 are rounded at another place"),
    ("nextafter", r"requires_grad|gradient", PASSED),
    ("nn.functional.ctc_loss", r"gradient", "PyTorch's is right behind log_softmax alone"),
    ("nn.functional.hardsigmoid", r"gradient", "PyTorch's 1/6 is a float32, in float64 too"),
    ("special.bessel_j0", r"value|out", BESSEL),
    ("special.bessel_j1", r"value|out", BESSEL),
    ("special.bessel_y0", r"value|out", BESSEL),
    ("special.bessel_y1", r"value|out", BESSEL),
)


class Found:
    """What a comparison of an operator's sample has shown; no text means no difference."""

    def __init__(self, kind: str, replay: Replay, text: str) -> None:
        self.kind, self.replay, self.text = kind, replay, text

    def __str__(self) -> str:
        return f"{self.kind}: {self.text}; {self.replay}"

    def reason(self, name: str) -> str:
        """Why an operator of this name may differ so; "" if it may not."""
        found = f"{self.kind}: {self.text}"
        rows = (row for row in DOCUMENTED if row[0] in ("", name))
        return next((why for _, what, why in rows if re.search(what, found)), "")


def full_name(operator: Any) -> str:
    """The operator's name with that of its variant: "norm:fro"."""
    return ":".join(filter(None, (operator.name, operator.variant_test_name)))


def rows(names: list[str]) -> dict[str, tuple[str, list[str]]]:
    """For each operator that edugrad has (or each of these names) the verdict and what differs."""
    table: dict[str, tuple[str, list[str]]] = {}
    for operator in op_db:
        name = f"op_db.{full_name(operator)}"
        if names and name not in names and "op_db" not in names:
            continue
        compared = list(comparisons(operator, SAMPLES))
        found = [each for each in compared if each.text]
        differing = [str(each) for each in found if not each.reason(operator.name)]
        if compared:
            verdict = "differs" if differing else "documented" if found else "same"
            reasons = sorted({each.reason(operator.name) for each in found})
            table[name] = verdict, differing or reasons
    return table


def spread(items: list[Any], count: int) -> list[Any]:
    """At most so many of them, from the first to the last."""
    if len(items) <= count:
        return items
    return [items[k * (len(items) - 1) // (count - 1)] for k in range(count)]


def comparisons(operator: Any, count: int, dtypes: Any = DTYPES) -> Iterator[Found]:
    """All comparisons of an operator, on so many samples of each dtype."""
    for dtype in dtypes:
        if dtype in operator.dtypes:
            torch.manual_seed(0)
            grad = operator.supports_autograd and dtype is torch.float64
            samples = list(operator.sample_inputs("cpu", dtype, requires_grad=grad))
            for sample in spread(samples, count):
                replay = Replay(operator, sample)
                if replay.functions[edugrad] is None:
                    continue
                if attempt(partial(replay.call, torch))[1] is None:
                    yield from _of_sample(operator, replay, sample, dtype)
    if operator.error_inputs_func is not None:
        for each in operator.error_inputs("cpu"):
            replay = Replay(operator, each.sample_input)
            if replay.functions[edugrad] is not None:
                yield from _of_error(replay)


def _of_sample(operator: Any, replay: Replay, sample: Any, dtype: Any) -> Iterator[Found]:
    shown = form if operator.name in FORM_ONLY else unchanged

    def both(kind: str, call: Callable[[Any], Any], shown: Any = shown) -> Iterator[Found]:
        """Compare, where PyTorch has the call."""
        theirs, error = attempt(lambda: shown(call(torch)))
        if error is None:
            yield Found(kind, replay, difference(lambda: shown(call(edugrad)), theirs))

    yield from both(f"value {str(dtype)[6:]}", replay.call)
    if dtype is not torch.float64:
        return
    yield from both("strides", replay.call, strides)
    method = getattr(operator.method_variant, "__name__", "")
    if hasattr(torch.Tensor, method):
        yield from both("method", lambda library: replay.method(library, method))
    in_place = getattr(operator.inplace_variant, "__name__", "")
    if hasattr(torch.Tensor, in_place) and not sample.broadcasts_input:
        yield from both("in place", lambda library: replay.in_place(library, in_place))
    if operator.supports_out:
        yield from both("out", replay.out)
    if operator.supports_autograd:
        yield from both("gradient", lambda library: replay.gradients(library, 1))
    if operator.supports_gradgrad:
        yield from both("second gradient", lambda library: replay.gradients(library, 2))


def _of_error(replay: Replay) -> Iterator[Found]:
    theirs = attempt(lambda: replay.call(torch))[1]
    if theirs is not None:
        ours = attempt(lambda: replay.call(edugrad))[1]
        text = "" if type(ours) is type(theirs) else f"{ours!r} here, {theirs!r} in PyTorch"
        yield Found("error", replay, text)


def difference(call: Callable[[], Any], theirs: Any) -> str:
    """How what edugrad's call gives differs, in float32 measured against the largest element.

    Sums of products cancel: their error is that of the summands, not that of what is left.
    """
    ours, error = attempt(call)
    if error is not None:
        return f"{type(error).__name__} here, none in PyTorch: {error}"
    return compare(ours, theirs, against_largest=True).text


def unchanged(result: Any) -> Any:
    return result


def form(result: Any) -> Any:
    """What is known of a result whose numbers are not: shapes, dtypes, need of gradients."""
    if isinstance(result, (tuple, list)):
        return [form(each) for each in result]
    return [list(result.shape), dtype_name(result), result.requires_grad]


def strides(result: Any) -> Any:
    """The steps of a tensor, or of each of several, along dimensions in which one can step."""
    if isinstance(result, (tuple, list)):
        return [strides(each) for each in result]
    if not is_tensor(result) or not result.numel():
        return None
    return [step if n > 1 else None for n, step in zip(result.shape, result.stride(), strict=True)]
