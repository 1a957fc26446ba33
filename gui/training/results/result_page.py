"""What every tab below the curves is: it shows runs, and only while it is seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from PySide6.QtWidgets import QWidget

from engine.graph import Graph
from engine.training.history import History
from engine.training.series import Series
from gui.hosts.host import Host

NOT_YET = "{} after the first epoch of a run."


@dataclass(frozen=True, slots=True)
class ShownRuns:
    """The drawing, the run whose curves are seen, those of the run that was chosen, and the ticked runs by folder."""

    graph: Graph
    host: Host | None
    history: History | None
    ticked: Mapping[Path, tuple[str, History]]

    @property
    def run(self) -> Path | None:
        """The folder of the run whose curves are seen."""
        return None if self.host is None else self.host.status.run

    @property
    def live(self) -> bool:
        """Whether that run is under way."""
        return self.host is not None and self.host.result is None

    def nothing(self, missing: str, awaited: str) -> str:
        """Why there is nothing to show: ``missing``, of a chosen run that was validated; else what is ``awaited``."""
        names = () if self.history is None else self.history.names()
        validated = any(Series.parse(name).part == "validation" for name in names)
        return missing if validated else NOT_YET.format(awaited)


class ResultPage(QWidget):
    """``show_runs`` is called when the page is seen and there may be something new."""

    title: ClassVar[str]
    tip: ClassVar[str]
    of_one_run: ClassVar[bool] = False
    """Whether it shows one run, to be chosen from the one whose curves are seen and the ticked ones."""

    def show_runs(self, shown: ShownRuns) -> None:
        """Bring the page up to date."""
        raise NotImplementedError

    def close_background(self) -> None:
        """Wait for what is read or compared beside the window."""
