"""The help: every page is whole and found by its words, every kind of problem has a picture, F1 shows what is meant."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from engine.graph import Graph
from engine.problems.checker import Checker
from engine.problems.explanations import EXPLANATIONS
from engine.shapes import Shapes
from gui.actions import doables
from gui.diagrams import moving, pictures
from gui.diagrams.sketch import WIDTH, image
from gui.diagrams.tensors import Join, Sharing
from gui.diagrams.windows import Window
from gui.drawing.export_dialog import DrawingDialog
from gui.explanation import Explanation
from gui.help.browser import HelpBrowser
from gui.help.help_window import HelpWindow
from gui.help.index import Index, Text
from gui.help.library import HOME, KEYS, Library
from gui.preferences_dialog.dialog import PreferencesDialog
from gui.theme import Name, theme
from gui.window import MainWindow
from tests.each import each
from tests.presets import copying_picture
from tests.presets.test_copying import DELAYS


@pytest.fixture(autouse=True, scope="module")
def application(qapp: QApplication) -> QApplication:
    return qapp


@pytest.fixture(scope="module")
def library() -> Library:
    return Library(doables())


@pytest.fixture(scope="module")
def index(library: Library) -> Index:
    return library.index()


@pytest.fixture
def both_themes() -> Iterator[None]:
    yield
    theme.set("light")


def test_every_page_is_whole_and_every_link_leads_somewhere(library: Library, qtbot: QtBot) -> None:
    bodies = {page.id: page.body() for page in library.pages.values()}
    assert all(page.title and page.group for page in library.pages.values())
    assert [page_id for page_id, body in bodies.items() if len(body) < 20] == []
    links = {(page_id, to) for page_id, body in bodies.items() for to in re.findall(r'"help:([^"]+)"', body)}
    assert len(links) > 500
    assert [link for link in links if link[1] not in library.pages] == []
    assert [page_id for page_id, body in bodies.items() if re.search(r'href="(?!help:|https?:)', body)] == []


@each(sorted(EXPLANATIONS))
def test_every_kind_of_problem_has_a_picture(code: str) -> None:
    diagram = pictures.usual(code)
    assert diagram is not None
    assert diagram.words.strip()
    drawn = image(diagram, 240)
    assert drawn.height() == round(240 * diagram.height / WIDTH)
    colours = {drawn.pixel(x, y) for x in range(0, 240, 2) for y in range(0, drawn.height(), 2)}
    assert len(colours) > 2, "something is drawn"


def test_drawing_changes_no_colour_of_the_theme(both_themes: None) -> None:
    before = {token: color.name(color.NameFormat.HexArgb) for token, color in theme._colors.tokens().items()}
    for code in EXPLANATIONS:
        image(pictures.usual(code), 120)  # type: ignore[arg-type]
    assert {token: color.name(color.NameFormat.HexArgb) for token, color in theme._colors.tokens().items()} == before


def test_a_picture_of_the_guides_follows_the_theme(qtbot: QtBot, both_themes: None) -> None:
    browser = HelpBrowser()
    qtbot.addWidget(browser)
    shades = dict[str, float]()
    names: tuple[Name, ...] = ("light", "dark")
    for name in names:
        theme.set(name)
        shown = browser.loadResource(QTextDocument.ResourceType.ImageResource.value, "copying-light.png")
        ground, drawn = shown.pixelColor(1, 1), copying_picture.picture()
        assert ground == drawn.pixelColor(1, 1) == theme.color("base"), "its ground is that of the page"
        colours = {drawn.pixel(x, y) for x in range(0, drawn.width(), 3) for y in range(0, drawn.height(), 3)}
        assert {theme.color("curve.train").rgb(), theme.color("curve.validation").rgb()} <= colours
        shades[name] = ground.lightnessF()
    assert shades["dark"] < 0.3 < 0.9 < shades["light"]
    assert [row.delay for row in copying_picture.rows()] == list(DELAYS), "its table has every delay"


def problem(graph: Graph, code: str) -> pictures.Problem:
    return next(each for each in Checker(Shapes(graph)).problems() if each.code == code)


def wired(*layers: tuple[str, dict[str, object]]) -> Graph:
    graph, before = Graph("x"), ""
    for kind, parameters in layers:
        node = graph.add(kind, **parameters)
        if before:
            graph.connect(before, node)
        before = node
    return graph


def test_pictures_have_the_numbers_of_the_case() -> None:
    small = wired(("Input", {"shape": (16, 2, 5)}), ("MaxPool2d", {"kernel_size": 3}))
    shown = pictures.of_problem(problem(small, "window"))
    assert isinstance(shown, Window)
    assert (shown.size, shown.kernel, shown.stride, shown.count) == (2, 3, 3, 0)
    assert "⌊(2 + 2·0 − 1·(3 − 1) − 1) / 3⌋ + 1 = 0" in shown.words
    fork = Graph("y")
    source = fork.add("Input", shape=(16, 8, 8))
    one, other = (fork.add("Conv2d", out_channels=8, kernel_size=size) for size in (3, 5))
    add = fork.add("Add")
    for conv in (one, other):
        fork.connect(source, conv)
        fork.connect(conv, add)
    joined = pictures.of_problem(problem(fork, "mismatch"))
    assert isinstance(joined, Join)
    assert joined.differing() == [2, 3]
    grouped = wired(("Input", {"shape": (10, 8, 8)}), ("Conv2d", {"out_channels": 8, "kernel_size": 3, "groups": 4}))
    shared = pictures.of_problem(problem(grouped, "division"))
    assert isinstance(shared, Sharing)
    assert (shared.count, shared.groups) == (10, 4)
    open_size = wired(("Input", {"shape": (16, "H", "W")}), ("MaxPool2d", {"kernel_size": 3}))
    assert all(pictures.of_problem(each) is pictures.usual(each.code) for each in Checker(Shapes(open_size)).problems())


@settings(max_examples=100, deadline=None)
@given(
    size=st.integers(1, 60),
    kernel=st.integers(1, 9),
    stride=st.integers(1, 5),
    padding=st.integers(0, 4),
    dilation=st.integers(1, 3),
)
def test_a_window_counts_as_pytorch_does(size: int, kernel: int, stride: int, padding: int, dilation: int) -> None:
    window = Window(size, kernel, stride, padding, dilation)
    span = dilation * (kernel - 1) + 1
    places = range(0, size + 2 * padding - span + 1, stride)
    assert window.count == len(places)
    assert window.read() == {at + step * dilation for at in places for step in range(kernel)}
    image(window, 100)


@pytest.mark.parametrize(
    ("words", "page"),
    [
        ("how to flatten an image", "layer/Flatten"),
        ("overfit", "problem/overfitting"),
        ("learning rate too high", "problem/rate-too-high"),
        ("Conv2d", "layer/Conv2d"),
        ("conv2", "layer/Conv2d"),
        ("preferences", "window/preferences"),
        ("gestures", KEYS),
        ("slurm quantum nonsense", None),
    ],
)
def test_pages_are_found_by_words(index: Index, words: str, page: str | None) -> None:
    hits = index.find(words)
    assert (hits[0].id if hits else None) == page


@settings(max_examples=60, deadline=None)
@given(query=st.text(max_size=20))
def test_every_query_is_answered(query: str, index: Index) -> None:
    assert len(index.find(query)) <= 40


def test_what_is_rarer_and_in_the_title_comes_first() -> None:
    texts = [
        Text("a", "Pooling", "a window"),
        Text("b", "Window", "pooling pooling"),
        Text("c", "Other", "window pool"),
    ]
    assert [hit.id for hit in Index(texts).find("pooling")] == ["a", "b"]
    assert Index(texts).find("pool")[0].id == "c"
    assert Index([]).find("anything") == []


def test_search_read_follow_a_link_and_come_back(qtbot: QtBot, both_themes: None) -> None:
    window = HelpWindow(doables(), None)  # type: ignore[arg-type]
    qtbot.addWidget(window, before_close_func=lambda made: made.close_background())
    with qtbot.waitExposed(window):
        window.show()
    QTest.keyClicks(window.words, "flatten image")
    qtbot.waitUntil(lambda: window.tree.topLevelItemCount() > 0 and not window.nothing.isVisible())
    QTest.keyClick(window.words, Qt.Key.Key_Return)
    assert window.page == "layer/Flatten"
    assert "Flatten" in window.browser.toPlainText()
    window.browser.anchorClicked.emit("help:problem/axes")
    assert window.page == "problem/axes"
    theme.set("dark")
    assert "Too many or too few axes" in window.browser.toPlainText()
    QTest.mouseClick(window.back, Qt.MouseButton.LeftButton)
    assert window.page == "layer/Flatten"
    QTest.mouseClick(window.forward, Qt.MouseButton.LeftButton)
    assert window.page == "problem/axes"
    assert not window.forward.isEnabled()
    window.show_page("no/such-page")
    assert window.page == HOME
    window.words.setText("zzzz")
    assert window.nothing.isVisible()


def test_a_place_is_kept_for_explanations_that_move(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[moving.Subject] = []

    def make(subject: moving.Subject) -> QWidget | None:
        asked.append(subject)
        return QLabel("moves") if subject.type_name == "MaxPool2d" else None

    monkeypatch.setattr(moving, "MAKERS", [make])
    small = wired(("Input", {"shape": (16, 2, 5)}), ("MaxPool2d", {"kernel_size": 3}))
    parent = QWidget()
    qtbot.addWidget(parent)
    shown = Explanation("window", parent, problem(small, "window"))
    assert isinstance(shown.moving, QLabel)
    assert asked[0].layer is not None
    assert asked[0].inputs[0].shape[1:] == (16, 2, 5)
    assert Explanation("window", parent).moving is None


def test_f1_shows_the_page_of_what_has_the_focus(windows: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = windows()
    window.activateWindow()
    help = window.commands.help

    def f1() -> str:
        window.activateWindow()
        window.actions_table["help.here"].trigger()
        assert help.pages is not None
        return help.pages.page

    assert f1() == "window/start"
    window.files.show_graph(wired(("Input", {"shape": (1, 2, 2)}), ("MaxPool2d", {"kernel_size": 3})))
    assert f1() == "window/design"
    window.document.select([next(node.id for node in window.document.graph.of_type("MaxPool2d"))])
    assert f1() == "layer/MaxPool2d"
    window.design.problems.list.setFocus()
    window.design.problems.step(1)
    code = window.design.problems.card.problem
    assert code is not None
    qtbot.waitUntil(window.design.problems.list.hasFocus)
    assert f1() == f"problem/{code.code}"
    window.design.problems.card.why.emit(code)
    shown = window.design.findChild(Explanation)
    assert shown is not None
    assert shown.picture is not None
    more = next(button for button in shown.findChildren(QPushButton) if button.text() == "Read More …")
    help.show(HOME)
    QTest.mouseClick(more, Qt.MouseButton.LeftButton)
    assert help.pages is not None
    assert help.pages.page == f"problem/{code.code}"
    window.pages.show_data()
    assert f1() == "window/data"
    help.pages.close()


def test_f1_works_in_dialogs_also_in_those_that_lock_the_window(
    windows: Callable[[], MainWindow], qtbot: QtBot
) -> None:
    window = windows()
    window.activateWindow()

    def opened(action: str, kind: type[QDialog]) -> QDialog:
        window.actions_table[action].trigger()
        (dialog,) = (each for each in window.findChildren(kind) if each.isVisible())
        qtbot.waitUntil(dialog.isActiveWindow)
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F1)
        return dialog

    beside = opened("edit.preferences", PreferencesDialog)
    assert window.commands.help.pages is not None
    assert window.commands.help.pages.page == "window/preferences"
    beside.reject()
    window.commands.help.pages.close()
    window.files.show_graph(wired(("Input", {"shape": (1, 2, 2)}), ("MaxPool2d", {"kernel_size": 2})))
    dialog = opened("file.export_drawing", DrawingDialog)
    assert dialog.isModal()
    (pages,) = dialog.findChildren(HelpWindow)
    assert pages.page == "guide/export"
    qtbot.waitUntil(pages.isActiveWindow)
    dialog.reject()
    assert not pages.isVisible()
