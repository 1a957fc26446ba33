"""Every shape rule of the catalogue against torch itself: same shape and dtype, or an error on both sides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
import torch
from hypothesis import Phase, given, seed, settings
from pydantic import ValidationError, create_model

from engine.layers import convolution, merge, normalization, pooling, probability
from engine.layers.layer import Layer, ShapeError
from engine.layers.parameters import Positive
from engine.layers.windows import Window
from engine.spec import BATCH, Spec
from tests.engine import oracle
from tests.engine.cases import Trial, case
from tests.engine.draws import COMPUTING, trials

ENOUGH = {1: (12, 4), 10: (1_000, 250)}
"""Scale → how many draws of a layer fit and misfit at least: few in the usual run, many among the long proofs."""
PORTION, MOST = 25, 1_000
"""Draws are made in portions until enough of both kinds are seen, and no more than so many."""

every_layer = pytest.mark.parametrize("cls", COMPUTING, ids=lambda cls: cls.__name__)


def verdict(trial: Trial) -> str:
    """``valid`` or ``invalid`` where rule and torch agree, else why not; a disagreement without reason is a failure."""
    ours, theirs = oracle.rule(trial, trial.bound()), oracle.theirs(trial)
    if ours is None and "colour" in trial.parameters:
        return "invalid"  # a parameter that nobody has; torch's Identity takes even that
    if ours is None and theirs is not None:
        assert case(trial.cls).stricter(trial), f"torch gives {theirs}, the rule refuses: {trial}"
        return "stricter"
    if ours is not None and theirs is None:
        assert case(trial.cls).laxer(trial), f"the rule gives {ours}, torch refuses: {trial}"
        return "laxer"
    open_ = oracle.rule(trial, trial.inputs)
    if ours is None:
        return "invalid"
    assert tuple((spec.shape, spec.dtype) for spec in ours) == theirs, f"rule and torch differ: {trial}"
    if open_ is None:
        assert case(trial.cls).open_refused, f"refused only while a size is open: {trial}"
        return "open"
    bound = tuple((spec.bound(trial.sizes), spec.dtype) for spec in open_)
    assert bound == theirs, f"the rule gives {open_} for open sizes: {trial}"
    return "valid"


def agreement(cls: type[Layer], draws: int, start: int = 0, **options: Any) -> Counter[str]:
    """The verdicts of so many trials of a layer, others for every ``start``."""
    counts: Counter[str] = Counter()

    @seed(start)
    @settings(max_examples=draws, **options)
    @given(trials(cls))
    def check(trial: Trial) -> None:
        counts[verdict(trial)] += 1

    check()
    return counts


@every_layer
def test_a_rule_says_what_torch_computes(cls: type[Layer], scale: int) -> None:
    (valid, invalid), counts = ENOUGH[scale], Counter[str]()
    for portion in range(MOST // PORTION):
        if counts["valid"] < valid or counts["invalid"] < invalid:
            counts += agreement(cls, PORTION * scale, portion)
    print(cls.__name__, counts)
    assert counts["valid"] >= valid, f"too few draws fit: {counts}; see cases"
    assert counts["invalid"] >= invalid, f"too few draws misfit: {counts}; see cases"


Rule = Callable[..., Any]


def last_axis_plus_one(rule: Rule) -> Rule:
    """The rule with its last size one too large."""

    def wrong(self: Layer, *inputs: Spec) -> Any:
        result = rule(self, *inputs)
        first, *more = result if isinstance(result, tuple) else (result,)
        first = first.with_shape((*first.shape[:-1], first.shape[-1] + 1) if first.shape else (1,))
        return (first, *more) if more else first

    return wrong


def floats_for_all(rule: Rule) -> Rule:
    """The rule with its first result always a float."""

    def wrong(self: Layer, *inputs: Spec) -> Any:
        return Spec(rule(self, *inputs).shape)

    return wrong


def never_refuses(rule: Rule) -> Rule:
    """The rule that lets its first input through where it should refuse it."""

    def wrong(self: Layer, *inputs: Spec) -> Any:
        try:
            return rule(self, *inputs)
        except ShapeError:
            return inputs[0]

    return wrong


def caught(cls: type[Layer], plant: Callable[[Rule], Rule], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cls, "infer", plant(cls.infer))
    with pytest.raises(AssertionError):
        agreement(cls, MOST, phases=[Phase.generate], report_multiple_bugs=False)


@every_layer
def test_an_off_by_one_in_any_rule_is_caught(cls: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    caught(cls, last_axis_plus_one, monkeypatch)


PLANTS: list[tuple[type[Layer], Callable[[Rule], Rule]]] = [
    (convolution.Conv2d, never_refuses),
    (pooling.AvgPool2d, never_refuses),
    (normalization.BatchNorm2d, never_refuses),
    (probability.Softmax, never_refuses),
    (merge.Add, floats_for_all),
    (merge.Add, never_refuses),
]


@pytest.mark.parametrize(("cls", "plant"), PLANTS, ids=lambda item: item.__name__)
def test_a_planted_mistake_is_caught(
    cls: type[Layer], plant: Callable[[Rule], Rule], monkeypatch: pytest.MonkeyPatch
) -> None:
    caught(cls, plant, monkeypatch)


@pytest.mark.parametrize("cls", [pooling.MaxPool2d, pooling.AvgPool2d], ids=lambda cls: cls.__name__)
def test_a_forgotten_correction_of_ceil_mode_is_caught(cls: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Window, "_overshoots", False)
    with pytest.raises(AssertionError, match="differ"):
        agreement(cls, MOST, phases=[Phase.generate])


@pytest.mark.slow
def test_a_forgotten_limit_of_reflected_padding_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(convolution.Conv2d, "_check_padding", lambda self, x: None)
    with pytest.raises(AssertionError, match="torch refuses"):
        agreement(convolution.Conv2d, MOST, phases=[Phase.generate])


def test_an_open_size_counts_the_last_window_of_ceil_mode_as_torch_does() -> None:
    """⌈(N − 2)/3⌉ + 1 is 2 for N = 3, but the second window would begin after the image."""
    layer = pooling.MaxPool2d(kernel_size=2, stride=3, ceil_mode=True)
    out = layer.infer(Spec((BATCH, 1, BATCH, BATCH)))
    assert isinstance(out, Spec)
    ran = [torch.nn.MaxPool2d(2, 3, ceil_mode=True)(torch.zeros(n, 1, n, n)).shape for n in range(2, 9)]
    assert [out.bound({"N": n}) for n in range(2, 9)] == ran


def test_threads_may_make_the_first_of_a_kind_at_once() -> None:
    """What checks the fields of a layer is built when the first one is made, by whichever thread that is."""
    together = Barrier(8)

    def made(kind: type[Layer]) -> tuple[object, str]:
        together.wait()
        with pytest.raises(ValidationError) as refused:
            kind.model_validate({"width": "wide"})
        return kind.model_validate({"width": 3}), str(refused.value.errors()[0]["type"])

    with ThreadPoolExecutor(8) as threads:
        for number in range(20):
            kind: type[Layer] = create_model(f"Wide{number}", __base__=Layer, width=(Positive, ...))
            assert set(threads.map(made, [kind] * 8)) == {(kind(width=3), "int_type")}  # type: ignore[call-arg]
