"""Fixes: what is offered cures, keeps what it says it keeps, is one step, and its shape is the one it gives."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.blocks.block_edits import Within
from engine.edits import SetParameter, SetSetting
from engine.graph import Graph, GraphError
from engine.live_nodes import live_nodes
from engine.problems import Checker, Problem, find
from engine.problems.fixes import fix_all
from engine.problems.trial import Trial
from engine.project import to_bytes
from engine.shapes import Shapes, infer
from tests.engine.corpus.notation import more_data, read
from tests.engine.graphs import random_edit, random_graph, state
from tests.engine.test_corpus import FAULTS

LATE_FLATTEN = """
    x: Input(shape=(16, 5, 5))
    fc1: Linear(out_features=120)
    y: Output
"""
TINY_MAP = """
    x: Input(shape=(32, 2, 2))
    pool2: MaxPool2d(kernel_size=3, stride=1)
    flat: Flatten
    y: Output
"""


def the(graph: Graph, code: str) -> Problem:
    """The one problem of a kind."""
    (problem,) = [problem for problem in find(graph) if problem.code == code]
    return problem


def labels(problem: Problem) -> list[str]:
    return [str(fix) for fix in problem.fixes]


def test_the_words_of_the_ux_page() -> None:
    assert labels(the(read(LATE_FLATTEN), "linear-on-image"))[:2] == [
        "Insert Flatten → (N, 120)",
        "Insert global average pooling → (N, 120)",
    ]
    small = the(read(TINY_MAP), "window")
    assert (
        small.message
        == "pool2 (MaxPool2d) slides a 3×3 window over 2×2 input: ⌊(2 + 2·0 − 3)/1⌋ + 1 = 0 rows are left."
    )
    assert labels(small)[:2] == ["Set padding to 1 → (N, 32, 2, 2)", "Set kernel_size to 2 → (N, 32, 1, 1)"]
    assert labels(small)[-1] == "Remove pool2 → (N, 32, 2, 2)"


def outcome(graph: Graph, problem: Problem) -> None:
    """Apply every fix of a problem to a copy and look whether it is as promised."""
    before = to_bytes(graph)
    whole = [p.place for p in find(graph)]
    for fix in problem.fixes:
        copy = graph.copy()
        inverse = fix.edit.apply(copy)
        after = find(copy)
        assert problem.place not in [p.place for p in after], fix.label
        errors = [p for p in after if p.severity == "error"]
        assert fix.errors == len(errors)
        assert all(p.place in whole or p.node != problem.node for p in errors), fix.label
        if fix.keeps:
            assert graph.nodes.keys() <= copy.nodes.keys()
        if fix.result and problem.node in copy.nodes and not problem.inside:
            report = infer(copy)
            shapes = [str(s) for port in report.outputs.values() for s in port.values()]
            shapes += [str(s) for inputs in report.inputs.values() for s in inputs]
            assert fix.result in shapes, fix.label
        inverse.apply(copy)
        assert to_bytes(copy) == before, "one step takes it back"
    assert to_bytes(graph) == before, "looking for fixes changes nothing"
    kept = [fix.keeps for fix in problem.fixes]
    assert kept == sorted(kept, reverse=True), "what keeps everything comes first"


@pytest.mark.parametrize("place", range(0, len(FAULTS), 3))
def test_every_fix_of_the_corpus_does_what_it_says(place: int) -> None:
    with more_data():
        graph = FAULTS[place].graph()
        for problem in find(graph):
            outcome(graph, problem)


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_every_fix_of_a_random_network_does_what_it_says(seed: int) -> None:
    graph = random_graph(random.Random(seed), 40)
    for problem in find(graph)[:12]:
        outcome(graph, problem)


def blocks() -> Graph:
    """A block with a window that is too large for its second use."""
    graph = Graph()
    inner = graph.define("Down", channels=8)
    start, conv = inner.add("BlockInput", name="in"), inner.add("Conv2d", out_channels=8, kernel_size=7, name="conv")
    relu, end = inner.add("ReLU"), inner.add("BlockOutput", name="out")
    for source, target in ((start, conv), (conv, relu), (relu, end)):
        inner.connect(source, target)
    image = graph.add("Input", shape=(1, 11, 11))
    first, second = graph.add("Down", name="first"), graph.add("Down", name="second")
    flat, fc, output = graph.add("Flatten"), graph.add("Linear", out_features=10), graph.add("Output")
    for source, target in ((image, first), (first, second), (second, flat), (flat, fc), (fc, output)):
        graph.connect(source, target)
    return graph


def test_a_fault_inside_a_block_is_mended_inside() -> None:
    graph = blocks()
    problem = next(p for p in find(graph) if p.severity == "error")
    assert problem.node is not None
    assert graph.nodes[problem.node].name == "second"
    assert problem.inside
    best = problem.fixes[0]
    assert best.keeps
    assert isinstance(best.edit.edits[0], Within)
    best.apply(graph)
    assert [p for p in find(graph) if p.severity == "error"] == []


def test_fixes_of_the_open_level_are_edits_of_that_level() -> None:
    graph = blocks()
    inner = next(iter(graph.blocks.values())).graph
    SetParameter(inner.by_name("conv").id, "kernel_size", "x").apply(inner)  # type: ignore[union-attr]
    problem = next(p for p in Checker(Shapes(inner)).problems() if p.code == "parameter")
    problem.fixes[0].apply(inner)
    assert [p.code for p in Checker(Shapes(inner)).problems() if p.code == "parameter"] == []


def test_what_is_gone_has_no_fixes() -> None:
    graph = read(LATE_FLATTEN)
    checker = Checker(Shapes(graph))
    (problem,) = [p for p in checker.problems() if p.code == "linear-on-image"]
    edit = SetParameter(graph.of_type("Input")[0].id, "shape", (400,))
    edit.apply(graph)
    checker.update(checker.shapes.update(edit.change().dirty(graph)))
    assert problem.fixes == ()


SEVERAL = """
    x: Input(shape=(1, 8, 8))
    conv: Conv2d(out_channels=8, kernel_size=3, padding=1)
    drop: Dropout(p=7)
    fc: Linear(out_features=9)
    soft: Softmax
    y: Output
"""


def test_mend_all_mends_what_can_be_mended_in_one_step() -> None:
    graph = read(SEVERAL, {"data.dataset": "digits"})
    before, text = find(graph), to_bytes(graph)
    step = fix_all(Checker(Shapes(graph)))
    assert step is not None
    edit, made = step
    assert made == [
        "Set p to 0.07",
        "Insert Flatten before fc and set its out_features to 10",
        "Insert ReLU",
        "Move soft to prediction",
    ]
    inverse = edit.apply(graph)
    assert [p.message for p in find(graph) if p.severity != "hint"] == []
    assert len(before) > len(find(graph))
    inverse.apply(graph)
    assert to_bytes(graph) == text


def test_mend_all_has_nothing_to_do_where_all_is_well() -> None:
    graph = read(LATE_FLATTEN.replace("fc1", "flat: Flatten\n    fc1"))
    assert fix_all(Checker(Shapes(graph))) is None


@settings(max_examples=25)
@given(st.integers(0, 10**6))
def test_mend_all_never_makes_it_worse(seed: int) -> None:
    graph = random_graph(random.Random(seed), 40)
    nodes, guilty = set(graph.nodes), {p.node for p in find(graph) if p.severity == "error"}
    healthy = set(infer(graph).inputs) - guilty
    step = fix_all(Checker(Shapes(graph)))
    if step is not None:
        step[0].apply(graph)
        assert nodes <= graph.nodes.keys()
        assert healthy.isdisjoint({p.node for p in find(graph) if p.severity == "error"})


def settings_of(graph: Graph, path: tuple[str, ...]) -> Any:
    value: Any = graph.settings
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def test_a_setting_is_mended_in_the_settings() -> None:
    graph = read("x: Input(shape=(4,))\nfc: Linear(out_features=3)\ny: Output", {"data.dataset": "iriss"})
    best = the(graph, "data").fixes[0]
    assert best.label == "Choose the data iris"
    best.apply(graph)
    assert settings_of(graph, ("data", "dataset")) == "iris"
    SetSetting(("training", "epochs"), "12").apply(graph)
    assert the(graph, "setting").fixes[0].label == "Set training.epochs to 12"


@pytest.mark.parametrize("seed", range(25))
def test_an_edit_that_is_tried_leaves_no_trace(seed: int) -> None:
    rng = random.Random(seed)
    trial = Trial(Checker(Shapes(random_graph(rng, 60))))
    graph = trial.graph

    def everything() -> tuple[object, ...]:
        order = [(list(graph.incoming[node_id]), list(graph.outgoing[node_id])) for node_id in graph.nodes]
        typed = [list(node.parameters.items()) for node in graph.nodes.values()]
        shapes = repr((sorted(trial.report.outputs.items()), sorted(trial.report.errors.items())))
        return state(graph), order, typed, graph.numbers, trial.problems(), shapes

    for _ in range(20):
        before, live, wires = everything(), live_nodes(graph), {n: len(w) for n, w in graph.incoming.items()}
        edit = random_edit(rng, graph)
        graph.numbers = before[3]  # type: ignore[assignment]
        try:
            with trial.attempt(edit) as outcome:
                fresh = find(graph)
                assert trial.problems() == fresh
                there = all(len(graph.incoming.get(n, ())) >= count for n, count in wires.items())
                whole = there and wires.keys() <= graph.nodes.keys() and live_nodes(graph) >= live
                assert outcome.keeps(graph, live) == whole
        except GraphError:
            pass
        assert everything() == before, edit
