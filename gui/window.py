"""The main window: pages, menus, toolbar and status line around one Document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QShortcut
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from gui.actions import ACTIONS, Actions
from gui.canvas.view import View
from gui.design.design import DesignPage
from gui.document import Document
from gui.files import Files
from gui.help import about_box, key_sheet
from gui.hosts.live import GoingOn, LiveRuns, ask_to_leave, below, project_of
from gui.preferences import Preferences
from gui.start.start import StartPage
from gui.status import StatusLine
from gui.theme import theme
from gui.toolbar import PAGES, MainToolBar
from gui.training.notice import KEY as NOTICE
from gui.wire_values import WireValues

if TYPE_CHECKING:
    from engine.training.process.handover import LiveTraining
    from gui.data.data_page import DataPage
    from gui.training.dashboard import Dashboard

LARGEST = QSize(1680, 1050)
"""What a first start takes of a large screen."""


class MainWindow(QMainWindow):
    """Holds the pages and calls what the actions name; data and training pages are built when first shown."""

    closed = Signal()

    def __init__(self, document: Document, preferences: Preferences) -> None:
        super().__init__()
        self.document, self.preferences = document, preferences
        self.setAcceptDrops(True)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        self.files = Files(document, preferences, self, self._opened, self.say, self._preset_saved)
        self.start = StartPage()
        self.design = DesignPage(document)
        self.values = WireValues(document, self.design.view.canvas.live, self._shown_run, self)
        self._data: DataPage | None = None
        self._training: Dashboard | None = None
        self.pages = QStackedWidget()
        for page in (self.start, self.design):
            self.pages.addWidget(page)
        self.live_runs, self.going_on = LiveRuns(self), GoingOn()
        self.setCentralWidget(below(self.going_on, self.pages))
        self.status = StatusLine(document)
        self.setStatusBar(self.status)
        self.actions_table = Actions(self)
        self.actions_table.fill_menus()
        self._confine_canvas_keys()
        for action_id in (*PAGES, "view.values", "train.notice"):
            self.actions_table[action_id].setCheckable(True)
        self.addToolBar(MainToolBar(self.actions_table, self))
        self._connect()
        self.resize(self.screen().availableGeometry().size().boundedTo(LARGEST))
        geometry = preferences.bytes("window")
        if geometry is not None:
            self.restoreGeometry(geometry)
        self.design.restore(preferences)
        self.start.set_recent(preferences.recent())
        self.show_start()
        self._retitle()

    # -- building --------------------------------------------------------------------------------------------------

    def _confine_canvas_keys(self) -> None:
        """Keys of the canvas (Tab, L, Del, …) count only while it has the focus."""
        for action in ACTIONS:
            if action.needs in ("design", "selection", "block"):
                item = self.actions_table[action.id]
                item.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
                self.removeAction(item)
                self.view.addAction(item)

    def _connect(self) -> None:
        document = self.document
        self.start.preset_chosen.connect(self.files.open_preset)
        self.start.file_chosen.connect(self.files.open_path)
        self.start.new_wanted.connect(self.files.new)
        self.start.open_wanted.connect(self.files.ask_open)
        self.design.message.connect(self.say)
        self.values.message.connect(self.say)
        self.values.switched.connect(self.actions_table["view.values"].setChecked)
        self.design.code.save_wanted.connect(self.files.ask_save_source)
        self.design.problems.counted.connect(self.status.set_counts)
        self.status.problems_wanted.connect(self._show_problems)
        self.status.training_wanted.connect(self.show_training)
        document.opened.connect(self.view.canvas.live.forget)
        document.title_changed.connect(self._retitle)
        document.selection_changed.connect(self.update_actions)
        document.history_changed.connect(self.update_actions)
        self.live_runs.found.connect(self._found_runs)
        self.going_on.watch_wanted.connect(self._watch)
        document.setParent(self)
        self.design.problems.refresh()
        QShortcut(Qt.Key.Key_Escape, self.start, self._leave_start)

    # -- pages -----------------------------------------------------------------------------------------------------

    @property
    def view(self) -> View:
        """The canvas."""
        return self.design.view

    @property
    def data(self) -> DataPage:
        """The data page, built when first asked for."""
        if self._data is None:
            from gui.data.data_page import DataPage

            self._data = DataPage(self.document)
            self._data.message.connect(self.say)
            self.pages.addWidget(self._data)
        return self._data

    @property
    def training(self) -> Dashboard:
        """The dashboard, built when first asked for."""
        if self._training is None:
            from gui.hosts.choice import host
            from gui.training.dashboard import Dashboard

            wanted = self.preferences
            self._training = Dashboard(
                self.document,
                host_factory=lambda graph: host(graph, wanted.host),
                resumed=lambda graph, path: host(graph, wanted.host, resume=path),
                inheriting=lambda graph, path: host(graph, wanted.host, weights_of=path),
                preferences=wanted,
            )
            self._training.open_wanted.connect(self.files.open_network)
            self._training.message.connect(self.say)
            self._training.state_changed.connect(self.update_actions)
            self._training.finished.connect(self.values.refresh)
            self._training.blocked.connect(self._show_what_blocks)
            self._training.remarks.progressed.connect(self.status.show_training)
            self._training.remarks.looked.connect(self.view.canvas.live.follow)
            self._training.remarks.node_wanted.connect(self._show_node)
            self._training.remarks.setting_wanted.connect(self._show_setting)
            self.pages.addWidget(self._training)
        return self._training

    def _shown_run(self) -> Path | None:
        host = None if self._training is None else self._training.host
        return None if host is None else host.status.run

    def show_start(self) -> None:
        self.start.set_recent(self.preferences.recent())
        self._show_page("page.start", self.start)

    def show_design(self) -> None:
        self._show_page("page.design", self.design)
        self.view.setFocus()

    def show_data(self) -> None:
        self._show_page("page.data", self.data)

    def show_training(self) -> None:
        self._show_page("page.train", self.training)
        self.find_runs()

    def _show_page(self, action_id: str, page: QWidget) -> None:
        self.view.end_preview()
        self.pages.setCurrentWidget(page)
        for other in PAGES:
            self.actions_table[other].setChecked(other == action_id)
        self.update_actions()

    def _leave_start(self) -> None:
        if self.document.project.nodes:
            self.show_design()

    def _opened(self) -> None:
        """Another project is shown: go to the canvas and fit it."""
        self.show_design()
        self.find_runs()

    def find_runs(self) -> None:
        """Look for runs that go on from before, in processes of their own."""
        if not self.running:
            self.live_runs.look()

    def _found_runs(self, runs: list[LiveTraining]) -> None:
        """A run of this network is followed at once, others are offered."""
        if self.running:
            return
        own = [run for run in runs if self.document.project.nodes and run.facts.network == self.document.project.name]
        self.going_on.offer([] if own else runs)
        if own:
            self.training.attach(own[-1].folder)
            self.say(f"A run of “{own[-1].facts.network}” is going on: see Training.")

    def _watch(self, run: LiveTraining) -> None:
        graph = None if self.document.project.nodes else project_of(run)
        if graph is not None:
            self.files.show_graph(graph)
        self.training.attach(run.folder)
        self.show_training()

    def _show_what_blocks(self) -> None:
        """Lead to the errors, but for those of a setting: they are marked beside it."""
        errors = [problem for problem in self.document.all_problems() if problem.severity == "error"]
        if errors and errors[0].setting is None:
            self._show_problems()
            self.say(f"Not trained: {len(errors)} error{'s' if len(errors) > 1 else ''} to mend first (F8).")

    def _show_node(self, way: tuple[str, ...], node_id: str) -> None:
        """Show a layer on the canvas."""
        self.show_design()
        self.document.open_block(way, [node_id])
        if node_id in self.document.graph.nodes:
            self.document.select([node_id])
            self.view.zoom_selection()
        else:
            self.say("This layer is not in the drawing any more: the run was trained before it was taken out.")

    def _show_setting(self, path: str) -> None:
        """Show where a setting of the data is chosen; those of the training stand beside the curves."""
        if path.startswith("data.") and path != "data.batch_size":
            self.show_data()

    def _show_problems(self) -> None:
        self.show_design()
        self.design.show_problems()

    def _preset_saved(self) -> None:
        self.start.refresh()

    # -- what actions call -----------------------------------------------------------------------------------------

    def undo(self) -> None:
        title = self.document.history.undo_title
        self.document.history.undo()
        if title:
            self.say(f"Undone: {title}")

    def redo(self) -> None:
        title = self.document.history.redo_title
        self.document.history.redo()
        if title:
            self.say(f"Done again: {title}")

    def rename(self) -> None:
        self.design.inspector.focus_name()

    def next_problem(self) -> None:
        self.show_design()
        self.design.next_problem()

    def previous_problem(self) -> None:
        self.show_design()
        self.design.next_problem(-1)

    def show_fixes(self) -> None:
        self.view.show_fixes()

    def train(self) -> None:
        data = self.document.project.settings.get("data", {})
        if self.document.project.nodes and isinstance(data, dict) and data.get("dataset") is None:
            self.show_data()
            self.say("Choose the data to learn from, then press Train again.")
            return
        self.show_training()
        self.training.train()

    def pause(self) -> None:
        self.training.pause_or_resume()

    def step(self) -> None:
        self.training.step()

    def stop(self) -> None:
        self.training.stop()

    def switch_notice(self) -> None:
        """Say, or do not say, when a training has ended while the window is not looked at."""
        self.training.notice.on = not self.training.notice.on
        self.update_actions()

    def switch_theme(self) -> None:
        self.preferences.theme = "light" if theme.name == "dark" else "dark"
        theme.set(self.preferences.theme)

    def show_keys(self) -> None:
        key_sheet(self).open()

    def show_about(self) -> None:
        about_box(self).open()

    def say(self, sentence: str) -> None:
        """Show a sentence in the status line."""
        self.status.say(sentence)

    # -- state -----------------------------------------------------------------------------------------------------

    @property
    def running(self) -> bool:
        """Whether a training run is under way."""
        return self._training is not None and self._training.running

    def _block_selected(self) -> bool:
        graph, chosen = self.document.graph, self.document.selection
        node = graph.nodes.get(chosen[0]) if len(chosen) == 1 else None
        return node is not None and graph.blocks.of_type(node.type) is not None

    def update_actions(self) -> None:
        """Enable what can be done now and name what undo and redo would do."""
        self.actions_table["train.notice"].setChecked(self.preferences.text(NOTICE) != "no")
        history, drawing = self.document.history, self.pages.currentWidget() is self.design
        self.actions_table.update(
            {
                "design": drawing,
                "selection": drawing and bool(self.document.selection),
                "block": drawing and self._block_selected(),
                "inside": drawing and self.document.graph.inside is not None,
                "fixable": drawing and len(self.document.selection) == 1,
                "keepable": drawing and (self._block_selected() or self.document.graph.inside is not None),
                "undo": bool(history.undo_title),
                "redo": bool(history.redo_title),
                "running": self.running,
                "idle": not self.running,
            }
        )
        for action_id, word, text in (
            ("edit.undo", "Undo", history.undo_title),
            ("edit.redo", "Redo", history.redo_title),
        ):
            action = self.actions_table[action_id]
            action.setText(f"{word}: {text}" if text else word)
            keys = action.shortcut().toString()
            action.setToolTip(f"{action.text()} ({keys})")

    def _retitle(self) -> None:
        name = self.document.path.name if self.document.path else self.document.project.name
        self.setWindowTitle(f"{'• ' if self.document.unsaved else ''}{name} – Layerloom")

    # -- the window itself -----------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if _dropped_file(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_file(event)
        if path is not None:
            event.acceptProposedAction()
            self.files.open_path(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.document.unsaved or self.running:
            event.ignore()
            self.files.when_safe(self._close_for_good)
            return
        self._shut_down()
        event.accept()
        self.closed.emit()

    def _close_for_good(self) -> None:
        if self.running and self.training.host is not None:
            page = self.training
            ask_to_leave(self, page.run_name, self.training.host.status, self._leave, can_stay=page.can_be_left)
        else:
            self._leave(keep=False)

    def _leave(self, keep: bool) -> None:
        self._shut_down(keep=keep)
        self.document.discard()
        self.close()

    def _shut_down(self, *, keep: bool = False) -> None:
        if self._training is not None:
            self._training.close_host(timeout=10.0, keep=keep)
        if self._data is not None:
            self._data.close_background()
        self.values.close()
        self.live_runs.close()
        self.preferences.set_bytes("window", self.saveGeometry())
        self.design.store(self.preferences)


def _dropped_file(event: QDragEnterEvent | QDropEvent) -> Path | None:
    urls = event.mimeData().urls()
    paths = [Path(url.toLocalFile()) for url in urls if url.isLocalFile()]
    return paths[0] if len(paths) == 1 and paths[0].suffix == ".loom" else None
