"""No words of the window are cut without a tooltip that says them whole: every page, both themes, 1280 × 775 inside."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QEvent, QModelIndex, Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QComboBox,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyleOptionButton,
    QStyleOptionComboBox,
    QTabBar,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

import presets
from gui.theme import theme
from gui.widgets import OneLine
from gui.window import MainWindow
from tests.gui.training.boards import FakeHost, host_of, network
from tests.gui.training.test_dashboard_runs import earlier

INSIDE = (1278, 775)
"""What a window manager's frame leaves of the smallest screen that is meant."""
PADDING = 16
"""Pixels beside the words of a header, as the style sheet has them."""


def wide(widget: QWidget, text: str) -> int:
    metrics = QFontMetrics(widget.font())
    return max((metrics.horizontalAdvance(line) for line in text.replace("&&", "&").split("\n")), default=0)


def cut(widget: QWidget) -> Iterator[str]:
    """The words of a widget that are not seen whole and not in its tooltip."""
    for text, room, tip in words(widget):
        if text and wide(widget, text) > room + 1 and text not in tip:
            name = f"{type(widget).__name__} {widget.accessibleName()!r}"
            yield f"{name}: {text!r} is {wide(widget, text)} pixels wide and has {room}"


def words(widget: QWidget) -> Iterator[tuple[str, int, str]]:
    """Text, the room it has, and the tooltip."""
    style, tip = widget.style(), widget.toolTip()
    if isinstance(widget, OneLine):
        return  # its tooltip says all of it where it is cut
    if isinstance(widget, QLabel) and not widget.wordWrap() and widget.textFormat() == Qt.TextFormat.PlainText:
        yield widget.text(), widget.contentsRect().width() - 2 * widget.margin(), tip
    elif isinstance(widget, QLabel) and widget.wordWrap():
        high = widget.heightForWidth(widget.width())
        yield (widget.text() if high > widget.height() + 2 else ""), 0, tip
    elif isinstance(widget, QTabBar):
        for index in range(widget.count()):
            yield widget.tabText(index), widget.tabRect(index).width() - 12, widget.tabToolTip(index)
    elif isinstance(widget, QToolButton):
        icon = widget.iconSize().width() + 4 if not widget.icon().isNull() else 0
        shown = widget.toolButtonStyle() != Qt.ToolButtonStyle.ToolButtonIconOnly or widget.icon().isNull()
        yield (widget.text() if shown else ""), widget.width() - icon - 4, tip
    elif isinstance(widget, QCheckBox):
        box = style.pixelMetric(QStyle.PixelMetric.PM_IndicatorWidth) + 4
        yield widget.text(), widget.width() - box, tip
    elif isinstance(widget, QAbstractButton) and not widget.inherits("QTableCornerButton"):
        option = QStyleOptionButton()
        option.initFrom(widget)
        room = style.subElementRect(QStyle.SubElement.SE_PushButtonContents, option, widget).width()
        icon = widget.iconSize().width() + 4 if not widget.icon().isNull() else 0
        yield widget.text(), room - icon, tip
    elif isinstance(widget, QComboBox) and not widget.isEditable():
        option = QStyleOptionComboBox()
        widget.initStyleOption(option)
        field = QStyle.SubControl.SC_ComboBoxEditField
        room = style.subControlRect(QStyle.ComplexControl.CC_ComboBox, option, field, widget).width()
        yield widget.currentText(), room, tip
    elif isinstance(widget, QLineEdit):
        yield widget.placeholderText() if not widget.text() else "", widget.contentsRect().width() - 4, tip
    elif isinstance(widget, QHeaderView) and widget.orientation() == Qt.Orientation.Horizontal:
        model = widget.model()
        for section in range(widget.count()):
            if not widget.isSectionHidden(section):
                text, tips = (
                    str(model.headerData(section, Qt.Orientation.Horizontal, role) or "")
                    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
                )
                yield text, widget.sectionSize(section) - PADDING, tips
    elif isinstance(widget, QAbstractItemView) and widget.model() is not None:
        yield from cells(widget)


def cells(view: QAbstractItemView) -> Iterator[tuple[str, int, str]]:
    """The same of the cells of a table, list or tree; what a list wraps has room."""
    model, todo = view.model(), [QModelIndex()]
    while todo:
        parent = todo.pop()
        for row in range(model.rowCount(parent)):
            for column in range(1 if isinstance(view, QListView) else model.columnCount(parent)):
                index = model.index(row, column, parent)
                if column == 0:
                    todo.append(index)
                area = view.visualRect(index)
                if area.isEmpty() or not view.viewport().rect().intersects(area) or view.property("wordWrap"):
                    continue
                roles = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
                text, tip = (str(index.data(role) or "") for role in roles)
                marks = (Qt.ItemDataRole.DecorationRole, Qt.ItemDataRole.CheckStateRole)
                beside = sum(20 for role in marks if index.data(role) is not None)
                yield text, area.width() - beside - 6, tip


def all_cut(page: QWidget) -> list[str]:
    found = [widget for widget in (page, *page.findChildren(QWidget)) if widget.isVisible()]
    return [said for widget in found for said in cut(widget)]


@pytest.mark.parametrize("name", ["light", "dark"])
def test_no_words_are_cut(
    windows: Callable[[], MainWindow], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    from engine.training.runs import catalogue

    window = windows()
    earlier(catalogue.runs_folder(), network("LeNet-5"))
    theme.set(name)
    try:
        window.setMinimumSize(*INSIDE)
        window.resize(*INSIDE)
        monkeypatch.setattr(window.furnish(), "_make_host", FakeHost)
        window.files.show_graph(presets.build("lenet-5"))
        pages, found = window.pages, set[str]()

        def look(where: str) -> None:
            for _ in range(3):  # a layout in a layout in a scroll area
                QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest.value)
                QApplication.processEvents()
            found.update(f"{where}: {said}" for said in all_cut(window))

        pages.show_start()
        look("start")
        pages.show_design()
        for node in window.document.project.nodes.values():
            window.document.select([node.id])
            look(f"design {node.type}")
        pages.design.tabs.setCurrentIndex(1)
        look("design code")
        pages.show_data()
        qtbot.waitUntil(lambda: pages.data.seen is not None)
        look("data")
        pages.show_training()
        qtbot.waitUntil(lambda: pages.training.runs.model.rowCount() == 1)
        for tab in range(pages.training.below.tabs.count()):
            pages.training.below.tabs.setCurrentIndex(tab)
            look(f"training {pages.training.below.tabs.tabText(tab)}")
        pages.training.run.show(pages.training.runs.model.runs[0].entry.path)
        look("training shown")
        pages.training.run.train()
        host_of(pages.training).begin()
        host_of(pages.training).feed(10)
        qtbot.waitUntil(lambda: "epoch 1 of 10" in pages.training.controls.facts.text())
        look("training under way")
        with qtbot.waitSignal(pages.training.run.finished):
            host_of(pages.training).end("stopped", "Stopped after step 10 of 1000.")
        look("training stopped")
        scroll = pages.training.settings.verticalScrollBar()
        scroll.setValue(scroll.maximum())
        look("training settings")
    finally:
        theme.set("light")
    assert "\n".join(sorted(found)) == ""


def test_a_cut_word_is_found(qtbot: QtBot) -> None:
    label = QLabel("a long word that has no room")
    label.setTextFormat(Qt.TextFormat.PlainText)
    qtbot.addWidget(label)
    label.resize(40, 20)
    label.show()
    assert len(list(cut(label))) == 1
    label.setToolTip(label.text())
    assert list(cut(label)) == []
