"""What `dev.py` decides: which packages, which installs, which commands; nothing here is really run or installed."""

import contextlib
import importlib.util
import io
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[1]
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


def module_and_arguments(command: list[str]) -> list[str]:
    """The part of a command after `python -m`."""
    assert command[1] == "-m"
    return command[2:]


# system packages


def test_a_package_counts_as_present_when_installed_held_or_provided(dev: ModuleType, runs: Runs) -> None:
    runs.texts["dpkg-query"] = (
        "ii ,libegl1,\nhi ,libgl1,libgl\nrc ,xvfb,\n"
        "ii ,libglib2.0-0t64,libglib2.0-0 (= 2.80.0-6)\nii ,libdbus-1-3t64,\nii ,other,a (= 1), b\n"
    )
    wanted = ["libegl1", "libgl1", "xvfb", "libglib2.0-0", "libdbus-1-3", "a", "b", "xauth"]
    assert dev.missing_packages(wanted) == ["xvfb", "xauth"]


def test_nothing_is_installed_when_nothing_is_missing(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None]
) -> None:
    make_venv()
    runs.texts["dpkg-query"] = "ii ,libegl1,\n"
    assert dev.install_libraries(["libegl1"]) == 0
    assert len(runs.commands) == 1


@pytest.mark.parametrize("root", [True, False])
def test_root_and_passwordless_sudo_install_what_is_missing(
    dev: ModuleType,
    runs: Runs,
    make_venv: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    root: bool,
) -> None:
    make_venv()
    monkeypatch.setattr(dev.os, "geteuid", lambda: 0 if root else 1000, raising=False)
    runs.texts["dpkg-query"] = "ii ,libegl1,\n"
    assert dev.install_libraries(["libegl1", "libgl1", "xvfb"]) == 0
    prefix = [*([] if root else ["sudo", "-n"]), "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    update, install = runs.with_part("apt-get")
    assert update == [*prefix, "update"]
    assert install[: len(prefix) + 5] == [*prefix, "install", "-y", "--no-install-recommends", "libgl1", "xvfb"]
    assert "libgl1 xvfb" in capsys.readouterr().err


def test_a_plain_user_reads_the_exact_command(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make_venv()
    runs.codes["sudo -n true"] = 1
    assert dev.main(["run"]) == 2
    packages = " ".join([*dev.BASE, *dev.XCB])
    command = f"sudo apt-get update && sudo apt-get install -y --no-install-recommends {packages}"
    output = capsys.readouterr()
    assert command in output.err.replace("  ", "").splitlines()
    assert not output.out
    assert not runs.with_part("apt-get")
    assert not runs.with_part("pip")


def test_a_failed_apt_ends_with_the_command_to_try(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    make_venv()
    runs.codes["apt-get install"] = 100
    assert dev.install_libraries(["libgl1"]) == 2
    assert "sudo apt-get install -y --no-install-recommends libgl1" in capsys.readouterr().err


def test_the_venv_module_is_asked_for_only_where_debian_keeps_it_apart(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dev.importlib.util, "find_spec", lambda name: None)
    assert dev.install_libraries([]) == 0
    assert f"python3.{sys.version_info[1]}-venv" in runs.with_part("apt-get install")[0]
    runs.commands.clear()
    make_venv()
    assert dev.install_libraries([]) == 0
    assert not runs.with_part("apt-get")


@pytest.mark.parametrize("platform", ["darwin", "win32", "linux"])
def test_other_systems_skip_system_packages(
    dev: ModuleType, runs: Runs, monkeypatch: pytest.MonkeyPatch, platform: str
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(dev.shutil, "which", lambda tool: None)
    assert dev.install_libraries(["libegl1"]) == 0
    assert not runs.commands


# the environment


def test_the_range_of_torch_comes_from_pyproject(dev: ModuleType) -> None:
    assert dev.torch_requirement(dev.ROOT / "pyproject.toml") == "torch>=2.9,<2.14"
    dependencies = tomllib.loads((REPOSITORY / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert dev.torch_requirement(REPOSITORY / "pyproject.toml") in dependencies


def test_a_fresh_machine_gets_a_venv_then_torch_alone_then_the_rest(dev: ModuleType, runs: Runs) -> None:
    dev.VENV.mkdir()
    assert dev.install_environment() == 0
    venv, torch, rest = runs.commands
    assert venv == [sys.executable, "-m", "venv", "--clear", str(dev.VENV)]
    assert torch == [dev.venv_python(), "-m", "pip", "install", "torch>=2.9,<2.14"]
    assert rest == [dev.venv_python(), "-m", "pip", "install", "-e", ".[dev]"]


def test_it_installs_again_only_when_pyproject_changed(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None]
) -> None:
    make_venv()
    assert dev.install_environment() == 0
    assert len(runs.with_part("pip install")) == 2
    assert dev.install_environment() == 0
    assert len(runs.with_part("pip install")) == 2
    (dev.ROOT / "pyproject.toml").write_text(PYPROJECT.replace("2.14", "2.15"), encoding="utf-8")
    assert dev.install_environment() == 0
    assert runs.with_part("pip install")[2][-1] == "torch>=2.9,<2.15"
    assert not runs.with_part("-m venv")


def test_a_failed_install_is_done_again_and_its_leftovers_are_removed(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None]
) -> None:
    make_venv()
    packages = Path(dev.sysconfig.get_path("purelib", "venv", {"base": str(dev.VENV)}))
    for name in ("whole-1.dist-info/RECORD", "half-1.dist-info/METADATA"):
        (packages / name).parent.mkdir(parents=True)
        (packages / name).touch()
    runs.codes["pip install -e"] = 1
    assert dev.install_environment() == 1
    assert sorted(entry.name for entry in packages.iterdir()) == ["whole-1.dist-info"]
    runs.codes.clear()
    runs.commands.clear()
    assert dev.install_environment() == 0
    assert len(runs.with_part("pip install")) == 2


def test_a_venv_without_a_working_pip_is_made_anew(dev: ModuleType, runs: Runs, make_venv: Callable[[], None]) -> None:
    make_venv()
    assert dev.install_environment() == 0
    runs.codes["import pip"] = 1
    assert dev.install_environment() == 0
    assert len(runs.with_part("-m venv --clear")) == 1


def test_a_failed_install_ends_the_command(
    dev: ModuleType, runs: Runs, make_venv: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    make_venv()
    monkeypatch.setattr(dev, "install_libraries", lambda wanted: 0)
    runs.codes["pip install torch"] = 1
    assert dev.main(["test"]) == 1
    assert not runs.with_part("-m pytest")


# dev.py run


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("arguments", [[], ["open", "resnet-18", "--train"]])
def test_with_a_display_it_opens_the_window(dev: ModuleType, runs: Runs, arguments: list[str]) -> None:
    runs.codes["gui.cli"] = 1
    assert dev.main(["run", *arguments]) == 1
    assert [module_and_arguments(command) for command in runs.commands] == [["gui.cli", *arguments]]


@pytest.mark.usefixtures("no_display")
def test_without_a_display_it_trains_and_then_paints_the_window(
    dev: ModuleType, runs: Runs, ready: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["run"]) == 0
    train, paint = (module_and_arguments(command) for command in runs.commands)
    folder, picture = Path(train[-1]), Path(paint[1])
    assert train == ["gui.cli", "train", "lenet-5", "--run-dir", str(folder)]
    assert paint == ["gui.picture", str(picture), "--run", str(folder)]
    assert folder.parent == picture.parent == dev.ROOT / "runs"
    assert runs.environments[1]["QT_QPA_PLATFORM"] == "offscreen"
    assert ready == [dev.BASE]
    output = capsys.readouterr()
    assert output.out.splitlines() == [f"run folder: {folder}", f"picture of the window: {picture}"]
    assert "no display" in output.err


@pytest.mark.usefixtures("ready", "no_display")
def test_a_failed_training_paints_nothing(dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    runs.codes["train lenet-5"] = 130
    assert dev.main(["run"]) == 130
    assert len(runs.commands) == 1
    assert not capsys.readouterr().out


@pytest.mark.usefixtures("ready", "no_display")
def test_without_a_display_arguments_are_passed_on_unchanged(
    dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["run", "info", "resnet-18", "--json"]) == 0
    assert [module_and_arguments(command) for command in runs.commands] == [["gui.cli", "info", "resnet-18", "--json"]]
    assert not capsys.readouterr().out


# dev.py test


STAGES = ["ruff check", "ruff format", "-m mypy", "lint_imports", "-m not slow and not journey", "tests/journeys"]


def test_all_stages_run_in_order_and_only_the_journeys_see_a_display(
    dev: ModuleType, runs: Runs, ready: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["test"]) == 0
    for command, part in zip(runs.commands, STAGES, strict=True):
        assert part in " ".join(command)
    assert runs.commands[-1][3:] == ["-m", "not slow and journey", "tests/journeys"]
    offscreen = {
        "QT_QPA_PLATFORM": "offscreen",
        "HF_HUB_OFFLINE": "1",
        "QT_API": "pyside6",
        "OMP_WAIT_POLICY": "PASSIVE",
    }
    assert runs.environments == [offscreen] * 5 + [{**offscreen, "QT_QPA_PLATFORM": "xcb", "DISPLAY": ":42"}]
    assert ready == [[*dev.BASE, *dev.XCB, *dev.XVFB]]
    assert capsys.readouterr().out.count("passed") == 6


@pytest.mark.usefixtures("ready")
def test_all_includes_the_slow_tests(dev: ModuleType, runs: Runs) -> None:
    assert dev.main(["test", "--all"]) == 0
    assert [command[4] for command in runs.with_part("-m pytest")] == ["not journey", "journey"]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("count", range(1, 7))
def test_the_first_failure_ends_the_run_with_its_exit_code(dev: ModuleType, runs: Runs, count: int) -> None:
    runs.codes[STAGES[count - 1]] = 5  # pytest's "no tests were collected" counts as a failure too
    assert dev.main(["test"]) == 5
    assert len(runs.commands) == count


def test_arguments_make_one_call_of_pytest(dev: ModuleType, runs: Runs, ready: list[list[str]]) -> None:
    arguments = ["tests/engine/test_dims.py", "-k", "foo"]
    assert dev.main(["test", *arguments]) == 0
    assert [module_and_arguments(command) for command in runs.commands] == [["pytest", *arguments]]
    assert runs.environments[0]["QT_QPA_PLATFORM"] == "offscreen"
    assert ready == [dev.BASE]


def test_a_journey_named_by_hand_gets_its_display(dev: ModuleType, runs: Runs, ready: list[list[str]]) -> None:
    assert dev.main(["test", "tests/journeys/test_first.py"]) == 0
    assert runs.environments[0]["DISPLAY"] == ":42"
    assert ready == [[*dev.BASE, *dev.XCB, *dev.XVFB]]


@pytest.mark.usefixtures("ready")
def test_macos_and_windows_skip_the_journeys_and_say_so(
    dev: ModuleType, runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "WITHOUT_X", True)
    assert dev.main(["test"]) == 0
    assert len(runs.commands) == 5
    assert "journeys: skipped" in capsys.readouterr().out


class FakeServer:
    """Stands in for the Xvfb process."""

    def __init__(self, line: str) -> None:
        self.stdout = io.StringIO(line)
        self.ended = False

    def __enter__(self) -> "FakeServer":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.ended

    def terminate(self) -> None:
        self.ended = True


def test_the_virtual_display_ends_with_its_tests_whatever_happens(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FakeServer("99\n")
    monkeypatch.setattr(dev, "Popen", lambda *_, **__: server)
    seen: list[dict[str, str]] = []

    def interrupted_tests() -> None:
        with dev.virtual_display() as env:
            seen.append(env)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_tests()
    assert seen == [{"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":99"}]
    assert server.ended


def test_an_xvfb_that_does_not_start_is_one_sentence(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = FakeServer("")
    monkeypatch.setattr(dev, "Popen", lambda *_, **__: server)
    monkeypatch.setattr(dev, "install_libraries", lambda wanted: 0)
    monkeypatch.setattr(dev, "install_environment", lambda: 0)
    assert dev.main(["test"]) == 1
    assert server.ended
    assert capsys.readouterr().err.startswith("dev.py: Xvfb did not start")


# the command line itself


@pytest.mark.parametrize(("argv", "code"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_usage(dev: ModuleType, capsys: pytest.CaptureFixture[str], argv: list[str], code: int) -> None:
    assert dev.main(argv) == code
    assert "python dev.py run" in capsys.readouterr().err


def test_an_older_python_reads_one_sentence(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"^Layerloom needs Python 3\.11 or newer, this is Python 3\.9\.$"):
        exec(compile((REPOSITORY / "dev.py").read_text(encoding="utf-8"), "dev.py", "exec"), {})


def test_run_gives_the_exit_code_and_what_was_printed(monkeypatch: pytest.MonkeyPatch, dev: ModuleType) -> None:
    monkeypatch.undo()
    code = "import os; print(os.environ['LOOM']); raise SystemExit(3)"
    assert dev.run([sys.executable, "-c", code], env={"LOOM": "warp"}, output=subprocess.PIPE) == (3, "warp\n")
