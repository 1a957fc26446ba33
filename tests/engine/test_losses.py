"""Every loss of the catalogue against torch's own module: values, gradients, what it counts, and what it says."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional

from engine import losses
from engine.layers.endpoints import Output
from engine.losses import Loss

Case = tuple[dict[str, Any], Tensor, Tensor, Tensor | None, Callable[[Tensor], Tensor]]
"""(parameters, answer, target, weights, the loss by torch's module)"""


def criterion(name: str, **values: Any) -> Loss:
    return Output.model_validate({"loss": name, **values}).criterion


class Drawn:
    """Random answers and targets of a few samples; one class or the other may be absent, a target constant."""

    def __init__(self, draw: st.DrawFn) -> None:
        self.draw, self.generator = draw, torch.Generator().manual_seed(draw(st.integers(0, 9999)))
        self.samples, self.classes = draw(st.integers(1, 6)), draw(st.integers(2, 5))
        self.inner = draw(st.lists(st.integers(1, 3), max_size=2))
        self.weights = self.rand(self.classes) + 0.1 if draw(st.booleans()) else None

    def rand(self, *shape: int) -> Tensor:
        return torch.rand(*shape, generator=self.generator)

    @property
    def numbers(self) -> Tensor:
        return torch.randn(self.samples, *self.inner, self.classes, generator=self.generator)

    @property
    def labels(self) -> Tensor:
        lowest = self.draw(st.integers(0, self.classes - 1))
        return torch.randint(lowest, self.classes, (self.samples, *self.inner), generator=self.generator)

    @property
    def yes(self) -> Tensor:
        """0 and 1, all alike now and then."""
        share = self.draw(st.sampled_from([0.0, 0.3, 1.0]))
        return (self.rand(self.samples, self.classes) < share).float()

    def plain(self, module: Callable[..., Any], target: Tensor, **given: Any) -> Case:
        answer = torch.randn(target.shape, generator=self.generator)
        return given, answer, target, None, lambda x: module(**given)(x, target)


def flat(values: Tensor) -> Tensor:
    return values.flatten(0, -2)


def of_classes(drawn: Drawn, module: type[nn.Module], logarithms: bool, **given: Any) -> Case:
    answer, labels = drawn.numbers, drawn.labels
    answer = answer.log_softmax(-1) if logarithms else answer
    assume(bool((labels != given.get("ignore_index", -100)).any()))
    made = module(weight=drawn.weights, **given)
    return given, answer, labels, drawn.weights, lambda x: made(flat(x), labels.flatten())


def ctc(drawn: Drawn) -> Case:
    steps, most = drawn.draw(st.integers(6, 9)), drawn.draw(st.integers(1, 3))
    answer = torch.randn(drawn.samples, steps, drawn.classes, generator=drawn.generator).log_softmax(-1)
    lengths = [drawn.draw(st.integers(1, most)) for _ in range(drawn.samples)]
    target = torch.zeros(drawn.samples, most, dtype=torch.int64)
    for row, length in zip(target, lengths, strict=True):
        row[:length] = torch.randint(1, drawn.classes, (length,), generator=drawn.generator)
    module = nn.CTCLoss(zero_infinity=True)
    sizes = torch.full((drawn.samples,), steps), torch.tensor(lengths)
    return {}, answer, target, None, lambda x: module(x.transpose(0, 1), target, *sizes)


def several_labels(drawn: Drawn) -> Case:
    """torch's own form of labels: their numbers, then −1."""
    target = drawn.yes
    rows = [row.nonzero()[:, 0].tolist() for row in target]
    own = torch.tensor([row + [-1] * (drawn.classes - len(row)) for row in rows])
    answer = torch.randn(target.shape, generator=drawn.generator)
    return {}, answer, target, None, lambda x: nn.MultiLabelMarginLoss()(x, own)


def weighted_labels(drawn: Drawn) -> Case:
    target, weights = drawn.yes, drawn.weights
    answer = torch.randn(target.shape, generator=drawn.generator)
    return {}, answer, target, weights, lambda x: nn.MultiLabelSoftMarginLoss(weight=weights)(x, target)


def signed(drawn: Drawn, module: Callable[..., Any], **given: Any) -> Case:
    """Targets of 0 and 1, or of −1 and 1: torch takes the latter."""
    yes = drawn.yes
    signs = 2 * yes - 1
    answer = torch.randn(yes.shape, generator=drawn.generator)
    target = signs if drawn.draw(st.booleans()) else yes
    return given, answer, target, None, lambda x: module(**given)(x, signs)


def pick(drawn: Drawn, *values: Any) -> Any:
    return drawn.draw(st.sampled_from(values))


def poisson(drawn: Drawn) -> Case:
    options = {"log_input": pick(drawn, True, False), "full": pick(drawn, True, False), "eps": pick(drawn, 1e-8, 0.1)}
    target = (drawn.rand(drawn.samples, drawn.classes) * 6).floor()
    given, answer, target, _, loss = drawn.plain(nn.PoissonNLLLoss, target, **options)
    return given, answer if options["log_input"] else answer.abs(), target, None, loss


def likely(drawn: Drawn, module: Callable[..., Any]) -> Case:
    _, answer, target, _, loss = drawn.plain(module, drawn.rand(drawn.samples, drawn.classes))
    return {}, answer.sigmoid(), target, None, loss


def divergence(drawn: Drawn) -> Case:
    target, answer = drawn.numbers.softmax(-1), drawn.numbers.log_softmax(-1)
    return {}, answer, target, None, lambda x: nn.KLDivLoss(reduction="batchmean")(flat(x), flat(target))


def cosine(drawn: Drawn) -> Case:
    target, answer = drawn.numbers, drawn.numbers
    return {}, answer, target, None, lambda x: nn.CosineEmbeddingLoss()(flat(x), flat(target), torch.ones(len(flat(x))))


def scored(drawn: Drawn) -> Case:
    weight = pick(drawn, None, 3.0)
    target = drawn.rand(drawn.samples, drawn.classes)
    answer = torch.randn(target.shape, generator=drawn.generator)
    module = nn.BCEWithLogitsLoss(pos_weight=None if weight is None else torch.tensor(weight))
    return {"pos_weight": weight}, answer, target, None, lambda x: module(x, target)


CASES: dict[str, Callable[[Drawn], Case]] = {
    "cross_entropy": lambda d: of_classes(
        d, nn.CrossEntropyLoss, False, ignore_index=pick(d, -100, 0), label_smoothing=pick(d, 0.0, 0.1, 1.0)
    ),
    "nll_loss": lambda d: of_classes(d, nn.NLLLoss, True, ignore_index=pick(d, -100, 0)),
    "multi_margin_loss": lambda d: of_classes(d, nn.MultiMarginLoss, False, p=pick(d, 1, 2), margin=pick(d, 0.5, 1.0)),
    "binary_cross_entropy_with_logits": scored,
    "binary_cross_entropy": lambda d: likely(d, nn.BCELoss),
    "mse_loss": lambda d: d.plain(nn.MSELoss, d.numbers),
    "l1_loss": lambda d: d.plain(nn.L1Loss, d.numbers),
    "huber_loss": lambda d: d.plain(nn.HuberLoss, d.numbers, delta=pick(d, 0.3, 1.0, 2.0)),
    "smooth_l1_loss": lambda d: d.plain(nn.SmoothL1Loss, d.numbers, beta=pick(d, 0.3, 1.0, 2.0)),
    "kl_div": divergence,
    "cosine_embedding_loss": cosine,
    "ctc_loss": ctc,
    "poisson_nll_loss": poisson,
    "soft_margin_loss": lambda d: signed(d, nn.SoftMarginLoss),
    "hinge_embedding_loss": lambda d: signed(d, nn.HingeEmbeddingLoss, margin=pick(d, 0.5, 1.0, 2.0)),
    "multilabel_margin_loss": several_labels,
    "multilabel_soft_margin_loss": weighted_labels,
}
COMPARING = [name for name in losses.names() if losses.compares(name)]


def close(ours: Tensor | float, theirs: Tensor | float) -> None:
    torch.testing.assert_close(
        torch.as_tensor(ours, dtype=torch.float64), torch.as_tensor(theirs, dtype=torch.float64), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("name", COMPARING)
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_loss_is_torchs_in_value_and_gradient_whatever_the_batches(name: str, data: st.DataObject) -> None:
    drawn = data.draw(st.composite(Drawn)())
    given, answer, target, weights, theirs = CASES[name](drawn)
    loss = criterion(name, **given)
    ours, expected = (answer.clone().requires_grad_() for _ in range(2))
    value, wanted = loss.mean(ours, target, weights, masked=True), theirs(expected)
    close(value.detach(), wanted.detach())
    value.backward()
    wanted.backward()
    assert ours.grad is not None
    assert expected.grad is not None
    close(ours.grad, expected.grad)
    close(loss.mean(answer, target, weights), value.detach())
    size = data.draw(st.integers(1, len(answer)))
    parts = [loss.summed(answer[n : n + size], target[n : n + size], weights) for n in range(0, len(answer), size)]
    total, number = (sum(float(part[index]) for part in parts) for index in (0, 1))
    close(total / number, value.detach())
    sums, counts = loss.each_summed(answer, target, weights)
    close(sums.sum() / counts.sum(), value.detach())
    alone = [loss.mean(answer[n : n + 1], target[n : n + 1], weights, masked=True) for n in range(len(answer))]
    close(loss.each(answer, target, weights), torch.stack(alone))


@pytest.mark.parametrize("name", COMPARING)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_a_loss_reads_in_a_script_as_it_computes(name: str, data: st.DataObject) -> None:
    """The lines and the expression that the training script gets, run as they are."""
    given, answer, target, weights, _ = CASES[name](data.draw(st.composite(Drawn)()))
    loss = criterion(name, **given)
    if loss.target == "classes":
        answer, target = flat(answer), target.flatten()
    options = loss.options(soft=False) | ({"weight": "weights"} if weights is not None else {})
    lines, expression = loss.source(options)
    names: dict[str, Any] = {"torch": torch, "functional": functional, "weights": weights}
    exec(loss.helper, names)
    for reduction in ("mean", "sum"):
        given_names = {**names, "answer": answer, "target": target, "reduction": reduction}
        exec("\n".join([*lines, f"result = {expression}"]), given_names)
        ours = loss.mean(answer, target, weights) if reduction == "mean" else loss.summed(answer, target, weights)[0]
        close(given_names["result"], ours)


@pytest.mark.parametrize("name", [loss.name for loss in losses.all() if loss.decides])
@settings(max_examples=12, deadline=None)
@given(st.data())
def test_a_yes_is_what_is_likelier_than_not(name: str, data: st.DataObject) -> None:
    given, answer, target, _, _ = CASES[name](data.draw(st.composite(Drawn)()))
    loss = criterion(name, **given)
    likely = loss.probabilities(answer)
    close(loss.logits(answer.double()).sigmoid(), likely)
    assert torch.equal(loss.says_yes(answer), likely > 0.5)
    assert set(loss.values(answer, target.round()).unique().tolist()) <= {0.0, 1.0}
    if name != "multilabel_margin_loss":  # of which only differences count
        close(loss.probabilities(loss.from_probabilities(likely)), likely)
    namespace = {"answer": answer}
    assert torch.equal(eval(loss.yes_source("answer"), namespace), loss.says_yes(answer))
    close(eval(loss.probabilities_source("answer"), namespace), likely)


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_counts_are_foretold_by_their_rate(data: st.DataObject) -> None:
    given, answer, target, _, _ = CASES["poisson_nll_loss"](data.draw(st.composite(Drawn)()))
    loss = criterion("poisson_nll_loss", **given)
    close(loss.predicted(answer), answer.exp() if given["log_input"] else answer)
    close(eval(loss.predicted_source("answer"), {"answer": answer}), loss.predicted(answer))
    close(loss.predicted(loss.from_predicted(target + 1)), target + 1)


ANSWERS = {"scores": (-6.0, 6.0), "probabilities": (0.001, 0.999), "numbers": (0.0, 6.0)}


@pytest.mark.parametrize(
    "name",
    [
        *("binary_cross_entropy_with_logits", "binary_cross_entropy", "soft_margin_loss"),
        *("multilabel_soft_margin_loss", "hinge_embedding_loss", "poisson_nll_loss"),
        *("mse_loss", "l1_loss", "huber_loss", "smooth_l1_loss"),
    ],
)
@settings(max_examples=6, deadline=None)
@given(st.lists(st.integers(0, 1), min_size=2, max_size=12))
def test_no_constant_answer_is_better_than_the_chance_level(name: str, given: list[int]) -> None:
    loss, target = criterion(name), torch.tensor(given, dtype=torch.float32)[:, None]
    low, high = ANSWERS[loss.wants] if name != "poisson_nll_loss" else (-6.0, 2.0)
    grid = torch.linspace(low, high, 2001)
    found = min(float(loss.mean(torch.full_like(target, float(x)), target)) for x in grid)
    level = loss.chance_level(target, 0, None)
    assert level == pytest.approx(found, abs=3e-3)
    assert math.isnan(level) or level <= found + 1e-6


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=12), st.sampled_from([0.0, 0.1]))
def test_the_chance_level_of_classes_is_their_entropy(labels: list[int], smoothing: float) -> None:
    counts = np.bincount(labels, minlength=4) / len(labels)
    target = torch.tensor(labels)
    mixed = (1 - smoothing) * counts + smoothing / 4
    entropy = -sum(share * math.log(share) for share in mixed if share)
    assert criterion("cross_entropy", label_smoothing=smoothing).chance_level(target, 4, None) == pytest.approx(entropy)
    if not smoothing:
        assert criterion("nll_loss").chance_level(target, 4, None) == pytest.approx(entropy)
    each = criterion("multilabel_soft_margin_loss").chance_level(target, 4, None)
    columns = functional.one_hot(target, 4).float()
    assert each == pytest.approx(criterion("multilabel_soft_margin_loss").chance_level(columns, 0, None))


@pytest.mark.parametrize(
    ("name", "target", "words"),
    [
        ("binary_cross_entropy", [0.5, 2.0], "lie between 0 and 1, but the field 'y' goes from 0.5 to 2"),
        ("poisson_nll_loss", [-1.0, 3.0], "are at least 0, but the field 'y' goes from -1 to 3"),
        ("soft_margin_loss", [-1.0, 0.5], "are 1 for yes and 0 or −1 for no, but the field 'y' holds 0.5"),
        ("hinge_embedding_loss", [1.0, 3.0], "but the field 'y' holds 3"),
        ("multilabel_soft_margin_loss", [0.0, 1.5], "lie between 0 and 1"),
        ("mse_loss", [-9.0, 1e9], ""),
        ("soft_margin_loss", [-1.0, 1.0], ""),
        ("poisson_nll_loss", [0.0, 1e6], ""),
    ],
)
def test_targets_that_cannot_be_compared_are_named(name: str, target: list[float], words: str) -> None:
    found = criterion(name).wrong_targets(torch.tensor(target), "y")
    assert words in found
    assert bool(words) == bool(found)


@pytest.mark.parametrize("loss", losses.all(), ids=lambda loss: loss.name)
def test_every_loss_says_what_it_is(loss: type[Loss]) -> None:
    assert loss.title
    assert loss.formula
    assert (loss.__doc__ or "").strip().endswith(".")
    if loss.torch:
        module = loss.torch.rpartition(".")[2]
        assert loss.__name__ == module
        assert hasattr(nn, module)
        assert hasattr(functional, loss.name)
    for name, info in loss.model_fields.items():
        assert info.description, name
    if loss.of_scores:
        better = losses.get(loss.of_scores)
        assert better is not None
        assert better.wants == "scores"


def test_all_losses_of_torch_with_one_input_and_one_target_are_there() -> None:
    """What is left out takes two or three inputs, or weights of its own."""
    others = {"GaussianNLLLoss", "MarginRankingLoss", "TripletMarginLoss", "TripletMarginWithDistanceLoss"}
    others |= {"NLLLoss2d", "LinearCrossEntropyLoss"}
    here = {loss.torch.rpartition(".")[2] for loss in losses.all()}
    assert {name for name in nn.modules.loss.__all__ if name not in others} == here - {""}
