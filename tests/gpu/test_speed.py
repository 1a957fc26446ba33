"""How fast a run is: beside the best loop by hand, beside steps that are not replayed, and how long the GPU idles.

Nothing is judged by a clock here: the tables are printed, with the goal beside each number. What the window costs a run
on a GPU is printed by ``tests/benchmarks/test_hosts.py``, which needs Qt and computes on the GPU where there is one.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest
import torch

import presets
from engine.data.pipeline import prepare
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.status import Status
from engine.training.steps import computing
from engine.training.steps.assembly import build
from engine.training.steps.cuda_graphs import backend_of
from engine.training.steps.device import settled
from engine.training.steps.graphs import RecordedSteps
from tests.benchmarks.gpu_by_hand import ByHand, now
from tests.engine.fake_graphs import FakeGraphs
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import with_settings

DRY: Final = DEVICE.type == "cpu"
IMAGES: Final = ({"name": "resize", "field": "image", "size": (224, 224)}, {"name": "standardise", "field": "image"})


LARGE: Final[dict[str, Any]] = {"classes": 10, "input": (1, 224, 224)}


@dataclass(frozen=True)
class Case:
    """A preset on a GPU with its options, what stands in for it in a trial on the CPU, and its data."""

    network: str
    options: dict[str, Any]
    small: str
    epochs: int
    batch: int
    samples: int
    transforms: tuple[dict[str, Any], ...] | None = None
    dataset: str = "digits"


CASES: Final = {
    "LeNet-5": Case("lenet-5", {}, "lenet-5", 40, 64, 1280),
    "ResNet-50, 224², one channel": Case("resnet-50", LARGE, "resnet-50-small", 8, 64, 512, IMAGES),
    "ViT-B/16, 224², one channel": Case("vit-b-16", LARGE, "vit-b-16-small", 8, 64, 512, IMAGES),
    "GPT-2 small, characters": Case("gpt-2-small", {"vocab_size": 97}, "gpt-2-tiny", 6, 64, 2048, None, "docstrings"),
    "LSTM": Case("lstm-classifier", {"hidden": 512}, "lstm-classifier", 30, 64, 1280),
}
WARM: Final = 2
"""Epochs that do not count: recording, timing of kernels, caches."""


def graph_of(case: Case, **settings: Any) -> Graph:
    """The network of a case with its data, as fast as it goes; no state is stored while it is measured."""
    usual = {"epochs": 4 if DRY else case.epochs + WARM, "gpu": "fast", "precision": "auto", "health": 0}
    checkpoint = {"epochs": None, "minutes": None, "best": False}
    made = presets.build(case.small) if DRY else presets.build(case.network, **case.options)
    graph = with_settings(made, **{**usual, "checkpoint": checkpoint, "optimizer": {"name": "adamw"}, **settings})
    data = dict(presets.build(case.small).settings["data"])
    share = min(0.8, (case.batch * 3 if DRY else case.samples) / _size(case.dataset))
    split = {"train": share, "validation": share / 8, "test": 1 - share * 9 / 8}
    graph.settings["data"] = {**data, "batch_size": 16 if DRY else case.batch, "split": split}
    if case.transforms is not None and not DRY:
        graph.settings["data"]["transforms"] = case.transforms
    return graph


def _size(dataset: str) -> int:
    """Samples of a dataset, all parts together."""
    return {"digits": 1797, "docstrings": 12_000}[dataset]


@pytest.mark.parametrize("name", CASES)
def test_a_run_beside_the_best_loop_by_hand(name: str, tmp_path: Path, record_property: Any) -> None:
    """After every epoch of the run the same epoch is trained by hand, in the same thread and with the same kernels."""
    graph = graph_of(CASES[name])
    plan = computing.decided(check(graph), DEVICE)
    hand = ByHand(plan, prepare(plan.data, DEVICE), tmp_path)
    ours: list[float] = []
    since = 0.0

    def epoch_done(status: Status) -> None:
        nonlocal since
        ours.append(now() - since)
        hand.epoch()
        since = now()

    trainer = Trainer(graph, tmp_path / "run", on_epoch=epoch_done)
    since = now()
    result = trainer.run()
    hand.file.close()
    assert result.state == "finished", result.message
    ratios = [b / a for a, b in zip(ours[WARM:], hand.seconds[WARM:], strict=True)]
    step = statistics.median(ours[WARM:]) / (hand.steps / len(hand.seconds))
    row = {
        "network": name if not DRY else f"{name} ({CASES[name].small})",
        "ms a step": f"{1e3 * step:.2f}",
        "speed / by hand": f"{statistics.median(ratios):.3f}",
        "worst, best": f"{min(ratios):.3f}–{max(ratios):.3f}",
        "goal": "≥ 0.97",
        "computes with": plan.training.precision,
        "notes": " ".join(trainer.status.notes),
    }
    record_property("The speed of a run / the best loop by hand, in the same precision", row)


def test_a_replayed_step_beside_one_taken_as_ever(record_property: Any) -> None:
    plan = computing.decided(check(graph_of(CASES["LeNet-5"])), DEVICE)
    data = prepare(plan.data, DEVICE)
    rounds, block, names = (2, 10, data.fields) if DRY else (20, 100, data.fields)
    times: dict[bool, list[float]] = {False: [], True: []}
    with settled(1, DEVICE, plan.training):
        steppers = {replayed: build(plan, data, DEVICE) for replayed in times}
        said: list[str] = []
        recording = steppers[True]
        backend = backend_of(recording) or FakeGraphs(recording)
        recording.recorded = RecordedSteps(recording, backend, said.append)
        whole = list(data.train.batches(names, plan.data.size(len(data.train)), drop_last=True))
        number = 0
        for _ in range(rounds + 2):
            for replayed, stepper in steppers.items():
                began = now()
                for step in range(block):
                    stepper.step([whole[step % len(whole)]], number + step + 1, measure=False)
                times[replayed].append((now() - began) / block)
            number += block
    assert not said
    ratio = statistics.median(b / a for a, b in zip(times[False][2:], times[True][2:], strict=True))
    ever, replay = (f"{1e6 * statistics.median(times[one][2:]):.0f}" for one in times)
    row = {"network": "LeNet-5", "µs as ever": ever, "µs replayed": replay, "replayed / as ever": f"{ratio:.3f}"}
    record_property("A replayed step beside one taken as ever", {**row, "goal": "≤ 0.25"})


@cuda_only("its profiler")
@pytest.mark.parametrize("name", CASES)
def test_how_long_the_gpu_idles(name: str, tmp_path: Path, record_property: Any) -> None:
    """Over the steps of an epoch, between its first kernel and its last."""
    graph = graph_of(CASES[name], epochs=WARM + 2)
    share = graph.settings["data"]["split"]["train"]
    graph.settings["data"]["split"] = {"train": share, "validation": 0.0, "test": 1 - share}  # no evaluation between
    spans: list[tuple[float, float]] = []
    profiler = torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CUDA])

    def epoch_done(status: Status) -> None:
        torch.cuda.synchronize()
        if status.epoch == WARM:
            profiler.start()
        elif status.epoch == WARM + 1:
            profiler.stop()
            on_it = (one for one in profiler.events() if one.device_type == torch.profiler.DeviceType.CUDA)
            kernels = (one for one in on_it if not one.is_user_annotation)  # those span what they are laid around
            spans.extend((one.time_range.start, one.time_range.end) for one in kernels)

    result = Trainer(graph, tmp_path / "run", on_epoch=epoch_done).run()
    assert result.state == "finished", result.message
    assert spans
    idle = idle_share(spans)
    record_property("How long the GPU idles in an epoch", {"network": name, "idle": f"{idle:.1%}", "goal": "≤ 3 %"})


def idle_share(spans: Iterable[tuple[float, float]]) -> float:
    """Which share of the time from the first begin to the last end is in none of the spans."""
    ordered = sorted(spans)
    first, reached, busy = ordered[0][0], ordered[0][0], 0.0
    for begin, end in ordered:
        busy += max(0.0, end - max(begin, reached))
        reached = max(reached, end)
    return 1 - busy / (reached - first) if reached > first else 0.0


def test_the_share_of_idle_time() -> None:
    assert idle_share([(0.0, 1.0), (0.5, 2.0), (3.0, 4.0)]) == 0.25
    assert idle_share([(0.0, 4.0), (1.0, 2.0)]) == 0.0
