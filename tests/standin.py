"""A stand-in for CuPy on machines without a GPU: NumPy arrays that behave as a GPU's do.

Like CuPy's, its arrays refuse to mix with NumPy's, never turn into one by themselves, stay arrays
when they have no dimensions, and lack what CuPy lacks::

    edugrad.devices.use_array_module("cuda", standin)

What CuPy does was looked up in CuPy 14.2 (``dir`` of the package and of its arrays; the signatures
of their methods; ``_kernel.pyx`` for ufuncs, ``_reduction.pyx``, ``_routines_indexing.pyx``) and in
its guide, "Differences between CuPy and NumPy":

- a function of NumPy's that CuPy has not (``ABSENT``) is not here either; ``errstate`` is the one
  most easily missed;
- methods take these keywords only (``KEYWORDS``): no ``where=``, no ``initial=``; ufuncs take
  ``out``, ``dtype`` and ``casting``;
- an index array that is out of bounds wraps around instead of raising;
- arrays have no ``__index__`` and no ``__contains__``;
- there are no warnings of overflow or 0/0.

Where it is stricter than CuPy: CuPy takes NumPy arrays as indices, and ``numpy.exp(x)`` of its
arrays; both would hide a mistake, since a tensor's own module is always at hand.
"""

from __future__ import annotations

import operator
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

ABSENT = frozenset(
    """block emath errstate frompyfunc geomspace insert matvec nanpercentile nanquantile nditer
    ndenumerate polyder polyint setbufsize seterr spacing unstack vecdot vecmat""".split()
)
ATOMIC = {
    "add": ("int32", "uint32", "uint64", "float16", "float32", "float64"),
    "subtract": ("int32", "uint32"),
    "maximum": ("int32", "uint32", "uint64", "float32", "float64"),
    "minimum": ("int32", "uint32", "uint64", "float32", "float64"),
}
KEYWORDS = {
    "all": ("axis", "out", "keepdims"),
    "any": ("axis", "out", "keepdims"),
    "argmax": ("axis", "out", "dtype", "keepdims"),
    "argmin": ("axis", "out", "dtype", "keepdims"),
    "argsort": ("axis",),
    "astype": ("order", "casting", "subok", "copy"),
    "copy": ("order",),
    "cumprod": ("axis", "dtype", "out"),
    "cumsum": ("axis", "dtype", "out"),
    "diagonal": ("offset", "axis1", "axis2"),
    "dot": ("out",),
    "fill": (),
    "max": ("axis", "out", "keepdims"),
    "mean": ("axis", "dtype", "out", "keepdims"),
    "min": ("axis", "out", "keepdims"),
    "nonzero": (),
    "prod": ("axis", "dtype", "out", "keepdims"),
    "ravel": ("order",),
    "repeat": ("axis",),
    "reshape": ("order",),
    "round": ("decimals", "out"),
    "sort": ("axis",),
    "squeeze": ("axis",),
    "std": ("axis", "dtype", "out", "ddof", "keepdims"),
    "sum": ("axis", "dtype", "out", "keepdims"),
    "swapaxes": (),
    "take": ("axis", "out"),
    "transpose": (),
    "var": ("axis", "dtype", "out", "ddof", "keepdims"),
    "view": (),
}
ATTRIBUTES = ("dtype", "flags", "itemsize", "nbytes", "ndim", "shape", "size", "strides")


class ndarray:
    """An array in the memory of a pretended GPU."""

    __slots__ = ("_held",)
    __hash__ = None  # type: ignore[assignment]
    # NumPy's operators give way to those of this class, which refuse NumPy's arrays.
    __array_ufunc__ = None

    def __init__(self, held: np.ndarray) -> None:
        self._held = held

    def __getattr__(self, name: str) -> Any:
        if name in ATTRIBUTES:
            return getattr(self._held, name)
        if name in ("T", "mT"):
            return ndarray(getattr(self._held, name))
        if name in KEYWORDS:
            return _guarded(getattr(self._held, name), f"ndarray.{name}", KEYWORDS[name])
        raise AttributeError(f"'ndarray' object has no attribute {name!r}")

    @property
    def base(self) -> ndarray | None:
        return None if self._held.base is None else ndarray(self._held.base)

    @property
    def device(self) -> Any:
        return SimpleNamespace(id=0)

    @property
    def data(self) -> Any:
        return SimpleNamespace(ptr=self._held.__array_interface__["data"][0])

    def get(self) -> np.ndarray:
        """Copy to host memory: the only way to NumPy."""
        return self._held.copy()

    def item(self) -> Any:
        return self._held.item()

    def tolist(self) -> Any:
        return self._held.tolist()

    def __array__(self, *args: Any, **kwargs: Any) -> np.ndarray:
        raise TypeError("Implicit conversion to a NumPy array is not allowed")

    def __getitem__(self, index: Any) -> ndarray:
        return _outside(self._held[_wrapped(index, self._held.shape)])

    def __setitem__(self, index: Any, value: Any) -> None:
        self._held[_wrapped(index, self._held.shape)] = _inside(value)

    def __len__(self) -> int:
        return len(self._held)

    def __iter__(self) -> Any:
        return (self[k] for k in range(len(self)))

    def __bool__(self) -> bool:
        return bool(self._held)

    def __int__(self) -> int:
        return int(self._held)

    def __float__(self) -> float:
        return float(self._held)

    def __repr__(self) -> str:
        return f"standin{self._held!r}"


def _inside(value: Any) -> Any:
    """Take out the NumPy arrays that stand-in arrays hold; refuse those that are NumPy's own."""
    if isinstance(value, ndarray):
        return value._held
    if isinstance(value, np.ndarray):
        raise TypeError(f"Unsupported type {np.ndarray}")
    if isinstance(value, (list, tuple)):
        return type(value)(_inside(each) for each in value)
    return value


def _outside(value: Any) -> Any:
    """Put NumPy's results into stand-in arrays; its scalars become arrays without dimensions."""
    if isinstance(value, (np.ndarray, np.generic)):
        return ndarray(np.asarray(value))
    if isinstance(value, (list, tuple)):
        return type(value)(_outside(each) for each in value)
    return value


def _wrapped(index: Any, shape: tuple[int, ...]) -> Any:
    """The index with its integer arrays brought between 0 and the length of their dimension."""
    parts = [_inside(part) for part in (index if isinstance(index, tuple) else (index,))]
    taken = [_dimensions(part) for part in parts]
    parts_and_places = []
    place = 0
    for part, count in zip(parts, taken, strict=True):
        if part is Ellipsis:
            place += len(shape) - sum(taken)
        if isinstance(part, np.ndarray) and part.dtype.kind in "iu" and place < len(shape):
            part = part % max(shape[place], 1)
        parts_and_places.append(part)
        place += count
    return tuple(parts_and_places)


def _dimensions(part: Any) -> int:
    if part is None or part is Ellipsis:
        return 0
    return part.ndim if isinstance(part, np.ndarray) and part.dtype == bool else 1


def _guarded(function: Any, name: str, keywords: tuple[str, ...] | None = None) -> Any:
    """``function`` of stand-in arrays, which takes no other keywords than these."""

    def call(*args: Any, **kwargs: Any) -> Any:
        unknown = set(kwargs) - set(keywords) if keywords is not None else ()
        if unknown:
            raise TypeError(f"{name}() got an unexpected keyword argument {min(unknown)!r}")
        kwargs = {key: _inside(value) for key, value in kwargs.items()}
        with np.errstate(all="ignore"):
            return _outside(function(*_inside(args), **kwargs))

    return call


class ufunc:
    """An element-wise function, with ``at``."""

    def __init__(self, function: np.ufunc) -> None:
        self._call = _guarded(function, function.__name__, ("out", "dtype", "casting"))
        self._function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self._call(*args, **kwargs)

    def reduce(self, array: ndarray, *args: Any, **kwargs: Any) -> Any:
        """Like CuPy's: of sums and products only."""
        if self._function not in (np.add, np.multiply):
            raise NotImplementedError(f"`{self._function.__name__}.reduce` is not supported yet")
        reduced = _guarded(self._function.reduce, "reduce", ("axis", "dtype", "out", "keepdims"))
        return reduced(array, *args, **kwargs)

    def at(self, array: ndarray, index: Any, *values: Any) -> None:
        """Like CuPy's: by atomic operations, which only some types have."""
        name = self._function.__name__
        if name not in ATOMIC:
            raise NotImplementedError(f"`{name}.at` is not supported yet")
        if array.dtype.name not in ATOMIC[name]:
            raise TypeError(f"`{name}.at` does not support {array.dtype}")
        self._function.at(_inside(array), _wrapped(index, array.shape), *_inside(values))


def _operator(name: str) -> tuple[Any, Any, Any]:
    function = getattr(operator, name if hasattr(operator, name) else f"{name}_")

    guarded = _guarded(function, name)

    def direct(self: ndarray, other: Any) -> Any:
        return guarded(self, other)

    def reflected(self: ndarray, other: Any) -> Any:
        return guarded(other, self)

    def in_place(self: ndarray, other: Any) -> Any:
        self[...] = guarded(self, other)
        return self

    return direct, reflected, in_place


for _name in "add sub mul truediv floordiv mod pow and or xor matmul".split():
    _direct, _reflected, _in_place = _operator(_name)
    setattr(ndarray, f"__{_name}__", _direct)
    setattr(ndarray, f"__r{_name}__", _reflected)
    if _name != "matmul":
        setattr(ndarray, f"__i{_name}__", _in_place)
for _name in "eq ne lt le gt ge".split():
    setattr(ndarray, f"__{_name}__", _operator(_name)[0])
for _name in "neg abs invert".split():
    setattr(ndarray, f"__{_name}__", _guarded(getattr(operator, _name), _name))


def asarray(values: Any, dtype: Any = None) -> ndarray:
    """Copy to the pretended GPU (NumPy's arrays are welcome here); nothing if it is there."""
    if isinstance(values, ndarray) and dtype in (None, values.dtype):
        return values
    held = values._held if isinstance(values, ndarray) else values
    return ndarray(np.array(held, dtype))


def array(values: Any, dtype: Any = None) -> ndarray:
    """Copy to the pretended GPU."""
    return ndarray(np.array(values._held if isinstance(values, ndarray) else values, dtype))


class _Grid:
    def __getitem__(self, slices: Any) -> Any:
        return _outside(np.ogrid[slices])


class _Device:
    def __init__(self, number: int | None = None) -> None:
        self.id = number or 0

    def __enter__(self) -> _Device:
        return self

    def __exit__(self, *exception: object) -> None:
        pass

    def synchronize(self) -> None:
        pass


ogrid = _Grid()
lib = SimpleNamespace(
    stride_tricks=SimpleNamespace(
        as_strided=_guarded(
            np.lib.stride_tricks.as_strided, "as_strided", ("x", "shape", "strides")
        )
    )
)
cuda = SimpleNamespace(Device=_Device, is_available=lambda: True)


class _Linalg:
    """``cupy.linalg``, which has this much of NumPy's, for stacks of matrices as well.

    There is no error for a singular matrix, unless within ``cupyx.errstate(linalg="raise")``.
    """

    NAMES = frozenset(
        """cholesky cond det eigh eigvalsh inv lstsq matrix_power matrix_rank norm pinv qr slogdet
        solve svd""".split()
    )

    def __getattr__(self, name: str) -> Any:
        if name not in self.NAMES:
            raise AttributeError(f"module 'cupy.linalg' has no attribute {name!r}")
        function = getattr(np.linalg, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            found = function(*args, **kwargs)
            return tuple(found) if isinstance(found, tuple) else found

        return _guarded(call, name)


class _Strict:
    """``cupyx.errstate``."""

    def __init__(self, linalg: str) -> None:
        self.linalg = linalg

    def __enter__(self) -> None:
        pass

    def __exit__(self, *exception: object) -> None:
        pass


linalg = _Linalg()
extended = SimpleNamespace(errstate=_Strict)


class _Special:
    """``cupyx.scipy.special``; SciPy is loaded on first use."""

    def __getattr__(self, name: str) -> Any:
        import scipy.special

        return _guarded(getattr(scipy.special, name), name, ("out", "dtype", "casting"))


special = _Special()


def __getattr__(name: str) -> Any:
    """Every other name is NumPy's, guarded, unless CuPy has not got it."""
    found = None if name in ABSENT or name.startswith("_") else getattr(np, name)
    if found is None or isinstance(found, ModuleType):
        raise AttributeError(f"module 'cupy' has no attribute {name!r}")
    if isinstance(found, np.ufunc):
        return ufunc(found)
    if isinstance(found, type) or not callable(found):
        return found
    return _guarded(found, name)
