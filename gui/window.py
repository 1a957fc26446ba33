"""The main window: pages, menus, toolbar and status line around one Document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShortcut
from PySide6.QtWidgets import QMainWindow, QWidget

from engine.graph import Graph
from gui.actions import ACTIONS, Actions, doables
from gui.canvas.selection.selection_bar import SelectionBar
from gui.canvas.view import View
from gui.command_palette import CommandPalette
from gui.commands import Commands
from gui.context_menu import SEVERAL, ContextMenu
from gui.data.own.own_state import OwnState
from gui.document import Document
from gui.drawing.commands import DrawingCommands
from gui.exporting.exporting import Exporting
from gui.frame_fit import FrameFit
from gui.help.commands import Help
from gui.help.dialogs import KeysInDialogs
from gui.journal_keeper import JournalKeeper
from gui.pages.going_on import ask_to_leave, below
from gui.pages.help_here import page_here
from gui.pages.pages import Pages
from gui.pages.problems import ProblemCommands
from gui.pages.training import TrainingCommands
from gui.parts import Parts
from gui.preference_list import NOTIFY
from gui.preferences import Preferences
from gui.preferences_dialog.commands import PreferencesCommands
from gui.preferences_dialog.effects import PreferenceEffects
from gui.project_files import Files
from gui.recovery import Recovery
from gui.reports.commands import ReportCommands
from gui.sliding.commands import SlidingCommands
from gui.sliding.moving import register
from gui.start.own_data import OwnDataEntry
from gui.start.recent_menu import RecentMenu
from gui.status_line import StatusLine
from gui.toolbar import PAGES, MainToolBar
from gui.tour.guide import Guide
from gui.tour.steps import Place
from gui.tour.tour import Tour
from gui.undo_keys import UndoKeys
from gui.unrolled.commands import UnrolledCommands
from gui.weights.loading import WeightsLoading
from gui.wire_values import WireValues
from gui.worked.commands import WorkedCommands

if TYPE_CHECKING:
    from gui.data.data_page import DataPage
    from gui.hosts.host import Host
    from gui.inside.results_page import ResultsPage
    from gui.networks.networks_page import NetworksPage
    from gui.training.dashboard import Dashboard

OF_OUTLINE = (
    *("edit.cut", "edit.copy", "edit.paste", "edit.paste_wires", "edit.duplicate", "edit.delete"),
    *("edit.delete_reconnect", "canvas.connect", "canvas.disconnect", "canvas.make_block", "canvas.dissolve_block"),
)
"""The actions of the canvas whose keys count in the outline, too."""
LARGEST = QSize(1680, 1050)
"""What a first start takes of a large screen."""


class MainWindow(QMainWindow):
    """Builds pages and commands, connects them, and closes them."""

    closed = Signal()

    def __init__(self, document: Document, preferences: Preferences) -> None:
        super().__init__()
        self.document, self.preferences = document, preferences
        self._unasked = False
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        makers = (self._make_data, self._make_training, self._make_results, self._make_networks)
        self.pages = Pages(document, preferences, *makers)
        self.start, self.design = self.pages.start, self.pages.design
        self.status = StatusLine(document, self.design.cost)
        self.files = Files(document, preferences, self, self._opened, self.say, self.start.refresh, self.view.page)
        self.journal = JournalKeeper(document, self)
        self.recovery = Recovery(self.files, self.journal, self)
        self.own_state = OwnState(document, self)
        self.values = WireValues(document, self.view.canvas.live, self.pages.shown_run, self)
        self.tour = Tour(document, preferences, self.files.open_made, self)
        settings = PreferencesCommands(self, preferences, doables())
        self.commands = Commands(
            self.files,
            self.pages,
            ProblemCommands(self.pages),
            TrainingCommands(self.pages, self.files.show_graph, self),
            self.values,
            DrawingCommands(document, self.view.canvas, self, self.files.place_of_pictures, self.say),
            ReportCommands(self, self.pages.seen_run, lambda: self.files.place_of_pictures()[0], self.say),
            preferences,
            settings,
            Help(self, doables(), lambda: page_here(self.pages), settings.show_keys),
            Exporting(document, preferences, self.pages.shown_run, self),
            WeightsLoading(document, self, self.say),
            CommandPalette(self),
            Parts(self, self.pages),
            self._make_sliding(),
            WorkedCommands(self, self.files.open_made, self.values),
            UnrolledCommands(document, self, self.pages.shown_run, self.files.open_made, self.say),
            self.tour,
            self.close,
        )
        self.guide = Guide(self.tour, self.pages, self._place_of, self)
        strips = (self.guide.offer, self.recovery.strip, self.files.strip, self.commands.training.going_on)
        self.setCentralWidget(below(strips, self.pages))
        self.setStatusBar(self.status)
        self.actions_table = Actions(self, self.commands)
        menus = self.actions_table.fill_menus()
        KeysInDialogs(self, [self.actions_table[action_id] for action_id in ("help.here", "help.contents")])
        self.recent_menu = RecentMenu(preferences, self.files.open_path, self)
        entries = menus["File"].actions()
        menus["File"].insertMenu(entries[entries.index(self.actions_table["file.open"]) + 1], self.recent_menu)
        self._confine_canvas_keys()
        UndoKeys(self)
        for action_id in (*PAGES, "view.values", "train.notice"):
            self.actions_table[action_id].setCheckable(True)
        self._follow_preferences("recent")
        self.toolbar = MainToolBar(self.actions_table, self)
        self.addToolBar(self.toolbar)
        self.context_menu = ContextMenu(self.view, self.actions_table, self)
        self.selection_bar = SelectionBar(self.view, [self.actions_table[each] if each else None for each in SEVERAL])
        self.view.tools_wanted.connect(self.selection_bar.take_focus)
        self._connect()
        self.resize(self.screen().availableGeometry().size().boundedTo(LARGEST))
        geometry = preferences.bytes("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        FrameFit(self)
        self.design.restore(preferences)
        self.pages.show_start()
        self._retitle()

    # -- building --------------------------------------------------------------------------------------------------

    def _confine_canvas_keys(self) -> None:
        """Keys of the canvas (Tab, L, Del, …) count only while it has the focus."""
        for action in ACTIONS:
            if action.on_canvas:
                item = self.actions_table[action.id]
                item.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                self.removeAction(item)
                self.view.addAction(item)
        self.design.outline.tree.addActions([self.actions_table[action_id] for action_id in OF_OUTLINE])

    def _connect(self) -> None:
        document, commands, update = self.document, self.commands, self.actions_table.update
        preferences = self.preferences
        PreferenceEffects(preferences, self.view, self.files.autosave, self._list_recent, self)
        preferences.changed.connect(self._follow_preferences)
        self.start.preset_chosen.connect(self.files.open_preset)
        self.start.file_chosen.connect(self.files.open_path)
        self.start.new_wanted.connect(self.files.new)
        self.start.open_wanted.connect(self.files.ask_open)
        self.start.tour_wanted.connect(self.tour.start)
        self.start.own_wanted.connect(self.pages.ask_own)
        self.start.own_chosen.connect(lambda path: self.pages.add_own(Path(path)))
        self.start.recent.pinned.connect(preferences.pin)
        self.start.recent.removed.connect(preferences.remove_recent)
        self.start.compare_wanted.connect(self.pages.show_networks)
        self.own_state.trouble.connect(self.pages.show_data)
        for speaker in (self.design, self.pages, self.values, self.own_state):
            speaker.message.connect(self.say)
        self.journal.failed.connect(self.say)
        self.recovery.message.connect(self.say)
        self.values.switched.connect(self.actions_table["view.values"].setChecked)
        self.design.help_wanted.connect(commands.help.show)
        self.design.code.save_wanted.connect(self.files.ask_save_source)
        self.design.layers.save_wanted.connect(self.files.ask_save_table)
        self.design.problems.counted.connect(self.status.set_counts)
        self.design.problems.card.locate_wanted.connect(commands.weights.locate)
        self.status.problems_wanted.connect(commands.problems.show)
        self.status.training_wanted.connect(self.pages.show_training)
        self.design.sliding_wanted.connect(commands.sliding.open)
        self.design.unrolling_wanted.connect(commands.unrolled.open)
        document.opened.connect(self.view.canvas.live.forget)
        document.title_changed.connect(self._retitle)
        document.selection_changed.connect(update)
        document.history_changed.connect(update)
        self.pages.shown.connect(self._page_shown)
        document.setParent(self)
        self.design.problems.refresh()
        QShortcut(Qt.Key.Key_Escape, self.start, self.pages.leave_start)

    def _make_sliding(self) -> SlidingCommands:
        register()
        return SlidingCommands(
            self.document,
            self,
            self.pages.shown_run,
            self.pages.weights_now,
            lambda: self.files.place_of_pictures()[0],
            self.say,
        )

    def _make_data(self) -> DataPage:
        from gui.data.data_page import DataPage

        page = DataPage(self.document, self.preferences, self.own_state)
        page.message.connect(self.say)
        page.own.graph_wanted.connect(self.files.open_made)
        return page

    def _make_training(self) -> Dashboard:
        from gui.training.dashboard import Dashboard

        page = Dashboard(self.document, make_host=self._make_host, preferences=self.preferences)
        page.run.gate = self.own_state.before_training
        page.open_wanted.connect(self.files.open_network)
        page.results_wanted.connect(self.pages.show_results)
        page.load_weights_wanted.connect(self.commands.weights.ask)
        page.predict_wanted.connect(self.pages.predict_begun)
        page.message.connect(self.say)
        page.run.state_changed.connect(self.actions_table.update)
        page.run.finished.connect(self.values.refresh)
        page.run.epoch_done.connect(lambda _epoch: self.tour.count_epoch())
        page.run.blocked.connect(self.commands.problems.show_blocking)
        page.remarks.progressed.connect(self.status.show_training)
        page.remarks.looked.connect(self.view.canvas.live.follow)
        page.remarks.node_wanted.connect(self.pages.show_node)
        page.remarks.help_wanted.connect(self.commands.help.show)
        page.remarks.setting_wanted.connect(self.pages.show_setting)
        return page

    def _make_results(self) -> ResultsPage:
        from gui.inside.results_page import ResultsPage

        page = ResultsPage(self.document, moment=self.pages.weights_now)
        page.message.connect(self.say)
        page.training_wanted.connect(self.pages.show_training)
        page.export_wanted.connect(self.commands.exporting.ask_run)
        self.pages.training.run.epoch_done.connect(lambda _epoch: page.look_again())
        return page

    def _make_networks(self) -> NetworksPage:
        from gui.networks.networks_page import NetworksPage

        page = NetworksPage(self.document, self.preferences)
        page.message.connect(self.say)
        return page

    def _make_host(self, graph: Graph, *, resume: Path | None = None, weights_of: Path | None = None) -> Host:
        from gui.hosts.choice import host

        return host(graph, self.preferences.host, resume=resume, weights_of=weights_of)

    # -- following -------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The canvas."""
        return self.design.view

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line."""
        self.status.say(sentence)

    def _opened(self) -> None:
        """Another project is shown: go to the canvas and fit it."""
        self.pages.show_design()
        self.commands.training.find()

    def _follow_preferences(self, _key: str) -> None:
        self.actions_table["train.notice"].setChecked(bool(self.preferences.get(NOTIFY)))

    def _place_of(self, place: Place) -> QWidget | None:
        """What the tour points at."""
        if place == "train":
            return self.toolbar.widgetForAction(self.actions_table["train.start"])
        return {"canvas": self.view, "inspector": self.design.inspector, "problems": self.design.tabs}[place]

    def _list_recent(self) -> None:
        """Projects on the Start page; an image is made of one as soon as it is opened or saved."""
        self.start.recent.show_files(self.preferences.recent(), self.preferences.pinned())

    def _list_own(self) -> None:
        from gui.data.own.recent_own import RecentOwn

        found = RecentOwn(self.preferences).entries()
        self.start.own.show_entries([OwnDataEntry(entry.path, entry.title, entry.facts) for entry in found])

    def _page_shown(self, action_id: str) -> None:
        for other in PAGES:
            self.actions_table[other].setChecked(other == action_id)
        self.actions_table.update()
        if action_id == "page.start":
            self._list_recent()
            self._list_own()
        if action_id == "page.train":
            self.commands.training.find()

    def _retitle(self) -> None:
        name = self.document.path.name if self.document.path else self.document.project.name
        only = " (read-only)" if self.document.read_only else ""
        self.setWindowTitle(f"{'• ' if self.document.unsaved else ''}{name}{only} – Layerloom")

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
        if event.type() == QEvent.Type.ActivationChange and self.isActiveWindow():
            self.files.watch.look()

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._unasked and (self.document.unsaved or self.pages.running):
            event.ignore()
            self.files.when_safe(self._close_for_good)
            return
        self._shut_down()
        event.accept()
        self.closed.emit()

    def _close_for_good(self) -> None:
        run = self.pages.training.run if self.pages.running else None
        if run is not None and run.host is not None:
            ask_to_leave(self, run.name, run.host.status, self._leave, can_stay=run.can_be_left)
        else:
            self._leave(keep=False)

    def _leave(self, keep: bool) -> None:
        self.document.discard()
        self._shut_down(keep=keep)
        self.close()

    def _shut_down(self, *, keep: bool = False) -> None:
        self.pages.shut_down(keep_run=keep)
        self.values.close()
        self.design.code.close_work()
        self.commands.drawings.close()
        self.commands.sliding.close()
        self.commands.unrolled.close()
        self.own_state.close()
        self.commands.training.close()
        self.commands.exporting.close()
        self.commands.weights.close()
        self.commands.help.close()
        self.guide.close()
        self.recovery.close()
        self.files.close()
        self.journal.close()
        self.preferences.set_bytes("window", self.saveGeometry())
        self.design.store(self.preferences)


def _dropped(event: QDragEnterEvent | QDropEvent) -> list[Path]:
    """The files and folders that are dropped; nothing where anything else is among them."""
    urls = event.mimeData().urls()
    return [Path(url.toLocalFile()) for url in urls] if all(url.isLocalFile() for url in urls) else []
