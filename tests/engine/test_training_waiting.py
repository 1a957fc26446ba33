"""Steps that wait for their data: recorded, and advice where it is too much."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.data import pipeline, sources
from engine.data.cache import column as cache_column
from engine.data.cache import shelf
from engine.data.pipeline import Part, prepare
from engine.settings.data import DataConfig
from engine.training.diagnosis import waiting
from engine.training.diagnosis.waiting import waits
from engine.training.loop import Trainer
from engine.training.runs.clock import read_curves
from engine.training.runs.run_info import read
from presets.fitting import fitted
from tests.engine.own_data import digit_folders


@pytest.fixture
def found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> sources.Found:
    monkeypatch.setattr(pipeline, "free_memory", lambda: 6_000)
    monkeypatch.setattr(waiting.os, "cpu_count", lambda: 4)
    return sources.describe(digit_folders(tmp_path / "digits", 60))


def train_part(found: sources.Found, threads: int) -> Part:
    transforms = found.transforms
    return prepare(DataConfig(source=found.settings, transforms=transforms, workers=threads)).train  # type: ignore[arg-type]


def test_advice_is_what_helps_most(found: sources.Found, monkeypatch: pytest.MonkeyPatch) -> None:
    part = train_part(found, 2)
    assert waits(1.0, 10.0, part, 7, first=False) is None
    assert waits(2.0, 3.0, part, 7, first=False) is None, "it is too early to say"
    said = waits(6.0, 10.0, part, 7, first=True)
    assert said is not None
    assert (said.message, said.step) == ("60% of the time is spent waiting for data.", 7)
    assert (said.setting, "4 cores" in said.advice) == ("data.workers", True)
    said = waits(6.0, 10.0, train_part(found, 4), 7, first=True)
    assert said is not None
    assert "Decoded on disk" in said.advice
    monkeypatch.setattr(cache_column, "PAYS", 1)
    monkeypatch.setattr(shelf, "SPARE", 0)
    part = train_part(found, 4)
    assert len(part.views["image"][np.arange(len(part))]) == len(part)
    assert waits(6.0, 10.0, part, 7, first=True) is None, "the next epoch takes them from the disk"
    for _ in train_part(found, 4).batches(["image"], 8):
        pass
    prepare(DataConfig(source=found.settings)).validation.views["image"].whole()
    prepare(DataConfig(source=found.settings)).test.views["image"].whole()
    said = waits(6.0, 10.0, train_part(found, 4), 7, first=False)
    assert said is not None
    assert "smaller" in said.advice


def test_data_in_memory_are_never_waited_for(found: sources.Found) -> None:
    part = prepare(DataConfig(dataset="iris")).train
    assert waits(9.0, 10.0, part, 7, first=False) is None


def test_a_run_writes_down_how_long_it_waited_and_says_it_once(
    found: sources.Found, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "ENOUGH", 0.0)
    monkeypatch.setattr(waiting, "LARGE", 0.0)
    monkeypatch.setattr("engine.training.recorder.INTERVAL", 0.0)
    graph, _ = fitted("mlp", found)
    graph.settings["training"]["epochs"] = 2
    graph.settings["data"]["batch_size"] = 16
    graph.settings["data"]["workers"] = 2
    trainer = Trainer(graph, tmp_path / "run")
    assert trainer.run().state == "finished"
    rows = [json.loads(line) for line in (tmp_path / "run" / "timing.jsonl").read_text().splitlines()]
    assert all(0.0 <= row["waiting"] <= 1.0 for row in rows)
    assert any(row["waiting"] > 0.0 for row in rows)
    assert [one.code for one in read(tmp_path / "run").diagnoses].count("waits-for-data") == 1
    curves = read_curves(tmp_path / "run")
    assert len(curves.series("train/waiting")[0]) == len(rows)
    assert b"waiting" not in (tmp_path / "run" / "metrics.jsonl").read_bytes()
