"""A layer of two inputs: each output is a weighted sum of the products of their elements."""

from __future__ import annotations

from typing import Any

from ..errors import teach
from .linalg import matmul
from .registry import Sample, T, register


def _check(input1: Any, input2: Any, weight: Any, bias: Any) -> None:
    first, second, kernel = (each._array.shape for each in (input1, input2, weight))
    if len(kernel) != 3:
        rule = "bilinear(): the weight has dimensions (out, first, second)"
    elif first[:-1] != second[:-1]:
        rule = "bilinear(): input batch dimensions do not match"
    elif first[-1] != kernel[1]:
        rule = f"bilinear(): input1 size does not match weight size: got {first[-1]} but expected "
        rule += str(kernel[1])
    elif second[-1] != kernel[2]:
        rule = f"bilinear(): input2 size does not match weight size: got {second[-1]} but expected "
        rule += str(kernel[2])
    elif bias is not None and bias._array.shape != kernel[:1]:
        rule = f"bilinear(): bias size does not match weight size: got {bias.numel()} but expected "
        rule += str(kernel[0])
    else:
        return
    raise RuntimeError(
        teach(
            rule,
            got=f"inputs of shapes {first} and {second} and a weight of shape {kernel}",
            mend="the inputs differ in their last dimension only; the weight is (out, first, "
            "second), the bias (out,)",
        )
    )


@register(
    None,
    samples=[
        Sample(T(2, 3), T(2, 4), T(5, 3, 4)),
        Sample(T(2, 3, 3), T(2, 3, 2), T(2, 3, 2), T(2)),
        Sample(T(3), T(4), T(2, 3, 4), bias=T(2)),
    ],
    method=False,
)
def bilinear(input1: Any, input2: Any, weight: Any, bias: Any = None) -> Any:
    r"""A layer of two inputs.

    .. math:: y_k = x_1^\top W_k \, x_2 + b_k

    Parameters
    ----------
    input1 : Tensor of shape (…, first)
    input2 : Tensor of shape (…, second)
    weight : Tensor of shape (out, first, second)
    bias : Tensor of shape (out,), optional

    Returns
    -------
    Tensor of shape (…, out)

    Raises
    ------
    RuntimeError
        If the sizes do not fit.

    Notes
    -----
    PyTorch: ``torch.nn.functional.bilinear``.
    """
    _check(input1, input2, weight, bias)
    outs, first, second = weight._array.shape
    products = input1.unsqueeze(-1) * input2.unsqueeze(-2)
    flat = products.reshape(*input1._array.shape[:-1], first * second)
    result = matmul(flat, weight.reshape(outs, first * second).t())
    return result if bias is None else result + bias
