"""The window and its frame are on the screen at the first start, and when a larger screen was used before."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gui.frame_fit import FrameFit, fitted
from gui.window import MainWindow

places, sizes = st.integers(-3000, 3000), st.integers(1, 4000)
rectangles = st.builds(QRect, places, places, sizes, sizes)


@given(rectangles, rectangles)
def test_a_fitted_frame_is_on_the_screen_and_no_other_is_moved(frame: QRect, screen: QRect) -> None:
    found = fitted(frame, screen)
    assert screen.contains(found)
    assert (found == frame) == screen.contains(frame)
    for size, before, room in zip(found.size().toTuple(), frame.size().toTuple(), screen.size().toTuple(), strict=True):
        assert size == min(before, room)


def test_a_window_that_is_larger_than_the_screen_with_its_frame_is_fitted(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    screen = window.screen().availableGeometry()
    window.setGeometry(screen.adjusted(-20, -20, 500, 300))
    FrameFit(window)
    with qtbot.waitExposed(window):
        window.show()
    qtbot.waitUntil(lambda: screen.contains(window.frameGeometry()))
    window.resize(screen.width() + 200, 100)  # later the user decides
    assert window.width() == screen.width() + 200


def test_the_status_line_is_on_the_screen_at_the_first_start(windows: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = windows()
    screen = window.screen().availableGeometry()
    qtbot.waitUntil(lambda: window.frameGeometry().bottom() <= screen.bottom())
    assert window.status.mapToGlobal(window.status.rect().bottomLeft()).y() <= screen.bottom()
