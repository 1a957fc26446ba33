"""Tensors that find their place without names: layer by layer, in their order, where all shapes agree.

Layers of the same shapes are told apart by what comes before them; where that does not do, their order decides, and
that is a guess. What follows the order of both sides throughout is proven by the shapes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from engine.weights.by_name import JOINED, OTHER_NAMES, QUERY_KEY_VALUE, apart
from engine.weights.recipe import Recipe, Shape

How = Literal["order", "shape"]
"""Proven by the order, or guessed among equal shapes."""
ROLES: Final = {"gamma": "weight", "beta": "bias"}
ROLES_OF_ENDS: Final = {end: ours for ours, others in OTHER_NAMES.items() for end in others}
Ways = Literal["", "join", "split"]


@dataclass(slots=True)
class Group:
    """The tensors of one layer: the role of each (``weight``) and what it is made of; ours by name, theirs a recipe."""

    layer: str
    shapes: dict[str, Shape] = field(default_factory=dict)
    sources: dict[str, Recipe] = field(default_factory=dict)

    @property
    def signature(self) -> Hashable:
        """What two layers must have in common; a single tensor may be called as it likes."""
        bare = {role: tuple(size for size in shape if size != 1) for role, shape in self.shapes.items()}
        if len(bare) == 1:
            return next(iter(bare.values()))
        return tuple(sorted(bare.items()))


@dataclass(frozen=True, slots=True)
class Ordered:
    """Our name → recipe, and how sure that is."""

    placed: dict[str, Recipe]
    how: dict[str, How]


def by_order(ours: Mapping[str, Shape], theirs: Mapping[str, Shape], *, ordered: bool) -> Ordered:
    """The way that places the most of ours: theirs as they are, or with queries, keys and values joined or split.

    ``ordered``: theirs are in the order of their network; else they are sorted by name first, numbers as numbers.
    """
    names = list(theirs) if ordered else sorted(theirs, key=_natural)
    given = {name: theirs[name] for name in names}
    wanted = _groups(ours)
    tried = [_paired(wanted, list(_rewritten(_groups(given), way)), ordered) for way in ("", "join", "split")]
    return max(tried, key=lambda one: (len(one.placed), sum(how == "order" for how in one.how.values())))


def _natural(name: str) -> list[tuple[int, int, str]]:
    return [(0, int(part), "") if part.isdigit() else (1, 0, part) for part in re.split(r"(\d+)", name) if part]


def _groups(tensors: Mapping[str, Shape]) -> list[Group]:
    """Layers in the order of their first tensors; parameters that are in no layer of their own are one each."""
    found: dict[str, Group] = {}
    for name, shape in tensors.items():
        for end, ours in ROLES_OF_ENDS.items():
            if name.endswith(f".{end}") and "_" in end:
                layer, role = name[: -len(end) - 1], ours
                break
        else:
            layer, last = apart(name)
            role = ROLES.get(last, last)
            if ".parametrizations." in f".{layer}.":
                layer, _, rest = name.partition(".parametrizations.")
                role = f"parametrizations.{rest}"
            elif role not in COMMON:
                layer = name
        group = found.setdefault(layer, Group(layer))
        group.shapes[role], group.sources[role] = shape, Recipe((name,))
    return list(found.values())


COMMON: Final = (
    *("weight", "bias", "running_mean", "running_var"),
    *(f"{kind}_{part}_l{layer}{back}" for kind in ("weight", "bias") for part in ("ih", "hh", "hr")
      for layer in range(16) for back in ("", "_reverse")),
    *("weight_ih", "weight_hh", "bias_ih", "bias_hh"),
)  # fmt: skip


def _rewritten(groups: Sequence[Group], way: Ways) -> Iterator[Group]:
    """The layers with matrices as torch has them, and queries, keys and values as they are wanted."""
    groups = [*_turned(groups)]
    by_layer = {group.layer: group for group in groups}
    skip: set[str] = set()
    for group in groups:
        if group.layer in skip:
            continue
        parent, _, called = group.layer.rpartition(".")
        parent = f"{parent}." if parent else ""
        if way == "join":
            three = next((three for three in QUERY_KEY_VALUE if called in three), ())
            parts = [by_layer.get(f"{parent}{name}") for name in three]
            if parts and all(part is not None and part.shapes.keys() == group.shapes.keys() for part in parts):
                yield _join([part for part in parts if part is not None])
                skip.update(f"{parent}{name}" for name in three)
                continue
        if way == "split" and called in JOINED and all(shape and shape[0] % 3 == 0 for shape in group.shapes.values()):
            for number in (1, 2, 3):
                yield Group(
                    f"{group.layer}.{number}",
                    {role: (shape[0] // 3, *shape[1:]) for role, shape in group.shapes.items()},
                    {role: recipe.then(f"third_{number}") for role, recipe in group.sources.items()},
                )
            continue
        yield group


def _join(parts: Sequence[Group]) -> Group:
    joined = Group(parts[0].layer)
    for role in parts[0].shapes:
        shapes = [part.shapes[role] for part in parts]
        joined.shapes[role] = (sum(shape[0] if shape else 0 for shape in shapes), *shapes[0][1:])
        recipes = [part.sources[role] for part in parts]
        turned = all(recipe.steps == ("transpose",) for recipe in recipes)
        names = tuple(recipe.names[0] for recipe in recipes)
        joined.sources[role] = Recipe(names, ("join",)) if not turned else recipes[0]
        if turned:  # no recipe says that: such layers stay apart
            joined.shapes[role] = shapes[0]
    return joined


def _turned(groups: Sequence[Group]) -> Iterator[Group]:
    """Matrices as (outputs, inputs), where those of layers with this last name are proven to be the other way round.

    Where all that can be told are so, square ones are as well, whatever they are called.
    """
    known = [group for group in groups if len(group.shapes.get("weight", ())) == 2 and "bias" in group.shapes]
    uneven = [group for group in known if len(set(group.shapes["weight"])) == 2]
    turned = [group for group in uneven if group.shapes["bias"] == group.shapes["weight"][1:]]
    proven = {group.layer.rpartition(".")[2] for group in turned}
    if len(turned) == len(uneven) and turned:
        proven |= {group.layer.rpartition(".")[2] for group in known}
    for group in groups:
        if group.layer.rpartition(".")[2] in proven and len(group.shapes.get("weight", ())) == 2:
            shapes = {**group.shapes, "weight": group.shapes["weight"][::-1]}
            yield Group(group.layer, shapes, {**group.sources, "weight": group.sources["weight"].then("transpose")})
        else:
            yield group


def _paired(ours: Sequence[Group], theirs: Sequence[Group], ordered: bool) -> Ordered:
    """Pair layers of one signature: in order, among those with the same neighbours where both sides agree on them."""
    mine, given = _classes(ours), _classes(theirs)
    called, *around = zip(_contexts(ours), _contexts(theirs), strict=True)
    contexts = [called, *around[0 if ordered else 2 :]]
    pairs: list[tuple[int, int]] = []
    for signature, here in mine.items():
        there = given.get(signature, [])
        for one, other in contexts:
            parts, others = _parted(here, one), _parted(there, other)
            if {key: len(part) for key, part in parts.items()} == {key: len(part) for key, part in others.items()}:
                pairs += [pair for key in parts for pair in zip(parts[key], others[key], strict=True)]
                break
        else:
            pairs += zip(here, there, strict=False)
    pairs.sort()
    proven = ordered and [other for _, other in pairs] == sorted(other for _, other in pairs)
    placed, how = dict[str, Recipe](), dict[str, How]()
    for index, partner in pairs:
        alone = len(mine[ours[index].signature]) == len(given[theirs[partner].signature]) == 1
        sure = proven or alone
        for name, recipe in _tensors(ours[index], theirs[partner]):
            placed[name], how[name] = recipe, "order" if sure else "shape"
    return Ordered(placed, how)


def _classes(groups: Iterable[Group]) -> dict[Hashable, list[int]]:
    """Signature → the indices of the layers that have it."""
    found = defaultdict[Hashable, list[int]](list)
    for index, group in enumerate(groups):
        found[group.signature].append(index)
    return found


def _contexts(groups: Sequence[Group]) -> tuple[list[Hashable], ...]:
    """What tells layers apart, the strictest first: their own last names; layers in the same module and the one before,
    that one, those.
    """
    before: list[Hashable] = [None, *(group.signature for group in groups[:-1])]
    modules = defaultdict[str, list[str]](list)
    for group in groups:
        modules[group.layer.rpartition(".")[0]].append(repr(group.signature))
    beside: list[Hashable] = [tuple(sorted(modules[group.layer.rpartition(".")[0]])) for group in groups]
    called: list[Hashable] = [group.layer.rpartition(".")[2] for group in groups]
    return called, list(zip(beside, before, strict=True)), before, beside


def _parted(indices: Sequence[int], context: Sequence[Hashable]) -> dict[Hashable, list[int]]:
    """These layers by what is around them."""
    found = defaultdict[Hashable, list[int]](list)
    for index in indices:
        found[context[index]].append(index)
    return found


def _tensors(mine: Group, other: Group) -> Iterator[tuple[str, Recipe]]:
    """Our names in a layer with what goes there."""
    if len(mine.sources) == 1:
        yield next(iter(mine.sources.values())).names[0], next(iter(other.sources.values()))
        return
    for role, source in mine.sources.items():
        yield source.names[0], other.sources[role]
