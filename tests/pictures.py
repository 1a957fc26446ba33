"""The images of the README and the pages in resources/docs, taken again: ``python -m tests.images [FOLDER]``.

Each is a page of the window in a state that a user can reach; LeNet-5 is trained on the digits for them first. They
look as on a desktop under an X server (``xvfb-run``); without one the fonts are wider.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

if "DISPLAY" not in os.environ:
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["LAYERLOOM_HOME"] = tempfile.mkdtemp(prefix="layerloom-pictures-")

from PySide6.QtCore import QDeadlineTimer, QEventLoop, QPoint, QPointF, Qt, QTimer, qInstallMessageHandler
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import presets
from engine import project
from engine.graph import Graph
from engine.training.loop import Trainer
from gui.app import application, build_window
from gui.design.fix_buttons import FixButton
from gui.theme import Name, theme
from gui.window import MainWindow

FOLDER = Path(__file__).parents[1] / "resources" / "docs"
SIZE = (1280, 800)
EPOCHS = 12


def main() -> int:
    """Take all images, or those whose names are given after the folder."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    qInstallMessageHandler(lambda kind, context, text: None)
    application()
    run = trained()
    for name, (mode, scene) in SCENES.items():
        if sys.argv[2:] and name not in sys.argv[2:]:
            continue
        window = scene(run)
        theme.set(mode)  # a window begins with the theme of the preferences
        wait(0.6)
        window.grab().save(str(folder / f"{name}.png"))
        print(folder / f"{name}.png")
        window.close()
    return 0


def trained() -> Path:
    """The run of LeNet-5 that images show."""
    graph = presets.build("lenet-5")
    graph.settings["training"]["epochs"] = EPOCHS
    graph.settings["training"]["checkpoint"] = {"keep_all": True}
    return Trainer(graph).run().run


def wait(seconds: float, until: Callable[[], bool] = lambda: False) -> None:
    """Let the window work for so long, or until something holds."""
    left = QDeadlineTimer(int(seconds * 1000))
    while not left.hasExpired() and not until():
        pause = QEventLoop()
        QTimer.singleShot(10, pause.quit)
        pause.exec()


def opened(graph: Graph | None = None) -> MainWindow:
    """A window with a project, laid out and fitted."""
    window = build_window((graph, None) if graph is not None else None)
    window.resize(*SIZE)
    window.show()
    wait(0.5)
    if graph is not None:
        window.pages.show_design()
        window.view.zoom_open()
    return window


def selected(window: MainWindow, name: str) -> None:
    node = window.document.graph.by_name(name)
    assert node is not None
    window.document.select([node.id])


def gallery(run: Path) -> MainWindow:
    window = opened()
    window.pages.show_start()
    wait(6)
    return window


def design(run: Path) -> MainWindow:
    window = opened(presets.build("lenet-5"))
    selected(window, "conv2")
    return window


def problem(run: Path) -> MainWindow:
    window = opened(faulty())
    selected(window, "skip")
    wait(2)
    button = window.design.problems.findChildren(FixButton)[0]
    middle = QPointF(button.rect().center())
    QApplication.sendEvent(button, QEnterEvent(middle, middle, QPointF(button.mapToGlobal(QPoint(9, 9)))))
    return window


def faulty() -> Graph:
    """A residual network whose branches differ by a padding."""
    graph = Graph("residual")
    chain = [
        graph.add("Input", name="image", shape=(3, 32, 32)),
        graph.add("Conv2d", name="conv1", out_channels=16, kernel_size=3, padding=1),
        graph.add("ReLU", name="relu1"),
        graph.add("Conv2d", name="conv2", out_channels=16, kernel_size=3),
        graph.add("Add", name="skip"),
        graph.add("MaxPool2d", name="pool1", kernel_size=2),
        graph.add("Flatten", name="flatten1"),
        graph.add("Linear", name="fc1", out_features=6),
        graph.add("Output", name="class", loss="cross_entropy"),
    ]
    for source, target in pairwise(chain):
        graph.connect(source, target)
    graph.connect(chain[2], chain[4])
    graph.settings["data"] = {"dataset": "shapes"}
    return graph


def block(run: Path) -> MainWindow:
    window = opened(presets.build("resnet-50"))
    selected(window, "stage1")
    window.actions_table["canvas.open_block"].trigger()
    wait(0.3)
    window.view.zoom_open()
    return window


def training(run: Path) -> MainWindow:
    window = opened(project.load(run / "project.loom"))
    window.pages.show_training()
    window.pages.training.run.show(run)
    return window


def data(run: Path) -> MainWindow:
    window = opened(presets.build("lenet-5"))
    window.pages.show_data()
    wait(3)
    return window


def results(run: Path) -> MainWindow:
    from gui.inside.predict.pad import DrawingPad

    window = opened(project.load(run / "project.loom"))
    window.pages.show_results(run)
    wait(15, until=lambda: bool(window.findChildren(DrawingPad)) and window.findChildren(DrawingPad)[0].isVisible())
    pad = window.findChildren(DrawingPad)[0]
    width, height = pad.width(), pad.height()
    for stroke in THREE:
        points = [QPoint(int(x * width), int(y * height)) for x, y in stroke]
        QTest.mousePress(pad, Qt.MouseButton.LeftButton, pos=points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
        QTest.mouseRelease(pad, Qt.MouseButton.LeftButton, pos=points[-1])
    wait(3)
    return window


THREE = [
    [(0.32, 0.24), (0.42, 0.17), (0.56, 0.17), (0.66, 0.26), (0.64, 0.38), (0.54, 0.46), (0.44, 0.48)],
    [(0.44, 0.48), (0.58, 0.5), (0.68, 0.6), (0.68, 0.72), (0.58, 0.82), (0.42, 0.83), (0.31, 0.75)],
]
"""A 3, stroke by stroke, as shares of the drawing pad."""


def inside(run: Path) -> MainWindow:
    from gui.inside.looking.inside_tab import InsideTab

    window = opened(project.load(run / "project.loom"))
    window.pages.show_results(run)
    tab = window.pages.results.show_tab(InsideTab.title)
    assert isinstance(tab, InsideTab)
    wait(15, until=lambda: window.pages.results.subject is not None)
    wait(3)
    tab.choose_method("feature-maps")
    node = window.document.graph.by_name("conv1")
    assert node is not None
    tab.show_layer((), node.id)
    wait(3)
    return window


SCENES: dict[str, tuple[Name, Callable[[Path], MainWindow]]] = {
    "gallery-light": ("light", gallery),
    "design-light": ("light", design),
    "problem-light": ("light", problem),
    "block-light": ("light", block),
    "training-dark": ("dark", training),
    "data-light": ("light", data),
    "predict-light": ("light", results),
    "inside-dark": ("dark", inside),
}
"""Name → theme and what the window shows."""


if __name__ == "__main__":
    raise SystemExit(main())
