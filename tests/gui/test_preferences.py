"""Preferences: two windows share them, a damaged file is put aside, and the window starts whatever lies there."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.app import build_window
from gui.preferences import DAMAGED, FILE, LARGEST, Preferences
from gui.start.recent_files import RecentFiles


def test_two_windows_keep_what_the_other_has_changed(layerloom_home: Path) -> None:
    one, other = Preferences(), Preferences()
    one.theme = "dark"
    other.host = "process"
    one.add_recent(Path("/a.loom"))
    again = Preferences()
    assert (again.theme, again.host, again.recent()) == ("dark", "process", [Path("/a.loom").absolute()])


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


def test_recent_files_say_which_are_missing(qtbot: QtBot, tmp_path: Path) -> None:
    there, gone, long = tmp_path / "there.loom", tmp_path / "gone.loom", tmp_path / f"{'x' * 300}.loom"
    there.write_bytes(b"")
    shown = RecentFiles()
    qtbot.addWidget(shown)
    shown.show_files([there, gone, long, Path("nul\0.loom")])
    qtbot.waitUntil(lambda: not shown.background.busy)
    assert shown.buttons[there].text() == "there.loom"
    assert shown.buttons[gone].text() == "gone.loom (missing)"
    assert shown.buttons[long].text().endswith("… (missing)") or "…" in shown.buttons[long].text()
    with qtbot.waitSignal(shown.chosen) as caught:
        shown.buttons[gone].click()
    assert caught.args == [gone]
    shown.close_background()
