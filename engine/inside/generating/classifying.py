"""A network classifies: a whole text is of one of the classes."""

from __future__ import annotations

from dataclasses import dataclass

from engine.inside.asking import of_text
from engine.inside.generating.errors import GeneratingError
from engine.inside.generating.jobs import Classifying
from engine.inside.predicting import answers_to
from engine.inside.trained import NOT_NUMBERS, Trained


@dataclass(frozen=True, slots=True)
class Classified:
    """The classes of a text with their probabilities, the likeliest first; ``note`` says what of it was not read."""

    classes: tuple[tuple[str, float], ...]
    note: str = ""


def classify(trained: Trained, job: Classifying, text: str) -> Classified:
    """Of which class a text is. Raises GeneratingError where there is none, and DataError where it cannot be read."""
    if not text.strip():
        raise GeneratingError("There is nothing to classify: give it a text.")
    (found,) = answers_to(trained, of_text(trained, text))
    classes = next(one.probabilities for one in found.answers if one.output == job.head.name)
    if any(chance != chance for _, chance in classes):
        raise GeneratingError(NOT_NUMBERS)
    return Classified(classes, " ".join(filter(None, (_cut(job, text), job.alphabet.note(text)))))


def _cut(job: Classifying, text: str) -> str:
    """What is said where a text is longer than the network reads."""
    count = len(job.alphabet.encode(text))
    return f"It reads {job.length:,} of the {count:,} tokens: the rest is cut off." if count > job.length else ""
