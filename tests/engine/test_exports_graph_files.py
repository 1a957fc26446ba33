"""GraphML and DOT, read again by networkx and pydot."""

from __future__ import annotations

from pathlib import Path

import networkx as nx
import pydot
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import presets
from engine.exports.export import export
from engine.exports.graph_files import Dot, GraphML
from engine.exports.registry import meant
from engine.exports.subject import Subject
from engine.graph import Graph

NAMES = ["lenet-5", "resnet-50", "googlenet", "transformer-base", "u-net"]


def ends(graph: Graph) -> list[tuple[str, str]]:
    return sorted((edge.source, edge.target) for edge in graph.edges)


@pytest.mark.parametrize("name", NAMES)
def test_graphml_is_read_by_networkx(name: str, tmp_path: Path) -> None:
    graph, file = presets.build(name), tmp_path / "network.graphml"
    export(meant(file), Subject(graph), file)
    found = nx.read_graphml(file, force_multigraph=True)
    assert [found.nodes[node]["name"] for node in found] == [node.name for node in graph.nodes.values()]
    assert sorted((a, b) for a, b, _ in found.edges) == ends(graph)
    assert all(facts["shape"].startswith("(") for _, _, facts in found.edges(data=True))


@pytest.mark.filterwarnings("ignore:.*deprecated")  # of pydot's parser
@pytest.mark.parametrize("name", NAMES)
def test_dot_is_read_by_pydot(name: str, tmp_path: Path) -> None:
    graph, file = presets.build(name), tmp_path / "network.dot"
    export(meant(file), Subject(graph), file)
    (found,) = pydot.graph_from_dot_file(str(file))
    assert sorted((e.get_source().strip('"'), e.get_destination().strip('"')) for e in found.get_edges()) == ends(graph)
    labels = {node.get_name().strip('"'): node.get("label") for node in found.get_nodes()}
    assert all(node.name in labels[node.id] and node.type in labels[node.id] for node in graph.nodes.values())


@given(st.text(min_size=1, max_size=30).filter(lambda text: text.strip() and "\n" not in text and "\r" not in text))
@settings(deadline=None, max_examples=60)
def test_any_name_can_be_written(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    graph = Graph("any")
    try:
        first = graph.add("Input", name=name, shape=(3,))
    except ValueError:
        return
    graph.connect(first, graph.add("Output"))
    for one in (GraphML(), Dot()):
        file = tmp_path_factory.mktemp("names") / f"network{one.suffixes[0]}"
        one.write(Subject(graph), file)
        one.check(Subject(graph), file)


def test_the_ending_says_the_format() -> None:
    assert meant(Path("a.graphml")).name == "graphml"
    assert meant(Path("a.gv")).name == "dot"
