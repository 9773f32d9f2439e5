"""What PyTorch has and edugrad leaves out: each name says so where it is used, and what to do."""

from __future__ import annotations

from typing import Any

from .errors import teach

_GROUPS: tuple[tuple[str, str, str], ...] = (
    (
        "complex cfloat cdouble chalf complex32 complex64 complex128 polar imag angle stft istft "
        "fft view_as_complex view_as_real",
        "complex numbers",
        "compute with the real and the imaginary part; numpy.fft takes x.numpy()",
    ),
    (
        "sparse sparse_coo sparse_csr sparse_csc sparse_bsr sparse_bsc sparse_coo_tensor "
        "sparse_csr_tensor sparse_csc_tensor sparse_bsr_tensor sparse_bsc_tensor "
        "sparse_compressed_tensor to_sparse to_sparse_coo to_sparse_csr to_sparse_csc "
        "to_sparse_bsr to_sparse_bsc sparse_mask sparse_dim sparse_resize_ coalesce is_coalesced "
        "indices values crow_indices col_indices SparseAdam",
        "sparse tensors: every element is stored",
        "use a dense tensor; index_add and scatter_add add to a few of its elements",
    ),
    (
        "quantize_per_tensor quantize_per_channel quantize_per_tensor_dynamic dequantize qint8 "
        "quint8 qint32 qscheme q_scale q_zero_point int_repr quantization ao quantized qat "
        "quantizable intrinsic",
        "quantised numbers",
        "compute in float16, or round by hand: (x / scale).round().clamp(-128, 127)",
    ),
    (
        "jit fx export compiler package overrides library _dynamo _inductor",
        "compiler: operations run as they are written",
        "call the function or module itself; edugrad.compile returns it unchanged",
    ),
    (
        "distributed multiprocessing futures SyncBatchNorm",
        "tensors that processes share",
        "run in one process; DataLoader and the Trainer say what they can do beside each other",
    ),
    (
        "bfloat16 float8_e4m3fn float8_e5m2",
        "numbers of that type, which NumPy has not",
        "use float32, or float16 where memory matters",
    ),
    (
        "uint16 uint32 uint64",
        "whole numbers without sign but uint8",
        "use int32 or int64",
    ),
)
OF_TENSOR = (
    "imag angle stft istft cfloat cdouble chalf bfloat16 to_sparse to_sparse_coo to_sparse_csr "
    "to_sparse_csc to_sparse_bsr to_sparse_bsc sparse_mask sparse_dim sparse_resize_ coalesce "
    "is_coalesced indices values crow_indices col_indices dequantize qscheme q_scale q_zero_point "
    "int_repr"
).split()
_WHY = {name: (what, mend) for names, what, mend in _GROUPS for name in names.split()}


def reason(owner: str, name: str) -> str | None:
    """The message for a name that is left out on purpose; None for any other.

    Examples
    --------
    >>> print(reason("edugrad", "polar"))
    edugrad has no polar: it has no complex numbers
      got:  edugrad.polar
      mend: compute with the real and the imaginary part; numpy.fft takes x.numpy()
    """
    if name not in _WHY:
        return None
    what, mend = _WHY[name]
    return teach(f"{owner} has no {name}: it has no {what}", got=f"{owner}.{name}", mend=mend)


class LeftOut:
    """An attribute that is not there, and says why; what looks for it finds nothing."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        raise AttributeError(reason("Tensor", self.name))
