"""The cell of an LSTM with its gates: Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000."""

from __future__ import annotations

from engine.blocks.library import SHIPPED, LibraryEntry
from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import added, along, multiplied

NAME = "LSTM cell"
HELP = (
    "One step of an LSTM: c′ = f·c + i·g and h′ = o·tanh c′. The gates i, f and o are sigmoids of x and h, the "
    "candidate g is a tanh, as in torch's LSTM (Hochreiter and Schmidhuber 1997, Gers et al. 2000)"
)
GATES = (("i", "Sigmoid"), ("f", "Sigmoid"), ("g", "Tanh"), ("o", "Sigmoid"))
"""The parts of both matrices from top to bottom, as torch has them."""


def define(graph: Graph, hidden: int = 64) -> str:
    """Define the block in a project; returns its name."""
    cell = graph.define(NAME, help=HELP, hidden=hidden)
    size, all_gates = expression("hidden"), expression("4 * hidden")
    x = cell.add("BlockInput", name="x", help="one step of the sequence")
    h = cell.add("BlockInput", name="h", state=True, shape=(size,), help="what the step before has shown")
    c = cell.add("BlockInput", name="c", state=True, shape=(size,), help="the cell state: what is remembered")
    ux = along(cell, x, ("Linear", {"name": "U", "out_features": all_gates}))
    wh = along(cell, h, ("Linear", {"name": "W", "out_features": all_gates}))
    both = added(cell, wh, ux, name="Wh_plus_Ux")
    parts = along(cell, both, ("Chunk", {"name": "gates", "chunks": len(GATES), "dim": -1}))
    gates = {name: along(cell, (parts, port), (kind, {"name": name})) for port, (name, kind) in enumerate(GATES)}
    kept = multiplied(cell, gates["f"], c, name="f_times_c")
    new = multiplied(cell, gates["i"], gates["g"], name="i_times_g")
    new_c = added(cell, kept, new, name="new_c")
    new_h = multiplied(cell, gates["o"], along(cell, new_c, ("Tanh", {"name": "tanh_c"})), name="new_h")
    cell.connect(new_h, cell.add("BlockOutput", name="y", help="what is shown at every step"))
    cell.connect(new_h, cell.add("BlockOutput", name="last_h", state="h", help="what the last step has shown"))
    cell.connect(new_c, cell.add("BlockOutput", name="last_c", state="c", help="the cell state after the last step"))
    return NAME


BLOCKS = (LibraryEntry(NAME, HELP, SHIPPED, define=define),)
