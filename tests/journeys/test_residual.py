"""A newcomer's path on the canvas: build a residual network, break it, fix it, make a block of it, repeat that.

With a window manager where one is installed (openbox): it gives and takes the focus as on a desktop.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator

import pytest
import torch
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QInputDialog, QLineEdit
from pytestqt.qtbot import QtBot

from engine.compile import compile_graph
from gui.canvas.geometry import End
from gui.window import MainWindow
from tests.journeys.conftest import Hand
from tests.journeys.test_first_evening import come_back, node_point, shown

pytestmark = pytest.mark.journey
SIZES = [(1280, 800), (1920, 1080)]


@pytest.fixture
def manager() -> Iterator[None]:
    """A window manager while the story goes, if there is one."""
    program = shutil.which("openbox")
    if program is None:
        yield
        return
    with subprocess.Popen([program], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        yield
        process.terminate()


def port(window: MainWindow, name: str, side: str, number: int = 0) -> QPoint:
    """Where a port of a layer is on the canvas."""
    node = window.document.graph.by_name(name)
    assert node is not None
    item = window.view.canvas.nodes[node.id]
    label = list(item.look.ports(side))[number]  # type: ignore[arg-type]
    return window.view.mapFromScene(item.port(End(node.id, side, label)))  # type: ignore[arg-type]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
def test_a_newcomer_builds_breaks_fixes_and_repeats_a_residual_block(
    qtbot: QtBot, hand: Hand, manager: None, size: tuple[int, int]
) -> None:
    window = shown(qtbot)
    window.resize(*size)
    qtbot.waitUntil(lambda: window.width() == size[0])
    hand.key("ctrl+n")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.design)
    document, view = window.document, window.view
    canvas = view.viewport()
    qtbot.waitUntil(view.hasFocus)

    def layers() -> list[str]:
        return [node.name for node in document.graph.nodes.values()]

    def guilty() -> set[str | None]:
        return {problem.port for problem in document.problems() if problem.severity == "error" and problem.port}

    def click(name: str) -> None:
        """Click a layer once it rests where it is: panels that open and fold move it."""
        seen: list[QPoint] = []

        def rests() -> bool:
            seen.append(node_point(window, name))
            return len(seen) > 3 and len(set(map(QPoint.toTuple, seen[-3:]))) == 1

        qtbot.waitUntil(rests)
        hand.click(canvas, seen[-1])

    def add(kind: str) -> None:
        """Search a layer and add it behind the selected one."""
        wanted = len(layers()) + 1
        hand.key("Tab")
        qtbot.waitUntil(lambda: view.popup is not None)
        hand.type(kind)
        hand.key("Return")
        qtbot.waitUntil(lambda: len(layers()) == wanted)
        qtbot.waitUntil(view.hasFocus)

    # build: each layer is searched and put behind the one before
    for kind in ("input", "conv2d", "relu", "conv2d", "add", "flatten", "linear", "output"):
        add(kind)
    assert layers() == ["input", "conv1", "relu1", "conv2", "add1", "flatten1", "fc1", "output"]
    hand.key("Home")
    qtbot.waitUntil(lambda: view.camera.fitted)

    # the skip connection is drawn with the mouse: it does not fit yet, and the drawing says so where it is wrong
    assert not guilty()
    hand.drag(canvas, port(window, "relu1", "output"), port(window, "add1", "input", 1))
    qtbot.waitUntil(lambda: len(list(document.graph.edges)) == 8)
    (broken,) = [problem for problem in document.problems() if problem.severity == "error" and problem.port]
    assert broken.node == document.graph.by_name("add1").id  # type: ignore[union-attr]
    assert "26, 26" in broken.message
    assert "24, 24" in broken.message

    # fixed by the first of the fixes that are offered for the layer
    click("add1")
    qtbot.waitUntil(lambda: document.selection == (broken.node,))
    hand.key("alt+Return")
    qtbot.waitUntil(lambda: view.fix_menu.menu is not None and view.fix_menu.menu.activeAction() is not None)
    hand.key("Return")
    qtbot.waitUntil(lambda: not guilty())
    come_back(qtbot, window)
    hand.click(canvas, QPoint(6, canvas.height() - 6))
    hand.key("ctrl+z")
    qtbot.waitUntil(lambda: bool(guilty()))
    hand.key("ctrl+y")
    qtbot.waitUntil(lambda: not guilty())

    # a block of the two layers that the skip runs around
    click("conv2")
    qtbot.waitUntil(lambda: len(document.selection) == 1)
    subprocess.run(["xdotool", "keydown", "shift"], check=True)
    click("add1")
    subprocess.run(["xdotool", "keyup", "shift"], check=True)
    qtbot.waitUntil(lambda: len(document.selection) == 2)
    qtbot.waitUntil(window.selection_bar.isVisible)
    hand.key("ctrl+g")
    qtbot.waitUntil(lambda: bool(window.findChildren(QInputDialog)))
    dialog = window.findChildren(QInputDialog)[0]
    qtbot.waitUntil(dialog.isActiveWindow)
    hand.key("ctrl+a")
    hand.type("Residual")
    hand.key("Return")
    qtbot.waitUntil(lambda: "residual" in document.project.blocks)
    come_back(qtbot, window)
    assert not [problem for problem in document.problems() if problem.severity == "error" and problem.port]
    alone = weights(window)

    # repeated: the number is typed into the field of the inspector
    click("residual1")
    qtbot.waitUntil(lambda: len(document.selection) == 1)
    properties = window.design.inspector.node_page.properties
    assert properties is not None
    field = properties.fields["repeat"]
    window.design.inspector.ensureWidgetVisible(field)
    editor = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
    assert editor is not None
    hand.click(editor, times=2)
    hand.key("ctrl+a")
    hand.type("3")
    hand.key("Return")
    qtbot.waitUntil(lambda: document.graph.by_name("residual1").properties.get("repeat") == 3)  # type: ignore[union-attr]
    assert not [problem for problem in document.problems() if problem.severity == "error" and problem.port]
    block = document.project.blocks["residual"].graph
    assert sorted(node.type for node in block.nodes.values()) == ["Add", "BlockInput", "BlockOutput", "Conv2d"]
    assert weights(window) > alone
    module = compile_graph(document.project)
    image = document.report.spec(document.graph.by_name("input").id)  # type: ignore[union-attr]
    assert image is not None
    answer = module(torch.zeros(2, *(int(str(side)) for side in image.shape[1:])))
    assert answer.shape[0] == 2
    document.discard()
    window.close()


def weights(window: MainWindow) -> int:
    """How many numbers the network learns."""
    return sum(parameter.numel() for parameter in compile_graph(window.document.project).parameters())
