"""From the cells of a column to numbers. What is missing is NaN, or a category of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.data.sources.tables.columns import ColumnSettings

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array

YES: Final = frozenset({"yes", "y", "true", "t", "1", "1.0", "on", "ja", "oui", "si", "sí"})
NO: Final = frozenset({"no", "n", "false", "f", "0", "0.0", "off", "nein", "non"})
AROUND: Final = r"^[$€£¥]\s*|(?<=^[-+])[$€£¥]\s*|\s*[%$€£¥]$"
"""Signs of money and shares beside a number."""
GROUPED: Final = r"[-+]?\d{1,3}(?:[, '\u00a0\u202f]\d{3})+(?:\.\d+)?"
"""A number whose thousands are parted."""
EXACT: Final = 2.0**53
"""Integers up to which a float holds each."""
YEAR: Final = 365.2425
"""Days."""


def numbers(cells: pd.Series, *, comma: bool = False) -> pd.Series:
    """The cells as float64, NaN where one is none; with ``comma`` as 1.234,5 is written."""
    import numpy as np
    import pandas as pd

    if not textual(cells):
        return pd.to_numeric(cells, errors="coerce").astype("float64")
    text = _stripped(cells)
    if comma:
        text = text.str.replace(".", "", regex=False).str.replace(",", ".", regex=False)
    found = np.asarray(pd.to_numeric(text, errors="coerce"), np.float64)
    rest = np.isnan(found) & np.asarray(text.notna())
    if rest.any():
        found = found.copy()
        found[rest] = pd.to_numeric(_bare(text[rest]), errors="coerce")
    return pd.Series(np.where(np.isfinite(found), found, np.nan), cells.index, name=cells.name)


def _bare(text: pd.Series) -> pd.Series:
    """Numbers as people write them without what stands around: $1,200.50 is 1200.50, 5 % is 5, 1 200 is 1200."""
    text = text.str.replace(AROUND, "", regex=True)
    grouped = text.str.fullmatch(GROUPED)
    return text.where(~grouped, text.str.replace(r"[, '\u00a0\u202f]", "", regex=True))


def moments(cells: pd.Series, day_first: bool | None = None) -> pd.Series:
    """The cells as moments in time, NaT where one is none; ``day_first`` is found out where it is not settled."""
    import warnings

    import pandas as pd

    wanted = is_day_first(cells) if day_first is None else day_first
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas says that it tries formats one by one, and that is what is wanted
        found = pd.to_datetime(cells, errors="coerce", utc=True, format="mixed", dayfirst=wanted)
    return found


def named(cells: pd.Series) -> pd.Series:
    """The cells as texts, as they name categories; 3.0 and 3 are the same."""
    if textual(cells):
        return _stripped(cells)
    if cells.dtype.kind == "f":  # each by itself, so that no cell changes the name of another
        names, whole = cells.astype("str").astype("object"), (cells % 1 == 0) & (cells.abs() < EXACT)
        names[whole] = cells[whole].astype("int64").astype("str")
        return names.where(cells.notna())
    return cells.astype("str").where(cells.notna())


def features(column: ColumnSettings, cells: pd.Series, *, comma: bool) -> Array:
    """(rows, numbers of `ColumnSettings.features`), float32."""
    import numpy as np

    if column.type == "category":
        index = positions(column, cells)
        width = len(column.categories) + (column.missing == "category")
        result = np.zeros((len(cells), len(column.categories) + 1), np.float32)
        result[np.arange(len(cells)), index] = 1.0
        return result[:, :width]
    if column.type == "date":
        found = moments(cells, column.day_first)
        days = found.astype("int64").astype("float64").where(found.notna()) / _unit(found) / 86400
        turn = 2 * np.pi * found.dt.day_of_year.astype("float64") / YEAR
        made = [days / YEAR, np.sin(turn), np.cos(turn)]
    elif column.type == "yes_no":
        low = named(cells).str.lower()
        yes = frozenset(name.lower() for name in column.categories[1:2]) or YES
        no = frozenset(name.lower() for name in column.categories[:1]) or NO
        made = [low.isin(yes).astype("float64").where(low.isin(yes | no))]
    else:
        made = [numbers(cells, comma=comma)]
    if column.missing == "indicate":
        made.append(made[0].isna().astype("float64"))
    with np.errstate(over="ignore"):  # what float32 cannot hold is infinite, and said before the first step
        return np.stack([np.asarray(one, np.float32) for one in made], axis=1)


def positions(column: ColumnSettings, cells: pd.Series) -> Array:
    """The index of each cell among the categories; after the last one for what is missing or unknown."""
    import numpy as np

    names, order = named(cells), {name: index for index, name in enumerate(column.categories)}
    if column.type == "yes_no":  # however it is written
        names, order = names.str.lower(), {name.lower(): index for name, index in order.items()}
    return np.asarray(names.map(order).fillna(len(order)), np.int64)


def unfit(column: ColumnSettings, cells: pd.Series, *, comma: bool) -> Array:
    """Which cells hold something, but not what the column does: another category, a word, no date."""
    import numpy as np

    if column.type == "category":
        strange = positions(column, cells) == len(column.categories)
    else:
        strange = np.isnan(features(column, cells, comma=comma)[:, 0])
    found: Array = strange & np.asarray(cells.notna())
    return found


def labels(column: ColumnSettings, cells: pd.Series) -> Array:
    """The class of each row as float64, NaN where it has none."""
    import numpy as np

    index = positions(column, cells).astype(np.float64)
    index[index == len(column.categories)] = np.nan
    return index


def textual(cells: pd.Series) -> bool:
    """Whether the cells are not numbers already, as those of a file that types them are."""
    return cells.dtype.kind not in "iufb"


def _stripped(cells: pd.Series) -> pd.Series:
    """The cells as texts without blanks around them."""
    texts = cells if cells.dtype == "str" else cells.astype("str").where(cells.notna())
    return texts.str.strip()


def _unit(found: pd.Series) -> float:
    """Ticks a second of a column of moments."""
    units = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
    return units[found.dt.unit]


def is_day_first(cells: pd.Series) -> bool:
    """Whether 3/4/2020 is the third of April: so where dots part the numbers, or one in front is above 12."""
    text = cells.dropna().astype("str").head(500)
    first = text.str.extract(r"^(\d{1,2})[./-]\d{1,2}[./-]\d{2,4}", expand=False).dropna().astype(int)
    return bool(text.str.match(r"^\d{1,2}\.\d{1,2}\.\d{2,4}").any() or (len(first) and first.max() > 12))
