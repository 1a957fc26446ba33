"""The map of the network in the corner of the canvas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest

import presets
from engine.edits import SetParameter
from gui.theme import theme
from gui.window import MainWindow


@pytest.fixture
def window(windows: Callable[[], MainWindow]) -> MainWindow:
    made = windows()
    made.resize(1280, 800)
    made.files.show_graph(presets.build("vgg-19"))
    made.view.setFocus()
    QTest.keyClick(made.view, Qt.Key.Key_M)
    return made


def is_there(color: QColor, image: QImage) -> bool:
    """Whether a colour is in an image, nearly: the frame of what is seen lies over it faintly."""
    found = map(QColor.fromRgb, colors(image))
    return any(
        abs(color.red() - each.red()) + abs(color.green() - each.green()) + abs(color.blue() - each.blue()) < 60
        for each in found
    )


def colors(image: QImage) -> set[int]:
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


def test_a_key_shows_and_hides_it_in_the_corner(window: MainWindow) -> None:
    small = window.view.minimap
    assert small.isVisible()
    room = window.view.viewport().geometry()
    assert 0 < room.right() - small.geometry().right() < 20
    assert 0 < room.bottom() - small.geometry().bottom() < 20
    QTest.keyClick(window.view, Qt.Key.Key_M)
    assert not small.isVisible()


def test_a_click_leads_there(window: MainWindow) -> None:
    view, small = window.view, window.view.minimap
    view.zooming.reset()
    last = window.document.graph.of_type("Output")[0].id
    box = view.canvas.nodes[last].box
    content = view.canvas.content()
    scale = small._scale()
    at = small.rect().center() + ((box.center() - content.center()) * scale).toPoint()
    QTest.mouseClick(small, Qt.MouseButton.LeftButton, pos=at)
    assert view.mapToScene(view.viewport().rect()).boundingRect().contains(box.center())


def test_it_shows_colours_of_families_and_dots_of_problems(window: MainWindow) -> None:
    small = window.view.minimap
    assert not is_there(theme.color("error"), small.grab().toImage())
    conv = window.document.graph.by_name("conv1")
    assert conv is not None
    window.document.apply(SetParameter(conv.id, "kernel_size", 999))
    window.view.canvas.flush()
    assert is_there(theme.color("error"), small.grab().toImage())


def test_an_empty_canvas_has_an_empty_map(window: MainWindow) -> None:
    window.files.new()
    QTest.mouseClick(window.view.minimap, Qt.MouseButton.LeftButton, pos=QPoint(50, 50))
    assert len(colors(window.view.minimap.grab().toImage())) < 40
