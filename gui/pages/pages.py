"""The pages of the window and the ways between them; all but the Start page are built when they are first needed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QStackedWidget, QWidget

from gui.start.start import StartPage

if TYPE_CHECKING:
    import torch

    from gui.data.data_page import DataPage
    from gui.design.design import DesignPage
    from gui.document import Document
    from gui.inside.results_page import ResultsPage
    from gui.networks.networks_page import NetworksPage
    from gui.training.dashboard import Dashboard


@dataclass(frozen=True, slots=True)
class Makers:
    """Who builds the pages beside those of the start and of the design."""

    data: Callable[[], DataPage]
    training: Callable[[], Dashboard]
    results: Callable[[], ResultsPage]
    networks: Callable[[], NetworksPage]


class Pages(QStackedWidget):
    """One page at a time."""

    shown = Signal(str)
    """The id of the action that shows the page."""
    message = Signal(str)

    def __init__(self, furnish: Callable[[], object]) -> None:
        """``furnish`` is called when the first page beyond the Start page is needed; it calls `take`."""
        super().__init__()
        self._furnish = furnish
        self.shown_id = "page.start"
        """The id of the action that shows the page that is shown."""
        self.start = StartPage()
        self._makers: Makers | None = None
        self._design: DesignPage | None = None
        self._data: DataPage | None = None
        self._training: Dashboard | None = None
        self._results: ResultsPage | None = None
        self._networks: NetworksPage | None = None
        self.addWidget(self.start)

    def take(self, design: DesignPage, makers: Makers) -> None:
        """The design page, and who builds the others."""
        self._design, self._makers = design, makers
        self.addWidget(design)

    @property
    def design(self) -> DesignPage:
        """The design page, which is built for it."""
        if self._design is None:
            self._furnish()
        assert self._design is not None
        return self._design

    @property
    def document(self) -> Document:
        """The open project."""
        return self.design.document

    @property
    def _make(self) -> Makers:
        if self._makers is None:
            self._furnish()
        assert self._makers is not None
        return self._makers

    @property
    def data(self) -> DataPage:
        """The data page, built when first asked for."""
        if self._data is None:
            self._data = self._make.data()
            self.addWidget(self._data)
        return self._data

    @property
    def training(self) -> Dashboard:
        """The dashboard, built when first asked for."""
        if self._training is None:
            self._training = self._make.training()
            self.addWidget(self._training)
        return self._training

    @property
    def results(self) -> ResultsPage:
        """The page of what trained networks do, built when first asked for."""
        if self._results is None:
            self._results = self._make.results()
            self.addWidget(self._results)
        return self._results

    @property
    def networks(self) -> NetworksPage:
        """The page that compares networks, built when first asked for."""
        if self._networks is None:
            self._networks = self._make.networks()
            self.addWidget(self._networks)
        return self._networks

    @property
    def running(self) -> bool:
        """Whether a training run is under way."""
        return self._training is not None and self._training.run.running

    @property
    def drawing(self) -> bool:
        """Whether the design page is shown."""
        return self.currentWidget() is self._design

    def shown_run(self) -> Path | None:
        """The folder of the run that the Training page shows."""
        return None if self._training is None else self._training.run.folder

    def seen_run(self) -> Path | None:
        """The folder of the run that is seen: on the Results page the one chosen there, else that of Training."""
        subject = self._results.subject if self._results is not None and self.currentWidget() is self._results else None
        return self.shown_run() if subject is None or subject.run is None else subject.run

    def minimumSizeHint(self) -> QSize:
        """What the page that is shown needs, not the largest of all."""
        page = self.currentWidget()
        return super().minimumSizeHint() if page is None else page.minimumSizeHint()

    # -- showing one -----------------------------------------------------------------------------------------------

    def show_start(self) -> None:
        self._show("page.start", self.start)

    def show_design(self) -> None:
        self._show("page.design", self.design)
        self.design.view.setFocus()

    def show_data(self) -> None:
        self._show("page.data", self.data)

    def add_own(self, path: Path) -> None:
        """Look at a file or folder of the user's on the Data page."""
        self.show_data()
        self.data.add_own(path)

    def ask_own(self, what: str) -> None:
        """Ask for a "file" or a "folder" of the user's to learn from."""
        self.show_data()
        self.data.ask_own(what)

    def show_training(self) -> None:
        self._show("page.train", self.training)

    def show_results(self, folder: Path | None = None) -> None:
        """Show what the network of a run does: of this one, of that on the Training page, or of the newest."""
        results = self.results
        self._show("page.results", results)
        if folder is not None:
            results.show_run(folder)
        else:
            results.follow(self.shown_run())

    def predict_begun(self) -> None:
        """Ask the network about samples as it is, with the weights that it begins with."""
        self._show("page.results", self.results)
        self.results.show_begun()

    def show_networks(self, names: Iterable[str] = ()) -> None:
        """Compare networks: these presets, or what was compared before."""
        self._show("page.networks", self.networks)
        self.networks.compare(names)

    def look_inside(self) -> None:
        """Show what the selected layer answers in the network of a run."""
        from gui.inside.looking.inside_tab import InsideTab

        (node_id,), block_path = self.document.selection, self.document.block_path
        self.show_results()
        tab = self.results.show_tab(InsideTab.title)
        assert isinstance(tab, InsideTab)
        tab.show_layer(block_path, node_id)

    def weights_now(self, folder: Path) -> tuple[int, dict[str, torch.Tensor]] | None:
        """The weights of a run that is in training in this window, and after how many steps; None where it is not."""
        host = None if self._training is None else self._training.run.host
        return host.weights() if host is not None and host.status.run == folder else None

    def _show(self, action_id: str, page: QWidget) -> None:
        self.shown_id = action_id
        if self._design is not None:
            self._design.view.end_preview()
        self.setCurrentWidget(page)
        self.updateGeometry()
        self.shown.emit(action_id)

    def leave_start(self) -> None:
        """Show the whole gallery again; where it is shown, back to the network, if there is one."""
        if not self.start.gallery.clear() and self.document.project.nodes:
            self.show_design()

    def show_layers(self) -> None:
        """Show the table of layers."""
        self.show_design()
        self.design.show_layers()

    def show_history(self) -> None:
        """Show the steps of the undo history."""
        self.show_design()
        self.design.show_history()

    def show_outline(self) -> None:
        """Show the network as a tree."""
        self.show_design()
        self.design.show_outline()

    def show_node(self, block_path: tuple[str, ...], node_id: str) -> None:
        """Show a layer on the canvas."""
        self.show_design()
        self.document.open_block(block_path, [node_id])
        if node_id in self.document.graph.nodes:
            self.document.select([node_id])
            self.design.view.zoom_selection()
        else:
            self.message.emit("This layer is not in the drawing any more: the run was trained before it was taken out.")

    def show_setting(self, path: str) -> None:
        """Show where a setting of the data is chosen; those of the training stand beside the curves."""
        if path.startswith("data.") and path != "data.batch_size":
            self.show_data()

    # -- closing ---------------------------------------------------------------------------------------------------

    def shut_down(self, *, keep_run: bool) -> None:
        """End everything in the background; with ``keep_run`` a run that can continues without the window."""
        if self._training is not None:
            self._training.close_host(timeout=10.0, keep=keep_run)
        if self._data is not None:
            self._data.close_background()
        if self._results is not None:
            self._results.close_background()
        if self._networks is not None:
            self._networks.close_background()
        self.start.close_background()
