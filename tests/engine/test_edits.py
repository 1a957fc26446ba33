"""Every change of a graph is undone by its inverse, refused as a whole, and followed by shapes and problems."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine import project
from engine.drawing import SetDrawing
from engine.edits import (
    MISSING,
    AddNode,
    Compound,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNode,
    RenameGraph,
    RenameNode,
    SetParameter,
    SetProperty,
    SetSetting,
    remove,
)
from engine.frames import AddFrame, Frame, RemoveFrame, SetFrame
from engine.graph import CycleError, Edge, Graph, GraphError, Node
from engine.problems import Checker, find
from engine.shapes import Report, Shapes, infer
from engine.source import SourceError, write
from tests.engine.graphs import completed, random_edit, state


def small() -> Graph:
    """n1 Input → n2 Conv2d → n3 ReLU → n4 Add ← n2, n5 Output; nothing reads n4."""
    graph = Graph("small")
    image = graph.add("Input", shape=(1, 8, 8))
    conv = graph.add("Conv2d", out_channels=2, kernel_size=3)
    relu = graph.add("ReLU")
    add = graph.add("Add")
    graph.add("Output")
    graph.connect(image, conv)
    graph.connect(conv, relu)
    graph.connect(relu, add)
    graph.connect(conv, add)
    graph.settings["training"] = {"optimizer": {"name": "sgd", "lr": 0.1}}
    AddFrame(Frame("f1", (-20.0, -20.0, 300.0, 200.0), "Stem", "two\nlines", "blue")).apply(graph)
    return graph


ALL_EDITS: list[Edit] = [
    AddNode(Node("n9", "Linear", "fc1", {"out_features": 3}), (1.0, 2.0)),
    AddNode(Node("n9", "Linear", "fc1"), (1.0, 2.0), 1),
    RemoveNode("n5"),
    Connect(Edge("n4", "output", "n5", "input")),
    Connect(Edge("n1", "output", "n4", "x2")),
    Disconnect(Edge("n2", "output", "n3", "input")),
    SetParameter("n2", "out_channels", 5),
    SetParameter("n2", "stride", (2, 1)),
    SetParameter("n2", "kernel_size", MISSING),
    SetParameter("n2", "kernel_size", "three"),
    SetProperty("n2", "frozen", True),
    SetProperty("n3", "initialization", "nothing"),
    RenameNode("n2", "first"),
    Move({"n1": (5.5, 6.0), "n2": (-1.0, 0.0)}),
    AddFrame(Frame("f2", (0.0, 0.0, 48.0, 48.0)), 0),
    RemoveFrame("f1"),
    SetFrame(Frame("f1", (0.5, 0.0, 90.0, 60.0), "Head", "", "red")),
    SetDrawing("direction", "right"),
    SetSetting(("training", "optimizer", "lr"), 0.5),
    SetSetting(("training", "optimizer"), MISSING),
    SetSetting(("training", "a", "b", "c"), [1, 2]),
    SetSetting(("data", "path"), "digits"),
    RenameGraph("other"),
    Compound((Disconnect(Edge("n1", "output", "n2", "input")), RenameNode("n1", "image")), "Two"),
    remove(small(), {"n2", "n4"}),
    remove(small(), {"n1", "n2", "n3", "n4", "n5"}),
]


@pytest.mark.parametrize("edit", ALL_EDITS, ids=lambda edit: type(edit).__name__)
def test_the_inverse_takes_an_edit_back_and_its_inverse_brings_it_again(edit: Edit) -> None:
    graph = small()
    before = state(graph)
    assert edit.title(graph)
    inverse = edit.apply(graph)
    after = state(graph)
    assert after != before
    again = inverse.apply(graph)
    assert state(graph) == before
    again.apply(graph)
    assert state(graph) == after


def test_every_kind_of_edit_is_tried() -> None:
    kinds = {
        cls.__name__
        for cls in Edit.__subclasses__()
        if cls.__module__ in ("engine.edits", "engine.frames", "engine.drawing")
    }
    assert {type(edit).__name__ for edit in ALL_EDITS} == kinds


DEEP: Any = 1
for _ in range(30):
    DEEP = (DEEP,)

REFUSED: list[tuple[Edit, str]] = [
    (AddNode(Node("n1", "ReLU", "new"), (0, 0)), "The id 'n1' is taken already."),
    (AddNode(Node("n9", "ReLU", "conv1"), (0, 0)), "There is a node named 'conv1' already; choose another name."),
    (AddNode(Node("n9", "ReLU", " "), (0, 0)), "A node needs a name of 1 to 80 characters on one line."),
    (AddNode(Node("a b", "ReLU", "new"), (0, 0)), "'a b' is not an id"),
    (AddNode(Node("n9", "Re LU", "new"), (0, 0)), "'Re LU' is not a type"),
    (
        AddNode(Node("n9", "ReLU", "new", {"p": float("nan")}), (0, 0)),
        "new cannot keep p: it holds nan, which is not a finite number.",
    ),
    (AddNode(Node("n9", "ReLU", "new"), (float("inf"), 0)), "A position"),
    (RemoveNode("n2"), "conv1 still has wires; cut them first."),
    (RemoveNode("n7"), "There is no node with the id 'n7'."),
    (Connect(Edge("n1", "output", "n2", "input")), "The input 'input' of conv1 has a wire already."),
    (Connect(Edge("n1", "output", "n7", "input")), "There is no node with the id 'n7'."),
    (Connect(Edge("n1", "output", "n5", "a b")), "'a b' is not a name of a port"),
    (Disconnect(Edge("n1", "output", "n3", "input")), "That wire is not there any more."),
    (SetParameter("n7", "p", 1), "There is no node with the id 'n7'."),
    (SetParameter("n2", "p" * 81, 1), "A parameter needs a name of 1 to 80 characters"),
    (
        SetParameter("n2", "stride", float("inf")),
        "conv1 cannot keep stride: it holds inf, which is not a finite number.",
    ),
    (SetParameter("n2", "stride", 2**63), "conv1 cannot keep stride: it holds an integer of more than 63 bits."),
    (SetParameter("n2", "stride", "x" * 10_001), "conv1 cannot keep stride: it holds a text of 10001 characters; "),
    (SetParameter("n2", "stride", "\ud800"), "conv1 cannot keep stride: it holds text with half a character in it."),
    (SetParameter("n2", "stride", DEEP), "conv1 cannot keep stride: it is nested too deep"),
    (
        SetParameter("n2", "stride", object()),
        "conv1 cannot keep stride: it holds a 'object', which is not a number, text",
    ),
    (SetParameter("n2", "stride", {1: 2}), "conv1 cannot keep stride: it holds a key that is not text."),
    (RenameNode("n2", "relu1"), "There is a node named 'relu1' already; choose another name."),
    (RenameNode("n2", "a\nb"), "A node needs a name of 1 to 80 characters on one line."),
    (Move({"n1": (0, 0), "n7": (0, 0)}), "There is no node with the id 'n7'."),
    (Move({"n1": (2e7, 0)}), "A position"),
    (AddFrame(Frame("f1", (0, 0, 90, 90))), "The id 'f1' of a frame is taken already."),
    (AddFrame(Frame("f2", (0, 0, 47, 90))), "A frame is at least 48 pixels wide and high."),
    (AddFrame(Frame("f2", (0, float("nan"), 90, 90))), "A frame lies within"),
    (SetFrame(Frame("f1", (0, 0, 90, 90), "two\nlines")), "The title of a frame has at most 200 characters on one"),
    (SetFrame(Frame("f1", (0, 0, 90, 90), "", "t" * 2001)), "The text of a frame has at most 2,000 characters."),
    (SetFrame(Frame("f1", (0, 0, 90, 90), "", "", "pink")), "A frame is gray, blue, green, yellow, red or purple"),  # type: ignore[arg-type]
    (SetFrame(Frame("f7", (0, 0, 90, 90))), "There is no frame with the id 'f7'."),
    (RemoveFrame("f7"), "There is no frame with the id 'f7'."),
    (SetSetting(("training",), 1), "There is no setting 'training'; settings begin with 'data.' or 'training.'."),
    (SetSetting(("nodes", "x"), 1), "There is no setting 'nodes.x'; settings begin with 'data.' or 'training.'."),
    (
        SetSetting(("training", "optimizer", "lr", "x"), 1),
        "The setting 'training.optimizer.lr' is a value and holds no entries.",
    ),
    (SetSetting(("training", "lr"), float("nan")), "training.lr cannot be kept: it holds nan, which is not a finite"),
    (RenameGraph("n" * 201), "A network needs a name of at most 200 characters."),
    (
        Compound((RenameNode("n1", "image"), RenameNode("n1", "picture"), RemoveNode("n2")), "Three"),
        "conv1 still has wires; cut them first.",
    ),
]


@pytest.mark.parametrize(
    ("edit", "sentence"), REFUSED, ids=[f"{type(e).__name__}-{n}" for n, (e, _) in enumerate(REFUSED)]
)
def test_a_refused_edit_says_why_and_changes_nothing(edit: Edit, sentence: str) -> None:
    graph = small()
    before, content = state(graph), project.to_bytes(graph)
    with pytest.raises(GraphError) as caught:
        edit.apply(graph)
    assert str(caught.value).startswith(sentence)
    assert str(caught.value).endswith(".")
    assert state(graph) == before
    assert project.to_bytes(graph) == content


def test_a_circle_is_refused_by_name() -> None:
    graph = small()
    with pytest.raises(CycleError) as caught:
        Connect(Edge("n4", "output", "n1", "input")).apply(graph)
    assert str(caught.value) == (
        "A wire from add1 to input would close a circle: add1 already needs the result of input."
    )


def test_a_setting_is_kept_as_it_was_when_it_was_set() -> None:
    """The value of an edit is its own: what is set inside later, or on a copy, does not reach back into it."""
    graph, value = Graph(), {"name": "sgd"}
    edit = SetSetting(("training", "optimizer"), value)
    edit.apply(graph)
    SetSetting(("training", "optimizer", "lr"), 0.5).apply(graph)
    assert value == {"name": "sgd"}
    other = Graph()
    edit.apply(other)
    assert other.settings["training"] == {"optimizer": {"name": "sgd"}}


def seen(report: Report) -> Any:
    """All that a report says, axis meanings included (which take no part in equality)."""
    outputs = {
        node_id: {port: (spec, spec.axes) for port, spec in specs.items()} for node_id, specs in report.outputs.items()
    }
    return report.layers, report.inputs, outputs, report.errors


def follow(checker: Checker, edit: Edit) -> None:
    """Bring shapes and problems up to date after an edit, and hold them against those found afresh."""
    graph, shapes = checker.shapes.graph, checker.shapes
    checker.update(shapes.update(edit.change().dirty(graph)))
    assert seen(shapes.report) == seen(infer(graph)), edit
    assert checker.problems() == find(graph), edit


@pytest.mark.parametrize(
    ("edit", "code"),
    [
        (Disconnect(Edge("n2", "output", "n3", "x0")), "linear-on-image"),  # the shape stays, its meaning does not
        (Disconnect(Edge("n4", "output", "n5", "input")), "unused"),
        (SetSetting(("data", "dataset"), "iris"), "input-data"),
        (SetSetting(("training", "epochs"), "many"), "setting"),
        (SetParameter("n1", "shape", (1, 9, 9)), "mismatch"),
        (RenameNode("n4", "last"), "no-data"),
    ],
    ids=lambda item: item if isinstance(item, str) else "",
)
def test_problems_follow_an_edit(edit: Edit, code: str) -> None:
    graph = Graph()
    image = graph.add("Input", shape=(1, 8, 8))
    flat = graph.add("Flatten", end_dim=1)
    add, linear, output = graph.add("Add"), graph.add("Linear", out_features=10), graph.add("Output")
    for source, target in ((image, flat), (flat, add), (image, add), (add, linear), (linear, output)):
        graph.connect(source, target)
    flatten, conv = graph.add("Flatten"), graph.add("Linear", out_features=3)
    graph.connect(image, flatten)
    graph.connect(flatten, conv)
    graph.connect(graph.add("Input", shape=(64,)), graph.add("Add", name="sum"))
    graph.connect(flatten, graph.by_name("sum").id)  # type: ignore[union-attr]
    checker = Checker(Shapes(graph))
    before = [problem.code for problem in checker.problems()]
    inverse = edit.apply(graph)
    follow(checker, edit)
    after = [problem.code for problem in checker.problems()]
    assert after.count(code) > before.count(code) or code == "no-data"
    inverse.apply(graph)
    follow(checker, inverse)
    assert [problem.code for problem in checker.problems()] == before


def source_or_reason(graph: Graph) -> str:
    """The source of all that is complete, or the sentence that says why there is none."""
    try:
        return write(completed(graph))
    except SourceError as error:
        return str(error)


@pytest.mark.parametrize("count", [400, pytest.param(10_000, marks=pytest.mark.slow)])
def test_random_edits_undone_and_redone_give_the_same_bytes(count: int) -> None:
    rng, graph = random.Random(19), Graph("random")
    checker = Checker(Shapes(graph))
    undo: list[Edit] = []
    redo: list[Edit] = []
    refused = written = 0

    def snapshot() -> tuple[bytes, list[str], str]:
        return project.to_bytes(graph), graph.order(), source_or_reason(graph)

    def step(taken: list[Edit], given: list[Edit]) -> None:
        edit = taken.pop()
        given.append(edit.apply(graph))
        follow(checker, edit)
        assert snapshot() == history[len(undo)], edit

    history = [snapshot()]
    while len(history) + refused <= count:
        for _ in range(rng.choice([0] * 9 + [5])):
            if undo:
                step(undo, redo)
        while redo:
            step(redo, undo)
        edit = random_edit(rng, graph)
        before = state(graph)
        try:
            undo.append(edit.apply(graph))
        except GraphError:
            refused += 1
            assert state(graph) == before, edit
            continue
        history.append(snapshot())
        written += history[-1][2].startswith('"""')
        follow(checker, edit)
    assert count / 10 < refused < count / 2
    assert written > count / 100
    while undo:
        redo.append(undo.pop().apply(graph))
        assert snapshot() == history[len(undo)]
    while redo:
        undo.append(redo.pop().apply(graph))
        assert snapshot() == history[len(undo)]
