"""Icons by what they mean, in the colours of the theme; the drawings come with qtawesome (Font Awesome 5).

Of qtawesome only the font is read: to import it loads all of Qt again under other names, and eleven fonts more, which
takes longer than to build the window.
"""

from __future__ import annotations

import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPixmap

from engine.files import read_bytes
from gui.theme import theme

FONT: Final = "fontawesome5-solid-webfont"
LARGEST: Final = 2**20
SHARE: Final = 0.875
"""The size of the type by the height of the icon: 14 of 16 pixels, for which the font was drawn."""
NAMES = {
    "file": "file",
    "folder-open": "folder-open",
    "save": "save",
    "save-as": "file-export",
    "export": "share-square",
    "import": "file-import",
    "star": "star",
    "quit": "sign-out-alt",
    "undo": "undo",
    "redo": "redo",
    "cut": "cut",
    "copy": "copy",
    "paste": "paste",
    "clone": "clone",
    "block": "cubes",
    "dissolve": "th-large",
    "open-block": "sign-in-alt",
    "leave-block": "level-up-alt",
    "fold-block": "expand",
    "step-inside": "level-down-alt",
    "delete": "trash-alt",
    "delete-reconnect": "unlink",
    "select": "object-group",
    "rename": "i-cursor",
    "add": "plus",
    "removed": "minus",
    "changed": "not-equal",
    "compare": "balance-scale",
    "arrange": "sitemap",
    "flow-automatic": "magic",
    "flow-down": "long-arrow-alt-down",
    "flow-right": "long-arrow-alt-right",
    "align-left": "align-left",
    "align-center": "align-center",
    "align-right": "align-right",
    "align-top": "angle-double-up",
    "align-middle": "grip-lines",
    "align-bottom": "angle-double-down",
    "distribute-down": "arrows-alt-v",
    "distribute-across": "arrows-alt-h",
    "fit": "expand-arrows-alt",
    "fit-selection": "compress-arrows-alt",
    "map": "map",
    "zoom": "search",
    "zoom-in": "search-plus",
    "zoom-out": "search-minus",
    "connect": "link",
    "disconnect": "unlink",
    "parts": "columns",
    "bypass": "fast-forward",
    "frame": "comment-alt",
    "history": "history",
    "tools": "tools",
    "outline": "stream",
    "home": "home",
    "design": "project-diagram",
    "data": "database",
    "train": "chart-line",
    "results": "poll",
    "inside": "microscope",
    "slide": "vector-square",
    "unroll": "film",
    "worked": "calculator",
    "theme": "adjust",
    "values": "wave-square",
    "play": "play",
    "pause": "pause",
    "step": "step-forward",
    "stop": "stop",
    "keys": "keyboard",
    "about": "info-circle",
    "settings": "cog",
    "help": "question-circle",
    "tour": "map-signs",
    "pin": "thumbtack",
    "error": "times-circle",
    "warning": "exclamation-triangle",
    "hint": "info-circle",
    "ok": "check-circle",
    "image": "image",
    "table": "table",
    "report": "file-alt",
    "code": "code",
    "clipboard": "clipboard",
    "network": "project-diagram",
    "clock": "clock",
    "fix": "magic",
    "freeze": "snowflake",
    "unfreeze": "sun",
    "new-head": "brain",
    "next": "arrow-down",
    "previous": "arrow-up",
}


def icon(name: str, token: str = "text") -> QIcon:
    """The icon with this meaning in the colour of a theme token."""
    return _drawn(NAMES[name], theme.color(token).name(), theme.color("muted").name())


@cache
def _drawn(drawing: str, color: str, disabled: str) -> QIcon:
    return QIcon(Glyph(drawing, color, disabled))


_clones: list[Glyph] = []
"""Qt asks for one where it changes a copy of an icon, deletes it with that, and does not keep it alive for Python."""


class Glyph(QIconEngine):
    """Draws a character of the font when it is first seen in a size; menus hold many that nobody looks at."""

    def __init__(self, drawing: str, color: str, disabled: str) -> None:
        super().__init__()
        self._name, self._colors, self._font = drawing, (color, disabled), _font()
        self._pixmaps: dict[tuple[int, int, str], QPixmap] = {}

    def clone(self) -> QIconEngine:
        _clones.append(Glyph(self._name, *self._colors))
        return _clones[-1]

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        painter.save()
        painter.setPen(QColor(self._color(mode)))
        font = QFont(self._font)
        font.setPixelSize(max(round(SHARE * rect.height()), 1))
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, _characters()[self._name])
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        key = size.width(), size.height(), self._color(mode)
        if key not in self._pixmaps:
            pixmap = QPixmap(size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            self.paint(painter, QRect(QPoint(), size), mode, state)
            painter.end()
            self._pixmaps[key] = pixmap
        return self._pixmaps[key]

    def _color(self, mode: QIcon.Mode) -> str:
        """Selected ones are not tinted."""
        return self._colors[mode == QIcon.Mode.Disabled]


def _file(ending: str) -> Path:
    """A file of the font in the folder of qtawesome, which is found and not imported."""
    spec = find_spec("qtawesome")
    assert spec is not None
    assert spec.origin is not None
    (file,) = (Path(spec.origin).parent / "fonts").glob(f"{FONT}-{ending}")
    return file


@cache
def _characters() -> dict[str, str]:
    codes: dict[str, str] = json.loads(read_bytes(_file("charmap-*.json"), LARGEST))
    return {name: chr(int(code, 16)) for name, code in codes.items()}


@cache
def _font() -> QFont:
    number = QFontDatabase.addApplicationFont(str(_file("[0-9]*.ttf")))
    font = QFont(QFontDatabase.applicationFontFamilies(number)[0])
    font.setStyleName("Solid")
    return font
