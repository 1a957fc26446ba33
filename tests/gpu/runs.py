"""Small runs on the device under test and on the CPU."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch

import presets
from engine.bypassing import bypass
from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.status import Result
from tests.gpu.device import DEVICE


def preset(name: str, device: torch.device = DEVICE, /, **training: Any) -> Graph:
    """A preset that is to train on a device, with some settings of its training."""
    graph = presets.build(name)
    return with_settings(graph, device, **training)


def with_settings(graph: Graph, device: torch.device = DEVICE, /, **training: Any) -> Graph:
    """The graph with these settings of its training, ``data__batch_size`` for one of its data.

    Without others it computes exactly: with the same bits every time, and with those of the CPU up to rounding.
    """
    usual = {"device": device.type, "threads": 1, "gpu": "exact", "precision": "float32"}
    for key, value in {**usual, **training}.items():
        path = tuple(key.split("__")) if "__" in key else ("training", key)
        SetSetting(path, literal(value)).apply(graph)
    return graph


def without_draws(graph: Graph) -> Graph:
    """The graph with every dropout bypassed: devices, and code compiled for them, draw other numbers."""
    for part in (graph, *(block.graph for block in graph.blocks.values())):
        if dropouts := [node.id for node in part.of_type("Dropout")]:
            bypass(part, dropouts).apply(part)
    return graph


def trained(graph: Graph, folder: Path, control: Control | None = None) -> Result:
    """How the run of a graph ended."""
    return Trainer(graph, folder, control=control or Control()).run()


def rows(folder: Path) -> list[dict[str, Any]]:
    """The lines of a run's metrics."""
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


def losses(folder: Path) -> list[float]:
    """The loss of each step of a run."""
    return [float(row["loss"]) for row in rows(folder) if row["split"] == "train"]
