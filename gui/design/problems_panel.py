"""The problems: gravest first in a list, the chosen one in full beside it with the fixes."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.problems import Problem
from gui.design.facts import go_to
from gui.design.problem_card import ProblemCard
from gui.document import Document
from gui.icons import icon
from gui.theme import theme
from gui.widgets import label

HERE = "▸ "


class ProblemsPanel(QWidget):
    """All problems of the network; those of the open level stand out where there are others.

    ``chosen`` carries the id of the node to show, in the level that is open by then; ``counted`` the numbers of errors,
    warnings and hints; ``looked_at`` and ``fixing`` a problem and a fix of it, ``why`` the problem to explain.
    """

    chosen = Signal(str)
    counted = Signal(int, int, int)
    looked_at = Signal(object, object)
    fixing = Signal(object, object)
    fix_all_wanted = Signal()
    why = Signal(object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.list = QListWidget()
        self.list.setWordWrap(True)
        self.list.setIconSize(QSize(16, 16))
        self.list.setAccessibleName("Problems")
        self.list.setToolTip("Click a problem to go to its layer")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.fix_all = QPushButton("Fix All")
        self.fix_all.setToolTip("Apply to every problem its best fix that keeps all layers, as one step")
        self.fix_all.setAccessibleName("Fix all problems")
        self.fix_all.clicked.connect(self.fix_all_wanted)
        self.count = label("", "muted")
        self.card = ProblemCard()
        self.card.looked_at.connect(self.looked_at)
        self.card.chosen.connect(self.fixing)
        self.card.why.connect(self.why)
        self.card.fixes.fallback = self.list
        self.empty = label("✓ No problems", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.halves = QSplitter(Qt.Orientation.Horizontal)
        self.halves.setHandleWidth(1)
        self.halves.setChildrenCollapsible(False)
        self.halves.addWidget(self._left())
        self.halves.addWidget(self.card)
        self.halves.setSizes([320, 446])
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.halves)
        box.addWidget(self.empty)
        self.list.itemActivated.connect(self._go)
        self.list.itemClicked.connect(self._go)
        self.list.currentRowChanged.connect(self._show_card)
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._refresh_if_known)
        for signal in (document.checked, document.replaced, theme.changed):
            signal.connect(self._later)
        document.selection_changed.connect(self._follow_selection)
        self.refresh()

    def _left(self) -> QWidget:
        side, row = QWidget(), QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 0)
        row.addWidget(self.count)
        row.addStretch(1)
        row.addWidget(self.fix_all)
        box = QVBoxLayout(side)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addLayout(row)
        box.addWidget(self.list)
        return side

    def _later(self) -> None:
        self._soon.start()

    def _refresh_if_known(self) -> None:
        if not self.document.checking:  # else `checked` follows
            self.refresh()

    def refresh(self) -> None:
        """Show the problems as they are now; the chosen one stays chosen while it is there."""
        document = self.document
        problems = [(problem, True) for problem in document.all_problems()]
        if self._apart():
            problems += [(problem, False) for problem in document.problems()]
        here = [self._is_here(problem, of_network) for problem, of_network in problems]
        marked = any(here) and any(p.node is not None and not now for (p, _), now in zip(problems, here, strict=True))
        row, before = self.list.currentRow(), self.card.problem
        self.list.blockSignals(True)
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
        same = (n for n, (p, _) in enumerate(problems) if before is not None and p.key == before.key)
        self.list.setCurrentRow(next(same, max(0, min(row, len(problems) - 1))))
        self.list.blockSignals(False)
        self.halves.setVisible(bool(problems))
        self.empty.setVisible(not problems)
        counts = {grave: sum(p.severity == grave for p, _ in problems) for grave in ("error", "warning", "hint")}
        self.count.setText(", ".join(f"{n} {word}{'s' if n > 1 else ''}" for word, n in counts.items() if n))
        self.fix_all.setEnabled(bool(counts["error"] + counts["warning"]))
        self.counted.emit(counts["error"], counts["warning"], counts["hint"])
        self._show_card(self.list.currentRow())

    def _show_card(self, row: int) -> None:
        item = self.list.item(row)
        self.card.show_problem(item.data(Qt.ItemDataRole.UserRole)[0] if item is not None else None)

    def _follow_selection(self) -> None:
        """Choose the first problem of the layer that is selected now."""
        chosen = self.document.selection
        now = self.card.problem
        if len(chosen) != 1 or (now is not None and chosen[0] in (now.node, *now.inside[-1:])):
            return
        for row in range(self.list.count()):
            problem, of_network = self.list.item(row).data(Qt.ItemDataRole.UserRole)
            if self._is_here(problem, of_network) and _guilty(problem) == chosen[0]:
                self.list.setCurrentRow(row)
                return

    def step(self, by: int) -> None:
        """Go to the next problem, or to the one before; after the last comes the first."""
        count = self.list.count()
        if count:
            row = self.list.currentRow() + by if self._stepped else 0 if by > 0 else count - 1
            self.list.setCurrentRow(row % count)
            self._stepped = True
            self._go(self.list.currentItem())

    _stepped = False
    """Whether a problem has been gone to: the first step goes to the first one."""

    def _apart(self) -> bool:
        """Whether a block is open that nothing uses: its problems are none of the network's."""
        return self.document.graph.inside is not None and not self.document.block_path

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
        self._stepped = True
        if problem.node is None:
            return
        if of_network:
            go_to(self.document, problem)
        self.chosen.emit(problem.inside[-1] if of_network and problem.inside else problem.node)


def _guilty(problem: Problem) -> str | None:
    """The id of the guilty node in its own graph."""
    return problem.inside[-1] if problem.inside else problem.node
