"""Clips of one's own in the window: dropped, understood, seen frame by frame, cut otherwise, used as one step."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.data.sources import describe
from engine.data.sources.describing import config_of
from engine.data.watch import Watch
from gui.data.data_preview import look
from gui.data.own import suggestions
from gui.data.sample_strips import ClipView
from tests.engine.own_clips import clip_folders, frame_table
from tests.engine.own_data import png_of_nothing
from tests.gui.own_data_hand import OwnHand
from tests.gui.test_own_data_changes import reopen

TINY = png_of_nothing(4, 4)


def test_a_folder_of_clips_is_understood_cut_and_used_in_one_step(hand: OwnHand, tmp_path: Path) -> None:
    folder = clip_folders(tmp_path / "moves", (4, 6, 6, 7, 9))
    (folder / "left" / "clip2" / "frame2.png").write_bytes(b"\x89PNG and no more")
    page, document = hand.add(folder), hand.window.document
    assert page.use.title.text() == "moves · only shown"
    rows = page.own.options.own_rows
    assert rows["answers"].reason.text() == "The clips are in 2 folders, each one class."
    assert rows["take"].combo.currentText() == "evenly"
    assert any("frame2.png is damaged" in row.text.text() for row in page.own.notes.rows)
    assert page.seen is not None
    assert page.seen.classes == ("left", "right")
    assert page.samples.views.currentWidget() is page.samples.clips
    assert page.seen.before.shape[1:] == (6, 1, 16, 16)
    hand.choose(rows["take"].combo, "all")
    hand.settle()
    assert page.seen.before.shape[1:] == (9, 1, 16, 16)
    assert any("padded with blank ones" in row.text.text() for row in page.own.notes.rows)
    assert rows["take"].back.isVisible()
    before = project.to_bytes(document.project)
    hand.click(page.use.use)
    hand.settle()
    assert hand.source is not None
    assert (hand.source.kind, hand.source.options["length"]) == ("clips", 9)
    document.history.undo()
    assert project.to_bytes(document.project) == before


def test_presets_made_for_clips_are_offered_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = ("rnn-beside-lstm", "linear-classifier", "clip-classifier-cnn-lstm", "frame-labels-cnn-lstm")
    monkeypatch.setattr(suggestions, "presets", SimpleNamespace(all=lambda: [presets.get(name) for name in tried]))
    offered = suggestions.suggest(describe(clip_folders(tmp_path / "moves")), Watch())
    assert offered[0].preset.name == "clip-classifier-cnn-lstm"
    assert not offered[0].why
    assert {one.preset.name for one in offered} == {*tried}


def test_clips_that_were_moved_are_located_and_those_that_have_changed_are_said(hand: OwnHand, tmp_path: Path) -> None:
    folder = clip_folders(tmp_path / "moves v1.2")
    hand.add(folder)
    hand.click(hand.page.use.use)
    hand.settle()
    project.save(hand.window.document.project, tmp_path / "work.loom")
    there = folder.rename(tmp_path / "elsewhere v1.2")
    strip = reopen(hand, tmp_path / "work.loom")
    assert f"The data of this project are not at {folder}" in strip.text.text()
    hand.click(strip.buttons["locate"])
    dialog = hand.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() == QFileDialog.FileMode.Directory, "a dot in its name makes it no file"
    dialog.fileSelected.emit(str(there))
    dialog.reject()
    hand.settle()
    assert not strip.isVisible()
    assert hand.source is not None
    assert hand.source.path == str(there)
    (there / "left" / "clip0" / "frame6.png").unlink()
    shutil.rmtree(there / "right" / "clip1")
    hand.page.own.state.check()
    hand.settle()
    assert "The data have changed since they were added. 10 samples before, 9 now." in strip.text.text()


def test_labels_of_frames_stand_below_their_frames(qtbot: QtBot, tmp_path: Path) -> None:
    found = describe(frame_table(tmp_path / "clips", (6, 7, 8, 8)), "clips", {"take": "all"})
    view = ClipView()
    qtbot.addWidget(view)
    view.show_look(look(config_of(found.settings), "train"))
    shown = [view.labels(index) for index in range(len(view.frames.clips))]
    assert all(labels[:7] == ["first"] * 6 + ["second"] or labels[6:] == ["", ""] for labels in shown)
    assert {len(labels) for labels in shown} == {8}
    view.resize(900, 400)
    assert not view.grab().isNull()
    longest = float(view.fontMetrics().horizontalAdvance("second"))
    assert view.cell_width(20.0, 100.0, longest) > longest, "the words are read where there is room"
    assert view.cell_width(20.0, 25.0, longest) == 25.0


def test_frames_keep_their_proportions(qtbot: QtBot, tmp_path: Path) -> None:
    found = describe(clip_folders(tmp_path / "moves"), "clips", {"size": (16, 32)})
    view = ClipView()
    qtbot.addWidget(view)
    view.show_look(look(config_of(found.settings), "train"))
    for room in ((100.0, 100.0), (20.0, 100.0), (100.0, 10.0)):
        wide, high = view.frame_size(*room)
        assert wide == 2 * high
        assert wide <= room[0]


def test_of_long_clips_so_many_frames_are_seen_as_have_room(qtbot: QtBot, tmp_path: Path) -> None:
    folder = tmp_path / "long"
    for name in ("a", "b"):
        for index in range(5):
            where = folder / name / f"clip{index}"
            where.mkdir(parents=True)
            for step in range(150):
                (where / f"{step}.png").write_bytes(TINY)
    found = describe(folder, "clips", {"take": "all"})
    view = ClipView()
    qtbot.addWidget(view)
    view.resize(700, 300)
    view.show_look(look(config_of(found.settings), "train"))
    shown = view.positions(view.width())
    assert (shown[0], view.frames.at[shown[-1]], view.frames.count) == (0, 149, 150)
    wide, high = view.frame_size(view.width() / len(shown) - view.GAP, view.height())
    assert min(wide, high) >= view.NARROW
    assert not view.grab().isNull()
