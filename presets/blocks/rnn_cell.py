"""The cell of a plain recurrent network: Elman 1990."""

from __future__ import annotations

from engine.blocks.library import SHIPPED, LibraryEntry
from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import added, along

NAME = "RNN cell"
HELP = "One step of a plain recurrent network: h′ = tanh(W h + U x), with the biases of torch's RNN (Elman 1990)"


def define(graph: Graph, hidden: int = 64) -> str:
    """Define the block in a project; returns its name."""
    cell = graph.define(NAME, help=HELP, hidden=hidden)
    size = expression("hidden")
    x = cell.add("BlockInput", name="x", help="one step of the sequence")
    h = cell.add("BlockInput", name="h", state=True, shape=(size,), help="what the step before has left")
    ux = along(cell, x, ("Linear", {"name": "U", "out_features": size}))
    wh = along(cell, h, ("Linear", {"name": "W", "out_features": size}))
    new = along(cell, added(cell, wh, ux, name="Wh_plus_Ux"), ("Tanh", {"name": "new_h"}))
    cell.connect(new, cell.add("BlockOutput", name="y", help="the new state at every step"))
    cell.connect(new, cell.add("BlockOutput", name="last_h", state="h", help="the state after the last step"))
    return NAME


BLOCKS = (LibraryEntry(NAME, HELP, SHIPPED, define=define),)
