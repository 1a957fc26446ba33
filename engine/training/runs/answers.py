"""The answers to samples that a run has stored, read with suspicion."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from engine.training.evaluation.ranking import OTHERS, WORST
from engine.training.history import Table
from engine.training.series import PREDICTIONS, Series

FILE: Final = "predictions.json"
SAMPLES: Final = WORST + OTHERS
MOST_CELLS: Final = 96
CELL_VALUES: Final = 60_000
"""Samples that are kept for the cells of a confusion matrix, and values of their inputs altogether."""
LARGEST_FILE: Final = 8 * 2**20


def is_predictions(name: str) -> bool:
    """Whether a table of a History holds answers to samples."""
    return Series.parse(name).metric == PREDICTIONS


def read_predictions(run: Path) -> dict[str, Table]:
    """The tables in the folder of a run; those that are not as they should be are left out, they are a by-product."""
    path = run / FILE
    if not path.is_file() or path.stat().st_size > LARGEST_FILE:
        return {}
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return {}
    if not isinstance(content, dict):
        return {}
    return {
        name: Table(item["step"], item["epoch"], item["values"])
        for name, item in content.items()
        if is_predictions(name) and isinstance(item, dict) and _sound(item)
    }


def _sound(item: Mapping[str, Any]) -> bool:
    """Whether a table has the form that `look` gives."""
    values = item.get("values")
    if type(item.get("step")) is not int or type(item.get("epoch")) is not int or not isinstance(values, dict):
        return False
    shown, samples = values.get("input"), values.get("samples")
    words = [values.get("head"), values.get("task")]
    if not all(isinstance(word, str) for word in words) or not isinstance(shown, dict) or not _texts(values, "names"):
        return False
    if not _texts(shown, "names") or not _sizes(shown.get("shape")) or not isinstance(samples, list):
        return False
    # runs of former versions do not say these
    if not _sizes(values.get("shape", [])) or not isinstance(values.get("ignored"), int | None):
        return False
    counts = [values.get(key) for key in ("part", "seen", "wrong", "worst", "listed")]
    if not all(item is None or (type(item) is int and item >= 0) for item in counts):
        return False
    if not isinstance(values.get("hits"), float | int | None) or isinstance(values.get("hits"), bool):
        return False
    return len(samples) <= SAMPLES + MOST_CELLS and all(map(_sound_sample, samples))


def _sound_sample(sample: Any) -> bool:
    if not isinstance(sample, dict) or type(sample.get("place")) is not int:
        return False
    lists = [sample.get("target"), sample.get("answer")]
    if sample.get("input") is not None:
        lists.append(sample["input"])
    pairs = sample.get("likeliest", [])
    numbers = (sample.get("sure"), sample.get("error"), sample.get("hits"))
    return (
        all(_numbers(item) for item in lists)
        and (sample.get("right") is None or isinstance(sample["right"], bool))
        and all(item is None or type(item) in (int, float) for item in numbers)
        and isinstance(pairs, list)
        and all(_numbers(pair) and len(pair) == 2 for pair in pairs)
    )


def _texts(values: Mapping[str, Any], key: str) -> bool:
    return isinstance(values.get(key), list) and all(isinstance(item, str) for item in values[key])


def _sizes(values: Any) -> bool:
    return isinstance(values, list) and all(type(item) is int and item >= 0 for item in values)


def _numbers(values: Any) -> bool:
    return isinstance(values, list) and all(type(item) in (int, float) for item in values)
