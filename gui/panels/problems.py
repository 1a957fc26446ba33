"""The problems list: gravest first, each with its symbol, a click leads to the guilty layer, also inside a block."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from engine.problems import Problem
from gui.document import Document
from gui.icons import icon
from gui.panels.facts import go_to
from gui.theme import theme
from gui.widgets import label

HERE = "▸ "


class ProblemsPanel(QWidget):
    """All problems of the network; those of the open level stand out where there are others.

    ``chosen`` carries the id of the node to show, in the level that is open by then; ``counted`` the numbers of errors
    and of warnings.
    """

    chosen = Signal(str)
    counted = Signal(int, int)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName("Problems")
        self.list.setToolTip("Click a problem to go to its layer")
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.empty = label("✓ No problems", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.list)
        box.addWidget(self.empty)
        self.list.itemActivated.connect(self._go)
        self.list.itemClicked.connect(self._go)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self.refresh)
        for signal in (document.changed, document.replaced, theme.changed):
            signal.connect(self._later)
        self.refresh()

    def _later(self) -> None:
        self._soon.start()

    def refresh(self) -> None:
        """Show the problems as they are now."""
        document = self.document
        problems = [(problem, True) for problem in document.all_problems()]
        if self._apart():
            problems += [(problem, False) for problem in document.problems()]
        here = [self._is_here(problem, of_network) for problem, of_network in problems]
        marked = any(here) and any(p.node is not None and not now for (p, _), now in zip(problems, here, strict=True))
        row = self.list.currentRow()
        self.list.clear()
        for (problem, of_network), is_here in zip(problems, here, strict=True):
            text = f"{HERE if marked and is_here else ''}{problem.message}"
            item = QListWidgetItem(icon(problem.severity, problem.severity), text, self.list)
            item.setData(Qt.ItemDataRole.UserRole, (problem, of_network))
            where = ", in the level that is open" if marked and is_here else ""
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{problem.severity}{where}: {problem.message}")
            if marked and is_here:
                font = item.font()
                font.setBold(True)
                item.setFont(font)
                item.setToolTip("In the level that is open")
        self.list.setCurrentRow(min(row, len(problems) - 1))
        self.list.setVisible(bool(problems))
        self.empty.setVisible(not problems)
        errors = sum(problem.severity == "error" for problem, _ in problems)
        self.counted.emit(errors, sum(problem.severity == "warning" for problem, _ in problems))

    def _apart(self) -> bool:
        """Whether a block is open that nothing uses: its problems are none of the network's."""
        return self.document.graph.inside is not None and not self.document.way

    def _is_here(self, problem: Problem, of_network: bool) -> bool:
        """Whether the guilty node is on the canvas now, by whichever use the problem was found."""
        if not of_network or problem.node is None:
            return not of_network
        graph = self.document.project
        if problem.inside:
            for node_id in (problem.node, *problem.inside[:-1]):
                node = graph.nodes.get(node_id)
                block = graph.blocks.of_type(node.type) if node is not None else None
                if block is None:
                    return False
                graph = block.graph
        return graph is self.document.graph

    def _go(self, item: QListWidgetItem) -> None:
        problem, of_network = item.data(Qt.ItemDataRole.UserRole)
        if problem.node is None:
            return
        if of_network:
            go_to(self.document, problem)
        self.chosen.emit(problem.inside[-1] if of_network and problem.inside else problem.node)
