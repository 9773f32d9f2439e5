"""Embedding: a learnt vector for each word, item or other number."""

from __future__ import annotations

from typing import Any, Self

from ..autograd.grad_mode import no_grad
from ..creation import empty
from ..errors import teach
from . import functional as F
from .module import Module
from .parameter import Parameter


def _padding_row(padding_idx: int | None, rows: int) -> int | None:
    """The padding's row counted from the front."""
    if padding_idx is None:
        return None
    if not -rows <= padding_idx < rows:
        raise AssertionError(
            teach(
                "Padding_idx must be within num_embeddings",
                got=f"padding_idx={padding_idx} for a table of {rows} rows",
                mend=f"choose a row from 0 to {rows - 1}",
            )
        )
    return padding_idx % rows


class Table(Module):
    """A table of learnt vectors: what :class:`Embedding` and ``EmbeddingBag`` look up in."""

    num_embeddings: int
    embedding_dim: int
    padding_idx: int | None
    weight: Parameter

    def _fill(self, given: Any, frozen: bool, device: Any, dtype: Any) -> None:
        """Make the table, or take the given one."""
        wanted = self.num_embeddings, self.embedding_dim
        if given is None:
            values = empty(wanted, device=device, dtype=dtype)
            self.weight = Parameter(values, requires_grad=not frozen)
            self.reset_parameters()
            return
        if tuple(given.shape) != wanted:
            raise AssertionError(
                teach(
                    "Shape of weight does not match num_embeddings and embedding_dim",
                    got=f"a table of shape {tuple(given.shape)} for {wanted[0]} vectors "
                    f"of length {wanted[1]}",
                    mend=f"leave the sizes to {type(self).__name__}.from_pretrained(table)",
                )
            )
        self.weight = Parameter(given, requires_grad=not frozen)

    def reset_parameters(self) -> None:
        """Draw the vectors anew; that of the padding is zeros."""
        with no_grad():
            self.weight.normal_()
            if self.padding_idx is not None:
                self.weight[self.padding_idx].fill_(0)


def table_size(embeddings: Any) -> tuple[int, int]:
    """How many vectors a given table has, and their length."""
    if embeddings.ndim != 2:
        raise AssertionError(
            teach(
                "Embeddings parameter is expected to be 2-dimensional",
                got=f"a table of shape {tuple(embeddings.shape)}",
                mend="it has one row for each number: (numbers, length)",
            )
        )
    rows, columns = embeddings.shape
    return rows, columns


class Embedding(Table):
    r"""A table of learnt vectors, looked up by number.

    .. math:: y = W_{x}

    It is called with a tensor of int64 or int32 of any shape (…); the result has shape
    (…, embedding_dim).

    Parameters
    ----------
    num_embeddings : int
        How many vectors there are; numbers run from 0 to one less.
    embedding_dim : int
        Their length.
    padding_idx : int, optional
        A number that stands for nothing: its vector starts as zeros and gets no gradient.
    max_norm : float, optional
        Longer vectors are shortened to this, in the table itself, when they are looked up.
    norm_type : float
        Which norm measures the length.
    scale_grad_by_freq : bool
        Divide a vector's gradient by how often it is looked up in a batch.
    sparse : bool
        There are no sparse gradients here: True raises when called.

    Attributes
    ----------
    weight : Parameter of shape (num_embeddings, embedding_dim)
        Drawn from the standard normal distribution.

    Raises
    ------
    AssertionError
        If there is no row ``padding_idx``.
    IndexError
        When called: if there is no such row.

    Examples
    --------
    >>> import edugrad
    >>> words = edugrad.nn.Embedding(10, 3, padding_idx=0)
    >>> words(edugrad.tensor([[1, 5], [2, 0]])).shape
    edugrad.Size([2, 2, 3])

    Notes
    -----
    PyTorch: ``torch.nn.Embedding``. Source: Bengio et al., "A Neural Probabilistic Language
    Model", 2003.
    """

    def __init__(
        self,
        num_embeddings: int,
        embedding_dim: int,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
        _weight: Any = None,
        _freeze: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        self.num_embeddings = num_embeddings
        self.embedding_dim = embedding_dim
        self.padding_idx = _padding_row(padding_idx, num_embeddings)
        self.max_norm = max_norm
        self.norm_type = norm_type
        self.scale_grad_by_freq = scale_grad_by_freq
        self.sparse = sparse
        self._fill(_weight, _freeze, device, dtype)

    def forward(self, input: Any) -> Any:
        return F.embedding(
            input,
            self.weight,
            self.padding_idx,
            self.max_norm,
            self.norm_type,
            self.scale_grad_by_freq,
            self.sparse,
        )

    def extra_repr(self) -> str:
        parts = [f"{self.num_embeddings}, {self.embedding_dim}"]
        usual = {
            "padding_idx": None,
            "max_norm": None,
            "norm_type": 2,
            "scale_grad_by_freq": False,
            "sparse": False,
        }
        for name, default in usual.items():
            value = getattr(self, name)
            if value is not default and value != default:
                parts.append(f"{name}={value}")
        return ", ".join(parts)

    @classmethod
    def from_pretrained(
        cls,
        embeddings: Any,
        freeze: bool = True,
        padding_idx: int | None = None,
        max_norm: float | None = None,
        norm_type: float = 2.0,
        scale_grad_by_freq: bool = False,
        sparse: bool = False,
    ) -> Self:
        """A layer over a table that exists.

        Parameters
        ----------
        embeddings : Tensor of shape (num_embeddings, embedding_dim)
        freeze : bool
            Whether it stays as it is in training.
        padding_idx, max_norm, norm_type, scale_grad_by_freq, sparse
            As in the constructor.

        Raises
        ------
        AssertionError
            If the table has not two dimensions.

        Examples
        --------
        >>> import edugrad
        >>> table = edugrad.tensor([[0.0, 0.1], [1.0, 1.1]])
        >>> edugrad.nn.Embedding.from_pretrained(table)(edugrad.tensor([1]))
        tensor([[1.0000, 1.1000]])
        """
        return cls(
            *table_size(embeddings),
            padding_idx,
            max_norm,
            norm_type,
            scale_grad_by_freq,
            sparse,
            _weight=embeddings,
            _freeze=freeze,
        )
