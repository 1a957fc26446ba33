"""The weights as ``.safetensors``, by the names of the model class."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from engine.exports.exporter import Checked, Exporter
from engine.exports.subject import Subject


class SafetensorsFile(Exporter):
    """All parameters and buffers; what two modules share is stored once under each name."""

    name: ClassVar[str] = "safetensors"
    title: ClassVar[str] = "Weights (.safetensors)"
    summary: ClassVar[str] = "the weights alone, to be loaded into the model class"
    suffixes: ClassVar[tuple[str, ...]] = (".safetensors",)

    def write(self, subject: Subject, beside: Path) -> None:
        from engine.training.runs.tensors import independent, write_safetensors

        with beside.open("wb") as file:
            write_safetensors(file, independent(subject.module.state_dict()))

    def check(self, subject: Subject, beside: Path) -> Checked:
        from safetensors.torch import load_file

        from engine.compile import compile_source
        from engine.exports.comparing import compared, samples_of
        from engine.exports.subject import answers_of

        module = compile_source(subject.source).eval()
        module.load_state_dict(load_file(beside))
        samples = samples_of(subject)
        return compared(subject, answers_of(module, samples), samples, tolerance=0.0)
