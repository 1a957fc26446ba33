"""What flows along the wires of an unrolled scan: the values of one sample at each of its first steps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from torch import Tensor

from engine.graph import Graph
from engine.training.diagnosis.places import graph_at, node_at
from engine.training.diagnosis.probes import Results
from engine.training.findings import NodePath
from engine.training.values import NodeKey, Value, listen, listen_to_example, measure
from engine.unfolding.unrolled import Unrolled


def step_values(
    graph: Graph, path: tuple[str, ...], unrolled: Unrolled, weights_of: Path | None = None
) -> Mapping[NodeKey, tuple[Value | None, ...]]:
    """The values of the first sample at the nodes of an unrolled scan, which stands in a project at the end of a path.

    The weights are those of a run, in layers where they still fit, else new. A network that is used several times
    shows its first use. Raises what `engine.training.values.values_of` raises.
    """
    node, inner = node_at(graph, path[:-1], path[-1]), graph_at(graph, path)
    assert node is not None
    assert inner is not None
    heard: dict[tuple[str, int, int], Tensor] = {}
    calls, repeats = Counter[tuple[str, str]](), dict[str, int]()

    def hear(where: NodePath, values: Results) -> None:
        if where.inside != path:
            return
        repeat = repeats.setdefault(where.path, len(repeats))
        step = calls[where.path, where.node]
        calls[where.path, where.node] += 1
        for port, value in enumerate(values):
            if value is not None and step < unrolled.steps:
                heard[f"{where.node} {port}", repeat, step] = value[:1].detach().clone()

    if not listen_to_example(graph, hear):
        listen(graph, weights_of, hear)
    starts, ends = inner.of_type("BlockInput"), inner.of_type("BlockOutput")
    found: dict[NodeKey, tuple[Value | None, ...]] = {}
    for (repeat, step, index), given in unrolled.given.items():
        value = heard.get((f"{starts[index].id} 0", repeat, step))
        if value is not None:
            found[(), given] = (measure(value, alone=True),)
    gone: dict[str, list[Value | None]] = {}
    for (repeat, step, index), (use, _) in unrolled.made.items():
        (edge,) = inner.incoming[ends[index].id].values()
        value = heard.get((f"{edge.source} {_port(inner, edge.source, edge.source_port)}", repeat, step))
        gone.setdefault(use, []).append(None if value is None else measure(value, alone=True))
    return found | {((), use): tuple(values) for use, values in gone.items()}


def _port(graph: Graph, node_id: str, port: str) -> int:
    """The index of an output port."""
    from engine import ports

    return list(ports.output_ports(graph, node_id)).index(port)
