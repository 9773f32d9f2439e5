"""How edugrad words an error: the rule, what was got, and the mend."""

from __future__ import annotations

from .callsite import hide_frames


def teach(rule: str, *, got: str, mend: str) -> str:
    """Word an error message: the rule that was broken, what was got, how to mend it.

    Where PyTorch raises the same error, ``rule`` begins with PyTorch's own words, so that a search
    for the message finds the same answers.

    Examples
    --------
    >>> print(teach("shapes must agree", got="(2,) and (3,)", mend="reshape one of them"))
    shapes must agree
      got:  (2,) and (3,)
      mend: reshape one of them
    """
    hide_frames()
    return f"{rule}\n  got:  {got}\n  mend: {mend}"


class LinAlgError(RuntimeError):
    """A matrix is not what a decomposition or a solution needs: singular, not positive definite.

    PyTorch: ``torch.linalg.LinAlgError``.
    """
