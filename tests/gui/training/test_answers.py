"""Answers to samples as images, curves and letters."""

from __future__ import annotations

from math import prod
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from engine.training.sample_table import SampleTable
from gui.pictures import mask_colours
from gui.theme import theme
from gui.training.results.answer_forms import AnswerForms, form_of, full, verdict
from gui.training.results.answer_table import AnswerTable
from gui.training.results.cards import SIDE, SampleCards
from gui.training.results.predictions_page import summary


def table(task: str, given: list[int], shape: list[int], *samples: dict[str, Any], names: Any = ()) -> SampleTable:
    shown = {"field": "image", "shape": given, "names": []}
    whole = [
        {"place": 3, "input": [0.5] * prod(given), "right": None, "sure": None, "error": None, **sample}
        for sample in samples
    ]
    entries = {"head": "out", "task": task, "names": list(names), "input": shown, "shape": shape, "samples": whole}
    return SampleTable.model_validate(entries)


def stored(*samples: dict[str, Any], **facts: Any) -> SampleTable:
    """A table of which only this is of interest."""
    bare = {"place": 0, "input": None, "target": [], "answer": [], "right": None, "sure": None}
    whole = [{**bare, **sample} for sample in samples]
    shown = {"field": "image", "shape": []}
    return SampleTable.model_validate(
        {"head": "out", "task": "classes", "names": [], "input": shown, "samples": whole, **facts}
    )


def cards(qtbot: QtBot, values: SampleTable) -> SampleCards:
    view = SampleCards()
    qtbot.addWidget(view)
    view.resize(900, 300)
    view.show_values(values, AnswerForms.of(values))
    view.show()
    return view


def test_a_mask_stands_beside_its_picture(qtbot: QtBot) -> None:
    """Left to right: the picture, the answer in the colours of its classes, what would have been right."""
    wrong = {"answer": [1] * 16, "target": [1] * 15 + [2], "right": False, "sure": 0.8, "hits": 15 / 16}
    view = cards(qtbot, table("classes", [3, 4, 4], [4, 4], wrong, names=("ground", "circle", "square")))
    assert view.accessibleDescription() == "sample 3: ✗ 93.8 % right"
    image = view.grab().toImage()
    area = view._area(0)
    scale = image.width() / view.width()

    def at(part: int, across: float, down: float) -> QColor:
        x, y = area.left() + part * (SIDE + 4) + across * SIDE, area.top() + down * SIDE
        return QColor(image.pixel(int(x * scale), int(y * scale)))

    circle, square = mask_colours()[1:3]
    assert at(1, 0.2, 0.2) == at(2, 0.2, 0.2) == circle
    assert (at(1, 0.88, 0.88), at(2, 0.88, 0.88)) == (circle, square)
    theme.set("dark")
    try:
        dark = QColor(view.grab().toImage().pixel(int((area.left() + SIDE + 20) * scale), int(60 * scale)))
        assert dark == mask_colours()[1] != circle
    finally:
        theme.set("light")


def test_curves_share_one_scale(qtbot: QtBot) -> None:
    """A small mistake looks small beside a large one."""
    small = {"answer": [0.0, 1.0, 2.0, 3.0], "target": [0.0, 1.0, 2.0, 3.1], "error": 0.025}
    large = {"answer": [9.0, 9.0, 9.0, float("nan")], "target": [-1.0, 1.0, 2.0, 3.0], "error": 6.0}
    values = table("values", [5], [4], small, large)
    view = cards(qtbot, values)
    assert (view._low, view._high) == (-1.0, 9.0)
    assert [card.sample.error for card in view._cards] == [6.0, 0.025]
    view.grab()


def test_a_picture_that_is_answered_is_seen_in_the_shades_of_the_target() -> None:
    faint = {"answer": [0.0] * 8 + [0.5] * 8, "target": [0.0] * 8 + [1.0] * 8, "error": 0.25}
    values = table("values", [1, 4, 4], [1, 4, 4], faint)
    answer, target = AnswerForms.of(values).answer_pictures(values.samples[0])
    assert (answer.pixelColor(0, 3).red(), target.pixelColor(0, 3).red()) == (128, 255)


def test_wrong_letters_are_red_and_underlined(qtbot: QtBot) -> None:
    right = {"answer": [0, 1, 2, 1] * 8, "target": [0, 1, 2, 1] * 8, "right": True, "sure": 0.9, "hits": 1.0}
    wrong = {**right, "answer": [2, 1, 2, 1] * 8, "right": False, "hits": 0.75}
    values = table("classes", [32], [32], right, wrong, names="abc")
    assert not AnswerForms.of(values).pictured
    view = AnswerTable()
    qtbot.addWidget(view)
    view.resize(900, 200)
    view.show_values(values)
    view.show()
    assert [view.item(row, 0).text() for row in range(2)] == ["✗ 75 % right", "✓"]
    red = []
    for row in range(2):
        image = view.viewport().grab(view.visualItemRect(view.item(row, 1))).toImage()
        color = theme.color("error").rgb()
        red.append(sum(image.pixel(x, y) == color for x in range(image.width()) for y in range(image.height())))
    assert red[0] > 8 * 5  # at the least the lines below eight letters
    assert red[1] == 0
    view.show_values(values.model_copy(update={"ignored": 0}))
    image = view.viewport().grab(view.visualItemRect(view.item(0, 1))).toImage()
    assert not any(image.pixel(x, y) == color for x in range(image.width()) for y in range(image.height()))


def test_how_right_several_positions_are() -> None:
    good = {"right": True, "sure": 1.0, "hits": 1.0}
    bad = {"right": False, "sure": 0.7, "hits": 0.99999, "place": 1, "answer": [0] * 100, "target": [1] * 100}
    (worse,) = stored(bad).samples
    assert verdict(worse) == "✗ 99.9 % right"  # never all where something is wrong
    assert full(worse, ()) == "sample 1 of the data\n✗ 99.9 % right of 100 positions"
    old = stored(good, {**bad, "hits": 0.5})
    assert summary(old) == "the first 2 samples; 75 % of their positions right, the most wrong samples first"
    assert summary(stored(good)) == "the first 1 samples; all of them right, the least sure first"
    assert summary(stored({"right": None})) == "the first 1 samples; the farthest off first"


def test_which_samples_these_are() -> None:
    facts: dict[str, Any] = {"part": 270, "seen": 270, "wrong": 43, "hits": None, "worst": 18, "listed": 24}
    assert summary(stored(**facts)) == "43 of 270 samples wrong: the 18 surest mistakes, then 6 others"
    assert summary(stored(**{**facts, "wrong": 7})) == "7 of 270 samples wrong: these, the 11 least sure, then 6 others"
    assert summary(stored(**{**facts, "wrong": 0})) == "all of 270 samples right: the 18 least sure, then 6 others"
    assert summary(stored(**{**facts, "wrong": None})) == "the 18 farthest off of 270 samples, then 6 others"
    several = "92 % of the positions of 270 samples right: the 18 most wrong, then 6 others"
    assert summary(stored(**{**facts, "hits": 0.92})) == several
    large = "43 of the 270 compared of 60,000 samples wrong: the 18 surest mistakes, then 6 others"
    assert summary(stored(**{**facts, "part": 60_000})) == large


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_was_kept_can_be_shown(qtbot: QtBot, data: st.DataObject) -> None:
    """Files of runs come from anywhere: shapes that do not fit their values are shown as words."""
    sizes = st.lists(st.integers(0, 9), max_size=4)
    given, shape = data.draw(sizes), data.draw(sizes)
    task = data.draw(st.sampled_from(["classes", "two", "values", "sequence"]))
    many = st.just(prod(shape)) | st.integers(0, 20)
    answer, target = ([data.draw(st.integers(-5, 300))] * data.draw(many) for _ in range(2))
    sample = {"answer": answer, "target": target, "input": [1.0] * data.draw(st.just(prod(given)) | st.integers(0, 9))}
    judged = {"values": {"error": 1.0}}.get(task, {"right": False, "sure": 0.5})
    values = table(task, given, shape, {**sample, **judged}, names=data.draw(st.sampled_from([(), "ab"])))
    assert form_of(shape, task == "classes") in ("", "image", "clip", "mask", "curve")
    if AnswerForms.of(values).pictured:
        cards(qtbot, values).grab()
    else:
        view = AnswerTable()
        qtbot.addWidget(view)
        view.show_values(values)
