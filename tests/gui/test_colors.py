"""Colours: readable in both themes, as declared and as painted, and told apart by people with a colour deficiency."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QMenu,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QTabBar,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.canvas.glyphs import glyph
from gui.design.facts import SYMBOLS
from gui.icons import NAMES
from gui.theme import Colors, theme
from gui.training.plots.curves import CurveStyle
from tests.gui.colors import SIMULATED, contrast, distance, painted

THEMES = pytest.mark.parametrize("name", ["light", "dark"])
GROUNDS = ("window", "base", "raised", "hover")
TEXTS = {
    **dict.fromkeys(("text", "muted", "accent"), GROUNDS),
    **dict.fromkeys(("error", "warning", "hint", "ok"), ("window", "base", "canvas", "node")),
    "on_accent": ("accent",),
    "node_text": ("node",),
    "node_muted": ("node", "canvas"),
}
"""Each colour of text with what it is written on."""
MARKS = {
    "control": ("window", "base"),
    "accent": GROUNDS,
    **dict.fromkeys(("node_border", "wire", "wire_active", "selection"), ("canvas", "node")),
    **dict.fromkeys(("curve.train", "curve.validation", "curve.test", "curve.rate"), ("base",)),
    **{f"run.{number}": ("base",) for number in range(1, 9)},
}
"""Each colour of lines, frames and signs with what it is drawn on."""


@pytest.fixture
def themed(qtbot: QtBot) -> Iterator[Callable[[str], None]]:
    yield theme.set  # type: ignore[misc]
    theme.set("light")


@THEMES
def test_declared_colors_can_be_read(name: str) -> None:
    color = Colors(name)  # type: ignore[arg-type]
    families = {token: ("node",) for token in color.tokens() if token.startswith("family.")}
    for pairs, least in ((TEXTS, 4.5), (MARKS | families, 3.0)):
        for token, grounds in pairs.items():
            for ground in grounds:
                found = contrast(color(token), color(ground))
                assert found >= least, f"{token} on {ground} of the {name} theme has a contrast of {found:.2f}"


@THEMES
def test_colors_are_told_apart_by_everybody(name: str) -> None:
    color = Colors(name)  # type: ignore[arg-type]
    families = [token for token in color.tokens() if token.startswith("family.")]
    groups = (
        (("error", "warning", "hint", "ok"), 7.0),
        (("curve.train", "curve.validation", "curve.test", "curve.rate"), 9.0),
        ([f"run.{number}" for number in range(1, 9)], 5.0),
        (families, 2.2),
    )
    for tokens, least in groups:
        for one, other in combinations(tokens, 2):
            for vision in SIMULATED:
                found = distance(color(one), color(other), vision)
                assert found >= least, f"{one} and {other} with {vision}: {found:.1f}"


def test_what_a_color_says_is_said_by_a_shape_too() -> None:
    families = [token.removeprefix("family.") for token in Colors("light").tokens() if token.startswith("family.")]
    drawn = [glyph(family).toFillPolygon().toList() for family in families if family != "other"]
    assert all(one != other for one, other in combinations(drawn, 2)), "each family has a glyph of its own"
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    assert len({NAMES[kind] for kind in ("error", "warning", "hint", "ok")}) == 4
    curves = [CurveStyle(part) for part in ("train", "validation", "test")]
    assert len({(curve.dashed, curve.shape) for curve in curves}) == 3
    assert len({CurveStyle("validation", run).shape for run in range(1, 9)}) == 8


def role(widget: QWidget, value: str) -> QWidget:
    widget.setProperty("role", value)
    return widget


def button(kind: str = "", *, checked: bool = False, enabled: bool = True) -> QPushButton:
    made = QPushButton("MMMM")
    made.setProperty("role", kind)
    made.setCheckable(checked)
    made.setChecked(checked)
    made.setEnabled(enabled)
    return made


def tool(*, checked: bool = False, enabled: bool = True) -> QToolButton:
    made = QToolButton()
    made.setText("MMMM")
    made.setCheckable(checked)
    made.setChecked(checked)
    made.setEnabled(enabled)
    return made


def field(text: str, *, enabled: bool = True) -> QLineEdit:
    made = QLineEdit(text)
    made.setPlaceholderText("MMMM")
    made.setEnabled(enabled)
    return made


def listed(*, selected: bool) -> QListWidget:
    made = QListWidget()
    made.addItem("MMMM")
    if selected:
        made.setCurrentRow(0)
    return made


def tree() -> QTreeWidget:
    made = QTreeWidget()
    made.setHeaderHidden(True)
    made.addTopLevelItem(QTreeWidgetItem(["MMMM"]))
    made.setCurrentItem(made.topLevelItem(0))
    return made


def header() -> QTreeWidget:
    made = QTreeWidget()
    made.setHeaderLabels(["MMMM"])
    return made


def tabs(current: int) -> QTabBar:
    made = QTabBar()
    for text in ("MMMM", ""):
        made.addTab(text)
    made.setCurrentIndex(current)
    return made


def menu(*, active: bool = False, enabled: bool = True) -> QMenu:
    made = QMenu()
    action = made.addAction("MMMM")
    action.setEnabled(enabled)
    if active:
        made.setActiveAction(action)
    return made


def progress(value: int) -> QProgressBar:
    made = QProgressBar()
    made.setFormat("MMMM")
    made.setValue(value)
    return made


def box(title: str) -> QGroupBox:
    made = QGroupBox(title)
    QVBoxLayout(made).addWidget(QLabel(" "))
    return made


def choice() -> QComboBox:
    made = QComboBox()
    made.addItem("MMMM")
    return made


WIDGETS: dict[str, Callable[[], QWidget]] = {
    "label": lambda: QLabel("MMMM"),
    **{f"label {kind}": lambda kind=kind: role(QLabel("MMMM"), kind) for kind in ("title", "muted", "mono", "error")},
    **{f"button {kind}": lambda kind=kind: button(kind) for kind in ("", "primary", "link", "fix", "pill", "chip")},
    "button pill checked": lambda: button("pill", checked=True),
    "button disabled": lambda: button(enabled=False),
    "button primary disabled": lambda: button("primary", enabled=False),
    "tool": tool,
    "tool checked": lambda: tool(checked=True),
    "tool disabled": lambda: tool(enabled=False),
    "check box": lambda: QCheckBox("MMMM"),
    "field": lambda: field("MMMM"),
    "field empty": lambda: field(""),
    "field disabled": lambda: field("MMMM", enabled=False),
    "number": lambda: QSpinBox(value=88),
    "choice": choice,
    "list": lambda: listed(selected=False),
    "list selected": lambda: listed(selected=True),
    "tree selected": tree,
    "header": header,
    "tab current": lambda: tabs(0),
    "tab other": lambda: tabs(1),
    "menu": menu,
    "menu active": lambda: menu(active=True),
    "menu disabled": lambda: menu(enabled=False),
    "progress empty": lambda: progress(0),
    "progress full": lambda: progress(100),
    "group": lambda: box("MMMM"),
}


@THEMES
def test_painted_words_can_be_read(qtbot: QtBot, themed: Callable[[str], None], name: str) -> None:
    """Every kind of widget in each of its states, by its pixels: the ground, and the strongest colour of the words."""
    themed(name)
    page = QWidget()
    qtbot.addWidget(page)
    page.setObjectName("page")
    page.setStyleSheet(f"#page {{ background: {theme.color('window').name()}; }}")
    lay = QVBoxLayout(page)
    made = {kind: make() for kind, make in WIDGETS.items()}
    for kind, widget in made.items():
        font = QFont(widget.font())
        font.setPixelSize(28)  # thin strokes of small type are paler than their colour
        widget.setFont(font)
        widget.setStyleSheet("* { font-size: 28px; }" if kind != "label title" else "")
        if not isinstance(widget, QMenu):
            lay.addWidget(widget)
            widget.setFixedHeight(64)
    page.resize(400, 64 * len(made))
    page.show()
    poor = []
    for kind, widget in made.items():
        if isinstance(widget, QMenu):
            widget.resize(widget.sizeHint())
        picture = widget if isinstance(widget, QMenu) else page  # some have no ground of their own
        where = inner(widget).translated(QPoint() if picture is widget else widget.pos())
        ground, ink = painted(picture.grab(where).toImage())
        if contrast(ground, ink) < 4.5:
            poor.append(f"{kind}: {ink.name()} on {ground.name()} is {contrast(ground, ink):.2f}")
    assert poor == []


def inner(widget: QWidget) -> QRect:
    """Where the words of a widget are, without its frame or its arrow."""
    width = min(widget.width() - 16, 120)
    centered = isinstance(widget, QPushButton | QProgressBar) and widget.property("role") not in ("link", "fix", "chip")
    return QRect((widget.width() - width) // 2 if centered else 8, 8, width, min(widget.height() - 16, 44))


@THEMES
def test_frames_of_controls_stand_out_and_focus_is_seen(qtbot: QtBot, themed: Callable[[str], None], name: str) -> None:
    themed(name)
    page = QWidget()
    qtbot.addWidget(page)
    page.setObjectName("page")
    page.setStyleSheet(f"#page {{ background: {theme.color('window').name()}; }}")
    lay = QVBoxLayout(page)
    kinds = ("button ", "button primary", "button link", "button fix", "button pill", "button chip", "tool",
             "check box", "field", "number", "choice", "list", "tree selected", "tab current")  # fmt: skip
    made = {kind: WIDGETS[kind]() for kind in kinds}
    for widget in (first := QLabel("first"), *made.values()):
        lay.addWidget(widget)
    first.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    for kind, widget in made.items():
        first.setFocus()
        before = page.grab(widget.geometry()).toImage()
        if kind in ("button ", "field", "number", "choice"):
            edge = QColor(before.pixel(before.width() // 2, 0))
            assert contrast(edge, theme.color("window")) >= 3, f"the frame of {kind} is {edge.name()}"
        widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        widget.setFocus(Qt.FocusReason.TabFocusReason)
        assert widget.hasFocus(), kind
        after = page.grab(widget.geometry()).toImage()
        places = [(x, y) for y in range(after.height()) for x in range(after.width())]
        changed = [QColor(after.pixel(*at)) for at in places if before.pixel(*at) != after.pixel(*at)]
        strong = [color for color in changed if contrast(color, theme.color("window")) >= 3]
        assert len(strong) >= 20, f"the focus of {kind} is hardly seen: {len(strong)} pixels"
