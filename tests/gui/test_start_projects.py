"""Recent projects: what they look like, which cannot be opened and why, pins, and the menu that lists them."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

import presets
from engine.graph import Graph
from engine.project import save
from gui.preference_list import RECENT
from gui.preferences import Preferences
from gui.start import project_portraits
from gui.start.own_data import SHOWN, OwnDataEntry, OwnDataList
from gui.start.project_portraits import MOST_COLUMNS, look_at
from gui.start.recent_files import RecentFiles
from gui.start.recent_menu import RecentMenu
from gui.window import MainWindow


@pytest.fixture
def recent(qtbot: QtBot) -> RecentFiles:
    made = RecentFiles()
    qtbot.addWidget(made, before_close_func=lambda widget: widget.close_background())
    made.resize(280, 400)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def test_each_row_says_what_can_be_seen_of_its_file(recent: RecentFiles, qtbot: QtBot, tmp_path: Path) -> None:
    good, gone, long = tmp_path / "good.loom", tmp_path / "gone.loom", tmp_path / f"{'x' * 300}.loom"
    damaged, folder = tmp_path / "<b>damaged.loom", tmp_path / "folder.loom"
    save(presets.build("lenet-5"), good)
    damaged.write_bytes(b"{")
    folder.mkdir()
    paths = [good, gone, long, damaged, folder, Path("nul\0.loom")]
    recent.show_files(paths)
    qtbot.waitUntil(lambda: not recent.portraits.busy)
    said = [recent.rows[path].look.trouble for path in paths]
    assert said == ["", "missing", "out of reach", "damaged", "not a file", "out of reach"]
    assert "61,706 parameters" in recent.rows[good].accessibleDescription()
    assert len(recent.rows[good].look.boxes) > 5
    assert recent.rows[gone].line.startswith("⚠ missing")
    assert "missing" in recent.rows[gone].accessibleName()
    assert recent.rows[gone].remove.isVisible()
    assert not recent.rows[good].remove.isVisible()
    with qtbot.waitSignal(recent.removed) as removed:
        QTest.mouseClick(recent.rows[gone].remove, Qt.MouseButton.LeftButton)
    assert removed.args == [gone]
    with qtbot.waitSignal(recent.chosen) as chosen:
        QTest.mouseClick(recent.rows[good], Qt.MouseButton.LeftButton)
    assert chosen.args == [good]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "secret.loom"
    save(Graph("secret"), path)
    path.chmod(0)
    assert look_at(path).trouble == "no permission"


def test_an_image_is_made_once_for_each_version_of_a_file(
    tmp_path: Path, layerloom_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, made = tmp_path / "a.loom", list[Path]()
    save(presets.build("lenet-5"), path)
    load = project_portraits.project.load
    monkeypatch.setattr(project_portraits.project, "load", lambda path: made.append(path) or load(path))
    first = look_at(path)
    assert look_at(path) == first
    assert made == [path]
    save(presets.build("mlp"), path)
    second = look_at(path)
    assert second.boxes != first.boxes
    assert made == [path, path]
    (kept,) = (layerloom_home / "projects").iterdir()
    whole = kept.read_bytes()
    for content in (b"", b"[]", b"\xff", whole[:-20], whole.replace(b'"boxes": [[', b'"boxes": [[-5, ')):
        kept.write_bytes(content)
        assert look_at(path) == second, "what is damaged is made again"


def test_a_long_network_gets_an_image_of_bounded_size(tmp_path: Path) -> None:
    graph = Graph("long")
    before = graph.add("Input", shape=(3,))
    for _ in range(3 * MOST_COLUMNS):
        graph.connect(before, now := graph.add("ReLU"))
        before = now
    save(graph, tmp_path / "long.loom")
    boxes = look_at(tmp_path / "long.loom").boxes
    assert sorted({box.column for box in boxes}) == list(range(MOST_COLUMNS))


def test_the_list_is_walked_and_changed_by_keys(recent: RecentFiles, qtbot: QtBot) -> None:
    paths = [Path(f"/nowhere/{name}.loom") for name in "abc"]
    recent.show_files(paths, pinned=[paths[0]])
    recent.rows[paths[0]].setFocus()
    QTest.keyClick(recent.rows[paths[0]], Qt.Key.Key_Down)
    assert QApplication.focusWidget() is recent.rows[paths[1]]
    with qtbot.waitSignal(recent.removed) as removed:
        QTest.keyClick(recent.rows[paths[1]], Qt.Key.Key_Delete)
    assert removed.args == [paths[1]]
    recent.show_files([paths[0], paths[2]], pinned=[paths[0]])
    assert QApplication.focusWidget() in recent.rows.values(), "the focus stays in the list"
    with qtbot.waitSignal(recent.pinned) as pinned:
        QTest.keyClick(recent.rows[paths[0]].pin, Qt.Key.Key_Space)
    assert pinned.args == [paths[0], False]


def test_pinned_projects_stay_and_so_many_others_are_listed(qtbot: QtBot) -> None:
    preferences, opened = Preferences(), list[Path]()
    paths = [Path(f"/p/{number}.loom").absolute() for number in range(12)]
    for path in paths:
        preferences.add_recent(path)
    preferences.pin(paths[2], True)
    preferences.put(RECENT, 3)
    assert preferences.recent() == [paths[2], paths[11], paths[10], paths[9]]
    menu = RecentMenu(preferences, opened.append, None)  # type: ignore[arg-type]
    qtbot.addWidget(menu)
    menu.fill()
    assert [entry.text() for entry in menu.actions()][:2] == ["&1  2.loom", "&2  11.loom"]
    menu.actions()[1].trigger()
    assert opened == [paths[11]]
    menu.actions()[-1].trigger()
    assert Preferences().recent() == [paths[2]], "Clear List leaves what is pinned"
    preferences.remove_recent(paths[2])
    menu.fill()
    assert menu.actions()[0].text() == "No Projects Yet"


def test_ones_own_data_are_a_click_away(qtbot: QtBot) -> None:
    own = OwnDataList()
    qtbot.addWidget(own)
    own.show_entries([OwnDataEntry(f"/data/{number}.csv", f"{number}.csv", "150 samples") for number in range(9)])
    assert list(own.links) == [f"/data/{number}.csv" for number in range(SHOWN)]
    with qtbot.waitSignal(own.chosen) as chosen:
        own.links["/data/1.csv"].click()
    assert chosen.args == ["/data/1.csv"]


def test_what_is_saved_is_listed_with_its_image(
    windows: Callable[[], MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window, path = windows(), tmp_path / "mine.loom"
    save(presets.build("lenet-5"), path)
    window.files.open_path(path)
    qtbot.waitUntil(lambda: path in window.start.recent.rows and bool(window.start.recent.rows[path].look.boxes))
    window.pages.show_start()
    row = window.start.recent.rows[path]
    QTest.mouseClick(row.pin, Qt.MouseButton.LeftButton)
    assert window.preferences.pinned() == [path]
    assert window.start.recent.rows[path].is_pinned
    assert window.recent_menu.menuAction() in window.menuBar().actions()[0].menu().actions()
