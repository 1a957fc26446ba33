"""What a file of arrays holds: which may be given, which is to be predicted, and what is odd about them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.data.sources.arrays.arrays import ArrayColumn, Arrays, ArraySettings
from engine.data.sources.arrays.joining import Joined, families
from engine.data.sources.arrays.reading import SUFFIXES, read
from engine.data.sources.found import Found, Note, Twins, same_marks, several
from engine.data.sources.images.oddities import few_and_uneven
from engine.files import is_file
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column
    from engine.data.watch import Watch

TARGETS: Final = ("y", "label", "labels", "target", "targets", "class", "classes", "answer", "mask", "masks", "t")
MOST_CLASSES: Final = 1000
CHECKED: Final = 100_000
"""Values of a sample set in which classes are looked for and numbers checked, taken evenly over the samples."""
MOST_COMPARED: Final = 2**30
"""Bytes of arrays up to which samples are compared."""
PIECE: Final = 1000
SMALLEST: Final = 8
"""The side of an image from which on bytes of two axes are one."""
CHANNELS: Final = (1, 3, 4)


def look(path: Path, wishes: Arrays | None, watch: Watch) -> Found:
    """See `Source.look`."""
    if not is_file(path) or path.suffix.lower() not in SUFFIXES:
        raise DataError(f"{path} is not a file of arrays (.npy, .npz, .safetensors).", setting="data.source.path")
    watch.at(0.0, "Reading the arrays")
    stored: dict[str, Column] = {name: array for name, array in read(path).items() if array.ndim and len(array)}
    joined = families(stored)  # type: ignore[arg-type]
    if joined:
        apart = {name for names in joined.values() for name in names}
        left = {name: array for name, array in stored.items() if name not in apart}
        stored = {base: Joined([stored[name] for name in names if name]) for base, names in joined.items()} | left
    if not stored:
        raise DataError(f"{path} holds no array with samples.", setting="data.source.path")
    wanted = {one.name: one for one in wishes.fields} if wishes is not None else {}
    count = max(map(len, stored.values()), key=lambda size: sum(len(array) == size for array in stored.values()))
    rows = {name: array for name, array in stored.items() if len(array) == count}
    target = next((name for name, one in wanted.items() if one.role == "target"), None) or _target(rows)
    fields, reasons = list[ArraySettings](), dict[str, str]()
    for name, array in stored.items():
        role = "ignored" if name not in rows else "target" if name == target else "input"
        if name in wanted and "role" in wanted[name].model_fields_set:
            role = wanted[name].role
        one, why = _field(name, array, role)
        one = one.model_copy(update=_bounds(one, array))
        if name in joined:
            one = one.model_copy(update={"parts": joined[name]})
            why = f"{why[:-1]}, from {', '.join(part for part in joined[name] if part)}."
        if name in wanted:
            one = one.model_copy(update={key: getattr(wanted[name], key) for key in wanted[name].model_fields_set})
        fields.append(one)
        reasons[f"fields.{name}"] = why
    if not any(one.role == "input" for one in fields) or not any(one.role == "target" for one in fields):
        raise DataError(
            f"{path} holds {', '.join(list(stored)[:6])}: one array to learn from and one to be predicted, with as "
            "many samples, are needed (such as x and y of an .npz file).",
            setting="data.source.options.fields",
        )
    source = Arrays(fields=tuple(fields), samples=count)
    notes, classes = _odd(path, source, rows)
    settings = SourceSettings(
        kind=Arrays.kind,
        path=str(path),
        options=source.model_dump(exclude_defaults=True) | {"samples": count},
        fingerprint=source.fingerprint(path),
    )
    source.open(path)
    twins = _twins(source, rows)
    if many := sum(len(group) - 1 for group in twins.groups):
        message = f"{several(many, 'sample is', 'samples are')} there more than once."
        notes = (*notes, Note("duplicates", message, (), "warning", many))
    return Found(settings, source.declare(path), reasons, classes, notes, (twins,))


def _twins(source: Arrays, rows: Mapping[str, Column]) -> Twins:
    """Samples whose inputs are the same to the byte; of arrays that are too large none are looked for."""
    import numpy as np

    inputs = [rows[one.name] for one in source.fields if one.role == "input" and one.name in rows]
    size = sum(prod(array.shape) * array.dtype.itemsize for array in inputs)
    if size > MOST_COMPARED:
        return Twins("duplicates", "the same values", ())
    marks = np.zeros(source.samples, np.uint64)
    for array in inputs:
        for first in range(0, len(array), PIECE):
            piece = np.ascontiguousarray(array[first : first + PIECE])
            for row, sample in enumerate(piece.reshape(len(piece), -1)):
                digest = hashlib.blake2b(sample.tobytes(), digest_size=8, key=int(marks[first + row]).to_bytes(8))
                marks[first + row] = int.from_bytes(digest.digest())
    return Twins("duplicates", "the same values", same_marks(marks))


def _target(rows: Mapping[str, Column]) -> str | None:
    """The array that is to be predicted: the one that is named so, else the last one with one number a sample."""
    lower = {name.lower(): name for name in rows}
    for word in TARGETS:
        for name in lower:
            if name == word or name.endswith(f"_{word}") or name.startswith(f"{word}_"):
                return lower[name]
    single = [name for name, array in rows.items() if prod(array.shape[1:]) == 1]
    return single[-1] if single and len(rows) > 1 else None


def _field(name: str, array: Column, role: Any) -> tuple[ArraySettings, str]:
    shape = array.shape[1:]
    whole = array.dtype.kind in "iub"
    if array.dtype.kind == "U":
        names = tuple(sorted(set(array[:].reshape(-1).tolist())))
        if role != "target" or len(names) > MOST_CLASSES:
            return ArraySettings(name=name, role="ignored", shape=shape), f"It holds {len(names):,} different names."
        return ArraySettings(name=name, role=role, shape=shape, classes=names), f"It names {len(names):,} classes."
    said = f"{array.dtype} of {' × '.join(map(str, array.shape))}"
    if role == "target" and len(shape) == 1 and 1 < shape[0] <= MOST_CLASSES and _one_hot(_some(array)):
        names = tuple(map(str, range(shape[0])))
        settled = ArraySettings(name=name, role=role, classes=names, one_hot=True)
        return settled, f"{said}: a row of 0 and a single 1 for each of {shape[0]} classes."
    if role == "target" and not whole and len(shape) == 1 and shape[0] > 1 and _yes_or_no(_some(array)):
        return ArraySettings(name=name, role=role, shape=shape, several=True), f"{said}: each 1 holds or not by itself."
    if role == "target" and whole:
        some = _some(array)
        low, high = int(some.min()), int(some.max())
        if low >= 0 and high < MOST_CLASSES:
            names = tuple(map(str, range(high + 1)))
            return ArraySettings(name=name, role=role, shape=shape, classes=names), f"{said}: classes 0 to {high}."
    if role == "input" and array.dtype.kind == "u" and len(shape) == 2 and min(shape) >= SMALLEST:
        return ArraySettings(name=name, role=role, shape=(1, *shape)), f"{said}: images of one channel."
    last = len(shape) == 3 and shape[-1] in CHANNELS and shape[0] not in CHANNELS
    if last:
        shape = (shape[-1], *shape[:-1])
    flat = (1,) if not shape and role == "target" else shape
    return ArraySettings(name=name, role=role, shape=flat or shape, channels_last=last), f"{said}."


def _bounds(one: ArraySettings, array: Column) -> dict[str, float]:
    """The least and the greatest number of an array of numbers, of many samples those taken evenly."""
    import numpy as np

    if one.classes or one.role not in ("input", "target") or array.dtype.kind not in "iuf":
        return {}
    some = np.asarray(array[:: _step(array)], np.float64)
    some = some[np.isfinite(some)]
    return {"least": float(some.min()), "greatest": float(some.max())} if some.size else {}


def _step(array: Column) -> int:
    """Every how many samples one is taken, so that `CHECKED` values are looked at."""
    size = max(1, prod(array.shape[1:]))
    return max(1, len(array) * size // CHECKED // size)


def _one_hot(rows: Array) -> bool:
    """Whether each row is 0 but for a single 1."""
    return bool(((rows == 0) | (rows == 1)).all() and (rows.sum(-1) == 1).all())


def _yes_or_no(rows: Array) -> bool:
    """Whether there is nothing but 0 and 1."""
    return bool(((rows == 0) | (rows == 1)).all())


def _some(array: Column) -> Array:
    """Values over all samples, some of them where there are many. (Targets are looked at whole.)"""
    import numpy as np

    return np.asarray(array[:])


def _odd(path: Path, source: Arrays, rows: Mapping[str, Column]) -> tuple[tuple[Note, ...], dict[str, int]]:
    import numpy as np

    notes, classes = list[Note](), dict[str, int]()
    for one in source.fields:
        if one.role == "ignored":
            notes.append(Note("ignored", f"{one.name!r} is not used.", (one.name,), "hint", 1))
            continue
        array = rows[one.name]
        if one.classes and not one.shape:
            labels = ArrayColumn(path, one, array)[:]
            counts = np.bincount(labels.reshape(-1), minlength=len(one.classes))
            classes = {name: int(count) for name, count in zip(one.classes, counts, strict=True)}
            notes += few_and_uneven(classes, "samples")
        elif array.dtype.kind == "f":
            bad = int(np.count_nonzero(~np.isfinite(array[:: _step(array)])))
            if bad:
                message = f"{one.name!r} holds {bad:,} values that are not numbers (NaN, infinite)."
                notes.append(Note("not-numbers", message, (one.name,), "error", bad))
    return tuple(notes), classes
