"""Looking at a data set changes nothing; using it is one undo step that keeps what can be kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.data.datasets import get
from engine.edits import SetSetting
from gui.data.data_page import DataPage
from gui.data.steps import fitting
from gui.document import Document
from presets import build
from tests.gui.pieces import each_piece
from tests.gui.test_data_page import click_dataset, data, point_of, settle, use
from tests.work import counted

Show = Callable[..., DataPage]
STEPS = [{"name": "resize", "field": "image", "size": (32, 32)}, {"name": "standardise", "field": "image"}]
RETURN, DOWN, UP = Qt.Key.Key_Return, Qt.Key.Key_Down, Qt.Key.Key_Up


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[DataPage] = []

    def make_page(graph: Graph | None = None, **values: Any) -> DataPage:
        graph = graph or Graph("net")
        for key, value in values.items():
            SetSetting(("data", key), value).apply(graph)
        page = DataPage(Document(graph))
        qtbot.addWidget(page)
        made.append(page)
        page.resize(1180, 700)
        with qtbot.waitExposed(page):
            page.show()
        page.activateWindow()
        return page

    yield make_page
    for page in made:
        page.close_background()


def in_use(page: DataPage) -> list[str]:
    return [item.text().splitlines()[0] for item in page.choice.items() if "in use" in item.text()]


def test_a_click_shows_and_leaves_the_project_alone(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits", transforms=STEPS)
    settle(qtbot, page)
    before = dict(data(page))
    assert in_use(page) == ["✓ Handwritten digits · in use"]
    assert page.use.title.text() == "✓ Handwritten digits · in use"
    assert not page.use.use.isVisible()
    click_dataset(page, "docstrings")
    settle(qtbot, page)
    assert page.seen is not None
    assert page.seen.dataset is get("docstrings")
    assert page.choice.about.text() == get("docstrings").description
    assert page.use.title.text() == "Docstrings · only shown"
    assert "The project still learns from Handwritten digits." in page.use.said.text()
    assert "nothing that resize and standardise could work on" in page.use.said.text()
    assert in_use(page) == ["✓ Handwritten digits · in use"]
    assert not page.transforms.add.isEnabled()
    assert data(page) == before
    assert page.document.history.count == 0
    click_dataset(page, "digits")
    settle(qtbot, page)
    assert page.seen.dataset is get("digits")
    assert page.seen.transformed
    assert page.transforms.add.isEnabled()


@pytest.mark.parametrize(
    "way", ["button", *(pytest.param(way, marks=pytest.mark.slow) for way in ("enter", "double click"))]
)
def test_it_is_used_by_one_undo_step(qtbot: QtBot, show: Show, way: str) -> None:
    page = show(dataset="digits", transforms=STEPS)
    settle(qtbot, page)
    if way == "button":
        use(page, "shapes")
    elif way == "enter":
        click_dataset(page, "shapes")
        QTest.keyClick(page.choice.list, RETURN)
    else:
        click_dataset(page, "shapes")
        viewport = page.choice.list.viewport()
        QTest.mouseDClick(viewport, Qt.MouseButton.LeftButton, pos=point_of(page, "shapes"))
    assert data(page) == {"dataset": "shapes", "transforms": STEPS}
    assert page.document.history.count == 1
    settle(qtbot, page)
    assert in_use(page) == ["✓ Drawn shapes · in use"]
    page.document.history.undo()
    assert data(page) == {"dataset": "digits", "transforms": STEPS}
    settle(qtbot, page)
    assert page.choice.list.currentItem().text().startswith("✓ Handwritten digits")


def test_there_and_back_again_loses_nothing(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits", transforms=STEPS)
    messages: list[str] = []
    page.message.connect(messages.append)
    use(page, "docstrings")
    assert data(page) == {"dataset": "docstrings"}
    left_out = "It has nothing that resize and standardise could work on: they are left out"
    assert messages == [f"In use: Docstrings. {left_out}, and come back with Handwritten digits."]
    settle(qtbot, page)
    assert left_out in page.use.said.text()
    use(page, "digits")
    assert data(page) == {"dataset": "digits", "transforms": STEPS}
    settle(qtbot, page)
    assert "It gets back what it had: resize and standardise." in page.use.said.text()
    page.document.history.undo()
    page.document.history.undo()
    assert data(page) == {"dataset": "digits", "transforms": STEPS}


def test_another_project_knows_nothing_of_the_last_one(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits", transforms=STEPS)
    click_dataset(page, "wine")
    other = Graph("other")
    SetSetting(("data", "dataset"), "iris").apply(other)
    page.document.open_graph(other)
    settle(qtbot, page)
    assert page.looked is None
    assert page.choice.list.currentItem().text().startswith("✓ Iris flowers")
    use(page, "digits")
    assert data(page) == {"dataset": "digits"}


@pytest.mark.parametrize(
    ("name", "field", "before", "after", "wanted"),
    [
        ("resize", "image", "digits", "mnist", "image"),
        ("resize", "image", "digits", "iris", None),
        ("resize", "image", "digits", "moving_digits", None),
        ("standardise", "image", "shapes", "wine", "features"),
        ("standardise", "target", "diabetes", "iris", None),
        ("standardise", "features", "iris", "docstrings", None),
    ],
)
def test_what_a_transform_goes_to(name: str, field: str, before: str, after: str, wanted: str | None) -> None:
    kept = fitting({"name": name, "field": field}, get(after), get(before))
    assert (kept and kept["field"]) == wanted


def test_arrow_keys_are_followed_and_the_last_one_counts(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="iris")
    settle(qtbot, page)
    page.choice.list.setFocus()
    for _ in range(3):
        QTest.keyClick(page.choice.list, DOWN)
    assert page.choice.list.currentItem().text().startswith("Diabetes")
    settle(qtbot, page)
    assert page.seen is not None
    assert page.seen.dataset is get("diabetes")
    assert page.use.title.text() == "Diabetes · only shown"
    QTest.keyClick(page.choice.list, DOWN)
    settle(qtbot, page)
    assert page.seen.dataset is get("digits"), "headings are passed over"
    assert data(page) == {"dataset": "iris"}


def test_going_through_the_list_does_not_hold_the_window(qtbot: QtBot, show: Show) -> None:
    """The longest piece of work in the window while every table is looked at."""
    page = show(dataset="iris")
    settle(qtbot, page)
    with counted("gui", "engine") as calls, each_piece(calls) as pieces:
        for name in ("wine", "breast_cancer", "diabetes", "iris"):
            click_dataset(page, name)
            settle(qtbot, page)
    assert max(pieces) <= 5_000, "twelve samples are shown; all of a set would be ten times that"


def test_what_does_not_fit_is_said_before_and_mended_after(qtbot: QtBot, show: Show) -> None:
    page = show(build("lenet-5"))
    settle(qtbot, page)
    assert not page.use.misfit.isVisible()
    click_dataset(page, "wine")
    settle(qtbot, page)
    assert "It would not fit the network as it is" in page.use.misfit.text()
    assert not page.use.fixes.buttons
    use(page, "digits" if data(page)["dataset"] != "digits" else "shapes")
    qtbot.waitUntil(lambda: bool(page.use.fixes.buttons), timeout=60_000)
    problem = page.use.problem
    assert problem is not None
    assert problem.message in page.use.misfit.text()
    assert 1 <= len(page.use.fixes.buttons) <= 2
    count = page.document.history.count
    QTest.mouseClick(page.use.fixes.buttons[0], Qt.MouseButton.LeftButton)
    assert page.document.history.count == count + 1
    assert problem.key not in {one.key for one in page.document.all_problems()}
    settle(qtbot, page)
