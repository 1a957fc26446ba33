"""Preferences: two windows share them, a damaged file is put aside, and the window starts whatever lies there."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.drawing import automatic, direction
from engine.home import home
from gui.app import build_window
from gui.document import new_network
from gui.motion import motion
from gui.preference_list import DIRECTION, MOTION
from gui.preferences import DAMAGED, FILE, LARGEST, Preferences
from gui.window import MainWindow


@pytest.fixture(autouse=True, scope="module")
def nobody_waits_for_the_disk() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _handle: None)
        yield


def test_two_windows_keep_what_the_other_has_changed(layerloom_home: Path) -> None:
    one, other = Preferences(), Preferences()
    one.theme = "dark"
    other.host = "process"
    one.add_recent(Path("/a.loom"))
    again = Preferences()
    assert (again.theme, again.host, again.recent()) == ("dark", "process", [Path("/a.loom").absolute()])


def test_a_new_network_runs_the_way_that_is_preferred(windows: Callable[[], MainWindow]) -> None:
    preferences = Preferences()
    assert automatic(new_network(preferences.direction))
    preferences.put(DIRECTION, "right")
    made = new_network(preferences.direction)
    assert (direction(made), automatic(made)) == ("right", False)
    window = windows()
    window.files.new()
    assert direction(window.document.project) == "right"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(st.tuples(st.integers(0, 2), st.sampled_from("abc"), st.text("xyz", max_size=2)), max_size=12))
def test_whatever_windows_change_in_turn_the_last_one_counts(acts: list[tuple[int, str, str]]) -> None:
    home().joinpath(FILE).write_text("{}", encoding="utf-8")
    windows, expected, opened = [Preferences() for _ in range(3)], dict[str, str](), list[Path]()
    for window, key, text in acts:
        windows[window].set_text(key, text)
        expected[key] = text
        path = Path(f"/{key}{text}.loom").absolute()
        windows[window].add_recent(path)
        opened = [path, *(other for other in opened if other != path)]
    again = Preferences()
    assert {key: again.text(key) for key in expected} == expected
    assert again.recent() == opened[:8]


def test_windows_that_write_at_once_lose_nothing() -> None:
    def write(window: int) -> None:
        preferences = Preferences()
        for number in range(10):
            preferences.set_text(f"{window} {number}", "set")

    threads = [threading.Thread(target=write, args=(window,)) for window in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = Preferences()
    assert [f"{w} {n}" for w in range(4) for n in range(10) if again.text(f"{w} {n}") != "set"] == []


def test_what_cannot_be_read_is_not_written_over(layerloom_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    preferences, before = Preferences(), (layerloom_home / FILE).read_bytes()

    def refused(*_args: object) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("engine.own_files.read_bytes", refused)
    preferences.theme = "dark"
    assert preferences.theme == "dark", "for this window it counts"
    assert (layerloom_home / FILE).read_bytes() == before


def nothing(path: Path) -> None:
    path.write_bytes(b"")


def huge(path: Path) -> None:
    path.write_bytes(b" " * (LARGEST + 1))


def noise(path: Path) -> None:
    path.write_bytes(os.urandom(500))


def deep(path: Path) -> None:
    path.write_bytes(b"[" * 100_000)


def other_kinds(path: Path) -> None:
    path.write_text(json.dumps({"theme": 3, "recent": [1, {}], "layout/window": "?", "training/host": ["x"]}))


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link(path: Path) -> None:
    path.symlink_to("/dev/zero")


def folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize("harm", [nothing, huge, noise, deep, other_kinds, pipe, link, folder])
def test_the_window_starts_whatever_the_preferences_are(
    harm: Callable[[Path], None], qtbot: QtBot, layerloom_home: Path
) -> None:
    (layerloom_home / FILE).unlink()
    harm(layerloom_home / FILE)
    window = build_window()
    qtbot.addWidget(window)
    window.show()
    assert window.isVisible()
    window.preferences.theme = "dark"
    window.preferences.set_text("x", "y")
    if harm in (nothing, huge, noise, deep):
        assert (layerloom_home / DAMAGED).exists(), "nothing is lost"
        assert Preferences().text("x") == "y"


@pytest.mark.skipif(os.name == "nt", reason="names that are no text are Unix's")
def test_a_file_whose_name_is_no_text_is_remembered(layerloom_home: Path) -> None:
    path = Path(os.fsdecode(b"/a/gr\xf6\xdfe.loom"))
    Preferences().add_recent(path)
    assert Preferences().recent() == [path]


def test_reduced_motion_counts_at_once(qtbot: QtBot, windows: Callable[[], MainWindow]) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    window, flash = windows(), app.cursorFlashTime()
    assert not motion.reduced
    with qtbot.waitSignal(motion.changed):
        window.preferences.put(MOTION, "reduced")
    assert motion.reduced
    assert app.cursorFlashTime() == 0
    assert not app.isEffectEnabled(Qt.UIEffect.UI_AnimateMenu)
    window.preferences.put(MOTION, "full")
    assert not motion.reduced
    assert app.cursorFlashTime() == flash
