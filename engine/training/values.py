"""What flows along the wires: one real batch through the network, and a few numbers of every result."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from engine.compile import compile_graph
from engine.graph import Graph
from engine.layers.endpoints import Input
from engine.shapes import infer
from engine.training.diagnosis.nonfinite import undisturbed
from engine.training.diagnosis.probes import Listener, Probed, Results
from engine.training.findings import NodePath

FEW, SHORT = 16, 4
"""So many numbers are written out, and so many with four digits: more would not fit beside a wire."""
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
    numbers: tuple[float, ...] = ()
    """All of them, where they are few and of one sample."""

    def __str__(self) -> str:
        if self.numbers:
            return self._written(4 if len(self.numbers) <= SHORT else 3)
        if not self.finite:
            return "not a number"
        if self.dtype in ("bool", "int64"):
            return f"{self.low:.0f} … {self.high:.0f}"
        return f"{self.mean:.2g} ± {self.std:.2g}"

    @property
    def words(self) -> str:
        """All of it in a sentence."""
        size = " × ".join(map(str, self.shape))
        if self.numbers:
            return f"{size} {self.dtype}: {self._written(6)}"
        if not self.finite:
            return f"{size} {self.dtype}: holds NaN or infinite numbers"
        spread = "" if self.dtype == "bool" else f", mean {self.mean:.4g}, standard deviation {self.std:.4g}"
        return f"{size} {self.dtype}: from {self.low:.4g} to {self.high:.4g}{spread}"

    def _written(self, digits: int) -> str:
        """The numbers; the rows of a matrix with a semicolon between."""
        texts = [_number(number, digits) for number in self.numbers]
        wide = self.shape[-1] if len(self.shape) > 1 else len(texts)
        return "; ".join(", ".join(texts[first : first + wide]) for first in range(0, len(texts), wide))


def _number(number: float, digits: int) -> str:
    """``−0.715``, ``3.78e-44``, ``∞``."""
    words = {math.inf: "∞", -math.inf: "−∞"}
    if number != number:
        return "NaN"
    return words.get(number) or f"{number + 0.0:.{digits}g}".replace("-", "−", 1)


def values_of(graph: Graph, weights_of: Path | None = None) -> Mapping[NodeKey, tuple[Value | None, ...]]:
    """The results of every node for the first batch of the training part, as a step would see them.

    The weights are those of a run, in layers where they still fit, else new. Of a block's repeats the last is kept.
    Raises TrainingError, DataError for what keeps the network from training, RunError for a run without weights.
    """
    if (example := example_values(graph)) is not None:
        return example
    found: dict[NodeKey, tuple[Value | None, ...]] = {}

    def hear(path: NodePath, values: Results) -> None:
        found[path.inside, path.node] = tuple(None if value is None else measure(value) for value in values)

    listen(graph, weights_of, hear)
    return found


def listen(graph: Graph, weights_of: Path | None, hear: Listener) -> None:
    """Let the first batch of the training part go through the network; ``hear`` gets what every node gives.

    The weights are those of `values_of`, which says what is raised.
    """
    from engine.data.pipeline import prepare
    from engine.training.plan import check
    from engine.training.runs.stored import parent_of
    from engine.training.steps import device as devices
    from engine.training.steps.assembly import build
    from engine.training.steps.threads import prepare_environment
    from engine.weights.warm_start import inherit

    plan = check(graph)
    prepare_environment()
    target = torch.device("cpu")
    with devices.settled(devices.choose_threads(plan.training.threads, plan.at_once)):
        data = prepare(plan.data, target)
        network = build(plan, data, target).network
        if weights_of is not None:
            inherit(network.module, plan.graph, plan.source.modules, parent_of(weights_of))
        probed = Probed(plan.graph, plan.report, network.module)
        batch = next(data.train.batches(network.fields, min(plan.data.size(len(data.train)), len(data.train))))
        probed.listener = hear
        devices.seed_step(target, plan.training.seed, "step", 1)
        with torch.no_grad(), undisturbed(network.module):
            network.answers(batch, probed)


def example_values(graph: Graph) -> Mapping[NodeKey, tuple[Value | None, ...]] | None:
    """The results of every node for the examples of its Inputs; None where data is chosen, or an Input has no example.

    Weights are those that a new network has with the seed of the training. Raises SourceError for a network with
    errors.
    """
    found: dict[NodeKey, tuple[Value | None, ...]] = {}

    def hear(path: NodePath, values: Results) -> None:
        found[path.inside, path.node] = tuple(None if value is None else measure(value, alone=True) for value in values)

    return found if listen_to_example(graph, hear) else None


def listen_to_example(graph: Graph, hear: Listener) -> bool:
    """The same with the examples of the Inputs; False, and nothing heard, where data is chosen or one has none."""
    from engine.training.steps import device as devices

    data, report = graph.settings.get("data"), infer(graph)
    chosen = isinstance(data, Mapping) and (data.get("dataset") is not None or data.get("source") is not None)
    inputs = [report.layer(node.id) for node in graph.of_type("Input")]
    given = [layer for layer in inputs if isinstance(layer, Input) and layer.example is not None]
    if chosen or not inputs or len(given) < len(inputs):
        return False
    with devices.settled(1), torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.manual_seed(0)
        module = compile_graph(graph).eval()
        probed = Probed(graph, report, module)
        probed.module.eval()
        probed.listener = hear
        batch = [_example_of(one) for one in given]
        probed(*batch)
    return True


def _example_of(layer: Input) -> Tensor:
    """The example of an Input as a batch of one sample."""
    sizes = [size for size in layer.shape if isinstance(size, int)]  # all: an open size has no example
    return torch.tensor(layer.example, dtype=getattr(torch, layer.dtype)).reshape(1, *sizes)


def measure(value: Tensor, alone: bool = False) -> Value:
    """A few numbers of a tensor; all of them where they are few and those of one sample ``alone``."""
    numbers = value.detach().float()
    shape, dtype = tuple(value.shape), str(value.dtype).removeprefix("torch.")
    if alone and 0 < numbers.numel() <= FEW:
        listed = tuple(float(number) for number in numbers.flatten())
        return replace(measure(value), numbers=listed)
    if not numbers.numel():
        return Value(shape, dtype, *(float("nan"),) * 4, finite=True)
    if not bool(numbers.isfinite().all()):
        return Value(shape, dtype, *(float("nan"),) * 4, finite=False)
    low, high = numbers.aminmax()
    std = float(numbers.std(unbiased=False))
    return Value(shape, dtype, float(low), float(high), float(numbers.mean()), std, finite=True)
