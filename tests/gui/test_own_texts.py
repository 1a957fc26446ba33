"""Texts of one's own in the window: dropped, understood, seen as tokens, split another way, used as one step."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine import project
from engine.data.sources.text.text import Text
from gui.data.data_page import DataPage
from gui.data.own.options_panel import OptionRow
from tests.engine.own_texts import pair_table, review_folder
from tests.gui.own_data_hand import OwnHand


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    return review_folder(tmp_path / "reviews")


def rows_from_above(page: DataPage) -> list[OptionRow]:
    """The options of the kind that are to be seen, from above."""
    seen = [row for row in page.own.options.own_rows.values() if row.combo.isVisible()]
    return sorted(seen, key=lambda row: row.combo.y())


def test_a_folder_of_texts_is_understood_shown_as_tokens_and_used_in_one_step(hand: OwnHand, reviews: Path) -> None:
    page, document = hand.add(reviews), hand.window.document
    assert page.use.title.text() == "reviews · only shown"
    rows = page.own.options.own_rows
    assert rows["tokens"].combo.currentText() == "words"
    assert rows["layout"].reason.text() == "Each text is in the folder of its class."
    assert page.seen is not None
    assert page.seen.classes == ("neg", "pos")
    assert sum(map(sum, page.seen.counts)) == 80
    assert page.samples.views.currentWidget() is page.samples.tokens
    assert "tokens of" in page.samples.remark.text()
    before = project.to_bytes(document.project)
    hand.click(page.use.use)
    hand.settle()
    assert hand.source is not None
    assert "wonderful" in hand.source.options["vocabulary"], "it is stored with the project"
    document.history.undo()
    assert project.to_bytes(document.project) == before


def test_characters_in_place_of_words_are_chosen_and_taken_back(hand: OwnHand, reviews: Path) -> None:
    page = hand.add(reviews)
    row = page.own.options.own_rows["tokens"]
    words = page.samples.remark.text()
    assert not row.back.isVisible()
    hand.choose(row.combo, "characters")
    hand.settle()
    assert page.looked is not None
    names = page.looked.dataset.fields["text"].names
    assert max(len(name) for name in names if not name.startswith("<")) == 1
    assert page.samples.remark.text() != words
    assert row.back.isVisible()
    hand.click(row.back)
    hand.settle()
    assert row.combo.currentText() == "words"
    assert page.samples.remark.text() == words


def test_options_stand_in_the_order_of_their_kind_whatever_was_shown_before(
    hand: OwnHand, reviews: Path, tmp_path: Path
) -> None:
    hand.add(reviews)
    page = hand.add(pair_table(tmp_path / "pairs.csv"))
    shown = rows_from_above(page)
    assert {"column", "answer"} <= {row.name for row in shown}
    assert [row.name for row in shown] == [name for name in Text.reads if name in {row.name for row in shown}]
    after = page.own.options.rows["split_column"].back.nextInFocusChain()
    met = list[str]()
    while after is not page.own.options.again:
        met += [row.name for row in shown if row.combo is after]
        after = after.nextInFocusChain()
    assert met == [row.name for row in shown], "the Tab key goes the same way"
