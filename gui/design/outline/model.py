"""The outline as a tree for Qt: names, shapes, and for screen readers a sentence a row."""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from engine.frames import held
from engine.graph import Edge, Graph
from gui.accessibility import words
from gui.canvas import glyphs
from gui.canvas.clipboard import node_boxes
from gui.canvas.frames.swatch import swatch
from gui.canvas.node_item import declared_family, output_shown, shape_of_a_sample
from gui.design.outline.rows import Key, Row, Rows
from gui.document import Document
from gui.icons import icon
from gui.widgets import plain

Index = QModelIndex | QPersistentModelIndex
ROOT: Final = QModelIndex()
HEAD: Final = ("Layer", "Output")


class OutlineModel(QAbstractItemModel):
    """Rows are made when a view opens what they are in."""

    renamed = Signal(object, str)
    """The `Row` of a layer or frame, and what somebody wants to call it."""

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = Rows(document)

    def refresh(self) -> None:
        """Show the network as it is now."""
        self.beginResetModel()
        self.rows.refresh()
        self.endResetModel()

    def row_of(self, index: Index) -> Row:
        """The row that an index means."""
        row: Row = index.internalPointer()
        return row

    def index_of(self, key: Key) -> QModelIndex:
        """The first cell of a row; invalid where there is none."""
        row = self.rows.find(key)
        return QModelIndex() if row is None else self.createIndex(row.place, 0, row)

    # -- what Qt asks ----------------------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = ROOT) -> QModelIndex:
        rows = self._below(parent)
        inside = 0 <= row < len(rows) and 0 <= column < len(HEAD)
        return self.createIndex(row, column, rows[row]) if inside else QModelIndex()

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        above = self.row_of(index).parent if index.isValid() else None
        return QModelIndex() if above is None else self.createIndex(above.place, 0, above)

    def rowCount(self, parent: Index = ROOT) -> int:
        return len(self._below(parent))

    def hasChildren(self, parent: Index = ROOT) -> bool:
        """A layer is taken to have some, so that nothing is made to find out."""
        return not parent.isValid() or (parent.column() == 0 and self.row_of(parent).kind == "layer")

    def columnCount(self, parent: Index = ROOT) -> int:
        return len(HEAD)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        shown = orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return HEAD[section] if shown else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        named = index.isValid() and index.column() == 0 and self.row_of(index).kind in ("layer", "frame")
        return flags | Qt.ItemFlag.ItemIsEditable if named else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, first = self.row_of(index), index.column() == 0
        graph, _ = self.rows.level(row.path[:-1])
        if row.path[-1] not in (graph.frames if row.kind == "frame" else graph.nodes):  # it is just being deleted
            return None
        if role == Qt.ItemDataRole.EditRole and first and row.kind == "frame":
            return graph.frames[row.path[-1]].title
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._name(row, graph) if first else self._shape(row)
        if role == Qt.ItemDataRole.DecorationRole and first:
            return self._icon(row, graph)
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain(self._sentence(row), wrap=True)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return self._sentence(row) if first else self._shape(row)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, name = self.row_of(index), str(value).strip()
        graph, _ = self.rows.level(row.path[:-1])
        before = graph.frames[row.path[-1]].title if row.kind == "frame" else graph.nodes[row.path[-1]].name
        if name == before or (not name and row.kind == "layer"):
            return False
        self.renamed.emit(row, name)
        return True

    # -- words -----------------------------------------------------------------------------------------------------

    def _below(self, parent: Index) -> list[Row]:
        if not parent.isValid():
            return self.rows.below(None)
        return self.rows.below(self.row_of(parent)) if parent.column() == 0 else []

    def _name(self, row: Row, graph: Graph) -> str:
        if row.problem is not None:
            return words.problem_name(row.problem)
        if row.edge is not None:
            return _wire(graph, row.edge, row.path[-1])
        if row.kind == "frame":
            return graph.frames[row.path[-1]].name
        return graph.nodes[row.path[-1]].name

    def _shape(self, row: Row) -> str:
        graph, report = self.rows.level(row.path[:-1])
        if row.problem is not None or row.kind == "frame":
            return ""
        if row.edge is not None:
            return shape_of_a_sample(report.spec(row.edge.source, row.edge.source_port))
        shown = output_shown(graph, row.path[-1])
        return shape_of_a_sample(report.spec(*shown)) if shown is not None else ""

    def _sentence(self, row: Row) -> str:
        graph, report = self.rows.level(row.path[:-1])
        if row.problem is not None:
            return f"{words.problem_name(row.problem)} ({words.problem_description(row.problem)})"
        if row.edge is not None:
            return f"{_wire(graph, row.edge, row.path[-1])}: {words.wire_name(graph, report, row.edge)}"
        if row.kind == "frame":
            frame = graph.frames[row.path[-1]]
            return f"{words.frame_name(frame)}, {words.frame_description(graph, frame, held(frame, node_boxes(graph)))}"
        node = graph.nodes[row.path[-1]]
        said = words.layer_description(graph, report, node.id, self.rows.problems(row.path))
        inside = self.rows.troubled(row.path) and not self.rows.problems(row.path)
        return f"{node.name}, {said}" + (". Something inside it is wrong" if inside else "")

    def _icon(self, row: Row, graph: Graph) -> Any:
        if row.problem is not None:
            return icon(row.problem.severity, row.problem.severity)
        if row.edge is not None:
            return icon("next" if row.edge.source == row.path[-1] else "previous")
        if row.kind == "frame":
            return swatch(graph.frames[row.path[-1]].color)
        trouble = self.rows.troubled(row.path)
        node = graph.nodes[row.path[-1]]
        return icon(trouble, trouble) if trouble else glyphs.icon(declared_family(graph, node.type))


def _wire(graph: Graph, edge: Edge, node_id: str) -> str:
    """``from conv1`` or ``to relu1``, with the port where the layer has several wires there."""
    if edge.source == node_id:
        return f"to {graph.nodes[edge.target].name}"
    several = len(graph.incoming[node_id]) > 1
    return f"from {graph.nodes[edge.source].name}" + (f" ({edge.target_port})" if several else "")
