"""The name rules of all networks whose published weights are known; whoever has some adds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class KnownNames:
    """``rules`` are those of `engine.weights.names`, of the network called ``title``."""

    title: str
    rules: Mapping[str, str] = field(hash=False)


_TITLES: dict[str, KnownNames] = {}
_KNOWN: dict[tuple[tuple[str, str], ...], KnownNames] = {}


def add(title: str, rules: Mapping[str, str]) -> None:
    """Make the rules of a network known; the same rules are kept once."""
    if rules:
        _TITLES[title] = KnownNames(title, rules)
        _KNOWN.setdefault(tuple(rules.items()), KnownNames(title, rules))


def of_title(title: str) -> KnownNames | None:
    """The rules of the network that is called so; None where none are known."""
    return _TITLES.get(title)


def every() -> Iterator[KnownNames]:
    """Our own names first, then all rules that were added."""
    yield OWN
    yield from _KNOWN.values()


OWN = KnownNames("", {})
