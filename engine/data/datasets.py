"""The catalogue of data sets, declared without loading them, and the way to their samples."""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from engine.data.dataset import DataError, Dataset, Field, Samples
from engine.data.declarations import file_sets as files
from engine.data.declarations import generated, tables
from engine.errors import LONGEST_REASON, printable
from engine.files import is_file
from engine.home import home
from engine.nearest import hint

if TYPE_CHECKING:
    from engine.data.dataset import Columns

__all__ = ["DATASETS", "DataError", "Dataset", "Field", "Key", "catalogue", "feature_names", "folder", "get", "key"]
__all__ += ["load", "samples", "samples_of"]

Key = tuple[str, Path | None, tuple[tuple[str, int, int], ...]]
"""A dataset, the folder of its files, and their names, sizes and times."""

MOST_FILES = 1000
"""Files of a folder that are looked at: those of a dataset are few."""

DATASETS = (*tables.DATASETS, *generated.DATASETS, *files.DATASETS)


def catalogue() -> tuple[Dataset, ...]:
    """Every dataset there is."""
    return DATASETS


def get(name: str | None) -> Dataset:
    """The dataset with this name; raises DataError, with a likely name if there is none."""
    known = {dataset.name: dataset for dataset in DATASETS}
    if name is None:
        raise DataError(f"No data is chosen: set data.dataset to one of {', '.join(known)}.", setting="data.dataset")
    if name in known:
        return known[name]
    raise DataError(f"There is no dataset named {name[:100]!r}; {hint(name, known)}", setting="data.dataset")


def folder(dataset: Dataset, path: str | None) -> Path:
    """Where the files of a dataset are looked for: ``path``, else a folder of its name in Layerloom's home."""
    try:
        return Path(path).expanduser() if path else home() / "data" / dataset.name
    except RuntimeError as error:  # ~somebody whom this machine does not know
        raise DataError(
            f"data.path is {str(path)[:200]!r}, and there is no such home folder.", setting="data.path"
        ) from error


def key(name: str | None, path: str | None = None) -> Key:
    """What tells the samples of a dataset from others, and from those its files held before. Raises DataError."""
    dataset = get(name)
    where = folder(dataset, path) if dataset.files else None
    return dataset.name, where, _stamp(dataset, where)


def samples(name: str, path: str | None = None) -> Samples:
    """The samples with what says how they may be split; the arrays are read-only. Raises DataError.

    The last two are kept; files that have changed since are read again.
    """
    return samples_of(key(name, path))


@lru_cache(maxsize=2)
def samples_of(which: Key) -> Samples:
    """The samples with this key. Raises DataError."""
    name, where, _ = which
    dataset = get(name)
    made: Samples = import_module(dataset.loader).load(dataset, where)
    for array in made.arrays.values():
        array.setflags(write=False)  # type: ignore[attr-defined]  # those on board give arrays
    return made


def load(name: str, path: str | None = None) -> Columns:
    """The samples: field name → array (samples, \\*shape), read-only. Raises DataError."""
    return samples(name, path).arrays


def feature_names(name: str) -> tuple[str, ...]:
    """What the values of one sample of a table are called, in order; loads the dataset. Raises DataError."""
    from engine.data.on_board import names

    return names(get(name))


def _stamp(dataset: Dataset, where: Path | None) -> tuple[tuple[str, int, int], ...]:
    """What tells whether the files of a folder have changed: their names, sizes and times."""
    if where is None:
        return ()
    try:
        inside = where / str(dataset.options.get("inside", ""))
        folders = [folder for folder in dict.fromkeys((where, inside)) if folder.is_dir()]
        paths = sorted(path for folder in folders for path in islice(folder.iterdir(), MOST_FILES) if is_file(path))
        found = [(path.name, path.stat()) for path in paths]
    except OSError as error:
        shown = printable(str(where), LONGEST_REASON)
        raise DataError(f"The folder {shown} cannot be read: {error.strerror or error}.") from error
    return tuple((name, info.st_size, info.st_mtime_ns) for name, info in found)
