"""All that is said of the answers of one Output beside its metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.data.fingerprint import fingerprint
from engine.data.watch import Watch, within
from engine.inside.evaluation.answered import SILENT, Answered, answer_all
from engine.inside.evaluation.calibration import Calibration, calibrate
from engine.inside.evaluation.chances import Chances, chances, has_chances, joined, of_whole_samples
from engine.inside.evaluation.curves import Curve, curves
from engine.inside.evaluation.evaluation_set import of_part
from engine.inside.evaluation.hardest import HardSample, hardest
from engine.inside.evaluation.properties import properties
from engine.inside.evaluation.residuals import Residuals, residuals
from engine.inside.evaluation.sample_scores import SampleScores, sample_scores
from engine.inside.evaluation.slices import Slice, slices
from engine.inside.evaluation.suspects import Suspect, suspects
from engine.training.evaluation.network import Head
from engine.training.runs.run_info import read

HARDEST: Final = 50
MOST_CURVES: Final = 100
"""Classes up to which each has a curve."""
NAMED: Final = 5


@dataclass(frozen=True, slots=True)
class Details:
    """Of one Output: what fits its task, the other things empty or None. ``notes`` say what is odd.

    ``suspects`` is None where labels cannot be checked: of numbers and masks, which are not ``checkable`` at all, or of
    samples the run has learned from.
    """

    output: str
    scores: SampleScores
    curves: tuple[Curve, ...]
    calibration: Calibration | None
    residuals: tuple[Residuals, ...]
    slices: tuple[Slice, ...]
    hardest: tuple[HardSample, ...]
    suspects: tuple[Suspect, ...] | None
    checkable: bool
    notes: tuple[str, ...]


def details(asked: Answered, output: str | None = None, *, count: int = HARDEST, watch: Watch = SILENT) -> Details:
    """Everything that is known of an Output (None: the first). Raises DataError, TrainingError, Stopped."""
    head, notes = asked.head(output), list(asked.data.notes)
    found = chances(asked, head) if has_chances(head) else None
    if found is not None and len(found.names) > MOST_CURVES:
        notes.append(f"There are no curves: {len(found.names):,} classes are more than {MOST_CURVES}.")
    scored = sample_scores(asked, head)
    sliced = slices(scored, properties(asked, within(watch, 0.0, 0.3)), watch=within(watch, 0.3, 0.6))
    watch.at(0.6, "calibrating")
    whole = found if of_whole_samples(head) else None
    calibration = None if whole is None else _calibration(asked, head, whole, notes, watch)
    watch.at(0.8, "checking labels")
    learned = has_learned(asked)
    suspected = None
    if whole is not None:
        notes += absent(whole, asked.data.title)
        if learned:
            notes.append(
                "Labels are not checked: the run has learned from these samples. Take another part of its data."
            )
        else:
            suspected = suspects(whole, asked.data.name)
    return Details(
        head.name,
        scored,
        curves(found) if found is not None and len(found.names) <= MOST_CURVES else (),
        calibration,
        residuals(asked, head) if head.task.kind == "values" else (),
        sliced,
        hardest(asked, head, count),
        suspected,
        whole is not None,
        tuple(notes),
    )


def has_learned(asked: Answered) -> bool:
    """Whether the run has learned from the samples: they are its training part, or its own data read as others."""
    trained = asked.trained
    if any(asked.data.part is part for part in (trained.data.validation, trained.data.test)):
        return False
    return asked.data.part is trained.data.train or fingerprint(asked.data.config) == read(trained.folder).data


def suspects_by_folds(asked: Sequence[Answered], output: str | None = None) -> tuple[Suspect, ...]:
    """Suspected labels of all samples of a cross-validation, each answered by the run that has not learned from it.

    ``asked`` are the runs of its folds, each with the answers to its own validation part.
    """
    names = [(one, row) for one in asked for row in range(len(one))]

    def name(row: int) -> str:
        one, own = names[row]
        return one.data.name(own)

    return suspects(joined([chances(one, one.head(output)) for one in asked]), name)


def absent(found: Chances, where: str) -> list[str]:
    """A sentence about classes that no sample has; none where each has some."""
    if not found.one:
        missing = [name for k, name in enumerate(found.names) if not found.truth[:, k].any()]
    else:
        counts = np.bincount(found.labels, minlength=len(found.names))
        missing = [name for name, number in zip(found.names, counts, strict=True) if not number]
    if not missing:
        return []
    shown = ", ".join(repr(name[:40]) for name in missing[:NAMED]) + (" …" if len(missing) > NAMED else "")
    classes = "the class" if len(missing) == 1 else f"{len(missing)} classes"
    of_it = "it" if len(missing) == 1 else "them"
    return [f"There is no sample of {classes} {shown} in {where}, so there is no curve and no recall of {of_it}."]


def _calibration(asked: Answered, head: Head, found: Chances, notes: list[str], watch: Watch) -> Calibration | None:
    trained = asked.trained
    if not len(trained.data.validation):
        notes.append("There is no temperature: the split of this run leaves nothing for validation to fit it on.")
        return None
    if asked.data.part is trained.data.validation:
        notes.append("The temperature was fitted on these samples themselves: judge it on the test part.")
        return calibrate(found, found)
    validation = answer_all(trained, of_part(trained, "validation"), watch)
    return calibrate(found, chances(validation, validation.head(head.name)))
