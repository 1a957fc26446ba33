"""The open project and all that works on it: built when the window is on the screen, or when first needed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMainWindow, QWidget

from engine.graph import Graph
from gui.accessibility.install import install
from gui.actions import ACTIONS, Actions, doables
from gui.canvas.selection.selection_bar import SelectionBar
from gui.canvas.view import View
from gui.command_palette import CommandPalette
from gui.commands import Commands
from gui.context_menu import SEVERAL, ContextMenu
from gui.data.own.own_state import OwnState
from gui.data.own.recent_own import RecentOwn
from gui.design.design import DesignPage
from gui.document import Document, new_network
from gui.drawing.commands import DrawingCommands
from gui.exporting.exporting import Exporting
from gui.help.commands import Help
from gui.help.dialogs import KeysInDialogs
from gui.journal_keeper import JournalKeeper
from gui.keys.undo_keys import UndoKeys
from gui.pages.going_on import ask_to_leave
from gui.pages.help_here import page_here
from gui.pages.pages import Makers, Pages
from gui.pages.problems import ProblemCommands
from gui.pages.training import TrainingCommands
from gui.parts import Parts
from gui.preferences import Preferences
from gui.preferences_dialog.commands import PreferencesCommands
from gui.preferences_dialog.effects import PreferenceEffects
from gui.project_files import Files
from gui.recovery import Recovery
from gui.reports.commands import ReportCommands
from gui.sliding.commands import SlidingCommands
from gui.sliding.moving import register
from gui.start.own_data import OwnDataEntry
from gui.status_line import StatusLine
from gui.toolbar import MainToolBar
from gui.tour.guide import Guide
from gui.tour.steps import Place
from gui.tour.tour import Tour
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


class Workbench(QObject):
    """Builds the design page and the commands of a window around one document, connects them, and closes them."""

    retitled = Signal()
    """The project has another name, or was saved or changed."""
    recent_wanted = Signal()
    """The recent projects are to be listed again."""

    def __init__(
        self, window: QMainWindow, pages: Pages, status: StatusLine, actions: Actions, preferences: Preferences
    ) -> None:
        super().__init__(window)
        install()
        self.window, self.pages, self.status, self.actions, self.preferences = (
            window,
            pages,
            status,
            actions,
            preferences,
        )
        self.document = document = Document(new_network(preferences.direction))
        self.design = DesignPage(document)
        pages.take(self.design, Makers(self._make_data, self._make_training, self._make_results, self._make_networks))
        status.follow(document, self.design.cost)
        self.files = Files(document, preferences, window, self._opened, self.say, pages.start.refresh, self.view.page)
        self.journal = JournalKeeper(document, window)
        self.recovery = Recovery(self.files, self.journal, window)
        self.own_state = OwnState(document, window)
        self.values = WireValues(document, self.view.canvas.live, pages.shown_run, window)
        self.tour = Tour(document, preferences, self.files.open_made, window)
        settings = PreferencesCommands(window, preferences, doables())
        self.commands = Commands(
            self.files,
            pages,
            ProblemCommands(pages),
            TrainingCommands(pages, self.files.show_graph, window),
            self.values,
            DrawingCommands(document, self.view.canvas, window, self.files.place_of_pictures, self.say),
            ReportCommands(window, pages.seen_run, lambda: self.files.place_of_pictures()[0], self.say),
            preferences,
            settings,
            Help(window, doables(), lambda: page_here(pages), settings.show_keys),
            Exporting(document, preferences, pages.shown_run, window),
            WeightsLoading(document, window, self.say),
            CommandPalette(window),
            Parts(window, pages),
            self._make_sliding(),
            WorkedCommands(window, self.files.open_made, self.values),
            UnrolledCommands(document, window, pages.shown_run, self.files.open_made, self.say),
            self.tour,
            window.close,
        )
        self.guide = Guide(self.tour, pages, self._place_of, window)
        self.strips = (self.guide.offer, self.recovery.strip, self.files.strip, self.commands.training.going_on)
        KeysInDialogs(window, [actions[action_id] for action_id in ("help.here", "help.contents")])
        UndoKeys(window)
        self.view.addActions([actions[action.id] for action in ACTIONS if action.on_canvas])
        self.design.outline.tree.addActions([actions[action_id] for action_id in OF_OUTLINE])
        self.context_menu = ContextMenu(self.view, actions, window)
        self.selection_bar = SelectionBar(self.view, [actions[each] if each else None for each in SEVERAL])
        self.view.tools_wanted.connect(self.selection_bar.take_focus)
        self._connect()
        self.design.restore(preferences)

    # -- building --------------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        document, commands, update = self.document, self.commands, self.actions.update
        PreferenceEffects(self.preferences, self.view, self.files.autosave, self.recent_wanted.emit, self.window)
        self.own_state.trouble.connect(self.pages.show_data)
        for speaker in (self.design, self.pages, self.values, self.own_state):
            speaker.message.connect(self.say)
        self.journal.failed.connect(self.say)
        self.recovery.message.connect(self.say)
        self.values.switched.connect(self.actions["view.values"].setChecked)
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
        document.title_changed.connect(self.retitled)
        document.selection_changed.connect(update)
        document.history_changed.connect(update)
        document.setParent(self.window)
        self.design.problems.refresh()

    def _make_sliding(self) -> SlidingCommands:
        register()
        return SlidingCommands(
            self.document,
            self.window,
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
        page.run.state_changed.connect(self.actions.update)
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

    def _place_of(self, place: Place) -> QWidget | None:
        """What the tour points at."""
        if place == "train":
            toolbar = self.window.findChild(MainToolBar)
            return None if toolbar is None else toolbar.widgetForAction(self.actions["train.start"])
        return {"canvas": self.view, "inspector": self.design.inspector, "problems": self.design.tabs}[place]

    def list_own(self) -> None:
        """The data of the user's own on the Start page."""
        found = RecentOwn(self.preferences).entries()
        self.pages.start.own.show_entries([OwnDataEntry(entry.path, entry.title, entry.facts) for entry in found])

    # -- closing ---------------------------------------------------------------------------------------------------

    @property
    def closes_freely(self) -> bool:
        """Whether nothing would be lost, and nothing would have to be asked."""
        return not self.document.unsaved and not self.pages.running

    def ask_to_close(self, close: Callable[[], object]) -> None:
        """Ask what is to become of edits and of a run; ``close`` once the window may go: it is shut down then."""
        self.files.when_safe(lambda: self._ask_of_run(close))

    def _ask_of_run(self, close: Callable[[], object]) -> None:
        def leave(keep: bool) -> None:
            self.document.discard()
            self.shut_down(keep=keep)
            close()

        run = self.pages.training.run if self.pages.running else None
        if run is not None and run.host is not None:
            ask_to_leave(self.window, run.name, run.host.status, leave, can_stay=run.can_be_left)
        else:
            leave(keep=False)

    def shut_down(self, *, keep: bool = False) -> None:
        """End everything in the background; with ``keep`` a run that can continues without the window."""
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
        self.design.store(self.preferences)
