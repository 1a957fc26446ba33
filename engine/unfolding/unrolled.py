"""A scan unrolled: the block once for each of the first steps, with the wires that carry its states, as a network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.blocks.ends import states
from engine.blocks.use import Use
from engine.drawing import SetDrawing
from engine.edits import SetProperty
from engine.errors import LayerloomError
from engine.graph import Graph
from engine.layers.layer import ShapeError
from engine.shapes import Report
from engine.spec import UNWIRED, Spec

MOST: Final = 16
"""Steps that are drawn at most: what follows looks the same."""


class UnrollError(LayerloomError):
    """Why a node cannot be unrolled: a whole sentence."""


@dataclass(frozen=True, slots=True)
class Unrolled:
    """``graph`` is the network of the first ``steps``; ``total`` says how many there are, None where that is open.

    ``given`` and ``made`` say for a repeat, a step and the index of a port of the block which node of the graph holds
    what comes in there, and which node and output what goes out.
    """

    graph: Graph
    steps: int
    total: int | None
    given: Mapping[tuple[int, int, int], str] = field(default_factory=dict)
    made: Mapping[tuple[int, int, int], tuple[str, int]] = field(default_factory=dict)


def refusal(report: Report, node_id: str) -> str:
    """Why a node is no scan that can be unrolled; empty where it is one."""
    layer = report.layer(node_id)
    if not isinstance(layer, Use) or layer.properties.apply != "scan":
        return "Select a block that is scanned over time."
    if node_id not in report.outputs or node_id not in report.inputs:
        return "Its shapes are not known yet: fix what is wrong with it or before it first."
    return ""


def unroll(graph: Graph, report: Report, node_id: str, steps: int) -> Unrolled:
    """The first steps of a scan in a level with these shapes, as a network of its own that computes the same.

    Every step is a use of the block with the weights of the first one. What comes in at each is an Input ``x_1``, a
    state begins with an Input ``h_0``, and a repeated block is a row for each repeat. Raises UnrollError.
    """
    node, layer = graph.node(node_id), report.layer(node_id)
    if reason := refusal(report, node_id):
        raise UnrollError(reason, node=node_id)
    assert isinstance(layer, Use)
    specs, total = report.inputs[node_id], layer._length(report.inputs[node_id])
    count = min(steps, MOST, *([total] if isinstance(total, int) else []))
    made = Graph(f"{node.name}, unrolled")
    for block in graph.blocks.copy().values():
        made.blocks.insert(block)
    SetDrawing("direction", "right").apply(made)
    ends = _Ends(made, layer, specs, count)
    try:
        for number, (found, arguments) in enumerate(_repeats(layer, specs)):
            ends.add_repeat(number, found, arguments)
    except ShapeError as error:
        raise UnrollError(f"{node.name} {error}", node=node_id) from error
    ends.finish()
    return Unrolled(made, count, total if isinstance(total, int) else None, ends.given, ends.made)


def _repeats(layer: Use, specs: tuple[Spec, ...]) -> list[tuple[tuple[Spec, ...], Mapping[str, object]]]:
    """What the block sees in each repeat at a step, and its arguments there."""
    each = [dict(arguments) for many, arguments in layer.repeats for _ in range(many)]
    return [
        (tuple(found.given.values()), each[min(number, len(each) - 1)])
        for number, found in enumerate(layer.unfolded(*specs))
    ]


@dataclass
class _Ends:
    """What has been drawn so far."""

    graph: Graph
    layer: Use
    specs: tuple[Spec, ...]
    steps: int
    given: dict[tuple[int, int, int], str] = field(default_factory=dict)
    made: dict[tuple[int, int, int], tuple[str, int]] = field(default_factory=dict)
    last: int = 0

    def add_repeat(self, number: int, seen: tuple[Spec, ...], arguments: Mapping[str, object]) -> None:
        """A row of steps, behind the row before."""
        block, ports = self.layer.block, self.layer._inputs(arguments)
        handed = {target: source for source, target in self.layer.handed_on}
        carried = {target: source for source, target in states(block).items()}
        named, self.last = block.graph.of_type("BlockInput"), number
        suffix = f"_{number + 1}" if self.layer.properties.repeat > 1 else ""
        first: str | None = None
        whole: dict[int, str] = {}
        before: str | None = None
        for step in range(self.steps):
            name = f"step_{step + 1}{suffix}"
            use = self.graph.add(block.type, name=name, **dict[str, Any](arguments))
            if first is None:
                first = use
            else:
                SetProperty(use, "weights_of", first).apply(self.graph)
            for index, (port, spec) in enumerate(zip(ports, seen, strict=True)):
                if port.state and before is not None:
                    self.graph.connect(before, use, source=carried[index], target=index)
                    continue
                if index in handed and number:
                    source, leaving = self.made[number - 1, step, handed[index]]
                    self.graph.connect(source, use, source=leaving, target=index)
                    continue
                if spec is UNWIRED:
                    continue
                if port.state:
                    start = self._input(f"{named[index].name}_0{suffix}", spec)
                elif port.sequence:
                    start = self._input(f"{named[index].name}_{step + 1}{suffix if index not in handed else ''}", spec)
                else:
                    start = whole.get(index) or self._input(f"{named[index].name}{suffix}", spec)
                    whole[index] = start
                self.given[number, step, index] = start
                self.graph.connect(start, use, target=index)
            for index in range(len(self.layer.output_ports())):
                self.made[number, step, index] = use, index
            before = use

    def finish(self) -> None:
        """Outputs behind the last row: what leaves at each step, and the last states."""
        ends, kept = self.layer.block.graph.of_type("BlockOutput"), states(self.layer.block)
        for step in range(self.steps):
            for index, end in enumerate(ends):
                if index not in kept:
                    self._output(f"{end.name}_{step + 1}", self.made[self.last, step, index])
        for index in kept:
            self._output(ends[index].name, self.made[self.last, self.steps - 1, index])

    def _input(self, name: str, spec: Spec) -> str:
        sizes = tuple(size if isinstance(size, int) else str(size) for size in spec.shape[1:])
        return self.graph.add("Input", name=name, shape=sizes, dtype=spec.dtype)

    def _output(self, name: str, end: tuple[str, int]) -> None:
        node, port = end
        self.graph.connect(node, self.graph.add("Output", name=name), source=port)
