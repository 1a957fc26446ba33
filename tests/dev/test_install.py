"""Which packages `dev.py` installs, and when."""

import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from tests.dev.conftest import PYPROJECT, REPOSITORY, Runs

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
