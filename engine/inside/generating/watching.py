"""A network watches: it says of a clip what it shows, or what each of its frames does."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.data.dataset import Asked
from engine.data.origin import declared
from engine.inside.answer_table import in_runs
from engine.inside.generating.errors import GeneratingError
from engine.inside.predicting import Answer, answers_to, asked_of
from engine.inside.trained import NOT_NUMBERS, Trained
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class Watching:
    """It is given clips, the field ``clip``, and says of which class each or its frames are; ``own``: also of files."""

    clip: str
    head: Head
    own: bool


@dataclass(frozen=True, slots=True)
class Watched:
    """A clip (frames, channels, H, W) as it is stored, and the answer; ``wanted`` is what the data say of it."""

    clip: Array
    answer: Answer
    wanted: str = ""
    note: str = ""


def watching_of(trained: Trained) -> Watching | None:
    """What a network does that is given clips; None of all others."""
    fields = trained.data.fields
    clips = [name for name in trained.network.inputs if is_clip(fields[name].shape)]
    heads = [one for one in trained.network.heads if one.task.kind == "classes" and len(fields[one.field].shape) < 2]
    return Watching(clips[0], heads[0], trained.config.source is not None) if clips and heads else None


def is_clip(shape: tuple[int, ...]) -> bool:
    """Whether samples of this shape are frames (frames, 1 or 3, height, width)."""
    return len(shape) == 4 and shape[1] in (1, 3)


def watch_sample(trained: Trained, job: Watching, sample: int) -> Watched:
    """The answer to a sample of the test part, by its position. Raises TrainingError where that is empty."""
    row = int(trained.part("test").indices[sample])
    given = [name for name, field in declared(trained.config).fields.items() if field.role == "input"]
    asked = Asked((f"test sample {sample + 1}",), {name: trained.data.raw[name][row : row + 1] for name in given})
    return _watched(trained, job, asked, _said(trained, job, row))


def watch_files(trained: Trained, job: Watching, path: Path) -> Watched:
    """The answer to a clip of one's own, a folder of frames. Raises DataError where it cannot be read."""
    found = asked_of(trained, [path])
    columns = {name: column[:1] for name, column in found.arrays.items()}
    first = Asked(found.names[:1], columns, unread=found.unread, notes=found.notes)
    count = len(found.names)
    note = f"The first of {count:,} clips; the tab Predict of the Results page answers all." if count > 1 else ""
    return _watched(trained, job, first, note=note)


def _watched(trained: Trained, job: Watching, asked: Asked, wanted: str = "", note: str = "") -> Watched:
    (found,) = answers_to(trained, asked)
    answer = next(one for one in found.answers if one.output == job.head.name)
    if any(chance != chance for _, chance in answer.probabilities):
        raise GeneratingError(NOT_NUMBERS)
    said = " ".join(filter(None, (found.note, note)))
    return Watched(np.asarray(asked.arrays[job.clip][:1])[0], answer, wanted, said)


def _said(trained: Trained, job: Watching, row: int) -> str:
    """What the data say of a sample: its class, or those of its frames."""
    field = trained.data.fields[job.head.field]
    numbers = np.asarray(trained.data.raw[job.head.field][row : row + 1]).reshape(-1).tolist()
    names = field.names or tuple(map(str, range(job.head.task.classes)))
    return in_runs([names[number] for number in numbers if number != field.padding])
