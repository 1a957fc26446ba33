"""What `engine.cost` says a training step takes, against what the device has allocated at most."""

from __future__ import annotations

from typing import Any

import pytest
import torch

import presets
from engine import cost
from engine.compile import compile_graph
from engine.graph import Graph
from engine.settings.training import TrainingConfig
from engine.shapes import infer
from engine.training.steps.optimization import make_optimizer
from tests.gpu.comparing import exact_products
from tests.gpu.device import DEVICE

FAR = 0.15
"""How far the estimate may be off, as a share of what was measured."""
LENGTH = 128
"""What an open size other than the batch is."""
NETWORKS: dict[str, tuple[int, ...]] = {
    "mlp:hidden=4096": (8192, 65536),
    "resnet-18": (64, 256),
    "resnet-50": (32, 128),
    "vgg-11": (32, 128),
    "densenet-121": (32, 96),
    "mobilenet-v2": (64, 192),
    "efficientnet-b0": (32, 128),
    "convnext-tiny": (32, 96),
    "u-net": (4, 8),
    "vit-b-16": (32, 96),
    "gpt-2-small": (4, 12),
    "bert-base": (16, 64),
    "lstm-classifier:hidden=1024": (2048, 8192),
}
"""Preset → batches, large enough that the workspaces of libraries are a small share."""
ON_A_CPU = {"resnet-18-small": (2,), "vit-b-16-small": (2,), "mlp": (8,)}
"""A trial of the code, in which nothing is measured."""
CASES = [(name, size) for name, sizes in (NETWORKS if DEVICE.type == "cuda" else ON_A_CPU).items() for size in sizes]


def inputs(graph: Graph, batch: int) -> list[torch.Tensor]:
    """Inputs of a network on the device; whole numbers are 0 and 1."""
    report, made = infer(graph), []
    for node in graph.of_type("Input"):
        (spec,) = report.outputs[node.id].values()
        shape = spec.bound({"N": batch} | {name: LENGTH for dim in spec.shape for name in symbols(dim)})
        kind = getattr(torch, spec.dtype)
        drawn = torch.randn(shape, device=DEVICE) if kind.is_floating_point else torch.randint(2, shape, device=DEVICE)
        made.append(drawn.to(kind))
    return made


def symbols(dim: Any) -> list[str]:
    """The symbols of a size but the batch."""
    name = getattr(dim, "symbol", None)
    return [name] if name and name != "N" else []


def peak(graph: Graph, batch: int) -> int | None:
    """Bytes that two steps take at most, inputs, weights and the optimizer's state included; None: nobody counts."""
    if DEVICE.type == "cuda":
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats(DEVICE)
    before = torch.cuda.memory_allocated(DEVICE) if DEVICE.type == "cuda" else 0
    module = compile_graph(graph).to(DEVICE)
    optimizer = make_optimizer(TrainingConfig.model_validate(graph.settings["training"]).optimizer, module, DEVICE)
    given = inputs(graph, batch)
    for _ in range(2):
        optimizer.zero_grad()
        result = module(*given)
        results = result if isinstance(result, tuple) else (result,)
        total = torch.stack([value.float().mean() for value in results]).sum()
        del result, results
        total.backward()
        optimizer.step()
    return torch.cuda.max_memory_allocated(DEVICE) - before if DEVICE.type == "cuda" else None


@pytest.mark.parametrize(("name", "batch"), CASES)
def test_the_estimate_is_what_is_allocated(name: str, batch: int, record_property: Any) -> None:
    exact_products()
    graph, _ = presets.open_what(name)
    estimate = cost.total(graph, batch=batch, gpu=DEVICE.type == "cuda").memory_training
    measured = peak(graph, batch)
    if measured is None:
        pytest.skip("needs a GPU: an allocator that counts")
    ratio = estimate / measured
    row = {"network": name, "batch": batch, "estimated MiB": f"{estimate / 2**20:.0f}"}
    record_property("Memory of a training step", {**row, "MiB": f"{measured / 2**20:.0f}", "ratio": f"{ratio:.3f}"})
    assert abs(ratio - 1) <= FAR
