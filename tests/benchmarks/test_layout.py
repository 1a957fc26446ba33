"""How long the layout of a large network takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

import pytest

from engine.graph import Graph
from gui.canvas.layout.layout import arrange, routes


def chain(graph: Graph, start: str, *types: str) -> str:
    for name in types:
        node = graph.add(name)
        graph.connect(start, node)
        start = node
    return start


def merge(graph: Graph, kind: str, sources: list[str]) -> str:
    if len(sources) == 1:
        return sources[0]
    node = graph.add(kind)
    for number, source in enumerate(sources):
        graph.connect(source, node, target=f"x{number}")
    return node


def resnet_152() -> Graph:
    graph = Graph()
    end = chain(graph, graph.add("Input"), "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d")
    for blocks in (3, 8, 36, 3):
        for number in range(blocks):
            branch = chain(graph, end, *("Conv2d", "BatchNorm2d", "ReLU") * 2, "Conv2d", "BatchNorm2d")
            shortcut = end if number else chain(graph, end, "Conv2d", "BatchNorm2d")
            end = chain(graph, merge(graph, "Add", [branch, shortcut]), "ReLU")
    chain(graph, end, "AdaptiveAvgPool2d", "Linear", "Output")
    return graph


def densenet_121() -> Graph:
    graph = Graph()
    end = chain(graph, graph.add("Input"), "Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d")
    for layers in (6, 12, 24, 16):
        features = [end]
        for _ in range(layers):
            types = "BatchNorm2d", "ReLU", "Conv2d", "BatchNorm2d", "ReLU", "Conv2d"
            features.append(chain(graph, merge(graph, "Concat", features), *types))
        end = chain(graph, merge(graph, "Concat", features), "BatchNorm2d", "ReLU", "Conv2d")
    chain(graph, end, "AdaptiveAvgPool2d", "Linear", "Output")
    return graph


def milliseconds(work: Callable[[], object]) -> float:
    """The best of seven."""
    times = []
    for _ in range(7):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def test_large_networks_are_laid_out_in_a_moment(capsys: pytest.CaptureFixture[str]) -> None:
    rows = []
    for name, graph, goals in (
        ("ResNet-152", resnet_152(), (12, 12, 4)),
        ("DenseNet-121", densenet_121(), (250, 60, 16)),
    ):
        sizes = dict.fromkeys(graph.nodes, (160.0, 56.0))
        positions = arrange(graph, sizes)
        ways = routes(graph, positions, sizes)
        middle = list(graph.nodes)[len(graph.nodes) // 2]
        touched = [*graph.incoming[middle].values(), *graph.outgoing[middle]]
        jobs: dict[str, Callable[[], object]] = {
            "arrange": partial(arrange, graph, sizes),
            "routes, all wires": partial(routes, graph, positions, sizes),
            "routes, one node": partial(routes, graph, positions, sizes, touched, ways),
        }
        label = f"{name}: {len(graph.nodes)} nodes, {len(ways)} wires"
        rows += [(label, job, milliseconds(work), goal) for (job, work), goal in zip(jobs.items(), goals, strict=True)]
    with capsys.disabled():
        print(f"\n{'layout':<40} {'':<20} {'ms':>8} {'goal':>6}")
        for label, job, taken, goal in rows:
            print(f"{label:<40} {job:<20} {taken:8.2f} {goal:6}")
