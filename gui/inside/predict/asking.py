"""What is asked of a network on the tab *Predict*, done beside the window: samples, and the answers to them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.data.watch import Watch, within

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from engine.data.dataset import Array, Asked, Column
    from engine.inside.asking import Value
    from engine.inside.predicting import Prediction
    from engine.inside.trained import Trained

Files = Literal["images", "tables", "arrays", "texts", "clips", ""]
Way = Literal["drawing", "values", "text", "files"]
MOST_PICTURED = 200
"""Samples of which images are kept to be shown."""
PIECE = 16
"""Images that are read together."""
LARGEST = 2**25
"""Values of them all."""
ASKING = 0.9
"""The share of the work that is done once all answers are there."""


@dataclass(frozen=True, slots=True)
class Ways:
    """How a network can be asked: ``values`` of a row, ``alphabet`` of a text; ``image`` is the input that is seen.

    That is an image or a clip; ``files`` says what files it can be asked about.
    """

    drawing: bool
    values: tuple[Value, ...]
    alphabet: tuple[str, ...]
    image: str
    files: Files

    @property
    def first(self) -> Way:
        """The way that is offered first."""
        return "drawing" if self.drawing else "values" if self.values else "text" if self.alphabet else "files"


@dataclass(frozen=True, slots=True)
class Answered:
    """Answers to samples, and what the first of them look like to the network, ``images`` (samples, channels, H, W).

    ``pictures`` are the same to be seen; of ``clips`` they are the frames in the middle.
    """

    predictions: tuple[Prediction, ...]
    images: Array | None = None
    pictures: Sequence[QImage] = ()
    clips: Sequence[Sequence[QImage]] = ()


def ways_of(trained: Trained) -> Ways:
    """How this network can be asked."""
    from engine.data.origin import declared
    from engine.data.sources.kinds import source_of
    from engine.inside.asking import alphabet_of, values_of
    from engine.inside.drawing import drawn_field
    from engine.inside.generating.watching import is_clip

    source = None if trained.config.source is None else source_of(trained.config.source)
    kind = declared(trained.config).kind
    of_kind: dict[str, Files] = {"images": "images", "image": "images", "table": "tables", "arrays": "arrays"}
    of_kind |= {"text": "texts" if source is not None else "", "clips": "clips", "series": "tables"}
    inputs, shapes = trained.network.inputs, {name: one.shape for name, one in trained.data.fields.items()}
    image = next(
        (name for name in inputs if is_clip(shapes[name]) or (len(inputs) == 1 and len(shapes[name]) == 3)), ""
    )
    return Ways(
        drawn_field(trained) is not None,
        values_of(trained),
        alphabet_of(trained),
        image,
        of_kind.get(kind if source is None else source.kind, ""),
    )


def answered(trained: Trained, image: str, make: Callable[[Trained], Asked], watch: Watch) -> Answered:
    """Make the samples, and ask. Raises DataError for what cannot be asked, Stopped once the watcher wants that."""
    from engine.inside.predicting import answers_to

    watch.at(0.0, "reading")
    found = make(trained)
    predictions = tuple(answers_to(trained, found, within(watch, 0.0, ASKING)))
    return _pictured(predictions, found.arrays[image], watch) if image in found.arrays else Answered(predictions)


def _pictured(predictions: tuple[Prediction, ...], column: Column, watch: Watch) -> Answered:
    """The answers with what the first samples look like, read in pieces."""
    import numpy as np

    from gui.pictures import pictures
    from gui.training.results.frame_strip import frames_of

    count = min(len(column), MOST_PICTURED, max(1, LARGEST // max(1, math.prod(column.shape[1:]))))
    pieces: list[Array] = []
    clips: list[Sequence[QImage]] = []
    for start in range(0, count, PIECE):
        watch.at(ASKING + (1 - ASKING) * start / count, "reading images to be shown")
        some = np.asarray(column[start : min(start + PIECE, count)])
        if some.ndim == 5:
            clips += map(frames_of, some, (one.positions for one in predictions[start : start + PIECE]))
        else:
            pieces.append(some)
    if clips:
        return Answered(predictions, None, [clip[len(clip) // 2] for clip in clips], clips)
    images = np.concatenate(pieces)
    return Answered(predictions, images, pictures(images))


def files(paths: Sequence[Path]) -> Callable[[Trained], Asked]:
    """The samples in files and folders."""

    def make(trained: Trained) -> Asked:
        from engine.inside.predicting import asked_of

        return asked_of(trained, paths)

    return make


def content(name: str, data: bytes) -> Callable[[Trained], Asked]:
    """The samples in what was pasted."""

    def make(trained: Trained) -> Asked:
        from engine.inside.asking import of_bytes

        return of_bytes(trained, name, data)

    return make


def drawing(strokes: Sequence[Sequence[tuple[float, float]]]) -> Callable[[Trained], Asked]:
    """What was drawn."""

    def make(trained: Trained) -> Asked:
        from engine.inside.asking import of_drawing

        return of_drawing(trained, strokes)

    return make


def row(values: dict[str, str]) -> Callable[[Trained], Asked]:
    """The values of one row."""

    def make(trained: Trained) -> Asked:
        from engine.inside.asking import of_values

        return of_values(trained, [values])

    return make


def text(said: str) -> Callable[[Trained], Asked]:
    """A text."""

    def make(trained: Trained) -> Asked:
        from engine.inside.asking import of_text

        return of_text(trained, said)

    return make
