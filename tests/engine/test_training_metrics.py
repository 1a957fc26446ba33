"""What an evaluation says beside the loss: the numbers of scikit-learn and of counting by hand, by task."""

from __future__ import annotations

import importlib
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

from engine import metrics
from engine.layers.endpoints import Output
from engine.metrics.mae import MeanAbsoluteError
from engine.metrics.streams.output_metrics import OutputMetrics
from engine.metrics.task import Task
from engine.training.runs.answers import is_predictions
from engine.training.runs.metric_lines import read_metrics
from tests.engine.test_training_learning import table, train

ALL = metrics.names()


def judged(task: Task, answer: Tensor, target: Tensor, size: int, **output: Any) -> dict[str, Any]:
    judge = OutputMetrics(
        Output.model_validate(output).criterion, task, task.chosen(ALL), masked="ignore_index" in output
    )
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
        sk.roc_auc_score(target == label, shares[:, label])
        for label in range(classes)
        if 0 < int((target == label).sum()) < samples
    ]
    assert found["auroc"] == pytest.approx(np.mean(curves), abs=1e-5) if curves else math.isnan(found["auroc"])
    if classes > 5:
        best = answer.topk(5).indices
        assert found["top5_accuracy"] == pytest.approx(float((best == target[:, None]).any(1).float().mean()), abs=1e-6)
    assert "exact_match" not in found


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 30), st.integers(1, 9), st.integers(0, 999), st.booleans())
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
    both = 0 < int(target.sum()) < samples
    assert found["auroc"] == (
        pytest.approx(sk.roc_auc_score(target, answer[:, 0]), abs=1e-5)
        if both
        else pytest.approx(math.nan, nan_ok=True)
    )


@settings(max_examples=30, deadline=None)
@given(
    st.integers(2, 30),
    st.integers(1, 4),
    st.integers(1, 9),
    st.integers(0, 999),
    st.sampled_from([0.0, 100.0, 1e4]),
    st.sampled_from([1.0, 1e-4]),
)
def test_numbers_are_judged_as_scikit_learn_does(
    samples: int, columns: int, size: int, seed: int, mean: float, scale: float
) -> None:
    generator = torch.Generator().manual_seed(seed)
    offsets = mean * torch.arange(columns)
    target = offsets + scale * (1 + mean) * torch.randn(samples, columns, generator=generator)
    answer = target + scale * (1 + mean) * torch.rand(columns) * torch.randn(samples, columns, generator=generator)
    found = judged(Task("values"), answer, target[:, 0] if columns == 1 else target, size, loss="mse_loss")
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(target, answer), rel=1e-4)
    assert found["r2"] == pytest.approx(sk.r2_score(target, answer), rel=1e-4, abs=1e-4)
    total, number = MeanAbsoluteError.score(
        Output.model_validate({"loss": "mse_loss"}).criterion, answer, target, False
    )
    assert float(total) / number == pytest.approx(sk.mean_absolute_error(target, answer), rel=1e-4)


def test_knowing_the_mean_of_each_output_explains_nothing() -> None:
    generator = torch.Generator().manual_seed(0)
    target = torch.tensor([0.0, 100.0]) + torch.randn(200, 2, generator=generator)
    answer = target.mean(0).expand_as(target)
    assert judged(Task("values"), answer, target, 64, loss="mse_loss")["r2"] == pytest.approx(0.0, abs=1e-6)
    series = judged(Task("values"), answer.reshape(50, 4, 2), target.reshape(50, 4, 2), 16, loss="mse_loss")
    assert series["r2"] == pytest.approx(0.0, abs=1e-6)  # every step of a series has the same outputs


def test_numbers_of_a_picture_are_all_of_one_kind() -> None:
    generator = torch.Generator().manual_seed(0)
    target, answer = (torch.rand(6, 1, 4, 5, generator=generator) for _ in range(2))
    found = judged(Task("values"), answer, target, 4, loss="mse_loss")
    assert found["r2"] == pytest.approx(sk.r2_score(target.flatten(), answer.flatten()), rel=1e-4)
    assert found["rmse"] == pytest.approx(sk.root_mean_squared_error(target.flatten(), answer.flatten()), rel=1e-5)


def test_one_sample_has_an_error_but_no_variance() -> None:
    found = judged(Task("values"), torch.tensor([[3.0]]), torch.tensor([1.0]), 1, loss="mse_loss")
    assert found["rmse"] == pytest.approx(2.0)
    assert math.isnan(found["r2"])
    found = judged(Task("values"), torch.tensor([[3.0], [2.0]]), torch.tensor([1.0, 1.0]), 1, loss="mse_loss")
    assert found["r2"] == sk.r2_score([1.0, 1.0], [3.0, 2.0]) == 0.0
    both = torch.tensor([[1.0], [1.0]])
    assert judged(Task("values"), both, both, 1, loss="mse_loss")["r2"] == 1.0
    one = judged(Task("classes", 3), torch.tensor([[0.0, 2.0, 1.0]]), torch.tensor([1]), 1)
    assert one["f1"] == one["iou"] == 1.0
    assert one["confusion_matrix"] == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert one["perplexity"] == pytest.approx(math.exp(math.log(1 + math.exp(-2) + math.exp(-1))), rel=1e-5)
    assert math.isnan(one["auroc"])


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 40), st.integers(1, 9), st.integers(0, 999), st.booleans())
def test_classes_told_apart_one_by_one_are_ranked_one_by_one(samples: int, size: int, seed: int, logits: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = 3 * torch.randn(samples, 3, generator=generator)
    target = torch.randint(0, 3, (samples,), generator=generator)
    loss = "binary_cross_entropy_with_logits" if logits else "binary_cross_entropy"
    found = judged(Task("classes", 3), answer if logits else answer.sigmoid(), target, size, loss=loss)
    curves = [
        sk.roc_auc_score(target == label, answer[:, label])
        for label in range(3)
        if 0 < int((target == label).sum()) < samples
    ]
    assert found["auroc"] == pytest.approx(np.mean(curves), abs=1e-5) if curves else math.isnan(found["auroc"])
    said = answer.argmax(-1)
    seen = np.unique(np.concatenate([said, target]))
    assert found["f1"] == pytest.approx(
        sk.f1_score(target, said, average="macro", labels=seen, zero_division=0), abs=1e-5
    )


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 999), st.booleans(), st.booleans())
def test_a_mask_is_judged_by_what_it_covers(samples: int, size: int, seed: int, logits: bool, channel: bool) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, 1, 4, 4, generator=generator)
    target = torch.randint(0, 2, (samples, 1, 4, 4) if channel else (samples, 4, 4), generator=generator)
    if not channel:
        answer = answer[:, 0]
    loss = "binary_cross_entropy_with_logits" if logits else "binary_cross_entropy"
    task = Task("two", axes=3 if channel else 2)
    assert "iou" in task.chosen(None)
    found = judged(task, answer if logits else answer.sigmoid(), target, size, loss=loss)
    true, said = target.flatten(), (answer > 0).long().flatten()
    assert found["iou"] == pytest.approx(sk.jaccard_score(true, said, zero_division=0), abs=1e-6)
    assert found["f1"] == pytest.approx(sk.f1_score(true, said, zero_division=0), abs=1e-6)
    assert found["precision"] == pytest.approx(sk.precision_score(true, said, zero_division=0), abs=1e-6)
    assert found["recall"] == pytest.approx(sk.recall_score(true, said, zero_division=0), abs=1e-6)
    assert found["confusion_matrix"] == sk.confusion_matrix(true, said, labels=[0, 1]).tolist()
    exact = sk.roc_auc_score(true, answer.flatten()) if 0 < int(true.sum()) < len(true) else math.nan
    assert found["auroc"] == pytest.approx(exact, abs=0.03, nan_ok=True)  # 200 thresholds stand for every number


@pytest.mark.parametrize("axes", [0, 2])
def test_the_area_under_a_curve_is_counted_as_ever_where_torch_is_held_to_the_same_bits(
    axes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So it is in an exact run on a GPU: torchmetrics would compare all numbers with all bins in gigabytes there."""
    task, output = Task("two", axes=axes), {"loss": "binary_cross_entropy_with_logits"}
    answer = torch.randn(8, *[8] * axes, generator=torch.Generator().manual_seed(0))
    target, held = (answer + 0.5 > 0).long(), list[bool]()
    expected = judged(task, answer, target, 4, **output)["auroc"]
    precision_recall_curve = importlib.import_module("torchmetrics.functional.classification.precision_recall_curve")
    for name in ("_bincount", "_cumsum"):
        counted = getattr(precision_recall_curve, name)

        def noted(*given: Any, counted: Any = counted, **options: Any) -> Any:
            held.append(torch.are_deterministic_algorithms_enabled())
            return counted(*given, **options)

        monkeypatch.setattr(precision_recall_curve, name, noted)
    torch.use_deterministic_algorithms(True)
    try:
        assert judged(task, answer, target, 4, **output)["auroc"] == expected
        assert torch.are_deterministic_algorithms_enabled()
    finally:
        torch.use_deterministic_algorithms(False)
    assert held
    assert not any(held)


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 8), st.integers(1, 5), st.integers(0, 999), st.sampled_from([-100, 0, 2]))
def test_perplexity_leaves_out_what_is_ignored(samples: int, size: int, seed: int, ignored: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, 5, 4, generator=generator)
    target = torch.randint(0, 4, (samples, 5), generator=generator)
    target[:, -2:] = ignored  # as where sentences are filled up
    found = judged(Task("classes", 4, 1), answer, target, size, ignore_index=ignored)
    expected = functional.cross_entropy(answer.flatten(0, 1), target.flatten(), ignore_index=ignored).exp()
    assert found["perplexity"] == pytest.approx(float(expected), rel=1e-4, nan_ok=True)


def test_a_sequence_is_right_at_every_position_but_the_padding() -> None:
    answer = functional.one_hot(torch.tensor([[1, 2, 0], [1, 1, 2], [2, 2, 2]]), 3).float()
    target = torch.tensor([[1, 2, 0], [1, 2, 0], [2, 2, 0]])
    task = Task("classes", 3, 1)
    assert judged(task, answer, target, 2, ignore_index=0)["exact_match"] == pytest.approx(2 / 3)
    assert judged(task, answer, target, 2)["exact_match"] == pytest.approx(1 / 3)
    found = judged(Task("sequence"), answer, torch.tensor([[1, 2], [2, 1], [2, 0]]), 2, loss="ctc_loss")
    assert found["exact_match"] == pytest.approx(2 / 3)


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
    assert "iou" in Task("two", axes=2).fitting()
    assert "iou" not in Task("two").fitting()
    assert Task("values").chosen(None) == ("mae", "rmse", "r2")
    assert Task("sequence").chosen(("accuracy",)) == ("exact_match",)


def test_chosen_metrics_are_measured_and_read_back(tmp_path: Path) -> None:
    result, history = train(table(metrics=("auroc", "confusion_matrix")), tmp_path)
    assert list(result.test) == ["loss", "accuracy", "auroc"]
    again = read_metrics(result.run)
    matrix = history.tables["validation/confusion_matrix"]
    assert again.tables == {name: table for name, table in history.tables.items() if not is_predictions(name)}
    assert (matrix.epoch, matrix.step) == (3, 21)
    assert sum(map(sum, matrix.values)) == 22
    assert again.series("validation/auroc")[1].tolist() == history.series("validation/auroc")[1].tolist()


def test_a_metric_that_fits_nothing_is_no_obstacle(tmp_path: Path) -> None:
    result, _ = train(table(metrics="r2"), tmp_path)  # one alone needs no list
    assert list(result.test) == ["loss", "accuracy"]
