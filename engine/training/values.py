"""What flows along the wires: one real batch through the network, and a few numbers of every result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from engine.graph import Graph
from engine.training.diagnosis.nonfinite import undisturbed
from engine.training.diagnosis.probes import Probed, Results
from engine.training.findings import NodePath

NodeKey = tuple[tuple[str, ...], str]
"""The uses of blocks one goes into, and the node."""


@dataclass(frozen=True, slots=True)
class Value:
    """One result of a node for a batch: its shape, and the numbers in it (NaN where it holds none)."""

    shape: tuple[int, ...]
    dtype: str
    low: float
    high: float
    mean: float
    std: float
    finite: bool

    def __str__(self) -> str:
        if not self.finite:
            return "not a number"
        if self.dtype in ("bool", "int64"):
            return f"{self.low:.0f} … {self.high:.0f}"
        return f"{self.mean:.2g} ± {self.std:.2g}"

    @property
    def words(self) -> str:
        """All of it in a sentence."""
        size = " × ".join(map(str, self.shape))
        if not self.finite:
            return f"{size} {self.dtype}: holds NaN or infinite numbers"
        spread = "" if self.dtype == "bool" else f", mean {self.mean:.4g}, standard deviation {self.std:.4g}"
        return f"{size} {self.dtype}: from {self.low:.4g} to {self.high:.4g}{spread}"


def values_of(graph: Graph, weights_of: Path | None = None) -> Mapping[NodeKey, tuple[Value | None, ...]]:
    """The results of every node for the first batch of the training part, as a step would see them.

    The weights are those of a run, in layers where they still fit, else new. Of a block's repeats the last is kept.
    Raises TrainingError, DataError for what keeps the network from training, RunError for a run without weights.
    """
    from engine.data.pipeline import prepare
    from engine.training.plan import check
    from engine.training.runs.stored import parent_of
    from engine.training.steps import device as devices
    from engine.training.steps.assembly import build
    from engine.training.steps.threads import use_passive_waiting
    from engine.weights.warm_start import inherit

    plan = check(graph)
    use_passive_waiting()
    target = torch.device("cpu")
    found: dict[NodeKey, tuple[Value | None, ...]] = {}

    def hear(path: NodePath, values: Results) -> None:
        found[path.inside, path.node] = tuple(None if value is None else measure(value) for value in values)

    with devices.settled(devices.choose_threads(plan.training.threads, plan.multiply_adds)):
        data = prepare(plan.data, target)
        network = build(plan, data, target).network
        if weights_of is not None:
            inherit(network.module, plan.graph, plan.source.modules, parent_of(weights_of))
        probed = Probed(plan, network.module)
        batch = next(data.train.batches(network.fields, min(plan.data.size(len(data.train)), len(data.train))))
        probed.listener = hear
        devices.seed_step(target, plan.training.seed, "step", 1)
        with torch.no_grad(), undisturbed(network.module):
            network.answers(batch, probed)
    return found


def measure(value: Tensor) -> Value:
    """A few numbers of a tensor."""
    numbers = value.detach().float()
    shape, dtype = tuple(value.shape), str(value.dtype).removeprefix("torch.")
    if not numbers.numel():
        return Value(shape, dtype, *(float("nan"),) * 4, finite=True)
    if not bool(numbers.isfinite().all()):
        return Value(shape, dtype, *(float("nan"),) * 4, finite=False)
    low, high = numbers.aminmax()
    std = float(numbers.std(unbiased=False))
    return Value(shape, dtype, float(low), float(high), float(numbers.mean()), std, finite=True)
