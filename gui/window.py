"""The main window: menus, toolbar and status line around the pages; the Start page first, the workbench when needed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShortcut
from PySide6.QtWidgets import QApplication, QMainWindow

from gui.actions import Actions
from gui.frame_fit import FrameFit
from gui.pages.column import Column
from gui.pages.pages import Pages
from gui.preference_list import NOTIFY
from gui.preferences import Preferences
from gui.start.recent_menu import RecentMenu
from gui.status_line import StatusLine
from gui.toolbar import PAGES, MainToolBar

if TYPE_CHECKING:
    from gui.canvas.selection.selection_bar import SelectionBar
    from gui.canvas.view import View
    from gui.commands import Commands
    from gui.context_menu import ContextMenu
    from gui.data.own.own_state import OwnState
    from gui.design.design import DesignPage
    from gui.document import Document
    from gui.journal_keeper import JournalKeeper
    from gui.project_files import Files
    from gui.recovery import Recovery
    from gui.tour.guide import Guide
    from gui.tour.tour import Tour
    from gui.wire_values import WireValues
    from gui.workbench import Workbench

LARGEST = QSize(1680, 1050)
"""What a first start takes of a large screen."""


class MainWindow(QMainWindow):
    """Shows the Start page at once; whatever is asked for beyond it builds the `workbench`."""

    closed = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.preferences = preferences
        self._workbench: Workbench | None = None
        self._unasked = False
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.pages = Pages(self.furnish)
        self.start = self.pages.start
        self.status = StatusLine()
        self._column = Column(self.pages)
        self.setCentralWidget(self._column)
        self.setStatusBar(self.status)
        self.actions_table = Actions(self, lambda: self.commands)
        menus = self.actions_table.fill_menus()
        self.recent_menu = RecentMenu(preferences, lambda path: self.files.open_path(path), self)
        entries = menus["File"].actions()
        menus["File"].insertMenu(entries[entries.index(self.actions_table["file.open"]) + 1], self.recent_menu)
        for action_id in (*PAGES, "view.values", "train.notice"):
            self.actions_table[action_id].setCheckable(True)
        self._follow_preferences("recent")
        self.toolbar = MainToolBar(self.actions_table, self)
        self.addToolBar(self.toolbar)
        self._connect()
        self.resize(self.screen().availableGeometry().size().boundedTo(LARGEST))
        geometry = preferences.bytes("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        FrameFit(self)
        self.pages.show_start()
        self.setWindowTitle("Layerloom")

    def _connect(self) -> None:
        start, preferences = self.start, self.preferences
        preferences.changed.connect(self._follow_preferences)
        start.preset_chosen.connect(lambda preset: self.files.open_preset(preset))
        start.file_chosen.connect(lambda path: self.files.open_path(path))
        start.new_wanted.connect(lambda: self.files.new())
        start.open_wanted.connect(lambda: self.files.ask_open())
        start.tour_wanted.connect(lambda: self.tour.start())
        start.own_wanted.connect(self.pages.ask_own)
        start.own_chosen.connect(lambda path: self.pages.add_own(Path(path)))
        start.recent.pinned.connect(preferences.pin)
        start.recent.removed.connect(preferences.remove_recent)
        start.compare_wanted.connect(self.pages.show_networks)
        self.pages.shown.connect(self._page_shown)
        QShortcut(Qt.Key.Key_Escape, start, self.pages.leave_start)

    # -- the workbench ---------------------------------------------------------------------------------------------

    def furnish(self) -> Workbench:
        """The project and what works on it, built now if that was not so."""
        if self._workbench is None:
            from gui.workbench import Workbench  # it imports most of the program, which the Start page does not need

            focus = QApplication.focusWidget()
            made = Workbench(self, self.pages, self.status, self.actions_table, self.preferences)
            self._workbench = made
            self._column.put_above(made.strips)
            made.retitled.connect(self._retitle)
            made.recent_wanted.connect(self._list_recent)
            made.list_own()
            self.actions_table.update()
            self._retitle()
            if focus is not None and focus.isVisible():
                focus.setFocus()
        return self._workbench

    @property
    def furnished(self) -> bool:
        """Whether the workbench is built."""
        return self._workbench is not None

    @property
    def document(self) -> Document:
        return self.furnish().document

    @property
    def design(self) -> DesignPage:
        return self.furnish().design

    @property
    def view(self) -> View:
        """The canvas."""
        return self.furnish().view

    @property
    def files(self) -> Files:
        return self.furnish().files

    @property
    def journal(self) -> JournalKeeper:
        return self.furnish().journal

    @property
    def recovery(self) -> Recovery:
        return self.furnish().recovery

    @property
    def own_state(self) -> OwnState:
        return self.furnish().own_state

    @property
    def values(self) -> WireValues:
        return self.furnish().values

    @property
    def tour(self) -> Tour:
        return self.furnish().tour

    @property
    def guide(self) -> Guide:
        return self.furnish().guide

    @property
    def commands(self) -> Commands:
        return self.furnish().commands

    @property
    def context_menu(self) -> ContextMenu:
        return self.furnish().context_menu

    @property
    def selection_bar(self) -> SelectionBar:
        return self.furnish().selection_bar

    # -- following -------------------------------------------------------------------------------------------------

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line."""
        self.status.say(sentence)

    def _follow_preferences(self, _key: str) -> None:
        self.actions_table["train.notice"].setChecked(bool(self.preferences.get(NOTIFY)))

    def _list_recent(self) -> None:
        """Projects on the Start page; an image is made of one as soon as it is opened or saved."""
        self.start.recent.show_files(self.preferences.recent(), self.preferences.pinned())

    def _page_shown(self, action_id: str) -> None:
        for other in PAGES:
            self.actions_table[other].setChecked(other == action_id)
        if action_id == "page.start":
            self._list_recent()
        if self._workbench is not None:
            self.actions_table.update()
            if action_id == "page.start":
                self._workbench.list_own()
            if action_id == "page.train":
                self.commands.training.find()

    def _retitle(self) -> None:
        document = self.document
        name = document.path.name if document.path else document.project.name
        only = " (read-only)" if document.read_only else ""
        self.setWindowTitle(f"{'• ' if document.unsaved else ''}{name}{only} – Layerloom")

    # -- the window itself -----------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """A project is opened, any other file or folder looked at as data to learn from."""
        paths = _dropped(event)
        if not paths:
            return
        event.acceptProposedAction()
        if len(paths) > 1:
            self.say(f"{len(paths)} files were dropped: drop one file, or the folder they are in.")
        elif paths[0].suffix == ".loom":
            self.files.open_path(paths[0])
        else:
            self.pages.add_own(paths[0])

    def end_unasked(self) -> None:
        """End as *Quit* does, but ask nothing: a run is stopped and saved, the next start offers unsaved edits."""
        self.ask_nothing()
        if self.isVisible():
            self.close()

    def ask_nothing(self) -> None:
        """The desktop session ends: whenever the window is closed now, nobody is there to answer."""
        self._unasked = True

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow() and self._workbench is not None:
            self.files.watch.look()

    def closeEvent(self, event: QCloseEvent) -> None:
        workbench = self._workbench
        if workbench is not None and not self._unasked and not workbench.closes_freely:
            event.ignore()
            workbench.ask_to_close(self.close)
            return
        if workbench is not None:
            workbench.shut_down()
        else:
            self.start.close_background()
        self.preferences.set_bytes("window", self.saveGeometry())
        event.accept()
        self.closed.emit()


def _dropped(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """The files and folders that are dropped; nothing where anything else is among them."""
    urls = event.mimeData().urls()
    return [Path(url.toLocalFile()) for url in urls] if all(url.isLocalFile() for url in urls) else []
