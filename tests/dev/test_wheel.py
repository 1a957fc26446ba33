"""The wheel, as it is installed elsewhere: it has all it needs, and its command works."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

from tests.platforms import unix

ROOT = Path(__file__).parents[2]
LICENCES = ROOT / "resources" / "docs" / "licences.md"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
RESOURCES = {path.relative_to(ROOT).as_posix() for path in (ROOT / "resources").rglob("*") if path.is_file()}


def test_every_package_that_is_installed_along_is_named_with_its_licence() -> None:
    extras = [one for extra, many in PROJECT["optional-dependencies"].items() if extra != "dev" for one in many]
    wanted = {re.split(r"[<>=\[;]", one)[0] for one in [*PROJECT["dependencies"], *extras]}
    rows = [line.split("|")[1:3] for line in LICENCES.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    named = {row[0].split(" (")[0].strip(): row[1].strip() for row in rows}
    assert wanted - named.keys() == set()
    assert all(named[name] for name in wanted)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy of what belongs to it."""
    made = tmp_path_factory.mktemp("wheel")
    copy = made / "copy"
    copy.mkdir()
    for name in ("engine", "presets", "gui", "resources", "pyproject.toml", "README.md", "LICENSE"):
        subprocess.run(["cp", "-r", str(ROOT / name), str(copy / name)], check=True)
    build = [sys.executable, "-m", "pip", "wheel", str(copy), "--no-deps", "--no-build-isolation", "-q"]
    subprocess.run([*build, "-w", str(made)], check=True)
    return next(made.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The commands of an environment with the wheel alone; it borrows the packages that the wheel needs."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    inside = next(folder.glob("lib/python*/site-packages"))
    (inside / "borrowed.pth").write_text("\n".join(path for path in sys.path if path.endswith("site-packages")) + "\n")
    into = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python"), "install", "-q", "--no-index"]
    subprocess.run([*into, "--no-deps", "--force-reinstall", str(wheel)], check=True)
    return folder / "bin"


@pytest.mark.slow
@unix
def test_the_wheel_holds_all_resources_and_licences(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    assert {one for one in RESOURCES if "__pycache__" not in one} - names == set()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("share/applications/layerloom.desktop") for name in names)


@pytest.mark.slow
@unix
def test_an_installed_wheel_lists_checks_and_trains(installed: Path, tmp_path: Path) -> None:
    command = str(installed / "layerloom")
    own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OMP_NUM_THREADS": "1"}
    for words, wanted in (
        (["presets"], "resnet-18"),
        (["check", "lenet-5"], "no problem"),
        (["train", "lenet-5", "--epochs", "1"], "epoch 1/1"),
    ):
        done = subprocess.run([command, *words], capture_output=True, text=True, cwd=tmp_path, env=own)
        assert done.returncode == 0, done.stderr
        assert wanted in (done.stdout + done.stderr).lower()
    code = "import engine, gui, sys; print(engine.__file__)"
    where = subprocess.run([installed / "python", "-c", code], capture_output=True, text=True, cwd=tmp_path, env=own)
    assert str(installed.parent) in where.stdout, "the installed one was run, not the checkout"
    assert (tmp_path / ".local" / "share" / "layerloom" / "runs").is_dir()


WINDOW = """
import sys
from PySide6.QtCore import QTimer
from gui import app
app.application()
QTimer.singleShot(1500, lambda: (print(window().windowTitle(), window().isVisible()), app.application().quit()))
def window():
    return next(w for w in app.application().topLevelWidgets() if w.metaObject().className() == "MainWindow")
sys.exit(app.main())
"""


@pytest.mark.slow
@unix
def test_an_installed_wheel_opens_the_window(installed: Path, tmp_path: Path) -> None:
    own = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen", "QT_API": "pyside6"}
    run = [str(installed / "python"), "-c", WINDOW]
    done = subprocess.run(run, capture_output=True, text=True, cwd=tmp_path, env=own)
    assert done.returncode == 0, done.stderr
    assert "Layerloom True" in done.stdout
