"""What the network answers to a few samples, after every evaluation: for people to look at.

While a part is judged it is noted how wrong each answer is; the most wrong samples, and some others, then go through
the network once more. Nothing is drawn at random and nothing reaches the metrics: their bytes are the same with it and
without. The latest answers are a table of the
History (``validation/predictions`` and ``validation/predictions_NAME`` of each further Output), plain numbers and
words that fit into JSON, and stand in ``predictions.json`` in the folder of the run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from math import prod
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, Required, TypedDict

from engine import own_files
from engine.data.transforms import Fitted, units_of
from engine.files import FileError
from engine.training.evaluation.observer import Evaluation
from engine.training.evaluation.ranking import Ranks
from engine.training.history import History
from engine.training.runs.answers import FILE, LARGEST_FILE, predictions_text
from engine.training.runs.folder import RunError, not_kept
from engine.training.sample_table import (
    CELL_VALUES,
    MOST_CELLS,
    OTHERS,
    WORST,
    Number,
    Sample,
    SampleInput,
    SampleTable,
)

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.data.datasets import Field
    from engine.data.pipeline import Part
    from engine.metrics.units import Units
    from engine.training.evaluation.network import Batch, Head, Network

BATCH: Final = WORST + OTHERS
LARGEST: Final = 4096
"""Values of one sample that are kept; of a larger input none are, for half a picture shows nothing."""
LONGEST: Final = 64
"""Positions that are kept of an answer larger than that."""
ROUNDING: Final = 1e-6
"""Deviations up to which a value is 0: that exactly float32 knows those of mean 0 and deviation 1."""
LIKELIEST: Final = 3
LOOK_EVERY, WRITE_EVERY = 0.25, 2.0
"""Seconds between two looks, and between two writings: an epoch of a tiny network takes a millisecond."""
LEAST_RANKING = 0.1
"""Seconds that comparing the samples of a part may take however short the run is."""
SHARE = 0.01
"""Of the time of a run, what looking and writing may take each: large answers are looked at more seldom."""


class Answered(TypedDict, total=False):
    """The entries of a `Sample` that come from the answer."""

    target: Required[list[Number]]
    answer: Required[list[Number]]
    right: Required[bool | None]
    sure: Required[float | None]
    error: float | None
    hits: float
    likeliest: list[list[Number]]


def look(
    network: Network,
    part: Part,
    fields: Mapping[str, Field],
    judged: nn.Module,
    ranks: Ranks,
    fitted: Sequence[Fitted] = (),
) -> dict[str, SampleTable]:
    """What the network answers to the samples of a part that it knows least, by the name of the table.

    Inputs are in the units of the data, before what the transforms ``fitted`` have made of them.
    """
    source = network.inputs[0]
    shape = list(part.shape(source))
    units = units_of(fitted, source, shape)
    room = min(MOST_CELLS, CELL_VALUES // max(prod(shape), 1)) if prod(shape) <= LARGEST else MOST_CELLS
    shown = SampleInput(field=source, shape=shape, names=list(fields[source].names))
    found = {}
    for number, head in enumerate(network.heads):
        chosen = ranks.chosen(number, room)
        answered = list(head.labels({head.field: part.values(head.field)[:1]}).shape[1:])
        indices = [*chosen.worst, *chosen.others, *chosen.cells]
        table = SampleTable(
            head=head.name,
            task=head.task.kind,
            names=list(fields[head.field].names),
            input=shown,
            ignored=head.output.ignored,
            shape=answered,
            part=len(part),
            seen=chosen.seen,
            wrong=chosen.wrong,
            hits=_share(chosen.hits) if chosen.hits is not None and prod(answered) > 1 else None,
            worst=len(chosen.worst),
            listed=len(chosen.worst) + len(chosen.others),
            samples=_samples(network, part, judged, head, indices, units),
        )
        found["predictions" if not number else f"predictions_{head.name}"] = table
    return found


def _samples(
    network: Network, part: Part, judged: nn.Module, head: Head, indices: Sequence[int], units: Units | None
) -> list[Sample]:
    """The answers to the samples at these indices of a part, in this order."""
    import torch

    source, was_training = network.inputs[0], judged.training
    samples: list[Sample] = []
    judged.eval()
    try:
        with torch.no_grad():
            for start in range(0, len(indices), BATCH):
                some = indices[start : start + BATCH]
                batch = next(part.batches(network.fields, len(some), torch.tensor(some)))
                answers, targets = head.answer(network.answers(batch, judged)), head.labels(batch)
                for index, value, answer, target in zip(some, batch[source], answers, targets, strict=True):
                    said = _answer(head, answer, target)
                    samples.append(Sample(place=int(part.indices[index]), input=_input(value, units), **said))
    finally:
        judged.train(was_training)
    return samples


def _input(value: Tensor, units: Units | None) -> list[float] | None:
    """The values of one sample in their units, flat and short; None for a large one."""
    if value.numel() > LARGEST:
        return None
    digits = 4
    if units is not None:
        own, one = units.own(value[None])[0], units.distance(value.new_ones(1, *value.shape))[0]
        value, digits = own.where(own.abs() > ROUNDING * one, 0.0), 6  # a 0 of the data is one again
    flat = value.flatten().tolist()
    return [float(f"{number:.{digits}g}") if isinstance(number, float) else number for number in flat]


def _answer(head: Head, answer: Tensor, target: Tensor) -> Answered:
    """What a `Sample` says of the answer: ``hits`` of more than one position, ``likeliest`` of one class."""
    if head.task.kind == "classes":
        return _classes(head, answer.float().softmax(-1), target)
    flat, goal = answer.float().flatten(), target.flatten()
    if head.task.kind == "two":
        share, goal = head.criterion.probabilities(answer.float()).flatten(), head.criterion.values(flat, goal)
        given = (share > 0.5).long()
        sure = float(share.where(share > 0.5, 1 - share).mean())
        return _positions(given, goal.long(), goal == goal, sure)
    if head.task.kind == "sequence":
        return _sequence(head, answer.float(), target)
    flat, goal = head.predicted(answer.float()[None]).flatten(), head.own(target[None]).flatten()
    values = [[float(f"{item:.6g}") for item in _kept(row).tolist()] for row in (goal.float(), flat)]
    error = float((flat - goal).abs().mean()) if flat.shape == goal.shape else None
    return {"target": values[0], "answer": values[1], "right": None, "sure": None, "error": error}


def _sequence(head: Head, answer: Tensor, target: Tensor) -> Answered:
    """The labels read off a CTC answer (T, C)."""
    from engine.losses.sequence_loss import SequenceLoss

    loss = head.criterion
    assert isinstance(loss, SequenceLoss)
    blank, read = loss.blank, loss.read_off(answer[None], len(target))[0].tolist()
    right = loss.right(answer[None], target[None])
    return {
        "target": [item for item in target.tolist() if item not in (blank, loss.ignored)][:LONGEST],
        "answer": [item for item in read if item >= 0 and item != blank][:LONGEST],
        "right": bool(right),
        "sure": _share(float(answer.softmax(-1).amax(-1).mean())),
    }


def _classes(head: Head, shares: Tensor, target: Tensor) -> Answered:
    best = shares.max(-1)
    counts = head.counted(target)
    sure = float(best.values[counts].mean()) if bool(counts.any()) else 0.0
    said = _positions(best.indices.flatten(), target.flatten(), counts.flatten(), sure)
    if target.dim() == 0:
        top = shares.topk(min(LIKELIEST, shares.shape[-1]))
        pairs = zip(top.indices.tolist(), top.values.tolist(), strict=True)
        said["likeliest"] = [[int(name), _share(value)] for name, value in pairs]
    return said


def _positions(given: Tensor, goal: Tensor, counts: Tensor, sure: float) -> Answered:
    wrong = (given != goal) & counts
    said: Answered = {
        "target": _kept(goal).tolist(),
        "answer": _kept(given).tolist(),
        "right": not bool(wrong.any()),
        "sure": _share(sure),
    }
    if len(goal) > 1:
        said["hits"] = _share(1 - int(wrong.sum()) / max(int(counts.sum()), 1))
    return said


def _kept(values: Tensor) -> Tensor:
    return values if len(values) <= LARGEST else values[:LONGEST]


def _share(value: float) -> float:
    return round(value, 4) if value == value else 0.0


class PredictionSampler:
    """Takes and keeps looks for one run: seldom where epochs are short, always at the end."""

    def __init__(self, run: Path, history: History, fields: Mapping[str, Field], fitted: Sequence[Fitted] = ()) -> None:
        self._run, self._history, self._fields, self._fitted = run, history, fields, fitted
        self._look_at = self._write_at = -math.inf
        self._began = perf_counter()
        self._ranks: Ranks | None = None

    def begin(self, evaluation: Evaluation) -> None:
        """Compare the samples of an evaluation, unless it is too early to look again."""
        now, early = perf_counter(), not evaluation.last
        if early and now < self._look_at:
            self._ranks = None
        else:
            room = max(LEAST_RANKING, SHARE * (now - self._began))
            self._ranks = Ranks(evaluation.network.heads, room, evaluation.order)

    def add(self, answers: tuple[Tensor, ...], batch: Batch) -> None:
        """Compare the answers to a batch."""
        if self._ranks is not None:
            self._ranks.add(answers, batch)

    def finish(self, evaluation: Evaluation) -> None:
        """Look at the answers to the worst samples of the part. Raises RunError where they cannot be written."""
        if self._ranks is None:
            return
        now = perf_counter() - self._ranks.spent
        asked = evaluation.network, evaluation.part, self._fields, evaluation.judged
        found = look(*asked, self._ranks, self._fitted)
        for name, values in found.items():
            self._history.keep(f"{evaluation.split}/{name}", evaluation.step, evaluation.epoch, values)
        looked = perf_counter()
        self._look_at = looked + max(LOOK_EVERY, (looked - now) / SHARE)
        if evaluation.last or looked >= self._write_at:
            self._write()
            wrote = perf_counter()
            self._write_at = wrote + max(WRITE_EVERY, (wrote - looked) / SHARE)

    def _write(self) -> None:
        content = predictions_text(self._history.tables)
        if len(content) > LARGEST_FILE:
            return
        try:
            own_files.write_atomically(self._run, FILE, content)
        except FileError as error:
            raise RunError(not_kept("the answers to samples", self._run, error)) from error
