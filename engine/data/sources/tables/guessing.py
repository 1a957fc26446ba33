"""What the cells of a column are, with the reason: looked at once, when a table is added."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from engine.data.sources.tables import encoding
from engine.data.sources.tables.columns import LONGEST_CATEGORY, Type

if TYPE_CHECKING:
    import pandas as pd

MOST_SPELLINGS: Final = 8
"""Ways to write two words: yes, Yes, YES …"""
FEW: Final = 20
"""Different integers up to which a target is held for classes."""
MOST_CATEGORIES: Final = 100
LONG: Final = 40
"""Characters on the average from which on cells are texts."""
WORDS: Final = 3
"""Words in a cell on the average from which on different cells are texts and no ids."""
NUMERIC: Final = 0.9
"""The share of cells that are numbers in a column of numbers with some slips."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The type of a column and why; ``odd`` are the rows (from 0) whose cells do not fit it."""

    type: Type
    reason: str
    categories: tuple[str, ...] = ()
    odd: tuple[int, ...] = ()
    bounds: tuple[float, float] | None = None


def guess(name: str, cells: pd.Series, *, comma: bool, target: bool = False) -> Guess:
    """What a column holds; a ``target`` of few different integers is one of classes."""
    there = cells.dropna()
    if not len(there):
        return Guess("constant", "It is empty.")
    names = encoding.named(there)
    unique = names.unique()
    different = len(unique)
    if different == 1:
        return Guess("constant", f"It holds nothing but {unique[0][:40]!r}.")
    lower = {name.lower() for name in unique} if different <= MOST_SPELLINGS else set()
    if len(lower) == 2 and lower & encoding.YES and lower & encoding.NO:
        return Guess("yes_no", f"It holds {' and '.join(sorted(lower))}.", _no_yes(names))
    values = encoding.numbers(cells, comma=comma)
    share = float(values.notna().sum() / len(there))
    if share >= NUMERIC:
        return _of_numbers(name, cells, values, there, target=target)
    if (longest := int(names.str.len().max())) > LONGEST_CATEGORY:
        return Guess("text", f"It holds texts of up to {longest:,} characters.")
    if target and different <= max(MOST_CATEGORIES, len(there) // 20):
        return Guess("category", f"It names {different} classes.", _sorted(names))
    if _dated(names):
        return Guess("date", f"Cells such as {names.iloc[0][:30]!r} are dates.")
    length = float(names.str.len().mean())
    words = float(names.str.count(r"\S+").mean())
    if different == len(there) and length <= LONG and words < WORDS and len(there) > FEW:
        return Guess("id", "Every cell is different.")
    told = words >= WORDS and different == len(there)
    if length > LONG or told or different > max(MOST_CATEGORIES, len(there) // 20):
        return Guess("text", f"It holds {different:,} different texts of {length:.0f} characters on average.")
    return Guess("category", f"It holds {different} different names.", _sorted(names))


def _of_numbers(name: str, cells: pd.Series, values: pd.Series, there: pd.Series, *, target: bool) -> Guess:
    """A column most of whose cells are numbers."""
    known = values.dropna()
    different, whole = int(known.nunique()), bool((known % 1 == 0).all())
    slips = cells.notna() & values.isna()
    odd = tuple(int(row) for row in slips.to_numpy().nonzero()[0][:100])
    if target and whole and different <= FEW and not odd:
        return Guess("category", f"It holds {different} different integers.", _sorted(encoding.named(there)))
    steps = known.diff().dropna()
    if (
        whole
        and not target
        and different == len(known) > FEW
        and (_is_id(name) or (len(steps) and bool((steps == 1).all())))
    ):
        return Guess("id", "Every row has its own integer, counted up.")
    said = f"It holds numbers from {known.min():.4g} to {known.max():.4g}."
    return Guess("number", said, (), odd, (_rounded(known.min()), _rounded(known.max())))


def _rounded(value: float) -> float:
    """As many digits as a float32 has, so that a number is the same from files of all formats."""
    return float(f"{value:.7g}")


def _is_id(name: str) -> bool:
    words = name.lower().replace("-", "_").split("_")
    return name.lower().endswith("id") or bool({"id", "index", "key", "nr", "no"}.intersection(words))


def _dated(names: pd.Series) -> bool:
    """Whether nearly all of some cells are dates: with digits, and more than a number."""
    some = names.drop_duplicates().head(200)
    if not bool(some.str.contains(r"\d", regex=True).all()) or not bool(
        some.str.contains(r"\d[-/.: ]\d|[A-Za-z]{3}", regex=True).mean() > 0.9
    ):
        return False
    return bool(encoding.moments(some).notna().mean() > 0.95)


def _sorted(names: pd.Series) -> tuple[str, ...]:
    """The different names: numbers by size, all others by letters."""
    found = [str(name) for name in names.unique()]
    try:
        return tuple(sorted(found, key=float))
    except ValueError:
        return tuple(sorted(found))


def _no_yes(names: pd.Series) -> tuple[str, ...]:
    """The two words as they are written, that for no first."""
    usual = {name.lower(): str(name) for name in reversed(names.value_counts().index)}
    return tuple(sorted(usual.values(), key=lambda word: word.lower() in encoding.YES))
