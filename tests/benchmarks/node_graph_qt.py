"""What NodeGraphQt takes for the same, beside `test_canvas_actions`. It is no dependency and has its own environment:

    python -m venv /tmp/other && /tmp/other/bin/pip install NodeGraphQt "PySide6-Essentials<6.11"
    QT_QPA_PLATFORM=offscreen /tmp/other/bin/python tests/benchmarks/node_graph_qt.py 1000

Prints milliseconds of the processor for a network of the same kind: half as many wires again as nodes.
"""

from __future__ import annotations

import math
import statistics
import sys
import time
from collections.abc import Callable

import PySide6
from NodeGraphQt import BaseNode, NodeGraph  # type: ignore[import-not-found]
from PySide6.QtWidgets import QApplication


class Layer(BaseNode):  # type: ignore[misc]
    """A node with two inputs and an output."""

    __identifier__ = "layers"
    NODE_NAME = "Layer"

    def __init__(self) -> None:
        super().__init__()
        for name in ("x0", "x1", "x2"):
            self.add_input(name)
        self.add_output("output", multi_output=True)


def cost(work: Callable[[], object], times: int = 1) -> float:
    """The median of some calls with all that the window does after them."""
    found = []
    for _ in range(times):
        begin = time.process_time()
        work()
        for _ in range(4):
            QApplication.processEvents()
        found.append(1000 * (time.process_time() - begin))
    return statistics.median(found)


def main(count: int) -> None:
    """Build a network of so many nodes and print what each action takes."""
    app = QApplication.instance() or QApplication([])
    graph = NodeGraph()
    graph.register_node(Layer)
    widget = graph.widget
    widget.resize(1280, 800)
    widget.show()
    rows = math.ceil(math.sqrt(count * 320 / 96) / 2) * 2
    nodes = []

    def build() -> None:
        for index in range(count):
            column, row = divmod(index, rows)
            nodes.append(graph.create_node("layers.Layer", pos=[column * 320.0, row * 96.0], push_undo=False))
            if index:
                nodes[-2].output(0).connect_to(nodes[-1].input(0), push_undo=False)
            if index and index % 2 == 0:
                nodes[-3].output(0).connect_to(nodes[-1].input(1), push_undo=False)

    viewer = graph.viewer()
    figures = {"build": cost(build)}
    figures["fit"] = cost(graph.center_on)
    figures["frame"] = cost(viewer.viewport().update, 5)
    some = nodes[count // 2 : count // 2 + 100]
    figures["rename"] = cost(lambda: some[0].set_name(f"another{time.process_time_ns()}"), 5)

    def move() -> None:
        for node in some:
            node.view.setPos(node.view.x() + 16, node.view.y() + 16)

    figures["move 100"] = cost(move, 5)
    figures["delete 100"] = cost(lambda: graph.delete_nodes(some))
    figures["undo it"] = cost(graph.undo_stack().undo)
    figures["redo it"] = cost(graph.undo_stack().redo)
    figures["select all"] = cost(graph.select_all)
    figures["select none"] = cost(graph.clear_selection)
    print(f"NodeGraphQt with PySide6 {PySide6.__version__}, {count} nodes")
    for name, value in figures.items():
        print(f"{name:<14}{value:>10.1f}", flush=True)
    app.quit()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000)
