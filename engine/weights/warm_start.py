"""Continue with changes: a new run begins with the weights that an earlier one found, layer by layer where they fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from torch import Tensor, nn

from engine.graph import Graph
from engine.parametrization import INSIDE
from engine.weights.other_form import converted

NAMED: Final = 3
"""How many layers that begin again are named in one sentence."""
TRANSPOSED: Final = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)


@dataclass(frozen=True, slots=True)
class Parent:
    """An earlier run: its tensors, and its map node id → module path; ``note`` says where they are not from its end."""

    weights: Mapping[str, Tensor]
    modules: Mapping[str, str]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Inherited:
    """Names of layers: those that were ``kept``, and those that begin again, each with the reason."""

    kept: tuple[str, ...]
    again: Mapping[str, str]

    def __str__(self) -> str:
        more = len(self.again) - NAMED
        return self._sentence(NAMED, f" and {more} more" if more > 0 else "")

    @property
    def whole(self) -> str:
        """The sentence with all layers that begin again."""
        return self._sentence(len(self.again))

    def _sentence(self, names: int, more: str = "") -> str:
        layers = f"{len(self.kept)} layer{'' if len(self.kept) == 1 else 's'}"
        rest = "; ".join(f"{name} starts from scratch ({reason})" for name, reason in list(self.again.items())[:names])
        return f"Begun with the weights of {layers}{': ' + rest + more if rest else ''}."


def inherit(module: nn.Module, graph: Graph, modules: Mapping[str, str], parent: Parent) -> Inherited:
    """Put the weights of a run into a module where a layer (by its id) is there with tensors of the same shapes.

    ``modules`` is the map node id → module path of ``module``.
    """
    weights, theirs = parent.weights, parent.modules
    state = module.state_dict()
    kept, again = [], {}
    for node_id, path in modules.items():
        mine = {name: state[name] for name in state if _within(name, path)}
        if not mine:
            continue
        name = graph.nodes[node_id].name if node_id in graph.nodes else path
        old = theirs.get(node_id)
        if old is None:
            again[name] = "it is new"
            continue
        found = {key: _handed_on(old + key[len(path) :], weights, module, key) for key in mine}
        if any(tensor is None and INSIDE in key for key, tensor in found.items()):
            again[name] = "its weights are normalized in another way now"
            continue
        if any(tensor is None or tensor.shape != mine[key].shape for key, tensor in found.items()):
            again[name] = "its weights have other shapes now"
            continue
        state.update({key: tensor.to(mine[key].dtype) for key, tensor in found.items() if tensor is not None})
        kept.append(name)
    module.load_state_dict(state)
    return Inherited(tuple(kept), again)


def _handed_on(name: str, weights: Mapping[str, Tensor], module: nn.Module, key: str) -> Tensor | None:
    """What ``weights`` have under this name, or what makes the tensor ``key`` of the module of it."""
    if name in weights:
        return weights[name]
    holder = module.get_submodule(key.partition(f".{INSIDE}")[0] if INSIDE in key else key.rpartition(".")[0])
    return converted(name, weights, transposed=isinstance(holder, TRANSPOSED))


def _within(name: str, path: str) -> bool:
    return name.startswith(path) and name[len(path) : len(path) + 1] in (".", "")
