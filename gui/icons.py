"""Icons by what they mean, in the colours of the theme; the drawings come with qtawesome (Font Awesome 5)."""

from __future__ import annotations

import os
from functools import cache

from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon

from gui.theme import theme

os.environ.setdefault("QT_API", "pyside6")

SIZES = (16, 20, 32, 48)
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
    """The icon as pixmaps: qtawesome's own would call Python at every repaint."""
    import qtawesome

    drawn = qtawesome.icon(f"fa5s.{drawing}", color=color, color_disabled=disabled)
    result = QIcon()
    for size in SIZES:
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled):
            result.addPixmap(drawn.pixmap(QSize(size, size), mode), mode)
        result.addPixmap(drawn.pixmap(QSize(size, size), QIcon.Mode.Normal), QIcon.Mode.Selected)  # not tinted
    return result
