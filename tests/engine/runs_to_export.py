"""Short runs whose exports are tested."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.control import Control
from engine.training.loop import Trainer


def trained(graph: Graph, folder: Path, epochs: int, settings: dict[str, Any] | None = None) -> Path:
    """A finished run of so many epochs, with these settings by their paths (``training.clip_norm``)."""
    changes = {"training.epochs": epochs, "training.threads": 1, **(settings or {})}
    for path, value in changes.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)
    assert Trainer(graph, folder, control=Control()).run().state == "finished"
    return folder


def begun(graph: Graph, folder: Path, steps: int) -> Path:
    """A run that was stopped after so many steps."""
    SetSetting(("training", "threads"), 1).apply(graph)
    assert Trainer(graph, folder, control=Stopping(steps)).run().state == "stopped"
    return folder


class Stopping(Control):
    """Stops the run after so many steps."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.left = steps

    def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
        self.left -= 1
        if self.left < 0:
            self.stop()
        return super().gate(before_waiting)
