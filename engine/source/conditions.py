"""Which nodes of a class are there in which of its uses, and the condition that says so in its source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine import expressions
from engine.expressions import is_expression
from engine.graph import Graph, Node
from engine.live_nodes import ENDS, STARTS, live_nodes
from engine.resolve import drawn_as
from engine.scope import ExpressionError
from engine.shapes import Report


def there(graph: Graph, report: Report) -> set[str]:
    """The nodes that take part in one use of a graph and are not absent."""
    return {node_id for node_id in live_nodes(graph, report) if report.absent(node_id) is None}


class Conditions:
    """The conditions of the nodes of a graph, as they are written there.

    A node without one of its own has that of its readers, where all have the same and read it only if that holds.
    """

    def __init__(self, graph: Graph, reports: Sequence[Report]) -> None:
        self.graph = graph
        self.own: dict[str, str] = {}
        self.repeats: dict[str, str] = {}
        """How often a block is repeated, where an expression says it: if not at all, it is not there either."""
        live = live_nodes(graph)
        absent: dict[str, set[str]] = {}
        for report in reports:
            for node_id in report.layers:
                if node_id not in absent and (found := report.absent(node_id)) is not None:
                    absent[node_id] = set(found.reads(graph.incoming[node_id]))
        for node_id in reversed(graph.order()):
            node = graph.nodes[node_id]
            when = node.properties.get("when", True)
            own = when["expr"] if is_expression(when) else "" if when is True else "False"
            if not own and node.type not in (*ENDS, *STARTS) and not graph.sharers(node_id):
                own = self._inherited(node_id, live, absent)
            self.own[node_id], self.repeats[node_id] = own, self._repeated(node)

    def _inherited(self, node_id: str, live: set[str], absent: Mapping[str, set[str]]) -> str:
        texts = set()
        for edge in self.graph.outgoing[node_id]:
            if edge.target in live:
                handed = edge.target_port in absent.get(edge.target, ())
                texts.add("" if handed else self.own[edge.target])
        return texts.pop() if len(texts) == 1 else ""

    def _repeated(self, node: Node) -> str:
        raw = drawn_as(self.graph, node).properties.get("repeat", 1)
        return str(raw["expr"]) if is_expression(raw) else ""

    def hold(self, node_id: str, report: Report) -> bool:
        """Whether the condition of a node holds in one use."""
        own, repeats = self.own[node_id], self.repeats[node_id]
        try:
            held = not own or expressions.evaluate(own, report.scope) is True
            return held and (not repeats or expressions.evaluate(repeats, report.scope) != 0)
        except ExpressionError:  # then it has no layer, and a problem says so
            return True

    def deciding(self, node_id: str, here: Sequence[set[str]], parameters: set[str]) -> tuple[str, str]:
        """The condition that is written, and the number of repeats that must not be 0; empty where that need not be."""
        own, repeats = self.own[node_id], self.repeats[node_id]
        if all(node_id in nodes for nodes in here):
            return own if own and expressions.names(own) & parameters else "", ""
        return own, repeats
