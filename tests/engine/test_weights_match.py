"""Weights by other people's names find their place: the oracle is the plain module that the file was saved from."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine import project, weights
from engine.compile import compile_graph
from engine.graph import Graph
from engine.weights.chosen import choose
from engine.weights.recipe import parse

State = Mapping[str, Tensor]


def small_graph(classes: int = 3) -> Graph:
    """A convolutional network of one's own."""
    graph = Graph("own")
    ids = [
        graph.add("Input", shape=(2, 8, 8)),
        graph.add("Conv2d", out_channels=4, kernel_size=3, padding=1, name="first"),
        graph.add("BatchNorm2d", name="calm"),
        graph.add("ReLU"),
        graph.add("Conv2d", out_channels=4, kernel_size=3, padding=1, name="second"),
        graph.add("BatchNorm2d", name="calmer"),
        graph.add("ReLU"),
        graph.add("Flatten"),
        graph.add("Linear", out_features=classes, name="answer"),
        graph.add("Output"),
    ]
    for one, other in pairwise(ids):
        graph.connect(one, other)
    return graph


class Small(nn.Module):
    """The same by hand."""

    def __init__(self, classes: int = 3) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.conv2, self.bn2 = nn.Conv2d(4, 4, 3, padding=1), nn.BatchNorm2d(4)
        self.fc = nn.Linear(256, classes)
        drawn(self)

    def forward(self, x: Tensor) -> Tensor:
        x = self.bn1(self.conv1(x)).relu()
        return self.fc(self.bn2(self.conv2(x)).relu().flatten(1))


def drawn(module: nn.Module) -> None:
    """Numbers that tell all layers apart."""
    for value in module.state_dict().values():
        if value.is_floating_point():
            value.uniform_(0.1, 0.9)


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(7)


def same(graph: Graph, path: Path, module: nn.Module, *inputs: Tensor) -> weights.Report:
    """The network answers as the module does; what the report says of it."""
    loaded = weights.load(graph, path).eval()
    with torch.no_grad():
        torch.testing.assert_close(loaded(*inputs), module.eval()(*inputs), atol=1e-6, rtol=1e-5)
    return weights.match(graph, path)


@pytest.mark.parametrize("seed", range(6))
def test_renamed_layers_wrappers_and_nesting_make_no_difference(seed: int, tmp_path: Path) -> None:
    draw, module, x = random.Random(seed), Small(), torch.randn(4, 2, 8, 8)
    layers = {name: f"{draw.choice(['l', 'block.', 'z_'])}{draw.randrange(10**6)}_{i}"
              for i, name in enumerate(["conv1", "bn1", "conv2", "bn2", "fc"])}  # fmt: skip
    prefix = draw.choice(["", "module.", "model.", "_orig_mod.module.", "net.backbone."])
    state = {
        f"{prefix}{layers[layer]}.{last}": value
        for (layer, _, last), value in ((name.partition("."), value) for name, value in module.state_dict().items())
    }
    saved: object = state
    for key in draw.sample(["state_dict", "model", "ema"], draw.randrange(3)):
        saved = {key: saved, "epoch": 3, "optimizer": {"state": {"momentum": {"weight": torch.zeros(2)}}}}
    path = tmp_path / "other.pth"
    torch.save(saved, path)
    report = same(small_graph(), path, module, x)
    assert (set(report.how.values()), report.missing, report.left_over) == ({"order"}, {}, {})
    assert all(name.endswith("num_batches_tracked") for name in report.skipped)


def test_our_own_names_count_first_and_order_says_nothing(tmp_path: Path) -> None:
    ours = compile_graph(small_graph())
    drawn(ours)
    shuffled = list(ours.state_dict().items())
    random.Random(1).shuffle(shuffled)
    save_file({name: value.clone() for name, value in shuffled}, tmp_path / "own.safetensors")
    report = same(small_graph(), tmp_path / "own.safetensors", ours, torch.randn(2, 2, 8, 8))
    assert set(report.how.values()) == {"name"}
    assert all(name == source for name, source in report.placed.items())


def test_a_head_of_another_size_is_refused_unless_partial_and_named(tmp_path: Path) -> None:
    module = Small(classes=5)
    torch.save(module.state_dict(), tmp_path / "five.pth")
    graph = small_graph(classes=3)
    report = weights.match(graph, tmp_path / "five.pth")
    assert set(report.missing) == {"answer.weight", "answer.bias"}
    assert set(report.left_over) == {"fc.weight", "fc.bias"}
    with pytest.raises(weights.WeightsError, match=r"2 tensors without a place.*fc\.weight"):
        weights.load(graph, tmp_path / "five.pth")
    loaded = weights.load(graph, tmp_path / "five.pth", partial=True)
    assert torch.equal(loaded.state_dict()["second.weight"], module.conv2.weight)
    assert loaded.state_dict()["answer.bias"].abs().max() <= 1 / 16  # as nn.Linear begins


def test_what_the_file_lacks_stays_initialised_and_is_named(tmp_path: Path) -> None:
    state = {name: value for name, value in Small().state_dict().items() if not name.startswith("fc.")}
    torch.save(state, tmp_path / "body.pth")
    report = weights.match(small_graph(), tmp_path / "body.pth")
    assert set(report.missing) == {"answer.weight", "answer.bias"}
    assert not report.left_over
    weights.load(small_graph(), tmp_path / "body.pth")


def test_the_table_can_be_corrected_by_hand(tmp_path: Path) -> None:
    module = Small()
    torch.save(module.state_dict(), tmp_path / "w.pth")
    swapped = {"calm.weight": "bn2.weight", "calmer.weight": "bn1.weight", "answer.bias": ""}
    report = weights.match(small_graph(), tmp_path / "w.pth", swapped)
    assert report.how["calm.weight"] == "hand"
    assert report.missing == {"answer.bias": "you left it out"}
    loaded = weights.load(small_graph(), tmp_path / "w.pth", partial=True, assign=swapped).state_dict()
    assert torch.equal(loaded["calm.weight"], module.bn2.weight)
    assert torch.equal(loaded["calmer.weight"], module.bn1.weight)
    for wrong, why in (({"calm.weight": "fc.weight"}, "needs"), ({"calm.weight": "no"}, "no tensor 'no'"),
                       ({"nobody": "fc.weight"}, "no tensor 'nobody'")):  # fmt: skip
        with pytest.raises(weights.WeightsError, match=why):
            weights.match(small_graph(), tmp_path / "w.pth", wrong)


class Attention(nn.Module):
    """Queries, keys and values as three layers, as most published Transformers have them."""

    def __init__(self, names: tuple[str, str, str, str], width: int = 8, heads: int = 2) -> None:
        super().__init__()
        self.heads, self.names = heads, names
        for name in names:
            self.add_module(name, nn.Linear(width, width))
        self.norm = nn.LayerNorm(width)
        self.register_buffer("position_ids", torch.arange(16)[None])
        drawn(self)

    def forward(self, x: Tensor) -> Tensor:
        query, key, value = (
            self.get_submodule(name)(x).unflatten(-1, (self.heads, -1)).transpose(1, 2) for name in self.names[:3]
        )
        scores = (query @ key.transpose(-2, -1)) / math.sqrt(query.shape[-1])
        mixed = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
        return self.norm(self.get_submodule(self.names[3])(mixed))


def attention_graph() -> Graph:
    graph = Graph("attention")
    x = graph.add("Input", shape=(5, 8))
    mixed = graph.add("MultiheadAttention", num_heads=2, name="attention")
    for port in ("query", "key", "value"):
        graph.connect(x, mixed, target=port)
    norm = graph.add("LayerNorm", name="norm")
    graph.connect(mixed, norm)
    graph.connect(norm, graph.add("Output"))
    return graph


@pytest.mark.parametrize(
    "names", [("query", "key", "value", "dense"), ("q_proj", "k_proj", "v_proj", "out_proj"), ("wq", "wk", "wv", "wo")]
)
def test_queries_keys_and_values_are_joined(names: tuple[str, str, str, str], tmp_path: Path) -> None:
    module = Attention(names)
    torch.save({f"layer.{name}": value for name, value in module.state_dict().items()}, tmp_path / "qkv.pth")
    report = same(attention_graph(), tmp_path / "qkv.pth", module, torch.randn(2, 5, 8))
    assert report.placed["attention.in_proj_weight"].startswith("join(layer.")
    assert report.skipped == {"layer.position_ids": "it counts the positions"}


class Conv1D(nn.Module):
    """GPT-2's linear layer: its matrix is (inputs, outputs)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.weight, self.bias = nn.Parameter(torch.rand(inputs, outputs)), nn.Parameter(torch.rand(outputs))

    def forward(self, x: Tensor) -> Tensor:
        return x @ self.weight + self.bias


def test_transposed_matrices_are_found_by_their_biases_also_where_they_are_square(tmp_path: Path) -> None:
    module = nn.Sequential()
    module.add_module("up", nn.Sequential())
    for name, layer in (("a.c_fc", Conv1D(6, 10)), ("a.c_proj", Conv1D(10, 6)), ("b.c_proj", Conv1D(6, 6))):
        parent, _, last = name.partition(".")
        if parent not in dict(module.named_children()):
            module.add_module(parent, nn.Sequential())
        module.get_submodule(parent).add_module(last, layer)
    torch.save(module.state_dict(), tmp_path / "gpt.bin")
    graph = Graph("mlp")
    ids = [
        graph.add("Input", shape=(6,)),
        *(graph.add("Linear", out_features=n) for n in (10, 6, 6)),
        graph.add("Output"),
    ]
    for one, other in pairwise(ids):
        graph.connect(one, other)
    report = same(graph, tmp_path / "gpt.bin", module, torch.randn(3, 6))
    assert sum("transpose(" in source for source in report.placed.values()) == 3


def test_a_tied_tensor_may_be_there_once_or_twice(tmp_path: Path) -> None:
    graph = Graph("tied")
    ids = [graph.add("Input", shape=("T",), dtype="int64"),
           graph.add("Embedding", num_embeddings=11, embedding_dim=4, name="tokens")]  # fmt: skip
    head = graph.add("Linear", out_features=11, bias=False, name="head", weights_of=ids[1])
    for one, other in zip([*ids, head], [ids[1], head, graph.add("Output")], strict=True):
        graph.connect(one, other)
    table = torch.rand(11, 4)
    for number, extra in enumerate(({}, {"head.weight": table})):
        path = tmp_path / f"{number}.pth"
        torch.save({"model.tokens.weight": table, **{f"model.{name}": value for name, value in extra.items()}}, path)
        report = weights.match(graph, path)
        assert (len(report.placed), report.missing, report.left_over) == (1, {}, {})
        assert torch.equal(weights.load(graph, path).state_dict()["head.weight"], table)


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("a", torch.arange(24.0).reshape(6, 4)),
        ("transpose(a)", torch.arange(24.0).reshape(6, 4).T),
        ("third_2(a)", torch.arange(24.0).reshape(6, 4)[2:4]),
        ("join(a, b)", torch.cat([torch.arange(24.0).reshape(6, 4), torch.ones(2, 4)])),
        ("minus_exp(b)", torch.full((2, 4), -math.e)),
        ("log_minus(minus_exp(b))", torch.ones(2, 4)),
        ("halves_6(a)", torch.arange(24.0).reshape(6, 4)[[0, 2, 4, 1, 3, 5]]),
        ("neighbours_6(halves_6(a))", torch.arange(24.0).reshape(6, 4)),
    ],
)
def test_what_is_done_with_tensors_on_the_way(text: str, made: Tensor) -> None:
    tensors = {"a": torch.arange(24.0).reshape(6, 4), "b": torch.ones(2, 4)}
    recipe = parse(text)
    assert str(recipe) == text
    assert recipe.shape({name: tuple(value.shape) for name, value in tensors.items()}) == tuple(made.shape)
    torch.testing.assert_close(recipe.make(tensors.__getitem__, tuple(made.shape)), made)


@pytest.mark.parametrize(
    "text", ["", "a b", "join(a)", "eval(a)", "a, b", "transpose(join(a", "third_x(y)", "third(a)"]
)
def test_what_is_no_recipe_is_refused(text: str) -> None:
    with pytest.raises(weights.WeightsError, match="does not say what a tensor is made of"):
        parse(text)


def test_a_project_stores_where_and_what_and_is_undone_in_one_step(tmp_path: Path) -> None:
    module, graph = Small(), small_graph()
    torch.save(module.state_dict(), tmp_path / "w.pth")
    before = project.to_bytes(graph)
    undo = choose(weights.match(graph, tmp_path / "w.pth")).apply(graph)
    path = tmp_path / "net.loom"
    project.save(graph, path)
    text = path.read_text()
    assert '"path": "w.pth"' in text
    assert '"n2.weight = conv1.weight"' in text
    moved = tmp_path / "moved"
    moved.mkdir()
    path.rename(moved / "net.loom")
    there = project.load(moved / "net.loom").settings["training"]["weights"]
    assert there["path"] == str(moved / "w.pth")
    undo.apply(graph)
    assert project.to_bytes(graph) == before


def test_layers_of_equal_shapes_are_guessed_by_what_they_are_called_at_last(tmp_path: Path) -> None:
    graph = Graph("pair")
    node = graph.add("Input", shape=(2, 8, 8), name="x")
    for kind, name in (("Conv2d", "conv2"), ("BatchNorm2d", "bn2"), ("Conv2d", "conv1"), ("BatchNorm2d", "bn1")):
        size = {"out_channels": 2, "kernel_size": 3} if kind == "Conv2d" else {}
        after = graph.add(kind, name=name, **size)
        graph.connect(node, after)
        node = after
    graph.connect(node, graph.add("Output", loss="mse_loss", name="y"))
    module = compile_graph(graph)
    state = {name: value for name, value in module.state_dict().items() if not name.endswith("num_batches_tracked")}
    last = ["bn1", "conv1", "bn2", "conv2"]  # sorted by name they come the other way round
    save_file({f"odd.{last.index(name.partition('.')[0])}.{name}": value for name, value in state.items()},
              tmp_path / "w.safetensors")  # fmt: skip
    report = weights.match(graph, tmp_path / "w.safetensors")
    assert all(source.endswith(f".{name}") for name, source in report.placed.items())


def test_square_matrices_are_turned_where_all_others_are(tmp_path: Path) -> None:
    """As in GPT-2, whose layers are stored as (inputs, outputs), called by names that say nothing."""
    graph = Graph("turned")
    node = graph.add("Input", shape=(4,), name="x")
    for width in (4, 6, 4):
        after = graph.add("Linear", out_features=width)
        graph.connect(node, after)
        node = after
    graph.connect(node, graph.add("Output", loss="mse_loss", name="y"))
    module = compile_graph(graph)
    layers = [one for one in module.modules() if isinstance(one, nn.Linear)]
    state = {f"q{n}.weight": one.weight.T.contiguous() for n, one in enumerate(layers)}
    torch.save(state | {f"q{n}.bias": one.bias for n, one in enumerate(layers)}, tmp_path / "w.pth")
    report = weights.match(graph, tmp_path / "w.pth")
    turned = [source for source in report.placed.values() if "weight" in source]
    assert turned == [f"transpose(q{n}.weight)" for n in range(3)]
