"""Sums of products in Einstein's notation: a letter for each dimension."""

from __future__ import annotations

import math
from typing import Any

from ..errors import teach
from .checks import need_tensors
from .linalg import matmul
from .registry import Sample, T, register

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
Labels = list[Any]


@register(
    None,
    samples=[
        Sample("ij,jk->ik", T(2, 3), T(3, 4)),
        Sample("ij,jk", T(2, 3), T(3, 4)),
        Sample("ii", T(3, 3)),
        Sample("ii->i", T(3, 3)),
        Sample("ij->ji", T(2, 3)),
        Sample("ij->", T(2, 3)),
        Sample("i,j->ij", T(2), T(3)),
        Sample("bij,bjk->bik", T(5, 2, 3), T(5, 3, 4)),
        Sample("...ij,...jk->...ik", T(4, 1, 2, 3), T(5, 3, 2)),
        Sample("...i->...", T(2, 4, 3)),
        Sample("i...,j...", T(2, 3), T(4, 3)),
        Sample("bn,anm,bm->ba", T(2, 3), T(4, 3, 2), T(2, 2)),
        Sample("ij,j,kj->ik", T(2, 3), T(3), T(4, 3)),
        Sample(" b a , a ", T(2, 3), T(3)),
        Sample("ij,ij->i", T(2, 3), T(2, 1)),
        Sample(T(2, 3), [0, 1], T(3, 4), [1, 2], [0, 2]),
        Sample(T(2, 3, 3), [..., 0, 0], [..., 0]),
    ],
    method=False,
)
def einsum(*args: Any) -> Any:
    """Sum of products of tensors, whose dimensions are named by letters.

    Dimensions with one letter go together; letters that the result lacks are summed over. Without
    ``->`` the result has the letters that occur once, in alphabetical order. ``...`` stands for
    further dimensions, which are broadcast.

    Parameters
    ----------
    equation : str
        Such as ``"ij,jk->ik"``, the matrix product.
    *operands : Tensor
        One for each part between the commas. Instead of an equation each tensor may be followed by
        a list of numbers, and the last by the list of the result.

    Raises
    ------
    RuntimeError
        If letters and dimensions do not fit.

    Examples
    --------
    >>> import edugrad
    >>> a = edugrad.tensor([[1.0, 2.0], [3.0, 4.0]])
    >>> edugrad.einsum("ij->j", a), edugrad.einsum("ii", a)
    (tensor([4., 6.]), tensor(5.))

    Notes
    -----
    Operands are multiplied from left to right. PyTorch: ``torch.einsum``.
    """
    terms, result, operands = _parsed(args)
    need_tensors("einsum", **{f"operand{k}": each for k, each in enumerate(operands)})
    for number, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        _check_term(number, term, operand)
    hidden = max(
        (t.ndim - len(term) + 1 for term, t in zip(terms, operands, strict=True) if ... in term),
        default=0,
    )
    named = [
        _spelled(term, t.ndim - len(term) + 1, hidden)
        for term, t in zip(terms, operands, strict=True)
    ]
    letters = _result_letters(named, result, hidden)
    _check_sizes(named, operands)
    factors = [_diagonal(term, t) for term, t in zip(named, operands, strict=True)]
    names, product = factors[0]
    for k, (more, factor) in enumerate(factors[1:], 1):
        needed = set(letters).union(*[set(later) for later, _ in factors[k + 1 :]])
        names, product = _multiplied(names, product, more, factor, needed)
    return _arranged(names, product, letters)


def _parsed(args: tuple[Any, ...]) -> tuple[list[Labels], Labels | None, list[Any]]:
    """The labels of each operand, those of the result if given, and the operands."""
    if not isinstance(args[0], str):
        operands, lists = list(args[: len(args) // 2 * 2 : 2]), list(args[1::2])
        spelled = [[_letter(each) for each in labels] for labels in lists]
        result = [_letter(each) for each in args[-1]] if len(args) % 2 else None
        return spelled, result, operands
    equation, *rest = args
    operands = list(rest[0]) if len(rest) == 1 and isinstance(rest[0], (list, tuple)) else rest
    left, arrow, right = equation.partition("->")
    terms = [_labels(equation, term) for term in left.split(",")]
    if len(terms) != len(operands):
        more = "more" if len(operands) > len(terms) else "fewer"
        raise _error(
            f"einsum(): {more} operands were provided than specified in the equation",
            f"{len(operands)} tensors for {equation!r}",
            "name the dimensions of each tensor, with commas between",
        )
    return terms, _labels(equation, right) if arrow else None, operands


def _letter(number: Any) -> Any:
    """The letter that a number of the list form stands for."""
    if number is ...:
        return ...
    if not 0 <= number < len(LETTERS):
        raise _error(
            f"einsum(): subscript {number} is not within the valid range [0, {len(LETTERS)})",
            f"{number}",
            "use small numbers",
        )
    return LETTERS[number]


def _labels(equation: str, text: str) -> Labels:
    """The letters of one part of an equation, with ``...`` for an ellipsis."""
    before, dots, after = text.replace(" ", "").partition("...")
    for letter in before + after:
        if letter not in LETTERS:
            raise _error(
                f"einsum(): invalid subscript given at index {equation.find(letter)} in the "
                "equation string, subscripts must be in [a-zA-Z]",
                repr(equation),
                "use a letter for each dimension, and ... at most once for further ones",
            )
    return [*before, *([...] if dots else []), *after]


def _check_term(number: int, term: Labels, operand: Any) -> None:
    count = len(term) - (... in term)
    if count == operand.ndim or (count < operand.ndim and ... in term):
        return
    ellipsis = "but an ellipsis was given" if ... in term else "and no ellipsis was given"
    raise _error(
        f"einsum(): the number of subscripts in the equation ({count}) does not match the number "
        f"of dimensions ({operand.ndim}) for operand {number} {ellipsis}",
        f"{_text(term)!r} for a tensor of shape {tuple(operand.shape)}",
        "give one letter for each dimension, or ... for those before or after",
    )


def _spelled(term: Labels, count: int, hidden: int) -> Labels:
    """The labels with numbers in the place of ``...``: the last dimensions have the last."""
    if ... not in term:
        return term
    place = term.index(...)
    return [*term[:place], *range(hidden - count, hidden), *term[place + 1 :]]


def _result_letters(terms: list[Labels], result: Labels | None, hidden: int) -> Labels:
    every = [label for term in terms for label in term]
    if result is None:
        once = sorted(x for x in every if isinstance(x, str) and every.count(x) == 1)
        return [*range(hidden), *once]
    letters = _spelled(result, hidden, hidden)
    for letter in letters:
        if letters.count(letter) > 1:
            raise _error(
                f"einsum(): output subscript {letter} appears more than once in the output",
                repr(_text(result)),
                "name each dimension of the result once",
            )
        if isinstance(letter, str) and letter not in every:
            raise _error(
                f"einsum(): output subscript {letter} does not appear in the equation for any "
                "input operand",
                repr(_text(result)),
                "the result has letters of the operands only",
            )
    return letters


def _check_sizes(terms: list[Labels], operands: list[Any]) -> None:
    """Refuse sizes that differ under one label; a size of 1 is broadcast."""
    sizes: dict[Any, int] = {}
    for number, (term, operand) in enumerate(zip(terms, operands, strict=True)):
        own: dict[Any, int] = {}
        for label, size in zip(term, operand.shape, strict=True):
            if own.setdefault(label, size) != size:
                raise _error(
                    f"einsum(): subscript {label} is repeated for operand {number} but the sizes "
                    f"don't match, {size} != {own[label]}",
                    f"a tensor of shape {tuple(operand.shape)}",
                    "a letter that is repeated takes the diagonal of a square",
                )
            known = sizes.setdefault(label, size)
            if known == 1:
                sizes[label] = size
            elif size not in (1, known):
                raise _error(
                    f"einsum(): subscript {label} has size {size} for operand {number} which does "
                    f"not broadcast with previously seen size {known}",
                    f"shapes {[tuple(each.shape) for each in operands]}",
                    "dimensions with one letter have one size",
                )


def _diagonal(term: Labels, operand: Any) -> tuple[Labels, Any]:
    """The operand with each label once: the diagonal of those that were repeated."""
    names = list(term)
    for label in term:
        while names.count(label) > 1:
            first = names.index(label)
            second = names.index(label, first + 1)
            operand = operand.diagonal(0, first, second)
            del names[second], names[first]
            names.append(label)
    return names, operand


def _multiplied(
    names: Labels, a: Any, more: Labels, b: Any, needed: set[Any]
) -> tuple[Labels, Any]:
    """The product of two factors, summed over the labels that are not needed any more."""
    for label in [x for x in names if x not in needed and x not in more]:
        a, names = a.sum(names.index(label)), [x for x in names if x != label]
    for label in [x for x in more if x not in needed and x not in names]:
        b, more = b.sum(more.index(label)), [x for x in more if x != label]
    for label in [x for x in names if x in more and x not in needed]:
        i, j = names.index(label), more.index(label)
        if a.shape[i] != b.shape[j]:
            wide = max(a.shape[i], b.shape[j], key=lambda size: size != 1)
            a = a.expand([wide if k == i else n for k, n in enumerate(a.shape)])
            b = b.expand([wide if k == j else n for k, n in enumerate(b.shape)])
    summed = [x for x in names if x in more and x not in needed]
    both = [x for x in names if x in more and x in needed]
    rows, columns = [x for x in names if x not in more], [x for x in more if x not in names]
    first = a.permute([names.index(x) for x in both + rows + summed])
    second = b.permute([more.index(x) for x in both + summed + columns])
    shape_a, shape_b = list(first.shape), list(second.shape)
    n, r, s = len(both), len(rows), len(summed)
    count = math.prod(shape_a[n + r :])
    left = first.reshape([*shape_a[:n], math.prod(shape_a[n : n + r]), count])
    right = second.reshape([*shape_b[:n], count, math.prod(shape_b[n + s :])])
    product = matmul(left, right)
    stack = list(product.shape[:n])
    return both + rows + columns, product.reshape(stack + shape_a[n : n + r] + shape_b[n + s :])


def _arranged(names: Labels, product: Any, letters: Labels) -> Any:
    """Sum over what the result lacks and bring the rest into its order."""
    extra = tuple(k for k, label in enumerate(names) if label not in letters)
    if extra:
        product = product.sum(extra)
        names = [label for label in names if label in letters]
    order = [names.index(label) for label in letters if label in names]
    if order != list(range(len(order))):
        product = product.permute(order)
    return product


def _text(term: Labels) -> str:
    return "".join("..." if label is ... else str(label) for label in term)


def _error(rule: str, got: str, mend: str) -> RuntimeError:
    return RuntimeError(teach(rule, got=got, mend=mend))
