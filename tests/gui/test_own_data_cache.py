"""Limits of data of any size in the window and on the command line: what is kept decoded, and the largest image."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from engine.data import sources
from engine.data.cache import column, shelf
from engine.data.pipeline import prepare
from engine.settings.data import DataConfig
from gui.cli import main
from tests.engine.own_data import digit_folders, png_of_nothing, wine_table
from tests.gui.own_data_hand import OwnHand


@pytest.fixture
def filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of images all of which are kept decoded."""
    monkeypatch.setattr(column, "PAYS", 1)
    folder = digit_folders(tmp_path / "digits", 100)
    found = sources.describe(folder)
    prepare(DataConfig(source=found.settings, transforms=found.transforms))  # type: ignore[arg-type]
    return folder


def test_an_image_that_unpacks_to_gigabytes_is_asked_for(hand: OwnHand, tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "digits", 40)
    page = hand.add(folder)
    assert not page.own.options.rows["largest"].combo.isVisible()
    (folder / "1" / "vast.png").write_bytes(png_of_nothing(40_000, 30_000))
    page = hand.add(folder)
    said = next(row.text.text() for row in page.own.notes.rows if "too large" in row.text.text())
    assert "3.6 GB" in said
    hand.option("largest", "200 megapixels")
    page = hand.settle()
    assert page.own.look is not None
    assert page.own.look.found.settings.options["largest"] == 200_000_000
    assert any("too large" in row.text.text() for row in page.own.notes.rows)


def test_the_data_page_shows_limits_and_empties_the_cache(qtbot: QtBot, hand: OwnHand, filled: Path) -> None:
    before = shelf.used()
    page = hand.add(filled)
    panel = page.reading
    qtbot.waitUntil(lambda: not panel.background.busy and panel.isVisible())
    assert panel.said.text().startswith(f"{before / 1000:.3g} KB of 10 GB.")
    assert not panel.threads.isEnabled(), "the project does not use these data yet"
    field = panel.limit.fields["limit"]
    field.lineEdit().setText("-1")  # type: ignore[union-attr]
    field.commit()  # type: ignore[union-attr]
    assert "GB" in panel.limit.errors["limit"]
    field.lineEdit().setText("2.5")  # type: ignore[union-attr]
    field.commit()  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: not panel.background.busy)
    assert (shelf.limit(), panel.limit.errors) == (2_500_000_000, {})
    assert "of 2.5 GB" in panel.said.text()
    hand.click(panel.empty)
    qtbot.waitUntil(lambda: not panel.background.busy)
    assert (shelf.kept(), panel.empty.isEnabled()) == ([], False)
    page = hand.add(wine_table(filled.parent / "wines.csv"))
    assert not panel.isVisible()


def test_the_command_line_shows_limits_and_empties_the_cache(filled: Path, capsys: pytest.CaptureFixture[str]) -> None:
    size = shelf.used()
    assert main(["data", "--cache", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["bytes"], said["limit"], said["kept"][0]["path"]) == (size, 10**10, str(filled))
    assert main(["data", "--cache"]) == 0
    assert str(filled) in capsys.readouterr().out
    assert main(["data", "--empty-cache", "--cache-limit", "0.5", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["bytes"], said["limit"], said["kept"]) == (0, 5 * 10**8, [])
    assert main(["data", "--cache-limit", "-1"]) == 2
    assert main(["data", "--cache", str(filled)]) == 2
    assert main(["data"]) == 2
    assert "PATH" in capsys.readouterr().err
