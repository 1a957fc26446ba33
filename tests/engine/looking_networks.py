"""Networks to look into: as they begin, or with weights drawn for a test, without a run of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import torch

import presets
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.looking import samples
from engine.inside.looking.inspector import Inspector
from engine.inside.looking.layer_answers import LayerAnswer
from engine.inside.looking.method import Method, Question, Step, Value
from engine.inside.looking.target import Target
from engine.inside.trained import Trained
from engine.literals import literal
from engine.training.plan import check
from engine.training.steps.assembly import build
from tests.engine.networks import Step as Layer
from tests.engine.networks import chain


def fresh(graph: Graph) -> Trained:
    """The network of a graph with the weights it begins with, and its data."""
    plan, device = check(graph), torch.device("cpu")
    with torch.random.fork_rng(devices=[]):
        data = prepare(plan.data, device)
        network = build(plan, data, device).network
    network.module.eval()
    return Trained(Path("nowhere"), plan, data, network, device)


def on(dataset: str, graph: Graph, **data: object) -> Graph:
    """A graph that learns from a dataset on board."""
    graph.settings = {"data": literal({"dataset": dataset, "batch_size": 32, **data}), "training": {"epochs": 1}}
    return graph


def on_digits(*layers: Layer) -> Graph:
    """Layers one after the other, from digits (1, 8, 8) to ten classes."""
    graph = chain((1, 8, 8), *layers)
    (output,) = graph.of_type("Output")
    (start,) = graph.of_type("Input")
    rename(graph, start.id, "image")
    rename(graph, output.id, "label")
    return on("digits", graph)


def rename(graph: Graph, node: str, name: str) -> None:
    """Give a node another name."""
    from dataclasses import replace

    graph.replace_node(replace(graph.nodes[node], name=name))


def small(name: str) -> Graph:
    """A preset with what makes it quick."""
    graph = presets.build(name)
    SetSetting(("training", "threads"), 1).apply(graph)
    return graph


def tokens(encoder: bool = False) -> Graph:
    """Docstrings, symbol by symbol: Embedding, LSTM (or an encoder), and a class for each position."""
    middle: Layer = (
        ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 16}) if encoder else ("LSTM", {"hidden_size": 8})
    )
    graph = chain(
        (64,),
        ("Embedding", {"num_embeddings": 97, "embedding_dim": 8, "padding_idx": 0}),
        middle,
        ("Linear", {"out_features": 97}),
        dtype="int64",
    )
    rename(graph, graph.of_type("Input")[0].id, "text")
    rename(graph, graph.of_type("Output")[0].id, "next")
    return on("docstrings", graph)


def unet() -> Graph:
    """A small U-Net for the shapes: down once, up once, joined with what the way down kept."""
    graph = Graph("U-Net")
    image = graph.add("Input", name="image", shape=(3, 32, 32))

    def layer(kind: str, before: str, **parameters: object) -> str:
        node = graph.add(kind, **parameters)
        graph.connect(before, node)
        return node

    def double(before: str, channels: int) -> str:
        for _ in range(2):
            before = layer("ReLU", layer("Conv2d", before, out_channels=channels, kernel_size=3, padding=1))
        return before

    down = double(image, 8)
    bottom = double(layer("MaxPool2d", down, kernel_size=2), 16)
    up = layer("ConvTranspose2d", bottom, out_channels=8, kernel_size=2, stride=2)
    both = graph.add("Concat")
    graph.connect(down, both)
    graph.connect(up, both)
    head = layer("Conv2d", double(both, 8), out_channels=7, kernel_size=1)
    output = graph.add("Output", name="mask", field="mask")
    graph.connect(head, output)
    return on("shapes", graph)


def asked(
    inspector: Inspector,
    layer: str = "",
    index: int = 0,
    unit: int | None = None,
    options: Mapping[str, Value] | None = None,
    call: int = 0,
) -> Question:
    """A question about a test sample and the layer with this name."""
    sample = samples.of_part(inspector.trained, inspector.trained.data.test, index)
    chosen = next((one for one in inspector.layers(sample.batch) if one.name == layer), None)
    assert (chosen is not None) == bool(layer), f"no layer {layer}"
    return Question(inspector, sample, chosen, target=Target(0, unit), options=options or {})


def last(method: Method, question: Question) -> Step:
    """The final result of a method."""
    *_, step = method.looks(question)
    assert step.done == 1.0
    assert step.result is not None
    return step


def layer_named(inspector: Inspector, name: str) -> LayerAnswer:
    """The answer of the layer with this name."""
    sample = samples.of_part(inspector.trained, inspector.trained.data.test, 0)
    return next(one for one in inspector.layers(sample.batch) if one.name == name)
