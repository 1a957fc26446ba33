"""Curves, calibration, slices, label checks and tests of two runs, against scikit-learn, scipy and numbers by hand."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
import torch
from scipy import optimize, stats
from sklearn import metrics
from torch.nn import functional

from engine.inside.evaluation.calibration import calibrate, nll, reliability, temperature
from engine.inside.evaluation.chances import Chances
from engine.inside.evaluation.comparing import mcnemar
from engine.inside.evaluation.curves import curve, curves, thinned
from engine.inside.evaluation.overlays import intersection_over_union
from engine.inside.evaluation.sample_scores import SampleScores
from engine.inside.evaluation.slices import bootstrap, slices, wilson
from engine.inside.evaluation.suspects import confident, suspects
from engine.inside.evaluation.tallies import tallies
from engine.layers.endpoints import Output
from engine.metrics.task import Task
from engine.training.evaluation.network import Head, Network, Term

SOURCE = np.random.default_rng(0)


def of_classes(count: int = 400, classes: int = 4, scale: float = 2.0) -> Chances:
    """Answers that are right more often than not, and surer than they should be."""
    source = np.random.default_rng(count + classes)
    labels = source.integers(0, classes, count)
    truth = np.eye(classes, dtype=bool)[labels]
    logits = scale * (source.normal(size=(count, classes)) + 1.2 * truth)
    return Chances(logits, truth, np.arange(count), tuple("abcdefgh"[:classes]), "softmax", True)


def of_labels(count: int = 300, labels: int = 3) -> Chances:
    source = np.random.default_rng(7)
    truth = source.random((count, labels)) < 0.4
    logits = 3 * (source.normal(size=(count, labels)) + 1.5 * truth - 0.7)
    return Chances(logits, truth, np.arange(count), tuple("xyz"[:labels]), "sigmoid", False)


@pytest.mark.parametrize("found", [of_classes(), of_labels()], ids=["classes", "several labels"])
def test_curves_are_those_of_scikit_learn(found: Chances) -> None:
    shares = found.probabilities()
    for k, one in enumerate(curves(found)):
        false, true, thresholds = metrics.roc_curve(found.truth[:, k], shares[:, k], drop_intermediate=False)
        ours = one.roc()
        assert np.allclose(ours[0], false)
        assert np.allclose(ours[1], true)
        assert np.allclose(one.thresholds, thresholds[1:])
        precision, recall, _ = metrics.precision_recall_curve(found.truth[:, k], shares[:, k])
        assert np.allclose(one.precision_recall()[0], recall[:-1][::-1])
        assert np.allclose(one.precision_recall()[1], precision[:-1][::-1])
        assert one.auroc == pytest.approx(metrics.roc_auc_score(found.truth[:, k], shares[:, k]))
        assert one.average_precision == pytest.approx(metrics.average_precision_score(found.truth[:, k], shares[:, k]))


def test_equal_probabilities_are_called_together() -> None:
    shares = np.array([0.9, 0.5, 0.5, 0.5, 0.2, 0.2])
    truth = np.array([True, True, False, True, False, True])
    found = curve("a", shares, truth)
    assert found.auroc == pytest.approx(metrics.roc_auc_score(truth, shares))
    assert found.thresholds.tolist() == [0.9, 0.5, 0.2]
    assert thinned(np.arange(1000), np.arange(1000), 11)[0].tolist()[::10] == [0, 999]


@pytest.mark.parametrize("threshold", [0.0, 0.2, 0.5, 0.77, 1.0, 1.1])
def test_what_a_threshold_gives(threshold: float) -> None:
    found = of_labels()
    truth, given = found.truth[:, 0], found.probabilities()[:, 0] >= threshold
    at = curves(found)[0].at(threshold)
    negative, positive = metrics.confusion_matrix(truth, given, labels=[False, True])
    assert (at.true_negatives, at.false_positives) == tuple(negative)
    assert (at.false_negatives, at.true_positives) == tuple(positive)
    assert at.accuracy == pytest.approx(metrics.accuracy_score(truth, given))
    if given.any():
        assert at.precision == pytest.approx(metrics.precision_score(truth, given))
    else:
        assert math.isnan(at.precision)
    assert at.recall == pytest.approx(metrics.recall_score(truth, given))
    assert at.f1 == pytest.approx(metrics.f1_score(truth, given))


def test_the_best_threshold_has_the_highest_f1() -> None:
    found = of_labels(80)
    one = curves(found)[0]
    best = one.best_f1()
    assert best is not None
    scores = [metrics.f1_score(found.truth[:, 0], found.probabilities()[:, 0] >= t) for t in one.thresholds]
    assert best.f1 == pytest.approx(max(scores))


def test_a_class_that_is_absent_has_no_curve() -> None:
    found = of_classes()
    absent = curve("gone", found.probabilities()[:, 0], np.zeros(len(found), bool))
    assert math.isnan(absent.auroc)
    assert math.isnan(absent.average_precision)
    assert absent.best_f1() is None
    assert math.isnan(absent.at(0.5).recall)


def test_the_expected_calibration_error_is_that_of_guo() -> None:
    """Equation 5, bin by bin."""
    found = of_classes()
    shares = found.probabilities()
    confidence, right = shares.max(1), shares.argmax(1) == found.labels
    expected = 0.0
    for k in range(15):
        inside = (confidence > k / 15) & (confidence <= (k + 1) / 15)
        if inside.any():
            expected += inside.mean() * abs(right[inside].mean() - confidence[inside].mean())
    diagram = reliability(found)
    assert diagram.ece == pytest.approx(expected)
    assert sum(one.count for one in diagram.bins) == len(found)
    assert diagram.nll == pytest.approx(metrics.log_loss(found.labels, shares))


@pytest.mark.parametrize("found", [of_classes(), of_labels()], ids=["classes", "several labels"])
def test_the_temperature_is_the_one_that_scipy_finds(found: Chances) -> None:
    logits, truth = torch.tensor(found.logits), torch.tensor(found.truth)

    def cost(log: float) -> float:
        scaled = logits / math.exp(log)
        if found.one:
            return float(functional.cross_entropy(scaled, truth.double().argmax(1)))
        return float(functional.binary_cross_entropy_with_logits(scaled, truth.double()))

    known = optimize.minimize_scalar(cost, bounds=(-3, 3), method="bounded", options={"xatol": 1e-9})
    ours = temperature(found)
    assert ours is not None
    assert ours == pytest.approx(math.exp(known.x), rel=1e-5)
    assert ours > 1.1, "the answers were made too sure"
    assert nll(found, ours) == pytest.approx(known.fun)


def test_calibration_is_fitted_on_the_other_samples() -> None:
    judged, validation = of_classes(500), of_classes(600)
    found = calibrate(judged, validation)
    assert found.temperature == temperature(validation) != temperature(judged)
    assert found.after.ece < found.before.ece
    assert found.after.nll < found.before.nll
    assert found.before == reliability(judged)


def test_answers_that_are_all_right_have_no_temperature() -> None:
    found = of_classes()
    sure = Chances(10.0 * found.truth, found.truth, found.rows, found.names, "softmax", True)
    assert temperature(sure) is None
    assert calibrate(found, sure).temperature == 1.0
    assert not calibrate(found, sure).fitted


@pytest.mark.parametrize(("hits", "count"), [(0, 5), (0, 7), (5, 5), (7, 7), (17, 40), (199, 200)])
def test_the_interval_of_a_share_is_wilsons(hits: int, count: int) -> None:
    known = stats.binomtest(hits, count).proportion_ci(0.95, "wilson")
    ours = wilson(hits, count)
    assert (ours.low, ours.high) == pytest.approx((known.low, known.high), abs=1e-9)
    assert (ours.low == 0, ours.high == 1) == (hits == 0, hits == count)


def test_the_interval_of_a_mean_is_scipys_bootstrap() -> None:
    values = np.random.default_rng(3).exponential(size=200)
    known = stats.bootstrap((values,), np.mean, n_resamples=5000, method="percentile", rng=np.random.default_rng(1))
    ours = bootstrap(values, 1)
    assert (ours.low, ours.high) == pytest.approx(tuple(known.confidence_interval), abs=0.03)
    assert bootstrap(values, 1) == ours


def test_the_worst_slices_come_first_and_small_ones_last() -> None:
    """Dark samples were made to fail, and three of a rare site."""
    brightness = np.linspace(0, 1, 400)
    right = (brightness > 0.25).astype(float)
    site = np.array(["a", "b"] * 200, object)
    site[300:303] = "rare"
    right[300:303] = 0
    rating = np.tile([1.0, 2.0, np.nan, 4.0], 100)
    found = slices(
        SampleScores(right, "accuracy", True, True), {"brightness": brightness, "site": site, "rating": rating}
    )
    first, last = found[0], found[-1]
    assert (first.name, first.value, first.count, first.few) == ("brightness", "0 to 0.25", 100, False)
    assert first.score.value == 0
    assert first.gap == pytest.approx(right.mean())
    assert (last.name, last.value, last.count, last.few) == ("site", "rare", 3, True)
    assert {(one.name, one.value) for one in found if one.name == "rating"} == {
        *(("rating", word) for word in ("1", "2", "4", "empty"))
    }
    for one in found:
        assert one.score.value == pytest.approx(right[one.rows].mean())


def test_errors_of_numbers_are_sliced_with_the_largest_first() -> None:
    size = np.arange(100.0)
    found = slices(
        SampleScores(size / 10, "mean absolute error", False, False),
        {"size": size, "name": size.astype(str).astype(object)},
    )
    assert [one.value for one in found] == ["74.25 to 99", "49.5 to 74.25", "24.75 to 49.5", "0 to 24.75"]
    assert found[0].score.low < found[0].score.value < found[0].score.high


def test_confident_learning_follows_the_equations() -> None:
    """Equations 1 and 2 by hand, sample by sample."""
    found = of_classes(250, 3)
    shares, labels = found.probabilities(), found.labels
    thresholds = [shares[labels == j, j].mean() for j in range(3)]
    expected = {}
    for row, (chances, label) in enumerate(zip(shares, labels, strict=True)):
        above = [j for j in range(3) if chances[j] >= thresholds[j]]
        if above and (best := max(above, key=lambda j: chances[j])) != label:
            others = [chances[j] for j in range(3) if j != label]
            expected[row] = (found.names[best], round(chances[label] - max(others), 9))
    ours = suspects(found)
    assert {one.row: (one.likely, round(one.margin, 9)) for one in ours} == expected
    assert [one.margin for one in ours] == sorted(one.margin for one in ours)
    assert all(one.given == found.names[labels[one.row]] for one in ours)


def test_planted_mistakes_are_suspected_first() -> None:
    found = of_classes(1000, 4, 3.0)
    wrong = np.random.default_rng(5).choice(1000, 50, replace=False)
    clean = Chances(found.logits + 6 * found.truth, found.truth, found.rows, found.names, "softmax", True)
    labels = found.labels.copy()
    labels[wrong] = (labels[wrong] + 1) % 4
    planted = Chances(clean.logits, np.eye(4, dtype=bool)[labels], found.rows, found.names, "softmax", True)
    first = [one.row for one in suspects(planted)[:40]]
    assert len(set(first) & set(wrong.tolist())) >= 38
    assert len(suspects(clean)) < 20


def test_labels_that_hold_or_not_are_suspected_one_by_one() -> None:
    found = of_labels()
    sure = Chances(np.where(found.truth, 5.0, -5.0), found.truth.copy(), found.rows, found.names, "sigmoid", False)
    sure.truth[4, 1] = not sure.truth[4, 1]
    (only,) = suspects(sure)
    holds = bool(found.truth[4, 1])
    assert (only.row, only.given, only.likely) == (4, *(("not y", "y") if holds else ("y", "not y")))


def test_a_class_without_samples_is_never_likely() -> None:
    shares = np.array([[0.1, 0.9, 0.0], [0.2, 0.8, 0.0], [0.05, 0.05, 0.9]])
    marked, _, likely = confident(shares, np.array([0, 1, 1]))
    assert (likely[marked] != 2).all()


@pytest.mark.parametrize(("b", "c"), [(0, 0), (1, 0), (3, 9), (10, 10), (25, 60), (700, 600)])
def test_mcnemar_is_the_binomial_test(b: int, c: int) -> None:
    ours = mcnemar(b, c)
    if b + c:
        assert ours.exact == pytest.approx(stats.binomtest(b, b + c).pvalue)
        statistic = max(0, abs(b - c) - 1) ** 2 / (b + c)
        assert ours.statistic == pytest.approx(statistic)
        assert ours.corrected == pytest.approx(stats.chi2.sf(statistic, 1))
    else:
        assert (ours.exact, ours.corrected) == (1.0, 1.0)


def test_the_covering_of_masks_is_the_jaccard_index() -> None:
    source = np.random.default_rng(2)
    given, goal = source.integers(0, 4, 500), source.integers(0, 3, 500)
    ours = intersection_over_union(given, goal, 5)
    assert ours[:4] == pytest.approx(metrics.jaccard_score(goal, given, average=None, labels=range(4)))
    assert math.isnan(ours[4]), "it is in neither"


ANSWER = torch.tensor(SOURCE.normal(size=(6, 5, 4)), dtype=torch.float32)
LABELS = torch.tensor(SOURCE.integers(0, 4, (6, 5)))
NUMBERS = torch.tensor(SOURCE.random((6, 5, 4)), dtype=torch.float32)


@pytest.mark.parametrize(
    ("output", "answer", "target"),
    [
        (Output(loss="cross_entropy", label_smoothing=0.1), ANSWER, LABELS),
        (Output(loss="cross_entropy", ignore_index=2), ANSWER, LABELS),
        (Output(loss="nll_loss"), ANSWER.log_softmax(-1), LABELS),
        (Output(loss="cross_entropy"), ANSWER, NUMBERS.softmax(-1)),
        (Output(loss="multi_margin_loss"), ANSWER, LABELS),
        (Output(loss="binary_cross_entropy_with_logits", pos_weight=3.0), ANSWER, NUMBERS.round()),
        (Output(loss="mse_loss"), ANSWER, NUMBERS),
        (Output(loss="huber_loss", delta=0.5), ANSWER, NUMBERS),
        (Output(loss="kl_div"), ANSWER.log_softmax(-1), NUMBERS.softmax(-1)),
        (Output(loss="cosine_embedding_loss"), ANSWER, NUMBERS),
        (Output(loss="ctc_loss", blank=0), ANSWER.log_softmax(-1), LABELS[:, :3]),
    ],
    ids=lambda value: value.loss if isinstance(value, Output) else "",
)
@pytest.mark.parametrize("weighted", [False, True])
def test_the_loss_of_each_sample_is_that_of_a_batch_of_it_alone(
    output: Output, answer: torch.Tensor, target: torch.Tensor, weighted: bool
) -> None:
    weights = torch.tensor([1.0, 2.0, 0.5, 3.0]) if weighted else None
    masked = output.ignored is not None
    ours = output.criterion.each(answer, target, weights, masked=masked)
    alone = [output.criterion.mean(answer[k : k + 1], target[k : k + 1], weights, masked=masked) for k in range(6)]
    assert torch.allclose(ours, torch.stack(alone), atol=1e-6)


def a_head(
    name: str, output: Output, task: Task, index: int = 0, weights: torch.Tensor | None = None, masked: bool = False
) -> Head:
    return Head(name, output, index, name, task, masked, task.chosen(task.fitting()), weights)


SOFTMAX = a_head("label", Output(loss="cross_entropy"), Task("classes", 7))
WEIGHED = a_head(
    "tags", Output(loss="cross_entropy"), Task("classes", 4, 1), weights=torch.tensor([1.0, 2.0, 0.0, 3.0])
)
MASK = a_head("mask", Output(loss="cross_entropy", ignore_index=0), Task("classes", 4, 1), masked=True)
SEVERAL = a_head("several", Output(loss="binary_cross_entropy_with_logits"), Task("two", axes=1))
NUMBERS_TWO = a_head("numbers", Output(loss="mse_loss", weight=0.5), Task("values", axes=1))
ROW = a_head("row", Output(loss="ctc_loss", blank=0), Task("sequence", axes=1))


def drawn_answers(head: Head, count: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Answers and targets that fit a head."""
    source = torch.Generator().manual_seed(3)
    classes, kind = head.task.classes, head.task.kind
    shape = (count, 5)[: head.task.axes + 1]
    if kind == "classes":
        return torch.randn(*shape, classes, generator=source), torch.randint(0, classes, shape, generator=source)
    if kind == "sequence":
        steps = torch.randn(count, 6, 3, generator=source).log_softmax(-1)
        return steps, torch.randint(0, 3, (count, 2), generator=source)
    values = torch.randn(count, 3, generator=source)
    return values, torch.randint(0, 2, (count, 3), generator=source).float() if kind == "two" else values * 2 + 1


@pytest.mark.parametrize(
    "heads", [(SOFTMAX,), (WEIGHED,), (MASK,), (SEVERAL,), (NUMBERS_TWO,), (ROW,), (SOFTMAX, NUMBERS_TWO)]
)
@pytest.mark.parametrize("term", [False, True])
def test_metrics_of_any_draw_are_those_of_the_training(heads: tuple[Head, ...], term: bool) -> None:
    """By `Network.measure`, which counts with torchmetrics; only the AUROC is not a sum over samples."""
    count = 40
    placed = tuple(dataclasses.replace(head, index=index) for index, head in enumerate(heads))
    made = [drawn_answers(head, count) for head in placed]
    answers, batch = [one for one, _ in made], {head.name: goal for head, (_, goal) in zip(placed, made, strict=True)}
    terms = (Term("penalty", Output(loss="value", weight=0.1), len(answers)),) if term else ()
    answers += [torch.rand(count, 2)] if term else []
    network = Network(torch.nn.Identity(), (heads[0].name,), placed, terms)
    of_rows = tallies(network, tuple(answers), batch)
    source = np.random.default_rng(0)
    for rows in (np.arange(count), *source.integers(0, count, (4, count))):
        chosen = torch.from_numpy(rows)
        drawn = {name: values[chosen] for name, values in batch.items()}
        known = network.measure([(tuple(answer[chosen] for answer in answers), drawn)])
        single = {name: value for name, value in known.items() if isinstance(value, float) and "auroc" not in name}
        ours = of_rows(np.bincount(rows, minlength=count)[None].astype(float))
        assert {name: float(value[0]) for name, value in ours.items()} == pytest.approx(single, rel=1e-4, abs=1e-6)
