"""Finding a layer by a few letters: every letter in order, better where they are together or begin a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from engine import layers
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.literals import literal
from engine.spec import UNWIRED, Spec
from gui.search_popup import score
from presets.followers import count, followers

USUAL = 0.15
"""What being the most usual layer there is worth: less than a better match, more than a few letters."""
OWN = 20
"""How much more one's own network says than a preset."""


def rank(
    query: str,
    spec: Spec | None = None,
    kinds: Iterable[type[Layer]] | None = None,
    usual: Mapping[str, float] | None = None,
) -> list[tuple[type[Layer], bool]]:
    """The layers that match, best first, each with whether it accepts ``spec``; those that do come first.

    ``usual`` says how often layers stand where this one is to stand, in 0 … 1: of those that match alike, and of all
    as long as nothing is typed, the more usual ones come first.
    """
    found: list[tuple[bool, float, bool, int, type[Layer]]] = []
    for cls in layers.all() if kinds is None else kinds:
        name = cls.title()
        value = max(score(query, name), _said_otherwise(query, f"{cls.also_called} {cls.family}"))
        if value > 0:
            fits = spec is None or accepts(cls, spec)
            value += USUAL * (usual or {}).get(cls.type_name(), 0.0)
            found.append((not fits, -value, bool(query) and not cls.also_called, len(found), cls))
    return [(cls, not misfit) for misfit, _, _, _, cls in sorted(found, key=lambda item: item[:4])]


def usual_after(node_type: str, graph: Graph) -> dict[str, float]:
    """How often which layer follows one of this type, in 0 … 1: in the presets, and more so in this network."""
    found = Counter(followers().get(node_type, {}))
    for following, times in count([graph]).get(node_type, {}).items():
        found[following] += OWN * times
    most = max(found.values(), default=1)
    return {following: times / most for following, times in found.items()}


def _said_otherwise(query: str, words: str) -> float:
    """How well the query fits the other words for a layer: each of its own must begin one of them."""
    asked, known = query.lower().split(), words.lower().split()
    fits = asked and len(query) > 1 and all(any(word.startswith(part) for word in known) for part in asked)
    return 0.7 if fits else 0.0


def accepts(cls: type[Layer], spec: Spec) -> bool:
    """Whether a new layer of this kind takes what flows along a wire."""
    try:
        layer = cls.model_validate(literal(cls.initial))
        ports = layer.input_ports()
        if sum(not port.optional for port in ports) != 1:
            return False
        layer.infer(*(UNWIRED if port.optional else spec for port in ports))
    except ValueError:  # ShapeError, or parameters without a value
        return False
    return True
