"""Paints nodes and wires flat. All that can be prepared is prepared in a Look; painting makes nothing new."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QTransform

from gui.canvas.geometry import HEIGHT, Box, End, Side, port_points
from gui.canvas.layout.flow import DOWN, Flow
from gui.canvas.style import BROAD, CELL, FULL, GLYPHS, Family, Outline, Style, Text

RADIUS, RING, BADGE, HEALTH, FROST = 4.5, 8.5, 8.0, 6.0, 9.0
LARGE = 1.6
"""How much larger badges are where there is less detail, so that their symbol can still be told."""
PAD = 8.0
GLYPH_LIFT = 9.0
"""How much higher the glyph of a block stands, above the mark that opens it."""
STACK = 3.0
"""How far each card of a block lies after the one before."""
NO_BRUSH, NO_PEN = Qt.BrushStyle.NoBrush, Qt.PenStyle.NoPen
AA = QPainter.RenderHint.Antialiasing


@dataclass(slots=True)
class PaintedPort:
    """A port as it is painted."""

    point: QPointF
    connected: bool
    needed: bool


@dataclass(slots=True)
class NodeLook:
    """What one node looks like. Who changes a field calls `stale`; the rest is prepared when it is first painted."""

    name: str
    type: str
    family: str
    summary: str
    inputs: dict[str, PaintedPort]
    outputs: dict[str, PaintedPort]
    size: Box
    shown: tuple[str, str] | None = None
    """The node and port whose shape it shows."""
    shape: str = ""
    """What comes out of it, without the batch; empty where that is not known."""
    severity: str = ""
    health: str = ""
    """How it does in training: a key of `Style.health`, or nothing."""
    guilty: Collection[str] = ()
    selected: bool = False
    dim: bool = False
    stacked: bool = False
    """A block: two further cards lie behind it."""
    absent: bool = False
    """Its condition does not hold here: it is painted faint."""
    bypassed: bool = False
    """It passes its input on: stripes run across it."""
    frozen: bool = False
    """Its weights stay as they are: its border is dashed, and a snowflake lies at its corner."""
    fold: str = ""
    """Of a block whether it is "open" in place or "closed"."""
    repeat: int = 1
    """How often a block is repeated."""
    offered: Collection[End] = ()
    ready: bool = False
    outline: Outline = field(init=False)
    colors: Family = field(init=False)
    texts: tuple[tuple[bool, QPointF, Text], ...] = ()
    far: dict[float, tuple[tuple[str, QPointF, Text], ...]] = field(default_factory=dict, init=False)
    """For the steps of the zoom that it was painted at: role, point and text of its name and its shape."""
    filled: QPainterPath = field(init=False)
    hollow: QPainterPath = field(init=False)
    rings: QPainterPath | None = None
    offers: QPainterPath | None = None
    badge: QPointF = field(init=False)
    flake: QPointF = field(init=False)
    mark: QPainterPath | None = None
    far_mark: QPainterPath | None = None
    pulse: QPointF = field(init=False)
    pulse_mark: QPainterPath | None = None

    @property
    def head(self) -> float:
        """Where the strip begins, as tall as a usual node, that name and symbol stand in."""
        return 0.0 if self.fold == "open" else (self.size[1] - HEIGHT) / 2

    @property
    def fold_mark(self) -> QRectF:
        """Where the mark is that opens and closes it in place, below its symbol; null where there is none."""
        return QRectF(11.0, self.head + HEIGHT - 16.0, 13.0, 13.0) if self.fold else QRectF()

    def ports(self, side: Side) -> dict[str, PaintedPort]:
        """The ports of one side, in order."""
        return self.inputs if side == "input" else self.outputs

    def stale(self) -> None:
        """Prepare it again before it is painted next."""
        self.ready = False

    def prepare(self, style: Style) -> None:
        """Make texts and paths ready."""
        width, height = self.size
        self.outline, self.colors = style.outline(self.size, self.fold == "open"), style.family(self.family)
        self.texts = self._texts(style, width - CELL - 2 * PAD)
        self.far.clear()
        self.filled, self.hollow = QPainterPath(), QPainterPath()
        for port in (*self.inputs.values(), *self.outputs.values()):
            path = self.filled if port.connected else self.hollow
            radius = RADIUS if port.connected or port.needed else RADIUS - 1
            path.addEllipse(port.point, radius, radius)
        self.rings = _rings([*self._found(self.guilty)])
        self.offers = _rings([self.ports(end.side)[end.port].point for end in self.offered])
        self.badge = QPointF(width - 5, 4)
        self.mark = self.far_mark = None
        if self.severity:
            symbol, larger = style.marks[self.severity], QTransform.fromScale(LARGE, LARGE)
            self.mark, self.far_mark = symbol.translated(self.badge), larger.map(symbol).translated(self.badge)
        self.flake = QPointF(4, 4)
        self.pulse = QPointF(width - 4, height - 3)
        self.pulse_mark = style.health[self.health][1].translated(self.pulse) if self.health else None
        self.ready = True

    def _texts(self, style: Style, room: float) -> tuple[tuple[bool, QPointF, Text], ...]:
        """(muted, point, text) of the name, the type and the main parameters."""
        left, right, height = CELL + PAD, self.size[0] - PAD, HEIGHT
        name = style.static(self.name, "name", room)
        free = room - name.width - 6.0
        whole = style.static(self.type, "small").width
        below = self.summary or (self.type if whole > free else "")  # the type has a line of its own where one is free
        top = 8.0 if below else (height - name.height) / 2
        texts = [(False, QPointF(left, top), name)]
        if below != self.type and free >= min(whole, 60.0):  # a stub says nothing
            kind = style.static(self.type, "small", free)
            texts.append((True, QPointF(right - kind.width, top + name.ascent - kind.ascent), kind))
        if below:
            line = style.static(below, "small", room)
            texts.append((True, QPointF(left, height - 8.0 - line.height), line))
        return tuple((muted, point + QPointF(0, self.head), text) for muted, point, text in texts)

    def compact(self, style: Style) -> tuple[tuple[str, QPointF, Text], ...]:
        """Role, point and text of the name and the shape at a zoom that has room for no more."""
        step = style.step
        if step not in self.far:
            self.far[step] = self._two_lines(style, step)
        return self.far[step]

    def _two_lines(self, style: Style, step: float) -> tuple[tuple[str, QPointF, Text], ...]:
        width, height, left = self.size[0], HEIGHT, (CELL if step >= GLYPHS else BROAD) + PAD - 2
        room = width - left - 4
        title = f"{self.name} ×{self.repeat}" if self.fold == "open" and self.repeat > 1 else self.name
        name, shape = style.static(title, f"name {step}", room), style.static(self.shape, f"shape {step}", room)
        if not self.shape:
            return ((f"name {step}", QPointF(left, self.head + (height - name.height) / 2), name),)
        return (  # by their baselines, closer than lines of a text: a shape has nothing that reaches below its own
            (f"name {step}", QPointF(left, self.head + 0.42 * height - name.ascent), name),
            (f"shape {step}", QPointF(left, self.head + 0.88 * height - shape.ascent), shape),
        )

    def _found(self, names: Collection[str]) -> list[QPointF]:
        """The points of the ports with these names, an input before an output of the same name."""
        ports = [self.inputs.get(name) or self.outputs.get(name) for name in names]
        return [port.point for port in ports if port is not None]


def make_ports(
    names: tuple[str, ...],
    side: Side,
    size: Box,
    connected: Collection[str],
    needed: Collection[str],
    spare: bool = False,
    *,
    flow: Flow = DOWN,
) -> dict[str, PaintedPort]:
    """The ports of one side with their points."""
    points = port_points(size, side, len(names), spare, flow)
    return {
        name: PaintedPort(point, name in connected, name in needed) for name, point in zip(names, points, strict=True)
    }


def _rings(points: list[QPointF]) -> QPainterPath | None:
    if not points:
        return None
    path = QPainterPath()
    for point in points:
        path.addEllipse(point, RING, RING)
    return path


def paint_node(painter: QPainter, look: NodeLook, style: Style) -> None:
    """Paint one node at the current level of detail."""
    if not look.ready:
        look.prepare(style)
    painter.setRenderHint(AA, True)
    painter.setOpacity(0.35 if look.dim else 0.5 if look.absent else 1.0)
    outline, colors, detail = look.outline, look.colors, style.detail
    if look.stacked:
        _paint_stack(painter, outline, style)
    if look.selected:
        painter.setPen(style.selected)
        painter.setBrush(style.node)
        painter.drawPath(outline.frame)
    else:
        painter.setPen(style.still if look.frozen else style.border)
        painter.setBrush(style.node)
        painter.drawPath(outline.box)
    if look.fold == "open":
        pen, shape = painter.pen(), outline.frame if look.selected else outline.box
        painter.setPen(NO_PEN)
        painter.setBrush(style.inside)
        painter.drawPath(outline.inside)
        painter.setPen(pen)
        painter.setBrush(NO_BRUSH)
        painter.drawPath(shape)
    painter.setPen(NO_PEN)
    if detail == FULL or style.step >= GLYPHS:
        painter.setBrush(colors.tint)
        painter.drawPath(outline.cell)
        painter.setBrush(colors.bar)
        painter.drawPath(outline.bar)
        painter.setBrush(NO_BRUSH)
        painter.setPen(colors.pen)
        painter.translate(0, look.head - (GLYPH_LIFT if look.fold else 0))
        painter.drawPath(colors.glyph)
        painter.translate(0, GLYPH_LIFT if look.fold else 0)
        if look.fold:
            _paint_fold(painter, look, style)
        painter.translate(0, -look.head)
    else:
        painter.setBrush(colors.bar)
        painter.drawPath(outline.broad)
    if look.bypassed:
        painter.setPen(NO_PEN)
        painter.setBrush(style.stripes)
        painter.drawPath(outline.box)
    if detail == FULL:
        _paint_texts(painter, look, style)
    else:
        _paint_compact(painter, look, style)
    _paint_ports(painter, look, style)
    if look.frozen:
        _paint_flake(painter, look, style)
    if look.pulse_mark is not None:
        _paint_health(painter, look, look.pulse_mark, style)
    symbol = look.mark if detail == FULL else look.far_mark
    if symbol is not None:
        _paint_badge(painter, look, symbol, style)


def _paint_fold(painter: QPainter, look: NodeLook, style: Style) -> None:
    """A small plus that opens a block in place, a minus that closes it."""
    box = look.fold_mark.translated(0, -look.head)
    painter.setPen(style.fold)
    painter.setBrush(style.node)
    painter.drawRoundedRect(box, 3, 3)
    center, arm = box.center(), 3.5
    painter.drawLine(center - QPointF(arm, 0), center + QPointF(arm, 0))
    if look.fold == "closed":
        painter.drawLine(center - QPointF(0, arm), center + QPointF(0, arm))


def _paint_stack(painter: QPainter, outline: Outline, style: Style) -> None:
    """The edges of two cards after a block."""
    painter.setPen(style.border)
    painter.setBrush(style.node)
    for shift in (STACK * 2, STACK):
        painter.translate(shift, shift)
        painter.drawPath(outline.box)
        painter.translate(-shift, -shift)


def _paint_texts(painter: QPainter, look: NodeLook, style: Style) -> None:
    role = "name"
    painter.setPen(style.text)
    for muted, point, text in look.texts:
        if muted and role == "name":
            role = "small"
            painter.setPen(style.muted)
        painter.setFont(style.fonts[role])
        text.paint(painter, point)


def _paint_compact(painter: QPainter, look: NodeLook, style: Style) -> None:
    pens = (style.text, style.muted)
    for pen, (role, point, text) in zip(pens, look.compact(style), strict=False):
        painter.setPen(pen)
        painter.setFont(style.fonts[role])
        text.paint(painter, point)


def _paint_ports(painter: QPainter, look: NodeLook, style: Style) -> None:
    if look.offers is not None:
        painter.setPen(style.offer)
        painter.setBrush(style.offer_fill)
        painter.drawPath(look.offers)
    painter.setPen(style.port)
    if not look.hollow.isEmpty():
        painter.setBrush(style.canvas)
        painter.drawPath(look.hollow)
    if not look.filled.isEmpty():
        painter.setBrush(style.port_fill)
        painter.drawPath(look.filled)
    if look.rings is not None and look.severity:
        painter.setPen(style.badges[look.severity][2])
        painter.setBrush(NO_BRUSH)
        painter.drawPath(look.rings)


def _paint_badge(painter: QPainter, look: NodeLook, symbol: QPainterPath, style: Style) -> None:
    """A dot with a symbol: a cross for an error, an exclamation mark for a warning."""
    fill, pen, _, halo = style.badges[look.severity]
    painter.setPen(halo)
    painter.setBrush(fill)
    radius = BADGE if symbol is look.mark else BADGE * LARGE
    painter.drawEllipse(look.badge, radius, radius)
    painter.setPen(pen)
    painter.setBrush(NO_BRUSH)
    painter.drawPath(symbol)


def _paint_flake(painter: QPainter, look: NodeLook, style: Style) -> None:
    """A snowflake on a small dot at the upper left corner."""
    larger = 1.0 if style.detail == FULL else LARGE
    painter.translate(look.flake)
    painter.scale(larger, larger)
    painter.setPen(style.border)
    painter.setBrush(style.node)
    painter.drawEllipse(QPointF(), FROST, FROST)
    painter.setPen(style.flake_pen)
    painter.drawPath(style.flake)
    painter.scale(1 / larger, 1 / larger)
    painter.translate(-look.flake)


def _paint_health(painter: QPainter, look: NodeLook, symbol: QPainterPath, style: Style) -> None:
    """A small dot at the lower corner: a tick where the layer does well, else what the badges say."""
    pen, _ = style.health[look.health]
    painter.setPen(pen)
    painter.setBrush(style.node)
    painter.drawEllipse(look.pulse, HEALTH, HEALTH)
    painter.setBrush(NO_BRUSH)
    painter.drawPath(symbol)


def paint_wire(painter: QPainter, path: QPainterPath, kind: str, style: Style, *, glow: bool = False) -> None:
    """Paint one wire; ``kind`` is one of the keys of `Style.wires`."""
    painter.setRenderHint(AA, not style.fast)
    painter.setBrush(NO_BRUSH)
    if glow:
        painter.setPen(style.glow)
        painter.drawPath(path)
    painter.setPen(style.wires[kind, style.detail < FULL])
    painter.drawPath(path)


def paint_label(painter: QPainter, box: QRectF, text: Text, style: Style) -> None:
    """Paint a shape beside its wire, on a patch of the canvas colour so that nothing strikes it through."""
    painter.fillRect(box, style.patch)
    painter.setPen(style.muted)
    painter.setFont(style.fonts["label"])
    text.paint(painter, box.topLeft())
