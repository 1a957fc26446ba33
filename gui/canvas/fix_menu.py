"""The fixes of the selected layer as a menu at the layer: arrows preview one, Enter applies it."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from engine.problems import Problem
from engine.problems.explanations import explain
from engine.problems.fix import Fix
from engine.suggestions import suggestions
from gui.canvas.sheet import Sheet
from gui.fix_finder import FixFinder
from gui.icons import icon
from gui.widgets import plain

MOST = 4
"""How many problems of a layer have their fixes in the menu."""


class FixMenu(QObject):
    """Opens over one view. ``looked_at`` and ``chosen`` carry a problem and a fix, ``why`` the problem to explain."""

    looked_at = Signal(object, object)
    chosen = Signal(object, object)
    why = Signal(object)

    def __init__(self, view: Sheet) -> None:
        super().__init__(view)
        self._view = view
        self.menu: QMenu | None = None

    def open(self) -> None:
        """Offer what fixes the one selected layer, and what would suit its position."""
        view, document = self._view, self._view.document
        if len(document.selection) != 1:
            view.message.emit("Select one layer to see its fixes.")
            return
        (node_id,) = document.selection
        problems = [problem for problem in document.problems() if problem.node == node_id]
        offers = suggestions(document.graph, document.report, node_id, document.project)
        name = document.graph.nodes[node_id].name
        if not problems and not offers:
            view.message.emit(f"{name} has no problem.")
            return
        menu = self.menu = QMenu(view)
        menu.setAccessibleName(f"Fixes for {name}")
        menu.setToolTipsVisible(True)
        for problem in problems[:MOST]:
            self._offer(menu, problem)
        if offers:
            _title(menu, "Usual here", "hint")
            for offer in offers:
                action = menu.addAction(icon("fix"), f"{offer.fix.label}: {offer.reason}")
                self._connect(action, None, offer.fix)
        menu.hovered.connect(self._hovered)
        menu.aboutToHide.connect(view.end_preview)
        menu.aboutToHide.connect(menu.deleteLater)
        box = view.canvas.boxes.box(node_id)
        view.camera.reveal(box)
        menu.popup(view.viewport().mapToGlobal(view.view_point(box.bottomLeft())))
        self._choose_first(menu)

    def _offer(self, menu: QMenu, problem: Problem) -> None:
        _title(menu, f"{problem.severity.capitalize()}: {explain(problem.code).title}", problem.severity)
        waiting = menu.addAction("Looking for Fixes …")
        waiting.setEnabled(False)
        why = menu.addAction(icon("about"), "Why?")
        why.setToolTip(plain(problem.message))
        why.triggered.connect(lambda _checked=False: self.why.emit(problem))
        finder = FixFinder(menu)
        finder.found.connect(lambda _problem, fixes: self._fill(menu, problem, fixes, waiting, why))
        finder.find(problem, at_once=True)

    def _fill(self, menu: QMenu, problem: Problem, fixes: tuple[Fix, ...], waiting: QAction, before: QAction) -> None:
        for fix in fixes:
            action = QAction(icon("fix" if fix.keeps else "delete"), str(fix).replace("&", "&&"), menu)
            menu.insertAction(before, action)
            self._connect(action, problem, fix)
        self._choose_first(menu)
        if fixes:
            menu.removeAction(waiting)
        else:
            waiting.setText("No fix by a click")

    def _choose_first(self, menu: QMenu) -> None:
        """Let the first fix be the one that Enter applies, until the user goes elsewhere."""
        first = next((action for action in menu.actions() if action.data() is not None), None)
        if menu.isVisible() and first is not None and menu.activeAction() is None:
            menu.setActiveAction(first)

    def _connect(self, action: QAction, problem: Problem | None, fix: Fix) -> None:
        action.setData((problem, fix))
        action.triggered.connect(lambda _checked=False: self.chosen.emit(problem, fix))

    def _hovered(self, action: QAction) -> None:
        self.looked_at.emit(*(action.data() or (None, None)))


def _title(menu: QMenu, text: str, severity: str) -> None:
    """A line above what belongs together (menus paint no sections in our style)."""
    if not menu.isEmpty():
        menu.addSeparator()
    line = menu.addAction(icon(severity, severity), text)
    font = line.font()
    font.setBold(True)
    line.setFont(font)
    line.setEnabled(False)
