"""The written source: readable, alone, the same for the same network, and nothing in it that a stranger typed."""

from __future__ import annotations

import ast
import os
import random
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch import nn

from engine.edits import AddNode, Connect, SetParameter
from engine.graph import Edge, Graph, GraphError, Node
from engine.shapes import infer
from engine.source import SourceError, source, write
from engine.source.names import RESERVED
from tests.engine.graphs import writable_graphs
from tests.engine.networks import chain, lenet, long_chain, residual
from tests.engine.syntax import strange

GOLDEN = Path(__file__).parent / "golden" / "lenet.py"
ALONE = """
import sys
for name in ("engine", "gui", "presets", "PySide6"):
    sys.modules[name] = None  # an import of these would fail
import runpy
module = runpy.run_path(sys.argv[1])
torch = module["torch"]
model = module["LeNet5"]()
print(tuple(model(torch.zeros(2, 1, 32, 32)).shape), sum(p.numel() for p in model.parameters()))
"""

ROOT = Path(__file__).resolve().parents[2]


def test_lenet_reads_as_it_always_did() -> None:
    assert write(lenet()) == GOLDEN.read_text(encoding="utf-8")


def test_the_written_file_runs_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-c", ALONE, str(GOLDEN)]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("(2, 10) 61706\n", "")


def assigned(text: str) -> set[str]:
    """The variables that forward assigns, without the one for what nobody reads."""
    forward = next(node for node in ast.walk(ast.parse(text)) if getattr(node, "name", "") == "forward")
    return {node.id for node in ast.walk(forward) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)} - {
        "_"
    }


def most_alive(graph: Graph, live: set[str]) -> int:
    """The most values of these nodes that a later one still reads, counted after each node in turn."""
    order = {node_id: index for index, node_id in enumerate(graph.order())}
    ends = {node.id for node in graph.of_type("Output")}
    made = {node_id for node_id in live if graph.nodes[node_id].type not in ("Input", "Output")}
    last: dict[tuple[str, str], int] = {}
    for edge in graph.edges:
        if edge.source in made and edge.target in live:
            value, end = (edge.source, edge.source_port), len(order) if edge.target in ends else order[edge.target]
            last[value] = max(last.get(value, 0), end)
    return max((sum(order[a] <= order[b] < end for (a, _), end in last.items()) for b in made), default=0)


def fan() -> Graph:
    """Seven branches that are joined at the end."""
    graph = Graph()
    image, join = graph.add("Input", shape=(4,)), graph.add("Concat")
    for _ in range(7):
        relu, tanh = graph.add("ReLU"), graph.add("Tanh")
        for source_node, target in ((image, relu), (relu, tanh), (tanh, join)):
            graph.connect(source_node, target)
    graph.connect(join, graph.add("Output"))
    return graph


@pytest.mark.parametrize(
    ("graph", "names"),
    [(lenet(), {"x"}), (long_chain(60), {"x"}), (residual(9), {"x", "y"}), (fan(), {*"xyzuvw", "x1"})],
)
def test_a_variable_is_used_again_as_soon_as_its_value_is_dead(graph: Graph, names: set[str]) -> None:
    assert assigned(write(graph)) == names


def test_no_network_needs_more_variables_than_values_are_alive(scale: int) -> None:
    widest = 0
    for graph in writable_graphs(random.Random(6), 20 * scale):
        written = source(graph)
        alive = most_alive(graph, {*written.lines.values(), *(node.id for node in graph.of_type("Output"))})
        assert len(assigned(written.text)) == alive
        widest = max(widest, alive)
    assert widest >= 2


def test_inputs_and_outputs_keep_the_order_in_which_they_were_made() -> None:
    graph = Graph()
    first, second = graph.add("Input", shape=(4,), name="left"), graph.add("Input", shape=(4,), name="right")
    late = graph.add("Output", name="late")
    early = graph.add("Output", name="early")
    both = graph.add("Add")
    graph.connect(second, both)
    graph.connect(first, both)
    graph.connect(both, early)
    graph.connect(second, late)
    text = write(graph)
    assert "def forward(self, left: torch.Tensor, right: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:" in text
    assert "early = right + left  # (N, 4)" in text
    assert text.endswith("        return right, early\n")


def test_only_what_leads_to_an_output_is_written() -> None:
    graph = lenet()
    dead = graph.add("Linear", out_features=7, name="dead")
    graph.connect("n8", dead)
    broken = graph.add("Linear", name="broken")
    graph.connect("n8", broken)
    assert write(graph) == GOLDEN.read_text(encoding="utf-8")


def test_every_line_knows_its_node() -> None:
    for graph in (lenet(), residual(4)):
        written = source(graph)
        lines = written.text.splitlines()
        speaking = [
            number for number, line in enumerate(lines, 1) if re.search(r"self\.\w+ = | = .*#|# input:|return", line)
        ]
        assert sorted(written.lines) == [number for number in speaking if "super" not in lines[number - 1]]
        for number, node_id in written.lines.items():
            attribute = written.modules.get(node_id)
            if attribute is not None:
                assert f"self.{attribute}" in lines[number - 1]
        for node_id, attribute in written.modules.items():
            assert attribute == graph.node(node_id).name
            assert list(written.lines.values()).count(node_id) == 2


def test_the_same_network_gives_the_same_text() -> None:
    assert write(lenet()) == write(lenet())
    assert write(lenet()) == write(lenet().copy())


@pytest.mark.parametrize(
    ("graph", "sentence", "node"),
    [
        (Graph(), "The network has no Output yet: add one and wire the answer to it.", None),
        (chain((4,), ("Linear", {})), "fc1 (Linear) needs a value for out_features (an integer ≥ 1).", "n2"),
        (chain((4,), ("AvgPool2d", {"kernel_size": 2})), "pool1 (AvgPool2d) gets 2-D input (N, 4) but needs 4-D", "n2"),
    ],
)
def test_why_there_is_no_source(graph: Graph, sentence: str, node: str | None) -> None:
    with pytest.raises(SourceError) as caught:
        write(graph)
    assert str(caught.value).startswith(sentence)
    assert caught.value.about.node == node


def test_a_missing_wire_is_named() -> None:
    graph = chain((4,), ("ReLU", {}))
    lone = graph.add("Add")
    graph.connect(lone, graph.add("Output"))
    with pytest.raises(SourceError, match=r"^add1 \(Add\) has an input that nothing is wired to\.$"):
        write(graph)


def test_no_attribute_of_a_module_is_overwritten() -> None:
    for name in {*dir(nn.Module), *dir(nn.Module())}:
        assert name.startswith("_") or name in RESERVED, name


def test_a_wire_that_ends_nowhere_is_not_left_out_in_silence() -> None:
    graph = lenet()
    Connect(Edge("n2", "output", "n9", "mask")).apply(graph)
    with pytest.raises(SourceError, match=r"^fc1 \(Linear\) has no input 'mask' that a wire could end on\.$") as caught:
        write(graph)
    assert caught.value.about.node == "n9"


NAMES = [
    "class", "x", "y", "self", "torch", "nn", "forward", "super", "train", "parameters", "T_destination", "__init__",
    "conv 1", "conv-1", "conv_1", "1st", "größe", "日本", "語", '"""', "a\\", "'); import os #", "{0}", "%s", "x" * 80,
    "\u202eevil", "_", "None", "print", "é", "float", "type",
]  # fmt: skip


def test_names_become_identifiers_that_harm_nothing() -> None:
    graph = Graph('"""\nimport os\n\\')
    last = graph.add("Input", shape=(4,), name='input of """')
    for name in NAMES:
        try:
            node = graph.add("Linear", out_features=4, name=name)
        except GraphError:
            assert not name.isprintable()
            continue
        graph.connect(last, node)
        last = node
    graph.connect(last, graph.add("Output"))
    written = source(graph)
    assert strange(written.text) == ""
    assert len(set(written.modules.values())) == len(written.modules)
    assert {"class_", "x", "self_", "torch_", "forward_", "init", "conv_1", "conv_1_2", "conv_1_3", "layer_1st"} <= set(
        written.modules.values()
    )


def test_any_names_at_all_give_only_the_expected_syntax(scale: int) -> None:
    text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)

    @settings(max_examples=40 * scale)
    @given(st.lists(text, min_size=3, max_size=6, unique=True), text)
    def check(names: list[str], title: str) -> None:
        graph = Graph(title)
        try:
            left = graph.add("Input", shape=("T", 4), name=names[0])
            right = graph.add("Input", shape=("T", 4), name=names[1])
            last = graph.add("Add", name=names[2])
            graph.connect(left, last)
            graph.connect(right, last)
            for name in names[3:]:
                node = graph.add("Linear", out_features=4, name=name)
                graph.connect(last, node)
                last = node
            graph.connect(last, graph.add("Output"))
        except GraphError:
            assume(False)
        written = source(graph)
        assert strange(written.text) == ""
        compile(written.text, "model", "exec")
        assert len(written.text.splitlines()) == written.text.count("\n")
        assert len(set(written.modules.values())) == len(names) - 3

    check()


def test_random_networks_give_only_the_expected_syntax(scale: int) -> None:
    for graph in writable_graphs(random.Random(9), 15 * scale):
        assert strange(write(graph)) == ""


MODEL = '"""a"""\nimport torch\nfrom torch import nn\nclass A(nn.Module):\n    def __init__(self):\n        {}\n'
FORWARD = "    def forward(self, x): return x\n"


@pytest.mark.parametrize(
    "line",
    [
        *(
            "eval('1')",
            "self.a = nn.Linear(1, __import__('os'))",
            "self.a = torch.load('x')",
            "self.a = nn.Linear('rm -rf')",
        ),
        *("self.a.b = 1", "x[0] = 1", "lambda: 1", "(lambda: 1)()", "self.__class__ = 1", "nn.functional.relu(1)"),
    ],
)
def test_the_watchman_sees_what_is_strange(line: str) -> None:
    right = MODEL.format("self.a = nn.Linear(1, 2)") + FORWARD
    assert strange(right) == ""
    assert strange(right + "import os\n")
    assert strange(MODEL.format(line) + FORWARD)


def test_hostile_parameters_do_not_reach_the_text() -> None:
    graph = lenet()
    node = Node("n99", "Conv2d", "evil", {"out_channels": "__import__('os')", "kernel_size": 3})
    AddNode(node, (0, 0)).apply(graph)
    graph.connect("n1", "n99")
    graph.connect("n99", graph.add("Output"))
    for value in ("__import__('os')", ("os", 1), {"expr": "__import__('os')"}, {"expr": "os.sep"}, True, 1.5):
        SetParameter("n99", "out_channels", value).apply(graph)
        assert "n99" in infer(graph).errors
        with pytest.raises(SourceError):
            write(graph)


def test_a_network_is_written_alike_in_every_process() -> None:
    code = "import presets\nfrom engine.source import write\nprint(write(presets.build('mobilenet-v3-small')))"
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(texts) == 1
