"""The transformer: encoder and decoder layers, stacks of them, and both together."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable
from typing import Any

from .. import dtypes
from ..creation import full
from ..errors import teach
from ..ops.diagonals import triu
from . import functional as F
from . import init
from .attention import MultiheadAttention
from .containers import ModuleList
from .dropout import Dropout
from .linear import Linear
from .module import Module
from .normalization import LayerNorm

Activation = str | Callable[[Any], Any]


def _activation(activation: Activation) -> Callable[[Any], Any]:
    if not isinstance(activation, str):
        return activation
    if activation not in ("relu", "gelu"):
        raise RuntimeError(
            teach(
                f"activation should be relu/gelu, not {activation}",
                got=f"activation={activation!r}",
                mend='use "relu", "gelu" or a function',
            )
        )
    found: Callable[[Any], Any] = getattr(F, activation)
    return found


class _TransformerLayer(Module):
    """What encoder and decoder layers share: attention, and a network at each place."""

    attentions: tuple[str, ...]

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        form = {"device": device, "dtype": dtype}
        for name in self.attentions:
            attention = MultiheadAttention(
                d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first, **form
            )
            self.add_module(name, attention)
        self.linear1 = Linear(d_model, dim_feedforward, bias=bias, **form)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias=bias, **form)
        self.norm_first = norm_first
        parts = range(1, len(self.attentions) + 2)
        for number in parts:
            norm = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **form)
            self.add_module(f"norm{number}", norm)
        for number in parts:
            self.add_module(f"dropout{number}", Dropout(dropout))
        self.activation = _activation(activation)

    def _add(self, x: Any, number: int, change: Callable[[Any], Any]) -> Any:
        """What is left of ``x`` after one part: normalised before it, or after the sum."""
        norm, dropout = getattr(self, f"norm{number}"), getattr(self, f"dropout{number}")
        if self.norm_first:
            return x + dropout(change(norm(x)))
        return norm(x + dropout(change(x)))

    def _feed_forward(self, x: Any) -> Any:
        return self.linear2(self.dropout(self.activation(self.linear1(x))))


class TransformerEncoderLayer(_TransformerLayer):
    r"""Attention of a sequence to itself, then a network at each place; both added to the input.

    .. math::

        x &\leftarrow \operatorname{norm}(x + \operatorname{attention}(x, x, x)) \\
        x &\leftarrow \operatorname{norm}(x + W_2 \, \text{activation}(W_1 x))

    It is called with a sequence of shape (length, batch, d_model), or (batch, length, d_model)
    with ``batch_first``, and optionally ``src_mask``, ``src_key_padding_mask`` and ``is_causal``,
    which are those of :class:`MultiheadAttention`.

    Parameters
    ----------
    d_model : int
        Features of inputs and outputs.
    nhead : int
        Heads of the attention.
    dim_feedforward : int
        Features within the network.
    dropout : float
        Share that is left out, in training.
    activation : "relu", "gelu" or callable
    layer_norm_eps : float
    batch_first : bool
    norm_first : bool
        Normalise before each part instead of after it, which trains more easily.
    bias : bool
        Whether linear layers and normalisations have one.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16)
    >>> layer(edugrad.randn(5, 3, 8)).shape
    edugrad.Size([5, 3, 8])

    Notes
    -----
    PyTorch: ``torch.nn.TransformerEncoderLayer``, without its fast path in evaluation. Source:
    Vaswani et al., "Attention Is All You Need", 2017.
    """

    attentions = ("self_attn",)

    def forward(
        self,
        src: Any,
        src_mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool = False,
    ) -> Any:
        def attention(x: Any) -> Any:
            return self.self_attn(
                x,
                x,
                x,
                attn_mask=src_mask,
                key_padding_mask=src_key_padding_mask,
                need_weights=False,
                is_causal=is_causal,
            )[0]

        return self._add(self._add(src, 1, attention), 2, self._feed_forward)


class TransformerDecoderLayer(_TransformerLayer):
    """Attention to itself, then to what an encoder made, then a network at each place.

    It is called with a target sequence and the encoder's result (``memory``), of shape (length,
    batch, d_model) each, and optionally a mask and a padding mask for both, which are those of
    :class:`MultiheadAttention`. The parameters are those of :class:`TransformerEncoderLayer`.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.TransformerDecoderLayer(d_model=8, nhead=2, dim_feedforward=16)
    >>> layer(edugrad.randn(4, 3, 8), memory=edugrad.randn(5, 3, 8)).shape
    edugrad.Size([4, 3, 8])

    Notes
    -----
    PyTorch: ``torch.nn.TransformerDecoderLayer``.
    """

    attentions = ("self_attn", "multihead_attn")

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Any:
        def to_itself(x: Any) -> Any:
            return self.self_attn(
                x,
                x,
                x,
                attn_mask=tgt_mask,
                key_padding_mask=tgt_key_padding_mask,
                need_weights=False,
                is_causal=tgt_is_causal,
            )[0]

        def to_memory(x: Any) -> Any:
            return self.multihead_attn(
                x,
                memory,
                memory,
                attn_mask=memory_mask,
                key_padding_mask=memory_key_padding_mask,
                need_weights=False,
                is_causal=memory_is_causal,
            )[0]

        x = self._add(tgt, 1, to_itself)
        return self._add(self._add(x, 2, to_memory), 3, self._feed_forward)


class _Stack(Module):
    """Copies of a layer, one upon the other, and a normalisation at the end."""

    def __init__(self, layer: Module, num_layers: int, norm: Module | None) -> None:
        super().__init__()
        self.layers = ModuleList([copy.deepcopy(layer) for _ in range(num_layers)])
        self.num_layers = num_layers
        self.norm = norm


class TransformerEncoder(_Stack):
    """A stack of encoder layers, each a copy of the one given.

    It is called with a sequence and optionally ``mask``, ``src_key_padding_mask`` and
    ``is_causal``, which go to every layer.

    Parameters
    ----------
    encoder_layer : TransformerEncoderLayer
        All copies begin with its numbers.
    num_layers : int
    norm : Module, optional
        Applied at the end.
    enable_nested_tensor, mask_check : bool
        Without effect here.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.TransformerEncoderLayer(d_model=8, nhead=2, dim_feedforward=16)
    >>> edugrad.nn.TransformerEncoder(layer, num_layers=2)(edugrad.randn(5, 3, 8)).shape
    edugrad.Size([5, 3, 8])

    Notes
    -----
    PyTorch: ``torch.nn.TransformerEncoder``.
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__(encoder_layer, num_layers, norm)
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self,
        src: Any,
        mask: Any = None,
        src_key_padding_mask: Any = None,
        is_causal: bool | None = None,
    ) -> Any:
        for layer in self.layers:
            src = layer(
                src,
                src_mask=mask,
                src_key_padding_mask=src_key_padding_mask,
                is_causal=bool(is_causal),
            )
        return src if self.norm is None else self.norm(src)


class TransformerDecoder(_Stack):
    """A stack of decoder layers, each a copy of the one given.

    It is called as a :class:`TransformerDecoderLayer`.

    Parameters
    ----------
    decoder_layer : TransformerDecoderLayer
    num_layers : int
    norm : Module, optional
        Applied at the end.

    Examples
    --------
    >>> import edugrad
    >>> layer = edugrad.nn.TransformerDecoderLayer(d_model=8, nhead=2, dim_feedforward=16)
    >>> decoder = edugrad.nn.TransformerDecoder(layer, num_layers=2)
    >>> decoder(edugrad.randn(4, 3, 8), edugrad.randn(5, 3, 8)).shape
    edugrad.Size([4, 3, 8])

    Notes
    -----
    PyTorch: ``torch.nn.TransformerDecoder``.
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__(decoder_layer, num_layers, norm)

    def forward(
        self,
        tgt: Any,
        memory: Any,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        for layer in self.layers:
            tgt = layer(
                tgt,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return tgt if self.norm is None else self.norm(tgt)


class Transformer(Module):
    """An encoder that reads a source and a decoder that writes a target, looking at both.

    It is called with source and target of shape (length, batch, d_model), or (batch, length,
    d_model) with ``batch_first``, and optionally masks of both and of the way between.

    Parameters
    ----------
    d_model, nhead : int
    num_encoder_layers, num_decoder_layers : int
    dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias
        As in :class:`TransformerEncoderLayer`.
    custom_encoder, custom_decoder : Module, optional
        Instead of stacks of the usual layers.

    Raises
    ------
    RuntimeError
        When called: if batches or features of source and target do not fit.

    Examples
    --------
    >>> import edugrad
    >>> model = edugrad.nn.Transformer(8, 2, 1, 1, dim_feedforward=16)
    >>> mask = model.generate_square_subsequent_mask(4)
    >>> model(edugrad.randn(5, 3, 8), edugrad.randn(4, 3, 8), tgt_mask=mask).shape
    edugrad.Size([4, 3, 8])

    Notes
    -----
    PyTorch: ``torch.nn.Transformer``. Source: Vaswani et al., "Attention Is All You Need", 2017.
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = F.relu,
        custom_encoder: Any = None,
        custom_decoder: Any = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        form = {"device": device, "dtype": dtype}
        shape = (d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps)
        options = (batch_first, norm_first, bias)

        def norm() -> LayerNorm:
            return LayerNorm(d_model, eps=layer_norm_eps, bias=bias, **form)

        if custom_encoder is not None:
            self.encoder = custom_encoder
        else:
            layer = TransformerEncoderLayer(*shape, *options, **form)
            self.encoder = TransformerEncoder(layer, num_encoder_layers, norm())
        if custom_decoder is not None:
            self.decoder = custom_decoder
        else:
            other = TransformerDecoderLayer(*shape, *options, **form)
            self.decoder = TransformerDecoder(other, num_decoder_layers, norm())
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw all matrices by Glorot's rule."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Any,
        tgt: Any,
        src_mask: Any = None,
        tgt_mask: Any = None,
        memory_mask: Any = None,
        src_key_padding_mask: Any = None,
        tgt_key_padding_mask: Any = None,
        memory_key_padding_mask: Any = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Any:
        self._check(src, tgt)
        memory = self.encoder(
            src,
            mask=src_mask,
            src_key_padding_mask=src_key_padding_mask,
            is_causal=src_is_causal,
        )
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    def _check(self, src: Any, tgt: Any) -> None:
        axis = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[axis] != tgt.shape[axis]:
            rule = "the batch number of src and tgt must be equal"
        elif src.shape[-1] != self.d_model or tgt.shape[-1] != self.d_model:
            rule = "the feature number of src and tgt must be equal to d_model"
        else:
            return
        order = "(batch, length" if self.batch_first else "(length, batch"
        raise RuntimeError(
            teach(
                rule,
                got=f"src of shape {tuple(src.shape)} and tgt of shape {tuple(tgt.shape)}",
                mend=f"both have shape {order}, {self.d_model})",
            )
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Any:
        """A mask with which each place sees itself and what came before.

        Examples
        --------
        >>> import edugrad
        >>> edugrad.nn.Transformer.generate_square_subsequent_mask(3)
        tensor([[0., -inf, -inf],
                [0., 0., -inf],
                [0., 0., 0.]])
        """
        dtype = dtypes.get_default_dtype() if dtype is None else dtype
        return triu(full((sz, sz), -math.inf, dtype=dtype, device=device), diagonal=1)
