"""The design page: palette, canvas, inspector, and below the canvas problems and code."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QSplitter, QTabWidget, QVBoxLayout, QWidget

from engine.problems import Problem
from engine.problems.fix import Fix
from gui.canvas.commands.layer_commands import open_position
from gui.canvas.view import View
from gui.design.breadcrumb import Breadcrumb
from gui.design.code import CodePanel
from gui.design.foot import HEIGHT, Foot
from gui.design.history_panel import HistoryPanel
from gui.design.inspector import Inspector
from gui.design.layers_panel import LayersPanel
from gui.design.network_cost import NetworkCost
from gui.design.outline.panel import Outline
from gui.design.palette import Palette
from gui.design.problems_panel import ProblemsPanel
from gui.document import Document
from gui.explanation import Explanation
from gui.preferences import Preferences
from gui.theme import theme
from gui.widgets import grown
from gui.work.work_bar import WorkBar

SPLITTERS = ("columns", "rows")


class DesignPage(QWidget):
    """The parts run side by side; they know the document, not each other."""

    message = Signal(str)
    help_wanted = Signal(str)
    """A page of the help is to be shown."""
    sliding_wanted = Signal()
    """The window of the selected layer is to be shown sliding."""
    unrolling_wanted = Signal()
    """The selected scan is to be shown step by step."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.document = document
        self.palette_panel = Palette(document)
        self.view = View(document)
        self.outline = Outline(document)
        self.side = QTabWidget()
        self.side.setDocumentMode(True)
        self.side.tabBar().setAccessibleName("Palette or outline")
        self.side.addTab(self.palette_panel, "Palette")
        self.side.addTab(self.outline, "Outline")
        self.side.setTabToolTip(0, "What can be added")
        self.side.setTabToolTip(1, "The network as a tree")
        self.cost = NetworkCost(document, self)
        self.inspector = Inspector(document, self.view.canvas.live, self.cost)
        self.problems = ProblemsPanel(document)
        self.code = CodePanel(document)
        self.layers = LayersPanel(document)
        self.history = HistoryPanel(document)
        self.tabs = Foot()
        self.tabs.addTab(self.problems, "Problems")
        self.tabs.addTab(self.code, "Code")
        self.tabs.addTab(self.layers, "Layers")
        self.tabs.addTab(self.history, "History")
        self.tabs.setTabToolTip(0, "What is wrong with the network, and where")
        self.tabs.setTabToolTip(1, "The PyTorch source of the network")
        self.tabs.setTabToolTip(2, "What each layer is, gives and costs")
        self.tabs.setTabToolTip(3, "Every step, to go back or forth to")
        self.rows = QSplitter(Qt.Orientation.Vertical)
        self.breadcrumb = Breadcrumb(document)
        stage = QWidget()
        lay = QVBoxLayout(stage)
        lay.setContentsMargins(0, 0, 0, 0)
        lay.setSpacing(0)
        lay.addWidget(self.breadcrumb)
        lay.addWidget(self.view, 1)
        self.arranging = WorkBar("arranging")
        self.arranging.setContentsMargins(12, 4, 12, 4)
        lay.addWidget(self.arranging)
        self.rows.addWidget(stage)
        self.rows.addWidget(self.tabs)
        self.rows.setSizes([510, HEIGHT])
        self.rows.setStretchFactor(0, 1)
        self.columns = QSplitter(Qt.Orientation.Horizontal)
        for column in (self.side, self.rows, self.inspector):
            self.columns.addWidget(column)
        self.columns.setSizes([222, 768, 290])
        self.columns.setStretchFactor(1, 1)
        for splitter in (self.rows, self.columns):
            splitter.setHandleWidth(1)
        self._make_room()
        theme.changed.connect(self._make_room)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self.columns)
        self.palette_panel.chosen.connect(self._add)
        self.inspector.network_page.direction_wanted.connect(self.view.editing.set_direction)
        self.problems.chosen.connect(self._show_node)
        self.layers.chosen.connect(self._show_node)
        self.problems.looked_at.connect(self._look)
        self.problems.fixing.connect(self._fix)
        self.problems.fix_all_wanted.connect(self.fix_all)
        self.view.fix_menu.looked_at.connect(self._look)
        self.view.fix_menu.chosen.connect(self._fix)
        offers = self.inspector.node_page.offers
        offers.looked_at.connect(lambda fix: self._look(None, fix))
        offers.fallback = self.view
        offers.chosen.connect(lambda fix: self._fix(None, fix))
        offers.fixes_wanted.connect(self.view.fix_menu.open)
        for source in (self.problems, self.view.fix_menu):
            source.why.connect(self.explain)
        self.inspector.node_page.sliding_wanted.connect(self.sliding_wanted)
        self.inspector.node_page.unrolling_wanted.connect(self.unrolling_wanted)
        self.problems.counted.connect(self._title_problems)
        for signal in (
            self.view.message,
            self.inspector.message,
            self.code.message,
            self.layers.message,
            self.history.message,
            self.palette_panel.message,
            self.outline.message,
        ):
            signal.connect(self.message)
        arranging = self.view.editing.arranging
        arranging.begun.connect(self.arranging.begin)
        arranging.progressed.connect(lambda share: self.arranging.show_progress(share, ""))
        arranging.ended.connect(self.arranging.hide)
        self.arranging.cancelled.connect(arranging.cancel)
        self.outline.parameters_wanted.connect(self.inspector.focus_parameters)
        self.outline.fixes_wanted.connect(self.view.fix_menu.open)
        self.outline.add_wanted.connect(self.view.adder.open)
        self.outline.wire_chosen.connect(self.view.canvas.choose_wire)
        self.view.node_activated.connect(lambda _node_id: self.inspector.focus_parameters())
        self.problems.refresh()

    def _make_room(self) -> None:
        """The columns are never narrower than their words, whatever the size of the text."""
        self.inspector.setMinimumWidth(grown(286))
        self.side.setMinimumWidth(grown(150))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Escape leads back to the canvas from every panel that has no use for it."""
        if event.key() == Qt.Key.Key_Escape and not self.view.hasFocus():
            self.view.setFocus(Qt.FocusReason.ShortcutFocusReason)
        else:
            super().keyPressEvent(event)

    @property
    def parts(self) -> tuple[QWidget, ...]:
        """What F6 leads through, in the order in which it is read."""
        return self.side, self.view, self.inspector, self.tabs

    def _add(self, type_name: str) -> None:
        chosen = self.document.selection
        after = chosen[0] if len(chosen) == 1 else None
        self.view.editing.add_layer(type_name, open_position(self.document.graph), after=after)
        self.view.setFocus()

    def _show_node(self, node_id: str) -> None:
        self.document.select([node_id])
        self.view.show_node(node_id)

    # -- fixes -----------------------------------------------------------------------------------------------------

    def _look(self, problem: Problem | None, fix: Fix | None) -> None:
        """Show on the canvas what a fix would do, or the network as it is."""
        if fix is None:
            self.view.end_preview()
        else:
            whole = problem is not None and problem.seen_by is self.document.whole_checker
            self.view.preview(fix.edit, of_project=whole)

    def _fix(self, problem: Problem | None, fix: Fix) -> None:
        """Apply a fix, or what would suit a layer's position, as one step."""
        document = self.document
        apply = partial(document.fix, problem, fix) if problem else partial(document.apply, fix.edit, fix.label)
        if self.view.attempt(apply):
            self.message.emit(f"{fix}. Ctrl+Z undoes it.")

    def fix_all(self) -> None:
        """Apply to every problem its best fix that keeps all layers, and say what is left."""
        labels: list[str] = []
        if not self.view.attempt(lambda: labels.extend(self.document.fix_all())):
            return
        left = [p for p in self.document.all_problems() if p.severity != "hint"]
        some = ", ".join(labels[:3]) + (f" and {len(labels) - 3} more" if len(labels) > 3 else "")
        rest = f" {len(left)} left for you." if left else ""
        self.message.emit(f"Fixed {len(labels)}: {some}.{rest}" if labels else f"No click fixes these.{rest}")

    def next_problem(self, by: int = 1) -> None:
        """Go to the next problem in the list."""
        self.tabs.setCurrentIndex(0)
        self.problems.step(by)

    def explain(self, problem: Problem) -> None:
        """Show the rule after a problem, with its numbers."""
        shown = Explanation(problem.code, self, problem)
        shown.help_wanted.connect(self.help_wanted)
        shown.open()

    def _title_problems(self, errors: int, warnings: int, hints: int) -> None:
        count = errors + warnings + hints
        self.tabs.setTabText(0, f"Problems ({count})" if count else "✓ No problems")
        self.tabs.set_quiet(self.problems, not errors + warnings)

    def show_layers(self) -> None:
        """Bring the table of layers to the front."""
        self.tabs.show_panel(self.layers)
        self.layers.view.setFocus()

    def show_history(self) -> None:
        """Bring the steps of the undo history to the front."""
        self.tabs.show_panel(self.history)
        self.history.list.setFocus()

    def show_outline(self) -> None:
        """Bring the outline to the front."""
        self.side.setCurrentWidget(self.outline)
        self.outline.tree.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def show_problems(self) -> None:
        """Bring the list of problems to the front."""
        self.tabs.show_panel(self.problems)
        self.problems.list.setFocus()

    def restore(self, preferences: Preferences) -> None:
        """Take the splitters back to where they were."""
        for name in SPLITTERS:
            state = preferences.bytes(name)
            if state is not None:
                getattr(self, name).restoreState(state)
        self.tabs.keep_folded()

    def store(self, preferences: Preferences) -> None:
        """Remember the splitters."""
        for name in SPLITTERS:
            preferences.set_bytes(name, getattr(self, name).saveState())
