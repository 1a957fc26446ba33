"""One step costs one step: the network is given one token at a time, and its layers keep what they need of the past.

Which layers have to, and how, is found by watching them while the network computes two sequences: what gets the same
both times does not depend on the tokens, attention is kept if no step looks ahead, a block that is called once a step
is scanned. All else is computed position by position, which the numbers have to confirm.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import torch
from torch import Tensor, nn

from engine.inside.generating import keepers
from engine.inside.generating.context import Context
from engine.inside.generating.keepers import OF_POSITIONS, Call, Keeper, Kept, Memory, ahead
from engine.inside.generating.whole import Asking

SEQUENCES: Final = ((0, 1), (1, 0, 1))
"""Which of two tokens the network is watched with: two steps, then three."""
Given = tuple[tuple[Any, ...], dict[str, Any], Any]
"""What a module was given by position and by name, and what it answered."""


class NotKept(Exception):
    """Why a network cannot be given one token at a time, in a few words."""


@dataclass(frozen=True, slots=True)
class State:
    """``tokens`` are all so far, of which the first ``dropped`` are not seen any more."""

    tokens: tuple[int, ...]
    dropped: int
    kept: Kept = field(compare=False)


class Keeping:
    """`Steps` of a copy of the network that shares its weights. Raises NotKept where a layer has no such form."""

    def __init__(self, asking: Asking, beside: Mapping[str, Tensor], two: Sequence[int]) -> None:
        self._asking, self._beside = asking, beside
        module = asking.network.module
        shared: dict[int, Any] = {id(one): one for one in (*module.parameters(), *module.buffers())}
        self._module: nn.Module = copy.deepcopy(module, shared).eval()
        self._memory = Memory()
        self.context = Context()
        self.looks_far = False
        """Whether a layer looks at positions or attends: then it knows no more of them than it has learned from."""
        self._plan(self._watched(two))

    def bind(self, beside: Mapping[str, Tensor]) -> None:
        """Give it other inputs that do not change with the tokens."""
        self._beside = beside
        self._memory.fixed.clear()

    def begin(self, tokens: Sequence[int]) -> tuple[Tensor, State]:
        seen = tuple(tokens)
        dropped = self.context.dropped(len(seen))
        scores, kept = self.feed(seen[dropped:], {}, 0)
        return scores[-1], State(seen, dropped, kept)

    def go_on(self, state: State, token: int) -> tuple[Tensor, State]:
        seen = (*state.tokens, token)
        if self.context.dropped(len(seen)) != state.dropped:
            return self.begin(seen)
        scores, kept = self.feed((token,), state.kept, len(state.tokens) - state.dropped)
        return scores[-1], State(seen, state.dropped, kept)

    def feed(self, tokens: Sequence[int], kept: Kept, offset: int) -> tuple[Tensor, Kept]:
        """The scores (steps, symbols) after each of some tokens that come after ``offset`` others, and what to keep."""
        self._memory.start(kept, offset)
        scores = self._asking.scores(tokens, self._beside, self._module)
        if len(scores) != len(tokens):
            raise NotKept("it answers for another number of steps than it is given")
        return scores, self._memory.after

    # -- finding out -----------------------------------------------------------------------------------------------

    def _watched(self, two: Sequence[int]) -> list[dict[str, list[Given]]]:
        """What every module is given and answers, for each of the `SEQUENCES`."""
        found = list[dict[str, list[Given]]]()

        def watch(name: str) -> Callable[[nn.Module, tuple[Any, ...], dict[str, Any], Any], None]:
            return lambda _module, given, named, answer: found[-1].setdefault(name, []).append((given, named, answer))

        hooks = [
            module.register_forward_hook(watch(name), with_kwargs=True)
            for name, module in self._module.named_modules()
            if name
        ]
        try:
            for sequence in SEQUENCES:
                found.append({})
                tokens = [two[index] for index in sequence]
                if len(self._asking.scores(tokens, self._beside, self._module)) != len(tokens):
                    raise NotKept("it answers for another number of steps than it is given")
        finally:
            for hook in hooks:
                hook.remove()
        return found

    def _plan(self, watched: list[dict[str, list[Given]]]) -> None:
        done = list[str]()
        for name, module in list(self._module.named_modules()):
            short, long = (one.get(name, []) for one in watched)
            if not short or any(name.startswith(f"{before}.") for before in done):
                continue
            same = _same(short, long)
            if len(same) == len(short) == len(long) and all(same):
                self._replace(name, module, keepers.fixed, ())
                done.append(name)
                continue
            if states := _states(short, long):
                self._replace(name, module, keepers.scanned(states), ())
                done.append(name)
            elif found := self._keeper(module, short, long, same):
                self._replace(name, module, found, [index for index, alike in enumerate(same) if alike])
                done.append(name)

    def _keeper(self, module: nn.Module, before: list[Given], calls: list[Given], same: list[bool]) -> Keeper | None:
        """The form with a memory of a module that is given something else with other tokens; None: it needs none."""
        kind = type(module).__name__
        changing = [call for call, alike in zip(calls, same, strict=False) if not alike]
        if len(same) != len(calls) and (kind in OF_POSITIONS or isinstance(module, nn.RNNBase | nn.MultiheadAttention)):
            raise NotKept(f"its {kind} is called step by step")
        if kind in OF_POSITIONS:
            self.looks_far = True
            return OF_POSITIONS[kind]
        if isinstance(module, nn.RNNBase):
            if module.bidirectional or not all(isinstance(given[0], Tensor) for given, _, _ in changing):
                raise NotKept(f"its {kind} reads in both directions, or only so many steps")
            return keepers.recurrent
        if isinstance(module, nn.MultiheadAttention) and any(_looks_at_itself(*call[:2]) for call in changing):
            self.looks_far = True
            plain = module.in_proj_weight is not None and module.bias_k is None and not module.add_zero_attn
            if not plain or any(_argument(*call[:2], 4, "need_weights") is not False for call in changing):
                raise NotKept("its attention shows its weights, or adds steps of its own")
            if not all(_masked(*call[:2]) for call in changing):
                raise NotKept("its attention looks ahead")
            return keepers.self_attention
        if kind == "ScaledDotProductAttention" and any(map(_keys_change, before, calls)):
            self.looks_far = True
            if not all(module.is_causal or _allowed(given, named) for given, named, _ in changing):
                raise NotKept("its attention looks ahead, or has a mask of its own")
            return keepers.product_attention
        return None

    def _replace(self, name: str, module: nn.Module, keeper: Keeper, but: Collection[int]) -> None:
        """Let a module compute by a keeper, ``but`` for these of its calls."""
        original, memory = module.forward, self._memory

        def forward(*given: Any, **named: Any) -> Any:
            index = memory.calls[name]
            memory.calls[name] += 1
            if index in but:
                return original(*given, **named)
            return keeper(Call(original, module, (name, index), memory), given, named)

        module.forward = forward
        if isinstance(module, nn.MultiheadAttention):  # a hook keeps torch's layers from going round it
            module.register_forward_pre_hook(lambda _module, _given: None)


def _tensors(given: tuple[Any, ...], named: Mapping[str, Any]) -> list[Tensor]:
    """All tensors among arguments, those in tuples included."""
    found = list[Tensor]()
    for one in (*given, *named.values()):
        if isinstance(one, Tensor):
            found.append(one)
        elif isinstance(one, tuple | list):
            found += _tensors(tuple(one), {})
    return found


def _same(short: list[Given], long: list[Given]) -> list[bool]:
    """For each call whether it was given the same both times."""
    made = list[bool]()
    for (given, named, _), (later, later_named, _) in zip(short, long, strict=False):
        one, two = _tensors(given, named), _tensors(later, later_named)
        made.append(len(one) == len(two) and all(map(torch.equal, one, two)))
    return made


def _states(short: list[Given], long: list[Given]) -> dict[int, int]:
    """Of a block that is called once a step: argument → the answer of the step before it was."""
    if (len(short), len(long)) != tuple(map(len, SEQUENCES)):
        return {}
    found: dict[int, int] = {}
    parts = [answer if isinstance(answer, tuple) else (answer,) for _, _, answer in long]
    for number in range(len(long[0][0])):
        for output in range(len(parts[0])):
            if all(_is(long[step + 1][0][number], parts[step][output]) for step in range(len(long) - 1)):
                found.setdefault(number, output)
    return found


def _is(one: Any, two: Any) -> bool:
    """Whether two values are the same numbers in memory."""
    return (
        isinstance(one, Tensor)
        and isinstance(two, Tensor)
        and (one is two or (one.data_ptr() == two.data_ptr() and one.shape == two.shape and one.numel() > 0))
    )


def _argument(given: tuple[Any, ...], named: Mapping[str, Any], index: int, name: str) -> Any:
    return given[index] if len(given) > index else named.get(name)


def _looks_at_itself(given: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """Whether query, key and value of an attention are one sequence."""
    query, key, value = (_argument(given, named, index, name) for index, name in enumerate(("query", "key", "value")))
    return _is(query, key) and _is(query, value)


def _masked(given: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """Whether a MultiheadAttention is kept from looking ahead, and from nothing else; true hides a step there."""
    mask, padding = _argument(given, named, 5, "attn_mask"), _argument(given, named, 3, "key_padding_mask")
    if not isinstance(mask, Tensor) or (isinstance(padding, Tensor) and _hides(padding)):
        return False
    hidden = mask if mask.dtype == torch.bool else mask == -torch.inf
    return bool((hidden == ahead(mask.shape[-2], mask.shape[-1], mask.device)).all()) and _looks_at_itself(given, named)


def _hides(padding: Tensor) -> bool:
    return bool(padding.any() if padding.dtype == torch.bool else padding.ne(0).any())


def _allowed(given: tuple[Any, ...], named: Mapping[str, Any]) -> bool:
    """The same of an attention without weights, where true shows a step."""
    mask = _argument(given, named, 3, "attn_mask")
    return (
        isinstance(mask, Tensor)
        and mask.dtype == torch.bool
        and bool((~mask == ahead(mask.shape[-2], mask.shape[-1], mask.device)).all())
    )


def _keys_change(short: Given, long: Given) -> bool:
    """Whether the keys of an attention depend on the tokens: those of a memory do not."""
    one, two = (_argument(given, named, 1, "key") for given, named, _ in (short, long))
    return not torch.equal(one, two)
