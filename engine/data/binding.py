"""Which field of the data every Input reads and every Output learns, and whether they fit: plain Python."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.data.class_axis import class_axis, fitting, probabilities
from engine.data.datasets import DataError, Field
from engine.data.fields import sample, unknown
from engine.graph import Graph, Node
from engine.layers.endpoints import Input, Output
from engine.losses import compares, suiting
from engine.shapes import Report
from engine.spec import Spec, shape_text


@dataclass(frozen=True, slots=True)
class Binding:
    """Node id → field: what every Input reads, and what every Output learns whose loss compares it with the data."""

    inputs: Mapping[str, str]
    targets: Mapping[str, str]


def bind(graph: Graph, report: Report, known: Mapping[str, Field]) -> Binding:
    """The field of each Input and Output whose shapes are known. Raises DataError, with the node, where none fits."""
    inputs, targets = {}, {}
    for node in graph.of_type("Input"):
        layer = report.layer(node.id)
        if isinstance(layer, Input):
            inputs[node.id] = input_field(node, layer, known)
    for node in graph.of_type("Output"):
        layer, answers = report.layer(node.id), report.inputs.get(node.id)
        if isinstance(layer, Output) and compares(layer.loss) and answers:
            targets[node.id] = target_field(node, layer, answers[0], known)
    return Binding(inputs, targets)


def input_field(node: Node, layer: Input, known: Mapping[str, Field]) -> str:
    """The field an Input reads: the one it names, else the first input that fits. Raises DataError."""
    if layer.field is None:
        candidates = {name: field for name, field in known.items() if field.role == "input"}
    elif layer.field in known:
        candidates = {layer.field: known[layer.field]}
    else:
        raise DataError(f"{node.name} (Input) needs a field of the data: {unknown(layer.field, known)}", node=node.id)
    for name, field in candidates.items():
        if field.dtype == layer.dtype and fitting(layer.shape, field.shape):
            return name
    there = " and ".join(f"{name!r} is {sample(field.shape)} ({field.dtype})" for name, field in candidates.items())
    raise DataError(
        f"{node.name} (Input) takes samples of {sample(layer.shape)} ({layer.dtype}), but in the data {there}: "
        "change the shape of the Input, or the transforms of the data.",
        node=node.id,
    )


def target_field(node: Node, layer: Output, answer: Spec, known: Mapping[str, Field]) -> str:
    """The field an Output learns: the one it names, else the first target. Raises DataError where its loss cannot."""
    targets = (name for name, field in known.items() if field.role == "target")
    name = layer.field or next(targets, "")
    if name not in known:
        raise DataError(f"{node.name} (Output) needs a field of the data: {unknown(name, known)}", node=node.id)
    mismatch = _mismatch(layer, answer, known[name])
    if mismatch:
        raise DataError(f"{node.name} (Output) gets {answer} and learns {name!r}, but {mismatch}", node=node.id)
    return name


def _mismatch(layer: Output, answer: Spec, field: Field) -> str:
    """Why the loss cannot compare the answer with this field: the end of a sentence; empty where it can."""
    if answer.dtype != "float32":
        return f"a loss compares float32 values, not {answer.dtype}."
    given, classes = answer.shape[1:], field.classes
    loss = layer.criterion
    if loss.target == "sequence" and (classes is None or len(field.shape) != 1):
        return f"{loss.name} learns a row of labels, and that field is {sample(field.shape)} ({field.dtype})."
    if reason := loss.mismatch(given, classes, field.shape):
        return reason
    if loss.target == "sequence":
        return ""
    if classes is None:
        if probabilities(layer, answer, field):
            fits = class_axis(layer, answer, field).axis is not None
            return "" if fits else f"class_axis {layer.class_axis} is none of the axes after the batch."
        if loss.target == "classes":
            return f"{loss.name} needs classes and that field holds numbers: choose {' or '.join(suiting('numbers'))}."
        fits = any(fitting(shape, field.shape) for shape in (given, (*given, 1))) or fitting(given, (*field.shape, 1))
        return "" if fits else f"that field needs {shape_text((answer.shape[0], *field.shape))}."
    number = classes == 2 and loss.target != "classes"
    if number and (fitting(given, field.shape) or fitting(given, (*field.shape, 1))):
        return ""
    axis = class_axis(layer, answer, field).axis
    if axis is None and loss.by_class and len(given) == len(field.shape) + 1 > 1:
        if layer.class_axis is not None:
            return f"without axis {layer.class_axis}, set as class_axis, {answer} is not the shape of the target."
        wanted = shape_text((answer.shape[0], *field.shape))
        return f"without the axis of its {classes} classes it must have the shape of the target, {wanted}."
    last = 0 if axis is None else answer.shape[axis]
    if isinstance(last, int) and last < classes:
        extra = " (or 1: how sure it is of the second)" if number else ""
        where = "the last axis" if axis is None or axis == answer.rank - 1 else f"axis {axis}"
        return f"{loss.name} needs one value a class on {where}: {classes}{extra}."
    weights = getattr(loss, "class_weights", None)
    if isinstance(weights, tuple) and isinstance(last, int) and len(weights) != last:
        return f"class_weights needs one number for each of its {last} classes, not {len(weights)}."
    return ""
