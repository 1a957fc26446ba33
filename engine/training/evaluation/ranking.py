"""How wrong the answer to each sample is: gathered while a part is evaluated, to look at the most wrong afterwards.

One number a sample is kept, and of single classes which was taken for which. Nothing is drawn at random, and what is
computed here reaches no metric.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Final

from engine.losses.class_loss import likeliest
from engine.training.sample_table import OTHERS, WORST

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.training.evaluation.network import Head

UNASKED: Final = -2.0
"""Below all others: samples whose every position is the ignored class."""
CELL: Final = 4
"""Samples that are looked at, besides, of each cell of a confusion matrix."""
SEARCHED: Final = 100_000
"""Samples among which those of the cells are sought: sorting more takes too long."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Indices in the part: the ``worst`` come first, ``others`` after them, ``cells`` are to be found by class.

    ``seen`` samples were compared, of them ``wrong`` are not right at every position (None: they are numbers); ``hits``
    is the mean share of positions that are right (None: there are none).
    """

    worst: tuple[int, ...]
    others: tuple[int, ...]
    cells: tuple[int, ...]
    seen: int
    wrong: int | None
    hits: float | None


class Ranks:
    """Takes batch after batch, as long as that took no more than ``room`` seconds.

    ``order`` has the positions of the samples in the part, as they come; None: as they lie.
    """

    def __init__(self, heads: Sequence[Head], room: float, order: Tensor | None = None) -> None:
        self._heads, self._room, self._order = tuple(heads), room, order
        self.spent = 0.0
        """Seconds."""
        self._scores: list[list[Tensor]] = [[] for _ in heads]
        self._misses: list[list[Tensor]] = [[] for _ in heads]
        self._pairs: list[list[Tensor]] = [[] for _ in heads]

    def add(self, answers: tuple[Tensor, ...], batch: Mapping[str, Tensor]) -> None:
        """Take the answers to a batch, (N, …) of each Output."""
        if self.spent > self._room:
            return
        began = perf_counter()
        for index, head in enumerate(self._heads):
            answer, target = head.answer(answers).float(), head.labels(batch)
            score, miss = _score(head, answer, target)
            self._scores[index].append(score)
            if miss is not None:
                self._misses[index].append(miss)
            if _single(head, target):
                self._pairs[index].append(target * answer.shape[-1] + likeliest(answer))
        self.spent += perf_counter() - began

    def chosen(self, index: int, room: int) -> Chosen:
        """What to look at of the Output at an index among the heads; at most ``room`` samples of ``cells``."""
        import torch

        scores = torch.cat(self._scores[index]).cpu()
        places, turn = self._places(len(scores))
        scores = scores[turn]
        worst = scores.topk(min(WORST, len(scores))).indices.tolist()
        among = set(worst)
        others = [k for k in range(min(len(scores), WORST + OTHERS)) if k not in among][:OTHERS]
        misses = torch.cat(self._misses[index]).cpu()[turn] if self._misses[index] else None
        wrong = None if misses is None else int((misses > 0).sum())
        hits = None if misses is None or self._heads[index].task.kind == "sequence" else float(1 - misses.mean())
        pairs = torch.cat(self._pairs[index]).cpu()[turn].numpy() if self._pairs[index] else None
        cells = () if pairs is None or misses is None else _of_cells(pairs, scores.numpy(), (misses > 0).numpy(), room)
        kept = among | set(others)
        more = [k for k in cells if k not in kept]
        first, second, third = (tuple(places[k] for k in some) for some in (worst, others, more))
        return Chosen(first, second, third, len(scores), wrong, hits)

    def _places(self, seen: int) -> tuple[list[int], Tensor]:
        """The positions of so many samples in the part, ascending, and in which turn they came."""
        import torch

        if self._order is None:
            return list(range(seen)), torch.arange(seen)
        places, turn = self._order[:seen].sort()
        return places.tolist(), turn


def _single(head: Head, target: Tensor) -> bool:
    """Whether an answer is one class, as a confusion matrix counts them."""
    return head.task.kind == "classes" and target.dim() == 1


def _score(head: Head, answer: Tensor, target: Tensor) -> tuple[Tensor, Tensor | None]:
    """(N) how wrong, and (N) the share of positions that are: wrong ones above right ones, the surest mistakes on top.

    Numbers are as wrong as they are far off, and have no share.
    """
    from engine.losses.sequence_loss import SequenceLoss

    kind, loss = head.task.kind, head.criterion
    if kind == "values":
        off = (head.predicted(answer) - head.values(answer, target)).abs().float().flatten(1 if answer.dim() > 1 else 0)
        return (off.mean(1) if off.dim() > 1 else off).nan_to_num(nan=float("inf"), posinf=float("inf")), None
    if isinstance(loss, SequenceLoss):
        best = (answer.amax(-1) - answer.logsumexp(-1)).exp().mean(1)
        miss = (~loss.right(answer, target)).float()
    elif kind == "two":
        share = loss.probabilities(answer).reshape(len(answer), -1)
        best = share.where(share > 0.5, 1 - share).mean(1)
        miss = ((share > 0.5) != (loss.values(answer, target).reshape(len(answer), -1) > 0.5)).float().mean(1)
    else:
        top = answer.max(-1)
        sure = (top.values - answer.logsumexp(-1)).exp().reshape(len(answer), -1)
        counts = head.counted(target).reshape(len(answer), -1)
        number = counts.sum(1).clamp(min=1)
        best = (sure * counts).sum(1) / number
        miss = ((top.indices != target).reshape(len(answer), -1) & counts).sum(1) / number
    score = (1 + miss + best / 1000).where(miss > 0, -best)
    if kind == "classes":
        score = score.where(counts.any(1), UNASKED)
    return score.nan_to_num(nan=3.0), miss


def _of_cells(
    pairs: NDArray[np.int64], scores: NDArray[np.float32], wrong: NDArray[np.bool_], room: int
) -> tuple[int, ...]:
    """Indices of a few samples of each cell: the first of every mistake before the second of any, right ones last."""
    import numpy as np

    asked = np.flatnonzero(scores[:SEARCHED] != UNASKED)
    order = asked[np.lexsort((-scores[asked], pairs[asked]))]
    fresh = np.flatnonzero(np.diff(pairs[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(fresh, np.diff(np.append(fresh, len(order))))
    kept = order[rank < CELL]
    turn = rank[rank < CELL] + np.where(wrong[kept], 0, CELL)
    return tuple(int(index) for index in kept[np.lexsort((-scores[kept], turn))][:room])
