"""The kinds of data there are: our own, and those of installed packages."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import entry_points
from typing import Final

from pydantic import ValidationError

from engine.data.dataset import DataError
from engine.data.sources.arrays.arrays import Arrays
from engine.data.sources.clips.clips import Clips
from engine.data.sources.images.images import Images
from engine.data.sources.series.series import Series
from engine.data.sources.source import Source
from engine.data.sources.tables.tables import Table
from engine.data.sources.text.text import Text
from engine.literals import literal
from engine.nearest import hint
from engine.settings.data import SourceSettings
from engine.settings.resolution import fault

GROUP: Final = "layerloom.sources"
OPTIONS: Final = "data.source.options"


@cache
def kinds() -> Mapping[str, type[Source]]:
    """Every kind by its name, those on board first; a package's kind that cannot be loaded is left out."""
    found = {cls.kind: cls for cls in OWN}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.value):
        try:
            cls = entry.load()
        except Exception:
            continue
        if isinstance(cls, type) and issubclass(cls, Source):
            found.setdefault(cls.kind, cls)
    return found


def source_of(settings: SourceSettings) -> Source:
    """The kind with the options of a project. Raises DataError with the setting that is wrong."""
    known = kinds()
    if settings.kind not in known:
        raise DataError(
            f"There is no kind of data named {settings.kind!r}; {hint(settings.kind, known)}",
            setting="data.source.kind",
        )
    cls, options = known[settings.kind], literal(settings.options)
    try:
        return cls.model_validate(options)
    except ValidationError as error:
        found = fault(OPTIONS, cls, options, error.errors(include_url=False, include_input=False)[0])
        raise DataError(found.message, setting=found.path) from error


OWN: tuple[type[Source], ...] = (Clips, Text, Images, Series, Table, Arrays)
