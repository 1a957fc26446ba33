"""What an evaluation says beside the loss: the numbers of scikit-learn and of counting by hand, by task."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk
from torch import Tensor
from torch.nn import functional

from engine.layers.ports import Output
from engine.training.judge import Judge
from engine.training.metric_names import METRICS
from engine.training.predictions import is_predictions
from engine.training.run import read_metrics
from engine.training.tasks import Task
from tests.engine.test_training_learning import table, train

ALL = tuple(METRICS)


def judged(task: Task, answer: Tensor, target: Tensor, size: int, **output: Any) -> dict[str, Any]:
    judge = Judge(Output.model_validate(output), task, task.chosen(ALL), masked="ignore_index" in output)
    for start in range(0, len(answer), size):
        judge.update(answer[start : start + size], target[start : start + size])
    first = judge.compute()
    judge.reset()
    for start in range(0, len(answer), size):
        judge.update(answer[start : start + size], target[start : start + size])
    assert repr(judge.compute()) == repr(first)
    return first


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 30), st.integers(3, 8), st.integers(1, 9), st.integers(0, 999))
def test_classes_are_judged_as_scikit_learn_does(samples: int, classes: int, size: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, classes, generator=generator)
    target = torch.randint(0, classes, (samples,), generator=generator)
    found = judged(Task("classes", classes), answer, target, size)
    said = answer.argmax(-1)
    seen = np.unique(np.concatenate([said, target]))
    for name, theirs in (("precision", sk.precision_score), ("recall", sk.recall_score), ("f1", sk.f1_score)):
        expected = theirs(target, said, average="macro", labels=seen, zero_division=0)
        assert found[name] == pytest.approx(expected, abs=1e-5)
        each = theirs(target, said, average=None, labels=range(classes), zero_division=0)
        assert found[f"{name}_per_class"] == pytest.approx(each, abs=1e-5)
    assert found["iou"] == pytest.approx(
        sk.jaccard_score(target, said, average="macro", labels=seen, zero_division=0), abs=1e-5
    )
    assert found["confusion_matrix"] == sk.confusion_matrix(target, said, labels=range(classes)).tolist()
    assert found["perplexity"] == pytest.approx(float(functional.cross_entropy(answer, target).exp()), rel=1e-4)
    shares = answer.softmax(-1)
    curves = [
        sk.roc_auc_score(target == place, shares[:, place])
        for place in range(classes)
        if 0 < int((target == place).sum()) < samples
    ]
    assert found["auroc"] == pytest.approx(np.mean(curves), abs=1e-5) if curves else math.isnan(found["auroc"])
    if classes > 5:
        best = answer.topk(5).indices
        assert found["top5_accuracy"] == pytest.approx(float((best == target[:, None]).any(1).float().mean()), abs=1e-6)
    assert "exact_match" not in found


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 30), st.integers(1, 9), st.integers(0, 999), st.booleans())
def test_two_classes_of_one_number(samples: int, size: int, seed: int, logits: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, 1, generator=generator)
    target = torch.randint(0, 2, (samples,), generator=generator)
    loss = "binary_cross_entropy_with_logits" if logits else "binary_cross_entropy"
    found = judged(Task("two"), answer if logits else answer.sigmoid(), target, size, loss=loss)
    said = (answer[:, 0] > 0).long()
    assert found["f1"] == pytest.approx(sk.f1_score(target, said, zero_division=0), abs=1e-6)
    assert found["precision"] == pytest.approx(sk.precision_score(target, said, zero_division=0), abs=1e-6)
    assert found["recall"] == pytest.approx(sk.recall_score(target, said, zero_division=0), abs=1e-6)
    assert found["confusion_matrix"] == sk.confusion_matrix(target, said, labels=[0, 1]).tolist()
    if 0 < int(target.sum()) < samples:
        assert found["auroc"] == pytest.approx(sk.roc_auc_score(target, answer[:, 0]), abs=1e-5)


@settings(max_examples=20, deadline=None)
@given(st.integers(3, 30), st.integers(1, 9), st.integers(0, 999))
def test_numbers_are_judged_as_scikit_learn_does(samples: int, size: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, 1, generator=generator)
    target = torch.randn(samples, generator=generator)
    found = judged(Task("values"), answer, target, size, loss="mse_loss")
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(target, answer[:, 0]), rel=1e-4)
    assert found["r2"] == pytest.approx(sk.r2_score(target, answer[:, 0]), rel=1e-3, abs=1e-4)


def test_a_sequence_is_right_at_every_place_but_the_padding() -> None:
    answer = functional.one_hot(torch.tensor([[1, 2, 0], [1, 1, 2], [2, 2, 2]]), 3).float()
    target = torch.tensor([[1, 2, 0], [1, 2, 0], [2, 2, 0]])
    task = Task("classes", 3, 1)
    assert judged(task, answer, target, 2, ignore_index=0)["exact_match"] == pytest.approx(2 / 3)
    assert judged(task, answer, target, 2)["exact_match"] == pytest.approx(1 / 3)
    assert judged(Task("sequence"), answer, torch.tensor([[1, 2], [2, 1], [2, 0]]), 2, loss="ctc_loss") == {
        "exact_match": pytest.approx(2 / 3)
    }


def test_pictures_are_judged_pixel_by_pixel() -> None:
    target = torch.zeros(2, 4, 4, dtype=torch.int64)
    target[:, :2] = 1
    answer = functional.one_hot(torch.zeros_like(target), 3).float()  # all background: half of it right
    found = judged(Task("classes", 3, 2), answer, target, 1)
    assert found["iou_per_class"] == pytest.approx([0.5, 0.0, 0.0])
    assert found["iou"] == pytest.approx(0.25)  # the third class never occurs


def test_the_usual_metrics_fit_the_task() -> None:
    assert Task("classes", 10).chosen(None) == ("accuracy", "precision", "recall", "f1", "confusion_matrix")
    assert "top5_accuracy" in Task("classes", 100).chosen(None)
    assert "confusion_matrix" not in Task("classes", 101).fitting()
    assert Task("classes", 60, 1).chosen(None) == ("accuracy", "perplexity", "exact_match")
    assert Task("classes", 4, 2).chosen(None) == ("accuracy", "iou")
    assert Task("two").chosen(("auroc", "r2")) == ("accuracy", "auroc")
    assert Task("values").chosen(None) == ("mae", "rmse", "r2")
    assert Task("sequence").chosen(("accuracy",)) == ("exact_match",)


def test_chosen_metrics_are_measured_and_read_back(tmp_path: Path) -> None:
    result, history = train(table(metrics=("auroc", "confusion_matrix")), tmp_path)
    assert list(result.test) == ["loss", "accuracy", "auroc"]
    again = read_metrics(result.run / "metrics.jsonl")
    matrix = history.tables["validation/confusion_matrix"]
    assert again.tables == {name: table for name, table in history.tables.items() if not is_predictions(name)}
    assert (matrix.epoch, matrix.step) == (3, 21)
    assert sum(map(sum, matrix.values)) == 22
    assert again.series("validation/auroc")[1].tolist() == history.series("validation/auroc")[1].tolist()


def test_a_metric_that_fits_nothing_is_no_obstacle(tmp_path: Path) -> None:
    result, _ = train(table(metrics="r2"), tmp_path)  # one alone needs no list
    assert list(result.test) == ["loss", "accuracy"]
