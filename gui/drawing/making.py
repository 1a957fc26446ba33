"""Makes the drawing of a network, also of one that is in no window, in a program without a display."""

from __future__ import annotations

import os

from PySide6.QtWidgets import QApplication

from engine.graph import Graph
from gui.canvas.laid_out import lay_out
from gui.canvas.scene import Scene
from gui.document import Document
from gui.drawing.canvas_drawing import arranged, canvas_drawing
from gui.drawing.drawing import Drawing, Options
from gui.drawing.figure.figure_drawing import figure_drawing

_application: QApplication | None = None


def without_display() -> None:
    """See to it that there is a QApplication: the one there is, or one that opens no window and needs no display."""
    global _application
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        _application = QApplication(["layerloom"])


def drawing_of(graph: Graph, options: Options) -> Drawing:
    """The picture of a whole network."""
    without_display()
    drawn = graph.copy()
    lay_out(drawn)
    return drawing_of_scene(arranged(Scene(Document(drawn))), options)


def drawing_of_scene(scene: Scene, options: Options) -> Drawing:
    """The picture of the level that is open in a scene, where nothing but its own scene may be rearranged."""
    document = scene.document
    title = document.titles()[-1][0]
    if options.kind == "figure":
        return figure_drawing(title, document.graph, document.report, options)
    return canvas_drawing(scene, options)
