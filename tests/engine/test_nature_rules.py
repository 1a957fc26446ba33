"""Where lists of layer names once disagreed: what is said follows from what the class of a layer says."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.edits import SetParameter
from engine.problems import Checker, find
from engine.shapes import Shapes
from tests.engine.corpus.notation import read
from tests.engine.test_training_diagnosis import diagnosed
from tests.engine.test_training_learning import table


def codes(text: str, settings: dict[str, object] | None = None) -> list[str]:
    return [problem.code for problem in find(read(text.replace(";", "\n"), settings))]


@pytest.mark.parametrize("kind", ["SELU", "CELU", "ELU", "ReLU", "Softplus", "Hardtanh"])
def test_scores_are_cut_off_by_every_activation_with_a_bound(kind: str) -> None:
    assert "activation-before-loss" in codes(f"x: Input(shape=(4,)); fc: Linear(out_features=3); a: {kind}; y: Output")


@pytest.mark.parametrize("kind", ["LeakyReLU", "Tanhshrink", "Softshrink", "CELU(alpha=-1.0)", "Softplus(beta=-1.0)"])
def test_an_activation_without_a_bound_may_come_before_the_loss(kind: str) -> None:
    assert "activation-before-loss" not in codes(
        f"x: Input(shape=(4,)); fc: Linear(out_features=3); a: {kind}; y: Output"
    )


@pytest.mark.parametrize(
    ("last", "given"),
    [
        ("Hardtanh(min_val=0.0, max_val=1.0)", True),
        ("Hardtanh", False),
        ("Clamp(min=0.0, max=1.0)", True),
        ("Clamp(min=0.0)", False),
        ("OnesLike", True),
        ("Softsign", False),
    ],
)
def test_what_lies_between_0_and_1_is_taken_for_probabilities(last: str, given: bool) -> None:
    text = f"x: Input(shape=(4,)); fc: Linear(out_features=1); a: {last}; y: Output(loss='binary_cross_entropy')"
    assert ("no-probability" not in codes(text)) is given


def test_an_edit_before_a_where_is_heard_of_after_it() -> None:
    graph = read(
        """
        x: Input(shape=(4,))
        fc: Linear(out_features=1)
        p: Sigmoid
        q: Clamp(min=0.0, max=1.0) <- fc
        less: Less <- p, q
        either: Where <- condition=less, input=p, other=q
        y: Output(loss='binary_cross_entropy')
        """
    )
    shapes = Shapes(graph)
    checker = Checker(shapes)
    assert "no-probability" not in [problem.code for problem in checker.problems()]
    edit = SetParameter(graph.by_name("q").id, "max", 2.0)  # type: ignore[union-attr]
    edit.apply(graph)
    checker.update(shapes.update(edit.change().dirty(graph)))
    assert "no-probability" in [problem.code for problem in checker.problems()]


def test_a_bias_of_features_that_are_no_channels_is_left_alone() -> None:
    text = (
        "a: Input(shape=(7, 4)); b: Input(shape=(7, 4)); both: Bilinear(out_features=7) <- input1=a, input2=b; "
        "norm: BatchNorm1d; flat: Flatten; fc: Linear(out_features=3); y: Output"
    )
    assert "bias-before-norm" not in codes(text)


def test_a_log_sigmoid_is_kept_for_prediction_as_a_log_softmax_is() -> None:
    for kind in ("LogSigmoid", "LogSoftmax"):
        graph = read(f"x: Input(shape=(4,))\nfc: Linear(out_features=3)\nlog: {kind}\ny: Output")
        (problem,) = [problem for problem in find(graph) if problem.code.endswith("before-loss")]
        assert str(problem.fixes[0]).startswith("Move log to prediction")


@pytest.mark.parametrize(
    "kind", ["Upsample(scale_factor=2.0)", "LPPool2d(norm_type=2.0, kernel_size=2)", "GroupNorm(num_groups=1)"]
)
def test_channels_at_the_end_are_found_by_every_layer_that_reads_axis_1(kind: str) -> None:
    assert "channels-last" in codes(
        f"x: Input(shape=(32, 32, 3)); layer: {kind}; flat: Flatten; fc: Linear(out_features=3); y: Output"
    )


def test_how_much_is_saturated_is_counted_at_the_bounds_that_are_set(tmp_path: Path) -> None:
    wide = ("Hardtanh", {"min_val": -1000.0, "max_val": 1000.0})
    tight = ("Hardtanh", {"min_val": -0.1, "max_val": 0.1})
    for steps, said in ((wide, False), (tight, True)):
        graph = table(layers=(("Linear", {"out_features": 16}), ("Scale", {"factor": 20.0}), steps), epochs=8, health=5)
        assert ("saturated-units" in diagnosed(graph, tmp_path / steps[0] / str(said))) is said
