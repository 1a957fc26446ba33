"""What can be done with the drawing as a picture: save it, copy it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QMimeData, QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from engine.errors import LayerloomError
from gui.canvas.scene import Scene
from gui.document import Document
from gui.drawing.drawing import Drawing, Options
from gui.drawing.export_dialog import DrawingDialog
from gui.drawing.formats import picture, svg
from gui.drawing.making import drawing_of_scene
from gui.theme import theme
from gui.work.background import Background

SVG = "image/svg+xml"


class DrawingCommands(QObject):
    """Works on what is open on the canvas; ``say`` shows a sentence, ``where`` gives a folder and a name for files."""

    def __init__(
        self,
        document: Document,
        scene: Scene,
        window: QWidget,
        where: Callable[[], tuple[str, str]],
        say: Callable[[str], None],
    ) -> None:
        super().__init__(window)
        self.document, self._scene, self._window = document, scene, window
        self._where, self._say = where, say
        self._work = Background("copy-drawing", self)
        self.dialog: DrawingDialog | None = None
        self._copied: QMimeData | None = None

    def ask_export(self) -> None:
        """Show the dialog that exports the drawing."""
        if not self._ready():
            return
        folder, stem = self._where()
        dialog = DrawingDialog(partial(drawing_of_scene, self._scene), theme.name, folder, stem, self._window)
        dialog.saved.connect(self._say)
        dialog.copy_wanted.connect(self._copy)
        self.dialog = dialog
        dialog.destroyed.connect(self._closed)
        dialog.open()

    def _closed(self) -> None:
        self.dialog = None

    def copy(self) -> None:
        """Put the drawing onto the clipboard, as it is on the canvas, in the colours of the window."""
        if self._ready():
            self._copy(drawing_of_scene(self._scene, Options(theme=theme.name)), 2.0)

    def _ready(self) -> bool:
        if not self.document.graph.nodes:
            self._say("There is nothing to draw yet: add a layer first.")
        return bool(self.document.graph.nodes)

    def _copy(self, drawing: Drawing, scale: float) -> None:
        self._work.run(partial(_painted, drawing, scale), self._to_clipboard, self._failed)

    def _to_clipboard(self, painted: tuple[QImage | None, bytes]) -> None:
        image, vectors = painted
        data = QMimeData()
        if image is not None:
            data.setImageData(image)
        data.setData(SVG, vectors)
        QGuiApplication.clipboard().setMimeData(data)
        self._copied = data
        only = "" if image is not None else " as SVG only: it is too large for pixels"
        self._say(f"The drawing is on the clipboard{only}.")

    def _failed(self, error: Exception) -> None:
        self._say(f"The drawing is not copied: {error}")

    def close(self) -> None:
        """Wait for what is being painted, and leave on the clipboard only what outlives Python.

        Qt deletes what is there after the interpreter has ended: data that were made in Python crash the program then.
        """
        self._work.close()
        clipboard, copied, self._copied = QGuiApplication.clipboard(), self._copied, None
        if copied is None or clipboard.mimeData() is not copied:
            return  # what others have put there is theirs
        if copied.hasImage():
            clipboard.setImage(clipboard.image())
        else:
            clipboard.setText(bytes(copied.data(SVG).data()).decode())


def _painted(drawing: Drawing, scale: float) -> tuple[QImage | None, bytes]:
    """The picture in pixels, None where it is too large for that; and as SVG."""
    vectors = svg(drawing)
    try:
        return picture(drawing, scale), vectors
    except LayerloomError:
        return None, vectors
