"""No false alarm and no miss: what torch runs has no error, and what has no error runs a training step."""

from __future__ import annotations

import random
from collections.abc import Callable
from math import prod
from typing import Any

import pytest
import torch
from torch import nn

import presets
from engine.compile import compile_graph
from engine.graph import Graph
from engine.layers.endpoints import Input, Output
from engine.problems import Checker, find
from engine.problems.fixes import fix_all
from engine.shapes import Shapes, infer
from tests.engine.corpus.notation import more_data, read
from tests.engine.graphs import random_graph
from tests.engine.test_corpus import FAULTS

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning:torch")
BATCH = 3
"""A size that no other axis has, so that torch's broadcasting never takes a batch for something else."""
SMALL = ("lenet-5", "mlp", "linear-classifier", "resnet-18-small", "lstm-classifier", "transformer-encoder", "vit-tiny")


def errors(graph: Graph) -> list[str]:
    return [problem.message for problem in find(graph) if problem.severity == "error"]


def example(layer: Input) -> torch.Tensor:
    """A batch for an Input; open sizes are 5, integers 0 and 1."""
    shape = (BATCH, *(size if isinstance(size, int) else 5 for size in layer.shape))
    if layer.dtype == "float32":
        return torch.rand(shape)
    numbers = torch.randint(0, 2, shape)
    return numbers.bool() if layer.dtype == "bool" else numbers


def train(graph: Graph) -> None:
    """One step: forward, loss, backward, optimizer."""
    report, model = infer(graph), compile_graph(graph).train()
    layers = [report.layer(node.id) for node in graph.of_type("Input")]
    answers = model(*(example(layer) for layer in layers if isinstance(layer, Input)))
    total = torch.zeros(())
    every = answers if isinstance(answers, tuple) else (answers,)
    for node, answer in zip(graph.of_type("Output"), every, strict=True):
        output = report.layer(node.id)
        assert isinstance(output, Output)
        if output.loss is not None and output.criterion.target == "classes":
            labels = torch.randint(0, answer.shape[-1], answer.shape[:-1])
            total = total + output.criterion.mean(answer, labels)
        elif output.loss is not None:
            total = total + output.criterion.mean(answer, torch.rand_like(answer))
    total.backward()
    torch.optim.SGD(model.parameters(), lr=0.01).step()


@pytest.mark.parametrize("preset", presets.BUILT_IN, ids=lambda preset: preset.name)
def test_no_preset_has_an_error_or_a_warning(preset: presets.Preset) -> None:
    assert [p.message for p in find(preset.make({})) if p.severity != "hint"] == []


@pytest.mark.parametrize("name", SMALL)
def test_a_preset_runs_a_training_step(name: str) -> None:
    train(presets.build(name))


@pytest.mark.parametrize(("dataset", "severity"), [(None, "hint"), ("digit_rows", "warning")])
def test_rows_that_no_data_call_a_sequence_may_be_points_of_a_set(dataset: str | None, severity: str) -> None:
    text = """
        x: Input(shape=(8, 8)); l: Linear(out_features=8); pad: Input(shape=(8,), dtype="bool") <- -
        att: MultiheadAttention(num_heads=2) <- query=l, key_padding_mask=pad; m: Mean(dim=1)
        o: Linear(out_features=10); y: Output
    """
    graph = read(text, {} if dataset is None else {"data.dataset": dataset})
    assert [each.severity for each in find(graph) if each.code == "no-positions"] == [severity]


# -- networks that torch itself has found valid ------------------------------------------------------------------------

INFERRED = {
    **{f"Conv{n}d": ("in_channels", 1) for n in (1, 2, 3)},
    **{f"ConvTranspose{n}d": ("in_channels", 1) for n in (1, 2)},
    **{f"BatchNorm{n}d": ("num_features", 1) for n in (1, 2)},
    "Linear": ("in_features", -1),
    "LSTM": ("input_size", -1),
    "GRU": ("input_size", -1),
    "TransformerEncoderLayer": ("d_model", -1),
}
RANKS = {
    **{f"{kind}{n}d": {n + 2} for n in (1, 2, 3) for kind in ("Conv", "ConvTranspose", "MaxPool", "AvgPool")},
    **{"BatchNorm1d": {2, 3}, "BatchNorm2d": {4}, "LSTM": {3}, "GRU": {3}, "TransformerEncoderLayer": {3}},
    **{"AdaptiveAvgPool2d": {4}, "Linear": {2, 3, 4}, "Upsample": {4}, "PixelShuffle": {4}, "ReflectionPad2d": {4}},
}
"""With fewer axes torch takes one sample without a batch, which nobody can draw here."""
Draw = Callable[[random.Random], dict[str, Any]]
LAYERS: dict[str, Draw] = {
    **{
        f"Conv{n}d": lambda rng: {
            "out_channels": rng.choice([4, 6, 8]),
            "kernel_size": rng.choice([1, 2, 4, 5]),
            "stride": rng.choice([1, 1, 2]),
            "padding": rng.choice([0, 1, 2, "same"]),
            "groups": rng.choice([1, 1, 2]),
        }
        for n in (1, 2, 3)
    },
    **{
        f"ConvTranspose{n}d": lambda rng: {
            "out_channels": rng.choice([4, 6]),
            "kernel_size": rng.choice([2, 4]),
            "stride": rng.choice([1, 2]),
            "output_padding": rng.choice([0, 0, 1]),
        }
        for n in (1, 2)
    },
    **{
        f"{kind}Pool{n}d": lambda rng: {
            "kernel_size": rng.choice([2, 4]),
            "stride": rng.choice([1, 2]),
            "padding": rng.choice([0, 1, 2]),
        }
        for n in (1, 2, 3)
        for kind in ("Max", "Avg")
    },
    "AdaptiveAvgPool2d": lambda rng: {"output_size": rng.choice([1, 2, 4])},
    "BatchNorm1d": lambda rng: {},
    "BatchNorm2d": lambda rng: {},
    "Linear": lambda rng: {"out_features": rng.choice([4, 6, 8])},
    "LSTM": lambda rng: {"hidden_size": rng.choice([4, 5]), "bidirectional": rng.random() < 0.3, "batch_first": True},
    "GRU": lambda rng: {"hidden_size": rng.choice([4, 5]), "num_layers": rng.choice([1, 2]), "batch_first": True},
    "TransformerEncoderLayer": lambda rng: {
        "nhead": rng.choice([1, 2, 4]),
        "dim_feedforward": 8,
        "batch_first": True,
    },
    "ReLU": lambda rng: {},
    "Tanh": lambda rng: {},
    "Dropout": lambda rng: {"p": 0.25},
    "Flatten": lambda rng: {"start_dim": rng.choice([1, 1, 2])},
    "Softmax": lambda rng: {"dim": rng.choice([-1, 1, 2])},
    "Upsample": lambda rng: {"scale_factor": rng.choice([2.0, 0.5])},
    "PixelShuffle": lambda rng: {"upscale_factor": 2},
    "ReflectionPad2d": lambda rng: {"padding": rng.choice([1, 2, 4])},
    "GLU": lambda rng: {"dim": rng.choice([-1, 1])},
}


def torch_says(kind: str, parameters: dict[str, Any], x: torch.Tensor) -> torch.Tensor | None:
    """What torch makes of x, or None where it refuses."""
    if x.ndim not in RANKS.get(kind, {x.ndim}):
        return None
    name, axis = INFERRED.get(kind, ("", 0))
    try:
        module = getattr(nn, kind)(**({name: x.shape[axis]} if name else {}), **parameters)
        result = module(x)
    except (RuntimeError, ValueError, IndexError, AssertionError, TypeError):
        return None
    made: torch.Tensor = result[0] if isinstance(result, tuple) else result
    return made if made.numel() else None


def valid_graph(rng: random.Random) -> Graph:
    """A network of random layers that torch takes, with skip connections, ending in a Linear."""
    graph = Graph("valid")
    shape = rng.choice([(8,), (5, 8), (2, 12), (2, 9, 9), (4, 8, 6), (2, 6, 6, 6)])
    node = graph.add("Input", shape=shape)
    seen = [(node, torch.rand(BATCH, *shape))]
    for _ in range(rng.randint(3, 9)):
        source, x = seen[-1]
        kind = rng.choice([*LAYERS, "Add", "Concat"])
        if kind in ("Add", "Concat"):
            other, y = rng.choice(seen)
            try:
                made = x + y if kind == "Add" else torch.cat((x, y), 1)
            except (RuntimeError, IndexError):
                continue
            node = graph.add(kind)
            graph.connect(source, node)
            graph.connect(other, node)
        else:
            parameters = LAYERS[kind](rng)
            result = torch_says(kind, parameters, x)
            if result is None or result.numel() > 20_000:
                continue
            made = result
            node = graph.add(kind, **parameters)
            graph.connect(source, node)
        seen.append((node, made.detach()))
    last, x = seen[-1]
    for kind, parameters in ([("Flatten", {})] if x.ndim > 2 else []) + [("Linear", {"out_features": 4})]:
        node = graph.add(kind, **parameters)
        graph.connect(last, node)
        last = node
    graph.connect(last, graph.add("Output", loss=rng.choice(["cross_entropy", "mse_loss"])))
    return graph


@pytest.mark.parametrize("part", [0, *(pytest.param(n, marks=pytest.mark.slow) for n in range(1, 5))])
def test_a_hundred_networks_that_torch_takes_have_no_error(part: int) -> None:
    torch.manual_seed(part)
    sizes = []
    for seed in range(100 * part, 100 * part + 100):
        graph = valid_graph(random.Random(seed))
        assert errors(graph) == [], seed
        train(graph)
        sizes.append(len(graph.nodes))
    assert sum(sizes) > 600, "small networks only prove little"


# -- networks in which no error is found -------------------------------------------------------------------------------


@pytest.mark.parametrize("every", [3, pytest.param(1, marks=pytest.mark.slow)])
def test_what_is_mended_runs_a_training_step(every: int) -> None:
    whole, faults = 0, FAULTS[::every]
    with more_data():
        for fault in faults:
            graph = fault.graph()
            step = fix_all(Checker(Shapes(graph)))
            if step is not None:
                step[0].apply(graph)
            if errors(graph):
                continue
            whole += 1
            train(graph)
    assert whole >= 0.9 * len(faults)


def test_random_drawings_without_an_error_run_a_training_step(scale: int) -> None:
    ran = 0
    for seed in range(400 * min(scale, 8)):
        graph = random_graph(random.Random(seed), 30)
        step = fix_all(Checker(Shapes(graph))) if seed % 3 == 0 else None
        if step is not None:
            step[0].apply(graph)
        if graph.nodes and not errors(graph) and _small(graph):
            ran += 1
            train(graph)
    assert ran >= 5 * min(scale, 8)


def _small(graph: Graph) -> bool:
    """Whether it fits into a test."""
    specs = [spec for outputs in infer(graph).outputs.values() for spec in outputs.values()]
    return all(prod(size if isinstance(size, int) else 5 for size in spec.shape) < 200_000 for spec in specs)


NOTHING_TO_LEARN = "x: Input(shape=(4,))\nrelu: ReLU\ny: Output"


@pytest.mark.parametrize(
    ("network", "code"),
    [
        (NOTHING_TO_LEARN, "no-weights"),
        ("x: Input(shape=(4,))\nfc: Linear(out_features=3, frozen=True)\ny: Output", "no-weights"),
        ('x: Input(shape=(4,), dtype="int64")\ny: Output', "output-data"),
        ("x: Input(shape=(6,))\nfc: Linear(out_features=3)\none: Select(index=0)\ny: Output", "output-data"),
    ],
)
def test_what_would_stop_at_the_first_step_is_an_error(network: str, code: str) -> None:
    graph = read(network)
    problem = next(p for p in find(graph) if p.code == code)
    assert problem.severity == "error"
    assert problem.fixes[0].keeps
    problem.fixes[0].apply(graph)
    assert problem.key not in [p.key for p in find(graph)]
