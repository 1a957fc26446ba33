"""The answers of a network to samples: what is shown to people, kept in a run and sent to a window. No torch."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

WORST: Final = 18
OTHERS: Final = 6
"""Samples that are looked at beside the worst: the first of the part that are not among those."""
MOST_CELLS: Final = 96
"""Samples that are kept for the cells of a confusion matrix."""
CELL_VALUES: Final = 60_000
"""Values of their inputs altogether."""

Number = int | float
Count = Annotated[int, Field(ge=0)]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True, ser_json_inf_nan="constants")


class SampleInput(_Stored):
    """What the samples of a table are: the field, its shape, and the names of its classes or tokens."""

    field: str
    shape: list[Count]
    names: list[str] = []


class Sample(_Stored):
    """One sample; ``place`` is its number in the data, ``input`` None where it is too large to be kept.

    ``right`` and ``sure`` (a share of 1) are None for numbers, which have an ``error`` instead, the mean of how far off
    they are. ``hits`` is the share of positions that are right, ``likeliest`` class and probability of a few classes.
    """

    place: int
    input: list[Number] | None
    target: list[Number]
    answer: list[Number]
    right: bool | None
    sure: Number | None
    error: Number | None = None
    hits: Number | None = None
    likeliest: list[Annotated[list[Number], Field(min_length=2, max_length=2)]] = []


class SampleTable(_Stored):
    """Samples of a part with the answers of one Output (``head``) to them.

    The first ``listed`` samples are the worst, ``worst`` of them, and some others; the rest are there to be found by
    their classes. ``seen`` and ``part`` are how many samples were compared and there are, ``wrong`` how many of them
    are (None: they are numbers). Runs of earlier versions do not say all of this.
    """

    head: str
    task: str
    names: list[str]
    input: SampleInput
    ignored: int | None = None
    shape: list[Count] = []
    part: Count | None = None
    seen: Count | None = None
    wrong: Count | None = None
    hits: Number | None = None
    worst: Count | None = None
    listed: Count | None = None
    samples: Annotated[list[Sample], Field(max_length=WORST + OTHERS + MOST_CELLS)]
