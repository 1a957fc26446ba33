"""Tokens that are mixed without attention, and attention to what is no sequence."""

from __future__ import annotations

import math

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target, tokens
from tests.engine.public.parts import CIFAR, around
from tests.engine.public.text import REVIEWS, read

PAIRS = {"words": tokens(20, of=500), "said": tokens(16, of=400), "next": target(tokens(16, of=400))}
LINES = {"text": tokens(64, of=97), "next": target(tokens(64, of=97))}


@public(CIFAR | {"image": numbers(3, 32, 32)})
def mlp_mixer() -> Graph:
    """Tolstikhin and others 2021, MLP-Mixer: an all-MLP architecture for vision."""
    graph = Graph("MLP-Mixer")
    turn = step("Permute", dims=(0, 2, 1))
    patches = [step("Conv2d", out_channels=64, kernel_size=4, stride=4), step("Flatten", start_dim=2), turn]
    last = along(graph, graph.add("Input", shape=(3, 32, 32)), *patches)
    for _ in range(2):
        tokens_mixed = [turn, step("Linear", out_features=32), step("GELU"), step("Linear", out_features=64), turn]
        last = around(graph, last, step("LayerNorm"), *tokens_mixed)
        last = around(
            graph,
            last,
            step("LayerNorm"),
            step("Linear", out_features=256),
            step("GELU"),
            step("Linear", out_features=64),
        )
    along(graph, last, step("LayerNorm"), step("Mean", dim=1), step("Linear", out_features=10), step("Output"))
    return graph


@public({"x": numbers(13), "label": labels(2)})
def ft_transformer() -> Graph:
    """Gorishniy, Rubachev, Khrulkov and Babenko 2021, Revisiting deep learning models for tabular data."""
    graph = Graph("FT-Transformer")
    column = along(graph, graph.add("Input", shape=(13,)), step("Unsqueeze", dim=2))
    last = joined(graph, "Multiply", column, graph.add("Parameter", shape=(13, 32), init="normal"))
    last = along(graph, joined(graph, "Add", last, graph.add("Parameter", shape=(13, 32))), step("ClassToken"))
    layers = step("TransformerEncoder", nhead=4, dim_feedforward=64, num_layers=2, norm_first=True)
    end = [step("Select", dim=1, index=0), step("LayerNorm"), step("ReLU"), step("Linear", out_features=2)]
    along(graph, last, layers, *end, step("Output"))
    return graph


@public({"image": numbers(3, 32, 32), "label": labels(10)})
def perceiver() -> Graph:
    """Jaegle and others 2021, Perceiver: learned latents look at pixels, beside which their places are written."""
    graph = Graph("Perceiver")
    pixels = along(graph, graph.add("Input", shape=(3, 32, 32)), step("Flatten", start_dim=2))
    pixels = along(graph, pixels, step("Permute", dims=(0, 2, 1)))
    wave = [math.sin((1 + band) * pixel / 1024) for pixel in range(1024) for band in range(4)]
    places = graph.add("Expand", sizes=(1024, 4))
    graph.connect(graph.add("Constant", value=tuple(wave), shape=(1, 1024, 4)), places)
    graph.connect(pixels, places)
    data = joined(graph, "Concat", pixels, places, dim=2)
    latents = graph.add("Expand", sizes=(16, 32))
    graph.connect(graph.add("Parameter", shape=(1, 16, 32)), latents)
    graph.connect(pixels, latents)
    cross = graph.add("MultiheadAttention", num_heads=1)
    for source, port in ((latents, "query"), (data, "key"), (data, "value")):
        graph.connect(source, cross, target=port)
    last = along(graph, joined(graph, "Add", cross, latents), step("LayerNorm"))
    layers = step("TransformerEncoder", nhead=4, dim_feedforward=64, num_layers=2, norm_first=True)
    along(graph, last, layers, step("Mean", dim=1), step("Linear", out_features=10), step("Output"))
    return graph


@public(REVIEWS)
def gmlp() -> Graph:
    """Liu, Dai, So and Le 2021, Pay attention to MLPs: a gate that mixes the steps multiplies the other half."""
    graph = Graph("gMLP")
    last, turn = read(graph, 56, 5000, 64), step("Permute", dims=(0, 2, 1))
    for _ in range(2):
        halves = along(
            graph,
            last,
            step("LayerNorm"),
            step("Linear", out_features=256),
            step("GELU"),
            step("Chunk", chunks=2, dim=-1),
        )
        gate = along(graph, (halves, 1), step("LayerNorm"), turn, step("Linear", out_features=56), turn)
        product = graph.add("Multiply")
        graph.connect(halves, product)
        graph.connect(gate, product)
        last = joined(graph, "Add", along(graph, product, step("Linear", out_features=64)), last)
    along(graph, last, step("LayerNorm"), step("Mean", dim=1), step("Linear", out_features=2), step("Output"))
    return graph
