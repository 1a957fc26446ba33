"""A window and a hand for data of a user's own: drops, choices in combo boxes, and waiting until all is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QListWidgetItem, QWidget
from pytestqt.qtbot import QtBot

from engine.settings.data import SourceSettings
from gui.data.data_page import DataPage
from gui.data.taking import source_in
from gui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton
LONG = 60_000


class OwnHand:
    """Works the Data page of a window."""

    def __init__(self, qtbot: QtBot, window: MainWindow) -> None:
        self.qtbot, self.window = qtbot, window

    @property
    def page(self) -> DataPage:
        return self.window.pages.data

    @property
    def source(self) -> SourceSettings | None:
        """The own data of the project."""
        return source_in(self.window.document)

    def drop(self, *paths: Path, onto: QWidget | None = None) -> bool:
        """Drop files as a file manager does; whether the window takes them."""
        widget, data = onto or self.window, QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(50, 50), copy, data, LEFT, none)
        enter.ignore()
        QApplication.sendEvent(widget, enter)
        if enter.isAccepted():
            QApplication.sendEvent(self.window, QDropEvent(QPointF(50, 50), copy, data, LEFT, none))
        return enter.isAccepted()

    def drop_into(self, widget: QWidget, path: Path) -> None:
        """Drop a file on a widget that takes it itself."""
        data = QMimeData()
        data.setUrls([QUrl.fromLocalFile(str(path))])
        copy, none = Qt.DropAction.CopyAction, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(QPoint(50, 50), copy, data, LEFT, none)
        enter.ignore()
        QApplication.sendEvent(widget, enter)
        assert enter.isAccepted()
        QApplication.sendEvent(widget, QDropEvent(QPointF(50, 50), copy, data, LEFT, none))

    def settle(self, *, presets: bool = False) -> DataPage:
        """Wait until what was dropped, chosen or changed is shown, and ``presets`` have been tried."""
        page = self.page
        own = page.own
        works = [own.describer, own.finding.describer] + [own.presets.describer] * presets
        threads = (page.background, own.state.background, own._lister)
        timers = (page._soon, page._rest)
        self.qtbot.waitUntil(
            lambda: (
                not any(
                    [
                        *(work.busy for work in works),
                        *(thread.busy for thread in threads),
                        *(timer.isActive() for timer in timers),
                    ]
                )
            ),
            timeout=LONG,
        )
        return page

    def add(self, path: Path, *, presets: bool = False) -> DataPage:
        """Drop one file or folder and wait."""
        assert self.drop(path)
        return self.settle(presets=presets)

    def click(self, button: QAbstractButton) -> None:
        """Press a button that is to be seen."""
        assert (button.isVisible(), button.isEnabled()) == (True, True), button.accessibleName()
        QTest.mouseClick(button, LEFT)

    def choose(self, combo: QComboBox, words: str) -> None:
        """Open a combo box and take an entry by keys, as a person does."""
        assert combo.isVisible()
        wanted = combo.findText(words)
        assert wanted >= 0, [combo.itemText(index) for index in range(combo.count())]
        combo.setFocus()
        combo.showPopup()
        view = combo.view()
        QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(combo.model().index(wanted, 0)).center())
        if combo.view().isVisible():
            combo.hidePopup()

    def set_cell(self, part: str, head: str, words: str) -> None:
        """Click a cell of the columns, and take an entry."""
        table = self.page.own.table
        assert table.isVisible()
        row = [one.name for one in table.parts.rows].index(part)
        index = table.parts.index(row, table.parts.heads.index(head))
        table.scrollTo(index)
        QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(index).center())
        combo = next(one for one in table.viewport().findChildren(QComboBox) if one.isVisible())
        self.choose(combo, words)

    def cell(self, part: str, head: str) -> str:
        """What a cell of the columns shows."""
        parts = self.page.own.table.parts
        row = next(one for one in parts.rows if one.name == part)
        return row.cells[head].text

    def option(self, name: str, words: str) -> None:
        """Change how the data are read."""
        self.choose(self.page.own.options.rows[name].combo, words)

    def listed(self) -> list[str]:
        """The first lines of the user's own data in the list."""
        return [item.text().splitlines()[0] for item in self.page.choice.own_items()]

    def click_own(self, title: str) -> None:
        item = self._item(title)
        view = self.page.choice.list
        view.scrollToItem(item)
        QTest.mouseClick(view.viewport(), LEFT, pos=view.visualItemRect(item).center())

    def _item(self, title: str) -> QListWidgetItem:
        return next(item for item in self.page.choice.own_items() if title in item.text())
