"""Settings that would suit a new layer's position: offered, never set by themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from engine.edits import Compound, SetParameter
from engine.graph import Graph, GraphError, Node
from engine.layers.convolution import Convolution
from engine.layers.layer import Layer, ShapeError
from engine.literals import literal
from engine.losses import suiting
from engine.problems.fix import Fix
from engine.problems.looking import above, maps_features
from engine.problems.ways.fault_site import shown
from engine.problems.ways.field_ways import known_fields, vocabulary_of
from engine.resolve import layer_class, resolve
from engine.shapes import Report
from engine.spec import Spec, shape_text

Wish = tuple[str, int | str | tuple[int | str, ...], str]
"""(parameter, value, reason)"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``fix`` sets one parameter; ``reason`` says why, as the end of a sentence."""

    parameter: str
    value: object
    reason: str
    fix: Fix


def suggestions(graph: Graph, report: Report, node_id: str, project: Graph | None = None) -> list[Suggestion]:
    """What would suit a node's position, for parameters that are still as a new layer has them.

    ``project`` is the network whose data counts, by default the graph itself.
    """
    node, layer = graph.node(node_id), report.layer(node_id)
    if layer is None:
        return []
    try:
        initial = layer_class(node.type, graph.blocks).initial
    except GraphError:
        return []
    found = []
    wanted = list(_wanted(graph, report, node, layer, project or graph))
    ours = {parameter for parameter, _, _ in wanted}
    if any(node.parameters.get(name) != literal(value) for name, value in initial.items() if name not in ours):
        return []  # somebody has worked on it
    for parameter, value, reason in wanted:
        raw = node.parameters.get(parameter)
        untouched = parameter not in node.parameters or raw == literal(initial.get(parameter))
        if untouched and getattr(layer, parameter) != value:
            edit = SetParameter(node_id, parameter, value)
            label = f"Set {parameter} to {shown(value)}"
            fix = Fix(label, Compound((edit,), f"{label} of {node.name}"), _result(graph, report, edit), True, 0, 0)
            found.append(Suggestion(parameter, value, reason, fix))
    return found


def _wanted(graph: Graph, report: Report, node: Node, layer: Layer, project: Graph) -> Iterator[Wish]:
    inputs = report.inputs.get(node.id, ())
    x = inputs[0] if inputs else None
    fields = known_fields(project)
    kind = type(layer)
    if maps_features(kind) and _ends(graph, node.id):
        target = next((field for field in fields.values() if field.role == "target"), None)
        if target is not None:
            count = target.classes or (target.shape[-1] if target.shape else 1)
            why = f"the data has {count} classes" if target.classes else "that is what the data asks for"
            yield kind.width_parameter, count, why
    elif maps_features(kind) and x is not None and x.shape and isinstance(x.shape[-1], int) and x.shape[-1] >= 256:
        yield (
            kind.width_parameter,
            max(64, 2 ** ((x.shape[-1] // 4).bit_length() - 1)),
            f"about a quarter of {x.shape[-1]}",
        )
    if x is not None and x.rank < 2:
        return
    if isinstance(layer, Convolution) and x is not None and isinstance(x.shape[1], int):
        yield from _channels(graph, report, node, layer, x)
    if kind.vocabulary_parameter and (rows := vocabulary_of(fields)):
        yield kind.vocabulary_parameter, rows, f"the data has the numbers 0 … {rows - 1}"
    if node.type == "Input":
        for field in fields.values():
            if field.role == "input":
                yield "shape", field.shape, "samples of the data have this shape"
                break
    if node.type == "Output" and fields:
        target = next((field for field in fields.values() if field.role == "target"), None)
        if target is not None and target.classes is None:
            yield "loss", suiting("numbers")[0], "the data asks for a number"
    if node.type == "LearnedPositions" and x is not None and isinstance(x.shape[1], int):
        yield "max_length", x.shape[1], f"its input has {x.shape[1]} steps"
    if node.type == "GroupNorm" and x is not None and isinstance(x.shape[1], int):
        groups = next((count for count in (32, 16, 8, 4, 2) if x.shape[1] % count == 0 and x.shape[1] > count), 1)
        yield "num_groups", groups, f"it divides {x.shape[1]} channels"
    name = next((name for name in ("num_heads", "nhead") if name in kind.model_fields), "")
    if x is not None and kind.attends and name:
        size = x.shape[-1]
        if isinstance(size, int):
            heads = next((count for count in (8, 4, 2, 1) if size % count == 0 and size // count >= 8), 1)
            yield name, heads, f"it divides {size} features into heads of {size // heads}"


def _channels(graph: Graph, report: Report, node: Node, layer: Convolution, x: Spec) -> Iterator[Wish]:
    """Channels as before, doubled where the image was halved; padding that keeps the size."""
    channels = x.shape[1]
    assert isinstance(channels, int)
    kernel = set(layer.each("kernel_size"))
    before = _last_convolution(graph, report, node.id)
    shrunk = any(step > 1 for step in layer.each("stride")) or (before is not None and _halved(report, before, x))
    if before is None:
        yield "out_channels", 32 if channels <= 4 else channels, "usual for the first convolution"
    elif shrunk:
        yield "out_channels", 2 * channels, f"it doubles the {channels} channels where the image shrinks"
    else:
        yield "out_channels", channels, f"it keeps the {channels} channels where the size stays"
    if len(kernel) == 1 and (size := kernel.pop()) % 2 and size > 1 and layer.padding == 0:
        yield (
            "padding",
            size // 2,
            "it keeps the size of the image" if set(layer.each("stride")) == {1} else "it halves the size exactly",
        )


def _last_convolution(graph: Graph, report: Report, node_id: str) -> str | None:
    """The nearest convolution above a node."""
    order = {each: index for index, each in enumerate(graph.order())}
    upwards = [n for n in above(graph, node_id) if isinstance(report.layer(n), Convolution) and n in report.outputs]
    return max(upwards, key=order.__getitem__, default=None)


def _halved(report: Report, before: str, x: Spec) -> bool:
    """Whether the image has shrunk between a convolution and here."""
    made = report.outputs[before]["output"]
    pairs = zip(made.shape[2:], x.shape[2:], strict=False)
    return any(isinstance(a, int) and isinstance(b, int) and a >= 2 * b for a, b in pairs)


def _ends(graph: Graph, node_id: str) -> bool:
    return any(graph.nodes[edge.target].type == "Output" for edge in graph.outgoing[node_id])


def _result(graph: Graph, report: Report, edit: SetParameter) -> str:
    """The shape that the node gives then."""
    node, inputs = graph.nodes[edit.node_id], report.inputs.get(edit.node_id)
    changed = replace(node, parameters={**node.parameters, edit.parameter: edit.value})
    layer = resolve(changed, graph, report.scope)
    if not isinstance(layer, Layer) or inputs is None:
        return ""
    try:
        result = layer.infer(*inputs)
    except ShapeError:  # then the problem says so
        return ""
    specs = (result,) if isinstance(result, Spec) else result
    return shape_text(specs[0].shape) if specs else ""
