"""Own data of a project that are missing, elsewhere or other than before: said, found, taken or looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from engine import project
from engine.data import origin
from gui.app import build_window
from gui.data.own.source_strip import SourceStrip
from gui.training.plots.plot_canvas import Canvas
from tests.engine.own_data import digit_folders, wine_table
from tests.gui.own_data_hand import OwnHand


@pytest.fixture
def saved(hand: OwnHand, tmp_path: Path) -> Path:
    """A project that learns from a table of its own, saved beside it and opened again."""
    wines = wine_table(tmp_path / "wines.csv")
    page = hand.add(wines)
    hand.click(page.use.use)
    hand.settle()
    file = tmp_path / "wines.loom"
    project.save(hand.window.document.project, file)
    return file


def reopen(hand: OwnHand, file: Path) -> SourceStrip:
    """Open a project and show its data."""
    hand.window.document.discard()
    hand.window.files.open_path(file)
    hand.qtbot.waitUntil(lambda: hand.window.document.path == file, timeout=60_000)
    hand.window.pages.show_data()
    return hand.settle().own.finding.strip


def offered(strip: SourceStrip) -> list[str]:
    return [button.text() for button in (*strip.buttons.values(), strip.button) if button.isVisible()]


def located(hand: OwnHand, path: Path) -> None:
    """Say in the dialog where the data are."""
    strip = hand.page.own.finding.strip
    hand.click(strip.buttons["locate"])
    dialog = hand.window.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit(str(path))
    dialog.reject()
    hand.settle()


def test_a_project_opens_with_its_data_as_they_were(hand: OwnHand, saved: Path) -> None:
    strip = reopen(hand, saved)
    assert not strip.isVisible()
    page = hand.page
    assert page.use.title.text() == "✓ wines.csv · in use"
    assert hand.cell("grower", "role") == "target"
    assert not hand.window.document.unsaved


def test_a_project_without_its_data_opens_and_says_so(hand: OwnHand, saved: Path, tmp_path: Path) -> None:
    (tmp_path / "wines.csv").rename(tmp_path / "vines.csv")
    hand.window.document.discard()
    hand.window.files.open_path(saved)
    hand.qtbot.waitUntil(lambda: "are not at" in hand.window.status.currentMessage(), timeout=60_000)
    hand.window.pages.show_data()
    strip = hand.settle().own.finding.strip
    assert "are not at" in strip.text.text()
    assert offered(strip) == ["Locate …"]
    assert "✓ wines.csv · in use · missing" in hand.listed()
    located(hand, tmp_path / "vines.csv")
    assert hand.source is not None
    assert hand.source.path == str(tmp_path / "vines.csv")
    assert not strip.isVisible()
    document = hand.window.document
    assert document.history.undo_title == "Locate the data"
    document.history.undo()
    assert hand.source is not None
    assert hand.source.path == str(tmp_path / "wines.csv")


def test_other_data_are_told_from_those_that_are_missed(hand: OwnHand, saved: Path, tmp_path: Path) -> None:
    wines = tmp_path / "wines.csv"
    lines = wines.read_text(encoding="utf-8").splitlines()
    wines.unlink()
    other = tmp_path / "other.csv"
    other.write_text("\n".join([lines[0], *(line for line in lines[1:] if "grower 3" not in line)]), encoding="utf-8")
    strip = reopen(hand, saved)
    before = project.to_bytes(hand.window.document.project)
    located(hand, other)
    assert "178 samples before, 130 now." in strip.text.text()
    assert "Gone: the class grower 3." in strip.text.text()
    assert offered(strip) == ["Use as Is", "Add Again", "Cancel"]
    hand.click(strip.button)
    hand.settle()
    assert offered(strip) == ["Locate …"]
    assert project.to_bytes(hand.window.document.project) == before, "nothing was changed by asking"
    located(hand, other)
    hand.click(strip.buttons["as_is"])
    hand.settle()
    assert not strip.isVisible()
    assert hand.source is not None
    assert (hand.source.path, hand.source.options["samples"]) == (str(other), 130)
    assert hand.source.fingerprint == origin.fingerprint_of(hand.source)
    hand.window.document.history.undo()
    assert project.to_bytes(hand.window.document.project) == before, "it was one step"


def test_changed_data_are_said_and_taken_as_they_are(hand: OwnHand, saved: Path, tmp_path: Path) -> None:
    wines = tmp_path / "wines.csv"
    lines = wines.read_text(encoding="utf-8").splitlines()
    wines.write_text("\n".join([*lines, *lines[1:31]]), encoding="utf-8")
    strip = reopen(hand, saved)
    assert "178 samples before, 208 now." in strip.text.text()
    assert offered(strip) == ["Use as Is", "Look Again"]
    hand.click(strip.buttons["as_is"])
    page = hand.settle()
    assert not strip.isVisible()
    assert hand.source is not None
    assert hand.source.options["samples"] == 208
    assert page.seen is not None
    assert sum(page.seen.sizes) == 208


def test_looking_again_keeps_what_was_set(hand: OwnHand, saved: Path, tmp_path: Path) -> None:
    hand.set_cell("hue", "role", "ignored")
    hand.settle()
    hand.click(hand.page.use.use)
    hand.settle()
    project.save(hand.window.document.project, saved)
    wines = tmp_path / "wines.csv"
    lines = wines.read_text(encoding="utf-8").splitlines()
    head, *rows = [line.split(",") for line in lines]
    text = [",".join(["vintage", *head]), *(",".join([str(1970 + at % 7), *row]) for at, row in enumerate(rows))]
    wines.write_text("\n".join(text), encoding="utf-8")
    strip = reopen(hand, saved)
    assert "New: the column vintage." in strip.text.text()
    hand.click(strip.buttons["again"])
    page = hand.settle()
    assert page.use.title.text() == "wines.csv · only shown"
    assert hand.cell("vintage", "role") == "input"
    assert hand.cell("hue", "role") == "ignored"
    hand.click(page.use.use)
    hand.settle()
    assert not strip.isVisible()


def test_a_training_waits_until_changed_data_are_settled(hand: OwnHand, tmp_path: Path) -> None:
    page = hand.add(wine_table(tmp_path / "wines.csv"), presets=True)
    hand.click(next(button for button in page.own.presets.buttons if button.text() == "Linear classifier"))
    hand.settle(presets=True)
    (tmp_path / "wines.csv").unlink()
    window = hand.window
    window.actions_table["train.start"].trigger()
    hand.qtbot.waitUntil(lambda: window.pages.currentWidget() is window.pages.data, timeout=60_000)
    hand.settle()
    assert not window.pages.running
    plots = window.pages.training.findChildren(Canvas)
    assert not any(plot.viewport().acceptDrops() for plot in plots), "what is dropped on a plot is the window's"
    assert offered(hand.page.own.finding.strip) == ["Locate …"]


def test_data_are_remembered_and_those_that_are_gone_marked(hand: OwnHand, qtbot: QtBot, tmp_path: Path) -> None:
    wines, digits = wine_table(tmp_path / "wines.csv"), digit_folders(tmp_path / "digits", 60)
    hand.add(wines)
    hand.set_cell("hue", "role", "ignored")
    hand.settle()
    hand.add(digits)
    wines.rename(tmp_path / "gone.csv")
    again = build_window()
    qtbot.addWidget(again, before_close_func=lambda w: w.document.discard())
    with qtbot.waitExposed(again):
        again.show()
    other = OwnHand(qtbot, again)
    again.pages.show_data()
    other.settle()
    assert other.listed() == ["digits", "wines.csv · missing"]
    (tmp_path / "gone.csv").rename(wines)
    other.click_own("wines.csv")
    qtbot.waitUntil(lambda: other.page.looked is not None, timeout=60_000)
    other.settle()
    assert other.page.use.title.text() == "wines.csv · only shown"
    assert other.cell("hue", "role") == "ignored", "what was set is remembered, too"
    assert other.listed() == ["digits", "wines.csv"]
    again.close()


def test_baselines_are_measured_for_own_data(hand: OwnHand, saved: Path) -> None:
    reopen(hand, saved)
    page = hand.page
    page.middle.tabs.setCurrentIndex(0)
    baselines = page.samples.baselines
    hand.click(baselines.measure)
    hand.qtbot.waitUntil(lambda: baselines.table.rowCount() == 5 and baselines.table.isVisible(), timeout=60_000)
    score = baselines.table.item(4, 1)
    assert score is not None
    assert float(score.text().removesuffix(" %")) > 80


def test_the_strip_follows_undo_where_only_values_have_changed(hand: OwnHand, saved: Path, tmp_path: Path) -> None:
    wines = tmp_path / "wines.csv"
    head, first, *rows = wines.read_text(encoding="utf-8").splitlines()
    wines.write_text(
        "\n".join([head, first.replace("14.", "13.", 1).replace("15.", "16.", 1), *rows]), encoding="utf-8"
    )
    strip = reopen(hand, saved)
    assert "178 samples, as before." in strip.text.text()
    hand.click(strip.buttons["as_is"])
    hand.settle()
    assert not strip.isVisible()
    hand.window.document.history.undo()
    hand.settle()
    assert strip.isVisible()
    hand.window.document.history.redo()
    hand.settle()
    assert not strip.isVisible()
