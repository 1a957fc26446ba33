"""Variations of training samples on the Data page: declared by hand, ten draws of a sample beside them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

import gui.data.draws as module
from engine import Graph
from engine.data.augmenting import Augmenter
from engine.data.datasets import catalogue
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.settings.resolution import SettingFault, resolve_settings
from gui.data.data_page import DataPage
from gui.document import Document

Show = Callable[..., DataPage]


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[DataPage] = []

    def make(**data: Any) -> DataPage:
        graph = Graph("net")
        for key, value in data.items():
            SetSetting(("data", key), value).apply(graph)
        page = DataPage(Document(graph))
        qtbot.addWidget(page)
        made.append(page)
        page.resize(1180, 680)
        with qtbot.waitExposed(page):
            page.show()
        page.activateWindow()
        return page

    yield make
    for page in made:
        page.close_background()


def settle(qtbot: QtBot, page: DataPage) -> None:
    """Wait until the draws of what the document holds are shown."""
    busy = (page.background, page.draws.background)
    qtbot.waitUntil(lambda: not page._soon.isActive() and not any(one.busy for one in busy), timeout=60_000)


def varied(page: DataPage) -> list[dict[str, Any]]:
    return [dict(item) for item in page.document.project.settings["data"].get("augmentation", ())]


def button(page: DataPage, name: str) -> QToolButton:
    buttons = page.augmentation.findChildren(QToolButton)
    return next(one for one in buttons if one.accessibleName() == name and one.isVisible())


def offered(page: DataPage) -> dict[str, bool]:
    page.augmentation._fill_menu()
    return {a.text().partition(":")[0]: a.isEnabled() for a in page.augmentation.menu.actions() if not a.isSeparator()}


def test_a_variation_is_added_and_its_draws_come_to_the_front(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits")
    assert not page.middle.tabs.isVisible(), "nothing is varied, and digits have no columns"
    page.augmentation.append("move")
    settle(qtbot, page)
    assert varied(page) == [{"name": "move", "field": "image"}]
    assert page.middle.tabs.tabText(page.middle.tabs.currentIndex()) == "Augmentation"
    assert page.draws.seen is not None
    assert page.draws.seen.answers[:2] == ("as it is", "epoch 1")
    assert len(page.draws.seen.before) == 11
    assert "Sample 1 of 1,257" in page.draws.remark.text()
    page.document.history.undo()
    settle(qtbot, page)
    assert varied(page) == []
    assert not page.middle.tabs.isVisible()
    assert page.middle.stack.currentIndex() == 0, "the samples are shown again"


def test_the_draws_are_those_that_a_training_meets(qtbot: QtBot, show: Show) -> None:
    page = show(
        dataset="digits", augmentation=({"name": "move", "field": "image"}, {"name": "noise", "field": "image"})
    )
    page.document.apply(SetSetting(("training", "seed"), 5), "Seed")
    page.middle.show_draws()
    page.draws.next_sample()
    settle(qtbot, page)
    settings = resolve_settings(page.document.project)
    assert not isinstance(settings, SettingFault)
    prepared = prepare(settings[0])
    for epoch in (1, 10):
        augmenter = Augmenter(settings[0].augmentation, prepared.fields, 5, epoch)
        batch = next(prepared.train.batches(("image",), 16, augment=augmenter))
        assert page.draws.seen is not None
        assert torch.equal(torch.from_numpy(page.draws.seen.before[epoch]), batch["image"][1])


def test_a_change_draws_again_and_not_in_the_window(qtbot: QtBot, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    threads, vary = list[threading.Thread](), module.vary

    def noted(*given: Any) -> Any:
        threads.append(threading.current_thread())
        return vary(*given)

    monkeypatch.setattr(module, "vary", noted)
    page = show(dataset="digits")
    page.augmentation.append("move")
    settle(qtbot, page)
    seen = page.draws.seen
    assert seen is not None
    field = page.augmentation.forms[0].fields["rotate"]
    field.setFocus()
    qtbot.keyClicks(field, "90")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, page)
    assert varied(page) == [{"name": "move", "field": "image", "rotate": 90}]
    assert page.document.history.undo_title == "Set rotate of move"
    assert page.draws.seen is not None
    assert not np.array_equal(page.draws.seen.before[1:], seen.before[1:])
    assert np.array_equal(page.draws.seen.before[0], seen.before[0]), "the same sample"
    QTest.mouseClick(page.draws.other, Qt.MouseButton.LeftButton)
    settle(qtbot, page)
    assert not np.array_equal(page.draws.seen.before[0], seen.before[0])
    assert threading.main_thread() not in threads
    assert len(threads) == 3


def test_order_and_removal(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits")
    for name in ("flip", "blur"):
        page.augmentation.append(name)
    settle(qtbot, page)
    QTest.mouseClick(button(page, "Later: flip"), Qt.MouseButton.LeftButton)
    assert [item["name"] for item in varied(page)] == ["blur", "flip"]
    settle(qtbot, page)
    QTest.mouseClick(button(page, "Remove: blur"), Qt.MouseButton.LeftButton)
    assert [item["name"] for item in varied(page)] == ["flip"]
    assert page.document.history.undo_title == "Remove blur"


def test_what_is_usual_replaces_all_at_once(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits")
    page.augmentation.append("noise")
    assert offered(page) == {
        **dict.fromkeys(("flip", "move", "crop", "colour", "blur", "noise", "erase"), True),
        **dict.fromkeys(("Usual for photos", "Usual for digits and letters", "Usual for images seen from above"), True),
        "Usual for tables and series": False,
    }
    page.augmentation.use("photos")
    settle(qtbot, page)
    assert [item["name"] for item in varied(page)] == ["flip", "crop", "colour"]
    assert all("augmentation" not in problem.message for problem in page.document.all_problems())
    page.document.history.undo()
    assert [item["name"] for item in varied(page)] == ["noise"]


def test_tables_get_noise_and_are_shown_as_rows(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="wine")
    assert [name for name, enabled in offered(page).items() if enabled] == ["noise", "Usual for tables and series"]
    page.augmentation.use("tables and series")
    settle(qtbot, page)
    assert page.draws.views.currentWidget() is page.draws.table
    assert page.draws.seen is not None
    assert page.draws.seen.columns[0] == "alcohol"


def test_another_data_set_takes_over_what_fits(qtbot: QtBot, show: Show) -> None:
    steps = ({"name": "flip", "field": "image"}, {"name": "noise", "field": "image"})
    page = show(dataset="digits", augmentation=steps)
    taking = page.remembered.taking(page.document, next(d for d in catalogue() if d.name == "wine"))
    assert taking.augmentation == [{"name": "noise", "field": "features"}]
    assert "nothing that flip could work on" in taking.said
    page._take(taking)
    settle(qtbot, page)
    assert varied(page) == [{"name": "noise", "field": "features"}]
    page._take(page.remembered.taking(page.document, next(d for d in catalogue() if d.name == "digits")))
    assert varied(page) == [dict(step) for step in steps]


def test_what_does_not_fit_is_said_on_its_card(qtbot: QtBot, show: Show) -> None:
    steps = ({"name": "noise", "field": "image"}, {"name": "flip", "field": "label"})
    page = show(dataset="digits", augmentation=steps)
    settle(qtbot, page)
    first, second = page.augmentation._cards
    assert not first.error.isVisible()
    assert "what is to be learned" in second.error.text()


def test_a_kind_that_there_is_not_is_said(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits", augmentation=({"name": "noise", "field": "image"},))
    page.middle.show_draws()
    settle(qtbot, page)
    page.document.apply(SetSetting(("data", "augmentation"), ({"name": "nose", "field": "image"},)), "Mistake")
    settle(qtbot, page)
    assert "did you mean 'noise'?" in page.augmentation.error.text()
    assert page.augmentation.error.isVisible()
    page.document.apply(SetSetting(("data", "augmentation"), ({"name": "noise", "field": "label"},)), "Other")
    settle(qtbot, page)
    page.middle.show_draws()
    settle(qtbot, page)
    assert page.draws.remark.text().startswith("✕ data.augmentation[0]")
