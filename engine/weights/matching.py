"""Holds a file of weights against a network: by the names that are known of it, else by order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine import known_names
from engine.graph import Graph
from engine.weights.beside import OF_IMAGENET, expected
from engine.weights.by_name import NameIndex, fit
from engine.weights.by_order import by_order
from engine.weights.failure import WeightsError
from engine.weights.no_weights import reason
from engine.weights.recipe import NAME, Recipe, Shape, parse, same_but_ones, shape_words
from engine.weights.report import How, Report, Rotary
from engine.weights.rotary import Order, Turned, order_of, reordered, turned
from engine.weights.targets import Target, targets_of

if TYPE_CHECKING:
    from engine.weights.files.weights_file import WeightsFile

ENOUGH = 0.5
"""The share of the tensors, of the file or of the network, that must find their place for a way to count."""
ODD_NAME = "its name cannot be stored"


def match(
    graph: Graph, path: Path | str, assign: Mapping[str, str] | None = None, rotary: Order | None = None
) -> Report:
    """Which tensor of a file or folder goes where; nothing is changed.

    ``assign`` says of tensors of ours by hand what they are made of (``"conv1.weight": "features.0.weight"``, see
    `engine.weights.recipe`); "" leaves one as it begins. ``rotary`` is what rotary
    positions turn together in the file, where its names do not tell (`engine.weights.rotary`). Raises WeightsError, and
    SourceError where the network is not complete.
    """
    from engine.weights.files.opening import open_weights

    file = open_weights(Path(path))
    return match_file(targets_of(graph), file, assign or {}, turned(graph), rotary)


def match_file(
    ours: Mapping[str, Target],
    file: WeightsFile,
    assign: Mapping[str, str],
    pairs: Mapping[str, Turned],
    rotary: Order | None,
) -> Report:
    """The same for an open file and the tensors of a network, of which rotary positions turn ``pairs``."""
    skipped = {name: why for name, facts in file.tensors.items() if (why := reason(name, facts))}
    odd = {name: ODD_NAME for name in file.tensors if name not in skipped and not NAME.fullmatch(name)}
    shapes = {name: facts.shape for name, facts in file.tensors.items() if name not in skipped and name not in odd}
    by_hand = {name: parse(text) for name, text in assign.items() if text}
    for name in assign:
        if name not in ours:
            raise WeightsError(f"The network has no tensor {name[:100]!r} to be assigned.")
    for name, recipe in by_hand.items():
        _check_hand(ours[name], recipe, shapes)
    taken = {name for recipe in by_hand.values() for name in recipe.names}
    found, how, wrong, by = _placed(ours, shapes, ordered=file.ordered)
    placed = {name: one for name, one in found.items() if name not in assign and taken.isdisjoint(one.names)}
    own = bool(found) and not by and all(how[name] == "name" for name in found)
    order = rotary or order_of(file.path, shapes)
    if pairs and order is not None and (rotary or not own):
        layers = {name: pairs.get(one.key.rpartition(".")[0]) for name, one in ours.items()}
        placed |= {name: reordered(placed[name], of, order) for name, of in layers.items() if of and name in placed}
    placed |= by_hand
    how.update(dict.fromkeys(by_hand, "hand"))
    used = {name for recipe in placed.values() for name in recipe.names}
    tied = _tied(ours, placed, shapes, used, by)
    tied |= _copies(ours, placed, file, [name for name in shapes if name not in used and name not in tied])
    return Report(
        path=file.path,
        sha256=file.sha256(),
        placed={name: str(placed[name]) for name in ours if name in placed},
        left_over={**_left_over((n for n in shapes if n not in used and n not in tied), shapes, ours, wrong), **odd},
        missing={
            name: "you left it out" if assign.get(name) == "" else _why_missing(one, wrong, shapes)
            for name, one in ours.items()
            if name not in placed
        },
        skipped={**skipped, **tied},
        how={name: how[name] for name in ours if name in placed},
        ours={name: one.shape for name, one in ours.items()},
        theirs=file.tensors,
        by=by,
        rotary=Rotary(order, asked=rotary is not None or (order is None and not own)) if pairs else None,
        keys={name: one.key for name, one in ours.items()},
        notes=file.notes,
        images=expected(file.path, by, _classes(shapes)),
    )


def _placed(
    ours: Mapping[str, Target], shapes: Mapping[str, Shape], *, ordered: bool
) -> tuple[dict[str, Recipe], dict[str, How], dict[str, Recipe], str]:
    """What goes where, why, what has the right name and another shape, and the network whose names they are."""
    least = ENOUGH * min(len(ours), len(shapes))
    found, best, wrong, by = dict[str, Recipe](), -1, dict[str, Recipe](), ""
    index = NameIndex(shapes)
    for known in known_names.every():
        named = index.find(ours, known.rules)
        fitting = {name: recipe for name, recipe in named.items() if fit(recipe, ours[name].shape, shapes)}
        if len(fitting) > best:
            found, best, by = _once(fitting), len(fitting), known.title
            wrong = {name: recipe for name, recipe in named.items() if name not in fitting}
        if best == len(ours):
            break
    if found and len(found) >= least:
        how: dict[str, How] = dict.fromkeys(found, "name")
        if guess := _rest(ours, shapes, found):
            return {**found, **guess}, {**how, **dict.fromkeys(guess, "shape")}, {}, by
        return found, how, wrong, by
    other = by_order({name: one.shape for name, one in ours.items()}, shapes, ordered=ordered)
    if other.placed and len(other.placed) >= least:
        return other.placed, dict(other.how), {}, ""
    return {}, {}, {}, ""


def _rest(ours: Mapping[str, Target], shapes: Mapping[str, Shape], found: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """What is left on both sides, paired by order; nothing where that does not come out even."""
    used = {name for recipe in found.values() for name in recipe.names}
    mine = {name: one.shape for name, one in ours.items() if name not in found}
    theirs = {name: shape for name, shape in shapes.items() if name not in used}
    if not mine or not theirs:
        return {}
    guess = by_order(mine, theirs, ordered=False).placed
    whole = len(guess) == len(mine) and {name for one in guess.values() for name in one.names} == theirs.keys()
    return guess if whole else {}


def _once(found: Mapping[str, Recipe]) -> dict[str, Recipe]:
    """Without what would take the same part of a tensor twice: the first keeps it."""
    seen: set[Recipe] = set()
    kept: dict[str, Recipe] = {}
    for name, recipe in found.items():
        if recipe not in seen:
            kept[name] = recipe
            seen.add(recipe)
    return kept


def _check_hand(target: Target, recipe: Recipe, shapes: Mapping[str, Shape]) -> None:
    for name in recipe.names:
        if name not in shapes:
            raise WeightsError(f"The file has no tensor {name[:100]!r} for {target.name}.")
    if not fit(recipe, target.shape, shapes):
        made = recipe.shape(shapes)
        has = f"has the shape {shape_words(made)}" if made is not None else "cannot be made"
        raise WeightsError(f"{str(recipe)[:100]} {has}, but {target.name} needs {shape_words(target.shape)}.")


def _tied(
    ours: Mapping[str, Target],
    placed: Mapping[str, Recipe],
    shapes: Mapping[str, Shape],
    used: set[str],
    by: str,
) -> dict[str, str]:
    """Further copies in the file of a tensor that the network has once: those that are called as our twins are."""
    rules = next((known.rules for known in known_names.every() if known.title == by), {})
    twins = {
        name: Target(name, one.shape, one.learned)
        for one in ours.values()
        if one.name in placed
        for name in (one.name, *one.twins)
        if one.twins
    }
    owner = {name: one.name for one in ours.values() for name in (one.name, *one.twins)}
    named = NameIndex(shapes).find(twins, rules)
    return {
        recipe.names[0]: f"the network shares {owner[name]} there"
        for name, recipe in named.items()
        if recipe.names[0] not in used and same_but_ones(shapes[recipe.names[0]], twins[name].shape)
    }


def _copies(
    ours: Mapping[str, Target], placed: Mapping[str, Recipe], file: WeightsFile, names: Iterable[str]
) -> dict[str, str]:
    """Tensors that are called otherwise, and hold the same numbers as one that the network shares."""
    import torch

    found = {}
    for name in names:
        for one in ours.values():
            source = placed.get(one.name)
            if not one.twins or source is None or source.steps or file.tensors[name] != file.tensors[source.names[0]]:
                continue
            if torch.equal(file.read(name), file.read(source.names[0])):
                found[name] = f"it is a copy of {source.names[0]}, which the network shares"
    return found


def _classes(shapes: Mapping[str, Shape]) -> int:
    """ImageNet's number of classes where a tensor is as long; 0 where none is."""
    return OF_IMAGENET if any(shape[:1] == (OF_IMAGENET,) for shape in shapes.values()) else 0


def _left_over(
    names: Iterable[str], shapes: Mapping[str, Shape], ours: Mapping[str, Target], wrong: Mapping[str, Recipe]
) -> dict[str, str]:
    goal = {name: our for our, recipe in wrong.items() for name in recipe.names}
    found = {}
    for name in names:
        if (our := goal.get(name)) is not None:
            found[name] = f"it is {shape_words(shapes[name])}, but {our} needs {shape_words(ours[our].shape)}"
        elif any(same_but_ones(one.shape, shapes[name]) for one in ours.values()):
            found[name] = "no layer that is called so has a place for it"
        else:
            found[name] = f"no layer has a tensor of {shape_words(shapes[name])}"
    return found


def _why_missing(one: Target, wrong: Mapping[str, Recipe], shapes: Mapping[str, Shape]) -> str:
    recipe = wrong.get(one.name)
    if recipe is not None:
        made = recipe.shape(shapes)
        has = f"is {shape_words(made)}" if made is not None else "has another form"
        return f"{recipe.names[0]} {has}, but it needs {shape_words(one.shape)}"
    return "the file has nothing that goes there"
