"""``.pt2``: the network as torch.export captures it, to be loaded without its class."""

from __future__ import annotations

import io
from pathlib import Path
from typing import ClassVar

from engine.exports.exporter import Checked, Exporter
from engine.exports.subject import Subject


class TorchExport(Exporter):
    """Weights and operations in one file; the batch may have any size."""

    name: ClassVar[str] = "pt2"
    title: ClassVar[str] = "torch.export (.pt2)"
    summary: ClassVar[str] = "operations and weights in one file, loaded by torch.export.load"
    suffixes: ClassVar[tuple[str, ...]] = (".pt2",)

    def write(self, subject: Subject, beside: Path) -> None:
        import torch

        from engine.exports.comparing import samples_of
        from engine.exports.dynamic import captured, quiet

        program, notes = captured(subject, samples_of(subject))
        subject.notes = notes
        stored = io.BytesIO()
        with quiet():
            torch.export.save(program, stored)
        with beside.open("wb") as file:
            file.write(stored.getvalue())

    def check(self, subject: Subject, beside: Path) -> Checked:
        import torch

        from engine.exports.comparing import compared, samples_of
        from engine.exports.dynamic import quiet
        from engine.exports.subject import answers_of
        from engine.files import open_to_read

        with open_to_read(beside) as file, quiet():
            module = torch.export.load(file).module()
        samples = samples_of(subject)
        return compared(subject, answers_of(module, samples), samples, notes=subject.notes)
