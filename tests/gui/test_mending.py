"""Problems and their fixes in the window: F8, Alt+Enter, previews, one click and one undo step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QDialog, QLabel, QMenu
from pytestqt.qtbot import QtBot

from engine.graph import Graph
from engine.project import to_bytes
from gui.app import build_window
from gui.design.fix_buttons import FixButton
from gui.window import MainWindow
from tests.engine.corpus.notation import read
from tests.engine.test_fixes import blocks

LEFT = Qt.MouseButton.LeftButton
FAULTY = """
    x: Input(shape=(3, 32, 32))
    conv1: Conv2d(out_channels=16, kernel_size=3, padding=1)
    relu: ReLU
    conv2: Conv2d(out_channels=16, kernel_size=3)
    skip: Add <- relu, conv2
    pool: MaxPool2d(kernel_size=2)
    flat: Flatten
    fc: Linear(out_features=10)
    soft: Softmax
    y: Output
"""


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    made = build_window()
    qtbot.addWidget(made, before_close_func=lambda w: w.document.discard())
    with qtbot.waitExposed(made):
        made.show()
    return made


def draw(qtbot: QtBot, window: MainWindow, graph: Graph) -> None:
    window.files.show_graph(graph)
    window.activateWindow()
    window.view.setFocus()
    qtbot.waitUntil(window.view.hasFocus)
    qtbot.waitUntil(lambda: window.design.problems.list.count() == len(window.document.all_problems()))


def offered(window: MainWindow) -> list[FixButton]:
    return window.design.problems.card.fixes.buttons


def selected(window: MainWindow) -> str:
    (node_id,) = window.document.selection
    return window.document.graph.nodes[node_id].name


def rest_on(button: FixButton) -> None:
    """The mouse comes to rest on a button."""
    event = QEnterEvent(QPointF(4, 4), QPointF(4, 4), QPointF(button.mapToGlobal(QPoint(4, 4))))
    button.enterEvent(event)


def test_f8_goes_from_problem_to_problem(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    seen = []
    for _ in range(3):
        qtbot.keyClick(window, Qt.Key.Key_F8)
        seen.append(window.design.problems.list.currentRow())
    assert seen == [0, 1, 2], "the last one is of the whole network"
    assert selected(window) == "soft"
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert selected(window) == "skip"
    qtbot.keyClick(window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(window, Qt.Key.Key_F8, Qt.KeyboardModifier.ShiftModifier)
    assert selected(window) == "soft"


def test_a_fix_is_one_click_and_one_undo_step(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    before = to_bytes(window.document.project)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: bool(offered(window)))
    assert offered(window)[0].accessibleName() == "Set padding of conv2 to 1 → (N, 16, 32, 32)"
    qtbot.mouseClick(offered(window)[0], LEFT)
    assert not [p for p in window.document.all_problems() if p.severity == "error"]
    assert window.document.history.undo_title == "Set padding of conv2 to 1"
    assert "Ctrl+Z undoes it" in window.status.currentMessage()
    window.commands.editing.undo()
    assert to_bytes(window.document.project) == before


def test_resting_on_a_fix_shows_it_on_the_canvas_and_changes_nothing(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    before, canvas = to_bytes(window.document.project), window.view.canvas
    positions = dict(canvas.positions)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: len(offered(window)) > 1)
    rest_on(offered(window)[0])
    (changed,) = window.view.ghosts.picture.changed
    assert changed[1].name == "conv2"
    assert "pad 1" in changed[1].summary
    (upsample,) = [button for button in offered(window) if "Upsample" in button.accessibleName()]
    rest_on(upsample)
    picture = window.view.ghosts.picture
    assert [look.type for _, look in picture.made] == ["Upsample"]
    assert len(picture.wires) == 2
    assert picture.results[0][1] == "→ (N, 16, 32, 32)"
    assert canvas.positions != positions, "what would make room has made it"
    upsample.leaveEvent(QEvent(QEvent.Type.Leave))
    assert not window.view.ghosts.shown
    assert canvas.positions == positions
    assert to_bytes(window.document.project) == before
    assert not window.document.unsaved


def test_what_a_fix_would_remove_is_struck_out(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: any(not button.fix.keeps for button in offered(window)))
    button = next(button for button in offered(window) if not button.fix.keeps)
    assert "takes something away" in button.toolTip()
    rest_on(button)
    skip = window.document.graph.by_name("skip")
    assert skip is not None
    item = window.view.canvas.nodes[skip.id]
    assert window.view.ghosts.picture.gone == [item.box]
    assert item.opacity() < 0.5
    window.view.end_preview()
    assert item.opacity() == 1.0


def shown_menu(window: MainWindow) -> QMenu:
    menu = window.view.fix_menu.menu
    assert menu is not None
    return menu


def menu_words(menu: QMenu) -> list[str]:
    return [action.text() for action in menu.actions() if action.text()]


def test_alt_enter_offers_the_fixes_of_the_selected_layer(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    soft = window.document.graph.by_name("soft")
    assert soft is not None
    window.document.select([soft.id])
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.AltModifier)
    menu = shown_menu(window)
    qtbot.waitUntil(lambda: menu.isVisible() and len(menu_words(menu)) > 3)  # fixes are found one after the other
    expected = [
        "Warning: A softmax before cross-entropy",
        "Move soft to prediction",
        "Remove soft",
        "Why?",
    ]
    assert menu_words(menu) == expected
    assert menu.activeAction().text() == expected[1], "the first fix is chosen"
    assert [look.name for _, look in window.view.ghosts.picture.made] == ["prediction"]
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.document.graph.by_name("prediction") is not None)
    assert not window.view.ghosts.shown


def test_without_a_problem_alt_enter_says_so(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    flat = window.document.graph.by_name("flat")
    assert flat is not None
    window.document.select([flat.id])
    window.commands.fix_menu.open()
    assert window.status.currentMessage() == "flat has no problem."


def test_mend_all_is_one_step(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    before = to_bytes(window.document.project)
    qtbot.mouseClick(window.design.problems.fix_all, LEFT)
    assert [p.severity for p in window.document.all_problems()] == ["hint"]
    qtbot.waitUntil(lambda: window.design.problems.count.text() == "1 hint")
    assert not window.design.problems.fix_all.isEnabled()
    window.commands.editing.undo()
    assert to_bytes(window.document.project) == before
    window.document.history.redo()
    qtbot.waitUntil(lambda: window.design.problems.count.text() == "1 hint")


def test_a_fault_inside_a_block_is_mended_from_outside_and_from_inside(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, blocks())
    qtbot.keyClick(window, Qt.Key.Key_F8)
    assert window.document.graph.inside == "down", "F8 opens the block"
    assert selected(window) == "conv"
    qtbot.waitUntil(lambda: bool(offered(window)))
    rest_on(offered(window)[0])
    assert [look.name for _, look in window.view.ghosts.picture.changed] == ["conv"]
    qtbot.mouseClick(offered(window)[0], LEFT)
    assert not [p for p in window.document.all_problems() if p.severity == "error"]
    window.commands.editing.undo()
    window.view.blocks.leave()
    qtbot.waitUntil(lambda: bool(offered(window)))
    rest_on(offered(window)[0])
    changed = {look.name for _, look in window.view.ghosts.picture.changed}
    assert changed == {"first", "second"}, "the block is another one for all its uses"


def test_why_opens_the_rule(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read(FAULTY))
    qtbot.keyClick(window, Qt.Key.Key_F8)
    window.design.problems.card.sentence.linkActivated.emit("mismatch")
    (dialog,) = [d for d in window.findChildren(QDialog) if d.isVisible()]
    assert dialog.windowTitle() == "Branches that do not fit together"
    words = " ".join(part.text() for part in dialog.findChildren(QLabel))
    assert "padding = ⌊kernel_size / 2⌋" in words
    assert 'href="https://docs.pytorch.org' in words
    dialog.reject()


BEFORE_A_NEW_LAYER = """
    x: Input(shape=(1, 32, 32))
    conv1: Conv2d(out_channels=32, kernel_size=3, padding=1)
    relu: ReLU
    pool: MaxPool2d(kernel_size=2)
"""


def test_a_new_layer_is_offered_what_suits_its_position(qtbot: QtBot, window: MainWindow) -> None:
    graph = read(BEFORE_A_NEW_LAYER, {"data.dataset": "digits"})
    draw(qtbot, window, graph)
    pool = graph.by_name("pool")
    assert pool is not None
    window.view.editing.add_layer("Conv2d", (0.0, 500.0), after=pool.id)
    node = window.document.graph.nodes[window.document.selection[0]]
    assert node.parameters["out_channels"] == 16, "nothing is set by itself"
    offers = window.design.inspector.node_page.offers
    words = [button.accessibleName() for button in offers.buttons]
    assert words == ["Set out_channels to 64 → (N, 64, 14, 14)", "Set padding to 1 → (N, 16, 16, 16)"]
    qtbot.mouseClick(offers.buttons[0], LEFT)
    assert window.document.graph.nodes[node.id].parameters["out_channels"] == 64
    assert [button.accessibleName() for button in offers.buttons] == ["Set padding to 1 → (N, 64, 16, 16)"]
    window.commands.editing.undo()
    assert len(offers.buttons) == 2


def test_the_last_layer_is_offered_the_classes_of_the_data(qtbot: QtBot, window: MainWindow) -> None:
    draw(qtbot, window, read("x: Input(shape=(4,))\nfc: Linear(out_features=64)\ny: Output", {"data.dataset": "iris"}))
    fc = window.document.graph.by_name("fc")
    assert fc is not None
    window.document.select([fc.id])
    offers = window.design.inspector.node_page.offers
    (button,) = offers.buttons
    assert button.accessibleName() == "Set out_features to 3 → (N, 3)"
    assert "the data has 3 classes" in [part.text() for part in offers.findChildren(QLabel)]
