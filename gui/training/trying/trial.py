"""What the tab *Try it* asks a network, beside the window: the run is opened once, its weights are taken each time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

    from engine.data.dataset import Array
    from engine.inside.generating.choosing import Choosing
    from engine.inside.generating.forecasting import Forecast
    from engine.inside.generating.jobs import Job
    from engine.inside.generating.labelling import Label
    from engine.inside.generating.watching import Watching
    from engine.inside.generating.writing import Answer, Start, Writer
    from engine.inside.trained import Trained
    from gui.hosts.host import Host

Kind = Literal["continue", "translate", "caption", "label", "classify", "forecast", "watch"]
Weights = Literal["now", "best"]
OFTEN: Final = 0.03
"""Seconds between two pieces of a text that are shown."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a ``text``, a ``file``, or a ``sample`` of the run's own test part, by its position.

    The file is an image or, of clips, a folder of frames.
    """

    weights: Weights
    text: str = ""
    sample: int | None = None
    file: Path | None = None
    choosing: Choosing | None = None
    beams: int = 0
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What a network can do, and where a text begins unless one is typed; ``own``: it answers files of one's own."""

    kind: Kind
    length: int
    samples: int
    example: str
    own: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """What is seen of an answer: ``text`` so far, ``prompt`` the part of it that was given."""

    kind: Kind
    prompt: str = ""
    source: str = ""
    text: str = ""
    wanted: str = ""
    note: str = ""
    image: Array | None = None
    clip: tuple[QImage, ...] = ()
    frames: tuple[str, ...] = ()
    """What was answered to each frame of the ``clip`` that is there, where it was."""
    answers: tuple[Answer, ...] = ()
    classes: tuple[tuple[str, float], ...] = ()
    labels: tuple[Label, ...] = ()
    forecast: Forecast | None = None
    done: bool = False


class Trial:
    """A run that is tried; its methods are called beside the window, one at a time."""

    def __init__(self, folder: Path, host: Host | None) -> None:
        self.folder, self._host = folder, host
        self._trained: Trained | None = None
        self._job: Job | Watching | None = None
        self._writer: Writer | None = None

    def find(self) -> Found:
        """What the network does. Raises LayerloomError."""
        from engine.inside.generating.jobs import Classifying, Forecasting, Labelling
        from engine.inside.generating.watching import Watching

        self._take("now")
        assert self._trained is not None
        job, trained = self._job, self._trained
        samples = len(trained.data.test)
        if isinstance(job, Watching):
            return Found("watch", 0, samples, "", own=job.own)
        if isinstance(job, Forecasting):
            return Found("forecast", 0, samples, "")
        if isinstance(job, Labelling):
            return Found("label", job.length, samples, self._text(0) if samples else "")
        if isinstance(job, Classifying):
            return Found("classify", job.length, samples, self._text(0) if samples else "")
        assert self._writer is not None
        start = self._writer.from_sample(0) if samples else None
        prompt = "" if start is None else start.source or self._writer.job.alphabet.decode(start.shown)
        kind = self._writer.job.kind
        return Found(kind, self._writer.length, samples, prompt, own=kind == "caption")

    def answer(self, asked: Question, show: Callable[[Shown], None], stopped: Callable[[], bool]) -> Shown:
        """Answer, and ``show`` what there is so far. Raises LayerloomError."""
        from engine.inside.generating.classifying import classify
        from engine.inside.generating.forecasting import forecast
        from engine.inside.generating.jobs import Classifying, Forecasting, Labelling
        from engine.inside.generating.labelling import labels
        from engine.inside.generating.watching import Watching

        note = self._take(asked.weights)
        assert self._trained is not None
        if isinstance(self._job, Forecasting):
            return Shown(
                "forecast", note=note, forecast=forecast(self._trained, self._job, asked.sample or 0), done=True
            )
        if isinstance(self._job, Watching):
            return self._watch(self._job, asked, note)
        text = asked.text
        if isinstance(self._job, Labelling | Classifying) and asked.sample is not None:
            text = self._text(asked.sample)
        if isinstance(self._job, Labelling):
            found = tuple(labels(self._trained, self._job, text))
            note = _joined(note, self._job.alphabet.note(text))
            return Shown("label", prompt=text, note=note, labels=found, done=True)
        if isinstance(self._job, Classifying):
            said = classify(self._trained, self._job, text)
            wanted = self._class(asked.sample) if asked.sample is not None else ""
            return Shown(
                "classify", text, text=said.classes[0][0], wanted=wanted, note=_joined(note, said.note),
                classes=said.classes, done=True,
            )  # fmt: skip
        return self._write(asked, note, show, stopped)

    def _watch(self, job: Watching, asked: Question, note: str) -> Shown:
        from engine.inside.answer_table import in_runs
        from engine.inside.generating.watching import watch_files, watch_sample
        from gui.training.results.frame_strip import frames_of

        assert self._trained is not None
        if asked.file is not None:
            found = watch_files(self._trained, job, asked.file)
        else:
            found = watch_sample(self._trained, job, asked.sample or 0)
        steps, classes = found.answer.positions, found.answer.probabilities
        text = in_runs(steps) if steps else classes[0][0]
        return Shown(
            "watch", text=text, wanted=found.wanted, note=_joined(note, found.note), clip=frames_of(found.clip, steps),
            frames=steps, classes=classes, done=True,
        )  # fmt: skip

    def _write(self, asked: Question, note: str, show: Callable[[Shown], None], stopped: Callable[[], bool]) -> Shown:
        from engine.inside.generating.choosing import Choosing

        writer = self._writer
        assert writer is not None
        choosing = asked.choosing or Choosing()
        if asked.file is not None:
            start = writer.from_image(asked.file)
        elif asked.sample is not None:
            start = writer.from_sample(asked.sample)
        else:
            start = writer.from_text(asked.text, choosing.seed)
        typed = asked.text if asked.sample is None and asked.file is None else ""
        shown = self._begun(start, note, typed)
        show(shown)
        if asked.beams:
            answers = tuple(writer.search(start, asked.beams, asked.length))
            return replace(shown, text=answers[0].text, answers=answers, done=True)
        last = time.monotonic()
        for token in writer.write(start, choosing, asked.length):
            shown = replace(shown, text=shown.text + token.text)
            if stopped():
                break
            if time.monotonic() - last > OFTEN:
                show(shown)
                last = time.monotonic()
        return replace(shown, done=True)

    def _begun(self, start: Start, note: str, typed: str) -> Shown:
        assert self._writer is not None
        prompt = self._writer.job.alphabet.decode(start.shown)
        steps = self._writer.opened(start)
        how = "" if steps.kept else f" Each step computes the whole sequence again: {steps.why}."
        wanted = start.wanted if self._writer.job.kind != "continue" else ""
        note = _joined(f"{note}{how}".strip(), self._writer.note(typed))
        return Shown(self._writer.job.kind, prompt, start.source, prompt, wanted, note, image=start.image)

    def _class(self, sample: int) -> str:
        """The class that the data say of a test sample."""
        from engine.inside.generating.jobs import Classifying

        assert isinstance(self._job, Classifying)
        assert self._trained is not None
        field = self._trained.data.fields[self._job.head.field]
        number = int(self._trained.data.test.values(self._job.head.field)[sample])
        return field.names[number] if number < len(field.names) else str(number)

    def _text(self, sample: int) -> str:
        """The text of a test sample."""
        from engine.inside.generating.jobs import Classifying, Labelling

        job, trained = self._job, self._trained
        assert isinstance(job, Labelling | Classifying)
        assert trained is not None
        row = trained.data.test.values(job.tokens)[sample].tolist()
        return job.alphabet.decode(row)

    def _take(self, wanted: Weights) -> str:
        """Take the weights that are wanted; what is to be known of them. Raises LayerloomError."""
        from engine.inside.generating.jobs import Writing, job_of
        from engine.inside.generating.watching import watching_of
        from engine.inside.generating.writing import Writer
        from engine.inside.trained import open_run
        from engine.training.runs.stored import best_weights, parent_of

        live = self._host.weights() if self._host is not None and self._host.result is None else None
        if wanted == "best":
            weights, note = best_weights(self.folder), "The weights of the best epoch."
        elif live is not None:
            weights, note = live[1], f"The weights after step {live[0]:,} of the running training."
        else:
            weights, note = dict(parent_of(self.folder).weights), ""
        if self._trained is None:
            self._trained = open_run(self.folder, weights=weights)
            self._job = watching_of(self._trained) or job_of(self._trained)
            self._writer = Writer(self._trained) if isinstance(self._job, Writing) else None
        else:
            self._trained.network.module.load_state_dict(weights)
        return note


def _joined(*notes: str) -> str:
    return " ".join(filter(None, notes))
