"""Rules of images and windows: flattened too late, channels at the wrong end, windows and columns that miss."""

from __future__ import annotations

from collections.abc import Collection

from engine.dims import product
from engine.graph import Graph
from engine.layers.endpoints import Input
from engine.layers.windows import AXES
from engine.problems.looking import called, keeps_layout, kind_of, maps_features, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, MarkRule, NodeRule
from engine.shapes import Report
from engine.spec import CHANNEL_COUNTS


def linear_on_image(graph: Graph, report: Report, marked: Collection[str]) -> Found:
    """A Linear layer gets an image and would see one row of pixels at a time.

    Where its result is joined with an image, a layer along the rows is meant: Choi et al. 2019,
    https://arxiv.org/abs/1912.02591; Tang et al. 2021, https://arxiv.org/abs/2109.05422
    """
    for node_id in marked:
        if _joined_as_image(graph, report, node_id):
            continue
        node, x = graph.node(node_id), report.inputs[node_id][0]
        batch, *sizes = x.shape
        whole = product(sizes)
        yield Problem(
            "warning",
            "linear-on-image",
            f"{called(graph, node)} gets 4-D input {x} and works on the last "
            f"axis only, so its result is {report.outputs[node_id]['output']}. To let it see the whole image, "
            f"flatten it to ({batch}, {whole}) first.",
            node_id,
            "input",
        )


def _on_image(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether a node makes weighted sums along the rows of an image."""
    if node_id not in report.outputs:
        return False
    x = report.inputs[node_id][0]
    return x.rank == 4 and x.axes is not None and x.axes[-1] == "width"


def _joined_as_image(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether the result is joined with another image, through layers that leave every number where it is."""
    found, stack = {node_id}, [node_id]
    while stack:
        for edge in graph.outgoing[stack.pop()]:
            kind, inputs = kind_of(graph, edge.target), report.inputs.get(edge.target, ())
            if edge.target in found or not inputs or any(spec.rank != 4 for spec in inputs):
                continue
            if len(inputs) > 1 and kind.cell_by_cell():
                return True
            if kind.cell_by_cell() or maps_features(kind) or kind.numbers == "same":
                found.add(edge.target)
                stack.append(edge.target)
    return False


def unused_columns(graph: Graph, report: Report, node_id: str) -> Found:
    """The last window ends before the image does, so some columns are never looked at.

    Stanford CS231n, Convolutional Networks, https://cs231n.github.io/convolutional-networks/
    """
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs:
        return
    windows, lost = layer.windows(), []
    for axis, window, size in zip(AXES[len(windows)], windows, inputs[0].shape[2:], strict=True):
        if isinstance(size, int) and window.reach >= window.stride and not (window.ceil or window.same):
            free = size + window.before + window.behind - window.reach
            over = free % window.stride - window.behind
            if over > 0:
                sums = f"({size} + {window.before + window.behind} − {window.reach}) / {window.stride}"
                lost.append((axis, over, sums, f"{free / window.stride:g}"))
    if lost:
        axis, over, sums, value = lost[0]
        name = {"height": "row", "width": "column"}.get(axis, "cell")
        last = f"{over} {name}s" if over > 1 else name
        yield Problem(
            "hint",
            "unused-columns",
            f"{called(graph, graph.node(node_id))} never looks at the last {last} of its input {inputs[0]}: "
            f"{sums} = {value} is not an integer, and no window begins at the rest.",
            node_id,
            None,
            "stride",
        )


def channels_last(graph: Graph, report: Report, node_id: str) -> Found:
    """Images of (height, width, channels) enter a layer that takes the first axis for the channels."""
    inputs = report.inputs.get(node_id)
    if not inputs:
        return
    for edge in origins(graph, report, node_id, keeps_layout):
        source = report.layer(edge.source)
        if not isinstance(source, Input) or len(source.shape) != 3:
            continue
        height, width, channels = source.shape
        if not (isinstance(height, int) and isinstance(width, int) and isinstance(channels, int)):
            continue
        if channels in CHANNEL_COUNTS and height > 4 and width > 4:
            yield Problem(
                "warning",
                "channels-last",
                f"{called(graph, graph.node(node_id))} takes {inputs[0]} for {height} channels of {width} × {channels} "
                f"pixels, but that looks like {height} × {width} pixels with {channels} "
                f"channel{'s' if channels > 1 else ''} at the end. PyTorch has the channels first: "
                f"({inputs[0].shape[0]}, {channels}, {height}, {width}).",
                node_id,
                "input",
            )


def padding_alone(graph: Graph, report: Report, node_id: str) -> Found:
    """A window of max pooling that holds no number: torch runs, and its gradient writes to memory of others."""
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or node_id not in report.outputs:
        return
    windows = layer.windows()
    for axis, size, window in zip(AXES.get(len(windows), ()), inputs[0].shape[2:], windows, strict=True):
        if window.dilation > 1 and isinstance(size, int) and window.misses(size):
            yield Problem(
                "error",
                "padding",
                f"{called(graph, graph.node(node_id))} slides a window of {window.kernel} cells, {window.dilation} "
                f"apart, along the {axis} of {size}: one window lies in the padding alone. Set padding to 0, or give "
                "the window neighbouring cells.",
                node_id,
                "input",
                "padding",
            )


NODE = (
    NodeRule(padding_alone, lambda kind: kind.numbers == "pooled" and kind.sees == "window"),
    NodeRule(unused_columns, lambda kind: kind.sees == "window"),
)
EDGE = (EdgeRule(channels_last, lambda kind: kind.channels_second),)
MARK = (MarkRule(_on_image, linear_on_image, maps_features, inside=True),)
