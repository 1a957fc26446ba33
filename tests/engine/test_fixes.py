"""Fixes: what is offered cures, keeps what it says it keeps, is one step, and its shape is the one it gives."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Iterable
from itertools import chain, islice
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


FEWER_HEADS = """
    x: Input(shape=(10, 48))
    places: SinusoidalPositions
    queries: Linear(out_features=48)
    keys: Linear(out_features=12) <- places
    many: Unflatten(dim=2, unflattened_size=(8, 6)) <- queries
    few: Unflatten(dim=2, unflattened_size=(2, 6)) <- keys
    q: Permute(dims=(0, 2, 1, 3)) <- many
    k: Permute(dims=(0, 2, 1, 3)) <- few
    look: ScaledDotProductAttention <- q, k, k
    flat: Flatten
    fc: Linear(out_features=4)
    y: Output
"""
PADDING_OF_HEADS = """
    x: Input(shape=("T", 48))
    padding: Input(shape=("T",), dtype="bool") <- -
    places: SinusoidalPositions <- x
    heads: Unflatten(dim=2, unflattened_size=(8, 6))
    q: Permute(dims=(0, 2, 1, 3))
    look: ScaledDotProductAttention <- q, q, q, attn_mask=padding
    mean: Mean(dim=(1, 2))
    fc: Linear(out_features=4)
    y: Output
"""
EVEN_WINDOW = """
    x: Input(shape=(3, 32, 32))
    down: Conv2d(out_channels=16, kernel_size=4, stride=2, padding="same")
    relu: ReLU
    flat: Flatten
    fc: Linear(out_features=10)
    y: Output
"""


@pytest.mark.parametrize(
    ("network", "code", "first"),
    [
        (FEWER_HEADS, "mismatch", "Set enable_gqa to true → (N, 8, 10, 6)"),
        (EVEN_WINDOW, "same-stride", "Set padding to same_tf → (N, 16, 16, 16)"),
        (EVEN_WINDOW.replace("=4", "=5"), "same-stride", "Set padding to 2 → (N, 16, 16, 16)"),
        (PADDING_OF_HEADS, "mask", "Insert Unsqueeze(1) and Unsqueeze(1) → (N, 8, T, 6)"),
    ],
)
def test_the_likeliest_fix_comes_first(network: str, code: str, first: str) -> None:
    assert labels(the(read(network), code))[0] == first


def test_bounds_in_the_wrong_order_are_exchanged() -> None:
    noise = the(
        read("x: Input(shape=(3,))\nn: UniformNoise(low=0.5, high=-0.5)\nf: Linear(out_features=2)\ny: Output"),
        "parameter",
    )
    assert noise.message == "n (UniformNoise) draws from 0.5 up to -0.5; low must not be more than high."
    assert "Set low to -0.5 and high to 0.5 → (N, 3)" in labels(noise)


def test_six_numbers_become_the_matrix_of_a_grid() -> None:
    graph = read("""
        x: Input(shape=(1, 28, 28))
        flat: Flatten
        theta: Linear(out_features=6)
        grid: AffineGrid(size=(28, 28)) <- theta
        turned: GridSample <- x, grid
        y: Output
    """)
    assert labels(the(graph, "axes"))[:1] == ["Insert Unflatten(1, 2 × 3) → (N, 28, 28, 2)"]


def test_a_grid_takes_its_size_from_one_place() -> None:
    graph = read("""
        x: Input(shape=(1, 28, 28))
        flat: Flatten
        numbers: Linear(out_features=6)
        theta: Unflatten(dim=1, unflattened_size=(2, 3))
        grid: AffineGrid(size=(28, 28)) <- theta, x
        turned: GridSample <- x, grid
        y: Output
    """)
    both = the(graph, "shape")
    assert both.message == "grid (AffineGrid) has both a size and an image to take the size from; give one of them."
    assert "Set size to none → (N, 28, 28, 2)" in labels(both)


def test_windows_at_random_get_room() -> None:
    chain = """
        x: Input(shape=(3, 8, 8))
        pool: FractionalMaxPool2d(kernel_size=3, {})
        flat: Flatten
        fc: Linear(out_features=2)
        y: Output
    """
    crowded = the(read(chain.format("output_ratio=0.9")), "window")
    assert crowded.message == (
        "pool (FractionalMaxPool2d) finds no room for 7 windows of 3 along the height: with each a cell further they "
        "need 7 + 3 − 1 cells, and there are 8."
    )
    assert labels(crowded)[:2] == [
        "Set kernel_size to 2 → (N, 3, 7, 7)",
        "Set output_ratio to 0.5 → (N, 3, 4, 4)",
    ]
    both = the(read(chain.format("output_ratio=0.5, output_size=4")), "parameter")
    assert labels(both)[:1] == ["Set output_size to none → (N, 3, 4, 4)"]


def test_a_decoder_does_not_look_at_padding_that_its_encoder_never_saw() -> None:
    graph = read("""
        words: Input(shape=("S", 16))
        where: SinusoidalPositions
        said: Input(shape=("T", 16))
        where2: SinusoidalPositions
        padded: Input(shape=("S",), dtype="bool")
        both: Transformer(nhead=4, dim_feedforward=32) <- where, where2, src_key_padding_mask=padded
        fc: Linear(out_features=3)
        y: Output
    """)
    seen = the(graph, "mask")
    assert seen.port == "memory_key_padding_mask"
    assert labels(seen)[0] == "Connect padded to memory_key_padding_mask → (N, T, 16)"


def test_what_a_transformer_says_must_not_be_foreseen() -> None:
    graph = read("""
        words: Input(shape=(12,), dtype="int64")
        read: Embedding(num_embeddings=50, embedding_dim=16)
        where: SinusoidalPositions
        said: Input(shape=(8,), dtype="int64")
        begun: Embedding(num_embeddings=50, embedding_dim=16)
        where2: SinusoidalPositions
        both: Transformer(nhead=4, dim_feedforward=32) <- where, where2
        fc: Linear(out_features=50)
        y: Output(loss="cross_entropy", class_axis=-1)
    """)
    assert labels(the(graph, "no-causal-mask"))[:1] == ["Set tgt_is_causal to true → (N, 8, 16)"]


def outcome(graph: Graph, problem: Problem) -> None:
    """Apply every fix of a problem to a copy and look whether it is as promised."""
    before = to_bytes(graph)
    whole = [p.key for p in find(graph)]
    for fix in problem.fixes:
        copy = graph.copy()
        inverse = fix.edit.apply(copy)
        after = find(copy)
        assert problem.key not in [p.key for p in after], fix.label
        errors = [p for p in after if p.severity == "error"]
        assert fix.errors == len(errors)
        assert all(p.key in whole or p.node != problem.node for p in errors), fix.label
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
    kept = [fix.keeps or fix.spares for fix in problem.fixes]
    assert kept == sorted(kept, reverse=True), "what keeps everything comes first"


@pytest.mark.parametrize("index", range(0, len(FAULTS), 3))
def test_every_fix_of_the_corpus_does_what_it_says(index: int) -> None:
    with more_data():
        graph = FAULTS[index].graph()
        for problem in find(graph):
            outcome(graph, problem)


@settings(max_examples=30)
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


def consume(steps: Iterable[object]) -> None:
    deque(steps, maxlen=0)


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
            with trial.attempt(edit) as attempt:
                steps = chain(attempt.shapes(), attempt.rules())
                if rng.random() < 0.3:  # given up before the end
                    consume(islice(steps, rng.randrange(30)))
                    continue
                consume(steps)
                fresh = find(graph)
                assert trial.problems() == fresh
                there = all(len(graph.incoming.get(n, ())) >= count for n, count in wires.items())
                whole = there and wires.keys() <= graph.nodes.keys() and live_nodes(graph) >= live
                assert attempt.keeps(graph, live) == whole
        except GraphError:
            pass
        finally:
            assert everything() == before, edit
