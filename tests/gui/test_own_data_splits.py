"""How own data are split is chosen where they are read, and seen where it is chosen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.own_data import table
from tests.gui.own_data_hand import OwnHand


def preview(hand: OwnHand) -> list[list[str]]:
    """The table below the shares, as it is read."""
    return [[cell.text() for cell in row] for row in hand.page.split.preview.cells]


def test_a_split_is_chosen_and_its_effect_seen_before_anything_is_used(hand: OwnHand, tmp_path: Path) -> None:
    rows = [(f"p{index % 9}", f"2024-03-{1 + index % 28:02}", index / 7, index % 2) for index in range(90)]
    page = hand.add(table(tmp_path / "visits.csv", ("patient", "day", "value", "label"), *rows))
    assert preview(hand)[0] == ["", "samples", "share", "classes"]
    assert preview(hand)[1][0] == "training"
    assert sum(int(row[1]) for row in preview(hand)[1:]) == 90
    hand.option("split", "whole groups")
    hand.settle()
    assert page.own.options.rows["split_column"].combo.currentText() == "patient"
    assert preview(hand)[0] == ["", "samples", "groups", "classes"]
    assert sum(int(row[2]) for row in preview(hand)[1:]) == 9
    hand.option("split", "in time")
    hand.settle()
    assert page.own.options.rows["split_column"].combo.currentText() == "day"
    assert hand.cell("day", "role") == "time"
    hand.click(page.own.options.rows["split"].back)
    hand.settle()
    assert page.own.options.rows["split"].combo.currentText() == "drawn by chance"
    assert not hand.window.document.unsaved, "only shown: the project is as it was"


def test_folds_are_a_setting_of_the_split_and_previewed(hand: OwnHand, tmp_path: Path) -> None:
    page = hand.add(table(tmp_path / "a.csv", ("value", "label"), *((index / 7, index % 2) for index in range(60))))
    hand.click(page.use.use)
    hand.settle()
    page.split.edit("exact", True)
    page.split.edit("folds", 4)
    hand.settle()
    sizes = [int(row[1]) for row in preview(hand)[1:]]
    assert sizes == [38, 13, 9]
    assert "4 folds" in page.split.form.rows["validation"].hint
    hand.window.document.history.undo()
    hand.settle()
    assert [int(row[1]) for row in preview(hand)[1:]] == [42, 9, 9]


@pytest.mark.slow
def test_the_folders_of_images_and_masks_are_chosen(hand: OwnHand, tmp_path: Path) -> None:
    for index in range(8):
        values = np.zeros((12, 12), np.uint8)
        values[2:5, index : index + 4] = 255
        for folder, made in (
            ("photos", Image.new("RGB", (12, 12), (30 * index, 9, 9))),
            ("masks", Image.fromarray(values)),
            ("other", Image.fromarray(255 - values // 2)),
        ):
            (tmp_path / "all" / folder).mkdir(exist_ok=True, parents=True)
            made.save(tmp_path / "all" / folder / f"{index}.png")
    page = hand.add(tmp_path / "all")
    rows = page.own.options.rows
    assert rows["masks_in"].combo.currentText() == "masks"
    hand.option("images_in", "photos")
    hand.settle()
    assert rows["images_in"].combo.currentText() == "photos"
    hand.option("masks_in", "other")
    hand.settle()
    assert rows["masks_in"].combo.currentText() == "other"
    assert page.looked is not None
    assert page.looked.found is not None
    assert page.looked.found.settings.options["mask_values"] == (128, 255)


@pytest.mark.slow
def test_the_column_with_the_names_of_images_is_chosen(hand: OwnHand, tmp_path: Path) -> None:
    for index in range(12):
        Image.new("L", (6, 6), 20 * index).save(tmp_path / f"{index:02}.png")
    rows = [(f"{index:02}.png", f"{(index + 1) % 12:02}.png", "ab"[index < 4]) for index in range(12)]
    table(tmp_path / "labels.csv", ("file", "copy", "label"), *rows)
    page = hand.add(tmp_path)
    assert page.own.options.rows["file_column"].combo.currentText() == "file"
    hand.option("file_column", "copy")
    hand.settle()
    assert page.looked is not None
    assert page.looked.found is not None
    assert page.looked.found.settings.options["file_column"] == "copy"
