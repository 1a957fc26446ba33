"""A table in order of time in the window: read as a series or as rows, which a note says, with a click to the other."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QPushButton

from tests.engine.own_series import hourly, written
from tests.gui.own_data_hand import OwnHand


def button(hand: OwnHand, text: str) -> QPushButton:
    """The button below a note."""
    found = {one.text(): one for one in hand.page.own.notes.findChildren(QPushButton) if one.isVisible()}
    return found[text]


def test_a_series_is_read_as_a_table_and_back_by_a_click_each(hand: OwnHand, tmp_path: Path) -> None:
    page = hand.add(written(tmp_path / "load.csv", hourly(200)))
    kind = page.own.options.rows["kind"]
    assert kind.combo.currentText() == "Series"
    assert "'time' goes in equal steps" in page.own.notes.rows[-1].note.message
    hand.click(button(hand, "Read as Table"))
    hand.settle()
    assert kind.combo.currentText() == "Table"
    assert page.looked is not None
    assert "features" in page.looked.dataset.fields
    hand.click(button(hand, "Read as Series"))
    hand.settle()
    assert kind.combo.currentText() == "Series"
    assert page.looked.dataset.task == "forecast"
