"""What the tab *Compare* shows, computed beside the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.watch import Stopped, Watch, within
from engine.errors import LayerloomError
from gui.inside.evaluate.evaluating import evaluation_set, going_on
from gui.inside.subject import Subject, open_subject

if TYPE_CHECKING:
    from engine.inside.evaluation.answered import Answered
    from engine.inside.evaluation.comparing import Comparison
    from engine.inside.evaluation.scores import Scores
    from engine.training.runs.folds import Spread

RESAMPLES = 500
MOST_LISTED = 300


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Scores of several runs, the one that is shown first: ``labels`` and ``scores`` in one order.

    ``spread`` is mean ± deviation over them, ``ensemble`` what the average of their answers scores. ``comparison`` is
    that of the first two, ``lists`` the samples of each of its groups in words. ``notes`` say what could not be done.
    """

    labels: tuple[str, ...]
    scores: tuple[Scores, ...]
    spread: dict[str, Spread]
    ensemble: Scores | None
    comparison: Comparison | None
    lists: tuple[tuple[tuple[str, str, str, str], ...], ...]
    notes: tuple[str, ...]


def compare_runs(subject: Subject, others: Sequence[tuple[Path, str]], watch: Watch) -> Compared:
    """Ask all runs about the samples of a subject, each about its own part of that name.

    Raises LayerloomError where a run cannot be opened, Stopped once the watcher wants that.
    """
    from engine.inside.evaluation.answered import answer_all
    from engine.inside.evaluation.ensembles import ensemble, not_alike, spreads
    from engine.inside.evaluation.scores import scores_of

    asked: list[Answered] = []
    scores: list[Scores] = []
    notes: list[str] = []
    runs = [(subject.folder, subject.label), *others]
    steps = len(runs) + 1
    for number, (folder, label) in enumerate(runs):
        own = within(watch, number / steps, (number + 1) / steps)
        own.at(0.0, f"opening {label}")
        one = (
            subject if number == 0 else open_subject(replace(subject.choice, folder=folder, network=None), label, None)
        )
        answers = answer_all(one.trained, evaluation_set(one), within(own, 0.0, 0.4))
        drawing = going_on(within(own, 0.4, 1.0), f"drawing samples of {label} again")
        found = scores_of(answers, resamples=RESAMPLES, watch=drawing)
        if found is None:
            raise Stopped
        asked.append(answers)
        scores.append(found)
        notes += [note for note in (one.trained.note, *answers.data.notes) if note]
    together = comparison = None
    try:
        watch.at(1 - 1 / steps, "averaging the answers")
        last = going_on(within(watch, 1 - 1 / steps, 1.0), "drawing again: the average")
        together = scores_of(ensemble(asked), resamples=RESAMPLES, watch=last)
    except LayerloomError as error:
        notes.append(str(error))
    if odd := not_alike(asked):
        notes.append(odd)
    if len(asked) == 2:
        comparison = _comparison(asked, notes)
    labels = tuple(label for _, label in runs)
    lists = () if comparison is None else _lists(asked, comparison)
    unique = tuple(dict.fromkeys(notes))
    return Compared(labels, tuple(scores), spreads(scores), together, comparison, lists, unique)


def _comparison(asked: Sequence[Answered], notes: list[str]) -> Comparison | None:
    from engine.inside.evaluation.comparing import compare

    try:
        return compare(asked[0], asked[1])
    except LayerloomError as error:
        notes.append(str(error))
        return None


def _lists(asked: Sequence[Answered], found: Comparison) -> tuple[tuple[tuple[str, str, str, str], ...], ...]:
    """Of each group of samples: name, the answers of both, target."""
    from engine.inside.evaluation.comparing import aligned
    from engine.inside.evaluation.hardest import answer_words, target_words

    first, second = asked
    rows, heads = aligned(first, second), (first.head(), second.head())

    def words(row: int) -> tuple[str, str, str, str]:
        theirs = answer_words(second, heads[1], int(rows[row]))
        return first.data.name(row), answer_words(first, heads[0], row), theirs, target_words(first, heads[0], row)

    groups = (found.only_b, found.only_a, found.neither, found.both)
    return tuple(tuple(words(int(row)) for row in group[:MOST_LISTED]) for group in groups)
