"""Networks of places, of codes, and of margins."""

from __future__ import annotations

from engine.graph import Graph
from tests.engine.classics import along, joined
from tests.engine.public.architecture import labels, numbers, public, step, target
from tests.engine.public.parts import LINEAR


@public({"place": numbers(2, low=-1.0), "colour": target(numbers(3, low=-1.0))})
def siren() -> Graph:
    """Sitzmann, Martel, Bergman, Lindell and Wetzstein 2020, Implicit neural representations with sines."""
    graph = Graph("SIREN")
    wave = [step("Linear", out_features=256), step("Scale", factor=30.0), step("Sin")]
    x = along(graph, graph.add("Input", shape=(2,)), *wave, *wave, *wave)
    along(graph, x, step("Linear", out_features=3), step("Output", loss="mse_loss"))
    return graph


@public(
    {
        "place": numbers(3, low=-4.0, high=4.0),
        "direction": numbers(2, low=-4.0, high=4.0),
        "colour": target(numbers(3, low=0.0)),
        "density": target(numbers(1, low=0.0, high=100.0)),
    }
)
def nerf() -> Graph:
    """Mildenhall and others 2020, NeRF: waves of a place, a shortcut half way, a colour and a density."""
    graph = Graph("NeRF")
    place = graph.add("Input", shape=(3,), field="place")
    waves = [
        along(graph, place, step("Scale", factor=2.0**band), step(kind)) for band in range(4) for kind in ("Sin", "Cos")
    ]
    coded = joined(graph, "Concat", place, *waves)
    x = along(graph, coded, *[step("Linear", out_features=128), step("ReLU")] * 4)
    x = along(graph, joined(graph, "Concat", x, coded), *[step("Linear", out_features=128), step("ReLU")] * 3)
    along(graph, x, step("Linear", out_features=1), step("ReLU"), step("Output", field="density", loss="mse_loss"))
    feature = along(graph, x, step("Linear", out_features=128))
    both = joined(graph, "Concat", feature, graph.add("Input", shape=(2,), field="direction"))
    end = [step("Linear", out_features=64), step("ReLU"), step("Linear", out_features=3)]
    along(graph, both, *end, step("Sigmoid"), step("Output", field="colour", loss="mse_loss"))
    return graph


@public({"image": numbers(784, low=0.0), "same": target(numbers(784, low=0.0))}, hints=LINEAR)
def deep_autoencoder() -> Graph:
    """Hinton and Salakhutdinov 2006, Reducing the dimensionality of data with neural networks: 30 linear codes."""
    graph = Graph("Deep autoencoder")
    down = [each for width in (1000, 500, 250) for each in (step("Linear", out_features=width), step("Sigmoid"))]
    up = [each for width in (250, 500, 1000, 784) for each in (step("Linear", out_features=width), step("Sigmoid"))]
    along(
        graph,
        graph.add("Input", shape=(784,)),
        *down,
        step("Linear", out_features=30),
        *up,
        step("Output", loss="binary_cross_entropy"),
    )
    return graph


@public({"x": numbers(784, low=0.0), "label": labels(10)})
def maxout_network() -> Graph:
    """Goodfellow, Warde-Farley, Mirza, Courville and Bengio 2013, Maxout networks: the largest of five sums."""
    graph = Graph("Maxout network")
    layer = [step("Linear", out_features=1200), step("Unflatten", dim=1, unflattened_size=(240, 5)), step("Max", dim=2)]
    start = along(graph, graph.add("Input", shape=(784,)), step("Dropout", p=0.2))
    along(
        graph,
        start,
        *layer,
        step("Dropout", p=0.5),
        *layer,
        step("Dropout", p=0.5),
        step("Linear", out_features=10),
        step("Output"),
    )
    return graph


@public({"x": numbers(784, low=0.0), "label": labels(10)})
def linear_svm_on_top() -> Graph:
    """Tang 2013, Deep learning using linear support vector machines: a margin in place of the softmax."""
    graph = Graph("Deep SVM")
    hidden = [step("Linear", out_features=512), step("ReLU"), step("Dropout", p=0.2)] * 2
    along(
        graph,
        graph.add("Input", shape=(784,)),
        *hidden,
        step("Linear", out_features=10),
        step("Output", loss="multi_margin_loss"),
    )
    return graph
