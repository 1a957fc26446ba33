"""The losses an Output can have, declared once: what each compares, what it wants to get, which options it knows.

They are those of torch.nn.functional, by its names; `engine.losses.functional` computes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

LossName: TypeAlias = Literal[
    "cross_entropy",
    "nll_loss",
    "binary_cross_entropy_with_logits",
    "binary_cross_entropy",
    "mse_loss",
    "l1_loss",
    "huber_loss",
    "smooth_l1_loss",
    "kl_div",
    "cosine_embedding_loss",
    "multi_margin_loss",
    "ctc_loss",
]


@dataclass(frozen=True, slots=True)
class Loss:
    """A loss in words.

    ``target``: it learns *classes* (a label for each position), *values* (numbers in the shape of the answer; labels
    become 0, 1 or one-hot) or a *sequence* of labels shorter than the answer. ``wants`` is what the answer has to be.
    """

    title: str
    formula: str
    target: Literal["classes", "values", "sequence"]
    wants: Literal["scores", "log-probabilities", "probabilities", "numbers"]
    options: frozenset[str] = frozenset()


def _loss(title: str, formula: str, target: str, wants: str, *options: str) -> Loss:
    return Loss(title, formula, target, wants, frozenset(options))  # type: ignore[arg-type]


AXIS: Final = "class_axis"
"""The option of all losses that compare class by class: labels become one-hot where they compare values."""


LOSSES: Final[dict[str, Loss]] = {
    "cross_entropy": _loss(
        "cross-entropy of scores",
        "−ln softmax(x)[class]",
        "classes",
        "scores",
        "class_weights",
        "label_smoothing",
        "ignore_index",
        AXIS,
    ),
    "nll_loss": _loss(
        "negative log-likelihood", "−x[class]", "classes", "log-probabilities", "class_weights", "ignore_index", AXIS
    ),
    "binary_cross_entropy_with_logits": _loss(
        "binary cross-entropy of scores", "−y ln σ(x) − (1 − y) ln(1 − σ(x))", "values", "scores", "pos_weight", AXIS
    ),
    "binary_cross_entropy": _loss(
        "binary cross-entropy of probabilities", "−y ln x − (1 − y) ln(1 − x)", "values", "probabilities", AXIS
    ),
    "mse_loss": _loss("mean squared error", "(x − y)²", "values", "numbers", AXIS),
    "l1_loss": _loss("mean absolute error", "|x − y|", "values", "numbers", AXIS),
    "huber_loss": _loss(
        "Huber loss", "½ (x − y)² where |x − y| < δ, else δ (|x − y| − ½ δ)", "values", "numbers", "delta", AXIS
    ),
    "smooth_l1_loss": _loss(
        "smooth L1 loss", "½ (x − y)² / β where |x − y| < β, else |x − y| − ½ β", "values", "numbers", "beta", AXIS
    ),
    "kl_div": _loss("Kullback-Leibler divergence", "Σ y (ln y − x) over the classes", "values", "log-probabilities"),
    "cosine_embedding_loss": _loss("cosine distance", "1 − cos(x, y) along the last axis", "values", "numbers"),
    "multi_margin_loss": _loss(
        "hinge loss of several classes",
        "Σ max(0, margin − x[class] + x[i])^p / classes, i ≠ class",
        "classes",
        "scores",
        "class_weights",
        "margin",
        "p",
        AXIS,
    ),
    "ctc_loss": _loss(
        "connectionist temporal classification",
        "−ln of the probability of all ways to stretch the labels over the steps",
        "sequence",
        "log-probabilities",
        "blank",
        "ignore_index",
    ),
}
OPTIONS: Final = frozenset().union(*(loss.options for loss in LOSSES.values()))
"""What some losses know and others do not."""


def ignores(name: str | None) -> bool:
    """Whether the loss leaves a class out that it is told to ignore."""
    return name is not None and "ignore_index" in LOSSES[name].options


def of_classes(name: str | None) -> bool:
    """Whether the loss compares the classes of one axis with a label for each position."""
    return name is not None and LOSSES[name].target == "classes"
