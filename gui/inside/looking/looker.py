"""Looks beside the window: one at a time, the newest wins, what becomes visible comes as previews."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import prod
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from engine.training.status import sentence
from gui.inside.looking.colors import gray_of
from gui.inside.looking.drawing import Drawn, drawn, small
from gui.inside.subject import Subject, Weights
from gui.work.background import Background

if TYPE_CHECKING:
    import torch

    from engine.data.dataset import Samples
    from engine.data.pipeline import Part
    from engine.inside.looking.inspector import Inspector
    from engine.inside.looking.layer_answers import LayerAnswer
    from engine.inside.looking.method import Question, Step
    from engine.inside.trained import Trained

BEGINNING = 32
"""Tokens of a text that are listed."""
MOST = 400
"""Samples that are listed."""
FEWEST, NUMBERS = 24, 2**24
"""Of large samples fewer are, so that they hold so many numbers together."""
THUMBNAIL = 32


@dataclass(frozen=True, slots=True)
class Opened:
    """A network that can be asked: its layers, and its first samples with images of those that are some."""

    inspector: Inspector
    layers: list[LayerAnswer]
    images: list[QImage]
    """Of the first samples, small, where they are images."""
    words: list[str]
    """What each sample is: its true answer, or how its text begins."""
    units: tuple[str, ...]
    samples: Samples
    part: Part
    step: int | None = None
    """After how many steps the weights were taken from a running one; None: they were stored."""

    @property
    def clips(self) -> bool:
        """Whether it learns from clips of one's own: folders of frames."""
        source = self.inspector.trained.config.source
        return source is not None and source.kind == "clips"

    def name(self, index: int) -> str:
        """What the sample with this position in the part is called in its data."""
        return self.samples.name(int(self.part.indices[index]))


def opened(subject: Subject, moment: Weights | None) -> Opened:
    """A copy of the network with the weights of this moment if it is in training here, else the stored ones.

    Raises LayerloomError where there is no sample to look at.
    """
    from engine.data import origin
    from engine.inside.looking.attribution import is_image
    from engine.inside.looking.opening import inspected
    from engine.inside.looking.samples import first, truth_of
    from engine.inside.looking.target import unit_names

    trained = subject.trained
    now = moment(trained.folder) if moment is not None else None
    inspector = inspected(trained, None if now is None else now[1])
    part = trained.part("train") if subject.samples is None else subject.samples
    largest = max(part_size(part, name) for name in trained.network.inputs)
    batch = first(trained, part, min(MOST, max(FEWEST, NUMBERS // largest)))
    count = len(next(iter(batch.values())))
    name = next((name for name in trained.network.inputs if is_image(batch[name])), None)
    images = [] if name is None else [small(gray_of(one), THUMBNAIL) for one in batch[name].cpu().numpy()]
    words = [truth_of(trained, batch, row) or _text(trained, batch, row) for row in range(count)]
    one = {name: value[:1] for name, value in batch.items()}
    layers = [layer for layer in inspector.layers(one) if layer.type != "BlockInput"]
    step, samples = None if now is None else now[0], origin.opened(subject.config)
    return Opened(inspector, layers, images, words, unit_names(trained), samples, part, step)


def part_size(part: Part, field: str) -> int:
    """The numbers that a sample holds in a field."""
    return prod(part.shape(field))


def _text(trained: Trained, batch: dict[str, torch.Tensor], row: int) -> str:
    """How the tokens of a sample begin; empty where it has none."""
    for name in trained.network.inputs:
        known = trained.data.fields[name]
        if known.names and batch[name].dim() == 2:
            tokens = [known.names[token] for token in batch[name][row, :BEGINNING].tolist()]
            return ("" if all(len(token) == 1 for token in tokens) else " ").join(tokens)
    return ""


class Looker(QObject):
    """``stepped`` carries what a look shows by now, with its images.

    It ends with ``ended``, or with ``failed`` (the error, and another layer that would do).
    """

    stepped = Signal(object, object)
    ended = Signal()
    failed = Signal(object, str)
    _preview = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.background = Background("look-inside", self)
        self._number, self._stop = 0, threading.Event()
        self._preview.connect(self._previewed)

    @property
    def busy(self) -> bool:
        """Whether a look is being computed."""
        return self.background.busy

    def look(self, method: str, make: Callable[[], Question], layers: list[LayerAnswer]) -> None:
        """Begin a look; the one before ends."""
        self.cancel()
        self._number += 1
        self._stop = threading.Event()
        job = partial(_looked, method, make, layers, self._stop, partial(self._preview.emit, self._number))
        self.background.run(job, self._done, lambda error: self.failed.emit(error, ""))

    def cancel(self) -> None:
        """End the look at its next step; nothing more is heard of it."""
        self._stop.set()
        self._number += 1

    def close(self) -> None:
        """Wait for what is being computed."""
        self.cancel()
        self.background.close()

    def _previewed(self, number: int, step: Step, shown: Drawn | None) -> None:
        if number == self._number:
            self.stepped.emit(step, shown)

    def _done(self, found: tuple[Exception, str] | None) -> None:
        if found is not None:
            self.failed.emit(*found)
        else:
            self.ended.emit()


def _looked(
    method: str,
    make: Callable[[], Question],
    layers: list[LayerAnswer],
    stop: threading.Event,
    preview: Callable[[Step, Drawn | None], None],
) -> tuple[Exception, str] | None:
    """Look until it is done or not wanted; where the layer does not suit, the error and the name of one that does."""
    from dataclasses import replace

    from engine.inside.looking import methods
    from engine.inside.looking.errors import LookingError

    one, question = methods.method(method), make()
    try:
        for step in methods.looks(one, question):
            if stop.is_set():
                return None
            preview(step, None if step.result is None else drawn(step.result))
    except LookingError as error:
        if error.kind != "layer" or "layer" not in one.needs:
            raise
        suited = (layer.name for layer in reversed(layers) if not one.refuses(replace(question, layer=layer)))
        found = next(suited, "")
        if not found:
            raise LookingError("task", f"{sentence(error)} This network has none.") from error
        return error, found
    return None
