"""Small networks of blocks, scans and states, each for a whole kind: numbers, code and sentences must be right."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.compile import compile_graph
from engine.graph import Graph
from engine.problems import find
from engine.source import write
from tests.engine.classics import along, joined, reckoned


def errors(graph: Graph) -> list[str]:
    """The sentences of all errors."""
    return [problem.message for problem in find(graph) if problem.severity == "error"]


def lstm_cell(graph: Graph) -> None:
    """A block around torch's LSTM cell: two states, of which the first is its output, too."""
    block = graph.define("Cell", hidden=6)
    x = block.add("BlockInput", name="x")
    states = [block.add("BlockInput", name=name, state=True, shape=(6,)) for name in "hc"]
    inner = joined(block, "LSTMCell", x, *states, hidden_size=6)
    for port, more in (("h_next", {}), ("h_next", {"state": "h"}), ("c_next", {"state": "c"})):
        block.connect(inner, block.add("BlockOutput", **more), source=port)


def scanned_cell() -> Graph:
    """The cell scanned over seven steps; only what it gives at each step is read."""
    graph = Graph("scanned")
    lstm_cell(graph)
    along(graph, graph.add("Input", shape=(7, 5)), ("Cell", {"apply": "scan"}), ("Output", {}))
    return graph


def alone(kind: str, parameters: dict[str, Any], declared: dict[str, Any]) -> Graph:
    """One layer in a block, on a sequence of five steps."""
    graph = Graph("one layer")
    block = graph.define("Around", **declared)
    along(block, block.add("BlockInput", name="x"), (kind, parameters), ("BlockOutput", {}))
    along(graph, graph.add("Input", shape=(5, 8)), ("Around", {}), ("Output", {"loss": "mse_loss"}))
    return graph


def test_a_scan_whose_last_states_nobody_reads_is_torchs_lstm() -> None:
    model, theirs = compile_graph(scanned_cell()), nn.LSTM(5, 6, batch_first=True)
    with torch.no_grad():
        for own, other in zip(model.parameters(), theirs.parameters(), strict=True):
            other.copy_(own)
    x = torch.randn(2, 7, 5)
    torch.testing.assert_close(model(x), theirs(x)[0])


def test_one_state_counts_up_and_one_down() -> None:
    graph = Graph("two states")
    block = graph.define("Two")
    x = block.add("BlockInput", name="x")
    a, c = (block.add("BlockInput", name=name, state=True, shape=(2,)) for name in "ac")
    up, down = joined(block, "Add", a, x), joined(block, "Subtract", c, x)
    block.connect(joined(block, "Add", up, down), block.add("BlockOutput", name="sum"))
    block.connect(up, block.add("BlockOutput", state="a"))
    block.connect(down, block.add("BlockOutput", state="c"))
    along(graph, graph.add("Input", shape=("T", 2)), ("Two", {"apply": "scan"}), ("Output", {"loss": "mse_loss"}))
    assert compile_graph(graph)(torch.ones(1, 3, 2)).abs().max() == 0


SHAPES = {"dataset": "shapes", "transforms": [{"name": "standardise", "field": "image"}]}
CAUSAL = [("MultiheadAttention", "num_heads"), ("TransformerEncoderLayer", "nhead")]


@pytest.mark.parametrize(("kind", "heads"), CAUSAL)
@pytest.mark.parametrize("causal", [True, False])
def test_an_expression_in_a_field_that_torch_takes_at_the_call(kind: str, heads: str, causal: bool) -> None:
    graph = alone(kind, {heads: 2, "is_causal": reckoned("causal")}, {"causal": causal})
    model = compile_graph(graph).eval()
    x = torch.randn(2, 5, 8)
    later = torch.cat((x[:, :3], torch.randn(2, 2, 8)), dim=1)
    before, after = model(x)[:, :3], model(later)[:, :3]
    assert torch.allclose(before, after, atol=1e-6) == causal


OPEN = [
    ("MultiheadAttention", "key", {"num_heads": 2}),
    ("LSTM", "h_0", {"hidden_size": 4}),
    ("RNN", "lengths", {"hidden_size": 4}),
    ("TransformerEncoderLayer", "src_mask", {"nhead": 2}),
]


@pytest.mark.parametrize(("kind", "port", "parameters"), OPEN)
def test_an_optional_input_without_a_wire_is_as_no_wire(kind: str, port: str, parameters: dict[str, Any]) -> None:
    graph = Graph("optional")
    block = graph.define("Around")
    x, memory = block.add("BlockInput", name="x"), block.add("BlockInput", name="memory", optional=True)
    inner = along(block, x, (kind, parameters))
    block.connect(memory, inner, target=port)
    block.connect(inner, block.add("BlockOutput"))
    along(graph, graph.add("Input", shape=(5, 8)), ("Around", {}), ("Output", {"loss": "mse_loss"}))
    without = alone(kind, parameters, {})
    torch.manual_seed(0)
    model = compile_graph(graph).eval()
    torch.manual_seed(0)
    x = torch.randn(2, 5, 8)
    assert errors(graph) == []
    assert model(x).shape == compile_graph(without)(x).shape


def test_a_scanned_cell_in_a_block_that_is_used_with_two_sizes() -> None:
    graph = Graph("two sizes")
    inner = graph.define("Cell", hidden=8)
    x, h = inner.add("BlockInput"), inner.add("BlockInput", name="h", state=True, shape=(reckoned("hidden"),))
    gru = joined(inner, "GRUCell", x, h, hidden_size=reckoned("hidden"))
    inner.connect(gru, inner.add("BlockOutput", name="y"))
    inner.connect(gru, inner.add("BlockOutput", name="next", state="h"))
    outer = graph.define("Reader", hidden=8)
    scan = ("Cell", {"hidden": reckoned("hidden"), "apply": "scan"})
    along(outer, outer.add("BlockInput"), scan, ("BlockOutput", {}))
    readers = (("Reader", {"hidden": 8}), ("Reader", {"hidden": 16}))
    along(graph, graph.add("Input", shape=(5, 4)), *readers, ("Output", {"loss": "mse_loss"}))
    assert errors(graph) == []
    assert compile_graph(graph)(torch.randn(2, 5, 4)).shape == (2, 5, 16)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_a_scan_in_other_floats(dtype: torch.dtype) -> None:
    model = compile_graph(scanned_cell()).to(dtype)
    assert model(torch.randn(2, 7, 5, dtype=dtype)).dtype == dtype


def test_the_first_axis_of_a_state_is_not_the_batch() -> None:
    graph = Graph("state")
    lstm = along(graph, graph.add("Input", shape=(5, 4)), ("LSTM", {"hidden_size": 3, "num_layers": 2}))
    select = graph.add("Select", dim=0, index=-1)
    graph.connect(lstm, select, source="c_n")
    graph.connect(select, graph.add("Output", loss="mse_loss"))
    assert errors(graph) == []
    assert compile_graph(graph)(torch.randn(2, 5, 4)).shape == (2, 3)


def test_classes_on_axis_1_of_a_segmentation_are_no_problem() -> None:
    graph = Graph("segmentation")
    graph.settings = {"data": SHAPES, "training": {"epochs": 1}}
    steps = (
        ("Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}),
        ("ReLU", {}),
        ("Conv2d", {"out_channels": 7, "kernel_size": 1}),
        ("Output", {"field": "mask"}),
    )
    along(graph, graph.add("Input", shape=(3, 32, 32)), *steps)
    assert [problem.message for problem in find(graph) if problem.severity in ("error", "warning")] == []


def test_every_line_of_the_source_fits_a_page() -> None:
    graph = Graph("long")
    declared = {"channels_of_the_first_branch": 8, "channels_of_the_second_branch": 16, "groups_of_both": 2}
    block = graph.define("ABlockWithALongName", **declared)
    conv = {
        "out_channels": reckoned("channels_of_the_first_branch"),
        "kernel_size": 3,
        "padding": 1,
        "groups": reckoned("groups_of_both"),
        "bias": False,
        "padding_mode": "reflect",
    }
    along(block, block.add("BlockInput", name="x"), ("Conv2d", conv), ("BlockOutput", {}))
    use = {"channels_of_the_first_branch": 32, "channels_of_the_second_branch": 64, "groups_of_both": 4}
    along(graph, graph.add("Input", shape=(4, 8, 8)), ("ABlockWithALongName", use), ("Output", {"loss": "mse_loss"}))
    assert [line for line in write(graph).splitlines() if len(line) > 120] == []


@pytest.mark.parametrize("apply", ["once", "each_step"])
@pytest.mark.parametrize("flags", [(False, True), (True, False), (False, True, False)])
def test_a_block_may_be_absent_in_the_first_use_of_the_block_around_it(flags: tuple[bool, ...], apply: str) -> None:
    graph = Graph("absent at first")
    inner = graph.define("Row")
    norm = "BatchNorm1d" if apply == "each_step" else "LayerNorm"
    along(inner, inner.add("BlockInput"), (norm, {}), ("BlockOutput", {}))
    outer = graph.define("Outer", on=True)
    along(outer, outer.add("BlockInput"), ("Row", {"apply": apply, "when": reckoned("on")}), ("BlockOutput", {}))
    uses = [("Outer", {"on": flag}) for flag in flags]
    along(graph, graph.add("Input", shape=(5, 4)), ("Linear", {"out_features": 4}), *uses, ("Output", {}))
    assert errors(graph) == []
    model = compile_graph(graph)
    x = torch.randn(2, 5, 4)
    norms = [module for module in model.modules() if isinstance(module, (nn.BatchNorm1d, nn.LayerNorm))]
    assert len(norms) == sum(flags)
    expected = next(module for module in model.modules() if isinstance(module, nn.Linear))(x)
    for each in norms:
        expected = torch.stack([each(step) for step in expected.unbind(1)], dim=1)
    model.train()
    torch.testing.assert_close(model(x), expected)


def test_what_reads_a_state_has_the_size_that_the_state_says() -> None:
    graph = Graph("size of a state")
    cell = graph.define("Cell", width=4)
    size = reckoned("max(width, 3)")
    x, h = cell.add("BlockInput", name="x"), cell.add("BlockInput", name="h", state=True, shape=(size,))
    parts = [along(cell, start, ("Linear", {"out_features": size})) for start in (x, h)]
    cell.connect(joined(cell, "Add", *parts), cell.add("BlockOutput", state="h"))
    along(graph, graph.add("Input", shape=(5, 4)), ("Cell", {"apply": "scan"}), ("Output", {}))
    assert "nn.Linear(max(width, 3), max(width, 3))" in write(graph)
