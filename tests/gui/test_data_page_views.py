"""Previews that suit the kind of data: text, curves, strips of frames, masks; and what is counted below them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.data.datasets import catalogue, get, load
from engine.data.sources.describing import config_of, describe
from engine.edits import SetSetting
from engine.settings.data import DataConfig
from gui.data.data_page import DataPage
from gui.data.data_preview import look
from gui.data.dataset_list import KINDS, facts
from gui.data.sample_strips import SeriesView
from gui.document import Document
from gui.theme import theme
from tests.engine.own_series import hourly, written
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
        page.resize(1180, 700)
        with qtbot.waitExposed(page):
            page.show()
        qtbot.waitUntil(lambda: not page._soon.isActive() and not page.background.busy, timeout=60_000)
        return page

    yield make
    for page in made:
        page.close_background()
    theme.set("light")


def test_the_list_has_every_set_below_its_kind(show: Show) -> None:
    page = show()
    titles, below = list(KINDS.values()), ""
    seen: dict[str, list[str]] = {}
    for row in range(page.choice.list.count()):
        item = page.choice.list.item(row)
        if item.text() in titles:
            below = item.text()
        else:
            seen.setdefault(below, []).append(item.text().split("\n")[0])
    assert list(seen) == titles
    assert sorted(name for names in seen.values() for name in names) == sorted(one.title for one in catalogue())
    texts = ["Docstrings", "Kinds of Python tokens", "Dates in words", "Docstrings with gaps", "Names in Python"]
    texts.append("Copying after a delay")
    assert seen["Text"] == texts
    assert facts(get("digits")) == "1,797 samples · 10 classes · 8×8"
    assert facts(get("dates")) == "12,000 samples · 56 characters"
    assert facts(get("series")) == "12,000 samples · forecast · 48×2"


def test_dates_are_shown_with_what_they_become(show: Show) -> None:
    page = show(dataset="dates")
    assert page.seen is not None
    words = page.seen.dataset.fields["words"].names
    assert page.seen.before.shape == (12, 56)
    for ids, answer in zip(page.seen.before, page.seen.answers, strict=True):
        year = answer[:4]
        text = "".join(words[symbol] for symbol in ids).rstrip("·")
        assert year in text or any(word in text for word in ("nineteen", "twenty", "two thousand"))
        assert len(answer) == 10
    assert "· is padding" in page.samples.remark.text()
    assert "No two parts share a date." in page.samples.remark.text()


def test_shapes_have_their_captions_and_three_things_to_count(show: Show) -> None:
    page = show(dataset="shapes")
    assert page.seen is not None
    assert all(answer.startswith("a large ") for answer in page.seen.answers)
    combo = page.samples.targets
    assert combo.isVisible()
    assert [combo.itemText(index) for index in range(combo.count())] == ["label", "mask", "caption"]
    assert page.samples.balance_title.text() == "Samples of each class"
    assert "diamond" in page.samples.balance.accessibleName()
    combo.setCurrentText("mask")
    assert page.samples.balance_title.text() == "Positions of each class in mask"
    assert "ground: " in page.samples.balance.accessibleName()
    combo.setCurrentText("caption")
    assert "others: " in page.samples.balance.accessibleName()
    assert sum(map(sum, page.seen.balances["caption"].counts)) == np.count_nonzero(load("shapes")["caption"])


def test_masks_and_their_legend_follow_the_theme(show: Show) -> None:
    theme.set("light")  # with the style sheet, which another test may have brought
    page = show(dataset="shapes")
    page.samples.grid.setFixedSize(540, 380)  # a style has room of its own for what is around
    light = page.samples.grid.grab().toImage()
    theme.set("dark")
    dark = page.samples.grid.grab().toImage()
    assert light.size() == dark.size()
    assert light != dark


@pytest.mark.parametrize(("name", "field"), [("series", "past"), ("moving_digits", "clip")])
def test_before_and_after_a_transform(show: Show, name: str, field: str) -> None:
    page = show(dataset=name, transforms=[{"name": "standardise", "field": field}])
    view = page.samples.views.currentWidget()
    assert page.samples.state.isVisible()
    assert page.seen is not None
    assert np.array_equal(view.values(), page.seen.before)
    before = view.grab().toImage()
    page.samples.state.setCurrentIndex(1)
    assert np.array_equal(view.values(), page.seen.after)
    assert name == "moving_digits" or view.grab().toImage() != before, "images go from their lowest to their highest"


def test_a_series_has_its_lines_by_name_and_what_comes_on_the_scale_of_what_was(qtbot: QtBot, tmp_path: Path) -> None:
    """A driver on the scale of the load would be a flat line, and a future that is not transformed one far off."""
    found = describe(written(tmp_path / "load.csv", hourly(300)), "series", {"window": 24, "horizon": 6})
    config = config_of(found.settings).model_copy(
        update={"transforms": DataConfig.model_validate({"transforms": found.transforms}).transforms}
    )
    seen, view = look(config, "train"), SeriesView()
    qtbot.addWidget(view)
    view.show_look(seen)
    assert view.names() == ["past load", "temperature (scale of its own)", "future load"]
    assert np.array_equal(view.coming(), seen.more["future"])
    view.show_look(seen, after=True)
    assert abs(float(view.coming().mean())) < 1 < abs(float(seen.more["future"].mean()))
    np.testing.assert_allclose(view.coming()[:, 0], view.values()[:, -1, 0], atol=1.0)
    first, last = seen.before[0, :, 0], seen.before[-1, :, 0]
    assert not set(first.tolist()) & set(last.tolist()), "windows that overlap would all look alike"
    alone = describe(written(tmp_path / "one.csv", [{"time": row["time"], "load": row["load"]} for row in hourly(100)]))
    view.show_look(look(config_of(alone.settings), "train"))
    assert view.names() == ["past load", "future load"]
    view.resize(800, 300)
    view.grab()


@pytest.mark.parametrize("name", ["dates", "moving_digits", "series", "shapes"])
def test_an_empty_part_is_said(qtbot: QtBot, show: Show, name: str) -> None:
    page = show(dataset=name, split={"train": 0.8, "validation": 0.2, "test": 0.0})
    page.samples.parts.setCurrentIndex(2)
    qtbot.waitUntil(lambda: "no samples" in page.samples.remark.text(), timeout=60_000)
    page.samples.views.currentWidget().grab()
    assert page.seen is not None
    assert page.seen.sizes[2] == len(page.seen.before) == 0


@pytest.mark.parametrize("name", ["python_tokens", "series", "shapes", "moving_digits"])
def test_showing_and_painting_is_little_work(show: Show, name: str) -> None:
    page = show(dataset=name)
    assert page.seen is not None
    page.samples.views.currentWidget().grab()
    with counted("gui") as calls:
        page.samples.show_look(page.seen)
        page.samples.views.currentWidget().grab()
    assert calls.count <= 10_000, "twelve samples are shown, of 10,000 and more"
