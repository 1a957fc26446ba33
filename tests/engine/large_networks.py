"""Large flat networks, without a block: what the engine costs must grow as they do, no faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from engine.edits import AddNode, Connect
from engine.graph import Edge, Graph, Node
from engine.layers import get

Step = tuple[str, dict[str, Any]]
CONV: Final[Step] = "Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}


class Drawing:
    """Draws a graph from its start to its end: names and ports are said, so that nothing is searched for."""

    def __init__(self, name: str, **shape: Any) -> None:
        self.graph = Graph(name)
        self.input = self.layer("Input", (), **shape)

    def layer(self, kind: str, sources: tuple[str, ...], **parameters: Any) -> str:
        """A node that takes these, on its ports in order; returns its id."""
        number = len(self.graph.nodes) + 1
        node = Node(f"n{number}", kind, f"{kind.lower()}{number}", parameters)
        AddNode(node, (0.0, 96.0 * number)).apply(self.graph)
        ports = get(kind).inputs
        for index, source in enumerate(sources):
            port = f"{ports[0].name}{index}" if ports[0].many else ports[index].name
            Connect(Edge(source, "output", node.id, port)).apply(self.graph)
        return node.id

    def along(self, last: str, *steps: Step) -> str:
        """Layers one after the other; returns the last."""
        for kind, parameters in steps:
            last = self.layer(kind, (last,), **parameters)
        return last

    def classified(self, last: str, classes: int = 10) -> Graph:
        """The graph, whose image is pooled, told a class and compared."""
        self.along(last, ("AdaptiveAvgPool2d", {"output_size": 1}), ("Flatten", {}))
        self.along(f"n{len(self.graph.nodes)}", ("Linear", {"out_features": classes}), ("Output", {}))
        return self.graph


def mixed_chain(nodes: int) -> Graph:
    """Layers of many kinds, one after the other."""
    drawing = Drawing("chain", shape=(3, 32, 32))
    steps: list[Step] = [
        CONV,
        ("BatchNorm2d", {}),
        ("ReLU", {}),
        ("Dropout", {"p": 0.1}),
        ("Identity", {}),
        ("MaxPool2d", {"kernel_size": 3, "stride": 1, "padding": 1}),
        ("Conv2d", {"out_channels": 8, "kernel_size": 1}),
        ("GELU", {}),
        ("Scale", {"factor": 0.5}),
        ("Permute", {"dims": (0, 1, 3, 2)}),
    ]
    wanted = (steps * (nodes // len(steps) + 1))[: nodes - 5]
    return drawing.classified(drawing.along(drawing.input, *wanted))


def fan_out(nodes: int) -> Graph:
    """Many branches of three layers that all begin at one node and are joined in groups."""
    drawing = Drawing("fan-out", shape=(3, 32, 32))
    stem = drawing.along(drawing.input, CONV)
    joined: list[str] = []
    branches: list[str] = []
    while len(drawing.graph.nodes) < nodes - 12:
        branches.append(drawing.along(stem, CONV, ("BatchNorm2d", {}), ("ReLU", {})))
        if len(branches) == 50:
            joined.append(drawing.layer("Add", tuple(branches)))
            branches = []
    joined += branches
    while len(joined) > 1:
        joined = [drawing.layer("Add", tuple(joined[i : i + 50])) for i in range(0, len(joined), 50)]
    return drawing.classified(joined[0])


def ladder(nodes: int) -> Graph:
    """Steps that each join the two before, over sizes that the data leaves open."""
    drawing = Drawing("ladder", shape=("T", 16))
    left = right = drawing.input
    while len(drawing.graph.nodes) < nodes - 4:
        rung = drawing.layer("Add", (left, right))
        left, right = right, drawing.along(rung, ("Linear", {"out_features": 16}), ("ReLU", {}))
    drawing.along(drawing.layer("Add", (left, right)), ("Linear", {"out_features": 5}), ("Output", {}))
    return drawing.graph


def residual_chain(nodes: int) -> Graph:
    """Residual blocks, one after the other."""
    drawing = Drawing("residual", shape=(3, 32, 32))
    last = drawing.along(drawing.input, CONV, ("BatchNorm2d", {}), ("ReLU", {}))
    while len(drawing.graph.nodes) < nodes - 10:
        branch = drawing.along(last, CONV, ("BatchNorm2d", {}), ("ReLU", {}), CONV, ("BatchNorm2d", {}))
        last = drawing.along(drawing.layer("Add", (branch, last)), ("ReLU", {}))
    return drawing.classified(last)


def faulty_chain(nodes: int) -> Graph:
    """Every second layer has a parameter that makes no layer."""
    drawing = Drawing("faulty", shape=(16,))
    steps: list[Step] = [("Linear", {"out_features": 0}), ("ReLU", {})]
    drawing.along(drawing.input, *(steps * nodes)[: nodes - 2], ("Output", {}))
    return drawing.graph


def faulty_branches(nodes: int) -> Graph:
    """Many layers that cannot take what they get, side by side."""
    drawing = Drawing("faulty branches", shape=(16,))
    while len(drawing.graph.nodes) < nodes - 2:
        drawing.along(drawing.input, CONV, ("Output", {}))
    drawing.along(drawing.input, ("Linear", {"out_features": 5}), ("Output", {}))
    return drawing.graph


FAULTS: Final[tuple[tuple[Step, ...], ...]] = (
    (("Conv2d", {"out_channels": 16, "kernel_size": 50}),),
    (("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1, "groups": 3}),),
    (("GroupNorm", {"num_groups": 5}),),
    (("MaxPool2d", {"kernel_size": 2, "padding": 2}), ("Upsample", {"scale_factor": 2.0})),
    (("Dropout", {"p": 7}),),
    (("Conv1d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),),
    (("Flatten", {}), ("Conv2d", {"out_channels": 16, "kernel_size": 1})),
)
"""Layers that stop what follows, as people draw them."""


def faulty_towers(nodes: int = 900, errors: int = 20) -> Graph:
    """Towers of residual blocks side by side, each with an error a quarter or half of the way up, joined at the end."""
    drawing = Drawing("faulty towers", shape=(3, 32, 32))
    ends, height = [], (nodes - 4) // errors
    for number in range(errors):
        first = len(drawing.graph.nodes)
        last = drawing.along(drawing.input, CONV, ("BatchNorm2d", {}), ("ReLU", {}))
        kind, faulty = number % (len(FAULTS) + 2), False
        while (grown := len(drawing.graph.nodes) - first) < height - 8:
            branch = drawing.along(last, CONV, ("BatchNorm2d", {}), ("ReLU", {}))
            if not faulty and grown > height // (2 if number % 2 else 4):
                faulty = True
                if kind < len(FAULTS):
                    branch = drawing.along(branch, *FAULTS[kind])
                else:
                    wrong = {"stride": 2} if kind == len(FAULTS) else {"out_channels": 24}
                    branch = drawing.along(branch, ("Conv2d", CONV[1] | wrong))
            last = drawing.along(drawing.layer("Add", (branch, last)), ("ReLU", {}))
        pad = height - (len(drawing.graph.nodes) - first) - 2
        ends.append(
            drawing.along(last, *[("GELU", {})] * pad, ("AdaptiveAvgPool2d", {"output_size": 1}), ("Flatten", {}))
        )
    drawing.along(drawing.layer("Concat", tuple(ends)), ("Linear", {"out_features": 10}), ("Output", {}))
    return drawing.graph


def faulty_heads(nodes: int = 900, errors: int = 20) -> Graph:
    """One trunk of residual blocks, and heads along it that each have an error."""
    drawing = Drawing("faulty heads", shape=(3, 32, 32))
    last = drawing.along(drawing.input, CONV, ("BatchNorm2d", {}), ("ReLU", {}))
    stems, blocks = [last], (nodes - 4 * errors) // 7
    for number in range(blocks):
        branch = drawing.along(last, CONV, ("BatchNorm2d", {}), ("ReLU", {}), CONV, ("BatchNorm2d", {}))
        last = drawing.along(drawing.layer("Add", (branch, last)), ("ReLU", {}))
        if number % (blocks // errors) == 0:
            stems.append(last)
    for number, stem in enumerate(stems[1 : errors + 1]):
        kind = number % (len(FAULTS) + 2)
        if kind < len(FAULTS):
            head = drawing.along(stem, *FAULTS[kind])
        else:
            wrong = {"stride": 2} if kind == len(FAULTS) else {"out_channels": 24}
            head = drawing.layer("Add", (drawing.along(stem, ("Conv2d", CONV[1] | wrong)), stem))
        drawing.along(head, ("ReLU", {}), ("Output", {"loss": None}))
    return drawing.classified(last)


GROWING: Final[dict[str, Callable[[int], Graph]]] = {
    "chain": mixed_chain,
    "fan-out": fan_out,
    "ladder": ladder,
    "residual": residual_chain,
}
"""Networks of any size that have no fault."""


def resnet_152() -> Graph:
    """He et al. 2015, https://arxiv.org/abs/1512.03385: every layer a node."""
    drawing = Drawing("ResNet-152", shape=(3, 224, 224))

    def conv(last: str, channels: int, kernel: int, stride: int = 1) -> str:
        own = {"out_channels": channels, "kernel_size": kernel, "stride": stride, "padding": kernel // 2, "bias": False}
        return drawing.along(last, ("Conv2d", own), ("BatchNorm2d", {}))

    last = drawing.along(conv(drawing.input, 64, 7, 2), ("ReLU", {}), ("MaxPool2d", {"kernel_size": 3, "stride": 2}))
    for stage, blocks in enumerate((3, 8, 36, 3)):
        width = 64 * 2**stage
        for number in range(blocks):
            stride = 2 if stage and not number else 1
            branch = drawing.along(conv(last, width, 1), ("ReLU", {}))
            branch = conv(drawing.along(conv(branch, width, 3, stride), ("ReLU", {})), 4 * width, 1)
            shortcut = last if number else conv(last, 4 * width, 1, stride)
            last = drawing.along(drawing.layer("Add", (branch, shortcut)), ("ReLU", {}))
    return drawing.classified(last, 1000)


def densenet_201() -> Graph:
    """Huang et al. 2016, https://arxiv.org/abs/1608.06993: every layer a node, each joined with all before."""
    drawing = Drawing("DenseNet-201", shape=(3, 224, 224))
    stem: Step = "Conv2d", {"out_channels": 64, "kernel_size": 7, "stride": 2, "padding": 3, "bias": False}
    pool: Step = "MaxPool2d", {"kernel_size": 3, "stride": 2, "padding": 1}
    norm: tuple[Step, Step] = ("BatchNorm2d", {}), ("ReLU", {})
    last, channels = drawing.along(drawing.input, stem, *norm, pool), 64
    for stage, layers in enumerate((6, 12, 48, 32)):
        features = [last]
        for _ in range(layers):
            narrow: Step = "Conv2d", {"out_channels": 128, "kernel_size": 1, "bias": False}
            wide: Step = "Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1, "bias": False}
            features.append(drawing.along(drawing.layer("Concat", tuple(features)), *norm, narrow, *norm, wide))
        channels = (channels + 32 * layers) // 2
        last = drawing.along(drawing.layer("Concat", tuple(features)), *norm)
        if stage < 3:
            half: Step = "Conv2d", {"out_channels": channels, "kernel_size": 1, "bias": False}
            last = drawing.along(last, half, ("AvgPool2d", {"kernel_size": 2}))
    return drawing.classified(last, 1000)


def nasnet_a(cells: int = 6, filters: int = 168) -> Graph:
    """Zoph et al. 2017, https://arxiv.org/abs/1707.07012: normal and reduction cells that each read the two before."""
    drawing = Drawing("NASNet-A", shape=(3, 331, 331))
    relu: Step = ("ReLU", {})
    norm: Step = ("BatchNorm2d", {})

    def square(last: str, width: int) -> str:
        return drawing.along(last, relu, ("Conv2d", {"out_channels": width, "kernel_size": 1, "bias": False}), norm)

    def separable(last: str, width: int, kernel: int, stride: int = 1) -> str:
        for step in (stride, 1):
            depth = {"out_channels": width, "kernel_size": kernel, "stride": step, "padding": kernel // 2}
            point = {"out_channels": width, "kernel_size": 1, "bias": False}
            last = drawing.along(last, relu, ("Conv2d", depth | {"groups": width}), ("Conv2d", point), norm)
        return last

    def pooled(last: str, kind: str, stride: int = 1) -> str:
        return drawing.along(last, (f"{kind}Pool2d", {"kernel_size": 3, "stride": stride, "padding": 1}))

    def add(*sources: str) -> str:
        return drawing.layer("Add", sources)

    def fitted(last: str, width: int, halved: bool) -> str:
        return square(pooled(last, "Avg", 2) if halved else last, width)

    def normal(before: str, last: str, width: int, halved: bool) -> str:
        p, h = fitted(before, width, halved), square(last, width)
        parts = [
            add(separable(h, width, 5), separable(p, width, 3)),
            add(separable(p, width, 5), separable(p, width, 3)),
            add(pooled(h, "Avg"), p),
            add(pooled(p, "Avg"), pooled(p, "Avg")),
            add(separable(h, width, 3), h),
        ]
        return drawing.layer("Concat", (p, *parts))

    def reduction(before: str, last: str, width: int, halved: bool) -> str:
        p, h = fitted(before, width, halved), square(last, width)
        first = add(separable(h, width, 5, 2), separable(p, width, 7, 2))
        second = add(pooled(h, "Max", 2), separable(p, width, 7, 2))
        third = add(pooled(h, "Avg", 2), separable(p, width, 5, 2))
        fourth = add(pooled(first, "Avg"), second)
        fifth = add(separable(first, width, 3), pooled(h, "Max", 2))
        return drawing.layer("Concat", (second, third, fourth, fifth))

    stem = {"out_channels": 96, "kernel_size": 3, "stride": 2, "bias": False}
    before = drawing.along(drawing.input, ("Conv2d", stem), norm)
    last, halved = reduction(before, before, filters // 4, False), True
    before, last = last, reduction(before, last, filters // 2, True)
    for stage in range(3):
        width = filters * 2**stage
        if stage:
            before, last, halved = last, reduction(before, last, width, False), True
        for _ in range(cells):
            before, last, halved = last, normal(before, last, width, halved), False
    return drawing.classified(drawing.along(last, relu), 1000)


def nasnet_a_of_blocks(cells: int = 6, filters: int = 168) -> Graph:
    """The same drawn with blocks: separable convolutions within cells, and a node for each cell."""
    graph = Graph("NASNet-A")
    channels: Any = {"expr": "channels"}

    def layers(inner: Graph, last: str, *steps: Step) -> str:
        for kind, parameters in steps:
            node = inner.add(kind, **parameters)
            inner.connect(last, node)
            last = node
        return last

    def joined(inner: Graph, kind: str, *sources: str) -> str:
        node = inner.add(kind)
        for source in sources:
            inner.connect(source, node)
        return node

    fitted = graph.define("Fitted", channels=42, stride=1)
    own: dict[str, Any] = {"out_channels": channels, "kernel_size": 1, "stride": {"expr": "stride"}, "bias": False}
    steps: list[Step] = [("ReLU", {}), ("Conv2d", own), ("BatchNorm2d", {}), ("BlockOutput", {})]
    layers(fitted, fitted.add("BlockInput"), *steps)
    separable = graph.define("Separable", channels=42, kernel=3, stride=1)
    last = separable.add("BlockInput")
    for stride in ({"expr": "stride"}, 1):
        depth = {"out_channels": channels, "kernel_size": {"expr": "kernel"}, "stride": stride, "groups": channels}
        point: dict[str, Any] = {"out_channels": channels, "kernel_size": 1, "bias": False}
        steps = [("ReLU", {}), ("Conv2d", depth | {"padding": {"expr": "kernel // 2"}}), ("Conv2d", point)]
        last = layers(separable, last, *steps, ("BatchNorm2d", {}))
    layers(separable, last, ("BlockOutput", {}))

    def cell(name: str, stride: int) -> tuple[Graph, str, str, Callable[..., str], Callable[..., str]]:
        inner = graph.define(name, channels=42, halving=1)
        before, now = inner.add("BlockInput", name="before"), inner.add("BlockInput", name="now")
        p = layers(inner, before, ("Fitted", {"channels": channels, "stride": {"expr": "halving"}}))
        h = layers(inner, now, ("Fitted", {"channels": channels}))

        def sep(source: str, kernel: int, step: int = stride) -> str:
            return layers(inner, source, ("Separable", {"channels": channels, "kernel": kernel, "stride": step}))

        def pool(source: str, kind: str, step: int = stride) -> str:
            return layers(inner, source, (f"{kind}Pool2d", {"kernel_size": 3, "stride": step, "padding": 1}))

        return inner, p, h, sep, pool

    inner, p, h, sep, pool = cell("Normal", 1)
    parts = [
        joined(inner, "Add", sep(h, 5), sep(p, 3)),
        joined(inner, "Add", sep(p, 5), sep(p, 3)),
        joined(inner, "Add", pool(h, "Avg"), p),
        joined(inner, "Add", pool(p, "Avg"), pool(p, "Avg")),
        joined(inner, "Add", sep(h, 3), h),
    ]
    layers(inner, joined(inner, "Concat", p, *parts), ("BlockOutput", {}))
    inner, p, h, sep, pool = cell("Reduction", 2)
    first = joined(inner, "Add", sep(h, 5), sep(p, 7))
    second = joined(inner, "Add", pool(h, "Max"), sep(p, 7))
    third = joined(inner, "Add", pool(h, "Avg"), sep(p, 5))
    fourth = joined(inner, "Add", pool(first, "Avg", 1), second)
    fifth = joined(inner, "Add", sep(first, 3, 1), pool(h, "Max"))
    layers(inner, joined(inner, "Concat", second, third, fourth, fifth), ("BlockOutput", {}))

    def use(kind: str, before: str, now: str, width: int, halving: int) -> str:
        node = graph.add(kind, channels=width, halving=halving)
        graph.connect(before, node)
        graph.connect(now, node)
        return node

    stem = {"out_channels": 96, "kernel_size": 3, "stride": 2, "bias": False}
    before = layers(graph, graph.add("Input", shape=(3, 331, 331)), ("Conv2d", stem), ("BatchNorm2d", {}))
    last = use("Reduction", before, before, filters // 4, 1)
    before, last = last, use("Reduction", before, last, filters // 2, 2)
    halving = 2
    for stage in range(3):
        if stage:
            before, last, halving = last, use("Reduction", before, last, filters * 2**stage, 1), 2
        for _ in range(cells):
            before, last, halving = last, use("Normal", before, last, filters * 2**stage, halving), 1
    pooled: Step = "AdaptiveAvgPool2d", {"output_size": 1}
    layers(graph, last, ("ReLU", {}), pooled, ("Flatten", {}), ("Linear", {"out_features": 1000}), ("Output", {}))
    return graph
