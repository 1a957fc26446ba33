"""Losses and metrics against torch's own functions and against counting by hand."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from engine.data.pipeline import Part
from engine.layers.ports import Output
from engine.training.losses import LossError, as_values, counted, hits, loss
from engine.training.network import Head, Network

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
    mine = loss(output("cross_entropy", ignore_index=index), answer, target)
    assert torch.allclose(mine, functional.cross_entropy(answer.movedim(-1, 1), target, ignore_index=index), atol=1e-6)
    right, count = hits(output("cross_entropy", ignore_index=index), answer, target, ignore)
    kept = target != index
    assert (
        int(count)
        == int(kept.sum())
        == int(counted(output("cross_entropy", ignore_index=index), answer, target, ignore))
    )
    assert int(right) == int(((answer.argmax(-1) == target) & kept).sum())


@pytest.mark.parametrize("kind", ["binary_cross_entropy", "binary_cross_entropy_with_logits", "mse_loss", "l1_loss"])
@pytest.mark.parametrize("shape", [(6, 1), (6,)])
def test_labels_of_two_classes_become_0_and_1(kind: str, shape: tuple[int, ...]) -> None:
    answer, target = torch.sigmoid(scores(*shape)), labels(2, 6)
    expected = getattr(functional, kind)(answer.flatten(), target.float())
    assert torch.allclose(loss(output(kind), answer, target), expected)


@pytest.mark.parametrize("kind", ["binary_cross_entropy_with_logits", "mse_loss"])
def test_labels_of_several_classes_become_one_hot(kind: str) -> None:
    answer, target = scores(6, 4), labels(4, 6)
    expected = getattr(functional, kind)(answer, torch.eye(4)[target])
    assert torch.allclose(loss(output(kind), answer, target), expected)


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
        loss(output("mse_loss"), scores(4, 3), scores(4, 2))
    with pytest.raises(LossError, match=r"shape \(4, 3\) cannot be compared with labels of shape \(4, 3\)"):
        loss(output("cross_entropy"), scores(4, 3), labels(3, 4, 3))


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
        assert int(hits(output(kind), values, target, False)[0]) == right


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
    first = Head("kind", output("cross_entropy", ignore_index=ignore), 0, "label", "accuracy", ignored >= 0)
    second = Head("size", output("l1_loss", weight=0.25), 1, "value", "mae", False)
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
