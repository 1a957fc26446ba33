"""The layer table: its sums are those of torch and of `info`, and no name in it is taken for anything else."""

from __future__ import annotations

import csv
import io
import re
from itertools import pairwise

import pytest
import torch

import presets
from engine import cost
from engine.bypassing import bypass
from engine.compile import compile_graph
from engine.graph import Graph
from engine.layer_table.rows import LayerTable, layer_table
from engine.layer_table.text import text_table
from engine.tabular.formats import TextTable, as_csv, as_latex, as_markdown

SMALL = ("lenet-5", "resnet-18-small", "lstm-classifier", "transformer-encoder", "vit-tiny")
ODD = ("=1+2", "+cmd", "-2", "@sum", "a|b", "50 % & more_less #1", "x^2 ~ {y}", "\\input{x}", "<b>`bold`</b>", "a\nb")


@pytest.mark.parametrize("name", SMALL)
def test_the_parameters_are_those_of_the_torch_module(name: str) -> None:
    graph = presets.build(name)
    module = compile_graph(graph)
    table = layer_table(graph)
    assert table.total.parameters == sum(p.numel() for p in module.parameters())
    assert table.total.weights == 4 * sum(p.numel() for p in module.parameters()) + sum(
        4 * b.numel() for b in module.buffers()
    )


@pytest.mark.parametrize("name", SMALL)
def test_the_rows_add_up_to_what_info_says(name: str) -> None:
    _adds_up(layer_table(presets.build(name), batch=3), presets.build(name))


@pytest.mark.slow
@pytest.mark.parametrize("name", [preset.name for preset in presets.all()])
def test_the_rows_of_every_preset_add_up(name: str) -> None:
    graph = presets.build(name)
    table = layer_table(graph)
    _adds_up(table, graph)
    assert _read(as_csv(text_table(table)))[-1]["parameters"] == str(cost.total(graph).parameters)


def _adds_up(table: LayerTable, graph: Graph) -> None:
    whole, one = cost.total(graph, batch=table.batch), cost.total(graph)
    found = table.total
    assert (found.parameters, found.trainable) == (whole.parameters, whole.trainable)
    assert (found.multiply_adds, found.weights) == (one.multiply_adds, whole.memory_parameters)
    for row in table.all():
        if row.rows:
            assert row.amounts == tuple(map(sum, zip(*(inner.amounts for inner in row.rows), strict=True))), row.name


def test_outputs_are_as_large_as_torch_makes_them() -> None:
    graph = presets.build("lenet-5")
    found: dict[str, int] = {}
    module = compile_graph(graph)
    for name, part in module.named_modules():
        part.register_forward_hook(lambda _m, _i, out, name=name: found.update({name: out.nbytes}))
    module(torch.zeros(5, 1, 32, 32))
    rows = {row.name: row for row in layer_table(graph, batch=5).all()}
    for name in ("conv1", "pool1", "conv2", "pool2", "fc1", "fc3"):
        assert rows[name].amounts.activations == found[name]
    assert rows["conv1"].inputs == ("(N, 1, 32, 32)",)
    assert rows["conv1"].outputs == ("(N, 6, 28, 28)",)


def test_shared_and_frozen_weights_count_as_in_torch() -> None:
    graph = Graph()
    image = graph.add("Input", shape=(8,))
    first = graph.add("Linear", out_features=8, name="first")
    second = graph.add("Linear", out_features=8, name="second")
    third = graph.add("Linear", out_features=8, name="third")
    answer = graph.add("Output")
    for source, target in pairwise((image, first, second, third, answer)):
        graph.connect(source, target)
    graph.nodes[first].properties["frozen"] = True
    graph.nodes[third].properties["weights_of"] = second
    table = layer_table(graph)
    rows = {row.name: row.amounts for row in table.all()}
    assert (rows["first"].parameters, rows["first"].trainable) == (72, 0)
    assert (rows["second"].parameters, rows["second"].trainable) == (72, 72)
    assert (rows["third"].parameters, rows["third"].multiply_adds) == (0, 64)
    module = compile_graph(graph)
    assert table.total.parameters == sum(p.numel() for p in module.parameters())
    assert table.total.trainable == sum(p.numel() for p in module.parameters() if p.requires_grad)


def test_no_spreadsheet_computes_a_name() -> None:
    rows = list(csv.reader(io.StringIO(as_csv(_odd()))))
    assert rows[0] == ["layer", "parameters"]
    assert [row[0] for row in rows[1:5]] == ["'=1+2", "'+cmd", "'-2", "'@sum"]
    assert [row[0] for row in rows[5:]] == list(ODD[4:])
    assert [row[1] for row in rows[1:]] == [str(1000 + index) for index in range(len(ODD))]


def test_every_row_of_markdown_has_as_many_cells_as_its_head() -> None:
    lines = as_markdown(_odd()).splitlines()
    assert len(lines) == 2 + len(ODD)
    for line in lines:
        assert len(re.findall(r"(?<!\\)\|", line)) == 3, line
        assert not re.search(r"(?<!\\)[<`*]", line.replace("**", "")), line
    assert lines[1] == "| --- | ---: |"
    assert lines[-1] == "| **a b** | **1,009** |"


def test_latex_is_balanced_and_escaped() -> None:
    text = as_latex(_odd())
    body = text.split("\\midrule", 1)[1].rsplit("\\bottomrule", 1)[0]
    rows = [line for line in body.splitlines() if line.endswith("\\\\")]
    assert len(rows) == len(ODD)
    for row in rows:
        cells = row.removesuffix("\\\\")
        assert len(re.findall(r"(?<!\\)&", cells)) == 1, row
        assert not re.search(r"(?<!\\)[%#_^~]", re.sub(r"\$\\\w+\$", "", cells)), row
        bare = re.sub(r"\\[{}]", "", cells)
        depth = 0
        for char in bare:
            depth += {"{": 1, "}": -1}.get(char, 0)
            assert depth >= 0, row
        assert depth == 0, row
    assert "\\input{" not in body
    assert text.count("\\begin{tabular}") == text.count("\\end{tabular}") == 1
    assert text.splitlines()[0].startswith("% ")
    assert not any(line and not line.startswith(("%", "\\")) and "&" not in line for line in text.splitlines())


def _odd() -> TextTable:
    rows = tuple((name, 1000 + index) for index, name in enumerate(ODD))
    return TextTable("a\n\\input{b}", ("layer", "parameters"), rows, frozenset([len(rows) - 1]))


def _read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_a_bypassed_layer_is_in_the_table_and_costs_nothing() -> None:
    graph = presets.build("lenet-5")
    conv, relu = (next(node for node in graph.nodes.values() if node.type == kind) for kind in ("Conv2d", "ReLU"))
    relu_before = next(row for row in layer_table(graph).all() if row.path == (relu.id,))
    bypass(graph, [relu.id]).apply(graph)
    table = layer_table(graph)
    (row,) = (row for row in table.all() if row.path == (relu.id,))
    assert (row.kind, row.amounts.activations, row.outputs) == ("ReLU (bypassed)", 0, relu_before.outputs)
    assert [each.path for each in table.all()] == [each.path for each in layer_table(presets.build("lenet-5")).all()]
    assert not next(each for each in table.all() if each.path == (conv.id,)).bypassed
    assert "ReLU (bypassed)" in as_csv(text_table(table))
    assert table.total == _sum_of(table)


def _sum_of(table: LayerTable) -> tuple[int, ...]:
    return tuple(map(sum, zip(*(row.amounts for row in table.rows), strict=True)))
