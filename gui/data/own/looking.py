"""A look at data of the user's own, with all that the page shows of it: made beside the GUI thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from engine.data.dataset import DataError
from engine.data.sources import Found, describe, listing
from engine.data.sources.images.images import Images, is_image
from engine.data.sources.images.looking import MOST_FOLDERS, folders
from engine.data.sources.kinds import kinds, source_of
from engine.data.sources.offers import Offer
from engine.data.sources.tables.reading import is_table, read
from engine.data.sources.tables.tables import Table
from engine.data.watch import Watch
from engine.settings.data import DataConfig, SourceSettings
from gui.data.own.wishes import Wishes, kept

MOST_TABLES: Final = 20
"""Tables beside images that are offered."""


@dataclass(frozen=True, slots=True)
class OwnLook:
    """What was found with these wishes, and what else could be chosen.

    ``kinds`` are those that may fit, with the reason; ``tables`` lie beside images, ``columns`` are those of the one
    that is used; ``folders`` hold images; ``empty`` is the share of empty cells of each column.
    """

    found: Found
    wishes: Wishes
    kinds: Mapping[str, str]
    tables: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    empty: Mapping[str, float] = field(default_factory=dict)
    offers: Mapping[str, Offer] = field(default_factory=dict)
    """What the options of the kind may be set to."""


def look_into(path: Path, wishes: Wishes, watch: Watch, config: DataConfig | None = None) -> OwnLook:
    """Look into a file or folder, for a project with this split. Raises DataError, and Stopped."""
    found = describe(path, wishes.kind, wishes.for_engine(), watch, config)
    path = Path(found.settings.path)
    try:
        suspects = {name: why for name, cls in kinds().items() if (why := cls.suspect(path))}
        source = source_of(found.settings)
        tables, columns, inside = _beside(path, source, watch) if isinstance(source, Images) else ((), (), ())
        empty = _empty(path, source) if isinstance(source, Table) else {}
        offers = source.offers(path)
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.", setting="data.source.path") from error
    settled = Wishes(found.kind, wishes.options, wishes.parts)
    return OwnLook(found, settled, suspects, tables, columns, inside, empty, offers)


def look_again(
    settings: SourceSettings,
    watch: Watch,
    change: Callable[[Wishes], Wishes] = lambda now: now,
    config: DataConfig | None = None,
) -> OwnLook:
    """Look at the data of a project as it reads them, with a ``change``. Raises DataError, and Stopped.

    Only what it reads other than would be found by itself counts as settled.
    """
    path, wishes = Path(settings.path), kept(settings)
    with suppress(DataError):  # without what is settled nothing may be made of it
        wishes = wishes.beyond(describe(path, settings.kind, watch=watch, config=config).settings)
    return look_into(path, change(wishes), watch, config)


def _beside(path: Path, source: Images, watch: Watch) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """The tables beside images, the columns of the one that is used, and the folders with images."""
    names = [entry.name for entry in listing.listed(path, watch)]
    tables = tuple(name for name in names if is_table(path / name) and name.count("/") <= 1)[:MOST_TABLES]
    inside = folders(name for name in names if is_image(name))[:MOST_FOLDERS]
    if source.answers != "table" or source.table is None:
        return tables, (), inside
    return tables, tuple(map(str, read(path / source.table).columns)), inside


def _empty(path: Path, source: Table) -> dict[str, float]:
    table = read(path, source.form)
    return {str(name): float(share) for name, share in table.isna().mean().items()}
