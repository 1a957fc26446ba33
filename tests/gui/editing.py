"""Random edits of a document, and a program that makes them in a real window until it is killed.

``python -m tests.gui.editing SEED COUNT`` writes a line for each edit once it is done, then it only waits.
"""

from __future__ import annotations

import random
import sys

from PySide6.QtCore import QTimer

import presets
from engine.graph import Graph, GraphError
from gui import app
from gui.canvas.laid_out import lay_out
from gui.document import Document
from tests.engine.graphs import random_edit


def drawn() -> Graph:
    """The network that the edits begin with, placed as if by hand: no window arranges it."""
    network = presets.build("mlp")
    lay_out(network)
    return network


def edit_once(document: Document, rng: random.Random) -> None:
    """One edit that the graph accepts, or one step of undo or redo."""
    while True:
        act = rng.random()
        if act < 0.15 and document.history.index:
            return document.history.undo()
        if act < 0.25 and document.history.index < document.history.count:
            return document.history.redo()
        try:
            return document.apply(random_edit(rng, document.project), whole_project=True)
        except GraphError:
            continue


def main(seed: int, count: int) -> int:
    rng, made = random.Random(seed), iter(range(1, count + 1))

    def edit() -> None:
        window = next(each for each in app.application().topLevelWidgets() if isinstance(each, app.MainWindow))
        number = next(made, None)
        if number is not None:
            edit_once(window.document, rng)
            print(number, flush=True)
            QTimer.singleShot(0, edit)

    app.application()
    QTimer.singleShot(0, edit)
    return app.main((drawn(), None))


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
