"""Random graphs and random edits, from one `random.Random`: right, wrong and half-typed ones as people make them."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from engine import layers
from engine.blocks.block import Block, BlockParameter
from engine.blocks.block_edits import AddBlock, RemoveBlock, SetBlock, Within
from engine.edits import (
    MISSING,
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    RenameGraph,
    RenameNode,
    SetParameter,
    SetProperty,
    SetSetting,
    remove,
)
from engine.frames import COLORS, AddFrame, Frame, RemoveFrame, SetFrame, fresh_frame_id
from engine.graph import Edge, Graph, GraphError, Node
from engine.ports import free_input, input_ports, output_ports
from engine.shapes import infer
from engine.source import SourceError, source

COMMON = [
    "Input",
    "Input",
    "Input",
    "Output",
    "Output",
    "Output",
    "Linear",
    "Conv2d",
    "MaxPool2d",
    "AvgPool2d",
    "AdaptiveAvgPool2d",
    "BatchNorm2d",
    "ReLU",
    "ReLU",
    "Tanh",
    "Sigmoid",
    "Softmax",
    "Dropout",
    "Flatten",
    "Add",
    "Add",
    "Add",
    "Concat",
]
ALL = [cls.__name__ for cls in layers.all()]
VALUES: list[Any] = [
    1,
    2,
    3,
    8,
    (3, 3),
    (1, 2),
    "same",
    True,
    False,
    0.25,
    None,
    0,
    -1,
    "three",
    (),
    "",
    (1, (2, 3)),
    9.5,
]
NAMES = ["conv1", "x", "self", "日本", "a b", "", "  ", "n" * 81, "two\nlines", "fc", "forward", "größe", "layer", "x2"]
TYPICAL: dict[str, dict[str, list[Any]]] = {
    "Input": {"shape": [(1, 8, 8), (1, 8, 8), (1, 8, 8), (4,), (8, "T", "T")]},
    "Output": {"loss": ["mse_loss", "cross_entropy", None]},
    "Linear": {"out_features": [8, 16], "bias": [True, False]},
    "Conv2d": {"out_channels": [6, 8], "kernel_size": [1, 3, (3, 1)], "padding": ["same", 1], "groups": [1, 1, 2]},
    "MaxPool2d": {"kernel_size": [2, 3], "return_indices": [True, False], "ceil_mode": [True, False]},
    "AvgPool2d": {"kernel_size": [1, 2]},
    "AdaptiveAvgPool2d": {"output_size": [4, (2, None)]},
    "Flatten": {"start_dim": [1, 2], "end_dim": [-1, -1, 2]},
    "Concat": {"dim": [1, -1]},
}
SETTINGS: dict[tuple[str, ...], list[Any]] = {
    ("data", "dataset"): ["digits", "iris", "diabetes", MISSING],
    ("data", "batch_size"): [16, 32, 0, MISSING],
    ("training", "optimizer"): [{"name": "sgd", "lr": 0.1}, MISSING],
    ("training", "optimizer", "lr"): [0.5, MISSING],
    ("x", "y"): [1],
}


def _value(rng: random.Random, node_type: str, parameter: str) -> Any:
    likely = TYPICAL.get(node_type, {}).get(parameter, VALUES)
    return rng.choice(likely if rng.random() < 0.95 else VALUES)


def _add(rng: random.Random, graph: Graph) -> Edit:
    common = (
        COMMON if graph.inside is None else [{"Input": "BlockInput", "Output": "BlockOutput"}.get(k, k) for k in COMMON]
    )
    node_type = rng.choice(common if rng.random() < 0.95 else [*ALL, "Nonsense"])
    uses = [block.type for block in graph.blocks.values()]
    if uses and rng.random() < 0.2:
        node_type = rng.choice([*uses, "block.nobody"] if rng.random() < 0.1 else uses)
    typical = TYPICAL.get(node_type, {})
    parameters = {name: _value(rng, node_type, name) for name in typical if rng.random() < 0.98}
    node_id = rng.choice(list(graph.nodes)) if graph.nodes and rng.random() < 0.03 else graph.fresh_id()
    name = graph.fresh_name(node_type.lower().replace(".", "_")) if rng.random() < 0.9 else rng.choice(NAMES)
    position = (rng.uniform(-900, 900), float(rng.randrange(900)))
    index = rng.choice([None, None, None, 0, len(graph.nodes) // 2])
    return AddNode(Node(node_id, node_type, name, parameters), position, index)


def _connect(rng: random.Random, graph: Graph) -> Edit:
    nodes = list(graph.nodes)
    target = rng.choice([node_id for node_id in nodes if free_input(graph, node_id)] or nodes)
    earlier = [node_id for node_id in nodes[: nodes.index(target)] if output_ports(graph, node_id)]
    source = rng.choice(earlier if earlier and rng.random() < 0.9 else nodes)
    leaving, arriving = output_ports(graph, source), input_ports(graph, target)
    if not leaving or not arriving or rng.random() < 0.03:
        return Connect(Edge(source, "nowhere", target, rng.choice(["nothing", "input", "x0", "not a port"])))
    free = free_input(graph, target) if rng.random() < 0.9 else None
    return Connect(Edge(source, leaving[0], target, free or rng.choice(arriving)))


def _disconnect(rng: random.Random, graph: Graph) -> Edit:
    edges = list(graph.edges)
    return Disconnect(rng.choice(edges)) if edges else Disconnect(Edge("n1", "output", "n2", "input"))


def _remove(rng: random.Random, graph: Graph) -> Edit:
    nodes = list(graph.nodes)
    if rng.random() < 0.2:
        return RemoveNode(rng.choice([*nodes, "nobody"]))
    return remove(graph, set(rng.sample(nodes, min(len(nodes), rng.choice([1, 1, 2])))))


def _parameter(rng: random.Random, graph: Graph) -> Edit:
    node = graph.node(rng.choice(list(graph.nodes)))
    known = list(TYPICAL.get(node.type, {"dim": []}))
    name = rng.choice(known) if rng.random() < 0.95 else "colour"
    value = MISSING if rng.random() < 0.1 else _value(rng, node.type, name)
    return SetParameter(node.id, name, value)


def _rename(rng: random.Random, graph: Graph) -> Edit:
    taken = [node.name for node in graph.nodes.values()]
    return RenameNode(rng.choice(list(graph.nodes)), rng.choice([*NAMES, *taken[:3], f"layer {rng.random():.6f}"]))


def _move(rng: random.Random, graph: Graph) -> Edit:
    chosen = rng.sample(list(graph.nodes), min(len(graph.nodes), 3))
    return Move({node_id: (rng.uniform(-500, 500), rng.random()) for node_id in chosen})


PROPERTIES: dict[str, list[Any]] = {
    "repeat": [1, 2, 3, 0, {"expr": "n"}, {"expr": "depth"}],
    "bypassed": [True, True, False, 1],
    "when": [True, False, {"expr": "in_channels > 4"}, {"expr": "width == 8"}, {"expr": "index"}, 3],
    "share_weights": [True, False],
    "apply": ["once", "each_step", "scan", "twice"],
    "frozen": [True, False, 1],
    "initialization": ["zeros", "xavier_uniform", "nothing"],
    "weights_of": [],
    "colour": ["red"],
}
EXPRESSIONS: list[Any] = [
    {"expr": "width"},
    {"expr": "width * 2"},
    {"expr": "in_channels * 2"},
    {"per_repeat": (8, 4)},
    {"expr": "1 / 0"},
    {"expr": "os"},
]


def _property(rng: random.Random, graph: Graph) -> Edit:
    node = graph.node(rng.choice(list(graph.nodes)))
    name = rng.choice(list(PROPERTIES))
    values = PROPERTIES[name] or [*graph.nodes, "nobody"]
    return SetProperty(node.id, name, MISSING if rng.random() < 0.3 else rng.choice(values))


def _expression(rng: random.Random, graph: Graph) -> Edit:
    node = graph.node(rng.choice(list(graph.nodes)))
    name = rng.choice([*TYPICAL.get(node.type, {}), "width"])
    return SetParameter(node.id, name, rng.choice(EXPRESSIONS))


def _define(rng: random.Random, graph: Graph) -> Edit:
    """A block of a layer or two between its ends."""
    inner = Graph("inner")
    last = inner.add("BlockInput", name="x")
    steps = [
        ("Linear", {"out_features": {"expr": "width"}}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": 8, "kernel_size": 1}),
    ]
    for kind, parameters in rng.sample(steps, rng.choice([1, 1, 2])):
        node = inner.add(kind, **parameters)
        inner.connect(last, node)
        last = node
    if rng.random() < 0.9:
        inner.connect(last, inner.add("BlockOutput", name="y"))
    name = rng.choice(["Block", "Cell", "Stage", "größe", ""])
    name = graph.blocks.fresh_name(name) if name and rng.random() < 0.9 else name
    parameters = (BlockParameter("width", 8), *([BlockParameter("n", 2)] if rng.random() < 0.5 else []))
    return AddBlock(Block(graph.blocks.fresh_id(name or "b"), name, inner, parameters), rng.choice([None, None, 0]))


def _within(rng: random.Random, graph: Graph) -> Edit:
    block = rng.choice(list(graph.blocks.values())) if graph.blocks else None
    if block is None:
        return Within("nobody", RenameGraph("x"))
    return Within(block.id, random_edit(rng, block.graph, most=8))


def _block(rng: random.Random, graph: Graph) -> Edit:
    if not graph.blocks:
        return RemoveBlock("nobody")
    block = rng.choice(list(graph.blocks.values()))
    if rng.random() < 0.3:
        return RemoveBlock(block.id)
    parameters = rng.choice([block.parameters, (BlockParameter("width", 4),), (), (BlockParameter("self", 1),)])
    return SetBlock(block.id, rng.choice([block.name, "Other", ""]), parameters, rng.choice(["", "help"]))


def _setting(rng: random.Random, graph: Graph) -> Edit:
    path, values = rng.choice(list(SETTINGS.items()))
    return SetSetting(path, rng.choice(values))


def _name(rng: random.Random, graph: Graph) -> Edit:
    return RenameGraph(rng.choice(["net", "Größe", 'say """hello"""', "", "n" * 300]))


def _several(rng: random.Random, graph: Graph) -> Edit:
    """Edits that fit one after the other on a copy; now and then with one that does not fit."""
    draft, edits = graph.copy(), []
    for _ in range(rng.randrange(4)):
        edit = random_edit(rng, draft)
        try:
            edit.apply(draft)
        except GraphError:
            if rng.random() < 0.7:
                continue
        edits.append(edit)
    return Compound(tuple(edits), "Several")


def _frame(rng: random.Random, graph: Graph) -> Edit:
    """A frame drawn, changed or removed; now and then one that cannot be."""
    known = [*graph.frames, "nobody"] if rng.random() < 0.1 else list(graph.frames)
    size = (rng.uniform(20, 900), rng.uniform(48, 900))
    title, text = rng.choice(["Stem", "", "Größe", "two\nlines"]), rng.choice(["", "why\nthis", "t" * 2001])
    frame = Frame("", (rng.uniform(-900, 900), float(rng.randrange(900)), *size), title, text, rng.choice(COLORS))
    act = rng.random()
    if known and act < 0.3:
        return RemoveFrame(rng.choice(known))
    if known and act < 0.6:
        return SetFrame(replace(frame, id=rng.choice(known)))
    frame_id = rng.choice([*graph.frames, fresh_frame_id(graph)]) if rng.random() < 0.1 else fresh_frame_id(graph)
    return AddFrame(replace(frame, id=frame_id), rng.choice([None, None, 0]))


KINDS: list[tuple[Callable[[random.Random, Graph], Edit], float]] = [
    (_add, 8), (_connect, 20), (_disconnect, 3), (_remove, 4), (_parameter, 5), (_rename, 3), (_move, 2), (_setting, 2),
    (_name, 1), (_frame, 2), (_several, 2), (_property, 0.6), (_expression, 0.4), (_define, 0.6),
    (_within, 3), (_block, 0.6),
]  # fmt: skip
INSIDE = [(kind, weight) for kind, weight in KINDS if kind not in (_define, _within, _block, _setting)]


def random_edit(rng: random.Random, graph: Graph, most: int = 20) -> Edit:
    """One edit, perhaps one that the graph refuses; beyond ``most`` nodes rather one that deletes."""
    if not graph.nodes:
        return _add(rng, graph)
    if len(graph.nodes) > most:
        return _remove(rng, graph)
    kinds, weights = zip(*(KINDS if graph.inside is None else INSIDE), strict=True)
    return rng.choices(kinds, weights)[0](rng, graph)


def random_graph(rng: random.Random, edits: int) -> Graph:
    """A graph after so many random edits."""
    graph = Graph("random")
    for _ in range(edits):
        try:
            random_edit(rng, graph).apply(graph)
        except GraphError:
            continue
    return graph


def completed(graph: Graph) -> Graph:
    """A copy without the Inputs and Outputs that keep it from being written as source."""
    draft, report = graph.copy(), infer(graph)
    ends = {node.id for kind in ("Input", "Output") for node in graph.of_type(kind)}
    remove(draft, {node_id for node_id in ends if not report.complete(node_id)}).apply(draft)
    return draft


def writable_graphs(rng: random.Random, count: int) -> Iterator[Graph]:
    """So many random graphs of which source can be written."""
    while count:
        graph = completed(random_graph(rng, 120))
        try:
            source(graph)
        except SourceError:
            continue
        yield graph
        count -= 1


def state(graph: Graph) -> Any:
    """All that a graph is, for a comparison."""
    return (
        graph.name,
        list(graph.nodes.items()),
        {node_id: graph.positions[node_id] for node_id in graph.nodes},
        {node_id: dict(ports) for node_id, ports in graph.incoming.items()},
        {node_id: set(edges) for node_id, edges in graph.outgoing.items()},
        list(graph.frames.items()),
        dict(graph.blocks.drawing),
        repr(graph.settings),
        [(b, state(b.graph)) for b in graph.blocks.values()] if graph.inside is None else [],
        [edge.target for edge in graph.edges],
        graph.order(),
    )
