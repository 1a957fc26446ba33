"""Outputs of rarer forms: one number a sample without an axis, masks beside classes, images that are answered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from sklearn import metrics

from engine.graph import Graph
from engine.inside.evaluation.answered import Answered, answer_all
from engine.inside.evaluation.chances import chances
from engine.inside.evaluation.curves import curves
from engine.inside.evaluation.details import details
from engine.inside.evaluation.evaluation_set import of_part
from engine.inside.evaluation.hardest import target_words
from engine.inside.evaluation.scores import scores_of
from engine.inside.looking import neighbours, saliency, tsne
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.results import Dots, Nearest
from engine.inside.predicting import said
from tests.engine.looking_networks import asked as question
from tests.engine.looking_networks import fresh, last, on


def judged(graph: Graph) -> Answered:
    trained = fresh(graph)
    return answer_all(trained, of_part(trained, "test"))


def one_number(dataset: str, width: int, loss: str) -> Graph:
    """A table to one number a sample, of shape (N): the axis of one is squeezed away."""
    graph = Graph()
    before = graph.add("Input", shape=(width,))
    for kind, given in (
        ("BatchNorm1d", {"name": "norm"}),
        ("Linear", {"out_features": 1}),
        ("Squeeze", {"dim": 1, "name": "squeezed"}),
        ("Output", {"loss": loss, "name": "out"}),
    ):
        node = graph.add(kind, **given)
        graph.connect(before, node)
        before = node
    return on(dataset, graph)


def test_a_yes_or_no_without_an_axis_is_judged_and_said_as_sklearn_does() -> None:
    asked = judged(one_number("breast_cancer", 30, "binary_cross_entropy_with_logits"))
    head, found = asked.head(), details(asked)
    chances = torch.sigmoid(asked.answer(head).double()).numpy()
    labels = asked.labels(head).numpy()
    assert chances.shape == labels.shape == (len(asked),)
    assert found.curves[0].auroc == pytest.approx(metrics.roc_auc_score(labels, chances))
    logits = asked.answer(head).double().numpy()
    losses = np.logaddexp(0, logits) - labels * logits
    assert found.hardest[0].row == int(np.argmax(losses))
    assert found.hardest[0].loss == pytest.approx(losses.max(), rel=1e-4)
    for answer, chance in zip(said(asked.trained, head, asked.answer(head)), chances, strict=True):
        assert dict(answer.probabilities)["benign"] == pytest.approx(chance, abs=1e-6)


def test_a_number_without_an_axis_is_said_and_looked_into() -> None:
    trained = fresh(one_number("diabetes", 10, "mse_loss"))
    asked = answer_all(trained, of_part(trained, "test"))
    head = asked.head()
    worst = details(asked).hardest[0]
    errors = (asked.answer(head) - asked.labels(head).flatten()).square()
    assert (worst.row, worst.loss) == (int(errors.argmax()), pytest.approx(float(errors.max()), rel=1e-4))
    assert float(worst.answer) == pytest.approx(float(asked.answer(head)[worst.row]), rel=1e-3)
    inspector = Inspector(trained)
    assert np.isfinite(last(saliency.METHOD, question(inspector)).result.values).all()  # type: ignore[union-attr]
    near = last(neighbours.METHOD, question(inspector, "squeezed")).result
    assert isinstance(near, Nearest)
    assert list(near.distances) == sorted(near.distances)
    for alike in (False, True):
        with torch.no_grad():
            for weight in inspector.network.module.parameters() if alike else ():
                weight.zero_()
        plane = last(tsne.METHOD, question(inspector, "squeezed", options={"iterations": 250, "samples": 40})).result
        assert isinstance(plane, Dots)
        assert np.isfinite(plane.points).all(), "also of answers that are all alike"


def mask_and_class(names: tuple[str, str]) -> Graph:
    """Shapes to a mask, then to a class, from one convolution."""
    graph = Graph()
    image = graph.add("Input", shape=(3, 32, 32), name="image")

    def chain(before: str, *layers: tuple[str, dict[str, object]]) -> str:
        for kind, given in layers:
            node = graph.add(kind, **given)
            graph.connect(before, node)
            before = node
        return before

    for name in names:
        if name == "mask":
            chain(image, ("Conv2d", {"out_channels": 7, "kernel_size": 1}), ("Output", {"name": name, "field": name}))
        else:
            chain(
                image,
                ("AdaptiveAvgPool2d", {"output_size": 2}),
                ("Flatten", {}),
                ("Linear", {"out_features": 6}),
                ("Output", {"name": name, "field": name}),
            )
    return on("shapes", graph)


@pytest.mark.parametrize("names", [("label", "mask"), ("mask", "label")])
def test_what_is_counted_of_the_classes_is_that_of_one_output(names: tuple[str, str]) -> None:
    asked = judged(mask_and_class(names))
    scores = scores_of(asked, resamples=0)
    assert scores is not None
    fields = asked.trained.data.fields
    for output in names:
        head, kinds = asked.head(output), fields[output].names
        given, goal = asked.answer(head).argmax(-1).flatten().numpy(), asked.labels(head).flatten().numpy()
        rows = scores.by_class(output)
        assert tuple(rows) == kinds, "each class by its own name, and none of the other Output"
        if output == "mask":
            truth = metrics.jaccard_score(goal, given, average=None, labels=range(len(kinds)), zero_division=0)
            assert [row["iou"] for row in rows.values()] == pytest.approx(list(truth), abs=1e-6)
        else:
            truth = metrics.recall_score(goal, given, average=None, labels=range(len(kinds)), zero_division=0)
            assert [row["recall"] for row in rows.values()] == pytest.approx(list(truth), abs=1e-6)
    assert scores.by_class() == scores.by_class(names[0]), "of several Outputs the first"


def test_labels_without_names_are_counted_alike_everywhere() -> None:
    """What is predicted, the curves and the hardest samples call the second label of a sample the same."""
    graph = one_number("breast_cancer", 30, "binary_cross_entropy_with_logits")
    trained = fresh(graph)
    asked = answer_all(trained, of_part(trained, "test"))
    head = asked.head()
    wide = torch.randn(len(asked), 3, generator=torch.Generator().manual_seed(0))
    goal = (wide > 0).float()
    asked = replace(asked, answers=(wide,), batch={head.field: goal})
    labels = {name for name, _ in said(trained, head, wide)[0].probabilities}
    assert {curve.name for curve in curves(chances(asked, head))} == labels == {"value 1", "value 2", "value 3"}
    for row in range(5):
        truth = [f"value {index + 1}" for index in range(3) if goal[row, index]]
        assert target_words(asked, head, row) == (", ".join(truth) or "none")
