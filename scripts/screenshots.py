"""Takes the README's pictures from lesson 01 in the running JupyterLab, light and dark.

    .venv/bin/python scripts/screenshots.py

The graph viewer stands at its last step with the product selected, so that the pictures show
values, gradients and the panel with a local derivative at once.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser

from tests.browser.lab import LabPage, LabServer, Theme, open_browser

REPOSITORY = Path(__file__).parents[1]
IMAGES = REPOSITORY / "docs" / "images"
LESSON = "01_computational_graph.ipynb"


def take(browser: Browser, server: LabServer, theme: Theme, path: Path) -> None:
    """Run the lesson and save what a learner sees around its first graph viewer."""
    lab = LabPage(browser, server, LESSON, theme=theme, width=1280, height=860)
    lab.run_all()
    lab.page.get_by_role("tab", name="File Browser").click()  # leaves the room to the notebook
    viewer = lab.page.locator(".eg-graph").first
    viewer.get_by_role("button", name="Last step").click()
    viewer.locator("[data-item]", has_text="a · b").click()
    viewer.evaluate("(element) => element.scrollIntoView({ block: 'center' })")
    lab.page.mouse.move(0, 0)
    lab.page.wait_for_timeout(500)
    lab.screenshot(path)
    lab.close()
    lab.check()


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "lessons"
        shutil.copytree(REPOSITORY / "lessons", folder)
        server = LabServer(folder, home=Path(temporary) / "home")
        server.start()
        try:
            with open_browser() as browser:
                take(browser, server, "light", IMAGES / "lesson_01_graph_view.png")
                take(browser, server, "dark", IMAGES / "lesson_01_graph_view_dark.png")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
