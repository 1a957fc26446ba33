"""Project files harmed at random, and small ones that ask for large work."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from typing import Any

import pytest

from engine import cost, layers, project
from engine.dims import bind
from engine.graph import Graph
from tests.engine.graphs import random_graph
from tests.engine.hostile_files import data, dumped, outcome
from tests.engine.networks import lenet

CLASSES = [cls.__name__ for cls in layers.all()]
WRONG: list[Any] = [
    *(None, True, 0, -1, 1.5, 2**31 - 1, 2**62, -(2**62), 1e300, [], [[]], {}, {"expr": "1"}, [1, 2], {"shape": ["T"]}),
    *("", "n1", "n2", "output", "x0", "input", "same", "T", "N", "\n", "a'b\"c", "__class__", "x" * 300, *CLASSES),
]
PIECES = [b"\x00", b"}", b'"', b"[[", b"1e5", b"\\u0000", b"\xff"]


def mutated(rng: random.Random, content: bytes) -> bytes:
    """The file cut off, with flipped bits, or with a value somewhere in it replaced, doubled or gone."""
    kind = rng.choice(["cut", "flip", "piece", "value", "value", "value", "value"])
    start = rng.randrange(len(content))
    if kind == "cut":
        return content[:start]
    if kind == "flip":
        harmed = bytearray(content)
        for _ in range(rng.choice([1, 1, 8])):
            harmed[rng.randrange(len(harmed))] ^= 1 << rng.randrange(8)
        return bytes(harmed)
    if kind == "piece":
        return content[:start] + rng.choice(PIECES) + content[start + rng.randrange(9) :]
    plain = json.loads(content)
    inside = rng.choice([plain, plain, [node["parameters"] for node in plain["nodes"]], plain["training"]])
    for _ in range(rng.choice([1, 1, 3])):
        holder, key = rng.choice(list(locations(inside)) or [(plain, "name")])
        how = rng.random()
        if how < 0.2 and key in (holder if isinstance(holder, dict) else range(len(holder))):
            del holder[key]
        elif how < 0.4 and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))
        else:
            holder[key] = copy.deepcopy(rng.choice(WRONG))
    return dumped(plain)


def locations(plain: Any) -> Iterator[tuple[Any, Any]]:
    """Every location in the JSON that holds a value."""
    stack = [plain]
    while stack:
        holder = stack.pop()
        for key, value in list(holder.items() if isinstance(holder, dict) else enumerate(holder)):
            yield holder, key
            if isinstance(value, (dict, list)):
                stack.append(value)


def test_mutated_files_are_projects_or_one_sentence(scale: int) -> None:
    rng = random.Random(8)
    whole = [project.to_bytes(lenet()), *(project.to_bytes(random_graph(rng, 120)) for _ in range(8))]
    outcomes = [outcome(mutated(rng, rng.choice(whole))) for _ in range(300 * scale)]
    loaded = outcomes.count("loaded")
    assert 60 * scale < loaded < 240 * scale
    assert len(set(outcomes)) > 100


def ladder(count: int) -> Graph:
    """A network whose open lengths split and meet again: written out, its sizes would double with every rung."""
    graph = Graph("ladder")
    last = graph.add("Input", shape=(1, "T", "T"))
    for _ in range(count):
        half, third = graph.add("MaxPool2d", kernel_size=2), graph.add("MaxPool2d", kernel_size=(3, 2))
        both = graph.add("Concat", dim=2)
        for source, target in ((last, half), (last, third), (half, both), (third, both)):
            graph.connect(source, target)
        last = both
    graph.connect(last, graph.add("Output"))
    return graph


def doubling(count: int) -> Graph:
    """Each node doubles the channels."""
    graph = Graph("doubling")
    last = graph.add("Input", shape=(2**30, 1, 1))
    for _ in range(count):
        both = graph.add("Concat")
        graph.connect(last, both)
        graph.connect(last, both)
        last = both
    graph.connect(last, graph.add("Output"))
    return graph


def same_names(count: int) -> Graph:
    """Names that all become one identifier."""
    graph = Graph("same names")
    last = graph.add("Input", shape=(4,))
    for number in range(count):
        node = graph.add("ReLU", name=chr(0x4E00 + number))
        graph.connect(last, node)
        last = node
    graph.connect(last, graph.add("Output"))
    return graph


@pytest.mark.parametrize("graph", [ladder(200), doubling(500), same_names(1_000)], ids=lambda graph: graph.name)
def test_a_small_file_makes_no_large_work(graph: Graph) -> None:
    assert outcome(project.to_bytes(graph)) == "loaded"


def test_work_that_grows_with_the_square_of_a_file_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cost, "_numbers", lambda batch: lambda dim: bind(dim, {"N": batch, "T": 128}))
    with pytest.raises(AssertionError, match="calls for a file of"):
        outcome(project.to_bytes(ladder(60)))


def test_wires_from_the_end_to_the_beginning_make_no_more_work() -> None:
    plain = data(same_names(1_000))
    plain["edges"].reverse()
    assert outcome(dumped(plain)) == "loaded"


def test_many_layers_that_nobody_has() -> None:
    plain = data(same_names(400))
    for number, node in enumerate(plain["nodes"]):
        node["type"] = f"Conv{number}d"
    assert outcome(dumped(plain)) == "loaded"
