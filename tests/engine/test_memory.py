"""The memory of activations, computed by rule, against tensors that are alive while torch runs."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import presets
from engine import cost
from engine.compile import compile_graph
from engine.edits import SetProperty
from engine.graph import Graph
from engine.shapes import infer
from tests.benchmarks.tables import table
from tests.engine.classics import densenet_121, googlenet
from tests.engine.networks import lenet, mlp, residual
from tests.engine.test_blocks import frames, scanned
from tests.engine.test_known_wrong import steps_of_a_state


class Alive(TorchDispatchMode):
    """Counts the bytes of all storages that exist at once, apart from those that were there before."""

    def __init__(self, known: list[torch.Tensor]) -> None:
        super().__init__()
        self.seen = {tensor.untyped_storage()._cdata for tensor in known}
        self.now = self.peak = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        result = func(*args, **(kwargs or {}))
        for item in result if isinstance(result, (tuple, list)) else (result,):
            if isinstance(item, torch.Tensor):
                self.look(item)
        return result

    def look(self, tensor: torch.Tensor) -> None:
        """Count a storage the first time it is met, until it goes."""
        storage = tensor.untyped_storage()
        if storage._cdata in self.seen:
            return
        key, size = storage._cdata, storage.nbytes()
        self.seen.add(key)
        self.now += size
        self.peak = max(self.peak, self.now)

        def gone() -> None:
            self.seen.discard(key)
            self.now -= size

        weakref.finalize(storage, gone)


def tensors(graph: Graph, batch: int) -> list[torch.Tensor]:
    """Inputs of a network; an open length is 128."""
    report, made = infer(graph), []
    for node in graph.of_type("Input"):
        spec = report.outputs[node.id]["output"]
        shape, dtype = spec.bound({"N": batch, "T": 128}), getattr(torch, spec.dtype)
        made.append(torch.randn(shape) if spec.dtype == "float32" else torch.zeros(shape, dtype=dtype))
    return made


def measured(graph: Graph, batch: int, *, training: bool) -> int:
    """The most bytes of activations in one forward pass, the inputs included."""
    model, inputs = compile_graph(graph).train(training), tensors(graph, batch)
    known = [*model.parameters(), *model.buffers(), *inputs]
    with torch.set_grad_enabled(training), Alive(known) as alive:
        answer = model(*inputs)
    del answer
    return alive.peak + sum(tensor.untyped_storage().nbytes() for tensor in inputs)


def allocated(graph: Graph, batch: int, *, training: bool) -> int:
    """The same by torch's allocator: with what the kernels of attention take where no dispatch mode looks."""
    model, inputs = compile_graph(graph).train(training), tensors(graph, batch)
    cpu = torch.profiler.ProfilerActivity.CPU
    with torch.set_grad_enabled(training), torch.profiler.profile(activities=[cpu], profile_memory=True) as profile:
        answer = model(*inputs)
    del answer
    now = peak = 0
    for event in profile.profiler.kineto_results.events():
        now += event.nbytes() if event.name() == "[memory]" else 0
        peak = max(peak, now)
    return peak + sum(tensor.untyped_storage().nbytes() for tensor in inputs)


def spectral(graph: Graph) -> Graph:
    """The network with weights that are computed in every pass."""
    for node in graph.of_type("Linear"):
        SetProperty(node.id, "parametrization", "spectral_norm").apply(graph)
    return graph


NETWORKS: list[tuple[str, Callable[[], Graph], int]] = [
    ("LeNet-5", lenet, 32),
    ("MLP", mlp, 64),
    ("residual", lambda: residual(6, 64), 32),
    ("ResNet-18 small", lambda: presets.build("resnet-18-small"), 8),
    ("ResNet-50", lambda: presets.build("resnet-50"), 1),
    ("DenseNet-121", densenet_121, 1),
    ("GoogLeNet", googlenet, 1),
    ("Transformer encoder", lambda: presets.build("transformer-encoder"), 16),
    ("ViT tiny", lambda: presets.build("vit-tiny"), 16),
    ("LSTM classifier", lambda: presets.build("lstm-classifier"), 16),
    ("MLP with spectral norm", lambda: spectral(mlp()), 2),
    ("scanned cell", lambda: scanned(hidden=64), 16),
    ("repeated scan", lambda: steps_of_a_state().graph, 16),
    ("each step", lambda: frames(width=64), 16),
    ("each step by itself", lambda: frames(width=64, norm=True), 16),
]
ATTENTION = ("Transformer encoder", "ViT tiny")


def test_activations_take_what_torch_keeps_alive() -> None:
    rows: list[list[object]] = [
        ["bytes of activations", "training", "measured", "ratio", "inference", "measured", "ratio"]
    ]
    ratios = []
    for name, build, batch in NETWORKS:
        graph = build()
        ours = cost.total(graph, batch=batch)
        row: list[object] = [f"{name}, batch {batch}"]
        for training, reckoned in ((True, ours.activations_training), (False, ours.activations_inference)):
            real = (allocated if name in ATTENTION else measured)(graph, batch, training=training)
            ratios.append((name, training, reckoned / real))
            row += [f"{reckoned:,}", f"{real:,}", f"{reckoned / real:.2f}"]
        rows.append(row)
    table("Memory of activations", rows)
    assert [each for each in ratios if not 0.8 <= each[2] <= 1.2] == []


@pytest.mark.parametrize("batch", [1, 5])
def test_the_memory_of_training_adds_gradients_and_the_optimizers_state(batch: int) -> None:
    graph = lenet()
    whole = cost.total(graph, batch=batch)
    assert whole.memory_parameters == 4 * 61_706
    assert whole.memory_training == whole.activations_training + 4 * 61_706 * (1 + 1 + 2)
    assert whole.memory_inference == whole.activations_inference + 4 * 61_706
