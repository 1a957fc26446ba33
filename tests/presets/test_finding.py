"""Presets are found by what people know of them, and the facts about them are honest."""

from __future__ import annotations

import pytest

import presets
from engine import cost
from engine.data import datasets
from engine.edits import SetParameter
from engine.shapes import infer
from presets.built_in import BUILT_IN
from presets.facts import MINUTE, Facts, facts, facts_of
from presets.finding import Search, find
from presets.own import save_preset
from presets.preset import Preset


def names(search: Search) -> list[str]:
    return [preset.name for preset in find(search, BUILT_IN)]


@pytest.mark.parametrize(
    ("words", "first"),
    [
        ("ResNet 18", "resnet-18-small"),
        ("resnet18", "resnet-18-small"),
        ("hochreiter", "lstm-classifier"),
        ("dollar", "resnext-50-32x4d-small"),
        ("1998", "lenet-5"),
        ("conv3d", "c3d-small"),
        ("StochasticDepth", "convnext-tiny-small"),
        ("millions of cheques", "lenet-5"),
        ("pixel segmentation", "u-net-small"),
    ],
)
def test_name_paper_layers_and_description_are_searched(words: str, first: str) -> None:
    assert first in names(Search(words))[:4]


def test_what_has_the_words_in_its_name_comes_first() -> None:
    found = names(Search("transformer"))
    assert found[:3] == ["transformer-base", "transformer-small", "transformer-encoder"]
    assert "convnext-tiny" in found[3:]


def test_words_and_filters_are_combined() -> None:
    attention = names(Search(family="Attention", most=200_000))
    assert set(names(Search("embedding", family="Attention", most=200_000))) <= set(attention)
    assert attention
    for name in attention:
        assert presets.get(name).family == "Attention"
        assert facts(presets.get(name)).parameters <= 200_000
    assert names(Search("lenet-5", least=10**6)) == []
    assert names(Search()) == [preset.name for preset in BUILT_IN]


def test_what_runs_here_in_a_minute_brings_data_and_is_estimated_so() -> None:
    quick = names(Search(quick=True))
    assert {"lenet-5", "mlp", "linear-classifier", "resnet-18-small"} <= set(quick)
    for name in quick:
        seconds = facts(presets.get(name)).seconds
        assert presets.get(name).data
        assert seconds is not None
        assert seconds <= MINUTE
    assert facts(presets.get("resnet-18")).seconds is None
    slower, faster = (facts(presets.get(name)).seconds for name in ("resnet-18-small", "mlp"))
    assert slower is not None
    assert faster is not None
    assert slower > faster > 0


@pytest.mark.parametrize("name", ["encoder-decoder-lstm", "captioning-cnn-lstm", "lstm-text-classifier"])
def test_sequences_of_any_length_are_estimated_by_those_of_the_data(name: str) -> None:
    """Open sizes count as 128 elsewhere: a training on dates of 10 characters was said to take 14 times as long."""
    graph = presets.build(name)
    dataset = datasets.get(presets.get(name).data)
    opened = [node for node in graph.of_type("Input") if isinstance(node.parameters["shape"][0], str)]  # type: ignore[index]
    assert opened
    fixed = presets.build(name)
    for node in opened:
        SetParameter(node.id, "shape", dataset.fields[str(node.parameters.get("field") or node.name)].shape).apply(
            fixed
        )
    assert facts(presets.get(name)).seconds == pytest.approx(facts_of(fixed, infer(fixed)).seconds)


def test_what_is_not_built_yet_fits_by_its_words_alone() -> None:
    def unknown(preset: Preset) -> Facts | None:
        return None

    assert [preset.name for preset in find(Search("lenet-5"), BUILT_IN, unknown)] == ["lenet-5"]
    assert find(Search("conv3d"), BUILT_IN, unknown) == []
    assert find(Search(quick=True), BUILT_IN, unknown) == find(Search(least=1), BUILT_IN, unknown) == []


def test_ones_own_presets_are_found_as_they_are_now() -> None:
    mine = save_preset(presets.build("mlp"), "Mine")
    assert facts(mine).parameters == cost.total(presets.build("mlp")).parameters
    mine = save_preset(presets.build("lenet-5"), "Mine too")
    assert [preset.name for preset in find(Search("mine conv2d"), presets.all())] == ["mine-too"]
