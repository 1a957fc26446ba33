"""A preset for data of one's own: its input, its answers, its loss and its names are those of the data."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

import presets
from engine.data import sources
from engine.inside.generating.forecasting import forecast
from engine.inside.generating.jobs import Forecasting, job_of
from engine.inside.trained import open_run
from engine.problems import find
from engine.shapes import infer
from presets.fitting import fitted
from presets.preset import PresetError
from tests.engine.own_data import diabetes_table, digit_folders, wine_table
from tests.engine.own_series import hourly, written
from tests.engine.own_texts import pair_table, review_folder, review_table
from tests.engine.test_inside import trained


def ends(what: str, path: Path) -> dict[str, tuple[int, ...]]:
    """The Inputs and Outputs of a fitted network by name, with the sizes of a sample."""
    graph, _ = fitted(what, sources.describe(path))
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    report = infer(graph)
    shapes = {}
    for node in (*graph.of_type("Input"), *graph.of_type("Output")):
        spec = next(iter(report.outputs.get(node.id, {}).values()), None) or report.inputs[node.id][0]
        shapes[node.name] = spec.shape[1:]
    return shapes


def test_a_table_gives_its_columns_its_classes_and_its_names(tmp_path: Path) -> None:
    path = wine_table(tmp_path / "wine.csv")
    assert ends("mlp", path) == {"features": (15,), "grower": (3,)}


@pytest.mark.parametrize("name", ["bag-of-words-classifier", "lstm-text-classifier"])
def test_texts_give_their_tokens_and_their_classes(name: str, tmp_path: Path) -> None:
    for path in (review_table(tmp_path / "reviews.csv"), review_folder(tmp_path / "reviews")):
        found = sources.describe(path)
        found_ends = ends(name, path)
        assert (list(found_ends), found_ends["label"]) == (["text", "label"], (2,))
        assert not isinstance(found_ends["text"][0], int), "batches may each have a length of their own"
        graph, _ = fitted(name, found)
        words = {node.parameters.get("num_embeddings") for node in graph.nodes.values()} - {None}
        assert words == {found.fields["text"].classes}


@pytest.mark.parametrize("name", ["encoder-decoder-lstm", "transformer-small", "t5-tiny"])
def test_translations_are_read_by_an_encoder_and_said_by_a_decoder(name: str, tmp_path: Path) -> None:
    found = sources.describe(pair_table(tmp_path / "pairs.csv"))
    graph, _ = fitted(name, found)
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    assert [node.name for node in graph.of_type("Input")] == ["text", "answer_in"]
    (output,) = graph.of_type("Output")
    assert (output.name, output.parameters["ignore_index"]) == ("answer", 0)
    answers = infer(graph).inputs[output.id][0]
    assert answers.shape[-1] == found.fields["answer"].classes


def test_a_number_to_be_learned_is_one_output_with_a_loss_for_numbers(tmp_path: Path) -> None:
    graph, found = fitted("mlp", sources.describe(diabetes_table(tmp_path / "diabetes.csv")))
    (output,) = graph.of_type("Output")
    assert output.parameters["loss"] == "mse_loss"
    assert output.name == found.dataset.first("target")


def test_images_come_in_the_size_that_a_preset_was_made_for(tmp_path: Path) -> None:
    shapes = ends("lenet-5", digit_folders(tmp_path / "digits", 60))
    assert list(shapes.values()) == [(1, 32, 32), (10,)]


def test_every_preset_takes_a_table_or_says_why_not(tmp_path: Path) -> None:
    found = sources.describe(wine_table(tmp_path / "wine.csv"))
    refused = {}
    for preset in presets.all():
        try:
            graph, _ = fitted(preset.name, found)
        except PresetError as error:
            refused[preset.name] = str(error)
        else:
            assert [problem for problem in find(graph) if problem.severity == "error"] == []
    assert "mlp" not in refused
    assert "lenet-5" in refused
    assert all(why.endswith(".") and len(why) < 400 for why in refused.values())


def test_a_name_that_a_node_cannot_have_is_not_given(tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text('a,b,"two\nlines"\n' + "1,2,x\n3,4,y\n5,6,x\n7,8,y\n" * 5, encoding="utf-8")
    assert ends("mlp", tmp_path / "odd.csv") == {"features": (2,), "digit": (2,)}


def test_an_autoencoder_learns_the_images_themselves_whatever_they_are_called(tmp_path: Path) -> None:
    graph, found = fitted("convolutional-autoencoder", sources.describe(digit_folders(tmp_path / "digits", 60)))
    (given,), (output,) = graph.of_type("Input"), graph.of_type("Output")
    image = found.dataset.first("input")
    assert (given.name, output.parameters["field"], output.parameters["loss"]) == (image, image, "mse_loss")
    report = infer(graph)
    assert report.inputs[output.id][0].shape == report.outputs[given.id]["output"].shape


def test_samples_with_too_few_axes_for_filters_are_refused_in_one_sentence(tmp_path: Path) -> None:
    path = wine_table(tmp_path / "wine.csv")
    for name, axes in (("resnet-50", 3), ("c3d", 4), ("conv-1d-classifier", 2)):
        with pytest.raises(PresetError, match=rf"takes samples of {axes} axes, but wine.csv has 1: 15\.$"):
            fitted(name, sources.describe(path))


FORECASTERS = (
    "lstm-forecaster:hidden=4",
    "tcn-forecaster:channels=4,depth=2",
    "transformer-forecaster:width=8,heads=2,depth=1",
)


@pytest.mark.parametrize("name", FORECASTERS)
def test_a_forecaster_reads_what_is_known_of_the_steps_to_come(name: str, tmp_path: Path) -> None:
    path = written(tmp_path / "load.csv", hourly(200))
    known = sources.describe(path, "series", {"window": 12, "horizon": 3, "known": "holiday"})
    graph, _ = fitted(name, known)
    assert {node.name: node.parameters["shape"] for node in graph.of_type("Input")} == {
        "past": (12, 3),
        "ahead": (3, 1),
    }
    assert [problem for problem in find(graph) if problem.severity == "error"] == []
    (output,) = graph.of_type("Output")
    assert output.parameters["loss"] == "l1_loss", "the loss of the preset suits numbers"
    plain, _ = fitted(name, sources.describe(path, "series", {"window": 12, "horizon": 3}))
    assert [node.name for node in plain.of_type("Input")] == ["past"]
    run = trained(graph, tmp_path / "run", 1)
    opened = open_run(run)
    job = job_of(opened)
    assert isinstance(job, Forecasting)
    assert len(forecast(opened, job, 0).expected) == 3
    coming = torch.zeros(2, 3, 1)
    coming[1] = 1.0
    with torch.no_grad():
        same, other = opened.network.module(torch.zeros(2, 12, 3), coming)
    assert not torch.allclose(same, other), "what is known in advance changes the forecast"
