"""Runs a network node by node, straight from what was drawn: the other side of every test of the written source.

It knows neither the source nor the compiler nor the shape rules. A value is computed when somebody asks for it, a
block is interpreted anew for every use, a sequence goes through it one step at a time, and each module is built from
the sizes of the tensors that arrive. What a layer computes says `interpreter_layers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import torch
from torch import nn

from engine.blocks.block import Block
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.resolve import resolve
from tests.engine import interpreter_layers

Value: TypeAlias = torch.Tensor | None
"""What is on a wire; nothing behind an optional input without one."""
Path: TypeAlias = tuple[tuple[str, int], ...]
"""The blocks around a node, outermost first: (the node that uses the block, the number of the repeat)."""
NodeKey: TypeAlias = tuple[Path, str]
"""A node with the blocks around it: each has a module of its own."""
Lookup: TypeAlias = Callable[[Path, str], nn.Module]
"""The module that another implementation has for a node; its weights are taken over."""


def meaning(raw: Any, arguments: Mapping[str, Any], repeat: int = 0) -> Any:
    """What a raw value is, where the parameters of the block around have these arguments."""
    if isinstance(raw, Mapping) and "per_repeat" in raw:
        values = raw["per_repeat"]
        return meaning(values[repeat] if repeat < len(values) else values[-1], arguments)
    if isinstance(raw, Mapping):
        return eval(raw["expr"], {"__builtins__": {}, "min": min, "max": max}, dict(arguments))
    if isinstance(raw, (list, tuple)):
        return tuple(meaning(item, arguments) for item in raw)
    return raw


@dataclass
class Interpreter:
    """A network that is run as drawn, in floats of one kind. ``tensors`` are its weights by node and torch's name."""

    graph: Graph
    lookup: Lookup
    dtype: torch.dtype = torch.float32
    tensors: dict[tuple[NodeKey, str], nn.Parameter] = field(default_factory=dict)
    modules: dict[NodeKey, nn.Module | None] = field(default_factory=dict)

    def __call__(self, *inputs: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """The values of the Outputs in creation order, from those of the Inputs."""
        starts = [node.id for node in self.graph.of_type("Input")]
        frame = Frame(self, self.graph, dict(zip(starts, inputs, strict=True)), {}, ())
        values = [frame.arriving(node.id, "input") for node in self.graph.of_type("Output")]
        return tuple(value for value in values if value is not None)


@dataclass
class Frame:
    """One pass through one graph: what its starts hold, and the arguments and the path of the block it is."""

    machine: Interpreter
    graph: Graph
    starts: Mapping[str, Value]
    arguments: Mapping[str, Any]
    path: Path
    frozen: bool = False
    done: dict[str, dict[str, Value]] = field(default_factory=dict)

    def arriving(self, node_id: str, port: str) -> Value:
        """What is on the wire that ends here; None where there is no wire."""
        edge = self.graph.incoming[node_id].get(port)
        return None if edge is None else self.leaving(edge.source, edge.source_port)

    def leaving(self, node_id: str, port: str) -> Value:
        """What a node gives at an output port."""
        if node_id in self.starts:
            return self.starts[node_id]
        if node_id not in self.done:
            self.done[node_id] = self._run(self.graph.nodes[node_id])
        return self.done[node_id][port]

    def _run(self, node: Node) -> dict[str, Value]:
        owner = self._owner(node)
        drawn = owner if owner.type == node.type else node  # then it is the owner's layer, used once more
        block = self.graph.blocks.of_type(node.type)
        if block is not None:
            return self._use(node, drawn, block)
        typed = {name: meaning(raw, self.arguments) for name, raw in drawn.parameters.items()}
        layer = resolve(Node(node.id, node.type, node.name, typed))
        assert isinstance(layer, Layer), f"{node.name}: {layer}"
        given = [self.arriving(node.id, port) for port in self._ports(node.id, layer)]
        trial = interpreter_layers.trial(type(layer), typed, given)
        key = (self.path, drawn.id)
        if key not in self.machine.modules:
            self.machine.modules[key] = self._module(key, drawn, interpreter_layers.module(trial))
        results = interpreter_layers.apply(trial, self.machine.modules[key], given)
        return dict(zip((port.name for port in layer.output_ports()), results, strict=True))

    def _ports(self, node_id: str, layer: Layer) -> list[str]:
        wired, names = self.graph.incoming[node_id], []
        for port in layer.input_ports():
            many = [name for name in wired if port.many and name.startswith(port.name)]
            many.sort(key=lambda name, port=port: int(name[len(port.name) :]))  # type: ignore[misc]
            names += many if port.many else [port.name]
        return names

    # -- weights ---------------------------------------------------------------------------------------------------

    def _owner(self, node: Node) -> Node:
        while (owner := node.properties.get("weights_of")) is not None:
            node = self.graph.nodes[owner]
        return node

    def _frozen(self, node: Node) -> bool:
        return self.frozen or bool(meaning(node.properties.get("frozen", False), self.arguments))

    def _module(self, own: NodeKey, node: Node, module: nn.Module | None) -> nn.Module | None:
        """The module with the weights that the other implementation has for this node, some of them the owner's."""
        if module is None:
            return None
        module.to(self.machine.dtype).eval()
        module.load_state_dict(self.machine.lookup(*own).state_dict())
        owner = self._owner(node)
        lent: dict[str, torch.Tensor] = {}
        if owner.id != node.id:
            lent = dict(self.machine.lookup(self.path, owner.id).named_parameters())
        for name, tensor in list(module.named_parameters()):
            tied = name in lent and lent[name].shape == tensor.shape
            key = ((self.path, owner.id), name) if tied else (own, name)
            if key not in self.machine.tensors:
                value = lent[name].detach().clone() if tied else tensor.detach()
                trains = not self._frozen(owner if tied else node)
                self.machine.tensors[key] = nn.Parameter(value, requires_grad=trains)
            *path, last = name.split(".")
            setattr(module.get_submodule(".".join(path)), last, self.machine.tensors[key])
        return module

    # -- blocks ----------------------------------------------------------------------------------------------------

    def _use(self, node: Node, drawn: Node, block: Block) -> dict[str, Value]:
        """A block, as often and in the way the node says; the first value of a repeat is the next one's first input."""
        properties = {name: meaning(raw, self.arguments) for name, raw in drawn.properties.items()}
        given = {start.id: self.arriving(node.id, start.id) for start in block.graph.of_type("BlockInput")}
        ends = [end.id for end in block.graph.of_type("BlockOutput")]
        modes = {"once": _once, "each_step": _each_step, "scan": _scan}
        mode = modes[properties.get("apply", "once")]
        results: dict[str, Value] = {}
        for repeat in range(properties.get("repeat", 1)):
            raws = {p.name: drawn.parameters.get(p.name, p.default) for p in block.parameters}
            arguments = {name: meaning(raw, self.arguments, repeat) for name, raw in raws.items()}
            path = (*self.path, (drawn.id, repeat))

            def step(
                starts: Mapping[str, Value], arguments: Mapping[str, Any] = arguments, path: Path = path
            ) -> dict[str, Value]:
                frame = Frame(self.machine, block.graph, starts, arguments, path, self._frozen(drawn))
                return {end: frame.arriving(end, "input") for end in ends}

            results = mode(Pass(block, arguments, self.machine.dtype), step, given)
            if given and results:
                given = {**given, next(iter(given)): results[ends[0]]}
        return results


# -- how a block is applied ------------------------------------------------------------------------------------------

Step: TypeAlias = Callable[[Mapping[str, Value]], dict[str, Value]]


@dataclass(frozen=True)
class Pass:
    """One repeat of a block: what its ends say with these arguments."""

    block: Block
    arguments: Mapping[str, Any]
    dtype: torch.dtype

    def said(self, node: Node, name: str, default: Any) -> Any:
        """A field of a BlockInput or BlockOutput."""
        return meaning(node.parameters.get(name, default), self.arguments)

    def cut(self, given: Mapping[str, Value], left_out: set[str]) -> dict[str, torch.Tensor]:
        """The sequences among the inputs, of which the block sees a step at a time."""
        starts = [node for node in self.block.graph.of_type("BlockInput") if self.said(node, "sequence", True)]
        values = {node.id: given[node.id] for node in starts if node.id not in left_out}
        return {name: value for name, value in values.items() if value is not None}


def _once(use: Pass, step: Step, given: Mapping[str, Value]) -> dict[str, Value]:
    return step(given)


def _each_step(use: Pass, step: Step, given: Mapping[str, Value]) -> dict[str, Value]:
    sequences = use.cut(given, set())
    length = next(iter(sequences.values())).shape[1]
    seen = [step({**given, **{name: value[:, t] for name, value in sequences.items()}}) for t in range(length)]
    return _stacked(seen)


def _scan(use: Pass, step: Step, given: Mapping[str, Value]) -> dict[str, Value]:
    graph = use.block.graph
    states = {node.name: node for node in graph.of_type("BlockInput") if use.said(node, "state", False)}
    sequences = use.cut(given, {node.id for node in states.values()})
    first = next(iter(sequences.values()))
    held: dict[str, Value] = {}
    for node in states.values():
        start = given[node.id]
        if start is None:
            start = torch.zeros(first.shape[0], *use.said(node, "shape", ()), dtype=use.dtype)
        held[node.id] = start
    handed = {end.id: states[name].id for end in graph.of_type("BlockOutput") if (name := use.said(end, "state", ""))}
    seen = []
    for t in range(first.shape[1]):
        results = step({**given, **{name: value[:, t] for name, value in sequences.items()}, **held})
        held = {state: results[end] for end, state in handed.items()}  # all at once: none sees another's next value
        seen.append({end: value for end, value in results.items() if end not in handed})
    stacked = _stacked(seen)
    ends = [end.id for end in graph.of_type("BlockOutput")]
    return {end: held[handed[end]] if end in handed else stacked[end] for end in ends}


def _stacked(seen: list[dict[str, Value]]) -> dict[str, Value]:
    """The values of all steps, one behind the other along the second axis."""
    return {end: torch.stack([each[end] for each in seen], dim=1) for end in seen[0]}  # type: ignore[misc]
