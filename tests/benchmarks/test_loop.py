"""The loop against the best one can write by hand for the same network, in processor time, both with one thread.

The loop by hand trains the same source on the same tensors with the fused optimizer, and records the same: the loss of
every step and every tenth norm of the gradients as JSON lines, after every epoch the validation loss with the same
metrics. It does what an expert would: the samples are gathered once an epoch, losses are fetched once an epoch, the
validation part goes through in as few batches as fit, images lie with their channels last where that is faster.
After every epoch of a run the same epochs are trained by hand in the same thread, so a round is a pair of neighbours.
Nothing is compared but the time: that both learn is what other tests show.
"""

from __future__ import annotations

import json
import os
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

import presets
from engine.compile import compile_source
from engine.data.pipeline import Prepared, prepare
from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.plan import TrainingPlan, check
from engine.training.status import Status
from tests.benchmarks.tables import table

NETWORKS: Mapping[str, int] = {
    "mlp": 120,
    "lstm-classifier": 40,
    "vit-tiny": 8,
    "transformer-encoder": 16,
    "lenet-5": 30,
    "resnet-18-small": 4,
    "u-net-small": 4,
}
"""Preset → rounds (epochs)."""
SHARE = float(os.environ.get("LAYERLOOM_BENCH_ROUNDS", "1"))
"""How many times as many rounds are taken."""
ONLY = os.environ.get("LAYERLOOM_BENCH_ONLY", "")
"""Names of presets with commas between them; empty: all."""
SAMPLES = 1200
"""Of the U-Net's images: an epoch of all takes minutes."""
WARM = 2
"""Epochs at the beginning that do not count: caches fill, layers are looked at several times."""
SHORT = 0.5e-3
"""Seconds of a step below which the goal is 1.10 instead of 1.05."""
LARGE_BATCH = 512
NORM_EVERY = 10


@dataclass
class ByHand:
    """A network of one input and one target of classes, trained without any program around it."""

    plan: TrainingPlan
    data: Prepared
    folder: Path
    channels_last: bool = False
    steps: int = 0
    epochs: int = 0
    seconds: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        torch.manual_seed(0)
        config, (self.input,) = self.plan.training.optimizer, self.plan.binding.inputs.values()
        (self.target,) = self.plan.binding.targets.values()
        self.model = compile_source(self.plan.source)
        if self.channels_last:
            self.model = self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        options: dict[str, Any] = config.model_dump(exclude={"name"})
        self.optimizer = torch.optim.AdamW(self.model.parameters(), fused=True, **options)
        self.schedule = torch.optim.lr_scheduler.CosineAnnealingLR(self.optimizer, self.plan.training.epochs)
        self.file = (self.folder / f"by-hand-{self.channels_last}.jsonl").open("w")
        self.classes = self.data.fields[self.target].classes or 2

    def epoch(self) -> None:
        """Train an epoch and evaluate; its processor time is noted."""
        began = time.process_time()
        model, optimizer, size = self.model, self.optimizer, self.plan.data.size(len(self.data.train))
        parameters = list(model.parameters())
        order = torch.randperm(len(self.data.train))
        inputs, targets = (self.data.train.tensors[name][order] for name in (self.input, self.target))
        inputs = self._laid_out(inputs)
        losses, norms, lr = [], {}, optimizer.param_groups[0]["lr"]
        self.epochs += 1
        for given, wanted in zip(inputs.split(size), targets.split(size), strict=True):
            loss = self._loss(model(given), wanted)
            for weight in parameters:  # zero_grad takes a twentieth of a tiny step
                weight.grad = None
            loss.backward()
            if self.steps % NORM_EVERY == 0:
                norms[len(losses)] = torch.nn.utils.get_total_norm([p.grad for p in parameters if p.grad is not None])
            optimizer.step()
            losses.append(loss.detach())
            self.steps += 1
        rows: list[dict[str, Any]] = [
            {"step": self.steps - len(losses) + number, "epoch": self.epochs, "loss": loss, "lr": lr}
            for number, loss in enumerate(torch.stack(losses).tolist(), 1)
        ]
        for index, norm in norms.items():
            rows[index]["grad_norm"] = float(norm)
        rows.append({"step": self.steps, "epoch": self.epochs, "validation": self._judged()})
        self.file.write("".join(f"{json.dumps(row)}\n" for row in rows))
        self.file.flush()
        self.schedule.step()
        self.seconds.append(time.process_time() - began)

    def _judged(self) -> dict[str, Any]:
        part, total, confusion = self.data.validation, 0.0, None
        inputs, targets = self._laid_out(part.tensors[self.input]), part.tensors[self.target]
        self.model.eval()
        with torch.no_grad():
            for given, wanted in zip(inputs.split(LARGE_BATCH), targets.split(LARGE_BATCH), strict=True):
                answer = self.model(given)
                total += float(self._loss(answer, wanted)) * len(given)
                pairs = torch.bincount((wanted * self.classes + answer.argmax(1)).flatten(), minlength=self.classes**2)
                confusion = pairs if confusion is None else confusion + pairs
        self.model.train()
        assert confusion is not None
        counts = confusion.view(self.classes, -1).double()
        right, given_, true = counts.diag(), counts.sum(0), counts.sum(1)
        found = {"loss": total / len(part), "accuracy": float(right.sum() / counts.sum())}
        if answer.dim() > 2:
            return found | {"iou": float((right / (given_ + true - right)).mean())}
        per_class = {"precision": right / given_, "recall": right / true, "f1": 2 * right / (given_ + true)}
        found |= {name: float(values.mean()) for name, values in per_class.items()}
        return found | {name: values.tolist() for name, values in per_class.items()} | {"confusion": counts.tolist()}

    @staticmethod
    def _loss(answer: Tensor, target: Tensor) -> Tensor:
        return cross_entropy(answer, target)

    def _laid_out(self, value: Tensor) -> Tensor:
        if self.channels_last and value.dim() == 4:
            return value.contiguous(memory_format=torch.channels_last)
        return value


def graph_of(name: str, epochs: int) -> Graph:
    """A preset with its settings, on one thread; the states of the run are not stored while it is measured."""
    graph = presets.build(name)
    settings: dict[str, Any] = {"epochs": epochs, "threads": 1}
    for key, value in {**settings, "checkpoint": {"epochs": None, "minutes": None, "best": False}}.items():
        SetSetting(("training", key), value).apply(graph)
    if graph.settings["data"]["dataset"] == "shapes":
        share = SAMPLES / 12_000
        SetSetting(("data", "split"), {"train": 0.8 * share, "validation": 0.2 * share, "test": 1 - share}).apply(graph)
    return graph


def measured(name: str, rounds: int, folder: Path) -> tuple[list[float], list[float], float, str]:
    """(seconds of epochs of the loop, of the better loop by hand, of a step by hand, which one that was)."""
    graph = graph_of(name, rounds + WARM)
    plan = check(graph)
    data = prepare(plan.data)
    ways = [False, True] if any(len(data.fields[one].shape) == 3 for one in plan.binding.inputs.values()) else [False]
    hands = [ByHand(plan, data, folder, way) for way in ways]
    ours: list[float] = []
    since = 0.0

    def epoch_done(status: Status) -> None:
        nonlocal since
        ours.append(time.process_time() - since)
        for hand in hands:
            hand.epoch()
        since = time.process_time()

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    trainer = Trainer(graph, folder / "run", on_epoch=epoch_done)
    since = time.process_time()
    try:
        result = trainer.run()
    finally:
        torch.set_num_threads(threads)
        for hand in hands:
            hand.file.close()
    assert result.state == "finished", result.message
    best = min(hands, key=lambda hand: statistics.median(hand.seconds[WARM:]))
    way = "channels last" if best.channels_last else "as they come"
    steps = best.steps / best.epochs
    return ours[WARM:], best.seconds[WARM:], statistics.median(best.seconds[WARM:]) / steps, way


def test_the_loop_beside_the_best_one_by_hand(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["network", "step by hand (ms)", "images", "loop / by hand", "middle half", "of the sums", "goal"]
    ]
    chosen = [name for name in NETWORKS if not ONLY or name in ONLY.split(",")]
    for name in chosen:
        folder = tmp_path / name
        folder.mkdir()
        ours, theirs, step, way = measured(name, max(4, round(SHARE * NETWORKS[name])), folder)
        ratios = [a / b for a, b in zip(ours, theirs, strict=True)]
        low, _, high = statistics.quantiles(ratios, n=4)
        goal = 1.10 if step < SHORT else 1.05
        rows.append(
            [name, f"{1e3 * step:.2f}", way, f"{statistics.median(ratios):.3f}", f"{low:.3f}–{high:.3f}",
             f"{sum(ours) / sum(theirs):.3f}", f"{goal:.2f}"]
        )  # fmt: skip
    table("The loop / the best by hand, processor time, one thread", rows)
