"""Samples drawn by class: every class as often as the others, by seed and epoch alone, and the same after a resume."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.data.pipeline import prepare
from engine.data.sampling import balanced, is_uneven, order_of
from engine.edits import SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.settings.data import DataConfig
from engine.training.loop import Trainer
from presets.fitting import fit
from tests.engine.networks import chain
from tests.engine.own_data import table
from tests.engine.stopping import Stopping


@settings(max_examples=25, deadline=None)
@given(
    labels=st.lists(st.sampled_from([0, 0, 0, 0, 1, 1, 2, 5]), min_size=1, max_size=120),
    seed=st.integers(0, 2**31 - 1),
    epoch=st.integers(1, 9),
)
def test_every_class_comes_as_often(labels: list[int], seed: int, epoch: int) -> None:
    some, positions = np.array(labels), np.arange(len(labels)) * 3
    order = balanced(some, positions, seed, epoch)
    assert len(order) == len(labels)
    counts = np.unique(some[order], return_counts=True)[1]
    there = len(set(labels))
    assert len(counts) == min(there, len(labels))
    assert counts.max() - counts.min() <= 1
    for label in set(labels):  # within a class no sample comes twice more often than another
        members = np.flatnonzero(some == label)
        times = np.bincount(order, minlength=len(labels))[members]
        assert times.max() - times.min() <= 1
    assert (balanced(some, positions, seed, epoch) == order).all()


def test_all_samples_of_a_frequent_class_come_in_turn() -> None:
    labels = np.array([0] * 90 + [1] * 10)
    met = set[int]()
    orders = [balanced(labels, np.arange(100), 7, epoch) for epoch in range(1, 9)]
    for order in orders:
        met |= set(order.tolist())
    assert len(met) == 100
    assert not (orders[0] == orders[1]).all()
    assert is_uneven([90, 10])
    assert not is_uneven([90, 30, 0])


def rows(path: Path) -> Path:
    kinds = ["rare" if index % 11 == 0 else "usual" for index in range(110)]
    return table(path, ("x", "z", "kind"), *((index / 9, index * 7 % 5 / 3, kind) for index, kind in enumerate(kinds)))


def network(path: Path) -> Graph:
    graph = fit(chain((2,), ("Linear", {"out_features": 2})), sources.describe(path))
    values = {"data": {"sampling": "balanced", "batch_size": 8}, "training": {"epochs": 3, "threads": 1}}
    for section, entries in values.items():
        for key, value in entries.items():  # type: ignore[attr-defined]
            SetSetting((section, key), literal(value)).apply(graph)
    return graph


def test_memory_and_files_are_drawn_alike(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = DataConfig(source=sources.describe(rows(tmp_path / "a.csv")).settings, sampling="balanced")
    kept = prepare(config)
    monkeypatch.setattr("engine.data.pipeline.free_memory", lambda: 1)
    read = prepare(config)
    assert read.train.views
    orders = [order_of(one.train, config, one.fields, 3, 2) for one in (kept, read)]
    assert orders[0] is not None
    assert orders[1] is not None
    assert orders[0].tolist() == orders[1].tolist()
    labels = kept.train.tensors["kind"][orders[0]]
    assert abs(int((labels == 0).sum()) * 2 - len(labels)) <= 1


def test_a_resume_within_an_epoch_goes_on_with_the_same_draws(tmp_path: Path) -> None:
    graph = network(rows(tmp_path / "a.csv"))
    assert Trainer(graph, tmp_path / "whole").run().state == "finished"
    assert Trainer(graph, tmp_path / "broken", control=Stopping(13)).run().state == "stopped"
    assert Trainer.resume(tmp_path / "broken").run().state == "finished"
    whole, broken = ((tmp_path / name / "metrics.jsonl").read_bytes() for name in ("whole", "broken"))
    assert whole == broken


def test_without_classes_it_is_one_sentence() -> None:
    with pytest.raises(DataError, match="no target with one class a sample") as raised:
        fields(DataConfig(dataset="diabetes", sampling="balanced"))
    assert raised.value.about.setting == "data.sampling"
