"""Random networks without errors, from one `random.Random`: values flow from the Inputs, and layers and blocks that
fit them are put after. What a layer needs and no value offers becomes an input of its own."""

from __future__ import annotations

import random
from dataclasses import dataclass

import torch

from engine.edits import Connect
from engine.graph import Edge, Graph
from engine.spec import BATCH, Spec
from tests.engine.random_blocks import build
from tests.engine.random_growth import batch_first, coerced
from tests.engine.random_layers import NAMES
from tests.engine.random_scope import Draft, Scope, Unfit

__all__ = ["Network", "Unfit", "network"]


@dataclass(frozen=True)
class Network:
    """A network without errors, its inputs in order, and the floats it is run in."""

    graph: Graph
    tensors: list[torch.Tensor]
    dtype: torch.dtype
    sizes: dict[str, int]


def network(seed: int) -> Network:
    """The network of this seed."""
    rng = random.Random(seed)
    sizes = {"N": rng.choice([1, 2, 2, 3]), "T": rng.choice([4, 5]), "U": 3}
    draft = Draft(rng, seed // 300, sizes)
    graph = Graph(rng.choice(["network", "Größe", "Linear", "x", "block", "Shortcut"]))
    scope = Scope(draft, graph)
    build(scope, NAMES[seed % len(NAMES)])
    _end(scope)
    generator = torch.Generator().manual_seed(seed)
    tensors = {entry.node: entry.feed.draw(entry.spec.bound(sizes), generator) for entry in scope.entries}
    dtype = rng.choice([torch.float32] * 4 + [torch.float64] * 4 + [torch.bfloat16])
    given = [tensors[node.id] for node in graph.of_type("Input")]
    given = [tensor.to(dtype) if tensor.is_floating_point() else tensor for tensor in given]
    return Network(graph, given, dtype, sizes)


def _end(scope: Scope) -> None:
    """Outputs after some of the values, those that nobody reads first."""
    read = scope.read()
    made = [value for value in scope.values if value.node in scope.placed and value.spec.shape[:1] == (BATCH,)]
    loose = [value for value in made if value not in read]
    chosen = scope.draft.rng.sample(loose, min(len(loose), scope.draft.rng.choice([1, 2, 3, 4])))
    focused = batch_first(scope, scope.draft.rng.choice(scope.focused)) if scope.focused else None
    chosen += [focused] if focused is not None and focused not in chosen else []
    if not chosen:
        raise Unfit("nothing that could be an answer")
    main = coerced(scope, scope.draft.rng.choice(scope.floats()), Spec((BATCH, 2)))
    if main.node not in scope.placed or scope.graph.nodes[main.node].type != "Linear":
        (main,) = scope.put("Linear", {"out_features": 2}, [main])
    for value in [*chosen, main]:  # something must be learned, or the network has a problem
        node = scope.add("Output", loss="mse_loss" if value is main else None)
        Connect(Edge(value.node, value.port, node, "input")).apply(scope.graph)
