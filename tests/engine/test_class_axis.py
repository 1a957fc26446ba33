"""The classes are where torch has them: on the axis whose removal gives the shape of the target."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn import functional

from engine.data.class_axis import class_axis
from engine.data.dataset import Field
from engine.dims import Size
from engine.graph import Graph
from engine.layers.endpoints import Output
from engine.problems import find
from engine.project import from_bytes, load, to_bytes
from engine.spec import BATCH, Spec
from engine.training.evaluation.network import Head
from engine.training.evaluation.tasks import task
from engine.training.loop import Trainer

SHAPES = {"dataset": "shapes", "transforms": [{"name": "standardise", "field": "image"}]}
SEVEN = tuple("abcdefg")
T = Size("T")


def labels(*shape: int, classes: int = 7) -> Field:
    return Field(shape, "int64", "target", tuple(map(str, range(classes))))


@pytest.mark.parametrize(
    ("answer", "field", "axis", "others"),
    [
        ((7,), labels(), 1, ()),
        ((7, 32, 32), labels(32, 32), 1, ()),
        ((32, 32, 7), labels(32, 32), 3, ()),
        ((7, 50), labels(50), 1, ()),
        ((50, 7), labels(50), 2, ()),
        ((T, 7), labels(50), 2, ()),
        ((7, T), labels(50), 1, ()),
        ((7, 7, 7), labels(7, 7), 1, (2, 3)),  # nothing decides: torch's axis, and a hint
        ((7, 9, 9), labels(9, 9), 1, ()),
        ((9, 7, 9), labels(9, 9), 2, ()),
        ((7, 30, 30), labels(32, 32), None, ()),
        ((7, 4, 5, 6), labels(4, 5, 6), 1, ()),
        ((9, 9), labels(9, classes=7), 1, (2,)),
    ],
)
def test_the_axis_follows_from_the_target(
    answer: tuple[Any, ...], field: Field, axis: int | None, others: tuple[int, ...]
) -> None:
    found = class_axis(Output(), Spec((BATCH, *answer)), field)
    assert (found.axis, found.others) == (axis, others)


def test_the_axis_can_be_set_and_one_that_does_not_fit_is_refused() -> None:
    square = Spec((BATCH, 7, 7, 7))
    assert class_axis(Output(class_axis=-1), square, labels(7, 7)).axis == 3
    assert class_axis(Output(class_axis=2), square, labels(7, 7)).axis == 2
    image = Spec((BATCH, 7, 32, 30))
    assert class_axis(Output(class_axis=3), image, labels(32, 30)).axis is None
    assert class_axis(Output(class_axis=9), image, labels(32, 30)).axis is None


def head(output: Output, answer: tuple[int, ...], field: Field) -> Head:
    spec = Spec((BATCH, *answer))
    return Head("out", output, 0, "y", task(output, spec, field), axis=class_axis(output, spec, field).axis)


@pytest.mark.parametrize("size", [(6, 5), (11,), (4, 3, 2)])
@pytest.mark.parametrize("options", [{}, {"label_smoothing": 0.1}, {"ignore_index": 2}])
def test_an_image_of_scores_costs_what_torch_says(size: tuple[int, ...], options: dict[str, Any]) -> None:
    torch.manual_seed(0)
    answer, target = torch.randn(3, 7, *size), torch.randint(7, (3, *size))
    ours = head(Output(**options), (7, *size), labels(*size))
    expected = functional.cross_entropy(answer, target, **options)
    torch.testing.assert_close(ours.loss((answer,), {"y": target}), expected)
    right, count = ours.score((answer,), {"y": target})
    assert (int(right), int(count)) == (int((answer.argmax(1) == target).sum()), target.numel())


@pytest.mark.parametrize("size", [(), (6, 5)])
@pytest.mark.parametrize("weights", [None, torch.rand(7)])
def test_probabilities_are_targets_of_cross_entropy(size: tuple[int, ...], weights: torch.Tensor | None) -> None:
    """One-hot, soft and mixed labels: torch takes them in the shape of the answer."""
    torch.manual_seed(0)
    answer, target = torch.randn(3, 7, *size), torch.rand(3, 7, *size).softmax(1)
    field = Field((7, *size), "float32", "target")
    ours = head(Output(), (7, *size), field)
    expected = functional.cross_entropy(answer, target, weight=weights)
    given = {"y": target}
    torch.testing.assert_close(ours.criterion.mean(ours.answer((answer,)), ours.target(given), weights), expected)
    assert ours.task.kind == "classes"
    right, count = ours.score((answer,), given)
    assert (int(right), int(count)) == (
        int((answer.argmax(1) == target.argmax(1)).sum()),
        target.argmax(1).numel(),
    )


def test_numbers_between_0_and_1_under_binary_cross_entropy_are_two_classes() -> None:
    job = task(Output(loss="binary_cross_entropy_with_logits"), Spec((BATCH, 1)), Field((), "float32", "target"))
    assert job.kind == "two"
    assert {"accuracy", "confusion_matrix", "auroc"} <= set(job.fitting())


def segmentation(**output: Any) -> Graph:
    graph = Graph("segmentation")
    graph.settings = {"data": SHAPES, "training": {"epochs": 1, "threads": 1}}
    nodes = [
        graph.add("Input", shape=(3, 32, 32)),
        graph.add("Conv2d", out_channels=8, kernel_size=3, padding=1),
        graph.add("ReLU"),
        graph.add("Conv2d", out_channels=7, kernel_size=1),
        graph.add("Output", field="mask", **output),
    ]
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    return graph


def grave(graph: Graph) -> list[str]:
    return [problem.message for problem in find(graph) if problem.severity in ("error", "warning")]


@pytest.mark.slow
def test_a_segmentation_has_no_problem_and_trains(tmp_path: Path) -> None:
    graph = segmentation()
    assert grave(graph) == []
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished", result.message
    assert result.test["accuracy"] > 0.5


def test_an_axis_that_does_not_fit_is_named_and_a_fix_cures_it() -> None:
    graph = segmentation(class_axis=-1)
    (problem,) = [problem for problem in find(graph) if problem.severity == "error"]
    assert "without axis -1, set as class_axis" in problem.message
    fix = problem.fixes[0]
    fix.apply(graph)
    assert grave(graph) == []
    moved = segmentation()
    permute = moved.add("Permute", dims=(0, 2, 3, 1))
    end = moved.of_type("Output")[0]
    edge = next(iter(moved.incoming[end.id].values()))
    moved.delete_edge(edge)
    moved.connect(edge.source, permute)
    moved.connect(permute, end.id)
    assert grave(moved) == []  # the last axis is as good


def test_a_project_of_schema_1_keeps_the_last_axis() -> None:
    text = to_bytes(segmentation()).decode().replace('"schema": 3', '"schema": 1')
    old = from_bytes(text.encode())
    assert old.of_type("Output")[0].parameters["class_axis"] == -1
    assert from_bytes(to_bytes(old)).of_type("Output")[0].parameters["class_axis"] == -1
    frozen = load(Path(__file__).resolve().parent.parent / "frozen" / "presets" / "lenet-5.loom")
    assert frozen.of_type("Output")[0].parameters["class_axis"] == -1
    assert grave(frozen) == []
    assert "class_axis" not in from_bytes(to_bytes(segmentation())).of_type("Output")[0].parameters


def test_numbers_that_are_no_probabilities_are_refused_before_the_first_step(tmp_path: Path) -> None:
    """Cross-entropy takes probabilities in the shape of the answer; what the numbers are shows in the data."""
    graph = Graph()
    graph.settings = {"data": {"dataset": "series"}, "training": {"epochs": 1, "threads": 1}}
    nodes = [graph.add("Input", shape=(48, 2)), graph.add("Flatten"), graph.add("Linear", out_features=12)]
    nodes.append(graph.add("Output"))
    for source, target in pairwise(nodes):
        graph.connect(source, target)
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "failed"
    assert "holds numbers that are not probabilities" in result.message
    assert result.about.node == nodes[-1]
