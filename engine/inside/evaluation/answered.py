"""What the network of a run answers to all samples of an evaluation set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from engine.data.lengths import alike
from engine.data.pipeline import Part
from engine.data.watch import Watch
from engine.inside.evaluation.evaluation_set import EvaluationSet
from engine.inside.trained import NOT_NUMBERS, Trained
from engine.nearest import hint
from engine.training.evaluation.network import Head
from engine.training.status import TrainingError

SILENT = Watch()


@dataclass(frozen=True, slots=True)
class Answered:
    """``answers`` (N, …) of each Output to the samples of ``data``, and ``batch``: the fields they are judged by."""

    trained: Trained
    data: EvaluationSet
    answers: tuple[Tensor, ...]
    batch: dict[str, Tensor]

    def __len__(self) -> int:
        return len(self.data)

    def head(self, name: str | None = None) -> Head:
        """The Output with this name (None: the first) that is compared with the data. Raises TrainingError."""
        heads = {head.name: head for head in self.trained.network.heads}
        if not heads:
            raise TrainingError("No Output of this network is compared with the data: it has a loss alone.")
        if name is not None and name not in heads:
            raise TrainingError(f"There is no Output named {name!r} with a loss; {hint(name, heads)}")
        return heads[name] if name is not None else next(iter(heads.values()))

    def answer(self, head: Head) -> Tensor:
        """(N, …) of one Output, classes last, float32."""
        return head.answer(self.answers).float()

    def labels(self, head: Head) -> Tensor:
        """(N, …) what it should be."""
        return head.labels(self.batch)

    def losses(self, head: Head) -> Tensor:
        """(N) the loss of each sample by itself, on the CPU."""
        found = head.criterion.each(
            head.answer(self.answers), head.target(self.batch), head.weights, masked=head.masked
        )
        return found.float().cpu()

    def with_answers(self, answers: tuple[Tensor, ...]) -> Answered:
        """The same samples with other answers."""
        return replace(self, answers=answers)


def answer_all(trained: Trained, data: EvaluationSet, watch: Watch = SILENT) -> Answered:
    """Ask the network about every sample, batch by batch. Raises DataError, and Stopped once the watcher wants that."""
    answers, batch = answered(trained, data.part, watch)
    if any(bool(answer.isnan().any()) for answer in answers):
        data = replace(data, notes=(*data.notes, NOT_NUMBERS))
    return Answered(trained, data, answers, batch)


def answered(trained: Trained, part: Part, watch: Watch = SILENT) -> tuple[tuple[Tensor, ...], dict[str, Tensor]]:
    """What the network answers to all samples of a part, (N, …) of each Output, and the fields they are judged by."""
    network, found, batches = trained.network, list[tuple[Tensor, ...]](), list[dict[str, Tensor]]()
    goals = {head.field for head in network.heads} or {network.inputs[0]}
    size = trained.size()
    order = alike(part.free, size) if network.by_length else None
    network.module.eval()
    with torch.no_grad():
        for number, batch in enumerate(part.batches(network.fields, size, order)):
            watch.at(number * size / max(1, len(part)), "asking the network")
            found.append(network.answers(batch))
            batches.append({name: batch[name] for name in goals})
    back = None if order is None else order.argsort()
    answers = tuple(_together(column, 0.0, back) for column in zip(*found, strict=True))
    fills = {name: trained.data.fields[name].padding or 0 for name in goals}
    return answers, {name: _together([batch[name] for batch in batches], fills[name], back) for name in goals}


def _together(pieces: Sequence[Tensor], fill: float, back: Tensor | None) -> Tensor:
    """All samples in one tensor, in the order ``back`` of the data; shorter ones are filled up at their end."""
    wide = _joined(pieces, fill)
    return wide if back is None else wide[back.to(wide.device)]


def _joined(pieces: Sequence[Tensor], fill: float) -> Tensor:
    if len({piece.shape[1:] for piece in pieces}) == 1:
        return torch.cat(list(pieces))
    sizes = [max(sizes) for sizes in zip(*(piece.shape[1:] for piece in pieces), strict=True)]
    wide = pieces[0].new_full((sum(map(len, pieces)), *sizes), fill)
    start = 0
    for piece in pieces:
        wide[(slice(start, start + len(piece)), *map(slice, piece.shape[1:]))] = piece
        start += len(piece)
    return wide
