"""How busy, full and warm a GPU is: read beside the training, recorded with the run, listed with the runs."""

from __future__ import annotations

import json
import sys
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from engine.graph import Graph
from engine.system import nvidia
from engine.system.nvidia import GpuReading, gauge_of
from engine.training.loop import Trainer
from engine.training.runs.catalogue import listing
from engine.training.runs.clock import read_curves
from engine.training.runs.gpu_use import use_of
from engine.training.runs.run_info import read
from engine.training.steps import gpu_meter
from engine.training.steps.gpu_meter import GpuMeter, metered
from tests.engine.nvml import install
from tests.engine.stopping import Stopping


def test_a_gpu_says_how_busy_full_and_warm_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    fake = install(monkeypatch)
    gauge = gauge_of("1")
    assert gauge is not None
    assert gauge.read() == GpuReading(0.75, 3 * 2**30, 8 * 2**30, 61.0)
    fake.dumb = {"utilisation", "temperature"}
    assert gauge.read() == GpuReading(None, 3 * 2**30, 8 * 2**30, None), "as a part of a GPU (MIG)"
    fake.dumb = {"memory"}
    assert gauge.read() == GpuReading(0.75, None, None, 61.0)
    assert gauge_of("another") is None


def test_without_package_driver_or_gpu_nothing_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch, driver=False)
    assert gauge_of("1") is None
    assert nvidia.has_package()
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert gauge_of("1") is None
    assert not nvidia.has_package()
    with metered(torch.device("cpu")) as meter:
        assert meter is None


def test_each_reading_is_taken_once() -> None:
    meter = GpuMeter(lambda: GpuReading(0.5, used=7))
    assert meter.take() == {}
    meter.look()
    assert meter.take() == {"gpu_utilisation": 0.5, "gpu_memory": 7}
    assert meter.take() == {}


def test_it_is_read_in_a_thread_of_its_own_for_as_long_as_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)
    properties = SimpleNamespace(uuid="1")
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: properties)
    with metered(torch.device("cuda")) as meter:
        assert meter is not None
        meter.look()
        assert meter.take()["gpu_temperature"] == 61.0
        watcher = next(thread for thread in __import__("threading").enumerate() if thread.name == "gpu-meter")
    assert not watcher.is_alive()


def digits() -> Graph:
    graph = Graph("digits")
    ids = [graph.add("Input", name="image", shape=(1, 8, 8)), graph.add("Flatten")]
    ids += [graph.add("Linear", out_features=10), graph.add("Output", name="digit")]
    for source, target in pairwise(ids):
        graph.connect(source, target)
    graph.settings = {"data": {"dataset": "digits"}, "training": {"epochs": 3, "threads": 1}}
    return graph


@pytest.fixture
def warming(monkeypatch: pytest.MonkeyPatch) -> None:
    """A GPU that is read anew whenever the run is written down, and grows warmer by 10 °C each time."""
    fake = install(monkeypatch)
    fake.warm = 30

    @contextmanager
    def each_time(device: torch.device):  # type: ignore[no-untyped-def]
        gauge = gauge_of("1")
        assert gauge is not None
        meter = GpuMeter(gauge.read)
        take = meter.take

        def fresh() -> object:
            fake.warm += 10
            meter.look()
            return take()

        monkeypatch.setattr(meter, "take", fresh)
        yield meter

    monkeypatch.setattr(gpu_meter, "metered", each_time)


def test_a_run_keeps_its_curves_and_what_they_come_to(warming: None, tmp_path: Path) -> None:
    trainer = Trainer(digits(), tmp_path / "runs" / "a", control=Stopping(20))
    trainer.run()
    Trainer.resume(tmp_path / "runs" / "a").run()
    history = read_curves(tmp_path / "runs" / "a")
    warm = history.series("train/gpu_temperature")[1]
    assert len(warm) >= 2
    assert list(warm) == sorted(warm)
    assert use_of(history) == {"gpu_utilisation": 0.75, "gpu_memory": 3.0 * 2**30, "gpu_temperature": warm[-1]}
    assert read(tmp_path / "runs" / "a").gpu_use == use_of(history), "after a resume of all of the run"
    (entry,) = listing(tmp_path / "runs").entries
    assert entry.gpu_use == use_of(history)
    text = (tmp_path / "runs" / "a" / "metrics.jsonl").read_text(encoding="utf-8")
    assert all("gpu_temperature" not in json.loads(line) for line in text.splitlines()), "metrics have no clock"


def test_without_a_gpu_a_run_says_nothing_of_one(tmp_path: Path) -> None:
    Trainer(digits(), tmp_path / "run", control=Stopping(5)).run()
    assert not [name for name in read_curves(tmp_path / "run").names() if "gpu" in name]
    assert read(tmp_path / "run").gpu_use == {}
