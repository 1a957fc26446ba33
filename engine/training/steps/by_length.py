"""Whether samples of like length may be evaluated together: no answer may depend on how far its sample is padded."""

from __future__ import annotations

from engine.blocks.use import Use
from engine.data.dataset import Field
from engine.graph import Graph
from engine.layers.endpoints import BlockOutput, Output
from engine.layers.masking import MaskedMean, PaddingMask, SequenceLengths
from engine.losses.sequence_loss import SequenceLoss
from engine.problems.looking import feeding, kind_of, maps_features, role
from engine.problems.rules.padding_rules import Padded, padded
from engine.shapes import Report
from engine.spec import UNWIRED
from engine.training.plan import TrainingPlan

MASKS = "key_padding_mask"


def ignores_padding(plan: TrainingPlan) -> bool:
    """Whether every layer that padded steps reach is known to let none of them change what is made of the others.

    What is not known counts as if it did: a window over steps, a mean without a mask, a layer of a package.
    """
    graph, report, free = plan.graph, plan.report, {name: one for name, one in plan.fields.items() if one.free}
    if _conditional(graph):
        return False
    for node_id, name in plan.binding.targets.items():
        output = report.layer(node_id)
        if name in free and not (isinstance(output, Output) and _left_out(output, free[name])):
            return False
    answered = {node_id for node_id, name in plan.binding.targets.items() if name in free}
    return all(
        _is_harmless(seen, free[name], answered)
        for node_id, name in plan.binding.inputs.items()
        if name in free
        for seen in padded(graph, report, node_id)
    )


def _conditional(graph: Graph) -> bool:
    """Whether a layer is there in some repeats or uses only, which are not looked at one by one."""
    levels = [graph, *(block.graph for block in graph.blocks.values())]
    nodes = (node for level in levels for node in level.nodes.values())
    return any("when" in node.properties or node.properties.get("bypassed") for node in nodes)


def _left_out(output: Output, field: Field) -> bool:
    """Whether padding in a target counts for nothing."""
    return output.ignored == field.padding and not isinstance(output.criterion, SequenceLoss)


def _is_harmless(seen: Padded, field: Field, answered: set[str]) -> bool:
    """Whether a layer makes of each step, or of a sample, the same however far that is padded."""
    graph, report, node_id, entry = seen.graph, seen.report, seen.edge.target, seen.edge.target_port
    layer, kind = report.layer(node_id), kind_of(graph, node_id)
    if isinstance(layer, Output):
        return node_id in answered
    if isinstance(layer, BlockOutput):
        return True
    if isinstance(layer, Use):
        return len(report.outputs[node_id]) == 1 and not layer.one_by_one(*report.inputs[node_id])
    if isinstance(layer, PaddingMask | SequenceLengths):
        counts = isinstance(layer, SequenceLengths)
        return layer.padding_idx == field.padding and (counts or _only_masks(graph, report, node_id))
    if layer is None or seen.axis != 1 or not getattr(layer, "batch_first", True):
        return False
    more = any(edge.source_port != kind.outputs[0].name for edge in graph.outgoing[node_id])
    if kind.runs_over_time:
        counted = "lengths" in _wired(graph, report, node_id)
        return entry == kind.inputs[0].name and (counted or not (more or getattr(layer, "bidirectional", True)))
    if kind.attends:
        return not more and _looks_away(seen)
    if isinstance(layer, MaskedMean):
        return entry == kind.inputs[0].name
    if kind.vocabulary_parameter and getattr(layer, "mode", ""):  # the vectors of all tokens together
        return getattr(layer, "padding_idx", None) == field.padding
    by_step = kind.cell_by_cell() or maps_features(kind) or (layer.orders_steps() and not layer.windows())
    along = getattr(layer, "dim", None)
    made = report.spec(node_id, kind.outputs[0].name)
    rank = 0 if made is None or made.dtype == "bool" else made.rank
    return by_step and not more and not kind.channels_second and rank > 1 and (along is None or along % rank > 1)


def _looks_away(seen: Padded) -> bool:
    """Whether attention does not look at padding that comes in at a port: a mask hides it, or it lies ahead."""
    graph, report, entry = seen.graph, seen.report, seen.edge.target_port
    layer, kind = report.layer(seen.edge.target), kind_of(graph, seen.edge.target)
    wired = _wired(graph, report, seen.edge.target)
    context = [port.name for port in kind.inputs if port.role == "context"]
    masks = [port.name for port in kind.inputs if port.name.endswith(MASKS)]
    if role(kind, entry) == "context":
        needed = {name for name in masks if not name.startswith("tgt")}
        return bool(needed) and needed <= wired
    if all(port.optional for port in kind.inputs if port.role == "context") and wired & set(context):
        return True  # each step asks for itself
    parameter, value = kind.causal_by
    causal = bool(parameter) and getattr(layer, parameter) == value
    return causal or any(name in wired for name in masks if name == MASKS or name.startswith(entry))


def _only_masks(graph: Graph, report: Report, start: str) -> bool:
    """Whether a mask of the padding is only read as such, in blocks too."""
    for edge in graph.outgoing[start]:
        layer = report.layer(edge.target)
        if isinstance(layer, Use):
            inside = next(iter(layer.unfolded(*report.inputs[edge.target])), None)
            if inside is None or not _only_masks(inside.graph, inside.report, edge.target_port):
                return False
        elif not (isinstance(layer, MaskedMean) or edge.target_port.endswith(MASKS)):
            return False
    return True


def _wired(graph: Graph, report: Report, node_id: str) -> set[str]:
    """The ports of a node at which something comes in: in a block not what its use leaves out."""
    edges = feeding(graph, report, node_id)
    return {edge.target_port for edge in edges if report.spec(edge.source, edge.source_port) not in (None, UNWIRED)}
