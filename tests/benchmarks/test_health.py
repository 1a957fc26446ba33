"""What looking into the layers costs the training at the default rate: a step with a look against a step without."""

from __future__ import annotations

import statistics
import time

import torch

import presets
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.settings.training import TrainingConfig
from engine.training.diagnosis.course import TrainingFacts
from engine.training.diagnosis.health import HealthProbe
from engine.training.diagnosis.monitor import HealthMonitor
from engine.training.diagnosis.probes import Probed
from engine.training.plan import check
from engine.training.steps import device as devices
from engine.training.steps.assembly import build
from tests.benchmarks.tables import table

GOAL = 0.03
"""The share of the training time that looks may take."""
EVERY = TrainingConfig().health
PAIRS = 25


def measured(name: str) -> tuple[float, float, float]:
    """(seconds of a plain step, of one with a look, of building the probed network), medians of interleaved pairs."""
    graph = presets.build(name)
    if name == "resnet-18-small":
        SetSetting(("data", "dataset"), "digits").apply(graph)
    plan, cpu = check(graph), torch.device("cpu")
    data = prepare(plan.data)
    plain: list[float] = []
    looked: list[float] = []
    with devices.settled(devices.choose_threads(None, plan.multiply_adds)):
        stepper = build(plan, data, cpu)
        began = time.perf_counter()
        probed = Probed(plan.graph, plan.report, stepper.network.module)
        building = time.perf_counter() - began
        monitor = HealthMonitor(TrainingFacts(plan.graph))
        batch = next(data.train.batches(stepper.network.fields, plan.data.size(len(data.train))))
        for number in range(1, 2 * PAIRS + 7):
            probe = HealthProbe(probed, plan.graph) if number % 2 else None
            began = time.perf_counter()
            stepper.step([batch], number, measure=False, probe=probe)
            if probe is not None:
                monitor.look(probe.look(number))
            if number > 6:
                (looked if probe else plain).append(time.perf_counter() - began)
    return statistics.median(plain), statistics.median(looked), building


def test_looks_take_little_of_the_training() -> None:
    rows: list[list[object]] = [["network", "step (ms)", "with a look", f"share at every {EVERY} steps", "probes (ms)"]]
    for name in ("linear-classifier", "mlp", "lenet-5", "lstm-classifier", "transformer-encoder", "resnet-18-small"):
        plain, looked, building = measured(name)
        share = (looked - plain) / (EVERY * plain)
        rows.append(
            [name, f"{1e3 * plain:.2f}", f"{1e3 * looked:.2f}", f"{100 * share:.2f} %", f"{1e3 * building:.0f}"]
        )
    table(f"Looking into the layers (goal {100 * GOAL:.0f} %)", rows)
