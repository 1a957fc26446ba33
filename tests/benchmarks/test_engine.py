"""What the engine costs: a step of a compiled network, shapes and problems while drawing, and its own import."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
import torch
from torch import nn

from engine.compile import compile_graph
from engine.edits import SetParameter
from engine.graph import Graph
from engine.problems import Checker, find
from engine.shapes import Shapes, infer
from engine.source import write
from tests.benchmarks.tables import table
from tests.engine.networks import lenet, long_chain, mlp

CHAIN_GOAL, END_GOAL = 10.0, 0.5
"""Milliseconds for the shapes of 500 nodes, and for an edit at their end."""


class HandMLP(nn.Module):
    """784-512-512-10 as one would write it by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc2, self.fc3 = nn.Linear(784, 512), nn.Linear(512, 512), nn.Linear(512, 10)
        self.relu = nn.ReLU()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.relu(self.fc1(x))
        x = self.relu(self.fc2(x))
        return self.fc3(x)


class HandLeNet(nn.Module):
    """LeNet-5 as one would write it by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)
        self.pool, self.tanh = nn.AvgPool2d(2), nn.Tanh()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.pool(self.tanh(self.conv1(x)))
        x = self.pool(self.tanh(self.conv2(x)))
        x = torch.flatten(x, 1)
        x = self.tanh(self.fc1(x))
        x = self.tanh(self.fc2(x))
        return self.fc3(x)


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """A second thread makes a step depend on what else the machine does."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def seconds(action: Callable[[], object]) -> float:
    """How long one call takes."""
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def milliseconds(action: Callable[[], object], times: int = 15) -> float:
    """The median of some calls after a first one."""
    action()
    return 1000 * statistics.median(seconds(action) for _ in range(times))


def step_of(model: nn.Module, inputs: torch.Tensor, labels: torch.Tensor) -> Callable[[], None]:
    """A training step of a model."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(inputs), labels).backward()
        optimizer.step()

    return step


def compared(graph: Graph, hand: nn.Module, shape: tuple[int, ...], pairs: int) -> tuple[float, float, float]:
    """Seconds a step of the compiled and of the hand-written network, and the ratio, from interleaved pairs."""
    ours = compile_graph(graph)
    hand.load_state_dict(ours.state_dict())
    inputs, labels = torch.randn(64, *shape), torch.randint(0, 10, (64,))
    assert torch.equal(ours(inputs), hand(inputs))
    steps = step_of(ours, inputs, labels), step_of(hand, inputs, labels)
    times = []
    for pair in range(pairs + 5):
        first = pair % 2  # whoever comes first finds other caches
        taken = {index: seconds(steps[index]) for index in (first, 1 - first)}
        times.append((taken[0], taken[1]))
    a, b = (statistics.median(column) for column in zip(*times[5:], strict=True))
    return a, b, statistics.median(x / y for x, y in times[5:])


@pytest.mark.parametrize(
    ("graph", "hand", "shape"), [(mlp(), HandMLP, (784,)), (lenet(), HandLeNet, (1, 32, 32))], ids=["MLP", "LeNet-5"]
)
def test_a_step_takes_as_long_as_one_written_by_hand(
    graph: Graph, hand: type[nn.Module], shape: tuple[int, ...]
) -> None:
    ours, by_hand, ratio = compared(graph, hand(), shape, 80)
    rows = [["", "ms a step"], ["compiled", f"{1000 * ours:.2f}"], ["by hand", f"{1000 * by_hand:.2f}"]]
    table(f"{graph.name}, batch 64, one thread", [*rows, ["ratio (goal 0.97–1.03)", f"{ratio:.3f}"]])


def test_shapes_and_problems_of_a_long_chain() -> None:
    graph = long_chain(500)
    shapes = Shapes(graph)
    checker = Checker(shapes)
    nodes = list(graph.nodes)
    last_conv = graph.of_type("Conv2d")[-1].id
    sizes = iter(range(1, 10_000))

    def edit(node_id: str, parameter: str, value: object) -> Callable[[], object]:
        return lambda: (SetParameter(node_id, parameter, value).apply(graph), shapes.update({node_id}))

    def at_the_end() -> None:
        edit(last_conv, "out_channels", 16 + next(sizes) % 2)()

    def at_the_head() -> None:
        edit(nodes[0], "shape", (3, 32, 32 + next(sizes) % 2))()

    def with_problems() -> None:
        edit(last_conv, "out_channels", 16 + next(sizes) % 2)()
        checker.update({last_conv, *nodes[-3:]})
        checker.problems()

    fresh = milliseconds(lambda: infer(graph))
    end, head, drawn = milliseconds(at_the_end, 99), milliseconds(at_the_head), milliseconds(with_problems)
    everything, source = milliseconds(lambda: find(graph)), milliseconds(lambda: write(graph))
    with torch.device("meta"):
        model = compile_graph(long_chain(500))
    meta = milliseconds(lambda: model(torch.empty(1, 3, 32, 32, device="meta")), 5)
    table(
        "A chain of 500 nodes",
        [
            ["", "ms", "goal", "part of meta"],
            ["shapes from nothing", f"{fresh:.2f}", f"≤ {CHAIN_GOAL:g}", f"{fresh / meta:.4f}"],
            ["shapes after an edit at the end", f"{end:.3f}", f"≤ {END_GOAL:g}", f"{end / meta:.4f}"],
            ["shapes after an edit at the head", f"{head:.2f}", "", f"{head / meta:.4f}"],
            ["the same at the end, and problems", f"{drawn:.2f}", "", f"{drawn / meta:.4f}"],
            ["shapes and problems from nothing", f"{everything:.2f}", "", f"{everything / meta:.4f}"],
            ["the source", f"{source:.2f}", "", f"{source / meta:.4f}"],
            ["the network on the meta device", f"{meta:.2f}", "", "1"],
        ],
    )


def test_the_engine_is_imported_long_before_torch() -> None:
    def importing(what: str) -> float:
        return seconds(lambda: subprocess.run([sys.executable, "-c", f"import {what}"], check=True, timeout=120))

    everything = "engine.problems, engine.source, engine.project, engine.cost"
    times = [(importing("engine"), importing(everything), importing("torch")) for _ in range(4)][1:]
    bare, whole, torch_ = (statistics.median(column) for column in zip(*times, strict=True))
    rows = [["", "seconds"], ["import engine", f"{bare:.2f}"], ["all of it a window needs", f"{whole:.2f}"]]
    table(
        "Import, with Python's own start",
        [*rows, ["import torch", f"{torch_:.2f}"], ["ratio", f"{whole / torch_:.2f}"]],
    )
