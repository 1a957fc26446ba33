"""Clips of one's own in the window: dropped, understood, seen frame by frame, cut otherwise, used as one step."""

from __future__ import annotations

from pathlib import Path

from engine import project
from tests.engine.own_clips import clip_folders
from tests.gui.own_data_hand import OwnHand


def test_a_folder_of_clips_is_understood_cut_and_used_in_one_step(hand: OwnHand, tmp_path: Path) -> None:
    folder = clip_folders(tmp_path / "moves", (4, 6, 6, 7, 9))
    (folder / "left" / "clip2" / "frame2.png").write_bytes(b"\x89PNG and no more")
    page, document = hand.add(folder), hand.window.document
    assert page.use.title.text() == "moves · only shown"
    rows = page.own.options.own_rows
    assert rows["answers"].reason.text() == "The clips are in 2 folders, each one class."
    assert rows["take"].combo.currentText() == "evenly over the clip"
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
