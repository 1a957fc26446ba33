"""Networks of which some weights stay as they begin, or are used again and again."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along
from tests.engine.public.architecture import labels, numbers, public, step, target


@public({"past": numbers(100, 3), "next": target(numbers(1))})
def echo_state_network() -> Graph:
    """Jaeger 2001, The echo state approach: a recurrent layer that keeps its first weights, and one that learns."""
    graph = Graph("Echo state network")
    reservoir = step("RNN", hidden_size=200, bias=False, frozen=True, initialization="orthogonal")
    last = along(graph, graph.add("Input", shape=(100, 3)), reservoir)
    along(graph, (last, "last"), step("Linear", out_features=1), step("Output", loss="mse_loss"))
    return graph


@public({"x": numbers(20), "y": target(numbers(1))})
def random_features() -> Graph:
    """Rahimi and Recht 2007, Random features for large-scale kernel machines: cosines of fixed directions."""
    graph = Graph("Random Fourier features")
    directions = step("Linear", out_features=300, frozen=True, initialization="normal")
    end = [step("Cos"), step("Scale", factor=0.08), step("Linear", out_features=1)]
    along(graph, graph.add("Input", shape=(20,)), directions, *end, step("Output", loss="mse_loss"))
    return graph


@public(
    {"image": numbers(3, 32, 32), "label": labels(10)},
    hints={"narrow-view": "of the trunk three layers are drawn"},
)
def frozen_batch_norm() -> Graph:
    """Ren, He, Girshick and Sun 2015, Faster R-CNN, on ResNets: small batches, and batch norms that stay fixed."""
    graph = Graph("Frozen batch norm")
    x = graph.add("Input", shape=(3, 32, 32))
    for width in (16, 32, 64):
        layer = step("Conv2d", out_channels=width, kernel_size=3, stride=2, padding=1, bias=False)
        x = along(graph, x, layer, step("BatchNorm2d", frozen=True), step("ReLU"))
    end = [step("AdaptiveAvgPool2d", output_size=1), step("Flatten"), step("Linear", out_features=10)]
    along(graph, x, *end, step("Output"))
    return graph
