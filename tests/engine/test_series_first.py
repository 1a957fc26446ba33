"""A table whose dates or times go in equal steps is offered as a series first, any other as a table; both say why."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.sources.series.steps import DAY, FEWEST, equal_steps
from tests.engine.own_series import hourly, written

Rows = list[dict[str, str]]
START = datetime(2023, 1, 2)


def rows(moments: Sequence[datetime], form: str = "%Y-%m-%d", name: str = "date") -> Rows:
    """A number for each moment."""
    return [{name: f"{moment:{form}}", "level": f"{np.sin(index):.3f}"} for index, moment in enumerate(moments)]


def days(count: int, step: int = 1) -> list[datetime]:
    return [START + timedelta(days=step * index) for index in range(count)]


def months() -> Rows:
    return rows([datetime(2010 + month // 12, month % 12 + 1, 1) for month in range(90)])


def trading_days() -> Rows:
    holidays = {START + timedelta(days=7 * week) for week in (3, 19, 40)}
    return rows([day for day in days(400) if day.weekday() < 5 and day not in holidays], "%d/%m/%Y")


def with_gaps() -> Rows:
    return [row for index, row in enumerate(hourly(400)) if index % 40]


def one_site_after_the_other() -> Rows:
    return sorted(hourly(120, ("north", "south", "west")), key=lambda row: row["site"])


SERIES: dict[str, Callable[[], Rows]] = {
    "hours": lambda: hourly(200),
    "days": lambda: rows(days(60)),
    "weeks": lambda: rows(days(100, 7)),
    "months": months,
    "trading days": trading_days,
    "hours with gaps": with_gaps,
    "sites by turns": lambda: hourly(120, ("north", "south", "west")),
    "sites one after the other": one_site_after_the_other,
}


def born() -> Rows:
    source = np.random.RandomState(0)
    moments = [datetime(1940, 1, 1) + timedelta(days=int(day)) for day in source.randint(0, 25_000, 200)]
    return rows(moments, name="date_of_birth")


def visits() -> Rows:
    source = np.random.RandomState(1)
    waits = np.cumsum(source.exponential(30_000, 200))
    return rows([START + timedelta(seconds=int(one)) for one in waits], "%Y-%m-%d %H:%M:%S")


def shuffled_days() -> Rows:
    found = rows(days(200))
    np.random.RandomState(2).shuffle(found)  # type: ignore[arg-type]
    return found


def countries(form: str) -> Rows:
    return [
        {"country": name, "year": f"{datetime(year, 12, 31):{form}}", "births": f"{(year * 7 + size) % 90}"}
        for size, name in enumerate(("Chad", "Fiji", "Iran", "Peru"))
        for year in range(1955, 2015)
    ]


TABLES: dict[str, Callable[[], Rows]] = {
    "dates of birth": born,
    "dates of birth in order": lambda: sorted(born(), key=lambda row: row["date_of_birth"]),
    "visits as they come": visits,
    "days out of order": shuffled_days,
    "two rows": lambda: rows(days(2)),
    "few rows": lambda: rows(days(20)),
    "countries by year": lambda: countries("%Y"),
    "countries by the last day of the year": lambda: countries("%Y-%m-%d"),
    "numbers that count": lambda: [{"t": str(index), "level": str(index % 7)} for index in range(100)],
    "days that come again": lambda: rows([*days(28), *days(28), *days(28)]),
    "one day": lambda: [{**row, "size": str(index % 5)} for index, row in enumerate(rows([START] * 100))],
    "no numbers": lambda: [{"date": f"{day:%Y-%m-%d}", "weather": "sun rain"[day.day % 2 :]} for day in days(99)],
}


@pytest.mark.parametrize("name", SERIES)
def test_equal_steps_are_a_series_first(name: str, tmp_path: Path) -> None:
    found = sources.describe(written(tmp_path / "a.csv", SERIES[name]()))
    assert found.kind == "series"
    (note,) = [note for note in found.notes if note.code == "read-as-table"]
    assert "goes in equal steps, so this is a series: what comes next is forecast" in note.message
    assert note.severity == "hint"


@pytest.mark.parametrize("name", TABLES)
def test_all_else_stays_a_table(name: str, tmp_path: Path) -> None:
    found = sources.describe(written(tmp_path / "a.csv", TABLES[name]()))
    assert found.kind == "table"
    assert "read-as-table" not in {note.code for note in found.notes}


def test_a_table_in_order_of_time_says_that_it_may_be_a_series(tmp_path: Path) -> None:
    path = written(tmp_path / "visits.csv", visits())
    (note,) = [note for note in sources.describe(path).notes if note.code == "read-as-series"]
    assert note.message.startswith("Its column 'date' is in order of time. Its steps are not equal")
    chosen = sources.describe(path, "series")
    assert [note.message for note in chosen.notes if note.code == "read-as-table"] == [
        "This is a series: what comes next is forecast. In a table each row is a sample of its own."
    ]
    path = written(tmp_path / "days.csv", rows(days(60)))
    (note,) = [note for note in sources.describe(path, "table").notes if note.code == "read-as-series"]
    assert "not equal" not in note.message


def test_what_cannot_be_a_series_after_all_is_a_table_that_says_why(tmp_path: Path) -> None:
    found = sources.describe(written(tmp_path / "twice.csv", [*rows(days(6_000)), *rows(days(6_000)[-3:])]))
    assert found.kind == "table"
    (note,) = [note for note in found.notes if note.code == "other-kind"]
    assert note.message.startswith("It is read as Table, because it cannot be read as Series: twice.csv has the time")
    assert "read-as-series" not in {note.code for note in found.notes}


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([1.0, 60.0, 900.0, 3600.0, DAY, 7 * DAY]),
    st.integers(FEWEST, 300),
    st.integers(1, 5),
    st.floats(0, 0.05),
    st.integers(0, 2**31),
)
def test_equal_steps_are_found_with_gaps_and_by_series(
    step: float, count: int, many: int, gaps: float, seed: int
) -> None:
    source = np.random.RandomState(seed)
    parts = []
    for _ in range(many):
        steps = np.where(source.rand(count) < gaps, source.randint(2, 9, count), 1) * step
        if (steps == step).mean() < 0.93:
            steps[:] = step
        parts.append(1.6e9 + source.randint(0, 1000) * step + np.cumsum(steps))
    keys = np.repeat([f"site {number}" for number in range(many)], count)
    moments = np.concatenate(parts)
    turns = np.lexsort((keys, moments)) if seed % 2 else np.arange(len(moments))
    assert equal_steps(moments[turns], keys[turns].astype(object) if many > 1 else None)
    if many == 1:
        assert not equal_steps(moments[::-1]), "backwards is no order"


def test_a_moment_that_comes_twice_is_no_step() -> None:
    moments = np.arange(100) * 3600.0
    assert equal_steps(moments)
    assert not equal_steps(np.insert(moments, 50, moments[49]))


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 400), st.sampled_from(["scattered", "waits", "days"]), st.integers(0, 2**31))
def test_moments_as_they_come_have_no_equal_steps(count: int, how: str, seed: int) -> None:
    source = np.random.RandomState(seed)
    moments = (
        1.6e9
        + {
            "scattered": source.uniform(0, 1e9, count),
            "waits": np.cumsum(source.exponential(3600, count)),
            "days": np.cumsum(source.poisson(1.0, count)) * DAY,
        }[how]
    )
    assert not equal_steps(moments)
