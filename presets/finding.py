"""Finding presets by words, family, task, size, and by what runs here in a minute: for window and command line."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from presets.facts import Facts, facts
from presets.preset import Preset


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; what is left as it is excludes nothing. ``least`` and ``most`` count parameters."""

    words: str = ""
    family: str = ""
    task: str = ""
    least: int = 0
    most: int | None = None
    quick: bool = False

    @property
    def needs_facts(self) -> bool:
        """Whether presets have to be built to answer it wholly."""
        return bool(self.words.split()) or self.least > 0 or self.most is not None or self.quick


def find(search: Search, presets: Iterable[Preset], known: Callable[[Preset], Facts | None] = facts) -> list[Preset]:
    """The presets that fit, in their order; with words those first that have them in their name, then the others.

    ``known`` gives the facts of a preset, or None for one that is not built yet: it fits by its words alone then.
    """
    ranked = [(rank, preset) for preset in presets if (rank := _rank(search, preset, known)) is not None]
    return [preset for _, preset in sorted(ranked, key=lambda pair: pair[0])]


def _rank(search: Search, preset: Preset, known: Callable[[Preset], Facts | None]) -> int | None:
    """How near to its name the words are found; None where the preset does not fit."""
    if search.family not in ("", preset.family) or search.task not in ("", preset.task):
        return None
    found = known(preset) if search.needs_facts else None
    if search.least > 0 or search.most is not None:
        if found is None or found.parameters < search.least:
            return None
        if search.most is not None and found.parameters > search.most:
            return None
    if search.quick and not (found is not None and found.quick):
        return None
    return _where(search.words, preset, found)


def _where(words: str, preset: Preset, found: Facts | None) -> int | None:
    texts = (
        f"{preset.name} {preset.title}",
        f"{preset.paper or ''} {preset.year or ''} {preset.family} {preset.task} {preset.data} {preset.summary}",
        " ".join(sorted(found.layers)) if found is not None else "",
    )
    plain = [_plain(text) for text in texts]
    run_on = _run_on(plain[0])
    worst = 0
    for word in _plain(words).split():
        ranks = (number for number, text in enumerate(plain) if word in text)
        rank = 0 if _run_on(word) and _run_on(word) in run_on else next(ranks, None)
        if rank is None:
            return None
        worst = max(worst, rank)
    return worst


def _plain(text: str) -> str:
    """Small letters without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def _run_on(text: str) -> str:
    """Letters and digits alone: people write resnet18 and ResNet 18."""
    return re.sub(r"[^a-z0-9]", "", text)
