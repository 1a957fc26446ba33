"""What the tabs *Scores* and *Errors* show, computed beside the window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.data.watch import Stopped, Watch, within
from gui.inside.subject import Subject

if TYPE_CHECKING:
    from engine.data.dataset import Array
    from engine.inside.evaluation.answered import Answered
    from engine.inside.evaluation.details import Details
    from engine.inside.evaluation.evaluation_set import EvaluationSet
    from engine.inside.evaluation.overlays import Overlay
    from engine.inside.evaluation.scores import Scores
    from engine.inside.evaluation.suspects import Suspect
    from engine.inside.predicting import Prediction
    from engine.training.evaluation.network import Head

ANSWERING, MEASURING = 0.2, 0.5
"""The shares of the work at which these end."""
MOST_VALUES = 200
"""Values of a row that are shown."""


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All that is known of the answers of a run; ``head`` is the Output that ``details`` are about."""

    subject: Subject
    asked: Answered
    scores: Scores
    head: Head
    details: Details

    @property
    def outputs(self) -> tuple[str, ...]:
        """The Outputs that can be asked about."""
        return tuple(head.name for head in self.subject.trained.network.heads)

    @property
    def class_names(self) -> tuple[str, ...]:
        """What the classes of the Output are called."""
        return self.scores.names[self.head.name]


@dataclass(frozen=True, slots=True, eq=False)
class ShownSample:
    """One sample: what it is called, what it looks like or holds, what was answered, and what should have been.

    ``image`` is (channels, height, width) as it is stored, ``values`` are columns in words, ``text`` are the texts that
    were given, and of a sequence what was answered and what should have been.
    """

    row: int
    name: str
    loss: float
    image: Array | None
    overlay: Overlay | None
    values: tuple[tuple[str, str], ...]
    text: str
    prediction: Prediction
    target: str


def evaluation_set(subject: Subject) -> EvaluationSet:
    """The samples a subject is judged by. Raises TrainingError where there are none."""
    from engine.inside.evaluation.evaluation_set import of_files, of_part

    other = subject.choice.other
    if other is not None:
        return of_files(subject.trained, other, subject.samples)
    return of_part(subject.trained, subject.choice.part)


def evaluate(subject: Subject, output: str | None, known: Evaluation | None, watch: Watch) -> Evaluation:
    """Ask about all samples and compute everything; ``known`` is what was computed of the same subject.

    Raises LayerloomError for what cannot be, Stopped once the watcher wants that.
    """
    from engine.inside.evaluation.answered import answer_all
    from engine.inside.evaluation.details import details
    from engine.inside.evaluation.scores import scores_of

    if known is None:
        asked = answer_all(subject.trained, evaluation_set(subject), within(watch, 0.0, ANSWERING))
        scores = scores_of(asked, watch=going_on(within(watch, ANSWERING, MEASURING), "drawing samples again"))
        if scores is None:
            raise Stopped
    else:
        asked, scores = known.asked, known.scores
    head = asked.head(output)
    return Evaluation(subject, asked, scores, head, details(asked, head.name, watch=within(watch, MEASURING, 1.0)))


@dataclass(frozen=True, slots=True, eq=False)
class FoldSuspects:
    """Labels of all samples of a cross-validation that are probably wrong, with who was asked and at which row."""

    suspects: tuple[Suspect, ...]
    where: tuple[tuple[Answered, int], ...]
    folds: int


def check_by_folds(subject: Subject, output: str, watch: Watch) -> FoldSuspects:
    """Check each label by the run of the fold that has not learned from it. Raises LayerloomError, Stopped."""
    from engine.inside.evaluation.answered import answer_all
    from engine.inside.evaluation.details import suspects_by_folds
    from engine.inside.evaluation.evaluation_set import of_part
    from engine.inside.trained import open_run
    from engine.training.runs.folds import folds_of_run, run_folders

    together = folds_of_run(subject.run) if subject.run is not None else None
    folders = [] if together is None else list(run_folders(together))
    asked: list[Answered] = []
    for number, folder in enumerate(folders):
        own = within(watch, number / len(folders), (number + 1) / len(folders))
        own.at(0.0, f"asking fold {number + 1}")
        trained = open_run(folder)
        asked.append(answer_all(trained, of_part(trained, "validation"), own))
    found = suspects_by_folds(asked, output)
    places = [(one, row) for one in asked for row in range(len(one))]
    return FoldSuspects(found, tuple(places[one.row] for one in found), len(asked))


def shown(asked: Answered, head: Head, row: int) -> ShownSample:
    """What there is to see of a sample that was asked about. Raises DataError where its file cannot be read."""
    from engine.data.origin import declared
    from engine.inside.evaluation.hardest import target_words
    from engine.inside.evaluation.overlays import has_masks, overlay
    from engine.inside.predicting import Prediction, said

    fields = declared(asked.data.config).fields
    image: Array | None = None
    values = list[tuple[str, str]]()
    texts = dict[str, str]()
    cells = _cells(asked, row)
    for name in asked.trained.network.inputs:
        field = fields[name]
        if cells is not None:
            continue  # as they are in the table, rather than as numbers
        raw = asked.data.raw(name, [row])[0]
        if len(field.shape) == 3 and not field.classes and image is None:
            image = raw
        elif len(field.shape) == 1 and field.classes:
            texts[name] = _text(raw.tolist(), field.names, field.padding)
        elif len(field.shape) == 1 and len(raw) <= MOST_VALUES:
            columns = field.columns if len(field.columns) == len(raw) else [f"{name} {k + 1}" for k in range(len(raw))]
            values += [(column, f"{value:.6g}") for column, value in zip(columns, raw.tolist(), strict=True)]
    values += cells or ()
    name = asked.data.name(row)
    masks = overlay(asked, head, row) if has_masks(head) else None
    worded = head.task.kind != "sequence"
    answers = tuple(said(asked.trained, head, asked.answer(head)[row : row + 1])) if worded else ()
    loss = float(asked.losses(head)[row])
    lines = [f"{one}: {text}" for one, text in texts.items()] if len(texts) > 1 else [*texts.values()]
    if answers and answers[0].positions:
        lines += _both(asked, head, row, answers[0].positions)
        answers = ()  # the shares of the positions say less
    text = "\n".join(lines)
    return ShownSample(
        row, name, loss, image, masks, tuple(values), text, Prediction(name, answers), target_words(asked, head, row)
    )


def _both(asked: Answered, head: Head, row: int, answered: Sequence[str]) -> list[str]:
    """What was answered to a sequence and what should have been, position by position, of those that count."""
    names, labels = asked.trained.data.fields[head.field].names, asked.labels(head)[row]
    counted: list[int] = head.counted(labels).nonzero().flatten().tolist()
    gap = "" if all(len(name) == 1 for name in names) else " "
    target = [names[label] if label < len(names) else str(label) for label in labels[counted].tolist()]
    return [f"Answered: {gap.join(answered[k] for k in counted)}", f"Target:   {gap.join(target)}"]


def _cells(asked: Answered, row: int) -> Sequence[tuple[str, str]] | None:
    """The cells of a row of a table of one's own; None for other data. Raises DataError."""
    from pathlib import Path

    from engine.data.origin import unreadable
    from engine.data.sources.kinds import source_of
    from engine.data.sources.tables.tables import Table

    data = asked.data
    source = None if data.config.source is None else source_of(data.config.source)
    if not isinstance(source, Table) or data.config.source is None:
        return None
    path = data.config.source.path
    try:
        return source.cells(Path(path), int(data.part.indices[row]))[:MOST_VALUES]
    except OSError as error:
        raise unreadable(path, error) from error


def _text(symbols: list[int], names: tuple[str, ...], padding: int | None) -> str:
    """Symbols as a text, without what fills it up."""
    filled = 0 if padding is None else padding
    kept = [names[symbol] for symbol in symbols if symbol != filled]
    return ("" if all(len(name) == 1 for name in kept) else " ").join(kept)


def going_on(watch: Watch, words: str) -> Callable[[float], bool]:
    """The watcher as `scores_of` asks it."""

    def tell(share: float) -> bool:
        watch.progress(share, words)
        return not watch.cancelled()

    return tell
