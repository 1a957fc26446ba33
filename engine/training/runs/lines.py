"""The lines that a run appends: metrics and times as compact JSON, one object a line."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence

from pydantic_core import to_json

Row = Mapping[str, object]
_encode = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def line(row: Row) -> str:
    """A row as compact JSON in its own order; what is not finite becomes a string."""
    try:
        return _encode(row)
    except ValueError:  # it is not all finite
        return _encode({key: plain(value) for key, value in row.items()})


def lines_of_numbers(rows: Sequence[Row]) -> bytes:
    """The lines of rows that hold nothing but numbers and plain words, as steps do: encoded in one go."""
    return to_json(rows, inf_nan_mode="strings")[1:-1].replace(b"},{", b"}\n{")


def plain(value: object) -> object:
    """A value as JSON has it: what is not finite becomes a string."""
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value
