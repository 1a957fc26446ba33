"""A fix of a problem: a list of edits, tried out before it is offered."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.edits import Compound
from engine.graph import Graph


@dataclass(frozen=True, slots=True)
class Fix:
    """``edit`` is one undo step for the graph that the problem was found in, ``result`` the shape the layer gives then.

    ``keeps`` says that all nodes stay and continue taking part; ``errors`` how many errors the network has afterwards,
    ``brings`` how many faults of the same kind there are then elsewhere, and joins that repeat a value of another size.
    """

    label: str
    edit: Compound
    result: str
    keeps: bool
    errors: int = field(compare=False)
    warnings: int = field(compare=False)
    brings: int = field(default=0, compare=False)
    spares: bool = field(default=False, compare=False)
    """Whether all that it takes away is a layer without weights that has no effect, or none that is wanted."""

    def apply(self, graph: Graph) -> None:
        """Apply its edits. Raises GraphError where the graph has changed so much that they do not fit any more."""
        self.edit.apply(graph)

    def __str__(self) -> str:
        return f"{self.label} → {self.result}" if self.result else self.label
