"""Losses and metrics against torch's own functions and against counting by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from engine.data.pipeline import Part
from engine.layers.endpoints import Output
from engine.losses.sequence_loss import SequenceLoss
from engine.losses.targets import LossError, as_values, balanced
from engine.metrics.accuracy import Accuracy
from engine.metrics.exact_match import ExactMatch
from engine.metrics.task import Task
from engine.training.evaluation.network import Head, Network
from engine.training.loop import Trainer
from engine.training.runs.metric_lines import read_metrics
from engine.training.status import Status, TrainingError
from tests.engine.test_training_learning import table

SIZES = st.lists(st.integers(1, 4), max_size=2)


def output(kind: str, **values: Any) -> Output:
    return Output.model_validate({"loss": kind, **values})


def scores(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape)))


def labels(classes: int, *shape: int) -> Tensor:
    return torch.randint(0, classes, shape, generator=torch.Generator().manual_seed(classes))


@settings(max_examples=60)
@given(st.integers(1, 6), SIZES, st.integers(2, 5), st.booleans())
def test_cross_entropy_has_its_classes_on_the_last_axis(
    batch: int, inner: list[int], classes: int, ignore: bool
) -> None:
    answer, target = scores(batch, *inner, classes), labels(classes, batch, *inner)
    target.flatten()[0] = 1  # one that counts, where 0 is ignored
    index = 0 if ignore else -100
    mine = output("cross_entropy", ignore_index=index).criterion.mean(answer, target)
    assert torch.allclose(mine, functional.cross_entropy(answer.movedim(-1, 1), target, ignore_index=index), atol=1e-6)
    right, count = Accuracy.score(output("cross_entropy", ignore_index=index).criterion, answer, target, ignore)
    kept = target != index
    assert (
        int(count)
        == int(kept.sum())
        == int(output("cross_entropy", ignore_index=index).criterion.summed(answer, target, masked=ignore)[1])
    )
    assert int(right) == int(((answer.argmax(-1) == target) & kept).sum())


@pytest.mark.parametrize("kind", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss"])
@pytest.mark.parametrize("shape", [(6, 1), (6,)])
def test_labels_of_two_classes_become_0_and_1(kind: str, shape: tuple[int, ...]) -> None:
    answer, target = torch.sigmoid(scores(*shape)), labels(2, 6)
    expected = getattr(functional, kind)(answer.flatten(), target.float())
    assert torch.allclose(output(kind).criterion.mean(answer, target), expected)


@pytest.mark.parametrize("kind", ["binary_cross_entropy_with_logits", "mse_loss"])
def test_labels_of_several_classes_become_one_hot(kind: str) -> None:
    answer, target = scores(6, 4), labels(4, 6)
    expected = getattr(functional, kind)(answer, torch.eye(4)[target])
    assert torch.allclose(output(kind).criterion.mean(answer, target), expected)


@settings(max_examples=60)
@given(SIZES, SIZES, st.booleans())
def test_nothing_is_ever_broadcast(answer_shape: list[int], target_shape: list[int], whole: bool) -> None:
    answer, target = torch.zeros(3, *answer_shape), torch.zeros(3, *target_shape)
    target = target.long() if whole else target
    same = [size for size in answer_shape if size > 1] == [size for size in target_shape if size > 1]
    one_hot = whole and answer_shape[:-1] == target_shape and len(answer_shape) > 0
    try:
        values = as_values(answer, target)
    except LossError:
        assert answer_shape != target_shape
        assert not one_hot
    else:
        assert same or one_hot
        assert (values.shape, values.dtype) == (answer.shape, answer.dtype)


def test_shapes_that_do_not_fit_are_one_sentence_with_both() -> None:
    with pytest.raises(LossError, match=r"shape \(4, 3\) cannot be compared with values of shape \(4, 2\)"):
        output("mse_loss").criterion.mean(scores(4, 3), scores(4, 2))
    with pytest.raises(LossError, match=r"shape \(4, 3\) cannot be compared with labels of shape \(4, 3\)"):
        output("cross_entropy").criterion.mean(scores(4, 3), labels(3, 4, 3))


@pytest.mark.parametrize(
    ("kind", "answer", "right"),
    [
        ("binary_cross_entropy_with_logits", [-0.1, 0.1, 0.4, -3.0], 3),  # threshold 0
        ("binary_cross_entropy", [0.4, 0.6, 0.4, 0.1], 3),  # threshold 0.5
        ("mse_loss", [0.4, 0.6, 0.4, 0.1], 3),
    ],
)
def test_one_value_is_judged_by_its_threshold(kind: str, answer: list[float], right: int) -> None:
    target = torch.tensor([0, 1, 1, 1 if kind.endswith("logits") else 0])
    for values in (torch.tensor(answer), torch.tensor(answer)[:, None]):
        assert int(Accuracy.score(output(kind).criterion, values, target, False)[0]) == right


class Double(nn.Module):
    """Two answers from one input, as a network with two Outputs gives them."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(3, 4), nn.Linear(3, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.one(x), self.two(x)


@settings(max_examples=30)
@given(st.integers(1, 20), st.integers(1, 25), st.integers(-1, 3))
def test_an_evaluation_does_not_depend_on_the_batches(samples: int, size: int, ignored: int) -> None:
    torch.manual_seed(0)
    ignore = ignored if ignored >= 0 else -100
    tensors = {"x": scores(samples, 3), "label": labels(4, samples), "value": scores(samples, 1)}
    if ignored >= 0:
        tensors["label"][0] = (ignored + 1) % 4  # at least one counts
    first = Head("kind", output("cross_entropy", ignore_index=ignore), 0, "label", Task("classes", 4), ignored >= 0)
    second = Head("size", output("l1_loss", weight=0.25), 1, "value", Task("values"))
    network = Network(Double(), ("x",), (first, second))
    part = Part(tensors, labels(4, samples).numpy())
    whole = network.evaluate(part, size, lambda: True)
    assert whole is not None
    kind, value = (answer.detach() for answer in network.module(tensors["x"]))
    entropy = functional.cross_entropy(kind, tensors["label"], ignore_index=ignore)
    error = (value - tensors["value"]).abs().mean()
    kept = tensors["label"] != ignore
    accuracy = (kind.argmax(-1) == tensors["label"])[kept].double().mean()
    expected = {
        "loss": entropy + 0.25 * error,
        "accuracy": accuracy,
        "loss_kind": entropy,
        "accuracy_kind": accuracy,
        "mae": error,
        "loss_size": error,
        "mae_size": error,
    }
    assert whole.keys() == expected.keys()
    for name, value in expected.items():
        assert whole[name] == pytest.approx(float(value), rel=1e-4, abs=1e-5)
    assert torch.allclose(network.loss((kind, tensors["value"]), tensors), entropy, atol=1e-6)
    assert network.module.training
    assert network.evaluate(part, size, lambda: False) is None


def test_balanced_weights_let_every_class_count_the_same() -> None:
    target = torch.tensor([0] * 6 + [1] * 3 + [3] * 1 + [9])
    weights = balanced(target, 4, 9)
    assert weights.tolist() == pytest.approx([10 / 24, 10 / 12, 0.0, 10 / 4])


@pytest.mark.parametrize(
    ("path", "label"),
    [("0110", "1"), ("1101", "11"), ("1222", "12"), ("0000", ""), ("1212", "too long"), ("0012", "12")],
)
def test_a_ctc_answer_is_read_along_its_best_path(path: str, label: str) -> None:
    answer = functional.one_hot(torch.tensor([[int(letter) for letter in path]]), 3).float()
    ctc = output("ctc_loss").criterion
    assert isinstance(ctc, SequenceLoss)
    read = ctc.read_off(answer, 2)
    wanted = torch.tensor([[int(letter) for letter in label.ljust(2, "0")]]) if label != "too long" else None
    assert (int(read[0, -1]) == -1) if wanted is None else torch.equal(read, wanted)
    for target in ("12", "11", "10", "00"):
        right, count = ExactMatch.score(
            output("ctc_loss").criterion, answer, torch.tensor([[int(letter) for letter in target]]), True
        )
        assert (int(right), count) == (int(target.rstrip("0") == label), 1)


def test_a_batch_of_ignored_targets_has_nothing_to_say() -> None:
    answer = scores(4, 3).requires_grad_()
    nothing = output("cross_entropy", ignore_index=2).criterion.mean(answer, torch.full((4,), 2), masked=True)
    nothing.backward()
    assert nothing.item() == 0.0
    assert answer.grad is not None
    assert not answer.grad.any()


@pytest.mark.parametrize("target", [[3, 1, 0, 0], [0, 0, 3, 1], [3, 0, 1, 0]])
def test_ctc_reads_labels_wherever_the_filling_stands(target: list[int]) -> None:
    answer = scores(1, 9, 4).log_softmax(-1)
    mine = output("ctc_loss").criterion.mean(answer, torch.tensor([target]))
    assert torch.allclose(mine, output("ctc_loss").criterion.mean(answer, torch.tensor([[3, 1, 0, 0]])))
    path = functional.one_hot(torch.tensor([[3, 3, 0, 1, 0]]), 4).float()
    assert int(ExactMatch.score(output("ctc_loss").criterion, path, torch.tensor([target]), True)[0]) == 1


def test_a_class_that_only_other_losses_ignore_counts() -> None:
    hinge = output("multi_margin_loss", ignore_index=0)
    answer, target = scores(6, 2), torch.tensor([0, 0, 0, 1, 1, 1])
    assert hinge.ignored is None
    assert hinge.criterion.summed(answer, target)[1] == 6


def test_batches_in_which_nothing_counts_do_not_spoil_the_means_of_an_epoch(tmp_path: Path) -> None:
    for size, ignored in ((1, 0), (16, 0), (1, -100)):
        graph = table(data={"batch_size": size}, epochs=2)
        graph.of_type("Output")[0].parameters["ignore_index"] = ignored
        seen: list[Status] = []
        result = Trainer(graph, tmp_path / f"{size} {ignored}", on_epoch=seen.append).run()
        assert result.state == "finished", result.message
        history = read_metrics(result.run)
        steps, losses = history.series("train/loss")
        accuracies = history.series("train/accuracy")[1]
        half = len(steps) // 2
        for status, part in zip(seen, (slice(0, half), slice(half, None)), strict=True):
            assert 0.0 < status.train["accuracy"] <= 1.0
            if size == 1:
                counts = ~np.isnan(accuracies[part])
                assert counts.all() == (ignored < 0)
                assert status.train["loss"] == pytest.approx(losses[part][counts].mean())
                assert status.train["accuracy"] == pytest.approx(accuracies[part][counts].mean())


def test_weights_of_nothing_for_every_class_are_refused(tmp_path: Path) -> None:
    graph = table()
    graph.of_type("Output")[0].parameters["class_weights"] = [0.0, 0.0, 0.0]
    with pytest.raises(TrainingError) as caught:
        Trainer(graph, tmp_path / "run").run()
    assert str(caught.value) == (
        "output (Output) gives every class the weight 0, so there is nothing to learn; set one above 0, or leave "
        "class_weights empty."
    )
    graph.of_type("Output")[0].parameters["loss"] = "multi_margin_loss"
    with pytest.raises(TrainingError, match="gives every class the weight 0"):
        Trainer(graph, tmp_path / "run").run()
    graph = table("diabetes", 1, loss="mse_loss")  # does not read them
    graph.of_type("Output")[0].parameters["class_weights"] = [0.0]
    assert Trainer(graph, tmp_path / "run").run().state == "finished"


def test_a_batch_of_a_class_that_weighs_nothing_is_no_end(tmp_path: Path) -> None:
    graph = table(data={"batch_size": 1}, epochs=1)
    graph.of_type("Output")[0].parameters["class_weights"] = [0.0, 1.0, 1.0]
    result = Trainer(graph, tmp_path / "run").run()
    assert result.state == "finished", result.message
