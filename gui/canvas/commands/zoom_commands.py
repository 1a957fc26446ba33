"""What menus and keys do to how the canvas is looked at."""

from __future__ import annotations

from gui.canvas.camera import STEP
from gui.canvas.sheet import Sheet


class ZoomCommands:
    """Fit and zoom of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def fit_all(self) -> None:
        """Show everything."""
        self._sheet.camera.fit(self._sheet.canvas.content())

    def fit_selection(self) -> None:
        """Show the selected nodes, or everything without any."""
        self._sheet.zoom_selection()

    def zoom_in(self) -> None:
        """Come one step closer."""
        self._sheet.zoom_by(STEP)

    def zoom_out(self) -> None:
        """Go one step farther away."""
        self._sheet.zoom_by(1 / STEP)

    def reset(self) -> None:
        """Back to 100 %."""
        self._sheet.camera.zoom(1.0)

    def toggle_map(self) -> None:
        """Show or hide the map of the network."""
        self._sheet.minimap.toggle()
