"""Continue with changes: a new run begins with the weights that an earlier one found, layer by layer where they fit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from engine.graph import Graph
from engine.training.checkpoint import load
from engine.training.run import WEIGHTS, RunError, read


@dataclass(frozen=True, slots=True)
class Inherited:
    """Names of layers: those that were ``kept``, and those that begin anew, each with the reason."""

    kept: tuple[str, ...]
    anew: Mapping[str, str]

    def __str__(self) -> str:
        layers = f"{len(self.kept)} layer{'' if len(self.kept) == 1 else 's'}"
        rest = "; ".join(f"{name} begins anew ({reason})" for name, reason in list(self.anew.items())[:8])
        more = f" and {len(self.anew) - 8} more" if len(self.anew) > 8 else ""
        return f"Begun with the weights of {layers}{': ' + rest + more if rest else ''}."


def inherit(module: nn.Module, graph: Graph, modules: Mapping[str, str], run: Path) -> Inherited:
    """Put the weights of a run into a module where a layer (by its id) is there with tensors of the same shapes.

    ``modules`` is the map node id → module path of ``module``. Raises RunError where the run has no weights.
    """
    weights, theirs = _weights(run)
    state = module.state_dict()
    kept, anew = [], {}
    for node_id, path in modules.items():
        mine = {name: state[name] for name in state if _within(name, path)}
        if not mine:
            continue
        name = graph.nodes[node_id].name if node_id in graph.nodes else path
        old = theirs.get(node_id)
        if old is None:
            anew[name] = "it is new"
            continue
        found = {key: weights.get(old + key[len(path) :]) for key in mine}
        if any(tensor is None or tensor.shape != mine[key].shape for key, tensor in found.items()):
            anew[name] = "its weights have other shapes now"
            continue
        state.update({key: tensor.to(mine[key].dtype) for key, tensor in found.items() if tensor is not None})
        kept.append(name)
    module.load_state_dict(state)
    return Inherited(tuple(kept), anew)


def _weights(run: Path) -> tuple[dict[str, Any], Mapping[str, str]]:
    """The tensors a run ended with, or those of its last checkpoint, and its map node id → module path."""
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    modules = read(run).modules
    path = run / WEIGHTS
    if path.is_file():
        try:
            with safe_open(path, "pt") as file:
                modules = json.loads((file.metadata() or {}).get("modules", "{}")) or modules
            return load_file(path), modules
        except (OSError, ValueError, SafetensorError) as error:
            raise RunError(f"The weights of {run} cannot be read: {error}.") from error
    checkpoint = load(run)
    if checkpoint is None:
        raise RunError(f"The run in {run} has kept no weights yet.")
    return dict(checkpoint.weights), modules


def _within(name: str, path: str) -> bool:
    return name.startswith(path) and name[len(path) : len(path) + 1] in (".", "")
