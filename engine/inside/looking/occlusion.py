"""Occlusion: how much the answer loses when a part of the input is covered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Final

import torch
from torch import Tensor

from engine.inside.looking.attribution import (
    BASELINE,
    baseline,
    explained,
    is_image,
    no_reason,
    score_facts,
    shown,
)
from engine.inside.looking.inspector import Start, repeated
from engine.inside.looking.method import Method, Option, Question, Step

TOGETHER: Final = 8
OFTEN: Final = 8
"""Batches between two previews where nothing is covered coarsely first."""
COARSEST: Final = 4
"""Patches along a side of the first preview."""
Patch = tuple[int, tuple[slice, ...]]
"""The number of the input that is covered, and where."""


def compute(question: Question) -> Iterator[Step]:
    """score(x) − score(x with a patch covered), for each position the mean over all patches that cover it.

    Images are covered by square patches, first by large ones; of tokens, columns and series one position at a time, of
    clips one frame.
    """
    known, trained = explained(question, tokens=False), question.trained
    images = [start for start, value in known.starts.items() if is_image(value)]
    starts = {start: known.starts[start] for start in images[:1] or known.starts}
    covers = {start: _cover(question, start, value) for start, value in starts.items()}
    rounds = _image_rounds(question, starts[images[0]]) if images else [_positions(starts)]
    count, done, unit = sum(map(len, rounds)), 0, f"loss of {known.target.name(trained)}"
    for windows in rounds:
        lost = {start: torch.zeros(_covered_shape(value)) for start, value in starts.items()}
        times = {start: torch.zeros_like(value) for start, value in lost.items()}
        for begin in range(0, len(windows), TOGETHER):
            if images or not begin or begin % (OFTEN * TOGETHER):
                yield Step(done / count)
            else:
                yield Step(done / count, shown(question, _mean(lost, times), signed=True, unit=unit))
            some = windows[begin : begin + TOGETHER]
            batch = repeated(question.the_sample().batch, len(some), question.inspector.network.inputs)
            batch |= {start.field: batch[start.field].clone() for start in starts}
            for row, (number, window) in enumerate(some):
                start = list(starts)[number]
                batch[start.field][row][window] = covers[start][0][window]
            scores = known.target.score(trained, question.inspector.run(batch).answers)
            for (number, window), score in zip(some, scores.tolist(), strict=True):
                start = list(starts)[number]
                lost[start][window] += known.score - score
                times[start][window] += 1
            done += len(some)
        heat = shown(question, _mean(lost, times), signed=True, unit=unit)
        yield Step(done / count, heat, score_facts(question, known))


def _mean(lost: dict[Start, Tensor], times: dict[Start, Tensor]) -> dict[Start, Tensor]:
    """(1, …): the mean of what was lost at each position."""
    return {start: (total / times[start].clamp(min=1))[None] for start, total in lost.items()}


def _covered_shape(value: Tensor) -> tuple[int, ...]:
    """One number for each position: the channels of an image are covered together."""
    if is_image(value):
        return (1, *value.shape[2:])
    return (value.shape[1], 1, *value.shape[3:]) if value.dim() == 5 else tuple(value.shape[1:])


def _positions(starts: dict[Start, Tensor]) -> list[Patch]:
    """Each position of each input by itself; of a clip each frame."""
    return [
        (number, tuple(slice(at, at + 1) for at in position))
        for number, value in enumerate(starts.values())
        for position in product(*map(range, value.shape[1 : 2 if value.dim() == 5 else None]))
    ]


def _cover(question: Question, start: Start, value: Tensor) -> Tensor:
    """What covered positions hold: the baseline, of tokens the padding of the field, else the token 0."""
    if value.is_floating_point():
        return baseline(question, start, value)
    return torch.full_like(value, question.trained.data.fields[start.field].padding or 0)


def _image_rounds(question: Question, value: Tensor) -> list[list[Patch]]:
    """The patches of each round, coarser ones first."""
    height, width = value.shape[2:]
    side = max(height, width)
    patch = min(int(question.number("patch")) or max(side // 8, 1), side)
    stride = int(question.number("stride")) or max(patch // 2, 1)
    rounds = [(patch, stride)]
    while -(-side // rounds[0][1]) > COARSEST:
        larger, step = rounds[0]
        rounds.insert(0, (min(2 * larger, side), 2 * step if larger > step else 2 * larger))
    if len(rounds) > 1:
        rounds[0] = (rounds[0][0], rounds[0][0])  # a preview without overlap
    return [
        [
            (0, (slice(None), slice(y, y + size), slice(x, x + size)))
            for y in range(0, max(height - size, 0) + step, step)
            for x in range(0, max(width - size, 0) + step, step)
            if y < height and x < width
        ]
        for size, step in rounds
    ]


METHOD = Method(
    id="occlusion",
    title="Occlusion",
    help="What the answer loses when a patch is covered (Zeiler and Fergus 2014, arXiv:1311.2901).",
    needs=frozenset({"sample", "target"}),
    refuses=no_reason,
    compute=compute,
    options=(
        BASELINE,
        Option(
            "patch",
            "Patch",
            "the side of the patch in pixels; automatic: an eighth of the image",
            0,
            low=0,
            high=512,
            lowest="automatic",
        ),
        Option(
            "stride",
            "Stride",
            "pixels from one patch to the next; automatic: half a patch",
            0,
            low=0,
            high=512,
            lowest="automatic",
        ),
    ),
    about="sample",
)
