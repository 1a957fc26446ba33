"""The answers to samples that a run has stored, read with suspicion."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from engine import own_files
from engine.training.history import Table
from engine.training.sample_table import SampleTable
from engine.training.series import PREDICTIONS, Series

FILE: Final = "predictions.json"
LARGEST_FILE: Final = 8 * 2**20


class _Stored(BaseModel):
    """One table in the file."""

    model_config = ConfigDict(strict=True)

    step: int
    epoch: int
    values: SampleTable


def is_predictions(name: str) -> bool:
    """Whether a table of a History holds answers to samples."""
    return Series.parse(name).metric == PREDICTIONS


def read_predictions(run: Path) -> dict[str, Table]:
    """The tables in the folder of a run; those that are not as they should be are left out, they are a by-product."""
    try:
        content = json.loads(own_files.read_whole(run, FILE, LARGEST_FILE))
    except (OSError, ValueError, RecursionError):
        return {}
    found = {}
    for name, item in content.items() if isinstance(content, dict) else ():
        try:
            stored = _Stored.model_validate(item)
        except ValidationError:
            continue
        if is_predictions(name):
            found[name] = Table(stored.step, stored.epoch, stored.values)
    return found


def predictions_text(tables: dict[str, Table]) -> bytes:
    """The file for the tables with answers among these."""
    entries = {
        name: {"step": table.step, "epoch": table.epoch, "values": table.values.model_dump(exclude_unset=True)}
        for name, table in tables.items()
        if isinstance(table.values, SampleTable)
    }
    return json.dumps(entries, ensure_ascii=False, separators=(",", ":")).encode()
