"""What may be chosen of the options of a kind: shown where the data are, and taken from the kind alone."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Offer:
    """An option: its ``title``, and (words, value) of what it may be. With ``typed`` an integer may be typed, too."""

    title: str
    choices: tuple[tuple[str, object], ...]
    typed: bool = False


def of_names(title: str, names: tuple[str, ...]) -> Offer:
    """One of some names."""
    return Offer(title, tuple((name, name) for name in names))


def of_numbers(title: str, numbers: tuple[int, ...]) -> Offer:
    """A number: one of these, or another that is typed."""
    return Offer(title, tuple((f"{number:,}", number) for number in numbers), typed=True)
