"""Faults that a drawing shows and that mostly do little harm: what is unused, doubled or idle; and states of layers."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from engine.graph import Graph
from tests.engine.twins.design import Design, step
from tests.engine.twins.fault import DENSE, IMAGES, fault, first


@fault("an unused branch", "unused", families=(*DENSE, *IMAGES, "recurrent"), checked=True)
def unused(design: Design, random: Random) -> Design | None:
    def branch(graph: Graph) -> None:
        source = next(edge.target for edge in graph.outgoing[graph.of_type("Input")[0].id])
        graph.connect(source, graph.add("Tanh"))

    return replace(design, rewire=branch)


@fault("a window of one cell", "window-of-one", families=IMAGES, checked=True)
def window_of_one(design: Design, random: Random) -> Design | None:
    place = first(design, "MaxPool2d")
    return (
        None if place is None else design.insert(place, step(random.choice(["MaxPool2d", "AvgPool2d"]), kernel_size=1))
    )


@fault("a bias before batch norm", "bias-before-norm", families=("convolution",), checked=True)
def bias_before_norm(design: Design, random: Random) -> Design | None:
    if not design.where("BatchNorm2d"):
        return None
    for place in design.where("Conv2d"):
        design = design.exchange(place, design.steps[place].having(bias=True))
    return design


@fault("dropout of one recurrent layer", "idle-dropout", families=("recurrent", "forecast"), checked=True)
def idle_dropout(design: Design, random: Random) -> Design | None:
    return design.exchange(0, design.steps[0].having(dropout=round(random.uniform(0.1, 0.5), 2)))


@fault("states that do not fit", "state", families=("recurrent",), refused=True)
def states(design: Design, random: Random) -> Design | None:
    read = design.steps[0]
    size = read.parameters["hidden_size"]
    second = step(read.type, hidden_size=size // 2, bidirectional=read.parameters["bidirectional"])

    def hand_on(graph: Graph) -> None:
        one, two = (node.id for node in graph.of_type(read.type))
        graph.connect(one, two, source="h_n", target="h_0")

    return replace(design, steps=(read, second, *design.steps[1:]), rewire=hand_on)


@fault("states confused", "open-size", "state", families=("recurrent",), refused=True)
def states_confused(design: Design, random: Random) -> Design | None:
    ends = (step("Flatten", reads="h_n"), step("Linear", out_features=10))
    return replace(design, steps=(design.steps[0].having(bidirectional=True), *ends))


@fault("output_padding too large", "output-padding", families=("convolutional_autoencoder",), refused=True)
def output_padding(design: Design, random: Random) -> Design | None:
    place = first(design, "ConvTranspose2d")
    assert place is not None
    return design.exchange(place, design.steps[place].having(output_padding=random.choice([2, 3])))


@fault("floats where integers are needed", "dtype", families=("recurrent",), refused=True)
def floats(design: Design, random: Random) -> Design | None:
    return design.insert(0, step("Embedding", num_embeddings=17, embedding_dim=8))


@fault("channels at the end", "channels-last", families=("convolution",), refused=True)
def channels_last(design: Design, random: Random) -> Design | None:
    return design.insert(0, step("Permute", dims=(0, 2, 3, 1)))
