"""What the user has settled about data of their own; all else is found out by looking."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from engine.data.sources.arrays.arrays import Arrays
from engine.data.sources.images.images import Images
from engine.data.sources.kinds import kinds, source_of
from engine.data.sources.tables.tables import Table
from engine.edits import MISSING
from engine.settings.data import SourceSettings

PARTS: Final = {"table": "columns", "arrays": "fields"}
"""Kinds whose data have named parts → the option that lists them."""
KEPT: Final = {
    "images": (
        *("answers", "parts", "together", "split_column", "split_by"),
        *("table", "file_column", "label_columns", "images_in", "masks_in", "task"),
        *("size", "fit", "grey"),
    ),
    "table": ("separator", "encoding", "header", "decimal_comma"),
    "arrays": (),
}
"""Options that say how data are read; the others (counts, classes, damaged files) are facts about the files."""
OF_TABLE: Final = ("table", "file_column", "task", "split_column", "split_by")
"""Options that mean nothing where the answers are in no table."""
KEPT_OF_PART: Final = {"table": ("type", "role", "missing", "encoding"), "arrays": ("role",)}


@dataclass(frozen=True, slots=True)
class Wishes:
    """``options`` of the kind, and those of the named ``parts``: the columns of a table, the arrays of a file."""

    kind: str | None = None
    options: Mapping[str, object] = field(default_factory=dict)
    parts: Mapping[str, Mapping[str, object]] = field(default_factory=dict)

    def with_kind(self, kind: str) -> Wishes:
        """Another kind: what was settled for the one before means nothing to it."""
        return self if kind == self.kind else Wishes(kind)

    def with_option(self, name: str, value: object) -> Wishes:
        """An option settled, or with MISSING left to be found out again."""
        return Wishes(self.kind, _with(self.options, name, value), self.parts)

    def with_part(self, part: str, name: str, value: object) -> Wishes:
        """The same for an option of a column or an array."""
        return Wishes(self.kind, self.options, {**self.parts, part: _with(self.parts.get(part, {}), name, value)})

    def with_target(self, target: str, before: tuple[str, ...]) -> Wishes:
        """One column or array alone is to be learned; those ``before`` are given instead."""
        given = {name: _with(table, "role", MISSING) if name in before else table for name, table in self.parts.items()}
        return Wishes(self.kind, self.options, given).with_part(target, "role", "target")

    def beyond(self, found: SourceSettings) -> Wishes:
        """Those that settle anything other than what was found without them. Raises DataError."""
        fresh = kept(found)
        options = {name: value for name, value in self.options.items() if fresh.options.get(name, MISSING) != value}
        parts = {
            part: {name: value for name, value in table.items() if fresh.parts[part].get(name) != value}
            for part, table in self.parts.items()
            if part in fresh.parts
        }
        return Wishes(self.kind, options, {part: table for part, table in parts.items() if table})

    def for_engine(self) -> dict[str, object] | None:
        """The options as `engine.data.sources.describe` takes them; None: nothing is settled."""
        settled = {name: dict(table) for name, table in self.parts.items() if table}
        if self.kind is None or not (self.options or settled):
            return None
        result = dict(self.options)
        if self.kind in PARTS:
            listed = [{"name": name, **table} for name, table in settled.items()]
            result[PARTS[self.kind]] = tuple(listed) or ({"name": "-"},)  # one at least; unknown names mean nothing
        return result

    def text(self) -> str:
        """What `of_text` reads."""
        return json.dumps({"kind": self.kind, "options": dict(self.options), "parts": dict(self.parts)})


def of_text(text: str) -> Wishes:
    """The wishes of a text; none where it is none of ours."""
    try:
        found: Any = json.loads(text)
        kind, options, parts = found["kind"], found["options"], found["parts"]
        sound = (
            isinstance(options, dict) and isinstance(parts, dict) and all(isinstance(p, dict) for p in parts.values())
        )
        return Wishes(kind, options, parts) if sound and isinstance(kind, str | None) else Wishes()
    except (ValueError, RecursionError, TypeError, KeyError):
        return Wishes()


def kept(settings: SourceSettings) -> Wishes:
    """How a project reads its data, as wishes for looking again. Raises DataError."""
    source = source_of(settings)
    options = {name: getattr(source, name) for name in KEPT.get(settings.kind, kinds()[settings.kind].reads)}
    listed: tuple[Any, ...] = ()
    if isinstance(source, Table):
        listed = source.columns
    elif isinstance(source, Arrays):
        listed = source.fields
    elif isinstance(source, Images) and source.answers != "table":
        options = {name: value for name, value in options.items() if name not in OF_TABLE}
    names = KEPT_OF_PART.get(settings.kind, ())
    parts = {one.name: {name: getattr(one, name) for name in names} for one in listed}
    return Wishes(settings.kind, options, parts)


def _with(table: Mapping[str, object], name: str, value: object) -> dict[str, object]:
    others = {key: old for key, old in table.items() if key != name}
    return others if value is MISSING else {**others, name: value}
