"""Where a program keeps its files: one home where there is one, else where the system expects them."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from engine import home


@pytest.fixture
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user with an empty home folder."""
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    for name in ("LAYERLOOM_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def places() -> list[Path]:
    return [home.home(), home.preferences(), home.state(), home.caches()]


def test_a_named_home_holds_all(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (user / ".layerloom").mkdir()
    monkeypatch.setenv("LAYERLOOM_HOME", str(user / "elsewhere"))
    assert places() == [user / "elsewhere"] * 4


def test_the_home_of_earlier_versions_stays_the_home(user: Path) -> None:
    (user / ".layerloom").mkdir()
    assert places() == [user / ".layerloom"] * 4


@pytest.mark.skipif(sys.platform != "linux", reason="the folders of Linux")
def test_a_new_installation_uses_the_places_of_the_system(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert places() == [user / folder / "layerloom" for folder in (".local/share", ".config", ".local/state", ".cache")]
    monkeypatch.setenv("XDG_DATA_HOME", str(user / "data"))
    assert home.home() == user / "data" / "layerloom"
    assert list(user.iterdir()) == [], "asking makes nothing"


def test_paths_in_the_home_of_the_user_are_shown_short(user: Path) -> None:
    assert home.shown(user / "a" / "b") == "~/a/b"
    assert home.shown(Path("/elsewhere/b")) == str(Path("/elsewhere/b"))
