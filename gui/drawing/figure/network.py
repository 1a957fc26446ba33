"""Which boxes a figure has: a box for each tensor that a layer makes, thin bands for what only passes it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from engine import layers
from engine.blocks.use import Use
from engine.dims import Dim, bind
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.live_nodes import ENDS, live_nodes
from engine.shapes import Report, kind_name
from engine.spec import Spec

Form = Literal["volume", "sheet", "bar", "sign", "end"]
BANDED: Final = frozenset({"Activation", "Normalization", "Dropout"})
"""Families that are a band on the box before them."""
OPEN: Final = 32
"""As how much a size is drawn that the data leave open."""
Value = tuple[str, str]
"""A node and one of its ports."""


@dataclass(slots=True)
class FigureNode:
    """A tensor, or a sign where tensors meet, or the end of a path (form ``end``).

    ``sizes`` are those of one sample, ``size_text`` says them with the names of those that are open.
    """

    name: str
    kind: str
    family: str
    form: Form
    sizes: tuple[int, ...] = ()
    size_text: str = ""
    bands: list[tuple[str, str]] = field(default_factory=list)
    """Family and type of each layer that only passes the tensor on."""
    group: int | None = None
    stacked: bool = False
    """A block that is drawn closed."""
    symbol: str = ""
    """What stands in the circle of a sign."""


@dataclass(slots=True)
class Figure:
    """All boxes, which leads to which (by their indices), and the names of the blocks that are drawn opened."""

    nodes: list[FigureNode] = field(default_factory=list)
    edges: list[tuple[int, int]] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)


def figure(graph: Graph, report: Report, *, blocks: bool) -> Figure:
    """The boxes of a network; with ``blocks`` those inside its blocks in their stead."""
    found = Figure()
    _Walk(found, blocks).level(graph, report, {}, None)
    return found


class _Walk:
    """Goes through levels in the order of their forward pass."""

    def __init__(self, found: Figure, blocks: bool) -> None:
        self._found, self._blocks = found, blocks

    def level(
        self, graph: Graph, report: Report, given: Mapping[str, int | None], group: int | None
    ) -> list[int | None]:
        """Add the boxes of a level; ``given`` are those that reach its BlockInputs. Returns those that leave it."""
        made: dict[Value, int | None] = {(node_id, "output"): box for node_id, box in given.items()}
        ends: dict[str, int | None] = {}
        unfinished = not any(graph.of_type(end) for end in ENDS)
        live = set(graph.nodes) if unfinished else live_nodes(graph, report)
        for node_id in graph.order():
            node, layer = graph.nodes[node_id], report.layer(node_id)
            if node_id not in live or node.type == "BlockInput":
                continue
            absent = report.absent(node_id)
            wires = {port: made.get((edge.source, edge.source_port)) for port, edge in graph.incoming[node_id].items()}
            sources = list(wires.values())
            outputs = report.outputs.get(node_id, {})
            if absent is not None:
                read = absent.reads(graph.incoming[node_id])
                handed = wires.get(read[0]) if read else None
                made |= {(node_id, port): handed for port in outputs}
            elif node.type == "BlockOutput":
                ends[node_id] = sources[0] if sources else None
            elif isinstance(layer, Use) and self._opens(layer) and node_id in report.inputs:
                left = self._inside(node.name, layer, report.inputs[node_id], sources, group)
                made |= dict(zip(((node_id, port) for port in outputs), left, strict=True))
            else:
                box = self._node(graph, node_id, layer, outputs, report, sources, group)
                made |= {(node_id, port): box for port in outputs}
        return [ends.get(node.id) for node in graph.of_type("BlockOutput")]

    def _opens(self, layer: Use) -> bool:
        return self._blocks and layer.properties.apply == "once"

    def _inside(
        self, name: str, layer: Use, inputs: tuple[Spec, ...], sources: Sequence[int | None], group: int | None
    ) -> list[int | None]:
        """The boxes of each repeat of a block, and what leaves the last one."""
        stream, left = list(sources), list[int | None]()
        count = layer.properties.repeat
        for index, inside in enumerate(layer.unfolded(*inputs)):
            if group is None:
                self._found.groups.append(f"{name} {index + 1}/{count}" if count > 1 else name)
            here = len(self._found.groups) - 1 if group is None else group
            starts = [node.id for node in inside.graph.of_type("BlockInput")]
            left = self.level(inside.graph, inside.report, dict(zip(starts, stream, strict=False)), here)
            for source, target in layer.handed_on:
                if target < len(stream) and source < len(left):
                    stream[target] = left[source]
        return left

    def _node(
        self,
        graph: Graph,
        node_id: str,
        layer: Layer | None,
        outputs: Mapping[str, Spec],
        report: Report,
        sources: Sequence[int | None],
        group: int | None,
    ) -> int | None:
        """The box of a node: its own, or that of what it only passes on."""
        found, node = self._found, graph.nodes[node_id]
        before = [box for box in sources if box is not None]
        family = layer.family if layer is not None else "?"
        spec = next(iter(outputs.values()), None)
        arrives = report.inputs.get(node_id, ())
        same = spec is not None and len(before) == 1 and len(arrives) > 0 and arrives[0].shape == spec.shape
        weightless = layer is not None and not isinstance(layer, Use) and not layer.weights(*arrives)
        if same and weightless and family in ("Residual", "Input and output") and node.type != "Output":
            return before[0]
        if same and family in BANDED and self._may_carry(graph, node_id, before[0], group):
            found.nodes[before[0]].bands.append((family, kind_name(graph, node)))
            return before[0]
        if node.type == "Output":
            box = FigureNode(node.name, "", family, "end", group=group)
        else:
            count = layer.properties.repeat if isinstance(layer, Use) else 1
            kind, symbol = kind_name(graph, node), layers.kind(node.type).symbol
            box = FigureNode(
                node.name,
                f"{kind} ×{count}" if count > 1 else kind,
                family,
                "sign" if symbol and len(before) > 1 else _form(spec),
                () if spec is None else tuple(map(_number, spec.shape[1:])),
                "?" if spec is None else " × ".join(map(str, spec.shape[1:])),
                group=group,
                stacked=isinstance(layer, Use),
                symbol=symbol,
            )
        found.nodes.append(box)
        index = len(found.nodes) - 1
        found.edges += [(source, index) for source in dict.fromkeys(before)]
        return index

    def _may_carry(self, graph: Graph, node_id: str, box: int, group: int | None) -> bool:
        """Whether nothing else reads what this node passes on, and it stands in the same block."""
        edge = next(iter(graph.incoming[node_id].values()))
        node = self._found.nodes[box]
        alone = len(graph.outgoing[edge.source]) == 1 and graph.nodes[edge.source].type not in ("Input", "BlockInput")
        return alone and node.form != "sign" and node.group == group and not node.stacked


def _form(spec: Spec | None) -> Form:
    rank = 0 if spec is None else spec.rank - 1
    return "volume" if rank >= 3 else "sheet" if rank == 2 else "bar"


def _number(dim: Dim) -> int:
    if isinstance(dim, int):
        return dim
    return max(1, bind(dim, _Open()))


class _Open(dict[str, int]):
    def __missing__(self, symbol: str) -> int:
        return OPEN
