"""The user's line that an error or a node points at."""

from __future__ import annotations

import linecache
import os
from typing import Any

import pytest

import edugrad
from edugrad.callsite import call_site, is_user_code
from edugrad.errors import teach


def test_the_innermost_line_outside_edugrad() -> None:
    y = edugrad.ones(2, requires_grad=True) * 2
    site = y.grad_fn.site
    assert site.file == __file__
    assert site.text == "y = edugrad.ones(2, requires_grad=True) * 2"
    assert str(site) == f"line {site.line} of test_callsite.py: {site.text}"


def test_a_statement_of_several_lines_gives_the_line_of_the_op() -> None:
    x = edugrad.ones(2, requires_grad=True)
    y = (
        x
        * 2
    )  # fmt: skip
    assert y.grad_fn.site.text in ("x", "* 2")


def test_ops_that_call_ops_point_at_the_user() -> None:
    x = edugrad.ones(2, requires_grad=True)
    y = x.var()
    node: Any = y.grad_fn
    while node is not None and node.name() != "torch::autograd::AccumulateGrad":
        assert node.site.file == __file__
        node = node.next_functions[0][0]


def run(filename: str, source: str) -> Any:
    names: dict[str, Any] = {"edugrad": edugrad}
    exec(compile(source, filename, "exec"), names)
    return names["y"].grad_fn.site


@pytest.mark.parametrize("filename", ["/tmp/ipykernel_123/456.py", "<stdin>"])
def test_a_notebook_cell_has_no_file_name(filename: str) -> None:
    source = "x = edugrad.ones(1, requires_grad=True)\ny = x * 2\n"
    linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
    assert str(run(filename, source)) == "line 2: y = x * 2"
    del linecache.cache[filename]


def test_a_line_without_source() -> None:
    site = run(os.path.join("nowhere", "gone.py"), "y = edugrad.ones(1, requires_grad=True) * 2")
    assert site.text == ""
    assert str(site) == "line 1 of gone.py"


def test_edugrads_own_code_is_not_the_users() -> None:
    assert is_user_code(run.__code__)
    assert not is_user_code(call_site.__code__)


def test_an_error_says_three_things() -> None:
    assert teach("the rule", got="this", mend="that") == "the rule\n  got:  this\n  mend: that"
