"""Everything that actions call, by subject, and what of it can be done now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.drawing import automatic, direction
from gui.canvas.commands.block_commands import BlockCommands
from gui.canvas.commands.clipboard_commands import ClipboardCommands
from gui.canvas.commands.edit_commands import EditCommands
from gui.canvas.commands.fine_tuning_commands import FineTuningCommands
from gui.canvas.commands.zoom_commands import ZoomCommands
from gui.canvas.fix_menu import FixMenu
from gui.canvas.frames.frame_commands import FrameCommands
from gui.canvas.searching.adder import Adder
from gui.canvas.searching.node_finder import NodeFinder
from gui.canvas.searching.wirer import Wirer
from gui.command_palette import CommandPalette
from gui.design.design import DesignPage
from gui.drawing.commands import DrawingCommands
from gui.exporting.exporting import Exporting
from gui.help.commands import Help
from gui.pages.pages import Pages
from gui.pages.problems import ProblemCommands
from gui.pages.training import TrainingCommands
from gui.parts import Parts
from gui.preferences import Preferences
from gui.preferences_dialog.commands import PreferencesCommands
from gui.project_files import Files
from gui.reports.commands import ReportCommands
from gui.sliding.commands import SlidingCommands
from gui.tour.tour import Tour
from gui.unrolled.commands import UnrolledCommands
from gui.weights.loading import WeightsLoading
from gui.wire_values import WireValues
from gui.worked.commands import WorkedCommands

if TYPE_CHECKING:
    from gui.training.current_run import CurrentRun
    from gui.training.notice import Notice


@dataclass(frozen=True, slots=True)
class Commands:
    """The command objects of one window; ``close`` closes it."""

    files: Files
    pages: Pages
    problems: ProblemCommands
    training: TrainingCommands
    values: WireValues
    drawings: DrawingCommands
    reports: ReportCommands
    preferences: Preferences
    settings: PreferencesCommands
    help: Help
    exporting: Exporting
    weights: WeightsLoading
    palette: CommandPalette
    parts: Parts
    sliding: SlidingCommands
    worked: WorkedCommands
    unrolled: UnrolledCommands
    tour: Tour
    close: Callable[[], object]

    @property
    def design(self) -> DesignPage:
        return self.pages.design

    @property
    def editing(self) -> EditCommands:
        return self.design.view.editing

    @property
    def clipboard(self) -> ClipboardCommands:
        return self.design.view.clipboard

    @property
    def blocks(self) -> BlockCommands:
        return self.design.view.blocks

    @property
    def frames(self) -> FrameCommands:
        return self.design.view.frames

    @property
    def fine_tuning(self) -> FineTuningCommands:
        return self.design.view.fine_tuning

    @property
    def zooming(self) -> ZoomCommands:
        return self.design.view.zooming

    @property
    def adder(self) -> Adder:
        return self.design.view.adder

    @property
    def wirer(self) -> Wirer:
        return self.design.view.wirer

    @property
    def finder(self) -> NodeFinder:
        """The finder of the canvas, which is brought to the front for it."""
        self.pages.show_design()
        return self.design.view.node_finder

    @property
    def fix_menu(self) -> FixMenu:
        return self.design.view.fix_menu

    def rename(self) -> None:
        """Let the selected layer, or the selected frame, be renamed."""
        if self.pages.document.frame is not None:
            self.frames.rename()
        else:
            self.design.inspector.focus_name()

    @property
    def run(self) -> CurrentRun:
        """The run of the Training page, which is built for it."""
        return self.pages.training.run

    @property
    def notice(self) -> Notice:
        return self.pages.training.notice

    def direction(self) -> dict[str, bool]:
        """Of each action that chooses a direction, whether it is the one that is chosen."""
        project = self.pages.document.project
        chosen = "automatic" if automatic(project) else direction(project)
        return {f"canvas.flow_{way}": way == chosen for way in ("automatic", "down", "right")}

    def possible(self) -> dict[str, bool]:
        """Of each of the needs of actions, whether it is met now."""
        document, drawing = self.pages.document, self.pages.drawing
        chosen, block, inside = document.selection, self.blocks.selected, document.graph.inside is not None
        return {
            "design": drawing,
            "selection": drawing and bool(chosen),
            "chosen": drawing and (bool(chosen) or document.frame is not None),
            "framed": drawing and bool(document.graph.frames),
            "several": drawing and len(chosen) > 1,
            "block": drawing and block,
            "inside": drawing and inside,
            "frozen": drawing and self.fine_tuning.frozen,
            "fixable": drawing and len(chosen) == 1,
            "sliding": drawing and self.sliding.possible,
            "scan": drawing and self.unrolled.possible,
            "keepable": drawing and (block or inside),
            "undo": bool(document.history.undo_title),
            "redo": bool(document.history.redo_title),
            "running": self.pages.running,
            "idle": not self.pages.running,
        }
