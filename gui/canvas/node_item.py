"""One node on the canvas: its id and its prepared look, painted flat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGraphicsItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from engine import ports
from engine.absent import Absent
from engine.blocks.block import PREFIX
from engine.blocks.use import Use
from engine.bypassing import is_bypassed
from engine.fine_tuning.freezing import is_frozen
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.layers.parameters import unparse
from engine.resolve import Fault
from engine.shapes import Report, kind_name
from engine.spec import BATCH, Spec
from gui.canvas.geometry import MARGIN, Box, End, Side, nearest, node_size
from gui.canvas.layout.flow import Flow, flow_of
from gui.canvas.node_kinds import kind
from gui.canvas.painter import NodeLook, make_ports, paint_node
from gui.canvas.style import NAMES, OVERVIEW, Style
from gui.canvas.tooltips import shown

if TYPE_CHECKING:
    from engine.training.values import Value


class NodeItem(QGraphicsRectItem):
    """The item of one node. Its bounding box is kept by Qt itself, so that only painting costs Python time."""

    def __init__(self, node_id: str, look: NodeLook, style: Style) -> None:
        super().__init__()
        self.id = node_id
        self.style = style
        self.spec: Spec | None = None
        self.value: Value | None = None
        self.setZValue(1)
        self.wear(look)
        if style.detail == OVERVIEW:
            self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemHasNoContents)

    def tell(self, spec: Spec | None, value: Value | None = None) -> None:
        """What comes out of it now; the numbers of an example are said instead of their shape."""
        if spec is not self.spec or value is not self.value:
            self.spec, self.value = spec, value
            shape = str(value) if value is not None and value.numbers else shape_of_a_sample(spec)
            if shape != self.look.shape:
                self.look.shape = shape
                self.look.far.clear()
                if self.style.detail == NAMES:
                    self.update()

    def wear(self, look: NodeLook) -> None:
        """Take on another look."""
        self.look = look
        self.spec = None
        width, height = look.size
        self.setRect(-MARGIN, -MARGIN, width + 2 * MARGIN, height + 2 * MARGIN)

    def freshen(self) -> None:
        """Paint it again, after something in its look has changed."""
        self.look.stale()
        self.update()

    @property
    def box(self) -> QRectF:
        """Its box on the canvas, without ports and badges."""
        return QRectF(self.pos().x(), self.pos().y(), *self.look.size)

    def port(self, end: End) -> QPointF:
        """The point of one of its ports on the canvas."""
        return self.pos() + self.look.ports(end.side)[end.port].point

    def port_at(self, point: QPointF, reach: float, side: Side | None = None) -> End | None:
        """The port near a point of the canvas, of one side if that is given."""
        sides: tuple[Side, ...] = ("input", "output") if side is None else (side,)
        ends = [(name, s, port.point) for s in sides for name, port in self.look.ports(s).items()]
        index = nearest([at for _, _, at in ends], point - self.pos(), reach)
        return None if index is None else End(self.id, ends[index][1], ends[index][0])

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if self.style.detail != OVERVIEW:
            paint_node(painter, self.look, self.style)


def node_look(graph: Graph, report: Report, node_id: str, inside: Box | None = None) -> NodeLook:
    """What a node of the graph looks like, without selection and problems.

    ``inside`` is its size if its block is open in place.
    """
    node, flow = graph.nodes[node_id], flow_of(graph)
    layer = report.layers.get(node_id)
    inputs, outputs = ports.input_ports(graph, node_id), ports.output_ports(graph, node_id)
    wired, spare = graph.incoming[node_id], has_spare(layer, len(inputs))
    if layer is None or isinstance(layer, Fault):
        family, summary = declared_family(graph, node.type), _doubtful(layer, node.parameters)
        needed = set(inputs)
    else:
        absent = isinstance(layer, Absent)
        family = declared_family(graph, node.type) if absent else layer.family
        summary = layer.summary()
        if absent and is_bypassed(node):
            summary = "bypassed"
        elif absent:
            summary = "×0" if node.properties.get("when", True) is True else "absent"
        declared = layer.input_ports()
        needed = {port.name for port in declared if not port.optional and not port.many}
        if not wired:
            needed.update(inputs)
    size = inside or node_size(len(inputs), len(outputs), spare, flow)
    used = {edge.source_port for edge in graph.outgoing[node_id]}
    return NodeLook(
        node.name,
        kind_name(graph, node),
        family,
        " · ".join(filter(None, (*still(node), *often(layer), summary, *marks(graph, node, layer)))),
        make_ports(inputs, "input", size, wired, needed, spare, flow=flow),
        make_ports(outputs, "output", size, used, outputs, flow=flow),
        size,
        output_shown(graph, node_id),
        stacked=node.type.startswith(PREFIX) and (inside is None or bool(often(layer))),
        absent=isinstance(layer, Absent) and not is_bypassed(node),
        bypassed=is_bypassed(node),
        frozen=is_frozen(node),
        fold="" if graph.blocks.of_type(node.type) is None else "open" if inside else "closed",
        repeat=layer.properties.repeat if isinstance(layer, Use) else 1,
    )


def has_spare(layer: Layer | Fault | None, inputs: int) -> bool:
    """Whether the last of so many inputs is free for one more wire, beside the others."""
    return isinstance(layer, Layer) and inputs > 2 and any(port.many for port in layer.input_ports())


def natural_size(graph: Graph, report: Report, node_id: str, flow: Flow | None = None) -> Box:
    """The size of a node that is not open in place."""
    inputs, outputs = len(ports.input_ports(graph, node_id)), len(ports.output_ports(graph, node_id))
    return node_size(inputs, outputs, has_spare(report.layers.get(node_id), inputs), flow or flow_of(graph))


def output_shown(graph: Graph, node_id: str) -> tuple[str, str] | None:
    """The node and port whose shape a node shows: its first output in use, of an Output what comes in."""
    used = {edge.source_port for edge in graph.outgoing[node_id]}
    outputs = ports.output_ports(graph, node_id)
    if outputs:
        return node_id, next((port for port in outputs if port in used), outputs[0])
    return next(((edge.source, edge.source_port) for edge in graph.incoming[node_id].values()), None)


def shape_of_a_sample(spec: Spec | None) -> str:
    """``16×5×5``: a shape without the batch; empty where it is not known."""
    if spec is None:
        return ""
    sizes = [str(dim) for dim in (spec.shape[1:] if spec.shape[:1] == (BATCH,) else spec.shape)]
    return "×".join(f"({size})" if " " in size else size for size in sizes) or "scalar"


def still(node: Node) -> tuple[str, ...]:
    """That its weights stay as they are, where they do: said first, so that it is never cut off."""
    return ("❄ frozen",) if is_frozen(node) else ()


def often(layer: Layer | Fault | None) -> tuple[str, ...]:
    """How often a block is repeated, where it is."""
    repeated = isinstance(layer, Use) and layer.properties.repeat > 1
    return (f"×{layer.properties.repeat}",) if repeated and isinstance(layer, Use) else ()


def marks(graph: Graph, node: Node, layer: Layer | Fault | None) -> list[str]:
    """What is special about a node, in a sign and a word each."""
    found = []
    if isinstance(layer, Use) and layer.properties.apply != "once":
        found.append("↻ scan" if layer.properties.apply == "scan" else "⇶ each step")
    when = node.properties.get("when", True)
    if when is not True:
        found.append(f"when {unparse(when).removeprefix('= ')}")
    if isinstance(layer, Use) and layer.properties.share_weights:
        found.append("⇆ all repeats")
    norms = {"weight_norm": "‖w‖ weight norm", "spectral_norm": "σ spectral norm"}
    found += [text for kind, text in norms.items() if node.properties.get("parametrization") == kind]
    owner = graph.nodes.get(str(node.properties.get("weights_of")))
    if owner is not None:
        found.append(f"⇆ {owner.name}")
    return found


def declared_family(graph: Graph, node_type: str) -> str:
    """The family of a type of layer in a graph, "?" where nobody knows the type."""
    cls = kind(graph, node_type)
    return "?" if cls is None else cls.family


def _doubtful(fault: Fault | None, parameters: object) -> str:
    """The guilty parameter as it was typed, where a node has no layer."""
    if fault is None or fault.parameter is None or not isinstance(parameters, dict):
        return ""
    value = parameters.get(fault.parameter)
    return f"{fault.parameter} = {shown(value)} ?" if value is not None else f"{fault.parameter} ?"
