"""Blocks as people draw them: sizes, conditions, repeats of zero, several values handed on, weights used again."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
import torch

from engine import cost, project
from engine.blocks.rename import rename_node
from engine.compile import compile_graph
from engine.edits import SetParameter, SetProperty
from engine.expressions import evaluate, expression, renamed
from engine.graph import Graph
from engine.problems import find
from engine.problems.checker import Checker
from engine.scope import ExpressionError, Scope
from engine.shapes import Shapes, infer
from engine.source import write
from tests.engine.syntax import strange

SCOPE = Scope({"width": 12, "wide": True, "mode": "max"}, {"x": (4, 3, 8), "a b": (4, 5)}, index=1, count=3)


def chain(graph: Graph, *nodes: str) -> None:
    for source, target in pairwise(nodes):
        graph.connect(source, target)


def errors(graph: Graph) -> list[tuple[str, str]]:
    return [(problem.code, problem.message) for problem in find(graph) if problem.severity == "error"]


def numbers(graph: Graph) -> int:
    """The parameters of the compiled network, which are those that the cost says."""
    count = sum(tensor.numel() for tensor in compile_graph(graph).parameters())
    assert cost.total(graph).parameters == count
    return count


# -- expressions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("in_channels * 2", 6),
        ("size(x, 2) // 2", 4),
        ("size(x, -1)", 8),
        ("size('a b', 1)", 5),
        ("size(x, index)", 3),
        ("width * (index + 1)", 24),
        ("count - index", 2),
        ("min(width, 5, 7)", 5),
        ("max(width)", 12),
        ("round_to(20, 8)", 24),
        ("round_to(19.9, 8)", 16),
        ("make_divisible(72 / 4, 8)", 24),
        ("make_divisible(3, 8)", 8),
        ("width == 12 and not wide", False),
        ("1 < index + 1 <= 2 or wide", True),
        ("width if wide else 0", 12),
        ("mode == 'max'", True),
        ("'a' if mode != 'max' else 'b'", "b"),
    ],
)
def test_an_expression_sees_sizes_the_repeat_and_comparisons(source: str, expected: object) -> None:
    found = evaluate(source, SCOPE)
    assert (found, type(found)) == (expected, type(expected))


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("size(y, 1)", "the inputs here are: x, a b"),
        ("size(x, 3)", "axis 3 of x, which has 3 axes"),
        ("round_to(3, 0)", "an integer ≥ 1"),
        ("width and wide", "only a comparison or a bool"),
        ("mode < 3", "computes with 'max'"),
        ("mode == 3", "a text with a number"),
        ("size(x)", "more than arithmetic"),
        ("print(x)", "more than arithmetic"),
    ],
)
def test_what_has_no_value_says_why(source: str, words: str) -> None:
    with pytest.raises(ExpressionError, match=re.escape(words)):
        evaluate(source, SCOPE)


def test_a_parameter_comes_before_what_is_always_there() -> None:
    assert evaluate("index + in_channels", Scope({"index": 10, "in_channels": 20}, {"x": (1, 2)}, 0, 1)) == 30


def test_renaming_keeps_the_spelling_and_tells_inputs_from_parameters() -> None:
    assert renamed("size( x,1 ) +  x", "x", "y") == "size( x,1 ) +  y"
    assert renamed("size( x,1 ) +  x", "x", "a b", inputs=True) == "size( 'a b',1 ) +  x"


def half(graph: Graph) -> Graph:
    """A block that halves the features of its input, used on 12 of them."""
    block = graph.define("Half")
    chain(
        block,
        block.add("BlockInput", name="x"),
        block.add("Linear", name="fc", out_features=expression("size(x, 1) // 2")),
        block.add("BlockOutput", name="y"),
    )
    chain(graph, graph.add("Input", shape=(12,)), graph.add("Half", repeat=2), graph.add("Output", loss="mse_loss"))
    return block


def test_a_size_is_read_anew_in_every_repeat_and_after_every_edit() -> None:
    graph = Graph()
    half(graph)
    assert numbers(graph) == (12 * 6 + 6) + (6 * 3 + 3)
    shapes = Shapes(graph)
    edit = SetParameter("n1", "shape", (16,))
    inverse = edit.apply(graph)
    shapes.update(edit.change().dirty(graph))
    assert str(shapes.report.outputs["n2"]) == str(infer(graph).outputs["n2"])
    inverse.apply(graph)
    shapes.update(inverse.change().dirty(graph))
    assert shapes.report.outputs == infer(graph).outputs


def test_the_network_sees_the_sizes_of_its_own_inputs() -> None:
    graph = Graph()
    image, fc = (
        graph.add("Input", name="image", shape=(12,)),
        graph.add("Linear", out_features=expression("in_channels")),
    )
    free = graph.add("Linear", out_features=expression("size(image, 1) * 2"))
    chain(graph, image, fc, free, graph.add("Output", loss="mse_loss"))
    shapes = Shapes(graph)
    for edit in (SetParameter(image, "shape", (5,)), rename_node(graph, image, "picture")):
        inverse = edit.apply(graph)
        visited = shapes.update(edit.change().dirty(graph))
        assert shapes.report.outputs == infer(graph).outputs
        assert not errors(graph)
        assert visited >= {image}
        inverse.apply(graph)
        shapes.update(inverse.change().dirty(graph))
    assert shapes.report.outputs == infer(graph).outputs


def test_an_open_size_in_a_condition_is_a_problem_with_a_fix() -> None:
    graph = Graph()
    chain(
        graph,
        graph.add("Input", name="x", shape=("T", 4)),
        graph.add("ReLU", when=expression("size(x, 1) > 3")),
        graph.add("Linear", out_features=2),
        graph.add("Output", loss="mse_loss"),
    )
    (problem,) = [problem for problem in find(graph) if problem.severity == "error"]
    assert (problem.code, problem.parameter) == ("open-size", "when")
    assert "it is T" in problem.message
    labels = [fix.label for fix in problem.fixes]
    assert any("shape of x" in label for label in labels)
    problem.fixes[0].apply(graph)
    assert errors(graph) == []


# -- conditions ------------------------------------------------------------------------------------------------------


def test_an_absent_node_has_no_weights_and_hands_its_input_on() -> None:
    graph = Graph()
    names = [graph.add("Input", shape=(6,)), graph.add("Linear", out_features=3), graph.add("Output", loss=None)]
    chain(graph, *names)
    other = graph.add("Linear", out_features=2)
    chain(graph, names[0], other, graph.add("Output", loss="mse_loss"))
    edit = SetProperty(names[1], "when", False)
    content = project.to_bytes(graph)
    inverse = edit.apply(graph)
    assert errors(graph) == []
    assert numbers(graph) == 6 * 2 + 2
    x = torch.randn(2, 6)
    assert torch.equal(compile_graph(graph)(x)[0], x)
    inverse.apply(graph)
    assert project.to_bytes(graph) == content
    assert numbers(graph) == 6 * 3 + 3 + 6 * 2 + 2


def residual(graph: Graph, **when: object) -> Graph:
    """A block with a widening, a gate and a way around, each under a condition."""
    block = graph.define("Unit", channels=8, gated=False)
    x, y = block.add("BlockInput", name="x"), block.add("BlockOutput", name="y")
    conv = block.add("Conv2d", name="conv", out_channels=expression("channels"), kernel_size=3, padding=1)
    pool, fc = block.add("AdaptiveAvgPool2d", output_size=1), block.add("Conv2d", out_channels=expression("channels"))
    SetParameter(fc, "kernel_size", 1).apply(block)
    gate = block.add("Multiply", name="gate", when=expression("gated"))
    add = block.add("Add", name="add", when=expression("in_channels == channels"))
    chain(block, x, conv, gate, add, y)
    chain(block, conv, pool, fc, gate)
    block.connect(x, add)
    return block


def test_one_class_serves_uses_with_other_parts_and_what_feeds_only_absent_nodes_is_not_there() -> None:
    graph = Graph()
    residual(graph)
    uses = [graph.add("Unit"), graph.add("Unit", gated=True), graph.add("Unit", channels=4)]
    chain(graph, graph.add("Input", shape=(3, 8, 8)), *uses, graph.add("Output", loss="mse_loss"))
    assert errors(graph) == []
    source = write(graph)
    assert source.count("(nn.Module)") == 2
    assert source.count("if gated:") == source.count("if self.gated:") == 1
    conv = [3 * 9 * 8 + 8, 8 * 9 * 8 + 8, 8 * 9 * 4 + 4]
    assert numbers(graph) == sum(conv) + 8 * 8 + 8
    assert tuple(compile_graph(graph)(torch.randn(2, 3, 8, 8)).shape) == (2, 4, 8, 8)


def test_another_output_of_an_absent_node_is_a_problem_whose_fixes_mend_it() -> None:
    graph = Graph()
    image, pool = graph.add("Input", shape=(3, 8, 8)), graph.add("MaxPool2d", kernel_size=2, return_indices=True)
    unpool, last = graph.add("MaxUnpool2d", kernel_size=2), graph.add("Conv2d", out_channels=2, kernel_size=1)
    chain(graph, image, pool)
    graph.connect(pool, unpool, source="output", target="input")
    graph.connect(pool, unpool, source="indices", target="indices")
    chain(graph, unpool, last, graph.add("Output", loss="mse_loss"))
    SetProperty(pool, "when", False).apply(graph)
    (problem,) = [problem for problem in find(graph) if problem.severity == "error"]
    assert (problem.code, problem.node, problem.port) == ("absent", pool, "indices")
    assert [fix.label for fix in problem.fixes][:2] == ["Give unpool1 the same condition", "Give it no condition"]
    for fix in problem.fixes[:2]:
        mended = graph.copy()
        fix.apply(mended)
        assert errors(mended) == []


def test_rules_look_through_absent_nodes() -> None:
    graph = Graph()
    fc, softmax = graph.add("Linear", out_features=3), graph.add("Softmax")
    chain(graph, graph.add("Input", shape=(6,)), fc, softmax, graph.add("Output"))
    assert "softmax-before-loss" in [problem.code for problem in find(graph)]
    checker = Checker(Shapes(graph))
    edit = SetProperty(softmax, "when", False)
    edit.apply(graph)
    checker.update(checker.shapes.update(edit.change().dirty(graph)))
    assert [problem.code for problem in checker.problems()] == ["no-data"]
    assert [problem.code for problem in find(graph)] == ["no-data"]


@pytest.mark.parametrize(
    ("kind", "when", "code"),
    [("Input", False, "property"), ("Linear", 3, "property"), ("Linear", {"expr": "what"}, "expression")],
)
def test_a_condition_that_cannot_be_is_a_problem(kind: str, when: object, code: str) -> None:
    graph = Graph()
    nodes = [graph.add("Input", shape=(6,)), graph.add("Linear", out_features=3), graph.add("Output", loss="mse_loss")]
    chain(graph, *nodes)
    SetProperty(graph.of_type(kind)[0].id, "when", when).apply(graph)
    found = [problem for problem in find(graph) if problem.severity == "error" and problem.parameter == "when"]
    assert [problem.code for problem in found] == [code]
    assert found[0].fixes


def test_a_condition_of_a_stranger_writes_no_code() -> None:
    graph = Graph()
    block = graph.define("Unit", mode="a", width=3)
    text = 'x\'\n"""\nimport os\n'
    chain(
        block,
        block.add("BlockInput", name="x"),
        block.add("ReLU", when=expression(f"mode != {text!r} and width < (4 if mode == 'a' else 2)")),
        block.add("BlockOutput", name="y"),
    )
    uses = [graph.add("Unit"), graph.add("Unit", width=9)]
    chain(graph, graph.add("Input", shape=(3,)), *uses, graph.add("Linear", out_features=1), graph.add("Output"))
    source = write(graph)
    texts = [repr(text), '"a"']
    for each in texts:
        assert source.count(each) > 1
        source = source.replace(each, "'same'")
    assert strange(source) == "", "all else is as expected"


# -- repeats ---------------------------------------------------------------------------------------------------------


def test_a_block_that_is_repeated_zero_times_is_not_there() -> None:
    graph = Graph()
    half(graph)
    last = graph.add("Linear", out_features=2)
    SetProperty("n2", "repeat", 0).apply(graph)
    chain(graph, "n2", last, graph.add("Output", loss="mse_loss"))
    assert errors(graph) == []
    assert numbers(graph) == 12 * 2 + 2


def nasnet(graph: Graph, repeat: object, **more: object) -> Graph:
    """A cell that sees the results of the two cells before it, and hands both on."""
    cell = graph.define("Cell", width=6)
    x, before = cell.add("BlockInput", name="x"), cell.add("BlockInput", name="before")
    one, two = (
        cell.add("Linear", out_features=expression("width")),
        cell.add("Linear", out_features=expression("width")),
    )
    add, relu = cell.add("Add"), cell.add("ReLU")
    chain(cell, x, one, add, relu, cell.add("BlockOutput", name="x"))
    chain(cell, before, two, add)
    chain(cell, x, cell.add("BlockOutput", name="before"))
    image, use = graph.add("Input", shape=(6,)), graph.add("Cell", repeat=repeat, **more)
    graph.connect(image, use)
    graph.connect(image, use)
    graph.connect(use, graph.add("Output", loss="mse_loss"))
    return cell


def test_outputs_feed_the_inputs_of_their_name_in_the_next_repeat() -> None:
    graph = Graph()
    nasnet(graph, 3)
    assert errors(graph) == []
    model = compile_graph(graph)
    assert sum(tensor.numel() for tensor in model.parameters()) == 3 * 2 * (6 * 6 + 6)
    image = torch.randn(2, 6)
    x, before = image, image
    for cell in model.get_submodule("cell1").children():
        one, two = cell.children() if len(list(cell.children())) == 2 else list(cell.children())[:2]
        x, before = torch.relu(one(x) + two(before)), x
    torch.testing.assert_close(model(image), x)


def test_repeats_may_share_their_weights() -> None:
    graph = Graph()
    nasnet(graph, 3, share_weights=True)
    assert errors(graph) == []
    assert numbers(graph) == 2 * (6 * 6 + 6)
    assert "for _ in range(3):" in write(graph)


def test_repeats_whose_weights_would_differ_cannot_share_them() -> None:
    graph = Graph()
    half(graph)
    SetProperty("n2", "share_weights", True).apply(graph)
    (problem,) = [problem for problem in find(graph) if problem.severity == "error"]
    assert (problem.code, problem.parameter) == ("sharing", "share_weights")
    assert "the weight of fc would be (6, 12) in one repeat and (3, 6) in another" in problem.message
    assert "Give it no share_weights" in [fix.label for fix in problem.fixes]


def test_index_and_count_are_those_of_the_innermost_repeat() -> None:
    graph = Graph()
    inner = graph.define("Inner", width=1)
    chain(
        inner,
        inner.add("BlockInput", name="x"),
        inner.add("Linear", out_features=expression("width + 10 * index")),
        inner.add("BlockOutput", name="y"),
    )
    use = graph.add("Inner", repeat=3, width=expression("count + index"))
    chain(graph, graph.add("Input", shape=(2,)), use, graph.add("Output", loss="mse_loss"))
    assert numbers(graph) == (2 * 3 + 3) + (3 * 14 + 14) + (14 * 25 + 25)
