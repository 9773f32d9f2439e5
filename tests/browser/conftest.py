"""Fixtures for the tests in a real browser: one server and one browser for all of them.

They end with the last of these tests, since Playwright's event loop is in the way of the kernels of
other tests. A test takes ``lab_page`` and opens notebooks with it; every page is checked when the
test ends.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.lab import NO_BROWSER, LabPage, LabServer, find_browser, open_browser
from tests.browser.lesson import Lesson

KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
LESSONS = Path(__file__).parents[2] / "lessons"
PATIENCE = (
    30_000  # milliseconds: a shared machine may be slow, and a test waits only as long as it must
)

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """The installed Chromium or Chrome, headless."""
    if find_browser() is None:
        if os.environ.get("EDUGRAD_REQUIRE_BROWSER"):
            pytest.fail(NO_BROWSER)
        pytest.skip(NO_BROWSER)
    with open_browser() as browser:
        yield browser


@pytest.fixture(scope="package")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LabServer]:
    """JupyterLab on a copy of the lessons; tests may add notebooks of their own to its folder."""
    folder = tmp_path_factory.mktemp("lab") / "lessons"
    shutil.copytree(LESSONS, folder)
    server = LabServer(folder, home=tmp_path_factory.mktemp("home"))
    server.start()
    yield server
    server.stop()


@pytest.fixture
def lab_page(browser: Browser, jupyterlab: LabServer) -> Iterator[Callable[..., LabPage]]:
    """Open notebooks: ``lab_page(name, theme="dark")``, see :class:`tests.browser.lab.LabPage`."""
    pages: list[LabPage] = []

    def open_page(notebook: str, **options: object) -> LabPage:
        page = LabPage(browser, jupyterlab, notebook, **options)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.close()
    for page in pages:
        page.check()


@pytest.fixture(params=["light", "dark"])
def lesson(
    request: pytest.FixtureRequest, lab_page: Callable[..., LabPage], jupyterlab: LabServer
) -> Callable[[str], Lesson]:
    """Open a lesson and run it, in both themes."""

    def run(name: str) -> Lesson:
        cells = nbformat.read(jupyterlab.folder / name, as_version=4).cells
        return Lesson(lab_page(name, theme=request.param), cells)

    return run


@pytest.fixture
def open_cells(lab_page: Callable[..., LabPage], jupyterlab: LabServer) -> Callable[..., LabPage]:
    """Open a notebook of these cells of code and run it: ``open_cells("1 + 1", theme="dark")``."""

    def open_notebook(*cells: str, **options: object) -> LabPage:
        code = [nbformat.v4.new_code_cell(cell.strip()) for cell in cells]
        notebook = nbformat.v4.new_notebook(cells=code, metadata=KERNEL)
        nbformat.write(notebook, jupyterlab.folder / "cells.ipynb")
        lab = lab_page("cells.ipynb", **options)
        assert lab.run_all()
        return lab

    return open_notebook


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report
        for report in terminalreporter.stats.get("skipped", [])
        if "browser" in report.keywords
    ]
    if skipped:
        terminalreporter.write_line(f"{len(skipped)} browser tests were skipped: {NO_BROWSER}.")
