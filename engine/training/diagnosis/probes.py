"""Looking into a network while it computes: the same source with a probe after every node, on the same weights.

The probed module shares parameters and buffers with the one in training, so a step through it is the same step.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import torch
from torch import Tensor, nn

from engine.compile import compile_source
from engine.graph import Graph
from engine.shapes import Report
from engine.source import source
from engine.training.findings import NodePath

ATTRIBUTE = "_probed_at"
LISTED: Final = ("_flat_weights", "_flat_weight_refs")
"""Where a recurrent module of torch lists its weights. With lists of its own a second module would lay the weights of
the first elsewhere on a GPU; recorded steps and `FiniteGuard`, which know their place, would change what is none."""


Results = tuple[Tensor | None, ...]
"""What a node gives, in the order of its output ports; None for what nobody reads."""
Listener = Callable[[NodePath, Results], None]


def probe(module: nn.Module, node: str, *values: Any) -> None:
    """Hand the results of a node on to whoever listens. Called by probed source, with None for what nobody reads."""
    at = module.__dict__.get(ATTRIBUTE)
    if at is not None and at[1].listener is not None:
        inside, probed, path = at
        probed.listener(NodePath(inside, node, path), tuple(v if isinstance(v, Tensor) else None for v in values))


class Probed:
    """A module like the one in training, with probes; ``listener`` hears of every value while it is set.

    ``homes`` says to which node the module at a path belongs.
    """

    def __init__(self, graph: Graph, report: Report, module: nn.Module) -> None:
        written = source(graph, report, probes=True)
        with torch.device("meta"):  # its own weights are not wanted
            self.module = compile_source(written)
        self.listener: Listener | None = None
        held = {name: {at: node for node, at in nodes.items()} for name, nodes in written.attributes.items()}
        inside: dict[str, tuple[str, ...]] = {}
        self.homes: dict[str, NodePath] = {}
        for (path, mine), theirs in zip(self.module.named_modules(), module.modules(), strict=True):
            mine._parameters, mine._buffers = theirs._parameters, theirs._buffers
            if isinstance(mine, nn.RNNBase) and isinstance(theirs, nn.RNNBase):
                mine.__dict__.update({name: theirs.__dict__[name] for name in LISTED})
                mine.__class__ = theirs.__class__  # it says with which numbers they compute
            parent, _, name = path.rpartition(".")
            nodes = held.get(type(self.module.get_submodule(parent)).__name__, {}) if path else {}
            around = inside.get(parent, ())
            inside[path] = (*around, nodes[name]) if name in nodes else around
            if name in nodes:
                self.homes[path] = NodePath(around, nodes[name], parent)
            elif parent in self.homes:
                self.homes[path] = self.homes[parent]
            mine.__dict__[ATTRIBUTE] = (inside[path], self, path)

    def __call__(self, *inputs: Tensor) -> Any:
        """The answers of the module; train or evaluate as the one in training does."""
        return self.module(*inputs)

    def like(self, module: nn.Module) -> Probed:
        """Itself, set to train or evaluate as ``module`` is."""
        if self.module.training != module.training:
            self.module.train(module.training)
        return self
