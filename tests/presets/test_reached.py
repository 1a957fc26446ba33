"""What the gallery says that presets reach: of those that learn what comes along, with the settings they have."""

from __future__ import annotations

import pytest

import presets
from presets.preset import Preset
from presets.reached import as_json, every, reached
from tests.presets.scores import FILE, metric, simple_answers, target


@pytest.mark.parametrize("preset", [presets.get(name) for name in every()], ids=lambda preset: preset.name)
def test_a_score_belongs_to_the_settings_of_the_preset(preset: Preset) -> None:
    graph, found = preset.build(), reached(preset.name)
    assert found is not None
    assert (found.data, found.target, found.metric) == (preset.data, target(graph), metric(preset))
    assert (found.data, found.epochs) == (graph.settings["data"]["dataset"], graph.settings["training"]["epochs"])
    if found.metric == "accuracy":
        assert found.score > simple_answers(found)["majority"].score


def test_the_file_is_as_it_is_written() -> None:
    assert FILE.read_text(encoding="utf-8") == as_json(every())


def test_nothing_is_said_of_networks_without_data() -> None:
    assert reached("resnet-50") is None
    assert reached("a network of one's own") is None
