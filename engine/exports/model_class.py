"""The model class as ``.py``: the very source that is trained, which needs PyTorch alone."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from engine.exports.exporter import Checked, Exporter
from engine.exports.subject import Subject


class ModelClass(Exporter):
    """What ``layerloom source`` prints."""

    name: ClassVar[str] = "model"
    title: ClassVar[str] = "Model class (.py)"
    summary: ClassVar[str] = "the network as a PyTorch class; its weights are a file of their own"
    suffixes: ClassVar[tuple[str, ...]] = (".py",)

    def write(self, subject: Subject, beside: Path) -> None:
        with beside.open("wb") as file:
            file.write(subject.source.text.encode())

    def check(self, subject: Subject, beside: Path) -> Checked:
        from engine.exports.comparing import compared, samples_of
        from engine.exports.loading import model_of
        from engine.exports.subject import answers_of

        module = model_of(beside, subject.source.class_name).eval()
        module.load_state_dict(subject.module.state_dict())
        samples = samples_of(subject)
        return compared(subject, answers_of(module, samples), samples, tolerance=0.0)
