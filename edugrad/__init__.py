"""edugrad: tensors and automatic differentiation with PyTorch's API, on NumPy and CuPy.

``import edugrad as torch`` runs PyTorch teaching code; the lessons show how it works inside.
Importing edugrad loads NumPy and nothing else.
"""

import importlib as _importlib
import math as _math
import warnings as _warnings
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from . import absent, autograd, cuda, dtypes, linalg, ops, special
from .autograd import (
    enable_grad,
    inference_mode,
    is_grad_enabled,
    is_inference_mode_enabled,
    no_grad,
    set_grad_enabled,
)
from .creation import (
    as_tensor,
    asarray,
    empty,
    empty_like,
    eye,
    from_numpy,
    full,
    full_like,
    ones,
    ones_like,
    scalar_tensor,
    tensor,
    zeros,
    zeros_like,
)
from .devices import Device, device
from .dtypes import (
    DType,
    double,
    float16,
    float32,
    float64,
    get_default_dtype,
    half,
    int8,
    int16,
    int32,
    int64,
    long,
    promote_types,
    set_default_dtype,
    short,
    uint8,
)
from .environment import (
    are_deterministic_algorithms_enabled,
    can_cast,
    compile,
    get_default_device,
    get_float32_matmul_precision,
    get_num_interop_threads,
    get_num_threads,
    is_complex,
    is_floating_point,
    is_nonzero,
    is_same_size,
    result_type,
    set_default_device,
    set_default_tensor_type,
    set_float32_matmul_precision,
    set_num_interop_threads,
    set_num_threads,
    use_deterministic_algorithms,
)
from .exchange import from_dlpack
from .layouts import MemoryFormat as memory_format
from .layouts import channels_last, channels_last_3d, contiguous_format, preserve_format
from .limits import finfo, iinfo
from .ops import further_names
from .ops.diagonals import tril_indices, triu_indices
from .ops.methods import OF_ONE_IN_PLACE
from .ops.reshaping import broadcast_shapes
from .options import Layout as layout
from .options import strided
from .printing import set_printoptions
from .random import (
    Generator,
    get_rng_state,
    initial_seed,
    manual_seed,
    rand,
    rand_like,
    randint,
    randn,
    randperm,
    seed,
    set_rng_state,
)
from .ranges import arange, linspace, logspace
from .sampling import bernoulli, multinomial, normal, poisson, randint_like, randn_like
from .size import Size
from .tensor import Tensor
from .typed import BY_NAME as TENSOR_TYPES
from .version import __version__
from .windows import (
    bartlett_window,
    blackman_window,
    hamming_window,
    hann_window,
    kaiser_window,
)

if _TYPE_CHECKING:
    from . import (
        accelerator,
        amp,
        backends,
        distributions,
        func,
        nn,
        optim,
        testing,
        training,
        utils,
        xpu,
    )
    from .amp import autocast
    from .func import vmap
    from .nn.summary import summary
    from .serialization import load, save

# What is loaded when it is first used, so that ``import edugrad`` stays fast: packages, functions.
_ON_DEMAND = (
    "accelerator amp backends distributions func nn optim testing training utils xpu"
).split()
_FUNCTIONS_ON_DEMAND = {
    "autocast": ".amp",
    "load": ".serialization",
    "save": ".serialization",
    "summary": ".nn.summary",
    "vmap": ".func",
}

# NumPy warns of overflow and 0/0; PyTorch returns inf and nan, and so does edugrad.
_warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"edugrad\.")

dtype = DType
# Types are shown by the names that users know them by: <class 'edugrad.Tensor'>.
for _kind, _name in ((Tensor, "Tensor"), (Size, "Size"), (DType, "dtype"), (Device, "device")):
    _kind.__module__, _kind.__name__, _kind.__qualname__ = "edugrad", _name, _name
float = dtypes.float32
int = dtypes.int32
bool = dtypes.bool_
matrix_exp = linalg.matrix_exp
inf, nan, pi, e, newaxis = _math.inf, _math.nan, _math.pi, _math.e, None

globals().update(
    {name: info.function for name, info in ops.OPS.items() if info.namespace == "edugrad"}
)
globals().update(further_names.FUNCTIONS)
globals().update({name: getattr(Tensor, name) for name in OF_ONE_IN_PLACE})
globals().update(TENSOR_TYPES)


def numel(input: Tensor) -> _Any:
    """The number of elements. PyTorch: ``torch.numel``."""
    return input.numel()


def is_signed(input: Tensor) -> _Any:
    """Whether elements may be negative. PyTorch: ``torch.is_signed``."""
    return input.is_signed()


def is_tensor(obj: _Any, /) -> _Any:
    """Whether ``obj`` is a tensor. PyTorch: ``torch.is_tensor``."""
    return isinstance(obj, Tensor)


def __getattr__(name: str) -> _Any:
    if name in _ON_DEMAND:
        return _importlib.import_module(f"{__name__}.{name}")
    if name in _FUNCTIONS_ON_DEMAND:
        return getattr(_importlib.import_module(_FUNCTIONS_ON_DEMAND[name], __name__), name)
    if name in dtypes.ABSENT:
        raise AttributeError(dtypes.absent(name))
    left_out = absent.reason("edugrad", name)
    raise AttributeError(left_out or f"module 'edugrad' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ON_DEMAND, *_FUNCTIONS_ON_DEMAND})
