"""Layers that change how finely an image, a sequence or a volume is sampled."""

from __future__ import annotations

from typing import Any

import torch
from hypothesis import strategies as st
from torch import nn

from engine.layers.resampling import RANKS
from engine.spec import BATCH, UNWIRED, Spec
from tests.engine.cases.case import Case, Drawing, Trial


def upsampled(d: Drawing) -> list[Spec]:
    """As many axes as the mode and the numbers ask for; a size or a factor for each where one is needed."""
    typed, draw = d.typed, d.draw
    fitting = RANKS.get(typed.get("mode", ""))
    given = next((typed[name] for name in ("size", "scale_factor") if isinstance(typed.get(name), tuple)), None)
    rank = fitting or (len(given) + 2 if given else draw(st.integers(3, 5)))
    if draw(st.integers(0, 4)):  # mostly a call that makes sense
        for name in ("size", "scale_factor"):
            value = typed.get(name)
            if isinstance(value, tuple):
                typed[name] = (value * 3)[: rank - 2]
        if typed.get("size") is None or ("scale_factor" in typed and draw(st.booleans())):
            typed.setdefault("scale_factor", 2.0)
            typed.pop("size", None)
        else:
            typed.pop("scale_factor", None)
            typed.pop("recompute_scale_factor", None)
        if typed.get("mode", "nearest") not in RANKS:
            typed.pop("align_corners", None)
    return [d.batched(draw(st.integers(1, 3)), *(d.axis(1, 2, 3, 4, 5, 6, 7) for _ in range(rank - 2)))]


def shuffled(d: Drawing) -> list[Spec]:
    factor = d.typed["upscale_factor"]
    front = [d.axis(1, 2)] if d.draw(st.integers(0, 5)) == 0 else []
    channels = d.axis(*(factor**2 * n for n in (1, 1, 2, 3)), 4, 6)
    return [d.batched(*front, channels, d.axis(), d.axis())]


def unshuffled(d: Drawing) -> list[Spec]:
    factor = d.typed["downscale_factor"]
    front = [d.axis(1, 2)] if d.draw(st.integers(0, 5)) == 0 else []
    sides = [d.axis(*(factor * n for n in (1, 2, 3, 4)), open_=d.draw(st.integers(0, 2)) == 0) for _ in range(2)]
    return [d.batched(*front, d.axis(1, 2, 3), *sides)]


SPACES = (2, 2, 3)
"""Of an image and of a volume."""


def turned(d: Drawing) -> list[Spec]:
    """A matrix for each sample, and a size or an image."""
    draw, typed = d.draw, d.typed
    space = len(typed["size"]) if typed.get("size") else draw(st.sampled_from(SPACES))
    theta = d.batched(space, space + 1)
    wired = not typed.get("size") if draw(st.integers(0, 5)) else draw(st.booleans())
    return [theta, d.image(space) if wired else UNWIRED]


def affine_grid(theta: torch.Tensor, image: torch.Tensor | None = None, **typed: Any) -> torch.Tensor:
    """torch's function, which asks for the whole shape of an image."""
    if (image is None) == (typed.get("size") is None):
        raise ValueError("one size is needed")
    size = image.shape if image is not None else (len(theta), 1, *typed["size"])
    return nn.functional.affine_grid(theta, size, align_corners=typed.get("align_corners", False))


def grid_sample(x: torch.Tensor, grid: torch.Tensor, align_corners: bool = False, **typed: Any) -> torch.Tensor:
    return nn.functional.grid_sample(x, grid, align_corners=align_corners, **typed)


def sampled(d: Drawing) -> list[Spec]:
    """An image and where to look in it."""
    space = d.draw(st.sampled_from(SPACES))
    return [d.image(space), d.batched(*(d.axis(1, 2, 3, 4, 6) for _ in range(space)), space)]


def no_batch(trial: Trial) -> str:
    return "torch takes it for one image without a batch" if trial.inputs[0].rank == 3 else ""


def empty(trial: Trial) -> str:
    typed, space = trial.parameters, trial.bound()[0].shape[2:]
    if typed.get("mode") == "area" and "scale_factor" in typed:
        given = typed["scale_factor"]
        factors = given if isinstance(given, tuple) else (given,) * len(space)
        if any(size * factor < 1 for size, factor in zip(space, factors, strict=True)):
            return "torch gives an axis without a cell, from which nothing can be computed"
    return ""


factor = st.sampled_from([0.25, 0.5, 1.0, 1.5, 2.0, 2, 3, 0.3, 0.7, 1.1, 2.7])
small = st.integers(1, 9)
either = st.sampled_from([None, True, False])
small_factor = st.sampled_from([1, 2, 2, 3])

CASES = {
    "AffineGrid": Case(
        likely={"size": st.one_of(st.none(), *(st.tuples(*(small,) * axes) for axes in (2, 2, 3)))},
        inputs=turned,
        function=affine_grid,
        open_refused=True,
        exemplar=(Spec((BATCH, 2, 3)), UNWIRED),
        flops=False,  # torch's counter sees one function and not the matrices that it multiplies
    ),
    "GridSample": Case(
        inputs=sampled,
        function=grid_sample,
        open_refused=True,
        exemplar=(Spec((BATCH, 6, 9, 9)), Spec((BATCH, 5, 7, 2))),
    ),
    "Upsample": Case(
        likely={
            "size": st.one_of(st.none(), st.none(), small, st.lists(small, min_size=1, max_size=3).map(tuple)),
            "scale_factor": st.one_of(factor, factor, st.lists(factor, max_size=3).map(tuple)),
            "align_corners": either,
            "recompute_scale_factor": either,
        },
        inputs=upsampled,
        stricter=empty,
        open_refused=True,
    ),
    "PixelShuffle": Case(
        likely={"upscale_factor": small_factor},
        inputs=shuffled,
        stricter=no_batch,
        open_refused=True,
        exemplar=(Spec((BATCH, 8, 5, 5)),),
    ),
    "PixelUnshuffle": Case(
        likely={"downscale_factor": small_factor},
        inputs=unshuffled,
        stricter=no_batch,
        open_refused=True,
        exemplar=(Spec((BATCH, 3, 8, 6)),),
    ),
    "ChannelShuffle": Case(
        likely={"groups": st.sampled_from([1, 2, 2, 3])},
        inputs=lambda d: [d.image(d.draw(st.integers(1, 3)))],
        open_refused=True,
    ),
}
