"""A fault stays on the guilty node with its numbers, what follows it is unknown, and open sizes run through."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.dims import Size
from engine.edits import Connect, Disconnect, RemoveNode, SetParameter
from engine.graph import Edge, Graph
from engine.problems import find
from engine.shapes import Report, Shapes, infer
from engine.spec import BATCH, Spec
from tests.engine.graphs import random_graph
from tests.engine.networks import Step, chain

T = Size("T")


def test_lenet_is_inferred_to_the_end() -> None:
    graph = chain(
        (1, 28, 28),
        ("Conv2d", {"out_channels": 6, "kernel_size": 5, "padding": 2}),
        ("AvgPool2d", {"kernel_size": 2}),
        ("Flatten", {}),
        ("Linear", {"out_features": 10}),
    )
    report = infer(graph)
    shapes = [str(spec) for outputs in report.outputs.values() for spec in outputs.values()]
    assert shapes == ["(N, 1, 28, 28)", "(N, 6, 28, 28)", "(N, 6, 14, 14)", "(N, 1176)", "(N, 10)"]
    assert not report.errors
    assert all(report.complete(node_id) for node_id in graph.nodes)


def test_a_fault_stays_on_the_guilty_node_and_the_rest_is_unknown() -> None:
    graph = chain((1, 2, 2), ("MaxPool2d", {"kernel_size": 3}), ("Flatten", {}), ("Linear", {"out_features": 10}))
    pool, flatten, linear, output = list(graph.nodes)[1:]
    report = infer(graph)
    assert set(report.errors) == {pool}
    assert (report.errors[pool].code, report.errors[pool].port, report.errors[pool].parameter) == (
        "window",
        "input",
        "kernel_size",
    )
    for node_id in (pool, flatten, linear, output):
        assert not report.complete(node_id)
        assert report.spec(node_id) is None
    assert report.layer(flatten) is not None
    assert [problem.node for problem in find(graph) if problem.severity == "error"] == [pool]


def test_a_half_typed_parameter_makes_the_rest_unknown_until_it_is_whole() -> None:
    graph = chain((8,), ("Linear", {"out_features": 4}), ("ReLU", {}))
    linear, relu = list(graph.nodes)[1:3]
    shapes = Shapes(graph)
    SetParameter(linear, "out_features", "4x").apply(graph)
    assert shapes.update({linear}) >= {linear, relu}
    assert shapes.report.errors[linear].code == "parameter"
    assert shapes.report.spec(relu) is None
    SetParameter(linear, "out_features", 5).apply(graph)
    shapes.update({linear})
    assert str(shapes.report.spec(relu)) == "(N, 5)"
    assert not shapes.report.errors


def test_an_edit_that_changes_no_shape_looks_at_one_node() -> None:
    graph = chain((8,), *[("ReLU", {})] * 50, ("Dropout", {}), *[("ReLU", {})] * 50)
    dropout = graph.of_type("Dropout")[0].id
    shapes = Shapes(graph)
    SetParameter(dropout, "p", 0.1).apply(graph)
    assert shapes.update({dropout}) == {dropout}
    SetParameter("n1", "shape", (9,)).apply(graph)
    assert len(shapes.update({"n1"})) == len(graph.nodes)


def test_open_lengths_run_through_and_meet() -> None:
    graph = Graph()
    text = graph.add("Input", shape=("T", 8))
    linear = graph.add("Linear", out_features=4)
    add, concat, flat = graph.add("Add"), graph.add("Concat", dim=1), graph.add("Flatten", start_dim=1)
    other = graph.add("Linear", out_features=4, name="other")
    for source, target in ((text, linear), (text, other), (linear, add), (other, add), (add, concat), (linear, concat)):
        graph.connect(source, target)
    graph.connect(concat, flat)
    report = infer(graph)
    assert report.spec(add) == Spec((BATCH, T, 4))
    assert report.spec(concat) == Spec((BATCH, 2 * T, 4))
    assert report.spec(flat) == Spec((BATCH, 8 * T))
    image = chain((3, "T", "T"), ("Conv2d", {"out_channels": 2, "kernel_size": 3, "stride": 2, "padding": 1}))
    report = infer(image)
    spec = report.spec("n2")
    assert spec is not None
    assert str(spec) == "(N, 2, ⌊(T − 1)/2⌋ + 1, ⌊(T − 1)/2⌋ + 1)"
    assert spec.bound({"N": 5, "T": 28}) == (5, 2, 14, 14)


def test_different_lengths_do_not_meet() -> None:
    graph = Graph()
    source, target = graph.add("Input", shape=("S", 8)), graph.add("Input", shape=("T", 8))
    add = graph.add("Add")
    graph.connect(source, add)
    graph.connect(target, add)
    message = infer(graph).errors[add].message
    assert message == "adds (N, S, 8) + (N, T, 8), but along axis 1 they differ: S and T are neither equal nor 1."


def test_a_fault_names_the_port_the_wire_hangs_on() -> None:
    """Ports keep their names when a wire before them is cut."""
    graph = Graph()
    add = graph.add("Add")
    for index, width in ((0, 4), (1, 4), (2, 5)):
        graph.connect(graph.add("Input", shape=(width,)), add, target=index)
    shapes = Shapes(graph)
    assert shapes.report.errors[add].port == "x2"
    cut = graph.incoming[add]["x0"]
    Disconnect(cut).apply(graph)
    shapes.update({add})
    assert shapes.report.errors[add].port == "x2"


def test_a_removed_node_is_forgotten() -> None:
    graph = chain((8,), ("ReLU", {}))
    shapes = Shapes(graph)
    edge, last = list(graph.edges)
    for edit in (Disconnect(edge), Disconnect(last), RemoveNode("n2")):
        edit.apply(graph)
        shapes.update(edit.change().dirty(graph))
    assert shapes.report == infer(graph)
    assert "n2" not in shapes.report.layers


def test_more_numbers_than_torch_can_count_are_a_fault() -> None:
    """Doubled 400 times, the channels would have 120 digits: too many for torch, and soon for Python's own text."""
    graph = Graph()
    last = graph.add("Input", shape=(2**20, 4, 4))
    for _ in range(400):
        node = graph.add("Concat")
        graph.connect(last, node)
        graph.connect(last, node)
        last = node
    (guilty,) = infer(graph).errors.items()
    assert guilty[1].message.endswith(": more numbers than torch can count.")
    graph = chain((2**31 - 1,) * 3, ("Flatten", {}))
    assert set(infer(graph).errors) == {"n1"}


def test_a_size_that_halves_and_adds_up_again_and_again_stays_quick() -> None:
    graph = Graph()
    last = graph.add("Input", shape=(1, "T", "T"))
    for _ in range(300):
        half = graph.add("MaxPool2d", kernel_size=2)
        third = graph.add("MaxPool2d", kernel_size=(3, 2))
        both = graph.add("Concat", dim=2)
        for source, target in ((last, half), (last, third), (half, both), (third, both)):
            graph.connect(source, target)
        last = both
    report = infer(graph)
    assert not report.errors
    assert len(str(report.spec(last))) < 1000


def test_every_report_is_well_formed() -> None:
    rng = random.Random(11)
    complete = 0
    for _ in range(120):
        graph = random_graph(rng, 120)
        report: Report = infer(graph)
        for node_id in graph.nodes:
            layer = report.layer(node_id)
            assert report.complete(node_id) == (node_id in report.outputs)
            assert not (report.complete(node_id) and node_id in report.errors)
            if report.complete(node_id):
                known = layer or report.absent(node_id)
                assert known is not None
                assert list(report.outputs[node_id]) == [port.name for port in known.output_ports()]
                complete += 1
    assert complete > 100


def test_a_wire_from_a_port_that_is_gone_leaves_the_target_unknown() -> None:
    graph = Graph()
    image = graph.add("Input", shape=(1, 4, 4))
    pool, relu = graph.add("MaxPool2d", kernel_size=2, return_indices=True), graph.add("Add")
    graph.connect(image, pool)
    graph.connect(pool, relu, source="indices")
    assert str(infer(graph).spec(relu)) == "(N, 1, 2, 2)"
    SetParameter(pool, "return_indices", False).apply(graph)
    report = infer(graph)
    assert report.spec(relu) is None
    assert not report.errors
    Connect(Edge(pool, "output", relu, "x1")).apply(graph)
    assert infer(graph).spec(relu) is None


conv: Step = ("Conv2d", {"out_channels": 6, "kernel_size": 3})
FAULTS: list[tuple[tuple[Any, ...], Step, str]] = [
    ((1, 2, 2), ("MaxPool2d", {"kernel_size": 3, "stride": 2}),
     "pool1 (MaxPool2d) slides a 3×3 window over 2×2 input: ⌊(2 + 2·0 − 3)/2⌋ + 1 = 0 rows are left."),
    ((1, 5, 2), conv, "conv1 (Conv2d) slides a 3×3 window over 5×2 input: ⌊(2 + 2·0 − 3)/1⌋ + 1 = 0 columns are left."),
    ((1, 4, 4), ("Conv2d", {"out_channels": 6, "kernel_size": 3, "dilation": 2}),
     "conv1 (Conv2d) slides a 3×3 window over 4×4 input: ⌊(4 + 2·0 − 2·(3 − 1) − 1)/1⌋ + 1 = 0 rows are left."),
    ((784,), conv, "conv1 (Conv2d) gets 2-D input (N, 784) but needs 4-D input (N, channels, height, width)."),
    ((28, 28), ("AvgPool2d", {"kernel_size": 2}),
     "pool1 (AvgPool2d) gets 3-D input (N, 28, 28) but needs 4-D input (N, channels, height, width)."),
    ((10,), ("BatchNorm2d", {}),
     "bn1 (BatchNorm2d) gets 2-D input (N, 10) but needs 4-D input (N, channels, height, width)."),
    ((7, 9, 9), ("Conv2d", {"out_channels": 6, "kernel_size": 3, "groups": 3}),
     "conv1 (Conv2d) splits 7 input channels into 3 groups, and 7 / 3 is not an integer."),
    ((3, 4, 4), ("Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": 4, "padding_mode": "reflect"}),
     "conv1 (Conv2d) pads 4 cells of reflect padding to a height of 4; at most 3 can be taken from the image."),
    (("C", 9, 9), conv,
     "conv1 (Conv2d) gets (N, C, 9, 9), whose channel axis is open; filters need a fixed number of channels."),
    (("C", 9, 9), ("BatchNorm2d", {}),
     "bn1 (BatchNorm2d) gets (N, C, 9, 9), whose channel axis is open; it keeps values for a fixed number of "
     "channels."),
    ((8, "T"), ("Linear", {"out_features": 4}),
     "fc1 (Linear) gets (N, 8, T), whose last axis T is open; a weight matrix needs a fixed number there."),
    ((), ("Linear", {"out_features": 4}), "fc1 (Linear) gets (N,) but needs at least one axis besides the batch."),
    ((), ("Flatten", {}), "flatten1 (Flatten) begins at axis 1, but (N,) has 1 axes, -1 … 0."),
    ((4, 4), ("Flatten", {"end_dim": 3}), "flatten1 (Flatten) ends at axis 3, but (N, 4, 4) has 3 axes, -3 … 2."),
    ((4, 4), ("Flatten", {"start_dim": 2, "end_dim": 1}), "flatten1 (Flatten) begins at axis 2, after its end 1."),
    ((4,), ("Softmax", {"dim": 2}), "softmax1 (Softmax) works on axis 2, but (N, 4) has 2 axes, -2 … 1."),
    ((4,), ("Concat", {"dim": 2}), "concat1 (Concat) joins along axis 2, but (N, 4) has 2 axes, -2 … 1."),
    ((4,), ("Dropout", {"p": 2}), "dropout1 (Dropout) needs p to be a number from 0 to 1, not 2."),
    ((4,), ("Linear", {}), "fc1 (Linear) needs a value for out_features (an integer ≥ 1)."),
    ((4, 4), ("Flatten", {"start_dim": 0}),
     "output (Output) gets (16·N,), but the first axis of an answer must be the batch N."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("shape", "step", "sentence"), FAULTS, ids=[f"{s[0]}-{n}" for n, (_, s, _) in enumerate(FAULTS)]
)
def test_the_words_of_a_fault(shape: tuple[Any, ...], step: Step, sentence: str) -> None:
    """Each names the layer, what it got and needs, with the numbers: the form of ux.md."""
    graph = chain(shape, step)
    guilty = graph.by_name(sentence.split()[0]).id  # type: ignore[union-attr]
    (error,) = [p for p in find(graph) if p.severity == "error" and p.node == guilty]
    assert error.message == sentence


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (("Linear", {"out_features": 4}), "fc1 (Linear) gets int64 input (N, 4) but computes with float32 only."),
        (("Softmax", {}), "softmax1 (Softmax) gets int64 input (N, 4) but computes with float32 only."),
        (("Dropout", {}), "dropout1 (Dropout) gets int64 input (N, 4) but computes with float32 only."),
    ],
)
def test_the_words_about_whole_numbers(step: Step, sentence: str) -> None:
    graph = chain((4,), step, dtype="int64")
    assert [problem.message for problem in find(graph) if problem.code == "dtype"] == [sentence]


def test_the_words_of_branches_that_do_not_fit() -> None:
    graph = Graph()
    a, b = graph.add("Input", shape=(6, 8, 8)), graph.add("Input", shape=(6, 4, 8))
    concat, tall = graph.add("Concat"), graph.add("Concat", dim=2)
    c = graph.add("Input", shape=(6,))
    for source, target in ((a, concat), (b, concat), (a, tall), (b, tall), (c, tall)):
        graph.connect(source, target)
    messages = {node: fault.message for node, fault in infer(graph).errors.items()}
    assert messages == {
        concat: "joins (N, 6, 8, 8) with (N, 6, 4, 8) along the channels, but along the height they differ: 8 and 4.",
        tall: "joins (N, 6, 8, 8) with (N, 6): 4 and 2 axes.",
    }
    assert infer(graph).errors[concat].port == "x1"
    assert infer(graph).errors[tall].port == "x2"
