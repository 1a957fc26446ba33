"""Hears of what Qt warns of, which it otherwise writes to a terminal that nobody sees."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from engine.logs.redaction import redact
from gui.unexpected.hooks import Report, Take, versions

log = logging.getLogger(__name__)
LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.DEBUG,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}
OF_THE_DESKTOP: Final = (
    "This plugin ",
    "QStandardPaths: ",
    "Qt: Session management error",
    "libpng warning",
    "Could not register app ID",
)
"""How warnings begin that come from the desktop and the user's images; Qt gives them no kind."""
_NUMBERS: Final = re.compile(r"0x[0-9a-fA-F]+|\d+")


@contextmanager
def listening(take: Take) -> Iterator[None]:
    """Tell ``take`` of Qt's warnings; those of platform, fonts and drivers (categories ``qt.…``) are logged only."""

    def handle(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
        level = LEVELS.get(kind, logging.WARNING)
        category = context.category or "default"
        quiet = category.startswith("qt.") or text.startswith(OF_THE_DESKTOP)
        if kind == QtMsgType.QtFatalMsg:  # Qt ends the program as soon as this returns
            log.critical("Qt, %s: %s", category, text)
        elif quiet or level < logging.WARNING:
            log.log(min(level, logging.INFO), "Qt, %s: %s", category, text)
        else:
            take(of_message(category, text))

    before = qInstallMessageHandler(handle)
    try:
        yield
    finally:
        qInstallMessageHandler(before)


def of_message(category: str, text: str) -> Report:
    """What is said of a warning; one that differs in a number or an address is the same."""
    sentence = redact(f"Qt, which draws the window, warns: {text}")
    kind = ("Qt", category, _NUMBERS.sub("#", text))
    return Report(kind, sentence, f"{sentence}\nCategory: {category}\n\n{versions()}")
