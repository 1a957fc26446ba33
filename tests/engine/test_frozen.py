"""What earlier versions have written opens and resumes for good: ``tests/frozen`` is never written again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import presets
from engine.compile import compile_graph
from engine.edits import SetParameter
from engine.problems import find
from engine.project import from_bytes, load, to_bytes
from engine.training.loop import Trainer
from engine.training.runs.catalogue import listing
from engine.training.runs.folder import RunError
from engine.training.runs.run_info import read
from engine.training.runs.stored import stored_history
from engine.training.sample_table import SampleTable
from presets.own import broken_presets, own_presets

FROZEN = Path(__file__).resolve().parent.parent / "frozen"
PROJECTS = sorted(FROZEN.rglob("*.loom"))
UNFINISHED = ("stopped", "failed", "killed")


def lines(run: Path) -> list[dict[str, Any]]:
    """What a run has written of its metrics."""
    return [json.loads(line) for line in (run / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("path", PROJECTS, ids=lambda path: path.relative_to(FROZEN).as_posix())
def test_a_project_opens_and_is_saved_the_same(path: Path) -> None:
    graph = load(path)
    assert [problem.message for problem in find(graph) if problem.severity == "error"] == []
    assert from_bytes(to_bytes(graph), path.name).nodes == graph.nodes
    if path.parent.name != "presets" or "resnet" not in path.name:  # the large ones are compiled elsewhere
        compile_graph(graph)


@pytest.mark.parametrize("path", sorted((FROZEN / "presets").iterdir()), ids=lambda path: path.stem)
def test_a_preset_is_what_it_was(path: Path) -> None:
    now, then = presets.build(path.stem), load(path)
    for node in now.of_type("Output"):  # what schema 1 meant: the last axis
        SetParameter(node.id, "class_axis", -1).apply(now)
    assert list(now.nodes.values()) == list(then.nodes.values())


def test_a_users_preset_is_in_the_list(layerloom_home: Path) -> None:
    shutil.copytree(FROZEN / "home" / "presets", layerloom_home / "presets")
    assert [(preset.name, preset.title) for preset in own_presets()] == [("my-nested-network", "My Nested Network")]
    assert broken_presets() == []


@pytest.mark.parametrize("state", ["finished", *UNFINISHED])
def test_a_run_is_read_with_its_curves(state: str) -> None:
    info = read(FROZEN / "runs" / state)
    assert info.state == (state if state != "killed" else "running")
    curves = stored_history(info.path)
    assert "train/loss" in curves.names()
    assert len(curves.series("train/loss")[0]) >= info.steps
    if state != "failed":
        table = curves.tables["validation/predictions"].values
        assert isinstance(table, SampleTable)
        assert table.samples


@pytest.mark.parametrize("state", UNFINISHED)
def test_a_run_is_resumed(state: str, tmp_path: Path) -> None:
    folder = tmp_path / state
    shutil.copytree(FROZEN / "runs" / state, folder)
    result = Trainer.resume(folder).run()
    if state == "failed":  # its learning rate is as wrong as it was
        assert (result.state, result.steps) == ("failed", 6)
        return
    assert (result.state, result.epochs, result.steps) == ("finished", 4, 28)
    rows, whole = lines(folder), lines(FROZEN / "runs" / "finished")
    assert [(row["step"], row["epoch"], row["split"]) for row in rows] == [
        (row["step"], row["epoch"], row["split"]) for row in whole
    ]
    assert [row["loss"] for row in rows] == pytest.approx([row["loss"] for row in whole], rel=1e-3)


def test_a_finished_run_is_not_resumed() -> None:
    with pytest.raises(RunError, match="has finished"):
        Trainer.resume(FROZEN / "runs" / "finished")


def test_runs_are_listed_and_their_weights_used(tmp_path: Path) -> None:
    shutil.copytree(FROZEN / "runs", tmp_path / "runs")
    found = listing(tmp_path / "runs")
    assert sorted(entry.path.name for entry in found.entries) == ["failed", "finished", "killed", "stopped"]
    graph = presets.build("linear-classifier")
    result = Trainer(graph, tmp_path / "next", weights_of=tmp_path / "runs" / "finished").run()
    assert result.state == "finished"
