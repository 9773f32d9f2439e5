"""What a model consists of, as a table: shapes, parameters, multiply-adds, memory.

In the manner of Keras' ``model.summary()`` and of torchinfo, whose counts it gives.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import creation, dtypes
from ..autograd.grad_mode import no_grad
from ..errors import teach
from ..tensor import Tensor
from .embedding import Embedding
from .module import Module

MEGA = 1e6


@dataclass(eq=False)
class Row:
    """One call of a module."""

    module: Module
    name: str
    depth: int
    index: int = 0
    shape: list[int] | None = None
    output_bytes: int = 0
    mult_adds: int = 0
    rows: list[Row] = field(default_factory=list)
    repeated: bool = False

    def walk(self) -> Iterator[Row]:
        """The row itself and all below it, in the order of the calls."""
        yield self
        for row in self.rows:
            yield from row.walk()

    def own(self) -> dict[int, Tensor]:
        """The parameters that no call below this one stands for."""
        below = {id(each) for row in self.rows for each in row.module.parameters()}
        return {id(each): each for each in self.module.parameters() if id(each) not in below}


class Summary:
    """The table of a model, and its totals.

    Attributes
    ----------
    total_params, trainable_params : int
        Elements of all parameters, each counted once, and of those that require a gradient.
    total_mult_adds : int
        Multiply-adds of one forward pass on the given input.
    input_bytes, total_output_bytes, total_param_bytes : int
        Of the input; of the outputs of layers with parameters and of their gradients; of the
        parameters.
    rows : list of Row
        The calls of modules, in their order.
    """

    def __init__(self, root: Row, given: Any, depth: int) -> None:
        self.rows = list(root.walk())
        self.depth = depth
        parameters = list(root.module.parameters())
        self.total_params = _count(parameters)
        self.trainable_params = _count([each for each in parameters if each.requires_grad])
        self.total_param_bytes = sum(each.nbytes for each in parameters)
        self.total_mult_adds = sum(row.mult_adds for row in self.rows)
        self.input_bytes = sum(each.nbytes for each in _tensors(given))
        counted = [row for row in self.rows if not row.rows and row.own()]
        self.total_output_bytes = 2 * sum(row.output_bytes for row in counted)

    def __repr__(self) -> str:
        header = ("Layer (type (name): depth-index)", "Output shape", "Param #", "Mult-adds")
        table = [header, *self._lines()]
        widths = [max(map(len, column)) + 2 for column in zip(*table, strict=True)]
        lines = [_aligned(cells, widths) for cells in table]
        rule = "=" * max(sum(widths), 72)
        return "\n".join(
            [rule, lines[0], rule, *lines[1:], rule, *self._totals(), rule, *self._memory(), rule]
        )

    def _lines(self) -> Iterator[tuple[str, str, str, str]]:
        seen: set[int] = set()
        for label, row in _labelled(self.rows[0], self.depth):
            folded = row.depth == self.depth
            several = list(row.walk()) if folded else [row]
            own = {key: each for one in several for key, each in one.own().items()}
            fresh = [each for key, each in own.items() if key not in seen]
            seen.update(own)
            adds = sum(one.mult_adds for one in several)
            shape = "--" if row.shape is None else str(row.shape)
            yield label, shape, _parameters(own, fresh, row.repeated), _number(adds)

    def _totals(self) -> list[str]:
        frozen = self.total_params - self.trainable_params
        return [
            f"Total params: {self.total_params:,}",
            f"Trainable params: {self.trainable_params:,}",
            f"Non-trainable params: {frozen:,}",
            f"Total mult-adds (M): {self.total_mult_adds / MEGA:,.2f}",
        ]

    def _memory(self) -> list[str]:
        total = self.input_bytes + self.total_output_bytes + self.total_param_bytes
        return [
            f"Input size (MB): {self.input_bytes / MEGA:,.2f}",
            f"Forward/backward pass size (MB): {self.total_output_bytes / MEGA:,.2f}",
            f"Params size (MB): {self.total_param_bytes / MEGA:,.2f}",
            f"Estimated total size (MB): {total / MEGA:,.2f}",
        ]


def summary(
    model: Module,
    input: Any = None,
    *,
    input_size: Any = None,
    input_data: Any = None,
    dtype: Any = None,
    device: Any = None,
    depth: int = 3,
    verbose: bool | None = None,
) -> Summary:
    """Run a model once and list its layers with shapes, parameters, multiply-adds and memory.

    The model runs in evaluation mode and without a graph; its mode is put back afterwards.

    Parameters
    ----------
    model : Module
    input : Tensor, tuple of int, list or dict, optional
        An input, or the shape of one with its batch; a list of inputs or of shapes for a model that
        takes several; a dict for arguments by name. Without it the model does not run, and shapes
        and multiply-adds stay unknown.
    input_size, input_data : optional
        torchinfo's names for a shape and for an input.
    dtype, device : optional
        Of inputs that are made from shapes; else those of the model's first parameter.
    depth : int
        How many levels of modules have lines of their own.
    verbose : bool, optional
        Whether to print the table; if not said, it is printed by a script, and left to be shown as
        the value of its cell in a notebook.

    Returns
    -------
    Summary
        The table as its text, the totals as attributes.

    Raises
    ------
    TypeError
        If ``model`` is no module or the input no input.
    RuntimeError
        Whatever the model raises on the input, with a note of what the input was.

    Notes
    -----
    Multiply-adds are counted as torchinfo counts them: each weight and bias once at every position
    of a convolution's output and once a sample in other layers, with two exceptions: a linear
    layer's count in every row of its input, and looking up an embedding counts nothing.
    ``(recursive)`` marks a module that was called before; its parameters count once.

    Examples
    --------
    >>> from edugrad import nn
    >>> net = nn.Sequential(nn.Linear(784, 512), nn.ReLU(), nn.Linear(512, 10))
    >>> table = summary(net, (64, 784), verbose=True)
    ========================================================================
    Layer (type (name): depth-index)  Output shape    Param #   Mult-adds
    ========================================================================
    Sequential                        [64, 10]             --          --
    ├─Linear (0): 1-1                 [64, 512]       401,920  25,722,880
    ├─ReLU (1): 1-2                   [64, 512]            --          --
    └─Linear (2): 1-3                 [64, 10]          5,130     328,320
    ========================================================================
    Total params: 407,050
    Trainable params: 407,050
    Non-trainable params: 0
    Total mult-adds (M): 26.05
    ========================================================================
    Input size (MB): 0.20
    Forward/backward pass size (MB): 0.27
    Params size (MB): 1.63
    Estimated total size (MB): 2.10
    ========================================================================
    >>> table.total_params
    407050
    """
    if not isinstance(model, Module):
        raise TypeError(
            teach(
                "summary() takes a module",
                got=f"the class {model.__name__}" if isinstance(model, type) else repr(model),
                mend="make one first: edugrad.summary(Net(), (64, 784))",
            )
        )
    given = next((each for each in (input, input_size, input_data) if each is not None), None)
    args, kwargs = _inputs(model, given, dtype, device)
    root = Row(model, "", 0)
    if given is None:
        _list_modules(root)
    else:
        root = _run(model, args, kwargs)
    found = Summary(root, [args, kwargs], depth)
    if verbose is None:
        verbose = not (hasattr(sys, "ps1") or "ipykernel" in sys.modules)
    if verbose:
        print(found)
    return found


def _inputs(
    model: Module, given: Any, dtype: Any, device: Any
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments for the model: tensors as they are, zeros for shapes."""
    first = next(model.parameters(), None)
    if dtype is None:
        dtype = dtypes.float32 if first is None else first.dtype
    if device is None:
        device = None if first is None else first.device

    def make(each: Any) -> Any:
        if _is_shape(each):
            return creation.zeros(tuple(each), dtype=dtype, device=device)
        if isinstance(each, Tensor):
            return each
        if hasattr(each, "__array__"):
            return creation.as_tensor(each, device=device)
        raise TypeError(
            teach(
                "an input is a tensor, or a shape with the batch first",
                got=repr(each) if len(repr(each)) < 60 else type(each).__name__,
                mend="e.g. edugrad.summary(model, (64, 784)), or a list for several inputs",
            )
        )

    if given is None:
        return (), {}
    if isinstance(given, Mapping):
        return (), {name: make(each) for name, each in given.items()}
    if isinstance(given, (list, tuple)) and not _is_shape(given):
        return tuple(make(each) for each in given), {}
    return (make(given),), {}


def _is_shape(given: Any) -> bool:
    return (
        isinstance(given, (tuple, list))
        and bool(given)
        and all(isinstance(each, int) and not isinstance(each, bool) for each in given)
    )


def _list_modules(row: Row) -> None:
    """Rows of all modules, for a model that is not run."""
    for number, (name, module) in enumerate(row.module.named_children()):
        row.rows.append(Row(module, name, row.depth + 1, number + 1))
        _list_modules(row.rows[-1])


class _Watch:
    """Turns the calls of modules into rows."""

    def __init__(self) -> None:
        self.root: Row | None = None
        self.open: list[Row] = []
        self.called: set[int] = set()
        self.counts: dict[int, int] = {}

    def before(self, module: Module, args: Any) -> None:
        depth = len(self.open)
        self.counts[depth] = self.counts.get(depth, 0) + 1
        name = _name_in(self.open[-1].module, module) if self.open else ""
        row = Row(module, name, depth, self.counts[depth], repeated=id(module) in self.called)
        self.called.add(id(module))
        if self.open:
            self.open[-1].rows.append(row)
        else:
            self.root = row
        self.open.append(row)

    def after(self, module: Module, args: Any, output: Any) -> None:
        row = self.open.pop()
        tensors = _tensors(output)
        if tensors:
            row.shape = list(tensors[0].shape)
            row.output_bytes = tensors[0].nbytes
            row.mult_adds = _mult_adds(row)


def _run(model: Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Row:
    """Call the model and watch; its hooks and modes are as before afterwards."""
    watch = _Watch()
    modes = [(module, module.training) for module in model.modules()]
    handles = [
        handle
        for module, _ in modes
        for handle in (
            module.register_forward_pre_hook(watch.before),
            module.register_forward_hook(watch.after),
        )
    ]
    try:
        model.eval()
        with no_grad():
            model(*args, **kwargs)
    except Exception as error:
        given = ", ".join(f"{each.dtype.name} {list(each.shape)}" for each in _tensors([args]))
        error.add_note(f"  summary() called {type(model).__name__} with {given or 'no tensor'}")
        raise
    finally:
        for handle in handles:
            handle.remove()
        for module, training in modes:
            module.training = training
    assert watch.root is not None
    return watch.root


def _name_in(owner: Module, module: Module) -> str:
    return next((name for name, each in owner.named_modules() if each is module), "")


def _mult_adds(row: Row) -> int:
    """How often a module multiplies and adds for its output, without the modules that it calls."""
    if isinstance(row.module, Embedding) or row.shape is None:
        return 0
    named = row.module.named_parameters(recurse=not row.rows)
    weights = [each for name, each in named if "weight" in name or "bias" in name]
    return _count(weights) * _uses(row.module, row.shape)


def _uses(module: Module, shape: list[int]) -> int:
    """How often each weight is used: at every position, in every row, or once a sample."""
    weight = getattr(module, "weight", None)
    if weight is None or weight.ndim == 2:
        return math.prod(shape[:-1])
    if weight.ndim > 2 and hasattr(module, "kernel_size"):
        spatial = weight.ndim - 2
        return math.prod(shape[: -spatial - 1]) * math.prod(shape[-spatial:])
    return shape[0] if shape else 1


def _tensors(value: Any) -> list[Tensor]:
    """The tensors in a value, however nested."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return [each for item in value for each in _tensors(item)]
    return []


def _count(parameters: list[Any]) -> int:
    return sum(each.numel() for each in parameters)


def _labelled(row: Row, depth: int, branch: str = "", stem: str = "") -> Iterator[tuple[str, Row]]:
    """The rows down to a depth, each with its name on a branch of the tree."""
    name = f" ({row.name})" if row.name else ""
    place = f": {row.depth}-{row.index}" if row.depth else ""
    yield f"{branch}{type(row.module).__name__}{name}{place}", row
    below = row.rows if row.depth < depth else []
    for each in below:
        last = each is below[-1]
        ends = ("└─", "  ") if last else ("├─", "│ ")
        yield from _labelled(each, depth, stem + ends[0], stem + ends[1])


def _parameters(own: dict[int, Tensor], fresh: list[Tensor], repeated: bool) -> str:
    if not own:
        return "--"
    if not fresh:
        return "(recursive)" if repeated else "(shared)"
    text = f"{_count(fresh):,}"
    return text if any(each.requires_grad for each in fresh) else f"({text})"


def _number(count: int) -> str:
    return f"{count:,}" if count else "--"


def _aligned(cells: tuple[str, ...], widths: list[int]) -> str:
    """Text to the left, numbers to the right."""
    left = [cell.ljust(width) for cell, width in zip(cells[:2], widths, strict=False)]
    right = [cell.rjust(width) for cell, width in zip(cells[2:], widths[2:], strict=True)]
    return "".join([*left, *right])
