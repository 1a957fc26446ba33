"""Presets of sequences fitted to texts of a user's own: they train, or say why they cannot learn what is wanted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from engine.data import sources
from engine.edits import SetSetting
from engine.problems import find
from engine.shapes import infer
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.own_texts import review_table, story


def test_a_masked_language_model_that_sees_the_next_token_is_told_so(tmp_path: Path) -> None:
    """Of a text it has no gaps to fill: every token that it is to foretell it has read, so it scored 80 % at once."""
    found = sources.describe(story(tmp_path / "story.txt"))
    graph, _ = fitted("masked-language-model", found)
    (problem, *_) = [one for one in find(graph) if one.code == "no-causal-mask"]
    assert "the next token in these data, which is seen before it is predicted" in problem.message
    sound, _ = fitted("gpt-2-tiny", found)
    assert not [one for one in find(sound) if one.code == "no-causal-mask"]


@pytest.mark.parametrize(("preset", "texts"), [("bert-tiny", review_table), ("gpt-2-tiny", story)])
def test_a_preset_has_a_position_for_every_token_of_the_longest_text(
    tmp_path: Path, preset: str, texts: Callable[[Path], Path]
) -> None:
    """They took any length, had vectors for 64 positions, and failed in the first step."""
    path = texts(tmp_path / ("texts.csv" if texts is review_table else "story.txt"))
    graph, _ = fitted(preset, sources.describe(path, "text", {"length": 70}))
    assert [node.parameters["max_length"] for node in graph.of_type("LearnedPositions")] == [70]
    assert not [one for one in find(graph) if one.severity == "error"]
    SetSetting(("training", "epochs"), 1).apply(graph)
    assert Trainer(graph, tmp_path / "run").run().state == "finished"


def test_the_classes_of_a_text_of_any_length_are_as_many_as_in_the_data(tmp_path: Path) -> None:
    """All steps in a row were taken for classes, 8·T of them: it failed as soon as texts had other lengths."""
    graph, _ = fitted("bert-tiny", sources.describe(review_table(tmp_path / "reviews.csv")))
    (answer,) = graph.of_type("Output")
    (spec,) = infer(graph).inputs[answer.id]
    assert spec.shape[1:] == (2,)
