"""Layers that look back, one step at a time: each keeps what the steps to come need of those that were."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import Tensor, nn

Key = tuple[str, int]
"""The path of a module, and which of its calls in a pass."""
Kept = Mapping[Key, tuple[Tensor, ...]]


@dataclass
class Memory:
    """What a pass begins with, and what it leaves for the next; ``offset`` steps were before it.

    ``fixed`` are the answers of what does not depend on the tokens.
    """

    before: Kept = field(default_factory=dict)
    after: dict[Key, tuple[Tensor, ...]] = field(default_factory=dict)
    offset: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    fixed: dict[Key, Any] = field(default_factory=dict)

    def start(self, before: Kept, offset: int) -> None:
        """Begin a pass."""
        self.before, self.after, self.offset, self.calls = before, {}, offset, Counter()


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a module: ``original`` is what it computes by itself."""

    original: Callable[..., Any]
    module: Any
    key: Key
    memory: Memory

    def joined(self, *values: Tensor, dim: int = -2) -> tuple[Tensor, ...]:
        """What was kept with these after it, which are kept, too."""
        before = self.memory.before.get(self.key)
        whole = values if before is None else tuple(map(lambda one, two: torch.cat((one, two), dim), before, values))
        self.memory.after[self.key] = whole
        return whole


Keeper = Callable[[Call, tuple[Any, ...], dict[str, Any]], Any]
OF_POSITIONS: Final[dict[str, Keeper]] = {}
"""What gives positions, by the class of `engine.nn` whose text the source of a network has."""


def gives_positions(name: str) -> Callable[[Keeper], Keeper]:
    """Says of a keeper which class it stands in for."""

    def enter(keeper: Keeper) -> Keeper:
        OF_POSITIONS[name] = keeper
        return keeper

    return enter


def ahead(steps: int, keys: int, device: torch.device) -> Tensor:
    """(steps, keys): true where a key lies after a step; the last step sees all."""
    return torch.ones(steps, keys, dtype=torch.bool, device=device).triu(keys - steps + 1)


def fixed(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """What does not depend on the tokens is computed once."""
    if call.key not in call.memory.fixed:
        call.memory.fixed[call.key] = call.original(*given, **named)
    return call.memory.fixed[call.key]


def self_attention(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> tuple[Tensor, None]:
    """torch.nn.MultiheadAttention from a sequence to itself, no step ahead: keys and values are kept."""
    module: nn.MultiheadAttention = call.module
    x: Tensor = given[0] if given else named["query"]
    x = x if module.batch_first else x.transpose(0, 1)
    projected = nn.functional.linear(x, module.in_proj_weight, module.in_proj_bias)
    split = (*x.shape[:2], module.num_heads, -1)
    heads = [part.reshape(split).transpose(1, 2) for part in projected.chunk(3, dim=-1)]
    key, value = call.joined(*heads[1:])
    blocked = ahead(x.shape[1], key.shape[-2], x.device)
    taken = nn.functional.scaled_dot_product_attention(heads[0], key, value, ~blocked)
    answer: Tensor = module.out_proj(taken.transpose(1, 2).flatten(2))
    return (answer if module.batch_first else answer.transpose(0, 1)), None


def product_attention(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Tensor:
    """Attention without weights of its own, no step ahead: the same."""
    query, key, value = given[:3]
    key, value = call.joined(key, value)
    blocked = ahead(query.shape[-2], key.shape[-2], query.device)
    return nn.functional.scaled_dot_product_attention(
        query, key, value, ~blocked, scale=call.module.scale, enable_gqa=call.module.enable_gqa
    )


def recurrent(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """An RNN, LSTM or GRU continues with the states it ended with."""
    before = call.memory.before.get(call.key)
    if before is not None:
        given = (given[0], before if isinstance(call.module, nn.LSTM) else before[0])
    output, state = call.original(*given, **named)
    call.memory.after[call.key] = state if isinstance(state, tuple) else (state,)
    return output, state


@gives_positions("LearnedPositions")
def learned_positions(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Tensor:
    """The vectors of the positions that are next."""
    x: Tensor = given[0]
    table: Tensor = call.module.table
    return x + table[call.memory.offset : call.memory.offset + x.shape[1]]


@gives_positions("SinusoidalPositions")
def waves(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Tensor:
    """The sines and cosines of the positions that are next."""
    x: Tensor = given[0]
    features = x.shape[-1]
    angles = _angles(x, features, call)
    return x + torch.stack((angles.sin(), angles.cos()), dim=-1).flatten(-2).to(x.dtype)[:, :features]


@gives_positions("RotaryPositions")
def rotary(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Tensor:
    """Pairs of features turned by the angles of the positions that are next."""
    x: Tensor = given[0]
    angles = _angles(x, x.shape[-1], call)
    cos, sin = angles.cos().to(x.dtype), angles.sin().to(x.dtype)
    interleaved = call.module.interleaved
    a, b = (x[..., 0::2], x[..., 1::2]) if interleaved else x.chunk(2, dim=-1)
    turned = (a * cos - b * sin, a * sin + b * cos)
    return torch.stack(turned, dim=-1).flatten(-2) if interleaved else torch.cat(turned, dim=-1)


def _angles(x: Tensor, features: int, call: Call) -> Tensor:
    """The angles (steps, pairs) of the positions that are next, along axis −2."""
    first, exact = call.memory.offset, torch.promote_types(x.dtype, torch.float32)
    pairs = torch.arange(0, features, 2, device=x.device, dtype=exact)
    rates = torch.exp(pairs * (-math.log(call.module.base) / features))
    return torch.arange(first, first + x.shape[-2], device=x.device, dtype=exact)[:, None] * rates


def scanned(states: Mapping[int, int]) -> Keeper:
    """A block that is called step by step: its ``states``, argument → the answer it comes from, go on."""

    def keeper(call: Call, given: tuple[Any, ...], named: dict[str, Any]) -> Any:
        path, index = call.key
        before = call.memory.before.get((path, 0))
        if index == 0 and before is not None:
            held = dict(zip(states, before, strict=True))
            given = tuple(held.get(number, one) for number, one in enumerate(given))
        answer = call.original(*given, **named)
        parts = answer if isinstance(answer, tuple) else (answer,)
        call.memory.after[path, 0] = tuple(parts[output] for output in states.values())
        return answer

    return keeper
