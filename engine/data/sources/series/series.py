"""Series: how a project reads a table in order of time, as windows of what was and what comes after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, Self

from pydantic import BeforeValidator
from pydantic import Field as Declared

from engine.data.dataset import Asked, DataError, Dataset, Field, Samples
from engine.data.sources.identity import ids_of
from engine.data.sources.offers import Offer, of_names, of_numbers
from engine.data.sources.series.reading import Rows, read_rows, window_starts
from engine.data.sources.source import Source
from engine.data.sources.tables.reading import Format, format_of, is_table, read
from engine.files import open_to_read, sha256_of

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column
    from engine.data.sources.found import Found
    from engine.data.watch import Watch

HASHED: Final = 2**40
LARGEST: Final = 4 * 2**30
"""Bytes of all windows: they stay in memory."""
MOST_OFFERED: Final = 100
"""Columns that are offered one by one."""


def _listed(value: Any) -> Any:
    """One name, or several with commas between them, as they are typed."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


Name = Annotated[str, Declared(max_length=1000)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_listed)]


class Series(Source):
    """A table whose rows follow each other in time; a sample is a window of it and the steps after that."""

    kind: ClassVar[str] = "series"
    title: ClassVar[str] = "Series"
    reads: ClassVar[tuple[str, ...]] = (
        *("time", "groups", "targets", "inputs", "known", "window", "horizon", "step", "season"),
        *("separator", "encoding", "header", "decimal_comma"),
    )
    voids: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "time": ("groups", "targets", "inputs", "known", "window", "horizon", "season"),
        "groups": ("inputs", "window", "horizon", "season"),
        "targets": ("inputs",),
        "known": ("inputs",),
        "season": ("window", "horizon"),
    }
    target_option: ClassVar[str] = "targets"

    time: str = Declared("time", max_length=1000, description="the column with the moment of each row")
    counted: bool = Declared(False, description="the moments are numbers, not dates")
    day_first: bool | None = Declared(None, description="3/4/2020 is the third of April; none: as the cells say")
    groups: Names = Declared((), description="the columns that tell several series in one table apart")
    targets: Names = Declared((), description="the columns that are forecast")
    inputs: Names = Declared((), description="the columns that are given of the past beside those that are forecast")
    known: Names = Declared((), description="the columns that are known in advance: given of the future, too")
    window: int = Declared(32, ge=1, le=65_536, description="how many steps of the past are given")
    horizon: int = Declared(8, ge=1, le=65_536, description="how many steps are forecast")
    step: int = Declared(1, ge=1, le=65_536, description="rows from the begin of one window to the next one's")
    season: int = Declared(
        1, ge=1, le=65_536, description="steps after which the series repeats, for the naive forecast; 1: it does not"
    )
    samples: int = Declared(1, ge=1, description="how many windows there were when the table was added")
    separator: Annotated[str, Declared(min_length=1, max_length=1)] = Declared(",", description="what parts the cells")
    encoding: Annotated[str, Declared(max_length=20)] = Declared("utf-8", description="how the text is encoded")
    header: bool = Declared(True, description="the first line has the names of the columns")
    skip: int = Declared(0, ge=0, le=1000, description="lines before the table, such as a title")
    decimal_comma: bool = Declared(False, description="numbers are written as 1.234,5")

    @classmethod
    def suspect(cls, path: Path) -> str:
        from engine.data.sources.series.looking import suspicion

        return suspicion(path)

    @classmethod
    def leads(cls, path: Path) -> bool:
        """Where its dates or times go in equal steps; else it is a table until a series is asked for."""
        from engine.data.sources.series.looking import leads

        return leads(path)

    @classmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        from engine.data.sources.series.looking import look

        return look(path, wishes, watch)

    @property
    def form(self) -> Format:
        """How the text of the file is a table."""
        return Format(self.separator, self.encoding, self.header, self.skip)

    @property
    def given(self) -> tuple[str, ...]:
        """The columns of the past, those that are forecast first."""
        return tuple(dict.fromkeys((*self.targets, *self.inputs, *self.known)))

    def declare(self, path: Path) -> Dataset:
        many, steps = len(self.targets) > 1, range(1, self.horizon + 1)
        said = tuple(f"{name} +{step}" for step in steps for name in self.targets)
        shape = (self.horizon, len(self.targets)) if many else (self.horizon,)
        fields = {"past": Field((self.window, len(self.given)), columns=self.given)}
        if self.known:
            fields["ahead"] = Field((self.horizon, len(self.known)), columns=self.known)
        fields["future"] = Field(shape, role="target", columns=said, season=self.season)
        return Dataset(
            path.stem,
            path.name,
            f"{self.window:,} steps of {len(self.given):,} column{'s' * (len(self.given) > 1)}: what is "
            f"{' and '.join(self.targets[:3])} over the next {self.horizon:,}?",
            str(path),
            "forecast",
            self.samples,
            fields,
            loader="",
            kind="sequence",
            parting="time",
            apart="a moment",
        )

    def open(self, path: Path) -> Samples:
        """The windows that are whole: each within one group; of what is forecast nothing is missing."""
        rows = read_rows(self, read(path, self.form), path)
        return self.cut(rows, path)

    def cut(self, rows: Rows, path: Path) -> Samples:
        """The windows of rows, in order of time. Raises DataError where there are none, or too many."""
        import numpy as np

        starts = window_starts(self, rows)
        if not len(starts):
            raise DataError(self.why_none(rows, path), setting="data.source.options.window")
        numbers = len(starts) * (self.window * len(self.given) + self.horizon * len(self.targets + self.known))
        if 4 * numbers > LARGEST:
            raise DataError(
                f"{len(starts):,} windows of {path.name} take {4 * numbers / 2**30:.1f} GB; the most is "
                f"{LARGEST >> 30} GB: read every few rows only (step), or a shorter window.",
                setting="data.source.options.step",
            )
        starts = starts[np.lexsort((starts, rows.moments[starts]))]
        past, future = np.arange(self.window), np.arange(self.window, self.window + self.horizon)
        arrays: dict[str, Column] = {"past": rows.values[starts[:, None] + past]}
        if self.known:
            chosen = [self.given.index(name) for name in self.known]
            arrays["ahead"] = rows.values[:, chosen][starts[:, None] + future]
        goals = rows.goals[starts[:, None] + future]
        arrays["future"] = goals if len(self.targets) > 1 else goals[..., 0]
        names = [rows.called(path, start + self.window - 1) for start in starts.tolist()]
        return Samples(
            arrays,
            groups=rows.moments[starts],
            ends=rows.moments[starts + self.window + self.horizon - 1],
            ids=ids_of(f"{rows.named[start]} {rows.moments[start]!r}" for start in starts.tolist()),
            names=names,
        )

    def why_none(self, rows: Rows, path: Path) -> str:
        """Why there is no window, and what to do."""
        longest = max((end - begin for begin, end in rows.spans), default=0)
        needed = self.window + self.horizon
        if longest < needed:
            what = "the longest group" if self.groups else "it"
            return (
                f"{path.name} has no window: {self.window:,} steps of the past and {self.horizon:,} to forecast need "
                f"{needed:,} rows in a row, and {what} has {longest:,}. Read a shorter window or horizon."
            )
        return (
            f"{path.name} has no window without empty cells in {', '.join(map(repr, self.targets[:3]))}: fill them, or "
            "read a shorter window or horizon."
        )

    def ask(self, paths: Sequence[Path]) -> Asked:
        """The last window of each group of tables: what comes after it? Raises DataError.

        Rows at the end in which nothing of what is forecast is filled in are the future, with what is known of it.
        """
        import numpy as np

        names, unread = list[str](), dict[int, DataError]()
        past: list[Array] = []
        ahead: list[Array] = []
        for path in paths:
            if not is_table(path):
                raise DataError(f"{path} is not a table: its name ends in none of the usual ways.")
            rows = read_rows(self, read(path, replace(format_of(path), header=self.header)), path)
            for begin, end in rows.spans:
                known = np.flatnonzero(~np.isnan(rows.goals[begin:end]).all(axis=1))
                now = begin + (int(known[-1]) + 1 if len(known) else 0)
                called = rows.called(path, max(begin, now - 1))
                window = rows.values[max(begin, now - self.window) : now]
                coming = rows.values[now : min(end, now + self.horizon)]
                why = self._unable(called, window, coming)
                if why is not None:
                    unread[len(names)] = DataError(why)
                names.append(called)
                past.append(_filled_up(window if why is None else window[:0], self.window, len(self.given)))
                chosen = [self.given.index(name) for name in self.known]
                ahead.append(_filled_up(coming[:, chosen], self.horizon, len(chosen)))
        arrays: dict[str, Column] = {"past": np.array(past).reshape(-1, self.window, len(self.given))}
        if self.known:
            arrays["ahead"] = np.array(ahead).reshape(-1, self.horizon, len(self.known))
        return Asked(tuple(names), arrays, unread=unread)

    def _unable(self, called: str, window: Array, coming: Array) -> str | None:
        import numpy as np

        if len(window) < self.window:
            return f"{called}: {len(window):,} rows are known, and this network is given {self.window:,}."
        if np.isnan(window).any():
            return f"{called}: its first rows are empty, so nothing is known there: fill them in."
        if self.known and len(coming) < self.horizon:
            return (
                f"{called}: {len(coming):,} rows follow, and {', '.join(map(repr, self.known[:3]))} has to be known "
                f"{self.horizon:,} steps ahead: add rows with it, and nothing in {self.targets[0]!r}."
            )
        return None

    def judged_by(self) -> str:
        return f"a table with the columns {', '.join(map(repr, (self.time, *self.groups, *self.given)[:6]))}"

    def offers(self, path: Path | None = None) -> Mapping[str, Offer]:
        columns = tuple(dict.fromkeys((self.time, *self.groups, *self.given)))
        if path is not None:
            columns = tuple(map(str, read(path, self.form).columns))
        free = tuple(name for name in columns if name != self.time)[:MOST_OFFERED]
        each = tuple((name, (name,)) for name in free)
        others = tuple((name, value) for name, value in each if name not in self.targets and name not in self.groups)
        none: tuple[tuple[str, object], ...] = (("none", ()),)
        return {
            "time": of_names("Time", columns[:MOST_OFFERED]),
            "groups": _with(Offer("Groups", (*none, *each)), self.groups),
            "targets": _with(Offer("To be forecast", each), self.targets),
            "inputs": _with(Offer("Given beside", (*none, *others)), self.inputs),
            "known": _with(Offer("Known in advance", (*none, *others)), self.known),
            "window": of_numbers("Window", (8, 16, 24, 48, 96, 168)),
            "horizon": of_numbers("Horizon", (1, 4, 8, 12, 24, 48)),
            "step": of_numbers("Step", (1, 2, 4, 8, self.horizon) if self.horizon > 8 else (1, 2, 4, 8)),
            "season": of_numbers("Season", (1, 4, 7, 12, 24, 52, 96)),
        }

    def fingerprint(self, path: Path) -> str:
        with open_to_read(path) as file:
            return sha256_of(file, HASHED).hexdigest()

    def stamp(self, path: Path) -> str:
        facts = path.stat()
        return f"{facts.st_size} {facts.st_mtime_ns}"


def _with(offer: Offer, now: tuple[str, ...]) -> Offer:
    """An offer of columns with those that are chosen now, where these are several."""
    if len(now) < 2:
        return offer
    return Offer(offer.title, ((", ".join(now), now), *offer.choices))


def _filled_up(rows: Array, length: int, columns: int) -> Array:
    """Rows as (length, columns) float32, zeros after their end."""
    import numpy as np

    found = np.zeros((length, columns), np.float32)
    found[: len(rows)] = np.nan_to_num(rows)
    return found
