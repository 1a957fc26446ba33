"""The compiled network: what runs is what is shown, and Python's own tools find their way in it."""

from __future__ import annotations

import inspect
import pickle
import sys
import traceback
import weakref

import pytest
import torch
from torch import nn

from engine.compile import compile_graph, compile_source, load
from engine.edits import SetParameter
from engine.graph import Graph
from engine.source import source, write
from tests.engine.networks import chain, lenet, residual


def test_it_computes_what_the_hand_written_network_computes() -> None:
    class Hand(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1, self.conv2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
            self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            for conv in (self.conv1, self.conv2):
                x = nn.functional.avg_pool2d(torch.tanh(conv(x)), 2)
            x = x.flatten(1)
            return self.fc3(torch.tanh(self.fc2(torch.tanh(self.fc1(x)))))

    torch.manual_seed(0)
    ours = compile_graph(lenet())
    hand = Hand()
    hand.load_state_dict(ours.state_dict())
    images = torch.randn(3, 1, 32, 32)
    assert torch.equal(ours(images), hand(images))


def test_weights_are_drawn_from_torchs_generator() -> None:
    torch.manual_seed(5)
    first = compile_graph(lenet()).state_dict()
    torch.manual_seed(5)
    second = compile_graph(lenet()).state_dict()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_same_text_is_the_same_module() -> None:
    assert type(compile_graph(lenet())) is type(compile_graph(lenet()))
    other = lenet()
    SetParameter("n9", "out_features", 121).apply(other)
    assert type(compile_graph(lenet())) is not type(compile_graph(other))


def test_a_model_is_pickled_and_comes_back() -> None:
    model = compile_graph(lenet())
    again = pickle.loads(pickle.dumps(model))
    images = torch.randn(2, 1, 32, 32)
    assert torch.equal(model(images), again(images))


def test_its_source_is_found() -> None:
    model = compile_graph(lenet())
    text = write(lenet())
    assert inspect.getsource(sys.modules[type(model).__module__]) == text
    assert inspect.getsource(type(model)) == text[text.index("class ") :]
    assert inspect.getsource(type(model).forward) == text[text.index("    def forward") :]


def test_a_traceback_shows_the_line_of_the_guilty_layer() -> None:
    written = source(lenet())
    model = compile_source(written)
    with pytest.raises(RuntimeError) as caught:
        model(torch.zeros(1, 1, 28, 28))
    ours = [frame for frame in traceback.extract_tb(caught.tb) if frame.filename.startswith("<layerloom_")]
    (frame,) = ours
    assert frame.line == "x = self.fc1(x)        # (N, 120)"
    assert frame.lineno is not None
    assert written.lines[frame.lineno] == lenet().by_name("fc1").id  # type: ignore[union-attr]


def test_a_source_that_fails_leaves_no_module_behind() -> None:
    written = source(lenet())
    broken = type(written)("raise RuntimeError('no')\n", "A", {}, {})
    before = set(sys.modules)
    with pytest.raises(RuntimeError, match="no"):
        load(broken)
    assert set(sys.modules) == before


def test_several_inputs_and_outputs() -> None:
    graph = Graph("two")
    left, right = graph.add("Input", shape=(4,)), graph.add("Input", shape=(4,), dtype="int64")
    both = graph.add("Add")
    graph.connect(left, both)
    graph.connect(right, both)
    for answer in (both, right, left):
        graph.connect(answer, graph.add("Output"))
    a, b = torch.randn(2, 4), torch.arange(8).reshape(2, 4)
    results = compile_graph(graph)(a, b)
    assert all(torch.equal(x, y) for x, y in zip(results, (a + b, b, a), strict=True))


def test_an_output_of_a_layer_that_nobody_reads() -> None:
    graph = chain((1, 4, 4), ("MaxPool2d", {"kernel_size": 2, "return_indices": True}))
    images = torch.randn(2, 1, 4, 4)
    assert torch.equal(compile_graph(graph)(images), nn.functional.max_pool2d(images, 2))
    where = Graph()
    image, pool = where.add("Input", shape=(1, 4, 4)), where.add("MaxPool2d", kernel_size=2, return_indices=True)
    where.connect(image, pool)
    where.connect(pool, where.add("Output"), source="indices")
    assert torch.equal(compile_graph(where)(images), nn.functional.max_pool2d(images, 2, return_indices=True)[1])


@pytest.mark.parametrize(
    ("graph", "most"), [(chain((8,), *[("Linear", {"out_features": 8})] * 30), 1), (residual(20, 8), 2)]
)
def test_values_that_nobody_needs_are_let_go(graph: Graph, most: int) -> None:
    """Of all values that layers have made, only those still to be read are alive whenever the next layer begins."""
    model = compile_graph(graph).eval()
    made: list[weakref.ref[torch.Tensor]] = []
    alive: list[int] = []

    def before(module: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
        alive.append(sum(value() is not None for value in made))

    def after(module: nn.Module, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> None:
        made.append(weakref.ref(output))

    for module in model.children():
        module.register_forward_pre_hook(before)
        module.register_forward_hook(after)
    with torch.no_grad():
        model(torch.randn(2, 8))
    assert len(made) > 20
    assert max(alive) <= most
