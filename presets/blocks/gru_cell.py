"""The cell of a GRU as torch computes it: Cho et al. 2014, with the bias of the state inside the reset product."""

from __future__ import annotations

from engine.blocks.library import SHIPPED, LibraryEntry
from engine.expressions import expression
from engine.graph import Graph
from presets.attention.heads import Wire, added, along, multiplied

NAME = "GRU cell"
HELP = (
    "One step of a GRU: h′ = n + z·(h − n), where r and z are sigmoids of x and h, and n = tanh(U x + r·(W h + b)) "
    "with the bias within the product, as in torch's GRU (Cho et al. 2014)"
)


def define(graph: Graph, hidden: int = 64) -> str:
    """Define the block in a project; returns its name."""
    cell = graph.define(NAME, help=HELP, hidden=hidden)
    size, all_gates = expression("hidden"), expression("3 * hidden")
    x = cell.add("BlockInput", name="x", help="one step of the sequence")
    h = cell.add("BlockInput", name="h", state=True, shape=(size,), help="what the step before has left")

    def parts(start: str, name: str) -> list[Wire]:
        """The three parts of a matrix product: for r, z and n."""
        matrix = ("Linear", {"name": name, "out_features": all_gates})
        split = along(cell, start, matrix, ("Chunk", {"name": f"{name}_parts", "chunks": 3, "dim": -1}))
        return [(split, port) for port in range(3)]

    ux, wh = parts(x, "U"), parts(h, "W")
    r = along(cell, added(cell, ux[0], wh[0], name="for_r"), ("Sigmoid", {"name": "r"}))
    z = along(cell, added(cell, ux[1], wh[1], name="for_z"), ("Sigmoid", {"name": "z"}))
    reset = multiplied(cell, r, wh[2], name="r_times_Wh")
    n = along(cell, added(cell, ux[2], reset, name="for_n"), ("Tanh", {"name": "n"}))
    change = cell.add("Subtract", name="h_minus_n")
    cell.connect(h, change)
    cell.connect(n, change)
    new = added(cell, n, multiplied(cell, z, change, name="z_times"), name="new_h")
    cell.connect(new, cell.add("BlockOutput", name="y", help="the new state at every step"))
    cell.connect(new, cell.add("BlockOutput", name="last_h", state="h", help="the state after the last step"))
    return NAME


BLOCKS = (LibraryEntry(NAME, HELP, SHIPPED, define=define),)
