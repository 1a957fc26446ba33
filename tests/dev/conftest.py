"""A `dev.py` that notes what it would run: nothing here is really run or installed."""

import contextlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[2]
PYPROJECT = '[project]\ndependencies = ["torchmetrics>=1", "numpy>=2,<3", "torch>=2.9,<2.14", "torch-tools>=3"]\n'


class Runs:
    """Stands in for `dev.run`: notes every command, answers from `codes` and `texts` by a part of the command line."""

    def __init__(self) -> None:
        self.commands: list[list[str]] = []
        self.environments: list[dict[str, str]] = []
        self.codes: dict[str, int] = {}
        self.texts: dict[str, str] = {}

    def __call__(
        self, command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: object = None, output: object = None
    ) -> tuple[int, str]:
        self.commands.append(list(command))
        self.environments.append(dict(env or {}))
        line = " ".join(command)
        code = next((code for part, code in self.codes.items() if part in line), 0)
        return code, next((text for part, text in self.texts.items() if part in line), "")

    def with_part(self, part: str) -> list[list[str]]:
        """The commands whose line contains `part`."""
        return [command for command in self.commands if part in " ".join(command)]


@pytest.fixture
def runs() -> Runs:
    """The commands that were asked for."""
    return Runs()


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runs: Runs) -> ModuleType:
    """A fresh `dev.py` on a plain user's Linux with a display, working on an empty project; it runs nothing."""
    specification = importlib.util.spec_from_file_location("layerloom_dev", REPOSITORY / "dev.py")
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(module, "WITHOUT_X", False)
    monkeypatch.setattr(module, "run", runs)
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(module.shutil, "which", lambda tool: f"/usr/bin/{tool}")
    monkeypatch.setattr(module.os, "geteuid", lambda: 1000, raising=False)
    monkeypatch.setenv("DISPLAY", ":7")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return module


@pytest.fixture
def no_display(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without a display."""
    monkeypatch.delenv("DISPLAY")


@pytest.fixture
def ready(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Everything is installed; gives the lists of system packages that were asked for."""
    asked: list[list[str]] = []

    def libraries(wanted: Sequence[str]) -> int:
        asked.append(list(wanted))
        return 0

    @contextlib.contextmanager
    def display() -> Iterator[dict[str, str]]:
        yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":42"}

    monkeypatch.setattr(dev, "install_libraries", libraries)
    monkeypatch.setattr(dev, "install_environment", lambda: 0)
    monkeypatch.setattr(dev, "virtual_display", display)
    return asked


@pytest.fixture
def make_venv(dev: ModuleType) -> Callable[[], None]:
    """Puts a Python into `.venv`, as `python -m venv` would."""

    def make() -> None:
        python = Path(dev.venv_python())
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    return make
