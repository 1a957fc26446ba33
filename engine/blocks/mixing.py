"""Whether a block mixes the samples of a batch. The steps of a sequence may go through it as one large batch only if
it does not: each step is meant to be seen by itself."""

from __future__ import annotations

from engine.blocks.use import Inside, Use
from engine.dims import Dim
from engine.layers.layer import Layer
from engine.live_nodes import ENDS, STARTS, live_nodes
from engine.spec import Spec


def mixes_samples(found: Inside, batch: Dim) -> bool:
    """Whether some sample of a batch of this size may depend on the others: where in doubt it does."""
    if batch not in found.mixing:
        found.mixing[batch] = found.fault is not None or _any_node_mixes(found, batch)
    return found.mixing[batch]


def _any_node_mixes(found: Inside, batch: Dim) -> bool:
    graph, report, live = found.graph, found.report, live_nodes(found.graph, found.report)
    for node_id in live:
        layer = report.layer(node_id)
        if layer is None or graph.nodes[node_id].type in (*STARTS, *ENDS) or node_id not in report.outputs:
            continue
        inputs, outputs = report.inputs[node_id], report.outputs[node_id]
        read = {edge.source_port for edge in graph.outgoing[node_id] if edge.target in live}
        if _moved(batch, inputs, [outputs[port] for port in read]) or _mixes(layer, inputs, batch):
            return True
    return False


def _moved(batch: Dim, inputs: tuple[Spec, ...], outputs: list[Spec]) -> bool:
    """Whether the batch is anywhere but in front, or gets lost."""
    begin = [spec.shape[:1] == (batch,) for spec in inputs]
    elsewhere = any(batch in spec.shape[1:] for spec in (*inputs, *outputs))
    return elsewhere or (any(begin) and any(spec.shape[:1] != (batch,) for spec in outputs))


def _mixes(layer: Layer, inputs: tuple[Spec, ...], batch: Dim) -> bool:
    if not isinstance(layer, Use):
        return layer.mixes_samples(*inputs)
    if (
        layer.properties.apply == "each_step"
    ):  # as one batch only if its own steps are kept apart, and samples with them
        return layer.one_by_one(*inputs)
    return any(mixes_samples(inside, batch) for inside in layer.unfolded(*inputs))
