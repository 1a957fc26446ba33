"""Faults with which nothing can be trained: torch would stop, so the checker has to find and fix them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from engine.edits import Disconnect, SetParameter
from engine.graph import Graph
from tests.engine.twins.design import Design, step
from tests.engine.twins.fault import ALL, DENSE, IMAGES, fault, first


@fault("'same' with a stride", "same-stride", families=("convolution", "along_time"), refused=True)
def same_stride(design: Design, random: Random) -> Design | None:
    place = first(design, "Conv2d", "Conv1d")
    return None if place is None else design.exchange(place, design.steps[place].having(padding="same", stride=2))


@fault("an axis that is not there", "axis", families=("attention",), refused=True)
def no_axis(design: Design, random: Random) -> Design | None:
    place = first(design, "Mean")
    return None if place is None else design.exchange(place, step("Mean", dim=(random.choice([3, 4, 5]),)))


@fault("an input without a wire", "unconnected", families=ALL, refused=True)
def no_wire(design: Design, random: Random) -> Design | None:
    def cut(graph: Graph) -> None:
        edges = [edge for node in graph.nodes for edge in graph.incoming[node].values()]
        Disconnect(edges[len(edges) // 2]).apply(graph)

    return None if design.family == "residual" else replace(design, rewire=cut)


@fault("branches that differ", "mismatch", families=("residual",), refused=True)
def branches(design: Design, random: Random) -> Design | None:
    place = design.where("Conv2d")[random.choice([1, 2])]
    old = design.steps[place]
    other = random.choice([old.having(padding=0), old.having(stride=2), old.having(out_channels=7)])
    return design.exchange(place, other)


@fault("a flattened sequence into a recurrent layer", "axes", families=("recurrent", "forecast"), refused=True)
def flattened(design: Design, random: Random) -> Design | None:
    return design.insert(0, step("Flatten"))


@fault("groups or heads that do not divide", "division", families=("attention", "convolution"), refused=True)
def division(design: Design, random: Random) -> Design | None:
    if design.family == "attention":
        place = first(design, "TransformerEncoderLayer")
        return (
            None if place is None else design.exchange(place, design.steps[place].having(nhead=random.choice([5, 7])))
        )
    places = design.where("Conv2d")
    return design.exchange(places[-1], design.steps[places[-1]].having(groups=5)) if len(places) > 1 else None


@fault("index beyond the embedding", "embedding-range", families=("tokens",), refused=True)
def embedding(design: Design, random: Random) -> Design | None:
    return design.exchange(0, design.steps[0].having(num_embeddings=random.randint(30, 90)))


@fault("integers where floats are needed", "dtype", families=("tokens",), refused=True)
def integers(design: Design, random: Random) -> Design | None:
    return design.exchange(0, step("Linear", out_features=16))


@fault("an input that is not as the data", "input-data", families=(*DENSE, *IMAGES, "recurrent"), refused=True)
def other_input(design: Design, random: Random) -> Design | None:
    def resize(graph: Graph) -> None:
        node = graph.of_type("Input")[0]
        shape = node.parameters["shape"]
        assert isinstance(shape, tuple)
        SetParameter(node.id, "shape", (*shape[:-1], random.choice([5, 12, 28]))).apply(graph)

    return replace(design, rewire=resize)


@fault(
    "a loss that does not fit its target",
    "output-data",
    "no-probability",
    families=("regression", "digit_perceptron"),
    refused=True,
)
def other_loss(design: Design, random: Random) -> Design | None:
    return design.compared(loss="cross_entropy" if design.family == "regression" else "binary_cross_entropy")


@fault(
    "fewer outputs than classes",
    "output-data",
    families=("table", "digit_perceptron", "convolution", "recurrent"),
    refused=True,
)
def few_outputs(design: Design, random: Random) -> Design | None:
    last = design.steps[design.last]
    if design.output.get("loss") == "binary_cross_entropy_with_logits" or design.dataset == "breast_cancer":
        return None
    return design.exchange(design.last, last.having(out_features=2 if design.dataset != "digits" else 7))


@fault("numbers that do not come out", "sizes", families=("autoencoder", "clips"), refused=True)
def sizes(design: Design, random: Random) -> Design | None:
    place = first(design, "Unflatten")
    if place is not None:
        return design.exchange(place, step("Unflatten", dim=1, unflattened_size=(1, 7, 7)))
    return design.exchange(0, step("Reshape", shape=(8, random.choice([128, 255]))))


@fault("padding larger than allowed", "padding", families=("convolution",), refused=True)
def padding(design: Design, random: Random) -> Design | None:
    place = first(design, "MaxPool2d")
    return None if place is None else design.exchange(place, step("MaxPool2d", kernel_size=2, padding=2))


@fault("parameters that make no layer", "parameter", families=(*DENSE, *IMAGES), refused=True)
def parameters(design: Design, random: Random) -> Design | None:
    place = design.where("Linear")[0]
    return design.exchange(place, design.steps[place].having(out_features=0)) if place != design.last else None


@fault("scores for a loss of probabilities", "no-probability", families=("table",), refused=True)
def scores(design: Design, random: Random) -> Design | None:
    if design.output.get("loss") != "binary_cross_entropy_with_logits":
        return None
    return design.compared(loss="binary_cross_entropy")


@fault("a window larger than its input", "window", families=("convolution", "along_time", "residual"), refused=True)
def window(design: Design, random: Random) -> Design | None:
    place = design.where("Conv2d", "Conv1d")[-1]
    return design.exchange(place, design.steps[place].having(kernel_size=random.choice([15, 50])))


@fault("the wrong number of axes", "axes", families=(*IMAGES, "along_time"), refused=True)
def axes(design: Design, random: Random) -> Design | None:
    return design.insert(design.where("Conv2d", "Conv1d")[-1], step("Flatten"))


@fault("batch norm of one number", "one-value", families=("digit_perceptron", "table"), refused=True)
def one_value(design: Design, random: Random) -> Design | None:
    place = design.where("Linear")[0]
    return design.insert(place + 1, step("BatchNorm1d")).set(data__batch_size=1)
