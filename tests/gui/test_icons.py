"""Icons are drawn from the font of qtawesome when they are first seen."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QIcon
from pytestqt.qtbot import QtBot

from gui.icons import NAMES, icon
from gui.theme import theme

SIZE = 32


def colors(drawn: QIcon, mode: QIcon.Mode) -> set[str]:
    """Those of all pixels that hide what is behind them."""
    image = drawn.pixmap(SIZE, SIZE, mode).toImage()
    pixels = [image.pixelColor(x, y) for x in range(SIZE) for y in range(SIZE)]
    return {color.name() for color in pixels if color.alpha() == 255}


@pytest.mark.parametrize("name", NAMES)
def test_an_icon_is_drawn_in_its_color_and_muted_where_it_is_disabled(qtbot: QtBot, name: str) -> None:
    drawn = icon(name, "accent")
    assert colors(drawn, QIcon.Mode.Normal) == {theme.color("accent").name()}
    assert colors(drawn, QIcon.Mode.Selected) == {theme.color("accent").name()}
    assert colors(drawn, QIcon.Mode.Disabled) == {theme.color("muted").name()}


def test_a_copy_of_an_icon_may_be_changed(qtbot: QtBot) -> None:
    changed = QIcon(icon("play", "accent"))
    changed.addPixmap(icon("stop", "error").pixmap(SIZE, SIZE))  # Qt copies what draws the icon
    assert colors(icon("play", "accent"), QIcon.Mode.Normal) == {theme.color("accent").name()}
