"""What the columns of a table are, as a project stores it."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field as Declared

from engine.settings.section import Section

Type = Literal["number", "category", "yes_no", "date", "text", "id", "constant"]
Role = Literal["input", "target", "group", "time", "part", "ignored"]
Missing = Literal["fill", "indicate", "category", "drop"]
LONGEST_CATEGORY: Final = 1000
"""Characters of the name of a category."""
Text = Annotated[str, Declared(max_length=LONGEST_CATEGORY)]
UNKNOWN = "(unknown)"
"""The category of what is missing, or was not there when the data were added."""


class ColumnSettings(Section):
    """One column: what its cells are, what it is for, and how it becomes numbers."""

    name: Text = Declared(description="the name in the first line")
    type: Type = Declared("number", description="what the cells are")
    role: Role = Declared("input", description="what the column is for")
    missing: Missing = Declared(
        "fill",
        description="empty cells: filled with the median of the training part, that and a column that says so, a "
        "category of their own, or the row is left out",
    )
    encoding: Literal["one_hot", "embedding"] = Declared(
        "one_hot", description="categories: a number each, or an index to look a learned vector up by"
    )
    categories: tuple[Text, ...] = Declared((), max_length=100_000, description="the categories, or classes, in order")

    least: float | None = Declared(None, description="the least number when the table was added; none: not known")
    greatest: float | None = Declared(None, description="the greatest number when the table was added")
    day_first: bool | None = Declared(
        None, description="dates: 3/4/2020 is the third of April; none: as the cells of the whole table say"
    )

    @property
    def counted(self) -> bool:
        """Whether the column becomes numbers among the features."""
        return self.role == "input" and self.type in ("number", "yes_no", "date", "category")

    def feature_bounds(self) -> tuple[tuple[float, float] | None, ...]:
        """The least and the greatest of each of its `features`; None where that is not known."""
        own: tuple[float, float] | None = (0.0, 1.0)
        if self.type == "number":
            own = None if self.least is None or self.greatest is None else (self.least, self.greatest)
        waves = ((-1.0, 1.0), (-1.0, 1.0), (0.0, 1.0))
        known = (None, *waves) if self.type == "date" else (own, *((0.0, 1.0),) * len(self.categories), (0.0, 1.0))
        return known[: len(self.features())]

    def features(self) -> tuple[str, ...]:
        """What the numbers that the column becomes are called, in order."""
        if not self.counted or (self.type == "category" and self.encoding == "embedding"):
            return ()
        if self.type == "category":
            own = (f"{self.name} = {UNKNOWN}",) if self.missing == "category" else ()
            return (*(f"{self.name} = {category}" for category in self.categories), *own)
        empty = (f"{self.name} is empty",) if self.missing == "indicate" else ()
        if self.type == "date":
            return (
                f"{self.name} (years)",
                f"{self.name} (sine of the day)",
                f"{self.name} (cosine of the day)",
                *empty,
            )
        return (self.name, *empty)
