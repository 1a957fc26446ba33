"""The datasets as declared, what transforms make of their fields, and which node reads which."""

from __future__ import annotations

import re
import subprocess
import sys

import numpy as np
import pytest
from sklearn import datasets as sklearn_datasets

from engine.data.binding import bind
from engine.data.datasets import DataError, catalogue, feature_names, get, load
from engine.data.fields import LARGEST, batch_of, fields
from engine.edits import SetSetting
from engine.graph import Graph
from engine.problems import find
from engine.settings.data import DataConfig
from engine.shapes import infer
from presets import build

LIGHT = (
    "engine.settings.data engine.data.datasets engine.data.fields engine.data.binding engine.settings.resolution "
    "engine.settings.training engine.training.control engine.training.history engine.training.status "
    "engine.training.plan engine.training.runs.run engine.training.loop engine.training.steps.threads"
)


def config(**values: object) -> DataConfig:
    return DataConfig.model_validate({"dataset": "digits", **values})


def network(shape: tuple[int | str, ...], layers: tuple[tuple[str, dict[str, object]], ...], **output: object) -> Graph:
    graph = Graph()
    last = graph.add("Input", name="in", shape=shape)
    for kind, parameters in layers:
        node = graph.add(kind, **parameters)
        graph.connect(last, node)
        last = node
    graph.connect(last, graph.add("Output", name="out", **output))
    return graph


def bound(graph: Graph, data: DataConfig) -> tuple[list[str], list[str]]:
    binding = bind(graph, infer(graph), fields(data))
    return list(binding.inputs.values()), list(binding.targets.values())


def test_declarations_do_not_load_torch_or_scikit_learn() -> None:
    code = (
        f"import sys, {', '.join(LIGHT.split())}; sys.exit(bool({{'torch', 'sklearn', 'PySide6'}} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


ON_BOARD = [dataset for dataset in catalogue() if not dataset.files]


@pytest.mark.parametrize("dataset", ON_BOARD, ids=lambda dataset: dataset.name)
def test_what_is_declared_is_what_is_loaded(dataset) -> None:
    arrays = load(dataset.name)
    assert list(arrays) == list(dataset.fields)
    for name, field in dataset.fields.items():
        assert arrays[name].shape == (dataset.samples, *field.shape)
        assert arrays[name].dtype in (field.dtype, "uint8"), "images become float32 when they are prepared"
        assert not arrays[name].flags.writeable
        if field.classes:
            assert set(np.unique(arrays[name])) <= set(range(field.classes))
        if field.classes and field.role == "target" and not field.shape:
            assert set(np.unique(arrays[name])) == set(range(field.classes)), "no class without a sample"
        if field.padding is not None:
            assert field.names[field.padding] == "·"
    if dataset.kind == "table":
        assert len(feature_names(dataset.name)) == np.prod(dataset.fields["features"].shape)


@pytest.mark.parametrize("dataset", catalogue(), ids=lambda dataset: dataset.name)
def test_every_dataset_says_what_it_is(dataset) -> None:
    assert dataset.title
    assert dataset.description
    assert dataset.source
    assert dataset.licence
    assert (dataset.parting == "official") == bool(dataset.test) == bool(dataset.files)
    assert bool(dataset.apart) == (dataset.parting in ("groups", "time"))
    target = dataset.fields[dataset.first("target")]
    assert (target.classes is None) == (dataset.task in ("regression", "forecast"))


@pytest.mark.parametrize(
    ("name", "words"), [("iri", "did you mean 'iris'"), ("nonsense", "there are: digits, iris"), (None, "data.dataset")]
)
def test_an_unknown_dataset_is_one_sentence(name: str | None, words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)):
        get(name)


def test_transforms_change_the_fields_in_order() -> None:
    transforms = (
        {"name": "standardise", "field": "image"},
        {"name": "resize", "field": "image", "size": (32, 24)},
        {"name": "resize", "field": "image", "size": (16, 16)},
    )
    assert fields(config())["image"].shape == (1, 8, 8)
    assert fields(config(transforms=transforms[:2]))["image"].shape == (1, 32, 24)
    assert fields(config(transforms=transforms))["image"].shape == (1, 16, 16)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"transforms": ({"name": "standardise", "field": "imag"},)}, "transforms[0] (standardise) needs a field"),
        ({"transforms": ({"name": "standardise", "field": "imag"},)}, "did you mean 'image'?"),
        ({"transforms": ({"name": "standardise", "field": "label"},)}, "holds int64 values"),
        ({"dataset": "iris", "transforms": ({"name": "resize", "field": "features", "size": (3, 3)},)}, "' is 4."),
        ({"transforms": ({"name": "resize", "field": "image", "size": (4096, 4096)},)}, f"most is {LARGEST >> 30} GB"),
    ],
)  # fmt: skip
def test_a_transform_that_does_not_fit_is_one_sentence(data: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        fields(config(**data))
    assert str(caught.value).startswith("data.transforms[0]")


def test_inputs_and_outputs_find_their_fields() -> None:
    flat = (("Flatten", {}), ("Linear", {"out_features": 10}))
    assert bound(network((1, 8, 8), flat), config()) == (["image"], ["label"])
    assert bound(network((1, 8, 8), flat, loss=None), config()) == (["image"], [])
    autoencoder = network((1, 8, 8), (), field="image", loss="mse_loss")
    assert bound(autoencoder, config()) == (["image"], ["image"])
    regression = network((10,), (("Linear", {"out_features": 1}),), loss="mse_loss")
    assert bound(regression, config(dataset="diabetes")) == (["features"], ["target"])
    binary = network((30,), (("Linear", {"out_features": 1}),), loss="binary_cross_entropy_with_logits")
    assert bound(binary, config(dataset="breast_cancer")) == (["features"], ["label"])


@pytest.mark.parametrize(
    ("dataset", "shape", "last", "output", "words"),
    [
        ("digits", (3, 8, 8), 10, {}, "takes samples of 3 × 8 × 8 (float32), but in the data 'image' is 1 × 8 × 8"),
        ("iris", (5,), 3, {}, "change the shape of the Input, or the transforms of the data"),
        ("iris", (4,), 3, {"field": "lable"}, "needs a field of the data: there is none named 'lable'; did you"),
        ("iris", (4,), 2, {}, "cross_entropy needs one value a class on the last axis: 3."),
        ("iris", (4,), 1, {"loss": "binary_cross_entropy"}, "needs one value a class on the last axis: 3."),
        ("breast_cancer", (30,), 1, {}, "cross_entropy needs one value a class on the last axis: 2."),
        ("diabetes", (10,), 1, {}, "cross_entropy needs classes and that field holds numbers: choose mse_loss"),
        ("diabetes", (10,), 2, {"loss": "l1_loss"}, "gets (N, 2) and learns 'target', but that field needs (N, 1)."),
    ],
)  # fmt: skip
def test_a_network_that_does_not_fit_the_data_is_one_sentence(dataset, shape, last, output, words) -> None:
    layers = (("Flatten", {}),) * (len(shape) > 1) + (("Linear", {"out_features": last}),)
    with pytest.raises(DataError, match=re.escape(words)) as caught:
        bound(network(shape, layers, **output), config(dataset=dataset))
    assert caught.value.about.node is not None


def test_an_input_that_names_a_field_that_is_not_there() -> None:
    graph = Graph()
    graph.add("Input", name="in", shape=(4,), field="feature")
    with pytest.raises(
        DataError, match=re.escape("in (Input) needs a field of the data: there is none named 'feature'")
    ):
        bound(graph, config(dataset="iris"))


def test_a_folder_for_data_without_files_is_refused_and_taken_back() -> None:
    graph = build("mlp")
    SetSetting(("data", "path"), "/nope").apply(graph)
    (problem,) = (one for one in find(graph) if one.severity == "error")
    assert problem.setting == "data.path"
    assert "data.path is '/nope', but digits comes with Layerloom and reads no files" in problem.message
    best = problem.fixes[0]
    assert best.label == "Set data.path to its default"
    best.edit.apply(graph)
    assert not [one for one in find(graph) if one.severity == "error"]


@pytest.mark.parametrize(
    ("dataset", "size", "taken"), [("digits", 100_000, 1257), ("digits", 64, 64), ("digits", None, 1257)]
)
def test_a_batch_is_never_larger_than_the_training_part(dataset: str, size: int | None, taken: int) -> None:
    assert batch_of(DataConfig(dataset=dataset, batch_size=size)) == taken


@pytest.mark.parametrize("name", ["digits", "iris", "wine", "breast_cancer", "diabetes"])
def test_what_lies_on_board_is_what_scikit_learn_gives(name) -> None:
    dataset, loaded = get(name), getattr(sklearn_datasets, f"load_{name}")(**get(name).options)
    for (key, field), values in zip(dataset.fields.items(), (loaded.data, loaded.target), strict=True):
        expected = np.array(values, dtype=field.dtype).reshape(dataset.samples, *field.shape)
        assert load(name)[key].tolist() == expected.tolist()
    assert feature_names(name) == tuple(map(str, loaded.feature_names))
