"""The data a project has chosen, be they on board or its own: declared, opened, told from what they were."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path

from engine.data import datasets
from engine.data.dataset import DataError, Dataset, MissingFiles, Samples
from engine.data.sources.kinds import source_of
from engine.data.sources.source import Source
from engine.settings.data import DataConfig, SourceSettings

MOST_KEYS = 16
_KEYS: dict[int, tuple[SourceSettings, tuple[str, str, str]]] = {}
"""What tells the data of some settings from others: the same settings, which never change, are asked for often."""


def declared(config: DataConfig) -> Dataset:
    """The data in words and numbers; the disk is not touched. Raises DataError, also where none are chosen."""
    if config.source is None:
        return datasets.get(config.dataset)
    return _declared(*_key(config.source))


def opened(config: DataConfig) -> Samples:
    """The samples. Those opened last are kept, and opened again when their files have changed. Raises DataError."""
    if config.source is None:
        return datasets.samples(datasets.get(config.dataset).name, config.path)
    try:
        return _opened_files(config.source)
    except OSError as error:
        raise unreadable(config.source.path, error) from error


def others(config: DataConfig) -> Samples:
    """The samples of data that were given in place of the project's own, and are opened as those. Raises DataError."""
    assert config.source is not None, "only data of one's own can be others"
    source, path = source_of(config.source), config.source.path
    try:
        return _opened_files(config.source)
    except MissingFiles as error:
        raise DataError(
            f"There is nothing to judge the network by in {path}: it needs {source.judged_by()}. To ask it about files "
            "without answers, use Predict."
        ) from error
    except FileNotFoundError as error:
        raise DataError(f"There is no file or folder {error.filename or path}.") from error
    except NotADirectoryError as error:
        raise DataError(f"{path} is not a folder: the network needs {source.judged_by()}.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def fingerprint_of(source: SourceSettings) -> str:
    """What the data of one's own are now. Raises DataError."""
    try:
        return source_of(source).fingerprint(Path(source.path))
    except OSError as error:
        raise unreadable(source.path, error) from error


def unreadable(path: str, error: OSError) -> DataError:
    """Why the data of a project cannot be read, with what to do."""
    if isinstance(error, (FileNotFoundError, NotADirectoryError)):
        return MissingFiles(
            f"The data of this project are not at {path}: say where they are now on the Data page (Locate), or put "
            "them back.",
            setting="data.source.path",
        )
    return DataError(f"{path} cannot be read: {error.strerror or error}.", setting="data.source.path")


def _key(source: SourceSettings) -> tuple[str, str, str]:
    known = _KEYS.get(id(source))
    if known is None or known[0] is not source:
        if len(_KEYS) >= MOST_KEYS:
            _KEYS.clear()
        key = source.kind, source.path, json.dumps(source.options, sort_keys=True)
        known = _KEYS[id(source)] = source, key
    return known[1]


def _opened_files(source: SourceSettings) -> Samples:
    """Raises DataError, OSError."""
    return _opened(*_key(source), source_of(source).stamp(Path(source.path)))


def check_split(config: DataConfig) -> None:
    """Raises DataError where what is stored with own data was learnt from another training part than this one's."""
    if config.source is not None:
        _source(*_key(config.source)).check(config)


@lru_cache(maxsize=8)
def _declared(kind: str, path: str, options: str) -> Dataset:
    return _source(kind, path, options).declare(Path(path))


@lru_cache(maxsize=2)
def _opened(kind: str, path: str, options: str, stamp: str) -> Samples:
    return _source(kind, path, options).open(Path(path))


@lru_cache(maxsize=8)
def _source(kind: str, path: str, options: str) -> Source:
    return source_of(SourceSettings(kind=kind, path=path, options=json.loads(options)))
