"""Multi-head attention: queries gather values by how well their keys answer."""

from __future__ import annotations

import math
from typing import Any

from ..creation import empty, zeros
from ..errors import teach
from ..ops.joining import cat
from ..ops.linalg import matmul
from . import functional as F
from . import init
from .linear import Linear
from .module import Module
from .parameter import Parameter


class NonDynamicallyQuantizableLinear(Linear):
    """A Linear under the name that PyTorch prints for an attention's output."""


class MultiheadAttention(Module):
    r"""Attention by several heads, each with projections of its own.

    .. math:: \text{head}_i = \operatorname{softmax}\left(
        \frac{Q_i K_i^\top}{\sqrt d}\right) V_i, \quad
        Q_i, K_i, V_i = q W^q_i, \, k W^k_i, \, v W^v_i

    and the heads side by side go through ``out_proj``. It is called with queries of shape
    (length, batch, embed_dim), keys and values of shape (source, batch, kdim or vdim); with
    ``batch_first`` the batch comes first, and without a batch there is no such dimension. Further
    arguments of the call:

    - ``key_padding_mask``, (batch, source): True (or minus infinity) where a key is padding.
    - ``attn_mask``, (length, source) or (batch · heads, length, source): True where a query may
      not look, or numbers that are added to the scores.
    - ``need_weights``: return the weights too; without them it is faster.
    - ``average_attn_weights``: their mean over the heads instead of those of each head.
    - ``is_causal``: a promise that ``attn_mask`` is the causal one.

    It returns the outputs, of the queries' shape, and the weights, (batch, length, source) or
    (batch, heads, length, source), or None.

    Parameters
    ----------
    embed_dim : int
        Features of queries and outputs, split among the heads.
    num_heads : int
    dropout : float
        Share of the weights that is left out in training.
    bias : bool
    add_bias_kv : bool
        Add a learnt key and value to each sequence.
    add_zero_attn : bool
        Add a key and a value of zeros to each sequence.
    kdim, vdim : int, optional
        Features of keys and values, ``embed_dim`` unless given.
    batch_first : bool

    Attributes
    ----------
    in_proj_weight : Parameter of shape (3 · embed_dim, embed_dim)
        The projections of queries, keys and values, one upon the other; with other features
        ``q_proj_weight``, ``k_proj_weight`` and ``v_proj_weight`` instead.
    in_proj_bias : Parameter of shape (3 · embed_dim,), or None
    out_proj : Linear

    Raises
    ------
    AssertionError
        If the heads do not divide the features; when called, if shapes do not fit.

    Examples
    --------
    >>> import edugrad
    >>> attention = edugrad.nn.MultiheadAttention(8, num_heads=2, batch_first=True)
    >>> x = edugrad.randn(3, 5, 8)
    >>> output, weights = attention(x, x, x)
    >>> output.shape, weights.shape
    (edugrad.Size([3, 5, 8]), edugrad.Size([3, 5, 5]))

    Notes
    -----
    PyTorch: ``torch.nn.MultiheadAttention``. Source: Vaswani et al., "Attention Is All You Need",
    2017.
    """

    in_proj_weight: Parameter | None
    in_proj_bias: Parameter | None
    bias_k: Parameter | None
    bias_v: Parameter | None

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        _check_heads(embed_dim, num_heads)
        super().__init__()
        self.embed_dim = embed_dim
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self._qkv_same_embed_dim = self.kdim == self.vdim == embed_dim
        self.num_heads = num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.head_dim = embed_dim // num_heads
        self.add_zero_attn = add_zero_attn
        form = {"device": device, "dtype": dtype}
        alike = self._qkv_same_embed_dim
        widths = {"q": embed_dim, "k": self.kdim, "v": self.vdim}
        for name, width in widths.items():
            weight = None if alike else Parameter(empty(embed_dim, width, **form))
            self.register_parameter(f"{name}_proj_weight", weight)
        whole = Parameter(empty(3 * embed_dim, embed_dim, **form)) if alike else None
        self.register_parameter("in_proj_weight", whole)
        self.register_parameter(
            "in_proj_bias", Parameter(empty(3 * embed_dim, **form)) if bias else None
        )
        self.out_proj = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias, **form)
        for name in ("bias_k", "bias_v"):
            extra = Parameter(empty(1, 1, embed_dim, **form)) if add_bias_kv else None
            self.register_parameter(name, extra)
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        """Draw the projections by Glorot's rule; the biases are zeros."""
        for name in ("in_proj", "q_proj", "k_proj", "v_proj"):
            weight = getattr(self, f"{name}_weight")
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.constant_(self.in_proj_bias, 0.0)
            init.constant_(self.out_proj.bias, 0.0)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Any,
        key: Any,
        value: Any,
        key_padding_mask: Any = None,
        need_weights: bool = True,
        attn_mask: Any = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Any, Any]:
        single = query.ndim == 2
        self._check_inputs(query, key, value, key_padding_mask, attn_mask, is_causal)
        own = key is query, value is key
        axis = 1 if single else 0
        if single:
            query, key, value = (each.unsqueeze(1) for each in (query, key, value))
            if key_padding_mask is not None:
                key_padding_mask = key_padding_mask.unsqueeze(0)
        elif self.batch_first:
            query, key, value = (each.transpose(0, 1) for each in (query, key, value))
        q, k, v = self._project(query, key, value, *own)
        self._check_masks(q, k, key_padding_mask, attn_mask)
        causal_alone = is_causal and key_padding_mask is None and not need_weights
        mask = None if causal_alone else self._mask(q, k, key_padding_mask, attn_mask)
        k, v, mask = self._extended(k, v, mask)
        output, weights = self._attend(q, k, v, mask, need_weights, causal_alone)
        output = self.out_proj(output)
        if weights is not None and average_attn_weights:
            weights = weights.mean(1)
        if single:
            return output.squeeze(axis), None if weights is None else weights.squeeze(0)
        return output.transpose(0, 1) if self.batch_first else output, weights

    def _project(
        self, query: Any, key: Any, value: Any, key_is_query: bool, value_is_key: bool
    ) -> tuple[Any, ...]:
        """Queries, keys and values through their projections, in as few products as possible."""
        whole, bias = self.in_proj_weight, self.in_proj_bias
        if whole is not None and key_is_query and value_is_key:
            parts: tuple[Any, ...] = F.linear(query, whole, bias).chunk(3, -1)
            return parts
        if whole is not None:
            weights = whole.chunk(3)
        else:
            weights = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        biases = (None,) * 3 if bias is None else bias.chunk(3)
        inputs = (query, key, value)
        return tuple(
            F.linear(each, weight, b)
            for each, weight, b in zip(inputs, weights, biases, strict=True)
        )

    def _split(self, x: Any) -> Any:
        """(length, batch, features) as (batch, heads, length, features of a head)."""
        length, count = x.shape[:2]
        return x.reshape(length, count, self.num_heads, self.head_dim).permute(1, 2, 0, 3)

    def _attend(
        self, q: Any, k: Any, v: Any, mask: Any, need_weights: bool, is_causal: bool
    ) -> tuple[Any, Any]:
        """The heads' outputs side by side, and their weights where they are needed."""
        length, count = q.shape[:2]
        q, k, v = self._split(q), self._split(k), self._split(v)
        share = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            scores = matmul(q * (1 / math.sqrt(self.head_dim)), k.transpose(-2, -1))
            weights = F.softmax(scores if mask is None else scores + mask, dim=-1)
            weights = F.dropout(weights, share) if share else weights
            found = matmul(weights, v)
        else:
            found = F.scaled_dot_product_attention(q, k, v, mask, share, is_causal)
        return found.permute(2, 0, 1, 3).reshape(length, count, self.embed_dim), weights

    # Masks

    def _mask(self, q: Any, k: Any, padding: Any, attn: Any) -> Any:
        """Both masks as one that is added to scores of (batch, heads, length, source)."""
        length, count, source = len(q), q.shape[1], len(k)
        if attn is not None:
            attn = _added(attn, q)
            if attn.ndim == 3:
                attn = attn.reshape(count, self.num_heads, length, source)
        if padding is None:
            return attn
        padding = _added(padding, q).reshape(count, 1, 1, source)
        return padding if attn is None else attn + padding

    def _extended(self, k: Any, v: Any, mask: Any) -> tuple[Any, Any, Any]:
        """Keys and values with the learnt ones and those of zeros, which no mask covers."""
        extra = 0
        if self.bias_k is not None and self.bias_v is not None:
            count = k.shape[1]
            k = cat([k, self.bias_k.repeat(1, count, 1)])
            v = cat([v, self.bias_v.repeat(1, count, 1)])
            extra += 1
        if self.add_zero_attn:
            nothing = zeros(1, *k.shape[1:], dtype=k.dtype, device=k.device)
            k, v = cat([k, nothing]), cat([v, nothing])
            extra += 1
        return k, v, mask if mask is None or not extra else F.pad(mask, (0, extra))

    def _check_masks(self, q: Any, k: Any, padding: Any, attn: Any) -> None:
        (length, count), source = q.shape[:2], len(k)
        for name, mask in (("key_padding_mask", padding), ("attn_mask", attn)):
            if mask is not None and mask.dtype.name not in (
                "bool",
                "float16",
                "float32",
                "float64",
            ):
                raise AssertionError(
                    teach(
                        f"only bool and floating types of {name} are supported",
                        got=f"a {name} of {mask.dtype}",
                        mend="True hides a key; convert with .bool()",
                    )
                )
        error: type[Exception] = AssertionError
        shapes = {2: (length, source), 3: (count * self.num_heads, length, source)}
        if padding is not None and tuple(padding.shape) != (count, source):
            rule = (
                f"Expected key_padding_mask of shape {(count, source)}, one row an example and one "
                "column a key"
            )
            mask = padding
        elif attn is not None and tuple(attn.shape) != shapes.get(attn.ndim):
            wanted = shapes.get(attn.ndim, shapes[2])
            rule = (
                f"The shape of the {attn.ndim}D attn_mask is {attn.shape}, but should be {wanted}."
            )
            error, mask = RuntimeError, attn
        else:
            return
        raise error(
            teach(
                rule,
                got=f"a mask of shape {tuple(mask.shape)} for {length} queries and {source} keys "
                f"in {count} examples",
                mend="attn_mask has shape (queries, keys) or (batch · heads, queries, keys), "
                "key_padding_mask (batch, keys)",
            )
        )

    def _check_inputs(
        self, query: Any, key: Any, value: Any, padding: Any, attn: Any, is_causal: bool
    ) -> None:
        ranks = (query.ndim, key.ndim, value.ndim)
        error: type[Exception] = AssertionError
        if ranks[0] not in (2, 3):
            rule = (
                "query should be unbatched 2D or batched 3D tensor but received "
                f"{ranks[0]}-D query tensor"
            )
        elif ranks[1:] != (ranks[0],) * 2:
            kind = "batched" if ranks[0] == 3 else "unbatched"
            rule = (
                f"For {kind} ({ranks[0]}-D) `query`, expected `key` and `value` to be "
                f"{ranks[0]}-D but found {ranks[1]}-D and {ranks[2]}-D tensors respectively"
            )
        elif query.shape[-1] != self.embed_dim:
            rule = (
                f"was expecting embedding dimension of {self.embed_dim}, but got {query.shape[-1]}"
            )
        elif key.shape[:-1] != value.shape[:-1] or (
            self._qkv_same_embed_dim and key.shape != value.shape
        ):
            rule = f"key shape {key.shape} does not match value shape {value.shape}"
        elif is_causal and attn is None:
            error = RuntimeError
            rule = (
                "Need attn_mask if specifying the is_causal hint. You may use the Transformer "
                "module method `generate_square_subsequent_mask` to create this mask."
            )
        else:
            return
        shapes = ", ".join(str(tuple(each.shape)) for each in (query, key, value))
        order = "(batch, length" if self.batch_first else "(length, batch"
        raise error(
            teach(
                rule,
                got=f"query, key and value of shapes {shapes}",
                mend=f"they have shape {order}, features), or no batch",
            )
        )


def _added(mask: Any, like: Any) -> Any:
    """A mask as numbers that are added to scores: minus infinity hides a key."""
    if mask.dtype.is_floating_point:
        return mask.to(like.dtype)
    hidden = zeros(*mask.shape, dtype=like.dtype, device=mask.device)
    return hidden.masked_fill(mask, -math.inf)


def _check_heads(embed_dim: int, num_heads: int) -> None:
    error: type[Exception] = ValueError
    if embed_dim <= 0 or num_heads <= 0:
        rule = (
            "embed_dim and num_heads must be greater than 0, got "
            f"embed_dim={embed_dim} and num_heads={num_heads} instead"
        )
    elif embed_dim % num_heads:
        error, rule = AssertionError, "embed_dim must be divisible by num_heads"
    else:
        return
    raise error(
        teach(
            rule,
            got=f"embed_dim={embed_dim} and num_heads={num_heads}",
            mend="each head takes an equal share of the features: choose a divisor",
        )
    )
