"""The problems list: gravest first, each with its symbol, a click leads to the guilty layer."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QAbstractItemView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gui.document import Document
from gui.icons import icon
from gui.theme import theme
from gui.widgets import label


class ProblemsPanel(QWidget):
    """``chosen`` carries the id of the node to show; ``counted`` the numbers of errors and of warnings."""

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
        problems = self.document.problems()
        self.list.clear()
        for problem in problems:
            item = QListWidgetItem(icon(problem.severity, problem.severity), problem.message, self.list)
            item.setData(Qt.ItemDataRole.UserRole, problem.node)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{problem.severity}: {problem.message}")
        self.list.setVisible(bool(problems))
        self.empty.setVisible(not problems)
        errors = sum(problem.severity == "error" for problem in problems)
        self.counted.emit(errors, sum(problem.severity == "warning" for problem in problems))

    def _go(self, item: QListWidgetItem) -> None:
        node_id = item.data(Qt.ItemDataRole.UserRole)
        if node_id:
            self.chosen.emit(node_id)
