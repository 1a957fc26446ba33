"""What a format of export is: how it is called and chosen, what it needs, how it is written and checked."""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final, Literal

from engine.errors import LayerloomError
from engine.exports.subject import Subject

SAMPLES: Final = 64
"""Samples whose answers are compared before an export is called done."""


class ExportError(LayerloomError):
    """Why something cannot be exported: one sentence that says what, and what to do."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of loading an export again: ``samples`` were compared, ``difference`` is the largest between numbers.

    ``notes`` are whole sentences about what is not exactly as it was; ``table`` has rows of words to be shown, the
    first one the head. ``samples`` is 0 where there is nothing to compare, as of a drawing.
    """

    samples: int = 0
    difference: float = 0.0
    what: str = "samples"
    notes: tuple[str, ...] = ()
    table: tuple[tuple[str, ...], ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    """More for programs: what the table says, as numbers."""

    def __str__(self) -> str:
        if not self.samples:
            return ""
        difference = "no difference" if not self.difference else f"largest difference {self.difference:.2g}"
        return f"{self.samples} {self.what}, {difference}"


class Exporter(ABC):
    """One format. Its facts are those of the class; `write` and `check` do the work."""

    name: ClassVar[str]
    """The word for it on the command line: ``--as NAME``."""
    title: ClassVar[str]
    summary: ClassVar[str]
    """One line: what one has then."""
    suffixes: ClassVar[tuple[str, ...]] = ()
    """Endings of file names, such as ``.onnx``, or whole names (``train.py``): the longest that fits decides."""
    kind: ClassVar[Literal["file", "folder"]] = "file"
    needs: ClassVar[Literal["network", "run"]] = "network"
    """Whether weights and data of a run are needed, or a drawn network is enough."""
    libraries: ClassVar[tuple[str, ...]] = ()
    """Modules that have to be installed, and the ``extra`` of Layerloom that brings them."""
    extra: ClassVar[str] = "export"
    quick: ClassVar[bool] = False
    """Whether it takes no time, so that the window need not do it in a separate process."""

    def missing(self) -> str:
        """Why it cannot be written on this computer, with what to install; empty where it can."""
        lacking = [name for name in self.libraries if importlib.util.find_spec(name) is None]
        if not lacking:
            return ""
        which = f"{' and '.join(lacking)}, which {'is' if len(lacking) == 1 else 'are'} not installed"
        return f"{self.title} needs {which}: pip install 'layerloom[{self.extra}]'"

    def companions(self, target: Path) -> tuple[Path, ...]:
        """Files that are written beside the target."""
        return ()

    @abstractmethod
    def write(self, subject: Subject, beside: Path) -> None:
        """Write the file, or fill the folder, at ``beside``, a path of the right name in an empty folder.

        Companions go into the same folder. Raises ExportError where this network cannot be written in this format.
        """

    @abstractmethod
    def check(self, subject: Subject, beside: Path) -> Checked:
        """Load what was written and compare. Raises ExportError where it does not answer as the network does."""
