"""The Data page with real events: choose, look, transform, split; every edit one undo step, nothing blocks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

import gui.data.data_page as module
from engine import Graph
from engine.data.datasets import catalogue, get
from engine.edits import MISSING, SetSetting
from engine.settings.resolution import SettingFault, resolve_settings
from gui.data.data_page import DataPage
from gui.document import Document
from gui.theme import theme
from tests.work import counted

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
    theme.set("light")


def settle(qtbot: QtBot, page: DataPage) -> None:
    """Wait until what the document holds is shown."""
    timers = (page._soon, page._rest)
    qtbot.waitUntil(lambda: not any(timer.isActive() for timer in timers) and not page.background.busy, timeout=60_000)


def point_of(page: DataPage, name: str) -> QPoint:
    item = next(item for item in page.choice.items() if item.data(Qt.ItemDataRole.UserRole).name == name)
    page.choice.list.scrollToItem(item)
    return page.choice.list.visualItemRect(item).center()


def click_dataset(page: DataPage, name: str) -> None:
    QTest.mouseClick(page.choice.list.viewport(), Qt.MouseButton.LeftButton, pos=point_of(page, name))


def use(page: DataPage, name: str) -> None:
    """Look at a dataset and press the button."""
    click_dataset(page, name)
    page.refresh()
    assert page.use.use.isVisible()
    QTest.mouseClick(page.use.use, Qt.MouseButton.LeftButton)


def data(page: DataPage) -> dict[str, Any]:
    settings: dict[str, Any] = page.document.graph.settings["data"]
    return settings


def test_nothing_is_chosen_at_first(show: Show) -> None:
    page = show()
    assert "Choose a dataset" in page.samples.hint.text()
    assert len(page.choice.items()) == len(catalogue())
    assert not page.samples.balance.isVisible()


@pytest.mark.parametrize(
    "dataset",
    [
        pytest.param(one, id=one.name, marks=[] if one.name in ("digits", "wine", "series") else [pytest.mark.slow])
        for one in catalogue()
        if not one.files
    ],
)
def test_every_dataset_can_be_looked_at(qtbot: QtBot, show: Show, dataset: Any) -> None:
    page = show()
    click_dataset(page, dataset.name)
    assert data(page) == {}
    settle(qtbot, page)
    assert page.document.history.count == 0, "looking changes nothing"
    seen = page.seen
    assert seen is not None
    assert sum(seen.sizes) == dataset.samples
    target = dataset.fields[dataset.first("target")]
    if not target.shape or target.classes is None:
        assert sum(map(sum, seen.counts)) == dataset.samples
    assert len(seen.answers) == 12
    shown = page.samples.views.currentWidget()
    assert (
        shown
        is {
            "table": page.samples.table,
            "images": page.samples.grid,
            "clips": page.samples.clips,
            "series": page.samples.series,
            "text": page.samples.text,
            "pairs": page.samples.text,
        }[seen.form]
    )
    if seen.form == "table":
        assert (
            page.samples.table.samples.columnCount() == len(seen.columns) + 1 == dataset.fields["features"].shape[0] + 1
        )
        assert page.samples.table.samples.rowCount() == 12
    ways = 4 + (dataset.task == "forecast") + (dataset.kind == "table") + bool(target.season)
    assert page.samples.baselines.table.rowCount() == ways
    assert not page.samples.baselines.measure.isVisible()
    assert not page.choice.files.isVisible()
    assert dataset.description == page.choice.about.text()
    assert dataset.source in page.choice.source.text()
    assert dataset.licence in page.choice.source.text()


def test_standardised_iris_before_and_after(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="iris")
    settle(qtbot, page)
    table = page.samples.table
    assert not page.samples.state.isVisible()
    before = table.samples.text(0, 1)
    page.transforms.append("standardise")
    assert data(page)["transforms"] == [{"name": "standardise", "field": "features"}]
    settle(qtbot, page)
    assert page.samples.state.isVisible()
    assert table.samples.text(0, 1) == before
    page.samples.state.setCurrentIndex(1)
    assert table.samples.text(0, 1) != before
    assert table.samples.heads[1] == "sepal length (cm)"


def test_resized_digits(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits")
    page.transforms.append("resize")
    settle(qtbot, page)
    assert page.seen is not None
    assert page.seen.after.shape == (12, 1, 16, 16)
    form = page.transforms.forms[0]
    field = form.fields["size"]
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "12x10")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert data(page)["transforms"] == [{"name": "resize", "field": "image", "size": (12, 10)}]
    settle(qtbot, page)
    assert page.seen.after.shape == (12, 1, 12, 10)
    assert page.transforms.forms[0] is form, "the form, and the cursor in it, stays"


def button(page: DataPage, name: str, index: int = 0) -> QToolButton:
    found = [b for b in page.transforms.findChildren(QToolButton) if b.accessibleName() == name and b.isVisible()]
    return found[index]


def test_transforms_move_and_go(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits")
    page.transforms.append("resize")
    page.transforms.append("standardise")
    settle(qtbot, page)
    assert not button(page, "Later: standardise").isEnabled()
    QTest.mouseClick(button(page, "Earlier: standardise"), Qt.MouseButton.LeftButton)
    assert [item["name"] for item in data(page)["transforms"]] == ["standardise", "resize"]
    settle(qtbot, page)
    QTest.mouseClick(button(page, "Remove: standardise"), Qt.MouseButton.LeftButton)
    assert [item["name"] for item in data(page)["transforms"]] == ["resize"]
    settle(qtbot, page)
    QTest.mouseClick(button(page, "Remove: resize"), Qt.MouseButton.LeftButton)
    assert "transforms" not in data(page)
    history = page.document.history
    assert history.undo_title == "Remove resize"
    assert history.count == 5
    while history.undo_title:
        history.undo()
    assert data(page) == {"dataset": "digits"}


def test_the_menu_offers_what_fits(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="iris")
    page.transforms._fill_menu()
    enabled = {action.data(): action.isEnabled() for action in page.transforms.menu.actions()}
    assert enabled == {
        **dict.fromkeys(("resize", "shortest_side", "centre_crop", "pad"), False),
        "standardise": True,
        "fill": True,
    }
    page.transforms.menu.actions()[4].trigger()
    assert data(page)["transforms"] == [{"name": "standardise", "field": "features"}]


def test_another_dataset_keeps_the_transforms_that_fit(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="digits")
    page.transforms.append("resize")
    page.transforms.append("standardise")
    use(page, "wine")
    assert data(page) == {"dataset": "wine", "transforms": [{"name": "standardise", "field": "features"}]}
    assert page.document.history.undo_title == "Use Wines"
    page.document.history.undo()
    assert data(page)["dataset"] == "digits"
    assert len(data(page)["transforms"]) == 2


@pytest.mark.parametrize(
    ("name", "value", "shares"),
    [
        ("train", 0.5, (0.5, 0.25, 0.25)),
        ("validation", 0.2, (0.65, 0.2, 0.15)),
        ("test", 0.0, (0.85, 0.15, 0.0)),
        ("train", 1, (1, 0.0, 0.0)),
    ],
)
def test_shares_stay_a_whole(show: Show, name: str, value: float, shares: tuple[float, ...]) -> None:
    page = show(dataset="iris")
    page.split.form.edited.emit(name, value)
    split = data(page)["split"]
    assert (split["train"], split["validation"], split["test"]) == pytest.approx(shares)
    assert page.document.history.count == 1
    assert not isinstance(resolve_settings(page.document.graph), SettingFault)


@pytest.mark.parametrize(
    "value", ["half", 0.99, *(pytest.param(share, marks=pytest.mark.slow) for share in (2.0, -0.1))]
)
def test_a_share_that_cannot_be_is_said(qtbot: QtBot, show: Show, value: Any) -> None:
    page = show(dataset="iris")
    page.split.form.edited.emit("validation", value)
    qtbot.waitUntil(lambda: page.samples.hint.text().startswith("✕ data.split"))
    assert page.split.form.errors
    page.document.history.undo()
    settle(qtbot, page)
    assert page.samples.views.currentWidget() is page.samples.table


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        (("dataset",), "irsi", "did you mean 'iris'"),
        (("transforms",), [{"name": "resize", "field": "features", "size": (4, 4)}], "works on images"),
        (("transforms",), "none of them", "must be"),
        (("split",), {"train": 0.99, "validation": 0.005, "test": 0.005}, "cannot keep the mix of classes"),
    ],
)
def test_what_is_wrong_is_said_in_the_page(
    qtbot: QtBot, show: Show, path: tuple[str, ...], value: Any, words: str
) -> None:
    page = show(dataset="iris")
    page.document.apply(SetSetting(("data", *path), value))
    qtbot.waitUntil(lambda: words in page.samples.hint.text(), timeout=60_000)


def test_other_parts(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="iris", split={"train": 0.9, "validation": 0.1, "test": 0.0})
    settle(qtbot, page)
    rows = {}
    for index, part in enumerate(("train", "validation", "test")):
        page.samples.parts.setCurrentIndex(index)
        settle(qtbot, page)
        rows[part] = page.samples.table.samples.rowCount()
    assert rows == {"train": 12, "validation": 12, "test": 0}
    assert "no samples" in page.samples.remark.text()


def test_batches_are_settings(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="iris")
    form = page.sections[2].form
    box = form.fields["shuffle"]
    QTest.mouseClick(box, Qt.MouseButton.LeftButton, pos=QPoint(8, box.height() // 2))
    assert data(page) == {"dataset": "iris", "shuffle": False}
    form.edited.emit("shuffle", MISSING)
    assert data(page) == {"dataset": "iris"}


def test_loading_does_not_hold_the_window(qtbot: QtBot, show: Show, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a slow load waits the event loop turns, and of several wishes the last one is fulfilled."""
    gate, real, calls = threading.Event(), module.look, []

    def slow(config: Any, part: str) -> Any:
        calls.append(config.dataset)
        assert gate.wait(60)
        return real(config, part)

    monkeypatch.setattr(module, "look", slow)
    page = show(dataset="digits")
    ticks: list[int] = []
    timer = QTimer(page, interval=1)
    timer.timeout.connect(lambda: ticks.append(1))
    timer.start()
    assert page.samples.hint.text() == "Loading digits …"
    for name in ("iris", "wine", "diabetes"):
        click_dataset(page, name)
        qtbot.waitUntil(lambda: not page._rest.isActive())
    before = len(ticks)
    qtbot.waitUntil(lambda: len(ticks) > before + 20)
    gate.set()
    settle(qtbot, page)
    timer.stop()
    assert calls == ["digits", "diabetes"]
    assert page.seen is not None
    assert page.seen.dataset is get("diabetes")


def test_showing_samples_is_little_work(qtbot: QtBot, show: Show) -> None:
    page = show(dataset="breast_cancer")
    settle(qtbot, page)
    assert page.seen is not None
    with counted("gui") as calls:
        page.samples.show_look(page.seen)
    assert calls.count <= 10_000, "twelve samples are shown; all 569 would make 37,000 calls"


def test_a_hidden_page_loads_nothing(qtbot: QtBot, show: Show) -> None:
    page = show()
    page.hide()
    page.document.apply(SetSetting(("data", "dataset"), "iris"))
    qtbot.waitUntil(lambda: not page._soon.isActive())
    assert not page.background.busy
    page.show()
    settle(qtbot, page)
    assert page.seen is not None


def test_a_page_that_is_left_as_another_project_comes_shows_that_one_later(qtbot: QtBot, show: Show) -> None:
    page, other = show(dataset="digits"), Graph("other")
    page.transforms.append("resize")
    settle(qtbot, page)
    SetSetting(("data", "dataset"), "iris").apply(other)
    SetSetting(("data", "transforms"), [{"name": "standardise", "field": "features"}]).apply(other)
    page.document.open_graph(other)
    page.hide()
    page.show()
    settle(qtbot, page)
    assert button(page, "Remove: standardise").isVisible()
    assert not [each for each in page.findChildren(QToolButton) if "resize" in each.accessibleName()]
    assert page.choice.list.currentItem().data(Qt.ItemDataRole.UserRole).name == "iris"


@pytest.mark.parametrize("name", ["dark", "light"])
def test_it_is_painted_in_both_themes(qtbot: QtBot, show: Show, name: Any) -> None:
    page = show(dataset="digits", transforms=[{"name": "standardise", "field": "image"}])
    settle(qtbot, page)
    theme.set(name)
    picture = page.grab().toImage()
    point = page.samples.balance.mapTo(page, QPoint(2, page.samples.balance.height() - 2))
    assert picture.pixelColor(point) == theme.color("window")
