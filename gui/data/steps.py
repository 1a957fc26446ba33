"""Steps in the data settings, transforms and variations: which there are, on what fields, and taken elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from engine.data.dataset import Dataset, Field
from engine.data.framing import masks_of
from engine.settings.augmentation import VARIATIONS, Variation
from engine.settings.transforms import FRAMED, TRANSFORMS, Fill, Framed, Standardise
from gui.document import Document
from gui.forms.sections import raw

Items = list[dict[str, object]]
Path = tuple[str, str]
TRANSFORMED: Final[Path] = ("data", "transforms")
VARIED: Final[Path] = ("data", "augmentation")
KINDS: Final[Mapping[Path, Mapping[str, type[Framed | Standardise | Fill | Variation]]]] = {
    TRANSFORMED: TRANSFORMS,
    VARIED: VARIATIONS,
}
SMALL: Final = (16, 16)
"""Height and width that images are first resized to."""


def items(document: Document, path: Path) -> Items:
    """The steps as they are set; what is none is left out."""
    value = raw(document, path)
    found = value if isinstance(value, (list, tuple)) else ()
    return [dict(item) for item in found if isinstance(item, Mapping) and item.get("name") in KINDS[path]]


def fields_for(name: str, dataset: Dataset | None) -> list[str]:
    """The fields a step can work on."""
    fields = dataset.fields.items() if dataset else ()
    axes = (VARIATIONS[name] if name in VARIATIONS else TRANSFORMS[name]).axes
    roles = ("input",) if name in VARIATIONS else ("input", "target")
    return [key for key, f in fields if f.dtype == "float32" and axes in (None, len(f.shape)) and f.role in roles]


def first_values(name: str, field: str, now: Mapping[str, Field]) -> dict[str, object]:
    """A new step of a kind, before anything is typed; ``now`` are the fields after the transforms there are."""
    item: dict[str, object] = {"name": name, "field": field}
    shape = now[field].shape if field in now else ()
    size = (shape[1], shape[2]) if len(shape) == 3 else SMALL
    if name == "shortest_side":
        return {**item, "side": min(size)}
    if name in FRAMED:
        item["size"] = SMALL if name == "resize" else size
    if name == "resize" and len(shape) == 3 and masks_of(field, now):
        item["masks"] = True
    return item


def unread(item: Mapping[str, object], fields: Mapping[str, Field]) -> set[str]:
    """The values of a step that change nothing as the others are: they need not be shown."""
    if item.get("name") == "colour":
        shape = fields[str(item["field"])].shape if item.get("field") in fields else ()
        return {"saturation", "hue"} if len(shape) == 3 and shape[0] != 3 else set()
    if item.get("name") != "resize":
        return set()
    masked = any(field.role == "target" and field.classes and len(field.shape) == 2 for field in fields.values())
    return {name for name, read in (("fill", item.get("fit") == "pad"), ("masks", masked)) if not read}


def carried(now: Items, dataset: Dataset, before: Dataset | None) -> tuple[Items, Items]:
    """The steps that go along to another data set, as they would be there, and those that have nothing to work on."""
    kept, lost = Items(), Items()
    for item in now:
        there = fitting(item, dataset, before)
        kept.append(there) if there is not None else lost.append(item)
    return kept, lost


def fitting(item: Mapping[str, object], dataset: Dataset, before: Dataset | None = None) -> dict[str, object] | None:
    """A step for another data set: on the field of that name, else on the one most like it; None: there is none.

    What worked on an input of ``before`` goes to an input, rather to one with as many axes.
    """
    fields, field = fields_for(str(item["name"]), dataset), str(item.get("field"))
    old = before.fields.get(field) if before is not None else None
    if old is not None:
        fields = [key for key in fields if dataset.fields[key].role == old.role]
        alike = [key for key in fields if len(dataset.fields[key].shape) == len(old.shape)]
        fields = alike + [key for key in fields if key not in alike]
    if not fields:
        return None
    return {**item, "field": field if field in fields else fields[0]}


def names(some: Sequence[Mapping[str, object]]) -> str:
    """``resize and standardise``"""
    return " and ".join(dict.fromkeys(str(item["name"]) for item in some))
