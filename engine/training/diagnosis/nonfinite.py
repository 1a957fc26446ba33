"""Where numbers stop being numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import torch
from torch import nn

from engine.errors import About
from engine.graph import Graph
from engine.training.diagnosis.places import node_at
from engine.training.diagnosis.probes import Probed, Results
from engine.training.evaluation.network import Batch, Network
from engine.training.findings import NOT_A_NUMBER, Diagnosis, NodePath


class Origin(NamedTuple):
    """Where it began: a node and what of it, such as "the weight", "the result" or, of an Output, "the loss (NAME)"."""

    path: NodePath
    what: str
    is_loss: bool = False

    @property
    def about(self) -> About:
        """The same for programs."""
        node, *inside = (*self.path.inside, self.path.node)
        return About(node, tuple(inside), reason="diverged")

    def words(self, graph: Graph) -> str:
        """The same for a sentence."""
        node = node_at(graph, self.path.inside, self.path.node)
        return f"{self.what} of {'a layer' if node is None else f'{node.name} ({node.type})'}"


def origin(graph: Graph, probed: Probed, network: Network, batches: Iterable[Batch]) -> Origin | None:
    """Where NaN or infinite numbers begin; None where there are none.

    Weights are looked at first: a step before may have spoiled them. Where every result is a number it is the loss of
    an Output.
    """
    for path, module in probed.module.named_modules():
        for name, weight in [*module._parameters.items(), *module._buffers.items()]:
            if weight is not None and weight.is_floating_point() and not bool(weight.isfinite().all()):
                home = probed.homes.get(path)
                if home is not None:
                    return Origin(home, f"the {name}")
    found: list[NodePath] = []

    def hear(path: NodePath, values: Results) -> None:
        floats = [value for value in values if value is not None and value.is_floating_point()]
        if not found and any(not bool(value.isfinite().all()) for value in floats):
            found.append(path)

    probed.listener = hear
    try:
        with torch.no_grad(), undisturbed(network.module):
            for batch in batches:
                answers = network.answers(batch, probed.like(network.module))
                if found:
                    return Origin(found[0], "the result")
                for each in network.objectives:
                    if not math.isfinite(float(each.loss(answers, batch))):
                        node = graph.of_type("Output")[each.index]
                        return Origin(NodePath((), node.id, ""), f"the loss ({each.output.loss})", is_loss=True)
    finally:
        probed.listener = None
    return None


def not_a_number(graph: Graph, origin: Origin | None, step: int, when: str, loss: float, advice: str) -> Diagnosis:
    """What is said of the node where it began; without one, of the learning rate. ``when`` ends a sentence."""
    value = "not a number" if loss != loss else "infinite"
    setting = None
    if origin is None:
        said, setting = f"the loss is {value} {when}", "training.optimizer.lr"
    elif origin.is_loss:
        said = f"{origin.words(graph)} is {value} {when}, although every result before it is a number"
    else:
        said = f"{origin.words(graph)} holds NaN or infinite numbers {when}, so the loss is {value}"
    path = NodePath((), "", "") if origin is None else origin.path
    return Diagnosis(
        NOT_A_NUMBER,
        f"Numbers stop being numbers: {said}.",
        advice,
        step,
        path.inside,
        path.node or None,
        setting,
    )


@contextmanager
def undisturbed(module: nn.Module) -> Iterator[None]:
    """Let a module compute without a trace: its buffers (running means) are as before afterwards."""
    kept = [(buffer, buffer.clone()) for buffer in module.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, before in kept:
                buffer.copy_(before)
