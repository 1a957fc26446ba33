"""Shows the drawing as a picture before it is saved or copied, with what can be chosen of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from engine.errors import LayerloomError
from engine.files import write_atomically
from gui.drawing.drawing import Drawing, Kind, Options
from gui.drawing.formats import FORMATS, NATURAL, picture, pixels
from gui.theme import Name
from gui.widgets import Label, Note, plain
from gui.work.background import Background

KINDS: dict[str, Kind] = {"Drawing of the canvas": "canvas", "Figure: boxes as large as the tensors": "figure"}
THEMES: dict[str, Name] = {"Light": "light", "Dark": "dark"}
FILES = {"SVG (vectors)": "svg", "PDF (vectors)": "pdf", "PNG (pixels)": "png"}
Draw = Callable[[Options], Drawing]


class DrawingDialog(QDialog):
    """The preview is painted beside the window; ``draw`` makes the drawing to be painted.

    ``saved`` carries a sentence, ``copy_wanted`` the drawing and its scale.
    """

    help_page: ClassVar = "guide/export"

    saved = Signal(str)
    copy_wanted = Signal(object, float)

    def __init__(self, draw: Draw, theme: Name, folder: str, stem: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Export Drawing")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(960, 600)
        self._draw, self._folder, self._stem = draw, folder, stem
        self.drawing: Drawing | None = None
        self._work = Background("paint-drawing", self)
        self._later = QTimer(self, singleShot=True, interval=0)
        self._later.timeout.connect(self.refresh)
        self._build(theme)
        self.refresh()

    # -- building --------------------------------------------------------------------------------------------------

    def _build(self, theme: Name) -> None:
        self.preview = Label()
        self.preview.setAccessibleName("Preview of the image")
        self.preview.setToolTip("How the image will look")
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setMinimumSize(320, 240)
        self.preview.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.kind = self._choice("Picture", KINDS, "What is drawn")
        self.format = self._choice("Format", FILES, "The kind of file")
        self.theme = self._choice("Colours", THEMES, "Light or dark, whatever the window has")
        self.theme.setCurrentIndex(list(THEMES.values()).index(theme))
        self.shapes = self._tick("Sizes of tensors", "Say the shapes", on=True)
        self.blocks = self._tick("Inside of blocks", "Show what is inside the blocks")
        self.transparent = self._tick("No background", "Leave the background out, for slides with one of their own")
        self.scale = QDoubleSpinBox(minimum=0.1, maximum=20.0, singleStep=0.5, decimals=1, value=1.0)
        self.scale.setAccessibleName("Scale")
        self.scale.setToolTip("How large the image is: 1 as on the canvas at 100 %")
        self.scale.valueChanged.connect(self._say_size)
        self.size_note = Note()
        self.size_note.setAccessibleName("Size of the image")
        form = QFormLayout()
        for title, widget in (("Picture", self.kind), ("Format", self.format), ("Colours", self.theme)):
            form.addRow(title, widget)
        for tick in (self.shapes, self.blocks, self.transparent):
            form.addRow("", tick)
        form.addRow("Scale", self.scale)
        self.buttons = QDialogButtonBox()
        role = QDialogButtonBox.ButtonRole
        self.save = self._button("Save …", role.AcceptRole, "Choose where to save the image")
        self.copy = self._button("Copy", role.ActionRole, "Copy the image to the clipboard, as pixels and as SVG")
        close = self.buttons.addButton(QDialogButtonBox.StandardButton.Close)
        close.setToolTip("Close without saving")
        self.buttons.accepted.connect(self._ask_where)
        self.buttons.rejected.connect(self.reject)
        self.copy.clicked.connect(self._copy)
        side = QVBoxLayout()
        side.addLayout(form)
        side.addWidget(self.size_note)
        side.addStretch(1)
        row = QHBoxLayout()
        row.addWidget(self.preview, 1)
        row.addLayout(side)
        box = QVBoxLayout(self)
        box.addLayout(row, 1)
        box.addWidget(self.buttons)
        self.format.currentIndexChanged.connect(self._format_chosen)

    def _choice(self, name: str, entries: dict[str, Kind] | dict[str, Name] | dict[str, str], words: str) -> QComboBox:
        box = QComboBox()
        box.addItems(list(entries))
        box.setAccessibleName(name)
        box.setToolTip(plain(words))
        box.currentIndexChanged.connect(self._later.start)
        return box

    def _tick(self, title: str, words: str, *, on: bool = False) -> QCheckBox:
        tick = QCheckBox(title)
        tick.setChecked(on)
        tick.setAccessibleName(title)
        tick.setToolTip(plain(words))
        tick.toggled.connect(self._later.start)
        return tick

    def _button(self, title: str, role: QDialogButtonBox.ButtonRole, words: str) -> QPushButton:
        button: QPushButton = self.buttons.addButton(title, role)
        button.setToolTip(plain(words))
        button.setAccessibleName(words)
        return button

    # -- showing ---------------------------------------------------------------------------------------------------

    @property
    def ending(self) -> str:
        """That of the file."""
        return FILES[self.format.currentText()]

    def options(self) -> Options:
        """What is chosen."""
        return Options(
            kind=KINDS[self.kind.currentText()],
            theme=THEMES[self.theme.currentText()],
            shapes=self.shapes.isChecked(),
            blocks=self.blocks.isChecked(),
            transparent=self.transparent.isChecked(),
        )

    def refresh(self) -> None:
        """Draw again, as it is chosen now."""
        self.drawing = self._draw(self.options())
        self._say_size()
        self._paint()

    def _format_chosen(self) -> None:
        self.scale.setValue(NATURAL[self.ending])

    def _say_size(self) -> None:
        if self.drawing is None:
            return
        try:
            size = pixels(self.drawing, self.scale.value(), limited=self.ending == "png")
        except LayerloomError as error:
            self._cannot(str(error))
            return
        text = "" if self.ending == "png" else " Its text stays text."
        self.size_note.set_token("muted")
        self.size_note.setText(f"{size.width():,} × {size.height():,} pixels.{text}")
        self.save.setEnabled(True)

    def _cannot(self, sentence: str) -> None:
        self.size_note.set_token("error")
        self.size_note.setText(sentence)
        self.save.setEnabled(False)

    def _paint(self) -> None:
        if self.drawing is not None:
            room, ratio = self.preview.size(), self.preview.devicePixelRatioF()
            self._work.run(partial(_fitted, self.drawing, room, ratio), self._show, self._failed)

    def _show(self, image: QImage) -> None:
        image.setDevicePixelRatio(self.preview.devicePixelRatioF())
        self.preview.setPixmap(QPixmap.fromImage(image))

    def _failed(self, error: Exception) -> None:
        self._cannot(str(error))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._paint()

    def done(self, result: int) -> None:
        """Closing forgets what is being painted."""
        self._work.close()
        super().done(result)

    # -- saving ----------------------------------------------------------------------------------------------------

    def _ask_where(self) -> None:
        name = next(title for title, ending in FILES.items() if ending == self.ending)
        dialog = QFileDialog(self, "Export the drawing", self._folder, f"{name} (*.{self.ending})")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(self.ending)
        dialog.selectFile(f"{self._stem}.{self.ending}")
        dialog.fileSelected.connect(lambda chosen: self.write(Path(chosen)))
        dialog.finished.connect(lambda _code: dialog.deleteLater())
        dialog.open()

    def write(self, path: Path) -> None:
        """Save the picture; it is painted beside the window, which closes once it is on the disk."""
        if self.drawing is None:
            return
        self.buttons.setEnabled(False)
        job = partial(_written, self.drawing, self.ending, self.scale.value(), path)
        self._work.run(job, self._saved, self._not_saved)

    def _saved(self, path: Path) -> None:
        self.saved.emit(f"Saved {path.name}.")
        self.accept()

    def _not_saved(self, error: Exception) -> None:
        self.buttons.setEnabled(True)
        self.size_note.set_token("error")
        self.size_note.setText(str(error) if isinstance(error, LayerloomError) else f"It is not saved: {error}")

    def _copy(self) -> None:
        if self.drawing is not None:
            self.copy_wanted.emit(self.drawing, max(self.scale.value(), 1.0))


def _fitted(drawing: Drawing, room: QSize, ratio: float) -> QImage:
    """The picture as large as there is room, but no larger than it is."""
    size = drawing.size
    scale = min(room.width() / size.width(), room.height() / size.height(), 1.0)
    return picture(drawing, max(scale * ratio, 1 / max(size.width(), size.height())))


def _written(drawing: Drawing, ending: str, scale: float, path: Path) -> Path:
    write_atomically(path, FORMATS[ending](drawing, scale))
    return path
