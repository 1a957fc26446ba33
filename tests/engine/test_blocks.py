"""Blocks: polymorphic shapes, repeats, modes, and that the source computes what a hand-written module does."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from engine import cost
from engine.compile import compile_graph
from engine.edits import SetParameter
from engine.graph import Graph
from engine.problems import find
from engine.shapes import infer
from engine.source import SourceError, write
from tests.engine.classics import along, joined, reckoned
from tests.engine.networks import lenet
from tests.engine.syntax import strange


def cell(graph: Graph) -> None:
    """h' = tanh(W x + b + V h), drawn from primitives."""
    inside = graph.define("Cell", hidden=8)
    x = inside.add("BlockInput", name="x")
    h = inside.add("BlockInput", name="h", state=True, shape=(reckoned("hidden"),))
    take = along(inside, x, ("Linear", {"out_features": reckoned("hidden"), "name": "take"}))
    keep = along(inside, h, ("Linear", {"out_features": reckoned("hidden"), "bias": False, "name": "keep"}))
    new = along(inside, joined(inside, "Add", take, keep), ("Tanh", {}))
    inside.connect(new, inside.add("BlockOutput", name="y"))
    inside.connect(new, inside.add("BlockOutput", name="next", state="h"))


def scanned(**properties: object) -> Graph:
    graph = Graph("scanned")
    cell(graph)
    use = along(graph, graph.add("Input", shape=("T", 5)), ("Cell", {"apply": "scan", **properties}))
    graph.connect(use, graph.add("Output"), source=0)
    graph.connect(use, graph.add("Output"), source=1)
    return graph


def test_a_scanned_cell_is_torchs_recurrent_network() -> None:
    graph = scanned(hidden=6)
    model = compile_graph(graph)
    theirs = nn.RNN(5, 6, batch_first=True)
    own = dict(model.named_parameters())
    with torch.no_grad():
        theirs.weight_ih_l0.copy_(own["cell1.take.weight"])
        theirs.weight_hh_l0.copy_(own["cell1.keep.weight"])
        theirs.bias_ih_l0.copy_(own["cell1.take.bias"])
        theirs.bias_hh_l0.zero_()
    x = torch.randn(3, 7, 5)
    output, last = model(x)
    expected, state_ = theirs(x)
    torch.testing.assert_close(output, expected)
    torch.testing.assert_close(last, state_[0])


def test_a_scan_repeats_and_starts_from_a_wired_state() -> None:
    graph = scanned(hidden=5, repeat=2)
    use = graph.of_type("block.cell")[0]
    start = graph.add("Input", shape=(5,), name="start")
    graph.connect(start, use.id, target=1)
    report = infer(graph)
    assert report.errors == {}
    assert [str(spec) for spec in report.outputs[use.id].values()] == ["(N, T, 5)", "(N, 5)"]
    model = compile_graph(graph)
    x, h = torch.randn(2, 4, 5), torch.randn(2, 5)
    first, second = model.cell1
    steps = x
    for layer in (first, second):
        hidden, outs = h, []
        for step in steps.unbind(1):
            out, hidden = layer(step, hidden)
            outs.append(out)
        steps = torch.stack(outs, dim=1)
    got, last = model(x, h)
    assert torch.equal(got, steps)
    assert torch.equal(last, hidden)
    assert strange(write(graph)) == ""


def test_a_state_must_keep_its_shape_and_be_handed_on() -> None:
    graph = scanned(hidden=6)
    inside = graph.blocks["cell"].graph
    (end,) = [node for node in inside.of_type("BlockOutput") if node.name == "next"]
    SetParameter(end.id, "state", "other").apply(inside)
    (fault,) = infer(graph).errors.values()
    assert "no BlockInput of that name is a state" in fault.message
    SetParameter(end.id, "state", "").apply(inside)
    (fault,) = infer(graph).errors.values()
    assert "no BlockOutput hands a next value to it" in fault.message


def frames(**properties: object) -> Graph:
    graph = Graph("frames")
    inside = graph.define("Frame", width=4)
    along(
        inside,
        inside.add("BlockInput"),
        ("Linear", {"out_features": reckoned("width"), "name": "fc"}),
        ("BatchNorm1d", {}) if properties.pop("norm", False) else ("Tanh", {}),
        ("BlockOutput", {}),
    )
    along(graph, graph.add("Input", shape=(7, 4)), ("Frame", {"apply": "each_step", **properties}), ("Output", {}))
    return graph


@pytest.mark.parametrize("repeat", [1, 3])
def test_each_step_sees_the_steps_as_a_batch(repeat: int) -> None:
    graph = frames(repeat=repeat)
    model = compile_graph(graph)
    x = torch.randn(3, 7, 4)
    folded = x.reshape(21, 4)
    for layer in model.frame1 if repeat > 1 else [model.frame1]:
        folded = layer(folded)
    assert torch.equal(model(x), folded.reshape(3, 7, 4))
    assert str(infer(graph).outputs["n2"]["n4"]) == "(N, 7, 4)"


def test_each_step_with_a_second_sequence_and_a_value_for_all() -> None:
    graph = Graph("two")
    inside = graph.define("Mix")
    a, b = inside.add("BlockInput", name="a"), inside.add("BlockInput", name="b")
    inside.connect(joined(inside, "Add", a, b), inside.add("BlockOutput", name="sum"))
    inside.connect(b, inside.add("BlockOutput", name="same"))
    use = graph.add("Mix", apply="each_step", repeat=2)
    for _ in range(2):
        graph.connect(graph.add("Input", shape=("T", 3)), use)
    graph.connect(use, graph.add("Output"), source=0)
    graph.connect(use, graph.add("Output"), source=1)
    x, y = torch.randn(2, 5, 3), torch.randn(2, 5, 3)
    first, second = compile_graph(graph)(x, y)
    torch.testing.assert_close(first, x + y + y)
    assert torch.equal(second, y)
    other = graph.of_type("Input")[1]
    SetParameter(other.id, "shape", (4, 3)).apply(graph)
    assert "sequences of different lengths, T and 4 steps" in infer(graph).errors[use].message


def test_a_block_takes_inputs_of_any_shape() -> None:
    graph = Graph("any")
    inside = graph.define("Twice", width=8)
    along(
        inside,
        inside.add("BlockInput"),
        ("Linear", {"out_features": reckoned("width // 2")}),
        ("ReLU", {}),
        ("BlockOutput", {}),
    )
    for shape in ((4,), (3, 6), (2, 2, 5)):
        along(graph, graph.add("Input", shape=shape), ("Twice", {"width": 2 * shape[-1]}), ("Output", {}))
    report = infer(graph)
    shapes = [str(report.inputs[node.id][0]) for node in graph.of_type("Output")]
    assert shapes == ["(N, 4)", "(N, 3, 6)", "(N, 2, 2, 5)"]
    text = write(graph)
    assert text.count("class ") == 2
    assert "def __init__(self, in_features: int, width: int = 8)" in text
    answers = compile_graph(graph)(torch.randn(2, 4), torch.randn(2, 3, 6), torch.randn(2, 2, 2, 5))
    assert [tuple(answer.shape) for answer in answers] == [(2, 4), (2, 3, 6), (2, 2, 2, 5)]


def test_repeats_reckon_with_parameters_and_nest() -> None:
    graph = Graph("nested")
    layer = graph.define("Layer", width=8)
    along(
        layer,
        layer.add("BlockInput"),
        ("Linear", {"out_features": reckoned("width"), "name": "fc"}),
        ("ReLU", {}),
        ("BlockOutput", {}),
    )
    stage = graph.define("Stage", depth=2, width=8)
    deep = {"repeat": reckoned("depth"), "width": reckoned("width * 2"), "name": "layers"}
    along(stage, stage.add("BlockInput"), ("Layer", deep), ("BlockOutput", {}))
    along(
        graph,
        graph.add("Input", shape=(5,)),
        ("Stage", {"depth": 3, "width": {"per_repeat": (8, 4)}, "repeat": 3}),
        ("Stage", {"depth": 1}),
        ("Output", {}),
    )
    text = write(graph)
    assert "Layer(in_features, width=width * 2)" in text
    assert "for _ in range(1, depth)" in text
    model = compile_graph(graph)
    widths = [module.out_features for module in model.modules() if isinstance(module, nn.Linear)]
    assert widths == [16] * 3 + [8] * 6 + [16]
    total = cost.total(graph)
    assert total.parameters == sum(p.numel() for p in model.parameters())
    assert cost.depth(graph) == 10
    assert tuple(model(torch.randn(2, 5)).shape) == (2, 16)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("width * 2", "names 'width', but the names known here are: in_channels."),
        ("1 / 0", "divides by zero."),
        ("__import__('os')", "holds more than arithmetic"),
        ("a.b", "holds more than arithmetic"),
        ("2 ** 1000", "raises 2 to the power 1000"),
        ("10 ** 30", "too large"),
        ("(", "cannot be read"),
        ("1" * 300, "has 300 characters; the most is 200."),
        ("[1]", "holds more than arithmetic"),
        ("'a' * 3", "computes with 'a', which is not a number."),
    ],
)
def test_an_expression_that_has_no_value_is_a_problem_of_its_field(raw: str, words: str) -> None:
    graph = lenet()
    SetParameter("n2", "out_channels", reckoned(raw)).apply(graph)
    (problem,) = [p for p in find(graph) if p.node == "n2"]
    assert (problem.code, problem.parameter) == ("expression", "out_channels")
    assert words in problem.message


def test_a_problem_inside_names_the_guilty_node_and_the_way_to_it() -> None:
    graph = Graph("inside")
    inner = graph.define("Inner")
    along(inner, inner.add("BlockInput"), ("Conv2d", {"out_channels": 4, "kernel_size": 9}), ("BlockOutput", {}))
    outer = graph.define("Outer")
    along(outer, outer.add("BlockInput"), ("Inner", {"repeat": 2}), ("BlockOutput", {}))
    along(graph, graph.add("Input", shape=(1, 12, 12)), ("Outer", {"name": "stage"}), ("Output", {}))
    (problem,) = [p for p in find(graph) if p.severity == "error"]
    assert (problem.node, problem.inside) == ("n2", ("n2", "n2"))
    assert problem.message.startswith(
        "stage (Outer), inside: inner1 (Inner), inside: conv1 (Conv2d) slides a 9×9 window"
    )
    with pytest.raises(SourceError, match="stage \\(Outer\\) fails inside"):
        write(graph)


def test_an_optional_input_may_stay_open() -> None:
    graph = Graph("optional")
    inside = graph.define("Shift")
    x, y = inside.add("BlockInput", name="x"), inside.add("BlockInput", name="more", optional=True)
    inside.connect(joined(inside, "Add", x, y), inside.add("BlockOutput"))
    along(graph, graph.add("Input", shape=(3,)), ("Shift", {}), ("Output", {}))
    (fault,) = infer(graph).errors.values()
    assert "comes from an optional input that nothing is wired to" in fault.message
    graph.connect(graph.add("Input", shape=(3,)), "n2", target=1)
    assert infer(graph).errors == {}
    assert "more: torch.Tensor | None = None" in write(graph)


def test_more_than_can_be_looked_at_is_a_fault_and_takes_no_time() -> None:
    """Each of five levels repeats the one within a thousand times: 10¹⁵ layers."""
    graph = Graph("deep")
    name = ""
    for level in range(5):
        inside = graph.define(f"Level{level}")
        step = (name, {"repeat": 1000}) if name else ("ConstantPad1d", {"padding": 1, "value": 0.0})
        along(inside, inside.add("BlockInput"), step, ("BlockOutput", {}))
        name = f"Level{level}"
    along(graph, graph.add("Input", shape=(1, 4)), (name, {}), ("Output", {}))
    faults = [p.message for p in find(graph) if p.severity == "error"]
    assert len(faults) == 1
    assert "unfolds into more than" in faults[0]


@pytest.mark.parametrize("every", [1, 2, 3, 7])
def test_truncated_backpropagation_stops_where_the_states_are_detached_by_hand(every: int) -> None:
    graph = scanned(hidden=4, truncation=every)
    model = compile_graph(graph)
    cell = model.cell1
    x = torch.randn(2, 7, 5, requires_grad=True)
    output, last = model(x)
    weights = list(model.parameters())
    found = torch.autograd.grad((output * output).sum() + last.sum(), [x, *weights])
    given, hidden, outputs = x.detach().requires_grad_(), torch.zeros(2, 4), []
    for start in range(0, 7, every):
        hidden = hidden.detach()
        for step in given[:, start : start + every].unbind(1):
            hidden = torch.tanh(cell.take(step) + cell.keep(hidden))
            outputs.append(hidden)
    loss = (torch.stack(outputs, 1) ** 2).sum() + hidden.sum()
    for mine, theirs in zip(found, torch.autograd.grad(loss, [given, *weights]), strict=True):
        torch.testing.assert_close(mine, theirs)
    whole = torch.autograd.grad(compile_graph(scanned(hidden=4))(x)[1].sum(), x)[0]
    assert strange(write(graph)) == ""
    (only_last,) = torch.autograd.grad(model(x)[1].sum(), x)
    stopped = 7 - ((7 - 1) % every + 1)
    assert only_last[:, :stopped].abs().sum() == 0
    assert (only_last[:, stopped:] != 0).all()
    assert (whole != 0).all()


def test_how_far_gradients_go_back_may_be_a_parameter_of_the_block_around() -> None:
    graph = Graph("nested")
    cell(graph)
    outer = graph.define("Outer", back=2)
    use = along(outer, outer.add("BlockInput", name="x"), ("Cell", {"apply": "scan", "truncation": reckoned("back")}))
    outer.connect(use, outer.add("BlockOutput", name="y"))
    start = graph.add("Input", shape=(6, 5))
    for back in (0, 3):
        graph.connect(along(graph, start, ("Outer", {"back": back})), graph.add("Output"))
    assert strange(write(graph)) == ""
    x = torch.randn(1, 6, 5, requires_grad=True)
    through, short = compile_graph(graph)(x)
    assert (torch.autograd.grad(through[:, -1].sum(), x)[0] != 0).all()
    assert torch.autograd.grad(short[:, -1].sum(), x)[0][:, :3].abs().sum() == 0
