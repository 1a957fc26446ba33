"""Tensors that find their place by their names, through the rules of a network and whatever is put before them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from engine.weights.names import TRANSPOSED, published_name
from engine.weights.recipe import Recipe, Shape, same_but_ones
from engine.weights.targets import Target

QUERY_KEY_VALUE: Final = (
    *(("q", "k", "v"), ("query", "key", "value"), ("q_proj", "k_proj", "v_proj"), ("wq", "wk", "wv")),
    *(("to_q", "to_k", "to_v"), ("q_lin", "k_lin", "v_lin"), ("linear_q", "linear_k", "linear_v")),
)
JOINED: Final = ("qkv", "in_proj", "qkv_proj", "c_attn", "query_key_value", "Wqkv", "to_qkv")
WRAPPERS: Final = re.compile(r"(^|\.)(_orig_mod|module)\.")
"""What torch.compile and DataParallel put into names."""
OTHER_NAMES: Final = {
    "weight": ("gamma",),
    "bias": ("beta",),
    "parametrizations.weight.original0": ("weight_g",),
    "parametrizations.weight.original1": ("weight_v",),
}
"""Ends of names, and what they were called before."""


class NameIndex:
    """The names of a file, and those that they have without what is before them.

    ``transposed`` are the last names of layers whose matrices are stored as (inputs, outputs): GPT-2's Conv1D.
    """

    def __init__(self, shapes: Mapping[str, Shape]) -> None:
        self.shapes = shapes
        self.plain = {WRAPPERS.sub(r"\1", WRAPPERS.sub(r"\1", name)): name for name in reversed(list(shapes))}
        self.transposed = {layer.rpartition(".")[2] for layer in _proven_transposed(shapes)}

    def find(self, wanted: Mapping[str, Target], rules: Mapping[str, str]) -> dict[str, Recipe]:
        """Our name → what has the name by the rules, be its shape right or not."""
        expected = {name: published_name(name, rules) for one in wanted.values() for name in (one.name, *one.twins)}
        here = self._without_prefixes({name.removesuffix(TRANSPOSED) for name in expected.values()})
        found: dict[str, Recipe] = {}
        for one in wanted.values():
            tries = [recipe for name in (one.name, *one.twins) for recipe in self._tries(expected[name], here)]
            fits = (recipe for recipe in tries if fit(recipe, one.shape, self.shapes))
            if (recipe := next(fits, tries[0] if tries else None)) is not None:
                found[one.name] = recipe
        return found

    def _tries(self, expected: str, here: Mapping[str, str]) -> Iterator[Recipe]:
        turned = expected.endswith(TRANSPOSED)
        expected = expected.removesuffix(TRANSPOSED)
        for recipe in _written(expected, here):
            square = len(set(self.shapes[recipe.names[0]])) == 1 and len(self.shapes[recipe.names[0]]) == 2
            layer = recipe.names[0].rpartition(".")[0].rpartition(".")[2]
            flipped = Recipe(recipe.names, ("transpose", *recipe.steps))
            able = "join" not in recipe.steps and len(self.shapes[recipe.names[0]]) == 2
            if able and (turned or layer in self.transposed):
                yield flipped
                if turned or square:
                    continue
            yield recipe

    def _without_prefixes(self, expected: set[str]) -> dict[str, str]:
        """What the names are without the beginning that most have in common, on either side; those with it as well."""
        votes = Counter[tuple[str, str]]()
        rests = {name[at:]: name[:at] for name in expected for at in _cuts(name)}
        for name in self.plain:
            votes.update({("", name[:at]) for at in _cuts(name) if name[at:] in expected})
            if name in rests and name not in expected:
                votes[rests[name], ""] += 1
        if not votes:
            return dict(self.plain)
        (added, removed), _ = max(votes.items(), key=lambda pair: (pair[1], -len("".join(pair[0]))))
        moved = {f"{added}{name.removeprefix(removed)}": whole for name, whole in self.plain.items()
                 if name.startswith(removed)}  # fmt: skip
        return {**self.plain, **moved}


def fit(recipe: Recipe, shape: Shape, shapes: Mapping[str, Shape]) -> bool:
    """Whether what comes out has a shape, but for axes of size 1."""
    made = recipe.shape(shapes)
    return made is not None and same_but_ones(made, shape)


def apart(name: str) -> tuple[str, str]:
    """The layer and the rest of a tensor's name; ``in_proj_weight`` is the weight of a layer ``in_proj``."""
    layer, _, last = name.rpartition(".")
    if found := re.fullmatch(r"((?:in|[qkv])_proj)_(weight|bias)", last):
        return (f"{layer}.{found[1]}" if layer else found[1]), found[2]
    return layer, last


def _cuts(name: str) -> Iterator[int]:
    """Where a name can be cut: before it, and after each dot."""
    yield 0
    yield from (found.end() for found in re.finditer(r"\.", name))


def _written(expected: str, here: Mapping[str, str]) -> Iterator[Recipe]:
    """What a file can have instead of a tensor with this name."""
    if expected in here:
        yield Recipe((here[expected],))
    for end, others in OTHER_NAMES.items():
        if expected == end or expected.endswith(f".{end}"):
            begin = expected[: len(expected) - len(end)]
            yield from (Recipe((here[begin + other],)) for other in others if begin + other in here)
    layer, last = apart(expected)
    parent, _, called = layer.rpartition(".")
    parent = f"{parent}." if parent else ""
    if called in JOINED:
        for three in QUERY_KEY_VALUE:
            names = [f"{parent}{one}.{last}" for one in three]
            if all(name in here for name in names):
                yield Recipe(tuple(here[name] for name in names), ("join",))
        for name in (f"{parent}{joined}{mark}{last}" for joined in JOINED for mark in "._"):
            if name in here and name != expected:
                yield Recipe((here[name],))
    for three in QUERY_KEY_VALUE:
        if called in three:
            step = f"third_{three.index(called) + 1}"
            names = [f"{parent}{joined}{mark}{last}" for joined in JOINED for mark in "._"]
            yield from (Recipe((here[name],), (step,)) for name in names if name in here)
    if last == "A" and f"{layer}.A_log" in here:
        yield Recipe((here[f"{layer}.A_log"],), ("minus_exp",))
    if last == "A_log" and f"{layer}.A" in here:
        yield Recipe((here[f"{layer}.A"],), ("log_minus",))


def _proven_transposed(shapes: Mapping[str, Shape]) -> Iterator[str]:
    """Layers whose bias is as long as the second axis of their matrix and not as the first."""
    for name, shape in shapes.items():
        layer, _, last = name.rpartition(".")
        bias = shapes.get(f"{layer}.bias")
        if last == "weight" and len(shape) == 2 and bias is not None and bias == shape[1:] and bias != shape[:1]:
            yield layer
