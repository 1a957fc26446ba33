"""How a project is drawn: which way it flows, and which blocks are open in place. No part of what is computed.

A project that says nothing flows from top to bottom, as all did before there was a choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final, Literal

from pydantic import Field, ValidationError

from engine.edits import MISSING, Change, Edit
from engine.errors import GraphError, first_fault
from engine.limits import ID
from engine.project_format import Strict

if TYPE_CHECKING:
    from engine.graph import Graph, Position

Direction = Literal["down", "right"]
NETWORK: Final = ""
"""Stands for the network itself where others are blocks by their ids."""
FURTHER: Final[Mapping[Direction, float]] = {"down": 96.0, "right": 304.0}
"""From one layer to the one wired after it."""
BESIDE: Final[Mapping[Direction, float]] = {"down": 256.0, "right": 96.0}
"""From one layer to one beside it."""


class StoredDrawing(Strict):
    """How a project is drawn, as files hold it.

    ``automatic`` lets arranging choose the direction; ``opened`` are the nodes whose blocks are open in place, by the
    id of the block that they stand in.
    """

    direction: Direction = "down"
    automatic: bool = False
    opened: dict[
        Annotated[str, Field(pattern=r"^([a-z][a-z0-9_]{0,39})?$")], list[Annotated[str, Field(pattern=ID)]]
    ] = {}


def direction(graph: Graph) -> Direction:
    """Which way the project of a graph flows."""
    return "right" if graph.blocks.drawing.get("direction") == "right" else "down"


def automatic(graph: Graph) -> bool:
    """Whether arranging chooses the direction."""
    return graph.blocks.drawing.get("automatic") is True


def opened(graph: Graph) -> frozenset[str]:
    """The nodes of a graph whose blocks are open in place."""
    stored = graph.blocks.drawing.get("opened")
    found = stored.get(graph.inside or NETWORK, ()) if isinstance(stored, Mapping) else ()
    return frozenset(node_id for node_id in found if node_id in graph.nodes)


def along(graph: Graph, position: Position, rows: float = 0.0, columns: float = 0.0) -> Position:
    """A position so many layers further the way the project flows, and so many beside."""
    way = direction(graph)
    across, further = turned(graph, position)
    return turned(graph, (across + columns * BESIDE[way], further + rows * FURTHER[way]))


def turned(graph: Graph, position: Position) -> Position:
    """A position as it were if the project flowed from top to bottom; and back, for it is its own inverse."""
    return position[::-1] if direction(graph) == "right" else position


@dataclass(frozen=True, slots=True)
class SetDrawing(Edit):
    """Sets one thing of how the project is drawn (`StoredDrawing`); ``MISSING`` takes it back to what it is unsaid."""

    key: str
    value: object

    def apply(self, graph: Graph) -> Edit:
        kept = {key: value for key, value in graph.blocks.drawing.items() if key != self.key}
        if self.value is not MISSING:
            kept[self.key] = self.value
        try:
            StoredDrawing.model_validate(kept)
        except ValidationError as error:
            location, reason = first_fault(error)
            raise GraphError(f"The drawing cannot have {location or self.key}: {reason}.") from error
        inverse = SetDrawing(self.key, graph.blocks.drawing.get(self.key, MISSING))
        graph.blocks.drawing = kept
        return inverse

    def change(self) -> Change:
        return Change(drawing=True)

    def title(self, graph: Graph) -> str:
        return f"Set {self.key} of the drawing"


def open_in_place(graph: Graph, node_ids: Iterable[str], *, is_open: bool) -> SetDrawing:
    """The edit of the project that opens or closes blocks of a graph in place."""
    stored = graph.blocks.drawing.get("opened")
    table = {key: list(nodes) for key, nodes in stored.items()} if isinstance(stored, Mapping) else {}
    chosen, here = set(node_ids), graph.inside or NETWORK
    found = (opened(graph) | chosen) if is_open else (opened(graph) - chosen)
    table[here] = [node_id for node_id in graph.nodes if node_id in found]
    left = {key: table[key] for key in sorted(table) if table[key]}
    return SetDrawing("opened", left or MISSING)


def stored(graph: Graph) -> dict[str, object]:
    """What a file says of the drawing: nothing where all is as it is unsaid, and nothing of nodes that are gone."""
    kept = dict(graph.blocks.drawing)
    graphs = [graph, *(block.graph for block in graph.blocks.values())]
    nodes = {part.inside or NETWORK: [node_id for node_id in part.nodes if node_id in opened(part)] for part in graphs}
    kept.pop("opened", None)
    if left := {key: nodes[key] for key in sorted(nodes) if nodes[key]}:
        kept["opened"] = left
    return kept
