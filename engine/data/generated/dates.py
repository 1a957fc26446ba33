"""Dates in the words of people, each in two wordings, with the date as YYYY-MM-DD."""

from __future__ import annotations

import datetime
from pathlib import Path

from engine.data.dataset import Dataset, Samples
from engine.data.generated.drawing import draws, encoded, shifted

FIRST, LAST = datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)
MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ONES = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
ORDINALS = (
    *("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh"),
    *("twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth"),
    *("twentieth", *(f"twenty-{last}" for last in ("first", "second", "third", "fourth", "fifth", "sixth"))),
    *("twenty-seventh", "twenty-eighth", "twenty-ninth", "thirtieth", "thirty-first"),
)
WORDINGS = (
    "{weekday}, {day} {month} {year}",
    "{month} {day}, {year}",
    "the {day}{th} of {month} {year}",
    "{short} {day}{th} {month}, {year}",
    "{abbreviated}. {day}, {year}",
    "{short} {abbreviated} {day} {year}",
    "the {ordinal} of {month}, {year}",
    "{ordinal} of {month}, {spelled}",
    "{month} {day}{th}, {spelled}",
    "{weekday} the {ordinal} of {month} {year}",
)
A_DATE = 2
"""Wordings of every date."""


def load(dataset: Dataset, folder: Path | None) -> Samples:
    """``words``, ``iso_in`` and ``iso``, characters as numbers (samples, length); the groups are the dates."""
    import numpy as np

    source, (words, iso) = draws(dataset.name), (dataset.fields[name] for name in ("words", "iso"))
    count = dataset.samples // A_DATE
    days = source.permutation((LAST - FIRST).days + 1)[:count]
    texts, answers, groups = [], [], []
    for number, day in enumerate(days.tolist()):
        date = FIRST + datetime.timedelta(day)
        for index in source.permutation(len(WORDINGS))[:A_DATE]:
            texts.append(worded(date, int(index)))
            answers.append(date.isoformat())
            groups.append(number)
    after = encoded(answers, iso.shape[0], iso.names)
    arrays = {
        "words": encoded(texts, words.shape[0], words.names),
        "iso_in": shifted(after, iso.names.index("»")),
        "iso": after,
    }
    return Samples(arrays, np.array(groups))


def worded(date: datetime.date, wording: int) -> str:
    """A date in one of the `WORDINGS`."""
    month, weekday = MONTHS[date.month - 1], DAYS[date.weekday()]
    return WORDINGS[wording].format(
        day=date.day,
        th={1: "st", 2: "nd", 3: "rd"}.get(date.day % 10 if date.day not in (11, 12, 13) else 0, "th"),
        ordinal=ORDINALS[date.day],
        month=month,
        abbreviated=month[:3],
        weekday=weekday,
        short=weekday[:3],
        year=date.year,
        spelled=_spelled(date.year),
    )


def _spelled(year: int) -> str:
    """A year from 1900 to 2099 in words: nineteen oh five, two thousand, twenty twenty-six."""
    century, rest = divmod(year, 100)
    if year == 2000:
        return "two thousand"
    ones = f"-{ONES[rest % 10]}" if rest % 10 else ""
    low = ONES[rest] if rest < 20 else TENS[rest // 10] + ones
    if century == 20 and rest < 10:
        return f"two thousand {low}"
    return f"{ONES[19] if century == 19 else TENS[2]} {'hundred' if not rest else f'oh {low}' if rest < 10 else low}"
