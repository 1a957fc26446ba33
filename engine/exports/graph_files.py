"""The drawing as a graph for other programs: GraphML (yEd, Gephi, Cytoscape) and DOT (Graphviz)."""

from __future__ import annotations

import re
from abc import abstractmethod
from pathlib import Path
from typing import ClassVar, Final

from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.subject import Subject
from engine.spec import shape_text

_QUOTED: Final = r'"((?:[^"\\]|\\.)*)"'
_STATEMENT: Final = re.compile(rf"^  {_QUOTED}(?: -> {_QUOTED})? \[label={_QUOTED}\];$", re.MULTILINE)


class GraphFile(Exporter):
    """Nodes and wires without weights; blocks are single nodes."""

    quick: ClassVar[bool] = True

    def check(self, subject: Subject, beside: Path) -> Checked:
        """Raises ExportError where the nodes or wires read again are not those that are drawn."""
        graph = subject.graph
        drawn = (sorted(graph.nodes), sorted((edge.source, edge.target) for edge in graph.edges))
        if self.read(beside) != drawn:
            raise ExportError(
                f"{beside.name} does not hold the nodes and wires of {graph.name}. Nothing is left of it."
            )
        return Checked()

    @abstractmethod
    def read(self, beside: Path) -> tuple[list[str], list[tuple[str, str]]]:
        """The ids of nodes, and the ends of wires, in a file, sorted."""


class GraphML(GraphFile):
    """GraphML (http://graphml.graphdrawing.org) with what `Graph.to_networkx` holds."""

    name: ClassVar[str] = "graphml"
    title: ClassVar[str] = "Graph (.graphml)"
    summary: ClassVar[str] = "layers and wires with their shapes, for yEd, Gephi, Cytoscape and networkx"
    suffixes: ClassVar[tuple[str, ...]] = (".graphml",)
    libraries: ClassVar[tuple[str, ...]] = ("networkx",)

    def write(self, subject: Subject, beside: Path) -> None:
        import networkx as nx

        from engine.structure.to_networkx import to_networkx

        made = to_networkx(subject.graph, subject.report)
        for facts in made.nodes.values():
            facts.update({key: printable_xml(value) for key, value in facts.items()})
        made.graph["name"] = printable_xml(subject.graph.name)
        with beside.open("wb") as file:
            file.write("\n".join(nx.generate_graphml(made)).encode())

    def read(self, beside: Path) -> tuple[list[str], list[tuple[str, str]]]:
        import networkx as nx

        with beside.open("rb") as file:
            found = nx.parse_graphml(file.read().decode(), force_multigraph=True)
        return sorted(found), sorted((source, target) for source, target in found.edges())


class Dot(GraphFile):
    """DOT (https://graphviz.org/doc/info/lang.html): boxes with name and type, wires with their shapes."""

    name: ClassVar[str] = "dot"
    title: ClassVar[str] = "Graph (.dot)"
    summary: ClassVar[str] = "layers and wires with their shapes, to be drawn by Graphviz"
    suffixes: ClassVar[tuple[str, ...]] = (".dot", ".gv")

    def write(self, subject: Subject, beside: Path) -> None:
        graph, report = subject.graph, subject.report
        lines = [f"digraph {_quoted(graph.name)} {{", "  node [shape=box, fontname=Helvetica];"]
        for node in graph.nodes.values():
            lines.append(f"  {_quoted(node.id)} [label={_quoted(node.name, node.type)}];")
        for edge in graph.edges:
            spec = (report.outputs.get(edge.source) or {}).get(edge.source_port)
            said = shape_text(spec.shape) if spec is not None else ""
            lines.append(f"  {_quoted(edge.source)} -> {_quoted(edge.target)} [label={_quoted(said)}];")
        with beside.open("wb") as file:
            file.write("\n".join([*lines, "}", ""]).encode())

    def read(self, beside: Path) -> tuple[list[str], list[tuple[str, str]]]:
        with beside.open("rb") as file:
            found = _STATEMENT.findall(file.read().decode())
        wires = [(_plain(source), _plain(target)) for source, target, _ in found if target]
        return sorted(_plain(node) for node, target, _ in found if not target), sorted(wires)


def printable_xml(text: str) -> str:
    """The text without the characters that XML 1.0 cannot hold."""
    return re.sub("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text)


def _quoted(*lines: str) -> str:
    """A string of DOT, with several lines below each other."""
    return '"' + "\\n".join(line.replace("\\", "\\\\").replace('"', '\\"') for line in lines) + '"'


def _plain(quoted: str) -> str:
    return re.sub(r"\\(.)", r"\1", quoted)
