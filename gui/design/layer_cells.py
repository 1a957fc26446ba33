"""What can be edited in the layer table: names, and the parameters that several layers have, inside blocks too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

from engine.blocks.block_edits import within
from engine.blocks.rename import rename_node
from engine.edits import MISSING, Compound, Edit, SetParameter
from engine.graph import Graph, GraphError, Node
from engine.layers.parameters import Parameter, parameters, unparse
from engine.resolve import layer_class
from gui.forms.typed_text import Context, meaning, shown

MOST: Final = 16
"""So many parameters get a column."""
Path = tuple[str, ...]


class LayerCells:
    """Reads the cells of one project, and makes the edits that change them."""

    def __init__(self, project: Graph) -> None:
        self._project = project
        self._known: dict[str, dict[str, Parameter]] = {}

    def common(self) -> tuple[str, ...]:
        """The parameters that at least two layers of the project have, those of the most layers first."""
        graphs = [self._project, *(block.graph for block in self._project.blocks.values())]
        nodes = ((graph, node) for graph in graphs for node in graph.nodes.values())
        counts = Counter(name for graph, node in nodes for name in self._parameters(graph, node))
        return tuple(name for name, count in counts.most_common(MOST) if count > 1)

    def parameter(self, path: Path, name: str) -> Parameter | None:
        """A parameter of the layer at a path; None where it has no such one."""
        return self._parameters(*self._node(path)).get(name)

    def text(self, path: Path, name: str) -> str:
        """What was typed for a parameter; the default where nothing was, nothing where there is no such parameter."""
        graph, node = self._node(path)
        parameter = self._parameters(graph, node).get(name)
        if node is None or parameter is None:
            return ""
        raw = node.parameters.get(name, MISSING)
        if raw is MISSING:
            return "" if parameter.required else unparse(parameter.default)
        return shown(parameter, raw, _context(graph))

    def typed(self, path: Path, name: str) -> bool:
        """Whether somebody has set it: else it is the default."""
        node = self._node(path)[1]
        return node is not None and name in node.parameters

    def rename(self, path: Path, text: str) -> Edit:
        """The edit of the project that gives a layer another name. Raises GraphError where it cannot have it."""
        graph, node = self._there(path)
        return within(graph, rename_node(graph, node.id, text.strip()))

    def set(self, paths: Iterable[Path], name: str, text: str) -> Edit:
        """The edit of the project that sets a parameter in all of these layers that have it, each once."""
        edits: dict[tuple[str | None, str], Edit] = {}
        names: list[str] = []
        for path in paths:
            graph, node = self._there(path)
            parameter = self._parameters(graph, node).get(name)
            if parameter is not None and (graph.inside, node.id) not in edits:
                value = meaning(parameter, text, _context(graph))
                edits[graph.inside, node.id] = within(graph, SetParameter(node.id, name, value))
                names.append(node.name)
        what = names[0] if len(names) == 1 else f"{len(names)} layers"
        return Compound(tuple(edits.values()), f"Set {name} of {what}")

    def _parameters(self, graph: Graph, node: Node | None) -> dict[str, Parameter]:
        if node is None:
            return {}
        if node.type not in self._known or graph.blocks.of_type(node.type) is not None:  # a block may change
            try:
                found = parameters(layer_class(node.type, graph.blocks))
            except GraphError:  # not installed: its problems say so
                found = []
            self._known[node.type] = {parameter.name: parameter for parameter in found}
        return self._known[node.type]

    def _node(self, path: Path) -> tuple[Graph, Node | None]:
        """The graph that a layer is in, and the layer, if it is still there."""
        graph = self._project
        for node_id in path[:-1]:
            node = graph.nodes.get(node_id)
            block = graph.blocks.of_type(node.type) if node is not None else None
            if block is None:
                return graph, None
            graph = block.graph
        return graph, graph.nodes.get(path[-1])

    def _there(self, path: Path) -> tuple[Graph, Node]:
        graph, node = self._node(path)
        if node is None:
            raise GraphError("This layer is not there any more.")
        return graph, node


def _context(graph: Graph) -> Context:
    return Context(graph.blocks[graph.inside].defaults() if graph.inside is not None else None)


def tabbed(rows: Iterable[Iterable[str]]) -> str:
    """Cells as text that spreadsheets take: a tab between cells, a line for each row."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows) + "\n"
