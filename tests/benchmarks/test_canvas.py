"""What the canvas costs with 1,000 nodes and 1,500 wires, beside the goals of the design."""

from __future__ import annotations

import gc
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.edits import Connect
from engine.graph import Edge, Graph
from gui.canvas.geometry import End
from gui.canvas.layout import layout
from gui.canvas.scene import Scene
from gui.canvas.view import View
from gui.canvas.wiring import unreachable, verdict
from gui.document import Document
from tests.platforms import unix

GOALS = {"create nodes": 35.0, "create wires": 20.0, "whole-scene frame": 11.0, "pan frame": 8.5,
         "move 100 and repaint": 12.0, "memory (MB)": 19.0, "may I connect": 0.13}  # fmt: skip
MEMORY = """
import sys; sys.path[:0] = [{root!r}, {here!r}]
from pathlib import Path
from PySide6.QtWidgets import QApplication
from test_canvas import network
from gui.canvas.view import View
from gui.document import Document
from engine.graph import Graph
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1]) * 4096
app = QApplication([])
def shown(graph):
    view = View(Document(graph)); view.resize(1280, 800); view.show()
    view.zooming.fit_all(); app.processEvents(); return view
few = network(20); first = shown(few)
document = Document(network(1000)); before = resident()
view = View(document); view.resize(1280, 800); view.show(); view.zooming.fit_all(); app.processEvents()
print((resident() - before) / 2**20)
"""


def network(count: int, *, wires: bool = True) -> Graph:
    """A long residual network in columns of 40: half as many wires again as nodes."""
    graph = Graph()
    before: list[str] = []
    edges: list[Edge] = []
    for index in range(count):
        column, row = divmod(index, 40)
        kind = "Input" if index == 0 else "Add" if index % 2 == 0 else "ReLU"
        shape = {"shape": (8,)} if index == 0 else {}
        node = graph.add(kind, name=f"{kind}{index}", position=(column * 320.0, row * 96.0), **shape)
        if index:
            edges.append(Edge(before[-1], "output", node, "x0" if kind == "Add" else "input"))
        if kind == "Add":
            edges.append(Edge(before[-2], "output", node, "x1"))
        before.append(node)
    edges += [Edge(before[0], "output", before[2], "x2"), Edge(before[0], "output", before[4], "x2")]
    for edge in edges if wires else ():
        Connect(edge).apply(graph)
    return graph


def milliseconds(work: Callable[[], object], runs: int = 7) -> float:
    """The median of several runs, in milliseconds of the processor: what others do on this machine matters less."""
    times = []
    for _ in range(runs):
        begin = time.process_time()
        work()
        times.append(1000 * (time.process_time() - begin))
    return statistics.median(times)


def creation(figures: dict[str, float], monkeypatch: pytest.MonkeyPatch) -> None:
    bare, full = Document(network(1000, wires=False)), Document(network(1000))
    assert (len(full.graph.nodes), len([*full.graph.edges])) == (1000, 1500)
    figures["create nodes"] = milliseconds(lambda: Scene(bare).deleteLater())
    sizes = Scene(full).boxes.sizes
    figures["routes of all wires"] = milliseconds(lambda: layout.routes(full.graph, full.graph.positions, sizes))
    with monkeypatch.context() as patch:
        patch.setattr(layout, "routes", lambda graph, positions, sizes, edges, known: dict.fromkeys(edges, ()))
        figures["create wires"] = milliseconds(lambda: Scene(full).deleteLater()) - figures["create nodes"]


def frames(figures: dict[str, float], qtbot: QtBot) -> None:
    view = View(Document(network(1000)))
    qtbot.addWidget(view)
    view.resize(1280, 800)
    view.show()
    view.zooming.fit_all()
    QApplication.processEvents()
    figures["whole-scene frame"] = milliseconds(view.viewport().repaint, 15)
    for scale in (0.45, 1.0):
        view.camera.zoom(scale)
        view.centerOn(4000, 2000)
        QApplication.processEvents()
        figures[f"frame at {scale:.0%}"] = milliseconds(view.viewport().repaint, 15)

    def pan() -> None:
        view.camera.offset += QPoint(23, 17)
        QApplication.processEvents()

    view.be_fast(True)
    figures["pan frame"] = milliseconds(pan, 25)
    view.camera.zoom(0.5)
    chosen = list(view.canvas.nodes)[400:500]
    view.centerOn(view.canvas.content(chosen).center())
    QApplication.processEvents()
    steps = iter(range(1, 100))

    def move() -> None:
        by = 16.0 * next(steps)
        positions = view.document.graph.positions
        view.canvas.place({node: (positions[node][0] + by, positions[node][1]) for node in chosen}, dragging=True)
        view.canvas.reroute()
        QApplication.processEvents()

    figures["move 100 and repaint"] = milliseconds(move, 15)
    view.be_fast(False)


def connecting(figures: dict[str, float]) -> None:
    graph = Graph()
    last = graph.add("Input", shape=(8, 32, 32))
    for _ in range(18):
        skip = last
        for kind, options in (
            ("Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
            ("ReLU", {}),
            ("Add", {}),
        ):
            node = graph.add(kind, **options)
            graph.connect(last, node)
            last = node
        graph.connect(skip, last)
    document, first = Document(graph), "n1"
    end = End(last, "output", "output")
    assert first in unreachable(graph, end)
    figures["may I connect"] = milliseconds(lambda: unreachable(graph, end), 25)
    edge = Edge(last, "output", "n4", "x2")
    assert "circle" in (verdict(document, edge).reason or "")
    figures["why not, with shapes"] = milliseconds(lambda: verdict(document, Edge(first, "output", last, "x2")), 15)


def memory() -> float:
    """Megabytes that a view of the network takes, measured in a separate process (Linux only)."""
    here = Path(__file__).resolve().parent
    code = MEMORY.format(root=str(here.parent.parent), here=str(here))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120)
    return float(done.stdout)


@unix
def test_a_thousand_nodes_stay_light(
    qtbot: QtBot,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    figures: dict[str, float] = {}
    gc.collect()
    gc.freeze()  # as the window does after its imports
    request.addfinalizer(gc.unfreeze)
    creation(figures, monkeypatch)
    frames(figures, qtbot)
    connecting(figures)
    if Path("/proc/self/statm").exists():
        figures["memory (MB)"] = memory()
    with capsys.disabled():
        print("\n1,000 nodes, 1,500 wires (ms)     goal   measured")
        for name, value in sorted(figures.items(), key=lambda item: [*GOALS, item[0]].index(item[0])):
            goal = f"{GOALS[name]:g}" if name in GOALS else "–"
            print(f"{name:<30} {goal:>8} {value:>10.2f}")
