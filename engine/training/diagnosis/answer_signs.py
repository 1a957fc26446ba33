"""What the answers tell of a training that its loss does not: all of them are the same class."""

from __future__ import annotations

from typing import Final

from engine.training.diagnosis.course import Course
from engine.training.diagnosis.curve_signs import FALLS, EpochRule
from engine.training.findings import Finding, Found, NodePath

EPOCHS: Final = 5
"""So many epochs one after the other: at first every network answers one class."""
OTHERS: Final = 0.2
"""The answers of other classes than the most frequent one, by how many there should be: sound networks give about as
many as there are."""
FREQUENT: Final = 1.5
"""From this share on, by that of equally frequent classes, the one class is answered because it is frequent."""
LEAST: Final = 20
"""Samples, and five of other classes, from which on it is no chance."""


def one_class_answered(course: Course, step: int, lr: float) -> Found:
    """The network answers one class whatever it is shown."""
    tables = [epoch.answered for epoch in course.epochs[-EPOCHS:] if epoch.answered is not None]
    if len(tables) < EPOCHS:
        return
    said = {max(range(len(each.answers)), key=each.answers.__getitem__) for each in tables}
    total, labels = sum(tables[-1].labels), tables[-1].labels
    if len(said) > 1 or total < LEAST:
        return
    (mine,) = said
    others = total - labels[mine]
    if others < LEAST / 4 or any(sum(each.answers) - each.answers[mine] > OTHERS * others for each in tables):
        return
    share = labels[mine] / total
    frequent = share > FREQUENT / sum(map(bool, labels))
    if not frequent and course.fall(2) >= FALLS:
        return  # it is only just beginning to learn
    yield Finding(
        "one-class-answered", _output(course),
        f"Nearly every sample is taken for class {mine}: {tables[-1].answers[mine]:,} of {total:,} of the validation "
        f"part, of which {labels[mine]:,} are.",
        "Show rare classes as often as others (data.sampling = balanced), or let them count more (class_weights)."
        if frequent
        else "Try a learning rate ten times smaller and larger, and look for layers that pass no gradient.",
        "balanced" if frequent and course.facts.as_they_come else None,
    )  # fmt: skip


def _output(course: Course) -> NodePath | None:
    outputs = course.facts.graph.of_type("Output")
    return NodePath((), outputs[0].id, "") if outputs else None


ANSWERS: Final[tuple[EpochRule, ...]] = (one_class_answered,)
