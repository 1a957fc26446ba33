"""Which page of the help is about what has the focus."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from gui.pages.pages import Pages

PAGES = {
    "page.start": "window/start",
    "page.design": "window/design",
    "page.data": "window/data",
    "page.train": "window/training",
    "page.results": "window/results",
    "page.networks": "window/networks",
}
"""By the action that shows the page of the window."""


def page_here(pages: Pages) -> str:
    """The id of the page about the dialog, the layer, the problem or the page of the window that has the focus."""
    focus, design = QApplication.focusWidget(), pages.design
    if page := getattr(QApplication.activeWindow(), "help_page", ""):
        return str(page)
    if pages.drawing:
        problem = design.problems.card.problem
        if _within(focus, design.problems) and problem is not None:
            return f"problem/{problem.code}"
        if _within(focus, design.palette_panel) and (kind := design.palette_panel.current_kind()):
            return f"layer/{kind}"
        node = pages.document.graph.nodes.get(pages.document.selection[0]) if pages.document.selection else None
        if node is not None and not node.type.startswith("block.") and not _within(focus, design.palette_panel):
            return f"layer/{node.type}"
    return PAGES[pages.shown_id]


def _within(widget: QWidget | None, part: QWidget) -> bool:
    return widget is not None and (widget is part or part.isAncestorOf(widget))
