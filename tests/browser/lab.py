"""Drives JupyterLab in a real browser: the browser tests and scripts/screenshots.py share it.

A :class:`LabServer` is ``edugrad lab`` on a folder of its own, away from the user's settings. A
:class:`LabPage` is one notebook in one browser page; it records whatever went wrong there.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, sync_playwright

Theme = Literal["light", "dark"]

NO_BROWSER = (
    "no Chromium or Chrome was found. Install one (on Debian and Ubuntu: apt install chromium; "
    "elsewhere: Google Chrome) or name its program in EDUGRAD_BROWSER"
)
COMMANDS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PROGRAMS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
BROWSER_ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LAB = (sys.executable, "-m", "edugrad.cli", "lab", "--in-place", "--no-browser")
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
START_SECONDS = 60
RUN_MILLISECONDS = 120_000
KERNEL_ANSWERS = """
async () => {
  const session = window.jupyterapp.shell.currentWidget.sessionContext;
  await session.ready;
  await session.session.kernel.info;
}
"""
RUN_ALL = """
(milliseconds) => Promise.race([
  window.jupyterapp.commands.execute("notebook:run-all-cells"),
  new Promise((_, reject) => setTimeout(() => reject(Error("the cells run on")), milliseconds)),
])
"""


def find_browser() -> str | None:
    """Return the path of an installed Chromium or Chrome, or None."""
    named = os.environ.get("EDUGRAD_BROWSER")
    if named:
        return named
    installed = (shutil.which(command) for command in COMMANDS)
    return next(filter(None, installed), None) or next(filter(os.path.exists, PROGRAMS), None)


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start the installed browser, headless."""
    arguments = list(BROWSER_ARGUMENTS)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to run its sandbox as root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=arguments)
        yield browser
        browser.close()


class LabServer:
    """``edugrad lab`` on the notebooks in ``folder``, with its settings in ``home``."""

    def __init__(self, folder: Path, home: Path) -> None:
        self.folder = folder
        self.home = home
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server and wait until it answers."""
        self._write("config/jupyter_lab_config.json", {"LabApp": {"expose_app_in_browser": True}})
        self.set_theme("light")
        self.log = self.home / "server.log"
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*LAB, str(self.folder), "--port", str(self.port)],
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"JupyterLab did not start:\n{self.log.read_text()}")
            time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server and its kernels."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=START_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def shut_down_kernels(self) -> None:
        """End every kernel that a notebook has started."""
        for kernel in json.loads(self._ask("api/kernels")):
            self._ask(f"api/kernels/{kernel['id']}", method="DELETE")

    def set_theme(self, theme: Theme) -> None:
        """Choose the theme of the pages that are opened from now on."""
        settings = "@jupyterlab/apputils-extension/themes.jupyterlab-settings"
        self._write(f"settings/{settings}", {"theme": THEMES[theme]})

    def _write(self, name: str, content: object) -> None:
        path = self.home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))

    def _environment(self) -> dict[str, str]:
        folders = {
            "IPYTHONDIR": "ipython",
            "JUPYTER_CONFIG_DIR": "config",
            "JUPYTER_DATA_DIR": "data",
            "JUPYTER_RUNTIME_DIR": "runtime",
            "JUPYTERLAB_SETTINGS_DIR": "settings",
            "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        }
        own = {variable: str(self.home / folder) for variable, folder in folders.items()}
        return {**os.environ, **own, "JUPYTER_TOKEN": self.token}

    def _answers(self) -> bool:
        try:
            self._ask("api/status")
        except OSError:
            return False
        return True

    def _ask(self, path: str, method: str = "GET") -> bytes:
        headers = {"Authorization": f"token {self.token}"}
        request = urllib.request.Request(f"{self.url}/{path}", headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=10) as answer:
            content: bytes = answer.read()
            return content


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class LabPage:
    """One notebook of ``server``, open in a page of ``browser``.

    ``problems`` collects what must not happen: errors in the console, exceptions that no script
    caught, and requests to anything but the server. :meth:`check` asserts that there are none.
    """

    def __init__(
        self,
        browser: Browser,
        server: LabServer,
        notebook: str,
        theme: Theme = "light",
        width: int = 1280,
        height: int = 900,
    ) -> None:
        server.set_theme(theme)
        self._server = server
        self.problems: list[str] = []
        self.page: Page = browser.new_page(viewport={"width": width, "height": height})
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.problems.append(f"uncaught: {error}"))
        self.page.on("request", lambda request: self._on_request(request, server.url))
        self.page.goto(f"{server.url}/lab/tree/{notebook}?reset&token={server.token}")
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for(timeout=RUN_MILLISECONDS)
        self.page.evaluate(KERNEL_ANSWERS)
        self.wait_for_idle()

    def wait_for_idle(self) -> None:
        """Wait until the kernel has started and finished what it was asked."""
        status = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook-ExecutionIndicator"
        self.page.locator(f'{status}[data-status="idle"]').wait_for(
            state="attached", timeout=RUN_MILLISECONDS
        )

    def run_all(self) -> bool:
        """Run every cell, wait for the last, and return whether all of them succeeded."""
        succeeded: bool = self.page.evaluate(RUN_ALL, RUN_MILLISECONDS)
        self.wait_for_idle()
        return succeeded

    def cell(self, index: int) -> Locator:
        """Return the cell number ``index``, counted from 0 over all kinds of cells."""
        return self.page.locator(f'.jp-Notebook .jp-Cell[data-windowed-list-index="{index}"]')

    def output(self, index: int) -> Locator:
        """Return the output area of the cell number ``index``."""
        return self.cell(index).locator(".jp-Cell-outputArea")

    def screenshot(self, path: Path, part: Locator | None = None) -> None:
        """Save a picture of the page, or of one part of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        (part or self.page).screenshot(path=path)

    def check(self) -> None:
        """Assert that nothing went wrong in the page."""
        assert not self.problems, "\n".join(["in the browser:", *self.problems])

    def close(self) -> None:
        """Close the page and shut the kernels down."""
        self.page.close()
        self._server.shut_down_kernels()

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.problems.append(f"console: {message.text} ({message.location['url']})")

    def _on_request(self, request: Request, server: str) -> None:
        local = (server, server.replace("http", "ws", 1), "data:", "blob:")
        if not request.url.startswith(local):
            self.problems.append(f"request to another machine: {request.url}")
