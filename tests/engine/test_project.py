"""The project file: whole, canonical, fit for git, written all or not at all."""

from __future__ import annotations

import json
import os
import random
import stat
from pathlib import Path

import pytest

from engine import project
from engine.edits import Edit, Move, RenameGraph, RenameNode, SetParameter, SetSetting
from engine.graph import Edge, Graph, GraphError, Node
from engine.literals import literal
from engine.project import ProjectError
from tests.engine.graphs import random_graph, state
from tests.engine.networks import lenet

TINY = """{
"format": "layerloom",
"schema": 3,
"name": "tiny",
"nodes": [
 {"id": "n1", "type": "Input", "name": "input", "parameters": {"shape": [1, 8, 8]}},
 {"id": "n2", "type": "Conv2d", "name": "größe", "parameters": {"kernel_size": 3, "out_channels": 4}},
 {"id": "n3", "type": "Output", "name": "output", "parameters": {}}
],
"edges": [
 {"source": ["n1", "output"], "target": ["n2", "input"]},
 {"source": ["n2", "output"], "target": ["n3", "input"]}
],
"positions": {
 "n1": [0, 0],
 "n2": [0, 96.5],
 "n3": [0, 192]
},
"data": {
 "dataset": "digits"
},
"training": {}
}
"""


def test_the_file_diffs_well() -> None:
    """One node, one wire and one position a line, keys in a stable order, numbers as short as they go."""
    graph = project.from_bytes(TINY.encode())
    assert project.to_bytes(graph).decode() == TINY
    assert project.to_bytes(Graph("empty")).decode() == (
        '{\n"format": "layerloom",\n"schema": 3,\n"name": "empty",\n"nodes": [],\n"edges": [],\n"positions": {},\n'
        '"data": {},\n"training": {}\n}\n'
    )
    json.loads(TINY)


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (SetParameter("n2", "kernel_size", 5), 1),
        (RenameNode("n2", "conv"), 1),
        (Move({"n2": (5.0, 5.0)}), 1),
        (SetSetting(("data", "dataset"), "iris"), 1),
        (RenameGraph("other"), 1),
    ],
)
def test_one_change_is_one_line(edit: SetParameter, lines: int) -> None:
    graph = project.from_bytes(TINY.encode())
    edit.apply(graph)
    changed = zip(TINY.splitlines(), project.to_bytes(graph).decode().splitlines(), strict=True)
    assert sum(before != after for before, after in changed) == lines


def test_every_graph_comes_back_as_it_was(scale: int) -> None:
    rng = random.Random(4)
    for _ in range(60 * scale):
        graph = random_graph(rng, 150)
        content = project.to_bytes(graph)
        again = project.from_bytes(content)
        assert project.to_bytes(again) == content
        plain = Graph(graph.name)
        plain.nodes = {
            node_id: Node(node.id, node.type, node.name, literal(node.parameters), literal(node.properties))
            for node_id, node in graph.nodes.items()
        }
        assert list(again.nodes.values()) == list(plain.nodes.values())
        assert state(again)[2:5] == state(graph)[2:5]
        assert again.order() == graph.order()
        assert again.settings == json.loads(json.dumps(graph.settings))
        assert again.fresh_id() not in graph.nodes


def test_the_order_in_which_things_were_done_leaves_no_trace() -> None:
    one, other = Graph("g"), Graph("g")
    for graph, numbers in ((one, (0, 1)), (other, (1, 0))):
        graph.add("Input", shape=(4,))
        graph.add("ReLU")
        graph.add("Add")
        edges = [Edge("n1", "output", "n3", "x0"), Edge("n2", "output", "n3", "x1")]
        for number in numbers:
            graph.insert_edge(edges[number])
            SetParameter("n2", f"p{number}", {"b": number, "a": 1} if number else {"a": 1, "b": number}).apply(graph)
    SetParameter("n1", "weird", {"a": 1, "b": 2}).apply(one)
    SetParameter("n1", "weird", {"b": 2, "a": 1}).apply(other)
    assert one.nodes == other.nodes
    assert project.to_bytes(one) == project.to_bytes(other)


def test_saving_and_loading(tmp_path: Path) -> None:
    path = tmp_path / "größe.loom"
    project.save(lenet(), path)
    assert project.to_bytes(project.load(path)) == path.read_bytes() == project.to_bytes(lenet())
    assert stat.S_IMODE(path.stat().st_mode) == 0o666 & ~_umask()
    path.chmod(0o640)
    project.save(Graph("other"), path)
    assert project.load(path).name == "other"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@pytest.mark.parametrize("step", ["replace", "fsync", "chmod", "open"])
def test_a_failure_keeps_the_old_file(step: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "work.loom"
    project.save(lenet(), path)
    before = path.read_bytes()

    def fail(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    match step:
        case "replace":
            monkeypatch.setattr("engine.system.os.replace", fail)
        case "chmod":
            monkeypatch.setattr(Path, "chmod", fail)
        case "fsync":
            monkeypatch.setattr("engine.files.os.fsync", fail)
        case "open":
            monkeypatch.setattr("engine.files.open_handle", fail)
    with pytest.raises(ProjectError) as caught:
        project.save(Graph("other"), path)
    assert str(caught.value) == f"{path} cannot be written: No space left on device."
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match=r"cannot be written: No such file or directory\.$"):
        project.save(lenet(), tmp_path / "no" / "work.loom")
    with pytest.raises(ProjectError, match=r"cannot be read: No such file or directory\.$"):
        project.load(tmp_path / "no.loom")
    with pytest.raises(ProjectError, match=r"cannot be read: it is a folder\.$"):
        project.load(tmp_path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ProjectError, match=r"cannot be written: Permission denied\.$"):
        project.save(lenet(), tmp_path / "work.loom")


@pytest.mark.parametrize(
    "settings",
    [{"lr": float("nan")}, {"lr": object()}, {1: 2, "a": 3}, {"text": "\ud800"}],
    ids=["nan", "object", "keys", "half"],
)
def test_what_no_file_can_hold_is_one_sentence_and_nothing_is_written(
    settings: dict[str, object], tmp_path: Path
) -> None:
    """Edits refuse such values; a script can still put them into the settings by hand."""
    graph = lenet()
    graph.settings["training"] = settings
    with pytest.raises(ProjectError, match=r"^The project 'LeNet-5' holds a value that no file can hold: .+\.$"):
        project.save(graph, tmp_path / "work.loom")
    assert not list(tmp_path.iterdir())


def test_whatever_edits_leave_can_be_saved_and_read_again() -> None:
    """Longest names and texts, deepest values, largest numbers, farthest positions: what is let in comes back."""
    graph = Graph()
    node = graph.add("ReLU", name="n" * 80)
    edits: list[Edit] = [
        SetParameter(node, "p" * 80, 2**63 - 1),
        SetParameter(node, "text", "t" * 10_000),
        Move({node: (1e7, -1e7)}),
        RenameGraph("g" * 200),
    ]
    deep: object = -(2**63) + 1
    for level in range(30):
        deep = (deep,)
        edits += [SetParameter(node, "deep", deep), SetSetting(("training", "deep"), deep)]
        edits.append(SetSetting(("data", *(f"level {n}" for n in range(level + 1))), 1))
    refused = 0
    for edit in edits:
        try:
            edit.apply(graph)
        except GraphError:
            refused += 1
        content = project.to_bytes(graph)
        assert project.to_bytes(project.from_bytes(content)) == content
    assert 10 < refused < 60
