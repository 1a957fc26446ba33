"""Every control of every page is reached by Tab, has a name, and shows when it has the focus."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

import presets
from gui.window import MainWindow

KINDS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
         QTabBar)  # fmt: skip
PARTS = (QAbstractSpinBox, QComboBox, QLineEdit, QTabBar, QAbstractItemView)
"""What has controls of its own inside, which its keys are for."""


def controls(page: QWidget) -> Iterator[QWidget]:
    """Those that are shown and can be used, without the parts of others and those that only help the mouse."""
    for widget in page.findChildren(QWidget):
        inside = any(isinstance(above, PARTS) for above in _around(widget))
        helper = isinstance(widget, QHeaderView | QScrollBar) or widget.objectName().startswith("qt_")
        if isinstance(widget, KINDS) and widget.isVisible() and widget.isEnabled() and not inside and not helper:
            yield widget


def _around(widget: QWidget) -> Iterator[QWidget]:
    above = widget.parentWidget()
    while above is not None:
        yield above
        above = above.parentWidget()


def reached(window: QWidget) -> set[QWidget]:
    """What Tab leads to, from control to control."""
    found, widget = set[QWidget](), window.nextInFocusChain()
    while widget is not None and widget is not window:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            found.add(widget)
        widget = widget.nextInFocusChain()
    return found


def test_every_control_is_reached_and_has_a_name(qtbot: QtBot, windows: Callable[[], MainWindow]) -> None:
    window = windows()
    window.files.show_graph(presets.build("lenet-5"))
    pages, lost, nameless = window.pages, set[str](), set[str]()
    shows = (pages.show_start, pages.show_design, pages.show_data, pages.show_training, pages.show_results,
             pages.show_networks, pages.show_outline)  # fmt: skip
    for show in shows:
        show()
        for name in ("conv1", "digit"):
            node = window.document.graph.by_name(name)
            assert node is not None
            window.document.select([node.id])
            QApplication.processEvents()
            ways = reached(window)
            for widget in controls(window):
                said = getattr(widget, "text", str)() or widget.accessibleName() or widget.toolTip()
                where = f"{show.__name__}: {type(widget).__name__} {said!r}"
                others = window.start.gallery.grid if window.start.gallery.grid.isAncestorOf(widget) else None
                stop = widget if others is None or others.current is None else others.current  # arrows lead on from it
                if stop not in ways and widget.focusProxy() not in ways:
                    lost.add(where)
                if not said:
                    nameless.add(f"{where} in {type(widget.parentWidget()).__name__}")
    assert "\n".join(sorted(lost)) == ""
    assert "\n".join(sorted(nameless)) == ""
