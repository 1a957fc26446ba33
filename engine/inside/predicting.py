"""What a trained network answers to samples of other files, prepared in every way as its own data were."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor

from engine.data.dataset import Asked, DataError
from engine.data.origin import declared
from engine.data.pipeline import Part, of_others
from engine.data.sources.kinds import source_of
from engine.data.transforms import in_own_units
from engine.data.watch import Watch
from engine.inside import on_board
from engine.inside.replaced import Replaced, replacements
from engine.inside.trained import Trained
from engine.training.evaluation.network import Head

if TYPE_CHECKING:
    from engine.data.dataset import Array, Field

NOBODY: Final = Watch()
READ_AT_ONCE: Final = 128
"""Samples that are in memory together, in whole batches."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one Output says of one sample: classes with their probabilities, the likeliest first, or numbers by name.

    Of an answer for each position (a mask, a sequence) the probabilities are the shares of the positions; of a
    sequence ``positions`` are the likeliest classes, one after the other, of an image ``mask`` has them, (H, W).
    """

    output: str
    probabilities: tuple[tuple[str, float], ...] = ()
    numbers: tuple[tuple[str, float], ...] = ()
    positions: tuple[str, ...] = ()
    mask: Array | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Prediction:
    """The answers of all Outputs to one sample, which is called ``name``.

    ``replaced`` are its cells that are not what their columns hold, ``note`` says what of it is not read. Of one that
    cannot be read ``error`` says why, and there are no answers.
    """

    name: str
    answers: tuple[Answer, ...]
    replaced: tuple[Replaced, ...] = ()
    error: str = ""
    note: str = ""

    @property
    def positions(self) -> tuple[str, ...]:
        """The classes of the first sequence that was answered."""
        return next((one.positions for one in self.answers if one.positions), ())


def predict(trained: Trained, paths: Sequence[Path]) -> list[Prediction]:
    """The answers to files, to all images of folders, to rows of tables or samples of arrays, in this order.

    A sample that cannot be read has an error in place of answers. Raises DataError where none can, and for what is
    wrong with a table or a file of arrays.
    """
    return answers_to(trained, asked_of(trained, paths))


def asked_of(trained: Trained, paths: Sequence[Path]) -> Asked:
    """The samples in files, in folders of images, in tables or arrays, as the run's own were read. Raises DataError."""
    source = trained.config.source
    try:
        for path in paths:
            if not path.exists():
                raise DataError(f"There is no file or folder {path}.")
        if source is None:
            return on_board.asked(trained, paths)
        return source_of(source).ask([path.absolute() for path in paths])
    except OSError as error:
        raise DataError(f"{error.filename or paths[0]} cannot be read: {error.strerror or error}.") from error


def answers_to(trained: Trained, found: Asked, watch: Watch = NOBODY) -> list[Prediction]:
    """The answers to samples, in their order; an error where one cannot be read.

    Raises DataError where none can be read, or they lack what the network is given; Stopped once the watcher wants
    that.
    """
    network, total = trained.network, len(found.names)
    counted = [(head, counted_by(trained, head)) for head in network.heads]
    answered, unread = list[tuple[Answer, ...]](), dict[int, DataError]()
    together = trained.size() * max(1, READ_AT_ONCE // trained.size())
    network.module.eval()
    for start in range(0, max(1, total), together):
        watch.at(start / max(1, total), f"asking about {total:,} samples")
        part = part_of(trained, found, slice(start, start + together))
        unread |= _not_numbers(part, found, start)
        with torch.no_grad():
            for batch in part.batches(network.inputs, trained.size()):
                answers = network.answers(batch)
                rows = slice(len(answered), len(answered) + trained.size())
                each = [said(trained, head, head.answer(answers), _there(found, by, rows)) for head, by in counted]
                answered += zip(*each, strict=True)
    unread = _some_read(unread | found.unread, found)
    replaced = replacements(trained, found, unread)
    return [
        Prediction(name, (), error=str(unread[index]))
        if index in unread
        else Prediction(name, answered[index], replaced.get(index, ()), note=found.notes.get(index, ""))
        for index, name in enumerate(found.names)
    ]


def unread_of(part: Part, found: Asked) -> dict[int, DataError]:
    """Why samples cannot be read, by position: ``part`` was made of them. Raises DataError where none can be."""
    return _some_read(_not_numbers(part, found) | found.unread, found)


def _some_read(unread: dict[int, DataError], found: Asked) -> dict[int, DataError]:
    if len(unread) == len(found.names):
        raise unread[0]
    return unread


def _not_numbers(part: Part, found: Asked, start: int = 0) -> dict[int, DataError]:
    """The samples with a value that is not a number where nothing is filled in, by position.

    ``part`` begins at the sample with the position ``start``.
    """
    bad = torch.zeros(len(part), dtype=torch.bool)
    for values in part.tensors.values():
        if values.is_floating_point():
            bad |= ~values.flatten(1).isfinite().all(1).cpu()
    rows: list[int] = bad.nonzero().flatten().tolist()
    return {
        start + row: DataError(
            f"{found.names[start + row]} has a value that is not a number, and this project fills in none: correct it."
        )
        for row in rows
    }


def part_of(trained: Trained, found: Asked, rows: slice = slice(None)) -> Part:
    """Samples as the network sees its own. Raises DataError where they lack what the network is given."""
    config, inputs = trained.config, trained.network.inputs
    missing = [name for name in inputs if name not in found.arrays]
    if missing:
        raise DataError(f"{declared(config).title} are given with {missing[0]!r}, which such files do not have.")
    if not found.names:
        raise DataError("There is no sample in these files: there is nothing to ask about.")
    return of_others(config, trained.data, {name: found.arrays[name] for name in inputs}, trained.device, rows)


def counted_by(trained: Trained, head: Head) -> tuple[str, int] | None:
    """The field that says which positions of a sequence an Output answers for, and what fills the others.

    None where it answers no sequence, or all of them are as long as their shape.
    """
    fields = declared(trained.config).fields
    target = trained.data.fields[head.field]
    if target.padding is None or len(target.shape) != 1:
        return None
    given = ((name, one.padding) for name, one in fields.items() if one.role == "input" and one.shape == target.shape)
    return next(((name, padding) for name, padding in given if padding is not None), None)


def _there(found: Asked, counted: tuple[str, int] | None, rows: slice) -> Tensor | None:
    """Which positions of some samples are no padding, (N, positions); None where all are."""
    if counted is None or counted[0] not in found.arrays:
        return None
    return torch.from_numpy(found.arrays[counted[0]][rows] != counted[1])


def said(trained: Trained, head: Head, answer: Tensor, there: Tensor | None = None) -> list[Answer]:
    """An answer (N, …) of one Output in words, sample by sample; ``there`` (N, positions) are those that count."""
    field = trained.data.fields[head.field]
    if head.task.kind == "classes":
        return _classes(head, answer.float().cpu(), field, there)
    if head.task.kind == "two":
        chances = head.criterion.probabilities(answer.float()).reshape(len(answer), -1)
        if chances.shape[1] == 1:
            two = field.names if len(field.names) == 2 else ("no", "yes")
            return [Answer(head.name, _sorted(two, (1 - yes, yes))) for (yes,) in chances.tolist()]
        names = numbered(field.columns or field.names, chances.shape[1])
        return [Answer(head.name, _sorted(names, row)) for row in chances.tolist()]
    found = head.criterion.predicted(answer.float()).cpu().numpy()
    values = in_own_units(found, trained.data.fitted, head.field, field.shape).reshape(len(answer), -1)
    names = numbered(field.columns, values.shape[1])
    return [Answer(head.name, numbers=tuple(zip(names, row, strict=True))) for row in values.tolist()]


def _classes(head: Head, answer: Tensor, field: Field, there: Tensor | None) -> list[Answer]:
    """Classes of each sample (N, classes), or of each of its positions (N, …, classes)."""
    names = field.names or tuple(map(str, range(answer.shape[-1])))
    if answer.dim() == 3 and field.padding is not None:  # what fills a sequence up is no answer
        kept = [number for number in range(len(names)) if number != field.padding]
        answer, names = answer[..., kept], tuple(names[number] for number in kept)
    chances = (answer.softmax(-1) if answer.dim() == 2 else shares(answer, there)).tolist()
    if answer.dim() == 4:
        masks = answer.argmax(-1).numpy()
        return [Answer(head.name, _sorted(names, row), mask=mask) for row, mask in zip(chances, masks, strict=True)]
    steps = steps_of(answer, there) if answer.dim() == 3 else [[]] * len(answer)
    return [
        Answer(head.name, _sorted(names, row), positions=tuple(names[number] for number in one))
        for row, one in zip(chances, steps, strict=True)
    ]


def shares(answer: Tensor, there: Tensor | None) -> Tensor:
    """(N, classes): of an answer (N, …, classes) the shares of the positions whose likeliest class is each.

    ``there`` (N, positions) are those that count.
    """
    each = torch.nn.functional.one_hot(answer.argmax(-1).flatten(1), answer.shape[-1]).float()
    if there is None:
        return each.mean(1)
    counted = there[:, : each.shape[1], None]
    return (each * counted).sum(1) / counted.sum(1).clamp(min=1)


def steps_of(answer: Tensor, there: Tensor | None) -> list[list[int]]:
    """The likeliest class at each position of an answer (N, positions, classes), of those that are ``there``."""
    likeliest = answer.argmax(-1)
    if there is None:
        return [row.tolist() for row in likeliest]
    return [row[one[: len(row)]].tolist() for row, one in zip(likeliest, there, strict=True)]


def numbered(names: Sequence[str], count: int) -> tuple[str, ...]:
    """What the numbers of an answer are called: by the names that are known, else counted from 1."""
    return tuple(names) if len(names) == count else tuple(f"value {index + 1}" for index in range(count))


def _sorted(names: Sequence[str], chances: Sequence[float]) -> tuple[tuple[str, float], ...]:
    return tuple(sorted(zip(names, chances, strict=True), key=lambda pair: -pair[1]))
