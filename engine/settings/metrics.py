"""What can be measured of an answer, declared once: for settings, curves and tables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

MetricName: TypeAlias = Literal[
    "accuracy",
    "top5_accuracy",
    "precision",
    "recall",
    "f1",
    "confusion_matrix",
    "auroc",
    "perplexity",
    "exact_match",
    "iou",
    "mae",
    "rmse",
    "r2",
]
Kind: TypeAlias = Literal["classes", "two", "values", "sequence"]
"""What an Output answers: a class for each position, one of two by a single number, numbers, or a CTC sequence."""
MOST_CLASSES: Final = 100
"""With more classes nothing is kept class by class."""
MANY_CLASSES: Final = 20
"""From so many classes on the five likeliest are worth a look."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric in words. ``tasks`` are those it fits; ``better`` says where better values lie."""

    title: str
    help: str
    tasks: frozenset[Kind]
    better: Literal["high", "low", ""] = "high"


def _metric(title: str, help: str, *tasks: Kind, better: Literal["high", "low", ""] = "high") -> Metric:
    return Metric(title, help, frozenset(tasks), better)


METRICS: Final[dict[MetricName, Metric]] = {
    "accuracy": _metric("accuracy", "the share of right answers", "classes", "two"),
    "top5_accuracy": _metric(
        "top-5 accuracy", "the share of answers with the right class among the five likeliest", "classes"
    ),
    "precision": _metric(
        "precision", "of what was called a class, the share that is: mean over the classes", "classes", "two"
    ),
    "recall": _metric(
        "recall", "of what is of a class, the share that was found: mean over the classes", "classes", "two"
    ),
    "f1": _metric("F1", "harmonic mean of precision and recall: mean over the classes", "classes", "two"),
    "confusion_matrix": _metric(
        "confusion matrix", "how often each class was taken for each other", "classes", "two", better=""
    ),
    "auroc": _metric(
        "AUROC", "area under the curve of true over false positives: mean over the classes", "classes", "two"
    ),
    "perplexity": _metric(
        "perplexity", "exp of the cross-entropy: among how many classes it is as if guessing", "classes", better="low"
    ),
    "exact_match": _metric(
        "exact match", "the share of samples that are right at every position", "classes", "sequence"
    ),
    "iou": _metric(
        "IoU", "intersection over union of each class (Jaccard index): mean over the classes", "classes", "two"
    ),
    "mae": _metric("mean absolute error", "how far off the numbers are on average", "values", better="low"),
    "rmse": _metric(
        "root mean squared error",
        "how far off they are, large errors counting more: mean over the outputs",
        "values",
        better="low",
    ),
    "r2": _metric(
        "R²",
        "the share of the variance that is explained: 1 is perfect, 0 no better than the mean; mean over the outputs",
        "values",
    ),
}
PER_CLASS: Final[frozenset[MetricName]] = frozenset({"precision", "recall", "f1", "iou", "auroc"})
"""Those that are also kept class by class, as ``NAME_per_class``."""


def fitting(task: Kind, classes: int = 0, axes: int = 0) -> tuple[MetricName, ...]:
    """The metrics that an answer can be judged by: ``axes`` is how many axes a target has beside the batch."""
    found: list[MetricName] = [name for name, metric in METRICS.items() if task in metric.tasks]
    left_out: set[MetricName] = set()
    if task == "classes":
        left_out |= {"top5_accuracy"} if classes <= 5 else set()
        left_out |= {"exact_match"} if not axes else set()
        left_out |= {"confusion_matrix"} if classes > MOST_CLASSES else set()
    elif task == "two":
        left_out |= {"iou"} if not axes else set()
    return tuple(name for name in found if name not in left_out)


def usual(task: Kind, classes: int = 0, axes: int = 0) -> tuple[MetricName, ...]:
    """The metrics that are measured where nothing else is asked for."""
    wanted: set[MetricName] = {"accuracy", "mae", "rmse", "r2"}
    if task == "sequence":
        wanted = {"exact_match"}
    elif task == "two" or not axes:
        wanted |= {"precision", "recall", "f1", "confusion_matrix"}
        wanted |= {"top5_accuracy"} if classes >= MANY_CLASSES else set()
        wanted |= {"iou"} if axes > 1 else set()
    elif axes == 1:
        wanted |= {"perplexity", "exact_match"}
    else:
        wanted |= {"iou"}
    return tuple(name for name in fitting(task, classes, axes) if name in wanted)
