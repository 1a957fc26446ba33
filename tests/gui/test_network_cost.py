"""What a network costs is computed again after an edit that may change it, and after no other."""

from __future__ import annotations

from engine.edits import Compound, Move, RenameNode
from engine.graph import Graph
from gui.design.network_cost import NetworkCost
from gui.document import Document


def test_moving_layers_leaves_what_the_network_costs_as_it_is(qapp: object, chain: Graph) -> None:
    document = Document(chain)
    costs = NetworkCost(document)
    costs.now()
    assert costs.current
    document.apply(Move({"n2": (64.0, 320.0)}))
    assert costs.current
    document.apply(Compound((Move({"n2": (0.0, 96.0)}), RenameNode("n2", "first")), "Both"))
    assert not costs.current
    costs.now()
    assert costs.current
    document.history.undo()
    assert not costs.current
