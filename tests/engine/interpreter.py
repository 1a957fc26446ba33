"""Runs a network node by node, straight from what was drawn: the other side of every test of the written source.

It knows neither the source nor the compiler nor the shape rules. A value is computed when somebody asks for it, a
block is interpreted again for every use, a sequence goes through it one step at a time, and each module is built from
the sizes of the tensors that arrive. What a layer computes says `interpreter_layers`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

import torch
from torch import nn

from engine import layers
from engine.blocks.block import Block
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.resolve import resolve
from tests.engine import interpreter_layers

Value: TypeAlias = torch.Tensor | None
"""What is on a wire; nothing after an optional input without one."""
Path: TypeAlias = tuple[tuple[str, int], ...]
"""The blocks around a node, outermost first: (the node that uses the block, the number of the repeat)."""
NodeKey: TypeAlias = tuple[Path, str]
"""A node with the blocks around it: each has a module of its own."""
Lookup: TypeAlias = Callable[[Path, str], nn.Module]
"""The module that another implementation has for a node; its weights are taken over."""


@dataclass(frozen=True)
class Known:
    """What expressions may speak of at a place: parameters of the block around, its inputs, and the repeat."""

    arguments: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Value] = field(default_factory=dict)
    index: int | None = None
    count: int | None = None

    def names(self) -> dict[str, Any]:
        """The names and what they stand for; a parameter comes before what is always there."""
        found: dict[str, Any] = {"index": self.index, "count": self.count}
        first = next(iter(self.inputs.values()), None)
        if first is not None and first.ndim > 1:
            found["in_channels"] = first.shape[1]
        return found | dict(self.arguments)


def meaning(raw: Any, known: Known, repeat: int = 0) -> Any:
    """What a raw value is at a place."""
    if isinstance(raw, Mapping) and "per_repeat" in raw:
        values = raw["per_repeat"]
        return meaning(values[repeat] if repeat < len(values) else values[-1], known)
    if isinstance(raw, Mapping):
        text = re.sub(r"\bsize\(\s*(\w+)\s*,", r"size('\1',", raw["expr"])
        text = re.sub(r"\bsize\(", "__size__(", text)  # a parameter may be called size, too
        functions = {
            "min": lambda *given: min(given),
            "max": lambda *given: max(given),
            "__size__": lambda name, axis: known.inputs[name].shape[axis],  # type: ignore[union-attr]
            "round_to": lambda number, multiple: math.floor(number / multiple + 0.5) * multiple,
            "make_divisible": _make_divisible,
        }
        return eval(text, {"__builtins__": {}, **functions}, known.names())
    if isinstance(raw, (list, tuple)):
        return tuple(meaning(item, known) for item in raw)
    return raw


def _make_divisible(v: float, divisor: int) -> int:
    """As it stands in TensorFlow's models and in torchvision, `torchvision/models/_utils.py`."""
    new_v = max(divisor, int(v + divisor / 2) // divisor * divisor)
    if new_v < 0.9 * v:
        new_v += divisor
    return new_v


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
        frame = Frame(self, self.graph, dict(zip(starts, inputs, strict=True)), Known(), ())
        names = [node.name for node in self.graph.of_type("Input")]
        frame.known = Known(inputs=dict(zip(names, inputs, strict=True)))
        values = [frame.arriving(node.id, "input") for node in self.graph.of_type("Output")]
        return tuple(value for value in values if value is not None)


@dataclass
class Frame:
    """One pass through one graph: what its starts hold, what expressions may speak of, and the path of the block."""

    machine: Interpreter
    graph: Graph
    starts: Mapping[str, Value]
    known: Known
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
        if not meaning(node.properties.get("when", True), self.known):
            return self._absent(node)
        owner = self._owner(node)
        drawn = owner if owner.type == node.type else node  # then it is the owner's layer, used once more
        block = self.graph.blocks.of_type(node.type)
        if block is not None:
            return self._use(node, drawn, block)
        typed = {name: meaning(raw, self.known) for name, raw in drawn.parameters.items()}
        layer = resolve(Node(node.id, node.type, node.name, typed))
        assert isinstance(layer, Layer), f"{node.name}: {layer}"
        given = [self.arriving(node.id, port) for port in self._ports(node.id, layer)]
        trial = interpreter_layers.trial(type(layer), typed, given)
        key = (self.path, drawn.id)
        if key not in self.machine.modules:
            self.machine.modules[key] = self._module(key, drawn, interpreter_layers.module(trial))
        results = interpreter_layers.apply(trial, self.machine.modules[key], given)
        return dict(zip((port.name for port in layer.output_ports()), results, strict=True))

    def _absent(self, node: Node) -> dict[str, Value]:
        """A node that is not there gives its first required input in the place of its first output."""
        block = self.graph.blocks.of_type(node.type)
        if block is not None:
            starts, scanned = block.graph.of_type("BlockInput"), node.properties.get("apply") == "scan"
            needed = [
                start.id
                for start in starts
                if not start.parameters.get("optional") and not (scanned and start.parameters.get("state"))
            ]
            return {block.graph.of_type("BlockOutput")[0].id: self.arriving(node.id, needed[0])}
        cls = layers.get(node.type)
        port = next(port for port in cls.inputs if not port.optional)
        names = [name for name in self.graph.incoming[node.id] if name.startswith(port.name)] if port.many else []
        first = min(names, key=lambda name: int(name[len(port.name) :])) if names else port.name
        typed = {name: meaning(raw, self.known) for name, raw in node.parameters.items()}
        drawn = resolve(Node(node.id, node.type, node.name, typed))
        outputs = drawn.output_ports() if isinstance(drawn, Layer) else cls.outputs
        return {outputs[0].name: self.arriving(node.id, first)}

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
        return self.frozen or bool(meaning(node.properties.get("frozen", False), self.known))

    def _module(self, own: NodeKey, node: Node, module: nn.Module | None) -> nn.Module | None:
        """The module with the weights that the other implementation has for this node, some of them the owner's."""
        if module is None:
            return None
        if kind := meaning(node.properties.get("parametrization"), self.known):
            getattr(nn.utils.parametrizations, kind)(module)
        interpreter_layers.calm(module.to(self.machine.dtype))
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
        """A block, as often and in the way the node says; some values of a repeat are inputs of the next one."""
        properties = {name: meaning(raw, self.known) for name, raw in drawn.properties.items() if name != "when"}
        inputs, outputs = block.graph.of_type("BlockInput"), block.graph.of_type("BlockOutput")
        ends = [end.id for end in outputs]
        modes = {"once": _once, "each_step": _each_step, "scan": _scan}
        mode, count = modes[properties.get("apply", "once")], properties.get("repeat", 1)
        named = {start.name: start.id for start in inputs if not (mode is _scan and start.parameters.get("state"))}
        handed = {named[end.name]: end.id for end in outputs if end.name in named}
        if inputs and inputs[0].id not in handed and ends[0] not in handed.values():
            handed[inputs[0].id] = ends[0]
        if not count:
            return {end: self.arriving(node.id, start) for start, end in handed.items()}
        given = {start.id: self.arriving(node.id, start.id) for start in inputs}
        results: dict[str, Value] = {}
        for repeat in range(count):
            raws = {p.name: drawn.parameters.get(p.name, p.default) for p in block.parameters}
            known = self.known
            if drawn.properties.get("repeat", 1) != 1:  # index and count are those of the innermost repeat
                known = replace(known, index=repeat, count=count)
            arguments = {name: meaning(raw, known, repeat) for name, raw in raws.items()}
            path = (*self.path, (drawn.id, 0 if properties.get("share_weights") else repeat))

            def step(
                starts: Mapping[str, Value],
                arguments: Mapping[str, Any] = arguments,
                path: Path = path,
                repeat: int = repeat,
            ) -> dict[str, Value]:
                seen = {start.name: starts[start.id] for start in inputs}
                known = Known(arguments, seen, repeat, count)
                frame = Frame(self.machine, block.graph, starts, known, path, self._frozen(drawn))
                return {end: frame.arriving(end, "input") for end in ends}

            def told(raw: Any, seen: Mapping[str, Value], arguments: Any = arguments, repeat: int = repeat) -> Any:
                return meaning(raw, Known(arguments, seen, repeat, count))

            results = mode(Pass(block, told, self.machine.dtype), step, given)
            given = given | {start: results[end] for start, end in handed.items()}
        return results


# -- how a block is applied ------------------------------------------------------------------------------------------

Step: TypeAlias = Callable[[Mapping[str, Value]], dict[str, Value]]


@dataclass(frozen=True)
class Pass:
    """One repeat of a block: what its ends say with these arguments."""

    block: Block
    told: Callable[[Any, Mapping[str, Value]], Any]
    dtype: torch.dtype

    def said(self, node: Node, name: str, default: Any, seen: Mapping[str, Value] | None = None) -> Any:
        """A field of a BlockInput or BlockOutput, with what is ``seen`` of the inputs by name."""
        return self.told(node.parameters.get(name, default), seen or {})

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
    starts = graph.of_type("BlockInput")
    seen_now = {node.name: sequences[node.id][:, 0] if node.id in sequences else given[node.id] for node in starts}
    for node in states.values():
        start = given[node.id]
        if start is None:
            start = torch.zeros(first.shape[0], *use.said(node, "shape", (), seen_now), dtype=use.dtype)
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
    """The values of all steps, one after the other along the second axis."""
    return {end: torch.stack([each[end] for each in seen], dim=1) for end in seen[0]}  # type: ignore[misc]
