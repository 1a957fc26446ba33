"""What a folder of images holds: where the answers are, how large the images are, and what is odd about them."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError
from engine.data.sources import listing
from engine.data.sources.found import Found, Note, Twins, several
from engine.data.sources.images import oddities
from engine.data.sources.images.columns import mask
from engine.data.sources.images.images import Images, is_image, mask_of, word_of
from engine.data.sources.images.labels import FALSE, TRUE, words
from engine.data.sources.parts import PARTS, name_parts
from engine.data.sources.tables.reading import is_table, read
from engine.files import is_file
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.watch import Watch

MOST_CLASSES: Final = 10_000
FEW_NUMBERS: Final = 20
"""Different integers up to which a column of labels is held for classes."""
SEEN_MASKS: Final = 40
NAMED: Final = 0.2
"""The share of images that a table of labels names at least."""
RARE: Final = 0.05
"""The share of names that may say nothing of a class."""
CAMERA: Final = frozenset(
    {"img", "image", "images", "dsc", "dscn", "dscf", "p", "pic", "picture", "photo", "scan", "screenshot", "frame"}
)
"""Words that cameras and programs begin names with."""
MOST_FOLDERS: Final = 200
"""Folders among which those of images and of masks are chosen."""
SIDES: Final = (28, 32, 48, 64, 96, 128, 160, 192, 224)
"""Sides that images are brought to where they differ; larger ones cost more than they show to small networks."""


def first_images(folder: Path) -> str:
    """The name of an image within the first three levels of a folder; empty where there is none. Raises OSError."""
    level = [("", str(folder))]
    for _ in range(4):
        deeper = list[tuple[str, str]]()
        for below, path in level[:20]:
            with os.scandir(path) as entries:
                for index, entry in enumerate(entries):
                    if index > 2000:
                        break
                    if entry.name.startswith("."):
                        continue
                    if is_image(entry.name) and is_file(Path(entry.path)):
                        return below + entry.name
                    if entry.is_dir() and os.access(entry.path, os.R_OK | os.X_OK):
                        deeper.append((f"{below}{entry.name}/", entry.path))
        level = sorted(deeper)
    return ""


def look(path: Path, wishes: Images | None, watch: Watch) -> Found:
    """See `Source.look`."""
    if not path.is_dir():
        raise DataError(f"{path} is one file: choose the folder with the images.", setting="data.source.path")
    left = list[listing.LeftOut]()
    entries = listing.listed(path, watch, left)
    names = [entry.name for entry in entries if is_image(entry.name)]
    if not names:
        raise DataError(f"There are no images below {path}.", setting="data.source.path")
    known = {entry.name for entry in entries}
    wished = {} if wishes is None else {name: getattr(wishes, name) for name in wishes.model_fields_set}
    options, reasons = _answers(path, names, known, wished)
    options |= {name: value for name, value in wished.items() if name in LAYOUT}
    source = Images.model_validate(options)
    reason, more = _goal(path, source, names, known)
    reasons |= reason
    options |= more | wished
    source = Images.model_validate(options)
    odd = oddities.of(path, source, entries, watch)
    options |= {"size": odd.size, "grey": odd.grey, "skip": tuple(odd.broken)} | wished
    source = Images.model_validate(options)
    samples = source.open(path)
    counts = _counts(source, samples.arrays)
    options["samples"] = len(samples.arrays["image"])
    source = Images.model_validate(options)
    reasons |= odd.reasons
    settings = SourceSettings(
        kind=Images.kind,
        path=str(path),
        options=source.model_dump(exclude_defaults=True) | {"samples": source.samples},
        fingerprint=listing.fingerprint(entries),
    )
    notes = (
        *odd.notes,
        *oddities.of_listing(left),
        *oddities.of_classes(source, counts),
        *_unanswered(source, names, known, samples),
    )
    order = [str(name) for name in samples.arrays["image"].names]  # type: ignore[attr-defined]
    positions = {name: index for index, name in enumerate(order)}
    twins = tuple(
        Twins(code, words, tuple(tuple(positions[name] for name in group if name in positions) for group in groups))
        for code, words, groups in odd.twins
    )
    return Found(settings, source.declare(path), reasons, counts, notes, twins, order)


LAYOUT: Final = (
    *("answers", "parts", "together", "split_column", "split_by"),
    *("table", "file_column", "label_columns", "images_in", "masks_in", "task"),
)
"""Options that say where the answers are; all others depend on them."""


def _answers(
    path: Path, names: list[str], known: set[str], wished: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Where the answers are, and why; where the user has said where, they are sought there alone."""
    wanted, unread = wished.get("answers"), list[DataError]()
    pair = _mask_folders(names, known) if wanted in (None, "masks") else None
    chosen = wished.get("images_in"), wished.get("masks_in")
    if wanted == "masks" and any(chosen):
        pair = _chosen_folders(path, names, known, *chosen)
    if pair is not None:
        images, masks = pair
        reason = f"Most images in {images or 'the folder'} have one of the same name in {masks}."
        return {"answers": "masks", "images_in": images, "masks_in": masks}, {"answers": reason}
    beside = known if wished.get("table") is None else known & {wished["table"]}
    if wanted in (None, "table") and (table := _label_table(path, names, beside, wished.get("file_column"), unread)):
        return table
    if wanted == "table" and unread:
        raise unread[0]
    if wanted in ("masks", "table"):
        what = "mask of the same name for most" if wanted == "masks" else "table with a column that names the"
        raise DataError(f"{path} holds no {what} images.", setting="data.source.options.answers")
    tops = {name.partition("/")[0].lower() for name in names}
    parts = len(tops) > 1 and tops <= set(PARTS)
    found: dict[str, Any] = {"answers": "folders", "parts": parts}
    reasons = {"parts": f"The folders are named {', '.join(sorted(tops))}."} if parts else {}
    classes = sorted({Images.model_validate(found).class_of(name) for name in names} - {""}, key=_natural)
    if wanted == "names" or (wanted is None and len(classes) < 2):
        if by_name := _named_classes(names):
            said = f"The names of the images begin with {len(by_name)} words, such as {' and '.join(by_name[:2])}."
            return {"answers": "names", "parts": parts}, reasons | {"answers": said}
        if wanted == "names":
            raise DataError(
                f"The names of the images in {path} do not say what they show: a word and a number are expected, as in "
                "cat.12.jpg.",
                setting="data.source.options.answers",
            )
    if len(classes) < 2 and unread:
        raise unread[0]
    if len(classes) < 2:
        raise DataError(
            f"{path} holds images, but nothing says what they show: put the images of each class into a folder of its "
            "name, or a table (CSV) with the columns file and label beside them.",
            setting="data.source.path",
        )
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"{path} holds {len(classes):,} folders; a folder for each class is expected, {MOST_CLASSES:,} at most.",
            setting="data.source.path",
        )
    return found, reasons | {"answers": f"The images are in {len(classes)} folders, each one class."}


def _named_classes(names: list[str]) -> list[str]:
    """The words that the names of nearly all images begin with: at least two, each with several images."""
    counts = Counter(word_of(name) for name in names)
    nameless = counts.pop("", 0)
    few = sum(count == 1 for count in counts.values())
    if not counts or nameless + few > RARE * len(names) or CAMERA & {word.lower() for word in counts}:
        return []
    return sorted(counts, key=_natural) if 2 <= len(counts) <= len(names) // 2 else []


def _chosen_folders(
    path: Path, names: list[str], known: set[str], images: str | None, masks: str | None
) -> tuple[str, str]:
    """The folders of images and masks, where the user has named one of them or both. Raises DataError."""
    every = folders(names)[:MOST_FOLDERS]
    if masks is None:
        pairs = [(images or "", other) for other in every if other != images]
    else:
        pairs = [(one, masks) for one in (every if images is None else (images,)) if one != masks]
    counted = [(len(_paired(names, known, *pair)), pair) for pair in pairs]
    best = max(counted, default=(0, ("", "")))
    if not best[0]:
        where = " and ".join(repr(name) for name in (images, masks) if name)
        raise DataError(
            f"No image of {path} has a mask of its name with the folders {where}.",
            setting="data.source.options.masks_in",
        )
    return best[1]


def folders(names: Iterable[str]) -> tuple[str, ...]:
    """The folders with images, by name."""
    return tuple(sorted({name.rpartition("/")[0] for name in names} - {""}))


def _paired(names: list[str], known: set[str], images: str, masks: str) -> list[str]:
    """The images that have a mask."""
    inside = f"{images}/" if images else ""
    chosen = [name for name in names if name.startswith(inside) and not name.startswith(f"{masks}/")]
    return [name for name in chosen if mask_of(name, images, masks, known) is not None]


def _mask_folders(names: list[str], known: set[str]) -> tuple[str, str] | None:
    """(folder of images, folder of masks), where there are two with the same names."""
    tops = Counter(name.partition("/")[0] for name in names if "/" in name)
    hints = [top for top in tops if any(word in top.lower() for word in ("mask", "label", "annot", "segment", "gt"))]
    for masks in sorted(hints):
        for images in [top for top in tops if top != masks]:
            inside = [name for name in names if name.startswith(f"{images}/")]
            paired = sum(mask_of(name, images, masks, known) is not None for name in inside)
            if inside and paired * 2 > len(inside):
                return images, masks
    return None


def _label_table(
    path: Path, names: list[str], known: set[str], file: str | None, unread: list[DataError]
) -> tuple[dict[str, Any], dict[str, str]] | None:
    """A table beside the images one of whose columns names them: that of ``file``, or the best one.

    Why a table cannot be read goes to ``unread``: it may have nothing to do with the images.
    """
    keys = {key for name in names for key in (name, PurePosixPath(name).name, PurePosixPath(name).stem)}
    for name in sorted(known):
        if not is_table(path / name) or name.count("/") > 1:
            continue
        try:
            table = read(path / name)
        except DataError as error:
            unread.append(error)
            continue
        best, share = "", 0.5 if file is None else 0.0
        for column in (one for one in table.columns if file in (None, str(one))):
            cells = table[column].dropna().astype(str).str.strip().str.replace("\\", "/")
            if file is None and cells.nunique() < NAMED * len(names):
                continue
            cells = cells.head(2000)
            hits = cells.isin(keys).mean() if len(cells) else 0.0
            if hits > share:
                best, share = str(column), float(hits)
        if best:
            others = tuple(str(column) for column in table.columns if column != best)
            named = next((one for one in others if name_parts(table[one].dropna().astype(str).unique())), None)
            labels = tuple(_label_columns(table, tuple(one for one in others if one != named)))
            if labels:
                found = {"answers": "table", "table": name, "file_column": best, "label_columns": labels}
                reasons = {"file_column": f"It names {100 * share:.3g} % of the images."}
                if named is not None:
                    found |= {"split_column": named, "split_by": "part"}
                    reasons["split"] = f"The column {named!r} names the parts of a split."
                return found, reasons | {"answers": f"The column {best!r} of {name} names the images."}
    return None


def _label_columns(table: pd.DataFrame, others: tuple[str, ...]) -> list[str]:
    """The columns that say what an image shows: the one that is named so, all of zeros and ones, else the first."""
    usual = ("label", "labels", "class", "classes", "target", "category", "tags", "y")
    named = [name for name in others if name.lower() in usual]
    if named:
        return named[:1]
    flags = [name for name in others if _flags(table, name)]
    return flags if len(flags) > 1 else list(others[:1])


def _flags(table: pd.DataFrame, name: str) -> bool:
    return set(table[name].dropna().astype(str).str.strip().str.lower()) <= TRUE | FALSE


def _goal(path: Path, source: Images, names: list[str], known: set[str]) -> tuple[dict[str, str], dict[str, Any]]:
    """What is to be learned: classes, several at once, numbers, or the class of each pixel."""
    if source.answers in ("folders", "names"):
        classes = sorted({source.class_of(name) for name in names} - {""}, key=_natural)
        return {}, {"classes": tuple(classes)}
    if source.answers == "masks":
        values = _mask_values(path, source, names, known)
        reason = f"The masks have the values {', '.join(map(str, values[:12]))}."
        titles = tuple("ground" if not index and not value else f"value {value}" for index, value in enumerate(values))
        return {"mask_values": reason}, {"mask_values": values, "classes": titles}
    table = read(path / (source.table or ""))
    columns = source.label_columns
    if "task" not in source.model_fields_set:
        task, reason = _task(table, columns)
    else:
        task, reason = source.task, ""
    if task == "numbers" or (task == "several" and len(columns) > 1):
        return {"task": reason}, {"task": task, "classes": columns}
    cells = table[columns[0]].dropna().astype(str).str.strip()
    found = {word for cell in cells for word in words(cell)} if task == "several" else set(cells)
    if len(found) > MOST_CLASSES:
        raise DataError(
            f"The column {columns[0]!r} of {source.table} has {len(found):,} different values: choose one with "
            "classes.",
            setting="data.source.options.label_columns",
        )
    return {"task": reason}, {"task": task, "classes": tuple(sorted(found, key=_natural))}


def _task(table: pd.DataFrame, columns: tuple[str, ...]) -> tuple[str, str]:
    import pandas as pd

    if len(columns) > 1 and all(_flags(table, name) for name in columns):
        return "several", f"The columns {', '.join(columns[:6])} say yes or no."
    cells = table[columns[0]].dropna().astype(str).str.strip()
    numbers = pd.to_numeric(cells, errors="coerce")
    if numbers.notna().all():
        whole = bool((numbers % 1 == 0).all())
        if len(columns) > 1 or not whole or numbers.nunique() > FEW_NUMBERS:
            return "numbers", f"The column {columns[0]!r} holds numbers."
    elif (cells.map(lambda cell: len(words(cell)) > 1)).mean() > 0.05 and len(
        {w for c in cells for w in words(c)}
    ) < 500:
        return "several", f"The column {columns[0]!r} names several at once."
    return "classes", f"The column {columns[0]!r} names {cells.nunique()} classes."


def _mask_values(path: Path, source: Images, names: list[str], known: set[str]) -> tuple[int, ...]:
    """The values of the pixels of some masks."""
    import numpy as np

    there = np.zeros(256, bool)
    inside = [name for name in names if name.startswith(f"{source.images_in}/" if source.images_in else "")]
    seen = 0
    for name in inside[:: max(1, len(inside) // SEEN_MASKS)]:
        partner = mask_of(name, source.images_in, source.masks_in, known)
        if partner is None or partner == name:
            continue
        try:
            there[np.unique(mask(path / partner, None, "stretch", 0))] = True
        except DataError:  # listed among what is damaged
            continue
        seen += 1
    values = tuple(np.flatnonzero(there).tolist())
    if not 2 <= len(values) <= 64:
        raise DataError(
            f"The masks in {path / source.masks_in} have {len(values)} different values in {seen} images; 2 to 64 are "
            "expected, one for each class. (JPEG masks are blurred by their compression: store them as PNG.)",
            setting="data.source.options.mask_values",
        )
    return values


def _counts(source: Images, columns: Mapping[str, Any]) -> dict[str, int]:
    """How many images of each class."""
    import numpy as np

    if source.answers == "masks" or source.task == "numbers":
        return {}
    labels = columns["label"]
    counts = labels.sum(0) if source.task == "several" else np.bincount(labels, minlength=len(source.classes))
    return {name: int(count) for name, count in zip(source.classes, counts, strict=True)}


def _unanswered(source: Images, names: list[str], known: set[str], samples: Any) -> list[Note]:
    """Images that nothing is said about."""
    there = set(samples.arrays["image"].names)
    inside = source._images(known)
    lost = [name for name in inside if name not in there and name not in set(source.skip)]
    if not lost:
        return []
    why = {
        "folders": ("is in no folder of a class", "are in no folder of a class"),
        "table": ("is not in the table", "are not in the table"),
        "masks": ("has no mask", "have no mask"),
        "names": ("has a name that says nothing of a class", "have names that say nothing of a class"),
    }
    one, many = why[source.answers]
    message = several(len(lost), f"image {one} and is left out.", f"images {many} and are left out.")
    return [Note("no-answer", message, tuple(lost[:20]), "warning", len(lost))]


def _natural(name: str) -> tuple[tuple[int, str], ...]:
    """Names in the order people count in: 2 before 10."""
    parts, number, result = name.lower(), "", list[tuple[int, str]]()
    text = ""
    for sign in [*parts, ""]:
        if sign.isdecimal() and sign.isascii():
            number += sign
            continue
        if number:
            result += [(-1, text), (int(number[:18]), "")] if text else [(int(number[:18]), "")]
            text, number = "", ""
        text += sign
    return (*result, (2**62, text)) if text else tuple(result)
