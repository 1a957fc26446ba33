"""Data of one's own in the window: dropped, understood, corrected, used as one step, with presets that fit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog

import presets
from engine import project
from engine.settings.resolution import SettingFault, resolve_settings
from gui.actions import ACTIONS
from tests.engine.own_data import diabetes_table, digit_folders, table, wine_table
from tests.gui.own_data_hand import OwnHand


@pytest.fixture
def wines(tmp_path: Path) -> Path:
    return wine_table(tmp_path / "wines.csv")


@pytest.mark.parametrize("page", ["start", "design", "data"])
def test_a_table_dropped_on_any_page_is_understood(hand: OwnHand, wines: Path, page: str) -> None:
    window = hand.window
    {"start": window.pages.show_start, "design": window.pages.show_design, "data": window.pages.show_data}[page]()
    assert hand.drop(wines, onto=window.view.viewport() if page == "design" else window)
    data = hand.settle()
    assert window.pages.currentWidget() is data
    assert data.use.title.text() == "wines.csv · only shown"
    assert hand.cell("grower", "role") == "target"
    assert hand.cell("alcohol", "type") == "number"
    assert "%" in hand.cell("alcohol", "missing")
    assert data.seen is not None
    assert data.seen.classes == ("grower 1", "grower 2", "grower 3")
    assert sum(map(sum, data.seen.counts)) == 178
    assert any("empty" in row.text.text() for row in data.own.notes.rows)
    assert not window.document.unsaved, "only shown: the project is as it was"


def test_a_folder_of_images_is_understood_and_its_damaged_file_named(hand: OwnHand, tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "digits", 120)
    (folder / "3" / "broken.png").write_bytes(b"\x89PNG and no more")
    page = hand.add(folder)
    assert page.use.title.text() == "digits · only shown"
    row = next(row for row in page.own.notes.rows if "damaged" in row.text.text())
    assert row.word.text() == "Error", "how grave it is stands there in words"
    assert not row.names.isVisible()
    hand.click(row.more)
    assert row.names.isVisible()
    assert "broken.png" in row.names.text()
    assert page.seen is not None
    assert page.seen.form == "images"
    assert len(page.seen.classes) == 10
    assert page.own.options.rows["answers"].reason.text() == "The images are in 10 folders, each one class."
    assert not page.middle.tabs.isVisible(), "images have no columns"


def test_several_files_or_none_of_ours_are_answered_in_a_sentence(hand: OwnHand, tmp_path: Path, wines: Path) -> None:
    other = tmp_path / "more.csv"
    other.write_bytes(wines.read_bytes())
    assert hand.drop(wines, other)
    assert "2 files were dropped" in hand.window.status.currentMessage()
    strange = tmp_path / "song.xyz"
    strange.write_bytes(b"la la")
    page = hand.add(strange)
    assert "song.xyz is not data that Layerloom knows" in page.samples.hint.text()
    assert not page.use.isVisible()
    assert page.own.recent.entries() == [], "what could not be read is not remembered"


def test_used_data_are_one_step_and_stored_as_settings(hand: OwnHand, wines: Path) -> None:
    page, document = hand.add(wines), hand.window.document
    before = project.to_bytes(document.project)
    hand.click(page.use.use)
    hand.settle()
    assert page.use.title.text() == "✓ wines.csv · in use"
    assert hand.source is not None
    assert hand.source.path == str(wines)
    assert hand.source.fingerprint
    settings = resolve_settings(document.project)
    assert not isinstance(settings, SettingFault)
    assert [one.name for one in settings[0].transforms] == ["fill", "standardise"]
    after = project.to_bytes(document.project)
    document.history.undo()
    assert project.to_bytes(document.project) == before
    document.history.redo()
    assert project.to_bytes(document.project) == after
    hand.settle()
    assert hand.listed() == ["✓ wines.csv · in use"]


def test_a_guess_is_changed_where_it_is_shown_and_previewed_before_it_is_used(hand: OwnHand, wines: Path) -> None:
    page, document = hand.add(wines), hand.window.document
    hand.set_cell("hue", "role", "ignored")
    hand.settle()
    assert hand.cell("hue", "role") == "ignored"
    assert page.seen is not None
    assert "hue" not in page.seen.columns
    assert not document.history.undo_title, "nothing is used yet"
    hand.set_cell("hue", "role", "↺ as found")
    hand.settle()
    assert hand.cell("hue", "role") == "input"
    hand.option("target", "alcohol")
    hand.settle()
    assert hand.cell("alcohol", "role") == "target"
    assert hand.cell("grower", "role") == "input"
    assert page.looked is not None
    assert page.looked.dataset.task == "regression"
    hand.click(page.use.use)
    hand.settle()
    hand.set_cell("hue", "role", "ignored")
    hand.settle()
    assert page.use.title.text() == "wines.csv · only shown", "data in use are corrected the same way"
    assert hand.cell("alcohol", "role") == "target", "what was set stays set"


def test_separator_and_header_are_found_and_can_be_changed(hand: OwnHand, tmp_path: Path) -> None:
    page = hand.add(diabetes_table(tmp_path / "diabetes.csv"))
    rows = page.own.options.rows
    assert rows["separator"].combo.currentText() == "; semicolon"
    assert rows["decimal_comma"].combo.currentText() == "1.234,5"
    assert not rows["separator"].back.isVisible()
    count = len(page.own.table.parts.rows)
    hand.option("separator", ", comma")
    hand.settle()
    if page.own.options.error.isVisible():
        assert rows["separator"].combo.currentText() == "; semicolon", "what cannot be is not taken"
    else:
        assert len(page.own.table.parts.rows) != count
        assert rows["separator"].back.isVisible()
        hand.click(rows["separator"].back)
        hand.settle()
    assert len(page.own.table.parts.rows) == count


def test_what_cannot_be_is_said_and_the_choice_before_stays(hand: OwnHand, tmp_path: Path) -> None:
    page = hand.add(digit_folders(tmp_path / "digits", 60))
    hand.option("answers", "masks")
    hand.settle()
    assert "holds no mask" in page.own.options.error.text()
    assert page.own.options.error.isVisible()
    assert page.own.options.rows["answers"].combo.currentText() == "names of folders"
    assert page.use.use.isVisible()
    hand.option("size", "28 × 28")
    hand.settle()
    assert not page.own.options.error.isVisible()
    assert page.looked is not None
    assert page.looked.dataset.fields["image"].shape == (1, 28, 28)
    hand.option("grey", "colour")
    hand.settle()
    assert page.looked is not None
    assert page.looked.dataset.fields["image"].shape[0] == 3


def test_labels_of_images_come_from_the_column_that_is_chosen(hand: OwnHand, tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "all", 40)
    names = sorted(path.name for path in folder.rglob("*.png"))
    rows = [(name, "odd" if int(name[:4]) % 2 else "even", int(name[:4])) for name in names]
    table(folder / "labels.csv", ("file", "label", "number"), *rows)
    page = hand.add(folder)
    assert page.seen is not None
    assert page.seen.classes == ("even", "odd")
    hand.option("label_columns", "number")
    hand.settle()
    assert page.looked is not None
    assert page.looked.dataset.task == "regression"
    hand.option("answers", "names of folders")
    hand.settle()
    assert page.seen is not None
    assert len(page.seen.classes) == 10


def test_arrays_have_roles(hand: OwnHand, tmp_path: Path) -> None:
    file = tmp_path / "two.npz"
    source = np.random.default_rng(0)
    np.savez(file, x=source.normal(size=(60, 4)).astype("f4"), extra=np.arange(60) % 5, y=np.arange(60) % 3)
    page = hand.add(file)
    assert page.middle.tabs.tabText(1) == "Arrays"
    assert hand.cell("y", "role") == "target"
    hand.set_cell("extra", "role", "ignored")
    hand.settle()
    assert page.looked is not None
    assert list(page.looked.dataset.fields) == ["x", "y"]


def test_looking_can_be_cancelled(hand: OwnHand, wines: Path) -> None:
    hand.drop(wines)
    page = hand.page
    assert page.own.work.isVisible()
    assert "wines.csv" in page.own.work.words.text()
    hand.click(page.own.work.cancel)
    hand.settle()
    assert not page.own.work.isVisible()
    assert page.looked is None
    assert "drop a file or folder" in page.samples.hint.text()


def test_presets_that_fit_open_with_one_click_and_others_say_why(hand: OwnHand, wines: Path) -> None:
    page = hand.add(wines, presets=True)
    row = page.own.presets
    titles = {button.text(): button for button in row.buttons}
    assert titles["Multilayer perceptron"].isEnabled()
    assert not titles["✕ ResNet-18"].isEnabled()
    assert not titles["✕ ResNet-18"].isVisible()
    hand.click(row.more)
    assert titles["✕ ResNet-18"].isVisible()
    assert "takes samples of 3 axes, but wines.csv has 1" in titles["✕ ResNet-18"].accessibleDescription()
    hand.click(titles["Multilayer perceptron"])
    hand.settle(presets=True)
    document = hand.window.document
    assert hand.window.pages.currentWidget() is hand.window.design
    assert hand.source is not None
    assert hand.source.path == str(wines)
    assert [problem for problem in document.all_problems() if problem.severity == "error"] == []


def test_data_that_do_not_fit_the_network_offer_fixes(hand: OwnHand, wines: Path) -> None:
    hand.window.files.show_graph(presets.build("mlp"))
    page = hand.add(wines)
    assert "It would not fit the network as it is" in page.use.misfit.text()
    hand.click(page.use.use)
    hand.settle()
    hand.qtbot.waitUntil(lambda: bool(page.use.fixes.buttons), timeout=60_000)
    assert not page.own.presets.isVisible(), "the project has its network"


def test_the_menu_and_the_button_ask_for_a_file_or_a_folder(hand: OwnHand, wines: Path) -> None:
    assert {action.menu for action in ACTIONS if action.id.startswith("data.")} == {"Data"}
    hand.window.actions_table["data.add_file"].trigger()
    dialog = hand.window.findChild(QFileDialog)
    assert dialog is not None
    assert dialog.fileMode() == QFileDialog.FileMode.ExistingFile
    dialog.fileSelected.emit(str(wines))
    dialog.reject()
    hand.settle()
    assert hand.page.use.title.text() == "wines.csv · only shown"
    menu = hand.page.choice.add.menu()
    assert [action.text() for action in menu.actions()] == ["File …", "Folder …"]


def test_a_table_of_many_columns_is_made_as_it_is_seen(hand: OwnHand, tmp_path: Path) -> None:
    """What the window does of such a table does not grow with its columns."""
    names = [f"column {index}" for index in range(300)]
    rows = [[(7 * row + 3 * index) % 11 for index in range(300)] for row in range(40)]
    page = hand.add(table(tmp_path / "wide.csv", names, *rows))
    parts, samples = page.own.table.parts, page.samples.table.samples
    assert (len(parts.rows), samples.columnCount()) == (300, 300)
    assert len(parts.rows._made) < 60, "only those that are seen are made"
    assert samples.heads[-1] == "column 298"
    assert samples.text(0, 299) != ""
    page.middle.tabs.setCurrentIndex(0)
    page.samples.table.horizontalScrollBar().setValue(page.samples.table.horizontalScrollBar().maximum())
    last = page.samples.table.indexAt(page.samples.table.viewport().rect().topRight() - QPoint(8, -8))
    assert last.column() == 299
