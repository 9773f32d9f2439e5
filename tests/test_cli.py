"""The command ``edugrad``: what it copies, what it tells JupyterLab, what the wheel carries."""

from __future__ import annotations

import importlib.metadata
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from edugrad import cli

REPOSITORY = Path(__file__).parents[1]
DISTRIBUTION = "edugrad-lessons"
Served = list[tuple[Path, int | None, bool]]


@pytest.fixture
def shipped(tmp_path: Path) -> Path:
    """A folder of two lessons and a picture, with a leftover of the editor."""
    folder = tmp_path / "shipped"
    (folder / "images").mkdir(parents=True)
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / "00_start_here.ipynb").write_text("start")
    (folder / "01_graph.ipynb").write_text("graph")
    (folder / "images" / "plot.svg").write_text("<svg/>")
    (folder / ".ipynb_checkpoints" / "00_start_here-checkpoint.ipynb").write_text("old")
    return folder


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Served:
    """Collect the calls to ``serve`` instead of starting a server."""
    calls: Served = []
    monkeypatch.setattr(cli, "serve", lambda *arguments: calls.append(arguments))
    monkeypatch.setattr(cli, "has_display", lambda: True)
    return calls


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project's wheel, unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=REPOSITORY, check=True, capture_output=True)
    (archive,) = folder.glob("*.whl")
    with zipfile.ZipFile(archive) as content:
        content.extractall(folder / "site")
    return folder / "site"


def files(folder: Path) -> dict[str, str]:
    """Return the folder's files and their text."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_text() for path in found}


class TestCopying:
    def test_an_empty_folder_gets_everything(self, shipped: Path, tmp_path: Path):
        copied = cli.copy_lessons(shipped, tmp_path / "mine")
        assert files(tmp_path / "mine") == {
            "00_start_here.ipynb": "start",
            "01_graph.ipynb": "graph",
            "images/plot.svg": "<svg/>",
        }
        assert len(copied.added) == 3
        assert copied.kept == ()

    def test_a_second_run_changes_nothing(self, shipped: Path, tmp_path: Path):
        cli.copy_lessons(shipped, tmp_path / "mine")
        assert cli.copy_lessons(shipped, tmp_path / "mine") == cli.Copied(added=(), kept=())

    def test_an_edited_lesson_is_kept_and_a_new_one_added(self, shipped: Path, tmp_path: Path):
        mine = tmp_path / "mine"
        mine.mkdir()
        (mine / "01_graph.ipynb").write_text("graph, with my answers")
        (mine / "notes.txt").write_text("my own")
        copied = cli.copy_lessons(shipped, mine)
        assert copied.kept == ("01_graph.ipynb",)
        assert copied.added == ("00_start_here.ipynb", "images/plot.svg")
        assert files(mine)["01_graph.ipynb"] == "graph, with my answers"
        assert files(mine)["notes.txt"] == "my own"

    def test_the_report_names_what_was_kept(self):
        copied = cli.Copied(added=("00_start_here.ipynb",), kept=("01_graph.ipynb",))
        text = cli.report(copied, Path("mine"))
        assert text.startswith("mine: 1 file copied.\n")
        assert "01_graph.ipynb. To get the original of one again, rename or delete yours." in text

    def test_the_report_is_one_line_where_nothing_was_kept(self):
        text = cli.report(cli.Copied(added=("a", "b"), kept=()), Path("mine"))
        assert text == "mine: 2 files copied."


class TestJupyterArguments:
    def test_the_server_is_local_quiet_and_stops_without_a_question(self, tmp_path: Path):
        arguments = cli.jupyter_arguments(tmp_path, port=None, browser=True)
        assert "--ServerApp.ip=127.0.0.1" in arguments
        assert "--ServerApp.answer_yes=True" in arguments
        assert "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate" in arguments
        assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in arguments
        assert f"--ServerApp.root_dir={tmp_path}" in arguments
        assert not [argument for argument in arguments if "port" in argument]
        assert "--ServerApp.open_browser=False" not in arguments

    def test_a_chosen_port_is_taken_or_refused(self, tmp_path: Path):
        arguments = cli.jupyter_arguments(tmp_path, port=8899, browser=False)
        assert "--ServerApp.port=8899" in arguments
        assert "--ServerApp.port_retries=0" in arguments
        assert "--ServerApp.open_browser=False" in arguments

    @pytest.mark.parametrize("root", [True, False])
    def test_root_is_allowed_only_for_root(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, root: bool
    ):
        monkeypatch.setattr(cli, "is_root", lambda: root)
        arguments = cli.jupyter_arguments(tmp_path, port=None, browser=False)
        assert ("--ServerApp.allow_root=True" in arguments) is root

    @pytest.mark.parametrize(
        ("platform", "root", "variable", "expected"),
        [
            ("linux", False, "DISPLAY", True),
            ("linux", False, "WAYLAND_DISPLAY", True),
            ("linux", False, None, False),
            ("linux", True, "DISPLAY", False),
            ("darwin", False, None, True),
            ("win32", False, None, True),
        ],
    )
    def test_a_browser_is_opened_where_there_is_a_display(
        self,
        monkeypatch: pytest.MonkeyPatch,
        platform: str,
        root: bool,
        variable: str | None,
        expected: bool,
    ):
        monkeypatch.setattr(cli, "is_root", lambda: root)
        monkeypatch.setattr(sys, "platform", platform)
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            monkeypatch.delenv(name, raising=False)
        if variable:
            monkeypatch.setenv(variable, ":0")
        assert cli.has_display() is expected

    def test_news_and_update_checks_are_off_in_the_settings(self):
        overrides = cli.PACKAGE / "jupyter_config" / "labconfig" / "default_setting_overrides.json"
        settings = json.loads(overrides.read_text())["@jupyterlab/apputils-extension:notification"]
        assert settings == {"checkForUpdates": False, "fetchNews": "false"}

    def test_widgets_are_saved_with_their_notebook(self):
        overrides = cli.PACKAGE / "jupyter_config" / "labconfig" / "default_setting_overrides.json"
        settings = json.loads(overrides.read_text())["@jupyter-widgets/jupyterlab-manager:plugin"]
        assert settings == {"saveState": True}


class TestCommandLine:
    def test_lab_copies_to_the_named_folder(
        self,
        shipped: Path,
        tmp_path: Path,
        served: Served,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ):
        monkeypatch.setattr(cli, "shipped_lessons", lambda: shipped)
        folder = tmp_path / "mine"
        cli.main(["lab", str(folder), "--port", "8899"])
        assert served == [(folder, 8899, True)]
        assert (folder / "01_graph.ipynb").read_text() == "graph"
        assert capsys.readouterr().out == f"{folder}: 3 files copied.\n"

    def test_a_file_is_not_a_folder(self, tmp_path: Path, served: Served):
        file = tmp_path / "notes.txt"
        file.write_text("mine")
        with pytest.raises(SystemExit) as stopped:
            cli.main(["lab", str(file)])
        assert str(stopped.value) == (
            f"The lessons are copied to a folder; {file} is a file. Name another."
        )
        assert served == []
        assert file.read_text() == "mine"

    def test_lab_without_a_folder_uses_edugrad_lessons(
        self,
        shipped: Path,
        tmp_path: Path,
        served: Served,
        monkeypatch: pytest.MonkeyPatch,
    ):
        monkeypatch.setattr(cli, "shipped_lessons", lambda: shipped)
        monkeypatch.chdir(tmp_path)
        cli.main(["lab", "--no-browser"])
        assert served == [(Path("edugrad-lessons"), None, False)]
        assert (tmp_path / "edugrad-lessons" / "00_start_here.ipynb").exists()

    def test_in_place_copies_nothing(self, tmp_path: Path, served: Served):
        cli.main(["lab", str(tmp_path), "--in-place"])
        assert served == [(tmp_path, None, True)]
        assert list(tmp_path.iterdir()) == []

    def test_in_place_needs_an_existing_folder(self, tmp_path: Path):
        missing = tmp_path / "missing"
        with pytest.raises(SystemExit, match=f"folder of lessons that exists; got {missing}"):
            cli.main(["lab", str(missing), "--in-place"])

    def test_without_jupyterlab_the_extra_is_named(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setitem(sys.modules, "jupyterlab", None)
        with pytest.raises(SystemExit, match=r'pip install "edugrad-lessons\[lessons\]"'):
            cli.main(["lab", str(tmp_path / "mine")])
        assert not (tmp_path / "mine").exists()

    def test_version(self, capsys: pytest.CaptureFixture[str]):
        with pytest.raises(SystemExit) as stopped:
            cli.main(["--version"])
        assert stopped.value.code == 0
        assert capsys.readouterr().out == f"edugrad {importlib.metadata.version(DISTRIBUTION)}\n"

    def test_the_installed_command_is_this_one(self):
        (command,) = importlib.metadata.entry_points(group="console_scripts", name="edugrad")
        assert command.load() is cli.main


class TestWheel:
    def test_it_carries_both_packages_and_the_lessons(self, wheel: Path):
        names = {path.name for path in wheel.iterdir()}
        version = importlib.metadata.version(DISTRIBUTION)
        assert names == {"edugrad", "edugrad_widgets", f"edugrad_lessons-{version}.dist-info"}
        lessons = {path.name for path in (REPOSITORY / "lessons").glob("*.ipynb")}
        assert {path.name for path in (wheel / "edugrad" / "lessons").glob("*.ipynb")} == lessons
        assert "00_start_here.ipynb" in lessons

    def test_it_carries_what_is_not_python(self, wheel: Path):
        settings = "edugrad/jupyter_config/labconfig/default_setting_overrides.json"
        for name in ("edugrad/py.typed", "edugrad_widgets/py.typed", settings):
            assert (wheel / name).is_file(), name
        for suffix in ("js", "css"):
            sources = (REPOSITORY / "widgets" / "edugrad_widgets").rglob(f"*.{suffix}")
            shipped = (wheel / "edugrad_widgets").rglob(f"*.{suffix}")
            assert {path.name for path in shipped} == {path.name for path in sources}

    def test_the_lessons_are_found_in_it(self, wheel: Path, tmp_path: Path):
        shutil.copytree(wheel, tmp_path / "site")
        show = "from edugrad import cli; print(cli.shipped_lessons())"
        output = subprocess.run(
            [sys.executable, "-c", show],
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site")},
            cwd=tmp_path,
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        assert output.strip() == str(tmp_path / "site" / "edugrad" / "lessons")
