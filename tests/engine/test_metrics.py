"""The metrics that are functions of sums, against scikit-learn and torchmetrics, batch by batch and drawn again."""

from __future__ import annotations

import math
import warnings
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as sk
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torchmetrics.functional.segmentation import dice_score

from engine import metrics
from engine.layers.endpoints import Output
from engine.metrics.metric import Metric
from engine.metrics.streams.answers import Answers
from engine.metrics.streams.output_metrics import OutputMetrics
from engine.metrics.task import Task

OFTEN = settings(max_examples=20, deadline=None)


def measured(task: Task, answer: Tensor, target: Tensor, size: int, **output: Any) -> Mapping[str, Any]:
    """All metrics of a task: of batches of a size, which have to be those of one batch and those of sums."""
    loss, masked = Output.model_validate(output).criterion, "ignore_index" in output
    judge, found = OutputMetrics(loss, task, task.fitting(), masked), list[dict[str, Any]]()
    for step in (size, len(answer)):
        judge.reset()
        for start in range(0, len(answer), step):
            judge.update(answer[start : start + step], target[start : start + step])
        found.append(judge.compute())
    for name, value in found[0].items():
        assert np.allclose(value, found[1][name], rtol=1e-4, atol=1e-6, equal_nan=True), name
    whole = Answers(task, loss, answer, target, masked)
    for known in filter(None, map(metrics.get, task.fitting())):
        sums = known.sums(whole)
        if sums and known.name in found[0]:
            totals = {key: values.double().sum(0)[None].numpy() for key, values in sums.items()}
            with np.errstate(divide="ignore", invalid="ignore"):
                (value,) = known.of_totals(totals, task)
            assert value == pytest.approx(found[0][known.name], rel=1e-3, abs=1e-5, nan_ok=True), known.name
    return found[0]


def quiet(call: Any, *given: Any, **more: Any) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn warns of what is not defined
        return float(call(*given, **more))


@OFTEN
@given(st.integers(1, 25), st.integers(2, 6), st.integers(1, 9), st.integers(0, 999), st.data())
def test_classes_as_scikit_learn_has_them(
    samples: int, classes: int, size: int, seed: int, data: st.DataObject
) -> None:
    """Some classes are absent, now and then all targets are alike, and some are ignored."""
    generator = torch.Generator().manual_seed(seed)
    positions = data.draw(st.sampled_from([(), (3,)]))
    answer = torch.randn(samples, *positions, classes, generator=generator)
    highest = data.draw(st.integers(1, classes))
    target = torch.randint(0, highest, (samples, *positions), generator=generator)
    ignored = data.draw(st.sampled_from([None, 0]))
    more = {} if ignored is None else {"ignore_index": ignored}
    found = measured(Task("classes", classes, len(positions)), answer, target, size, **more)
    kept = target.flatten() != (-100 if ignored is None else ignored)
    true, said = target.flatten()[kept].numpy(), answer.argmax(-1).flatten()[kept].numpy()
    shares = answer.flatten(0, -2)[kept].double().softmax(-1).numpy()
    if not len(true):
        assert all(math.isnan(found[name]) for name in ("balanced_accuracy", "log_loss", "matthews_corrcoef"))
        return
    assert found["balanced_accuracy"] == pytest.approx(quiet(sk.balanced_accuracy_score, true, said))
    assert found["matthews_corrcoef"] == pytest.approx(quiet(sk.matthews_corrcoef, true, said), abs=1e-9)
    assert found["cohen_kappa"] == pytest.approx(quiet(sk.cohen_kappa_score, true, said), abs=1e-9, nan_ok=True)
    every = np.arange(classes)
    assert found["log_loss"] == pytest.approx(quiet(sk.log_loss, true, shares, labels=every), rel=1e-5)
    if classes > 3:
        near = quiet(sk.top_k_accuracy_score, true, shares, k=3, labels=every)
        assert found["top3_accuracy"] == pytest.approx(near)
    assert found["recall"] >= 0.0


@OFTEN
@given(st.integers(1, 25), st.integers(1, 9), st.integers(0, 999), st.sampled_from([0.0, 0.3, 1.0]), st.data())
def test_a_yes_or_no_as_scikit_learn_has_it(
    samples: int, size: int, seed: int, share: float, data: st.DataObject
) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = 2 * torch.randn(samples, 1, generator=generator)
    target = (torch.rand(samples, 1, generator=generator) < share).float()
    loss = data.draw(st.sampled_from(["binary_cross_entropy_with_logits", "binary_cross_entropy", "soft_margin_loss"]))
    given_target = 2 * target - 1 if loss == "soft_margin_loss" else target
    found = measured(
        Task("two"), answer.sigmoid() if loss == "binary_cross_entropy" else answer, given_target, size, loss=loss
    )
    true, said = target.flatten().numpy().astype(int), (answer > 0).flatten().numpy().astype(int)
    assert found["balanced_accuracy"] == pytest.approx(quiet(sk.balanced_accuracy_score, true, said))
    assert found["matthews_corrcoef"] == pytest.approx(quiet(sk.matthews_corrcoef, true, said), abs=1e-9)
    assert found["cohen_kappa"] == pytest.approx(quiet(sk.cohen_kappa_score, true, said), abs=1e-9, nan_ok=True)
    likely = answer.double().sigmoid().flatten().numpy()
    assert found["log_loss"] == pytest.approx(quiet(sk.log_loss, true, likely, labels=[0, 1]), rel=1e-4)


@OFTEN
@given(
    st.integers(2, 25),
    st.integers(1, 3),
    st.integers(1, 9),
    st.integers(0, 999),
    st.sampled_from([0.0, 100.0, 1e4]),
    st.sampled_from(["constant target", "constant error", "any"]),
)
def test_numbers_as_scikit_learn_has_them(
    samples: int, outputs: int, size: int, seed: int, mean: float, kind: str
) -> None:
    generator = torch.Generator().manual_seed(seed)
    target = mean + torch.randn(samples, outputs, generator=generator)
    answer = target + 3.0 + torch.randn(samples, outputs, generator=generator)
    if kind == "constant target":
        target = torch.full_like(target, 8.0)
    elif kind == "constant error":
        target = target.round()
        answer = target + 4.0
    found = measured(Task("values"), answer, target, size, loss="mse_loss")
    exact = answer.double().numpy(), target.double().numpy()
    assert found["mape"] == pytest.approx(sk.mean_absolute_percentage_error(exact[1], exact[0]), rel=1e-6)
    expected = quiet(sk.explained_variance_score, exact[1], exact[0])
    assert found["explained_variance"] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    if kind == "constant error":
        assert found["explained_variance"] == 1.0


@OFTEN
@given(st.integers(1, 6), st.integers(2, 4), st.integers(1, 4), st.integers(0, 999), st.data())
def test_masks_of_samples_as_torchmetrics_has_them(
    samples: int, classes: int, size: int, seed: int, data: st.DataObject
) -> None:
    generator = torch.Generator().manual_seed(seed)
    target = torch.randint(0, data.draw(st.integers(1, classes)), (samples, 3, 4), generator=generator)
    answer = torch.randn(samples, 3, 4, classes, generator=generator)
    found = measured(Task("classes", classes, 2), answer, target, size)
    each = dice_score(answer.argmax(-1), target, classes, average="macro", input_format="index")
    assert found["dice"] == pytest.approx(float(each.double().mean()), rel=1e-5)


@OFTEN
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 999), st.sampled_from([0.0, 0.4, 1.0]))
def test_a_mask_of_yes_and_no_counts_what_says_yes(samples: int, size: int, seed: int, share: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    answer = torch.randn(samples, 3, 4, generator=generator) - 1
    target = (torch.rand(samples, 3, 4, generator=generator) < share).float()
    found = measured(Task("two", axes=2), answer, target, size, loss="binary_cross_entropy_with_logits")["dice"]
    each = [
        sk.f1_score(true, said)
        for true, said in zip(target.flatten(1).numpy(), (answer > 0).flatten(1).float().numpy(), strict=True)
        if true.any() or said.any()
    ]
    assert found == (pytest.approx(np.mean(each)) if each else pytest.approx(math.nan, nan_ok=True))


def test_ignored_positions_of_a_mask_do_not_count() -> None:
    target = torch.tensor([[[0, 1], [2, 2]]])
    answer = torch.nn.functional.one_hot(torch.tensor([[[0, 1], [0, 1]]]), 3).float()
    assert measured(Task("classes", 3, 2), answer, target, 1, ignore_index=2)["dice"] == 1.0
    assert measured(Task("classes", 3, 2), answer, target, 1)["dice"] == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


def test_one_number_has_no_variance_and_the_share_of_an_error() -> None:
    found = measured(Task("values"), torch.tensor([[3.0]]), torch.tensor([[2.0]]), 1, loss="l1_loss")
    assert found["mape"] == 0.5
    assert math.isnan(found["explained_variance"])


@pytest.mark.parametrize("metric", metrics.all(), ids=lambda metric: metric.name)
def test_every_metric_says_what_it_is(metric: type[Metric]) -> None:
    assert metric.title
    assert metric.help
    assert metric.kinds
    assert (metric.__doc__ or "").strip().endswith(".")
    assert metric.formula or metric.name == "confusion_matrix"
    tasks = [
        Task("classes", 12, 2),
        Task("classes", 12, 1),
        Task("two", axes=2),
        Task("values", axes=1, season=24),
        Task("sequence", axes=1),
    ]
    assert {task.kind for task in tasks if metric.fits(task)} == metric.kinds
    if metric.needs:
        poor = [Task("classes", 3), Task("two"), Task("classes", 200), Task("values")]
        assert any(task.kind in metric.kinds and not metric.fits(task) for task in poor)
