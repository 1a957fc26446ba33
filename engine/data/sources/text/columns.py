"""Which columns of a table hold the texts and what is to be learned of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.data.sources.parts import name_parts
from engine.data.sources.tables import encoding
from engine.data.sources.tables.guessing import Guess, guess
from engine.data.sources.tables.reading import Format, read
from engine.data.sources.text.reading import form_of
from engine.data.sources.text.text import Layout

if TYPE_CHECKING:
    import pandas as pd

TARGETS: Final = ("label", "class", "target", "sentiment", "category", "y", "kind", "type", "language", "topic")
MOST_NUMBERS: Final = 20
"""Different numbers up to which they are classes."""


def places_in(path: Path, set_to: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    """The options of a table of texts: its form, its columns, what is learned of them. Raises DataError, OSError."""
    form = form_of(path)
    form = Format(
        set_to.get("separator", form.separator),
        set_to.get("encoding", form.encoding),
        set_to.get("header", form.header),
        form.skip,
    )
    table = read(path, form)
    if not len(table):
        raise DataError(f"{path} has no rows.", setting="data.source.path")
    guesses = {str(name): guess(str(name), table[name], comma=False) for name in table.columns}
    texts = [name for name, one in guesses.items() if one.type == "text"]
    named = [name for name, one in guesses.items() if one.type in ("category", "yes_no", "id")]
    texts += [name for name in named if name not in texts]  # names, dates: short texts
    layout: Layout = set_to.get("layout") or ("pairs" if _are_pairs(guesses) else "column")
    parted = [name for name in named if name_parts(encoding.named(table[name]).dropna().unique())]
    column = set_to.get("column") or next((name for name in texts if name not in parted), "")
    if column not in guesses:
        what = f"no column {column!r}" if column else "no column of texts"
        raise DataError(
            f"{path} has {what}: {', '.join(f'{name} ({one.type})' for name, one in list(guesses.items())[:8])}.",
            setting="data.source.options.column",
        )
    if guesses[column].type == "number":
        raise DataError(
            f"{column!r} holds numbers, not text: choose another column, or read {path.name} as a table.",
            setting="data.source.options.column",
        )
    rest = [name for name in guesses if name != column and name not in parted]
    answer = set_to.get("answer") or _answer(rest, guesses, table, layout)
    last = answer or next(reversed(rest), "")
    if "layout" not in set_to and last in rest and not _are_classes(guesses[last], table[last]):
        layout, answer = "pairs", last  # numbers in figures, say: no classes, but they can be written
    if answer not in guesses or answer == column:
        raise DataError(
            f"{path} has no column beside {column!r} that could be learned of a text: add one with its "
            f"{'translation' if layout == 'pairs' else 'class or translation'}. To continue texts, put them into one "
            "long .txt.",
            setting="data.source.options.answer",
        )
    reasons |= {
        "layout": f"The texts are in {column!r}.",
        "column": guesses[column].reason,
        "answer": guesses[answer].reason,
    }
    return {
        **{"layout": layout, "column": column, "answer": answer, "part_column": next(iter(parted), None)},
        **{"separator": form.separator, "encoding": form.encoding, "header": form.header, "skip_lines": form.skip},
    }


def _are_pairs(guesses: dict[str, Guess]) -> bool:
    """Whether a table has two columns of texts, and no class."""
    kinds = Counter(one.type for one in guesses.values())
    return kinds["text"] == 2 and not kinds["category"] + kinds["yes_no"] + kinds["number"]


def _answer(rest: Sequence[str], guesses: dict[str, Guess], table: pd.DataFrame, layout: Layout) -> str:
    """The column that is to be learned: one that is named so, else the last one that could be."""
    if layout == "pairs":
        able = [name for name in rest if guesses[name].type not in ("number", "constant")]
        return next(iter(sorted(able, key=lambda name: guesses[name].type != "text")), "")
    able = [name for name in rest if _are_classes(guesses[name], table[name])]
    able.sort(key=lambda name: guesses[name].type == "number")
    lower = {name.lower().strip(): name for name in able}
    return next((lower[word] for word in TARGETS if word in lower), able[-1] if able else "")


def _are_classes(found: Guess, cells: pd.Series) -> bool:
    """Whether a column says of which class a text is: by a name, or by few numbers."""
    named = found.type in ("category", "yes_no", "constant")
    return named or (found.type == "number" and cells.nunique() <= MOST_NUMBERS)
