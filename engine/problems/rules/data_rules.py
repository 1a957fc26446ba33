"""Rules that hold a network against the data it is to learn from, and the settings against what they allow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from engine.data.binding import bind, input_field, target_field
from engine.data.class_axis import class_axis
from engine.data.datasets import DataError, Field
from engine.data.fields import fields
from engine.graph import Graph
from engine.layers.endpoints import Input, Output
from engine.losses import compares
from engine.problems.looking import PASSES_THROUGH, called, only, origins, works_an_example
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, GraphRule, NodeRule, a
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report
from engine.spec import Spec

NO_INPUT: Final = (
    "training.scheduled_sampling lets a network read its own answers in place of the true tokens, but no target of "
    "this one is one of its token inputs one position later, as in a decoder or a language model: set it to none."
)


def input_fits_data(graph: Graph, report: Report, node_id: str) -> Found:
    """An Input takes samples of another shape or kind than the data has."""
    layer, known = report.layer(node_id), _known(graph, report, node_id, Input)
    if isinstance(layer, Input) and known:
        try:
            input_field(graph.node(node_id), layer, known)
        except DataError as error:
            yield Problem("error", "input-data", str(error), node_id, parameter="field" if layer.field else "shape")


def output_fits_data(graph: Graph, report: Report, node_id: str) -> Found:
    """An Output cannot be compared with the target, or has another number of classes than the data."""
    layer, known = report.layer(node_id), _known(graph, report, node_id, Output)
    if not isinstance(layer, Output) or layer.loss is None or not report.complete(node_id):
        return
    node, answer = graph.node(node_id), report.inputs[node_id][0]
    if not known or not compares(layer.loss):
        if reason := _no_answer(layer, answer):
            yield Problem(
                "error", "output-data", f"{called(graph, node)} gets {answer}, but {reason}", node_id, "input"
            )
        return
    try:
        field = known[target_field(node, layer, answer, known)]
    except DataError as error:
        yield Problem("error", "output-data", str(error), node_id, "input")
        return
    found = class_axis(layer, answer, field)
    last = answer.shape[-1] if found.axis is None else answer.shape[found.axis]
    able = [] if found.axis is None else [found.axis, *found.others]
    if able and field.classes and not any(isinstance(answer.shape[axis], int) for axis in able):
        yield Problem(
            "error",
            "output-data",
            f"{called(graph, node)} gets {answer}: how many classes it tells apart depends on the length of a sample, "
            f"but the data has {field.classes}, whatever the length.",
            node_id,
            "input",
        )
        return
    if found.axis is not None and found.others:
        others = " and ".join(f"axis {axis}" for axis in found.others)
        yield Problem(
            "hint",
            "class-axis",
            f"{called(graph, node)} gets {answer}: its classes are taken from axis {found.axis}, and {others} would "
            "fit as well. Set class_axis to say which.",
            node_id,
            "input",
            "class_axis",
        )
    if field.classes and layer.criterion.target == "classes" and isinstance(last, int) and last > field.classes:
        yield Problem(
            "warning",
            "too-many-classes",
            f"{node.name} (Output) gets {answer}: {last} classes, but the data has {field.classes}. "
            f"Let the last layer give {field.classes}.",
            node_id,
            "input",
        )


def reads_own_answers(graph: Graph, report: Report) -> Found:
    """A network is to read its own answers, and none of its Inputs has the symbols and the length of a target.

    Whether the one is the other a position later only the samples tell: that is seen when a run begins.
    """
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or not resolved[0].chosen:
        return
    sampling = resolved[1].scheduled_sampling
    if sampling is None or not sampling.probability:
        return
    try:
        known = fields(resolved[0])
        bound = bind(graph, report, known)
    except DataError:  # other rules say what does not fit
        return
    for read in bound.inputs.values():
        for said in bound.targets.values():
            one, other = known[read], known[said]
            if one.names and (one.names, one.shape) == (other.names, other.shape) and len(one.shape) == 1:
                return
    yield Problem("error", "setting", NO_INPUT, setting="training.scheduled_sampling")


def _no_answer(layer: Output, answer: Spec) -> str:
    """Why a loss cannot take this answer whatever the data is: the end of a sentence; empty where it can."""
    loss = layer.criterion
    if answer.dtype != "float32":
        what = "compares" if compares(layer.loss) else "is the mean of"
        return f"a loss {what} float32 values, not {answer.dtype}."
    if answer.rank < len(loss.axes):
        return f"{loss.name} needs a number for each class, ({', '.join(loss.axes)})."
    return ""


def embedding_range(graph: Graph, report: Report, node_id: str) -> Found:
    """A table has fewer rows than the data has numbers to look up: torch would stop in the middle of an epoch."""
    layer = report.layer(node_id)
    name = layer.vocabulary_parameter if layer is not None else ""
    kind, rows = "rows" if layer is not None and layer.width_parameter else "positions", getattr(layer, name, 0)
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH, "chosen")):
        if layer is None or edge.target_port != layer.input_ports()[0].name:
            continue  # how much each number counts
        field = tokens_of(graph, report, edge.source)
        if field is not None and field.classes and field.classes > rows:
            yield Problem(
                "error",
                "embedding-range",
                f"{called(graph, graph.node(node_id))} has {kind} for the numbers 0 … {rows - 1}, but the data holds "
                f"0 … {field.classes - 1}: set {name} to {field.classes}.",
                node_id,
                "input",
                name,
            )


def settings_valid(graph: Graph, report: Report) -> Found:
    """A setting of data or training cannot be used."""
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault):
        yield Problem("error", "setting", resolved.message, setting=resolved.path)
    elif resolved[0].chosen:
        try:
            fields(resolved[0])
        except DataError as error:
            guilty = error.about.setting or "data"
            named = guilty.startswith(("data.path", "data.transforms", "data.augmentation"))
            yield Problem("error", "data", str(error), setting=guilty if named else "data")


def data_chosen(graph: Graph, report: Report) -> Found:
    """Without data there is nothing to learn from."""
    resolved = resolve_settings(graph)
    if (
        not isinstance(resolved, SettingFault)
        and not resolved[0].chosen
        and graph.nodes
        and not works_an_example(graph)
    ):
        yield Problem(
            "hint",
            "no-data",
            "No data is chosen yet: choose some on the Data page to train this network.",
            setting="data.dataset",
        )


def target_of(graph: Graph, report: Report, node_id: str) -> tuple[str, Field] | None:
    """The field that an Output learns, with its name; None where there is none (then other rules speak)."""
    layer, known = report.layer(node_id), _known(graph, report, node_id, Output)
    if not isinstance(layer, Output) or not known or layer.loss is None or not report.complete(node_id):
        return None
    try:
        name = target_field(graph.node(node_id), layer, report.inputs[node_id][0], known)
    except DataError:
        return None
    return name, known[name]


def tokens_of(graph: Graph, report: Report, node_id: str) -> Field | None:
    """The field of tokens that an Input reads; None for other nodes and fields (what is wrong is said at the Input)."""
    layer, known = report.layer(node_id), _known(graph, report, node_id, Input)
    if not isinstance(layer, Input) or not known:
        return None
    try:
        field = known[input_field(graph.node(node_id), layer, known)]
    except DataError:
        return None
    return field if field.classes else None


def _known(graph: Graph, report: Report, node_id: str, kind: type[Input] | type[Output]) -> Mapping[str, Field]:
    """The fields of the data; none where no usable data is chosen (then other rules speak) or for other layers."""
    if not isinstance(report.layer(node_id), kind):
        return {}
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault) or not resolved[0].chosen:
        return {}
    try:
        return fields(resolved[0])
    except DataError:  # `settings_valid` says it once for the whole network
        return {}


NODE = (
    NodeRule(input_fits_data, a(Input), settings=True),
    NodeRule(output_fits_data, a(Output), settings=True),
)
EDGE = (EdgeRule(embedding_range, lambda kind: bool(kind.vocabulary_parameter), settings=True),)
GRAPH = tuple(map(GraphRule, (settings_valid, data_chosen, reads_own_answers)))
