"""Works a window and the file that is open in it, as a person and as another program do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from engine import project
from engine.graph import Graph
from gui.conflicts.question import Question
from gui.window import MainWindow

Made = Callable[[], MainWindow]


def opened(window: MainWindow, qtbot: QtBot, path: Path) -> MainWindow:
    window.files.open_path(path)
    settle(window, qtbot)
    return window


def settle(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.files.busy)


def look(window: MainWindow, qtbot: QtBot) -> str:
    """Come back to the window, as from another program; what the strip says then, empty for nothing."""
    QApplication.sendEvent(window, QEvent(QEvent.Type.ActivationChange))
    settle(window, qtbot)
    return window.files.strip.text.text() if window.files.strip.isVisible() else ""


def question(window: MainWindow) -> Question | None:
    return next((each for each in window.findChildren(Question) if each.isVisible()), None)


def asked(window: MainWindow, qtbot: QtBot) -> Question:
    qtbot.waitUntil(lambda: question(window) is not None)
    found = question(window)
    assert found is not None
    return found


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def answer(window: MainWindow, qtbot: QtBot, text: str) -> None:
    box = asked(window, qtbot)
    press(qtbot, box.buttons[text])
    assert not box.isVisible()
    settle(window, qtbot)


def offered(window: MainWindow) -> list[str]:
    return [text for text, button in window.files.strip.buttons.items() if button.isVisible()]


def name(path: Path) -> str:
    return project.load(path).name


def write(path: Path, title: str) -> None:
    """As another program does."""
    project.save(Graph(title), path)
