"""The clipboard holds text: what is copied comes back, and whatever else it holds is refused in one sentence."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from engine.graph import Edge, Graph
from engine.project import ProjectError, to_bytes
from gui.canvas.clipboard import from_text, take, to_text
from gui.document import Document

Show = Callable[[Graph], Any]


def fragment(graph: Graph, *node_ids: str) -> dict[str, Any]:
    """What the clipboard would hold, as plain data."""
    data: dict[str, Any] = json.loads(to_text(take(graph, node_ids)))
    return data


def test_the_text_has_the_promised_form(chain: Graph) -> None:
    data = fragment(chain, "n2", "n3")
    assert data["layerloom"] == 3
    assert [node["name"] for node in data["nodes"]] == ["conv1", "relu1"]
    assert data["edges"] == [{"source": ["n2", "output"], "target": ["n3", "input"]}]
    assert data["incoming"] == [{"source": ["n1", "output"], "target": ["n2", "input"]}]
    assert data["positions"] == {"n2": [0.0, 144.0], "n3": [0.0, 288.0]}
    assert from_text(json.dumps(data)) == take(chain, ["n2", "n3"])


def test_copies_get_names_of_their_own_and_keep_their_wires(show: Show, chain: Graph) -> None:
    hand = show(chain)
    document = hand.view.document
    document.select(["n2", "n3"])
    hand.view.clipboard.copy()
    for turn, names in enumerate((["conv2", "relu2"], ["conv3", "relu3"])):
        with hand.one_step():
            hand.view.clipboard.paste()
            one, two = document.selection
            assert [chain.nodes[node_id].name for node_id in (one, two)] == names
            assert [(e.source, e.target) for e in chain.edges if e.source == one] == [(one, two)]
            assert not chain.incoming[one]
            assert document.history.count == turn + 1
        assert chain.positions[one] == (32.0 * (turn + 1), 144.0 + 32.0 * (turn + 1)), "never on what is there"


def test_a_copy_lands_under_the_mouse(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n2"])
    hand.view.clipboard.copy()
    hand._at = QPoint(0, 0)
    hand.move(QPointF(400, 200), button=Qt.MouseButton.NoButton)
    hand.view.clipboard.paste()
    assert chain.positions["n5"] == (304.0, 176.0)


def test_wires_from_outside_can_be_kept(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n2", "n3"])
    hand.view.clipboard.copy()
    with hand.one_step():
        hand.view.clipboard.paste(keep_wires=True)
    assert Edge("n1", "output", "n5", "input") in chain.edges


def test_cut_is_one_step_and_pastes_under_the_old_name(show: Show, chain: Graph) -> None:
    hand = show(chain)
    hand.view.document.select(["n2"])
    with hand.one_step():
        hand.view.clipboard.cut()
    assert "n2" not in chain.nodes
    hand.view.clipboard.paste()
    assert chain.by_name("conv1") is not None


def test_duplicate_leaves_the_clipboard_alone(show: Show, chain: Graph) -> None:
    hand = show(chain)
    QGuiApplication.clipboard().setText("precious")
    hand.view.document.select(["n2", "n3"])
    with hand.one_step():
        hand.view.clipboard.duplicate()
    assert len(chain.nodes) == 6
    assert QGuiApplication.clipboard().text() == "precious"


def test_without_a_selection_nothing_is_copied(show: Show, chain: Graph) -> None:
    hand = show(chain)
    QGuiApplication.clipboard().setText("precious")
    with hand.no_step():
        hand.view.clipboard.copy()
        hand.view.clipboard.cut()
        hand.view.clipboard.duplicate()
    assert QGuiApplication.clipboard().text() == "precious"


def test_a_whole_project_can_be_pasted(show: Show, chain: Graph) -> None:
    hand = show(Graph())
    QGuiApplication.clipboard().setText(to_bytes(chain).decode())
    with hand.one_step():
        hand.view.clipboard.paste()
    assert [node.name for node in hand.view.document.graph.nodes.values()] == ["input", "conv1", "relu1", "flatten1"]


def good(**changes: Any) -> str:
    node = {"id": "a", "type": "ReLU", "name": "act", "parameters": {}}
    return json.dumps({"layerloom": 1, "nodes": [node], "edges": [], "positions": {"a": [0.0, 0.0]}} | changes)


DEEP = json.loads("[" * 26 + "]" * 26)
HOSTILE = {
    "empty": "",
    "prose": "Dear Sir or Madam,",
    "number": "3",
    "list": "[]",
    "other json": '{"a": 1}',
    "nan": good().replace("0.0", "NaN"),
    "infinite": good(positions={"a": [1e999, 0]}),
    "far": good(positions={"a": [1e300, 0.0]}),
    "huge number": good().replace("0.0", "9" * 6000),
    "deep": '{"layerloom": 1, "nodes": ' + "[" * 100_000 + "]" * 100_000 + "}",
    "deep parameter": good(nodes=[{"id": "a", "type": "ReLU", "name": "r", "parameters": {"p": DEEP}}]),
    "newer": good(layerloom=4),
    "nodes no list": good(nodes={"a": 1}),
    "node no object": good(nodes=[7]),
    "bad id": good(nodes=[{"id": "<script>", "type": "ReLU", "name": "r", "parameters": {}}]),
    "bad name": good(nodes=[{"id": "a", "type": "ReLU", "name": "two\nlines", "parameters": {}}]),
    "twice": good(nodes=[{"id": "a", "type": "ReLU", "name": n, "parameters": {}} for n in ("r", "s")]),
    "half a character": good().replace("act", "\\ud800"),
    "edge to nowhere": good(edges=[{"source": ["b", "output"], "target": ["a", "input"]}]),
    "circle": good(edges=[{"source": ["a", "output"], "target": ["a", "input"]}]),
    "edge shape": good(edges=[["a", "b"]]),
    "position of nobody": good(positions={"b": [0.0, 0.0]}),
    "position shape": good(positions={"a": [0.0]}),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_garbage_is_one_sentence_and_changes_nothing(qtbot: QtBot, show: Show, chain: Graph, name: str) -> None:
    hand = show(chain)
    QGuiApplication.clipboard().setText(HOSTILE[name])
    with hand.no_step(), qtbot.waitSignal(hand.view.message) as told:
        hand.view.clipboard.paste()
    assert told.args[0].startswith("The clipboard")
    assert told.args[0].endswith(".")
    assert len(told.args[0]) < 300


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from(["a", "input"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["id", "type", "name", "source", "target", "parameters", "a"]), inner, max_size=3
    ),
    max_leaves=12,
)  # fmt: skip


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["nodes", "edges", "positions", "incoming", "layerloom"]), JSON))
def test_no_text_raises_anything_but_a_sentence(changes: dict[str, Any]) -> None:
    text = good(**changes)
    try:
        found = from_text(text)
    except ProjectError:
        return
    document = Document(Graph())
    from gui.canvas.clipboard import paste

    paste(document, text, None, incoming=True)
    assert len(document.graph.nodes) == len(found.nodes)


@given(JSON)
def test_wires_from_outside_that_are_malformed_are_left_out(incoming: Any) -> None:
    found = from_text(good(incoming=[incoming, {"source": ["x", "output"], "target": ["a", "input"]}]))
    assert Edge("x", "output", "a", "input") in found.incoming
    assert len(found.incoming) == 1


def test_a_wire_from_outside_to_a_node_that_is_not_there_is_left_out(qtbot: QtBot, chain: Graph) -> None:
    from gui.canvas.clipboard import paste

    document = Document(chain)
    wires = [{"source": [source, "output"], "target": ["a", "input"]} for source in ("n99", "n5")]
    for wire in wires:  # n5 is the id that the new node itself gets
        (new,) = paste(document, good(incoming=[wire]), None, incoming=True)
        assert not chain.incoming[new]
        document.history.undo()


def test_pasting_again_and_again_never_hides_what_is_there(show: Show, chain: Graph) -> None:
    view = show(chain).view
    view.document.select(["n2", "n3"])
    view.clipboard.copy()
    view.mouse = None
    for _ in range(4):
        view.clipboard.paste()
    for _ in range(3):
        view.clipboard.duplicate()
    places = [*chain.positions.values()]
    assert len(places) == 4 + 2 * 7
    for number, (x, y) in enumerate(places):
        assert all(abs(x - left) >= 24 or abs(y - top) >= 24 for left, top in places[:number])
    view.mouse = view.mapFromScene(view.canvas.nodes["n1"].box.center())
    view.clipboard.paste()
    view.clipboard.paste()
    assert len({*chain.positions.values()}) == len(chain.positions)
