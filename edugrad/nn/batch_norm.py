"""Normalisation by the statistics of a batch or an image, as modules; they may keep running ones.

Those that normalise each example by itself are in :mod:`edugrad.nn.normalization`.
"""

from __future__ import annotations

import warnings
from typing import Any, ClassVar

from .. import dtypes
from ..creation import empty, ones, tensor, zeros
from ..errors import teach
from . import functional as F
from . import init
from .module import Module
from .parameter import Parameter


class _NormBase(Module):
    """What batch and instance normalisation share: a weight, a bias and running statistics."""

    _version = 2
    ranks: ClassVar[tuple[int, ...]]
    weight: Parameter | None
    bias: Parameter | None
    running_mean: Any
    running_var: Any
    num_batches_tracked: Any

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__()
        self.num_features = num_features
        self.eps = eps
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        form = {"device": device, "dtype": dtype}
        for name, wanted in (("weight", affine), ("bias", affine and bias)):
            self.register_parameter(
                name, Parameter(empty(num_features, **form)) if wanted else None
            )
        tracks = track_running_stats
        self.register_buffer("running_mean", zeros(num_features, **form) if tracks else None)
        self.register_buffer("running_var", ones(num_features, **form) if tracks else None)
        steps = tensor(0, dtype=dtypes.int64, device=device) if tracks else None
        self.register_buffer("num_batches_tracked", steps)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """Forget what was gathered: mean 0, variance 1, no batches."""
        if self.track_running_stats:
            self.running_mean.zero_()
            self.running_var.fill_(1)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """Start anew: weight 1, bias 0, no running statistics."""
        self.reset_running_stats()
        if self.weight is not None:
            init.constant_(self.weight, 1.0)
        if self.bias is not None:
            init.constant_(self.bias, 0.0)

    def _check_rank(self, input: Any) -> None:
        if input.ndim in self.ranks:
            return
        wanted = " or ".join(f"{rank}D" for rank in self.ranks)
        raise ValueError(
            teach(
                f"expected {wanted} input (got {input.ndim}D input)",
                got=f"{type(self).__name__} of an input of shape {tuple(input.shape)}",
                mend="the dimensions are (batch, channels, …): choose the layer for their number, "
                "or reshape the input",
            )
        )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, "
            f"affine={self.affine}, bias={self.bias is not None}, "
            f"track_running_stats={self.track_running_stats}"
        )

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: Any, *args: Any, **kwargs: Any
    ) -> None:
        """Take files from before the batches were counted, as PyTorch does."""
        key = f"{prefix}num_batches_tracked"
        if local_metadata.get("version") in (None, 1) and self.track_running_stats:
            state_dict.setdefault(key, self.num_batches_tracked.new_zeros(()))
        super()._load_from_state_dict(state_dict, prefix, local_metadata, *args, **kwargs)


class _BatchNorm(_NormBase):
    """Batch normalisation of any number of dimensions."""

    def forward(self, input: Any) -> Any:
        self._check_rank(input)
        tracks = self.training and self.track_running_stats
        share = 0.0 if self.momentum is None else self.momentum
        if tracks:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                share = 1 / self.num_batches_tracked.item()
        uses_running = tracks or not self.training
        return F.batch_norm(
            input,
            self.running_mean if uses_running else None,
            self.running_var if uses_running else None,
            self.weight,
            self.bias,
            self.training or self.running_mean is None,
            share,
            self.eps,
        )


class BatchNorm1d(_BatchNorm):
    r"""Normalise each feature over the batch.

    .. math:: y = \frac{x - \text{mean}}{\sqrt{\text{var} + \epsilon}} \cdot w + b

    In training, mean and (biased) variance are those of the batch, and the running ones move
    towards them; in evaluation the running ones are used. The input has shape (batch, features) or
    (batch, features, length).

    Parameters
    ----------
    num_features : int
    eps : float
        Added to the variance.
    momentum : float or None
        How far the running statistics move at each batch; None averages all batches alike.
    affine : bool
        Whether there are a weight and a bias to learn.
    track_running_stats : bool
        If False, the batch's own statistics are used in evaluation too.
    bias : bool
        If False, there is only a weight.

    Attributes
    ----------
    weight, bias : Parameter of shape (num_features,), or None
        Ones and zeros at the start.
    running_mean, running_var : Tensor of shape (num_features,), or None
        Buffers; the variance is the unbiased one.
    num_batches_tracked : Tensor, or None

    Raises
    ------
    ValueError
        When called: if the input has another number of dimensions, or in training only one value
        a feature.
    RuntimeError
        If it has another number of features.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.BatchNorm1d(1, affine=False)
    >>> layer(edugrad.tensor([[1.0], [3.0]]))
    tensor([[-1.0000],
            [ 1.0000]])
    >>> layer.running_mean, layer.running_var
    (tensor([0.2000]), tensor([1.1000]))

    Notes
    -----
    PyTorch: ``torch.nn.BatchNorm1d``. Source: Ioffe and Szegedy, "Batch Normalization", 2015.
    """

    ranks = (2, 3)


class BatchNorm2d(_BatchNorm):
    """Normalise each channel over the batch and all places of its images.

    The input has shape (batch, channels, height, width); all else is as in :class:`BatchNorm1d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.BatchNorm2d(3)
    BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)

    Notes
    -----
    PyTorch: ``torch.nn.BatchNorm2d``.
    """

    ranks = (4,)


class BatchNorm3d(_BatchNorm):
    """Normalise each channel over the batch and all places of its volumes.

    The input has shape (batch, channels, depth, height, width); all else is as in
    :class:`BatchNorm1d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.BatchNorm3d(2)(edugrad.randn(4, 2, 2, 2, 2)).shape
    edugrad.Size([4, 2, 2, 2, 2])

    Notes
    -----
    PyTorch: ``torch.nn.BatchNorm3d``.
    """

    ranks = (5,)


class _InstanceNorm(_NormBase):
    """Instance normalisation of any number of dimensions."""

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(
            num_features, eps, momentum, affine, track_running_stats, device, dtype, bias=bias
        )

    def forward(self, input: Any) -> Any:
        self._check_rank(input)
        alone = input.ndim == self.ranks[0]
        self._check_features(input, 0 if alone else 1)
        result = F.instance_norm(
            input.unsqueeze(0) if alone else input,
            self.running_mean,
            self.running_var,
            self.weight,
            self.bias,
            self.training or not self.track_running_stats,
            0.0 if self.momentum is None else self.momentum,
            self.eps,
        )
        return result.squeeze(0) if alone else result

    def _check_features(self, input: Any, axis: int) -> None:
        count = input.shape[axis]
        if count == self.num_features:
            return
        if not self.affine:
            warnings.warn(
                f"input's size at dim={axis} does not match num_features. You can silence this "
                "warning by not passing in num_features, which is not used because affine=False",
                stacklevel=4,
            )
            return
        raise ValueError(
            teach(
                f"expected input's size at dim={axis} to match num_features "
                f"({self.num_features}), but got: {count}.",
                got=f"an input of shape {tuple(input.shape)}",
                mend=f"make the layer with num_features={count}",
            )
        )


class InstanceNorm1d(_InstanceNorm):
    """Normalise each channel of each example over its length.

    The input has shape (batch, channels, length) or (channels, length).

    Parameters
    ----------
    num_features : int
    eps : float
        Added to the variance.
    momentum : float
        How far the running statistics move at each batch.
    affine : bool
        Whether there are a weight and a bias to learn.
    track_running_stats : bool
        Gather running statistics and use them in evaluation.
    bias : bool
        If False, there is only a weight.

    Raises
    ------
    ValueError
        When called: if the input has another number of dimensions, or there is only one place.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.InstanceNorm1d(1)(edugrad.tensor([[[1.0, 3.0]]]))
    tensor([[[-1.0000,  1.0000]]])

    Notes
    -----
    PyTorch: ``torch.nn.InstanceNorm1d``. Source: Ulyanov, Vedaldi and Lempitsky, "Instance
    Normalization", 2016.
    """

    ranks = (2, 3)


class InstanceNorm2d(_InstanceNorm):
    """Normalise each channel of each image over its places.

    The input has shape (batch, channels, height, width), or no batch; the parameters are those of
    :class:`InstanceNorm1d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.InstanceNorm2d(3)(edugrad.randn(2, 3, 4, 4)).shape
    edugrad.Size([2, 3, 4, 4])

    Notes
    -----
    PyTorch: ``torch.nn.InstanceNorm2d``.
    """

    ranks = (3, 4)


class InstanceNorm3d(_InstanceNorm):
    """Normalise each channel of each volume over its places.

    The input has shape (batch, channels, depth, height, width), or no batch; the parameters are
    those of :class:`InstanceNorm1d`.

    Examples
    --------
    >>> import edugrad
    >>> edugrad.nn.InstanceNorm3d(3)(edugrad.randn(2, 3, 2, 2, 2)).shape
    edugrad.Size([2, 3, 2, 2, 2])

    Notes
    -----
    PyTorch: ``torch.nn.InstanceNorm3d``.
    """

    ranks = (4, 5)
