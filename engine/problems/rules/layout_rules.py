"""Rules of layout: a sequence whose features come last enters a layer that takes its steps for channels."""

from __future__ import annotations

from engine.graph import Edge, Graph
from engine.layers.layer import Layer
from engine.problems.looking import called, keeps_layout, kind_of, maps_features, origins
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found
from engine.shapes import Report


def features_last(graph: Graph, report: Report, node_id: str) -> Found:
    """Steps taken for channels: the window moves along the features, or each step is normalised by its own numbers.

    A convolution of one cell may mix steps: Tolstikhin et al. 2021, MLP-Mixer, https://arxiv.org/abs/2105.01601
    """
    layer, inputs = report.layer(node_id), report.inputs.get(node_id)
    if layer is None or not inputs or inputs[0].rank != 3 or inputs[0].shape[1] == 1 or node_id not in report.outputs:
        return
    windows = layer.windows()
    if layer.linear_map and (not windows or max(window.kernel for window in windows) < 2):
        return
    x = inputs[0]
    for edge in origins(graph, report, node_id, _stays):
        if not _gives_features_last(graph, report, edge):
            continue
        does = "moves its window along the features" if windows or layer.sees == "share" else "works on each step apart"
        yield Problem(
            "warning",
            "features-last",
            f"{called(graph, graph.node(node_id))} takes the {x.shape[1]} steps of {x} for channels and {does}: after "
            f"{called(graph, graph.nodes[edge.source])} the features come last. Exchange the two axes before it.",
            node_id,
            "input",
        )


def _stays(kind: type[Layer]) -> bool:
    """Whether a layer leaves the features where they are."""
    return kind.numbers in ("dropped", "noisy") or (keeps_layout(kind) and not kind.vocabulary_parameter)


def _gives_features_last(graph: Graph, report: Report, edge: Edge) -> bool:
    """Whether what leaves a layer has a row of features for each step."""
    kind, inputs = kind_of(graph, edge.source), report.inputs.get(edge.source, ())
    if not inputs:
        return False
    if kind.vocabulary_parameter and kind.cell_by_cell():
        return inputs[0].rank == 2
    if kind.runs_over_time:
        return edge.source_port == kind.outputs[0].name
    return kind.attends or (maps_features(kind) and inputs[0].rank == 3)


def _about(kind: type[Layer]) -> bool:
    """Windows, poolings and batch norms along a sequence."""
    of_windows = kind.sees in ("window", "share") and kind.numbers != "same"
    return kind.channels_second and (of_windows or kind.numbers == "standardized")


EDGE = (EdgeRule(features_last, _about),)
