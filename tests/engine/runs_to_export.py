"""Short runs whose exports are tested."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.control import Control
from engine.training.loop import Trainer
from tests.engine.stopping import Stopping


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
