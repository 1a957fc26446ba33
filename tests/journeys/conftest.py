"""A hand for stories in a real window: moves the X server's own pointer and presses its own keys."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot


class Hand:
    """Mouse and keyboard through xdotool: the events come from the X server, as a person's do."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot
        self.clicks = 0
        """How often it has clicked."""
        self._seen: dict[QWidget, QPoint] = {}

    def _do(self, *words: str) -> None:
        process = subprocess.Popen(["xdotool", *words])
        self._qtbot.waitUntil(lambda: process.poll() is not None, timeout=60_000)
        assert process.returncode == 0, f"xdotool {' '.join(words)}"

    def _at(self, widget: QWidget, point: QPoint | None) -> tuple[str, str]:
        on_screen = widget.mapToGlobal(point if point is not None else widget.rect().center())
        return str(on_screen.x()), str(on_screen.y())

    def _rests(self, widget: QWidget) -> bool:
        """Whether a widget is where it was when this was asked last, and nothing covers it: a person waits for that."""
        middle, before = widget.mapToGlobal(widget.rect().center()), self._seen.get(widget)
        self._seen = {widget: middle}
        seen = QApplication.widgetAt(middle)
        return middle == before and seen is not None and (seen is widget or widget.isAncestorOf(seen))

    def click(self, widget: QWidget, point: QPoint | None = None, *, times: int = 1) -> None:
        """Click in the middle of a widget, or at a point in it."""
        self._qtbot.waitUntil(lambda: self._rests(widget), timeout=60_000)
        x, y = self._at(widget, point)
        self.clicks += times
        self._do("mousemove", x, y, "click", "--repeat", str(times), "--delay", "60", "1")

    def drag(self, widget: QWidget, start: QPoint, goal: QPoint, *, onto: QWidget | None = None) -> None:
        """Press at ``start``, move there in steps, release at ``goal`` (a point in ``onto``, if given)."""
        (x0, y0), (x1, y1) = self._at(widget, start), self._at(onto or widget, goal)
        words = ["mousemove", x0, y0, "mousedown", "1"]
        for part in range(1, 11):  # one call: a drag out of a list holds the event loop until the button is up again
            x = round(int(x0) + (int(x1) - int(x0)) * part / 10)
            y = round(int(y0) + (int(y1) - int(y0)) * part / 10)
            words += ["sleep", "0.03", "mousemove", str(x), str(y)]
        self._do(*words, "sleep", "0.03", "mouseup", "1")

    def draw(self, widget: QWidget, points: Sequence[QPoint]) -> None:
        """Press at the first of these points, move along the others, and release at the last."""
        words = list[str]()
        for number, point in enumerate(points):
            words += [
                "mousemove",
                *self._at(widget, point),
                *(["mousedown", "1"] if number == 0 else []),
                "sleep",
                "0.01",
            ]
        self._do(*words, "mouseup", "1")

    def key(self, *keys: str) -> None:
        """Press keys by their X names: ``ctrl+s``, ``Return``."""
        self._do("key", "--delay", "40", *keys)

    def type(self, text: str) -> None:
        """Type a text."""
        self._do("type", "--delay", "15", text)


@pytest.fixture
def hand(qtbot: QtBot, qapp: QApplication) -> Hand:
    if qapp.platformName() != "xcb":
        pytest.fail("journeys need a real window: run them by `python dev.py test tests/journeys`")
    return Hand(qtbot)
