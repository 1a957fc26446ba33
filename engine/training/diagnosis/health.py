"""How the layers of a network are doing: numbers of activations, gradients and updates, taken at single steps.

A look costs a few small reductions a layer; which steps are looked at follows from their number alone, and nothing
that is measured changes what is computed.
"""

from __future__ import annotations

import math
from typing import Any, Final, NamedTuple

import torch
from torch import Tensor, nn

from engine import layers
from engine.graph import Graph, Node
from engine.layers.layer import Layer
from engine.resolve import resolve
from engine.training.diagnosis.places import node_at
from engine.training.diagnosis.probes import Probed, Results
from engine.training.findings import HealthCheck, LayerHealth, NodePath

EARLY: Final = (1, 3, 10, 20, 30, 50)
"""Steps that are looked at whatever the rate is: what goes wrong at the start shows at once."""
ROWS: Final = 16
"""Seen less often, a unit may well be 0 each time by chance."""
NEAR: Final = 0.02
"""So near to a bound (as a share of the way between both) the slope of a sigmoid is below a twelfth of its largest."""


def due(step: int, every: int) -> bool:
    """Whether a step is looked at."""
    return bool(every) and (step in EARLY or step % every == 0)


class _Asked(NamedTuple):
    """What is measured of a node's results beside their size: units that are all zero, values near these ends."""

    zeroes: bool
    ends: tuple[float, float] | None


class HealthProbe:
    """Takes looks, one after the other: listens with `hear` while the probed module computes, then around the
    optimizer's step."""

    def __init__(self, probed: Probed, graph: Graph) -> None:
        self._probed, self._graph = probed, graph
        self._numbers: dict[tuple[NodePath, str], Tensor] = {}
        self._order: dict[NodePath, None] = {}
        self._asked: dict[NodePath, _Asked] = {}
        self._weights = weights_of(probed)
        self._before: dict[NodePath, Tensor] = {}

    def listening(self, module: nn.Module) -> Probed:
        """The probed module, set to train as ``module`` does, with a new look as its listener."""
        self._numbers, self._order = {}, {}
        self._probed.listener = self.hear
        return self._probed.like(module)

    def hear(self, path: NodePath, values: Results) -> None:
        """Measure the results of a node; their gradient when it comes."""
        value = next((v for v in values if v is not None and v.is_floating_point() and v.numel()), None)
        if value is None:
            return
        self._order[path] = None
        asked = self._asked.get(path) or self._ask(path)
        with torch.no_grad():
            detached = value.detach()
            self._keep(path, "rms", _rms(detached))
            if asked.zeroes and detached.dim() > 1 and rows(detached) >= ROWS:
                self._keep(path, "dead", _dead(detached))
            if asked.ends is not None:
                low, high = asked.ends
                edge = NEAR * (high - low)
                near = (detached < low + edge) | (detached > high - edge)
                self._keep(path, "saturated", near.float().mean())
        if value.requires_grad:
            keep: Any = lambda gradient: self._keep(path, "gradient", gradient.float().norm())  # noqa: E731
            value.register_hook(keep)  # type: ignore[no-untyped-call]

    def _ask(self, path: NodePath) -> _Asked:
        node = node_at(self._graph, path.inside, path.node)
        kind = layers.kind("" if node is None else node.type)
        ends = _ends(node) if node is not None and kind.saturates else None
        self._asked[path] = asked = _Asked(kind.zeroes, ends)
        return asked

    def before_step(self) -> None:
        """Remember the weights: the optimizer is about to change them."""
        self._before = {path: _joined(weights).clone() for path, weights in self._weights.items()}

    def after_step(self) -> None:
        """Measure the weights and their change; nothing is listened to any more."""
        self._probed.listener = None
        for path, weights in self._weights.items():
            now = _joined(weights)
            self._numbers[path, "weight"] = _rms(now)
            self._numbers[path, "update"] = _rms(now - self._before[path])
        self._before = {}

    def look(self, step: int) -> HealthCheck:
        """Everything that was measured, fetched from the device at once."""
        found: dict[NodePath, dict[str, float]] = {path: {} for path in self._order}
        if self._numbers:
            values = torch.stack([value.float() for value in self._numbers.values()]).tolist()
            for (path, name), value in zip(self._numbers, values, strict=True):
                found.setdefault(path, {})[name] = value
        layers = {}
        for path, numbers in found.items():
            finite = all(math.isfinite(numbers.get(name, 0.0)) for name in ("rms", "weight"))
            layers[path] = LayerHealth(finite=finite, **numbers)
        return HealthCheck(step, layers)

    def _keep(self, path: NodePath, name: str, value: Tensor) -> None:
        """Of a node that computes several times in a step the largest number counts."""
        before = self._numbers.get((path, name))
        self._numbers[path, name] = value.detach() if before is None else torch.maximum(before, value.detach())


def weights_of(probed: Probed) -> dict[NodePath, list[nn.Parameter]]:
    """The weights that are learned, by the node they belong to; biases and norms are left out."""
    found: dict[NodePath, list[nn.Parameter]] = {}
    for path, module in probed.module.named_modules():
        own = [weight for weight in module._parameters.values() if weight is not None]
        own = [weight for weight in own if weight.requires_grad and weight.dim() > 1]
        if own and path in probed.homes:
            found.setdefault(probed.homes[path], []).extend(own)
    return found


def _ends(node: Node) -> tuple[float, float] | None:
    """Between which numbers an activation answers; None where that is not known without the block around it."""
    layer = resolve(node)
    low, high = layer.value_range() if isinstance(layer, Layer) else layers.kind(node.type).value_bounds
    return (low, high) if math.isfinite(high - low) else None


def _rms(value: Tensor) -> Tensor:
    size: Tensor = torch.linalg.vector_norm(value, dtype=torch.float32)
    return size / math.sqrt(value.numel())


def rows(value: Tensor) -> int:
    """How often a batch shows each unit."""
    return value.numel() // value.shape[1 if value.dim() > 3 else -1]


def _dead(value: Tensor) -> Tensor:
    """The share of units that are 0 for all of the batch: channels (N, C, …), else features on the last axis."""
    unit = 1 if value.dim() > 3 else value.dim() - 1
    others = [axis for axis in range(value.dim()) if axis != unit]
    return (value == 0).all(others[0]).float().mean() if len(others) == 1 else _all_zero(value, others)


def _all_zero(value: Tensor, axes: list[int]) -> Tensor:
    return (value.abs().amax(axes) == 0).float().mean()


def _joined(weights: list[nn.Parameter]) -> Tensor:
    """The numbers of these weights in a row."""
    parts = [weight.detach().flatten() for weight in weights]
    return parts[0] if len(parts) == 1 else torch.cat(parts)
