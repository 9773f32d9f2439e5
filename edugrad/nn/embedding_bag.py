"""EmbeddingBag: the sum, mean or maximum of the vectors of a bag of words."""

from __future__ import annotations

from typing import Any, Self

from . import functional as F
from .embedding import Table, _padding_row, table_size


class EmbeddingBag(Table):
    r"""A table of learnt vectors; what is looked up together is summed, averaged or maximised.

    .. math:: y_b = \frac{1}{|b|} \sum_{i \in b} W_i

    It is called with a matrix of int64 or int32, a bag a row, or with all bags one after the other
    and ``offsets``, where each begins; the result has shape (bags, embedding_dim).

    Parameters
    ----------
    num_embeddings : int
        How many vectors there are.
    embedding_dim : int
        Their length.
    max_norm : float, optional
        Longer vectors are shortened to this, in the table itself, when they are looked up.
    norm_type : float
        Which norm measures the length.
    scale_grad_by_freq : bool
        Divide a vector's gradient by how often it is looked up.
    mode : "mean", "sum" or "max"
    sparse : bool
        There are no sparse gradients here: True raises when called.
    include_last_offset : bool
        Whether ``offsets`` ends with the end of the last bag.
    padding_idx : int, optional
        A number that stands for nothing and does not count in its bag.

    Attributes
    ----------
    weight : Parameter of shape (num_embeddings, embedding_dim)
        Drawn from the standard normal distribution.

    Raises
    ------
    AssertionError
        If there is no row ``padding_idx``, or the given table has another shape.

    Examples
    --------
    >>> import edugrad
    >>> table = edugrad.tensor([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    >>> bag = EmbeddingBag.from_pretrained(table, mode="sum")
    >>> bag(edugrad.tensor([0, 1, 2]), edugrad.tensor([0, 2]))
    tensor([[2., 4.],
            [4., 5.]])

    Notes
    -----
    PyTorch: ``torch.nn.EmbeddingBag``.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        _weight: Any = None,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.padding_idx = _padding_row(padding_idx, num_embeddings)
        self.mode = mode
        self.sparse = sparse
        self.include_last_offset = include_last_offset
        self._fill(_weight, False, device, dtype)

    def forward(self, input: Any, offsets: Any = None, per_sample_weights: Any = None) -> Any:
        return F.embedding_bag(
            input,
            self.weight,
            offsets,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.mode,
            self.sparse,
            per_sample_weights,
            self.include_last_offset,
            self.padding_idx,
        )

    def extra_repr(self) -> str:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        usual = {"max_norm": None, "norm_type": 2, "scale_grad_by_freq": False}
        parts += [
            f"{name}={getattr(self, name)}"
            for name, default in usual.items()
            if getattr(self, name) != default
        ]
        parts.append(f"mode={self.mode!r}")
        if self.padding_idx is not None:
            parts.append(f"padding_idx={self.padding_idx}")
        return ", ".join(parts)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        mode: str = "mean",
        sparse: bool = False,
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> Self:
        """A layer over a table that exists, which stays as it is unless ``freeze`` is False."""
        made = cls(
            *table_size(embeddings),
            max_norm=max_norm,
            norm_type=norm_type,
            scale_grad_by_freq=scale_grad_by_freq,
            mode=mode,
            sparse=sparse,
            _weight=embeddings,
            include_last_offset=include_last_offset,
            padding_idx=padding_idx,
        )
        made.weight.requires_grad = not freeze
        return made
