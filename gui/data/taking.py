"""What it would mean to use another data set: which transforms go along, which are left out, and what it had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.data.dataset import DataError, Dataset, Field
from engine.data.datasets import catalogue
from engine.data.framing import masks_of
from engine.data.origin import declared
from engine.data.sources.found import Found
from engine.edits import MISSING, Edit, SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.settings.data import DataConfig, SourceSettings
from engine.settings.resolution import SettingFault, resolve_settings
from engine.settings.transforms import FRAMED, TRANSFORMS
from gui.document import Document
from gui.forms.sections import compound, raw

PATH = ("data", "transforms")
SMALL = (16, 16)
"""Height and width that images are first resized to."""

Items = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Taking:
    """A data set with the transforms and the folder it would come with; ``said`` tells what becomes of the others.

    ``found`` is there for data of the user's own.
    """

    dataset: Dataset
    transforms: Items
    path: str | None
    said: str = ""
    found: Found | None = None

    def settings(self, document: Document) -> dict[str, object]:
        """The data section as it would be."""
        now = raw(document, ("data",))
        kept = {key: value for key, value in now.items() if key not in ENTRIES} if isinstance(now, Mapping) else {}
        new: dict[str, object] = {"path": self.path, "transforms": self.transforms}
        if self.found is None:
            new["dataset"] = self.dataset.name
        else:
            new["source"] = literal(self.found.settings.model_dump(exclude_defaults=True))
        return {**kept, **{key: value for key, value in new.items() if value}}

    def edit(self, document: Document) -> Edit:
        """What makes the project use it, as one step."""
        wanted, edits = self.settings(document), list[Edit]()
        for key in ENTRIES:
            value = wanted.get(key, MISSING)
            if value != raw(document, ("data", key)):
                edits.append(SetSetting(("data", key), value))
        return compound(edits, self.title)

    @property
    def title(self) -> str:
        """What the step is called."""
        return f"Use {self.dataset.title}"


ENTRIES = ("dataset", "source", "path", "transforms")
"""What belongs to a data set; split and batches are the project's whatever it learns from."""


class Remembered:
    """What each data set had when it was in use last, as long as the project is open."""

    def __init__(self) -> None:
        self._had: dict[tuple[str, str], Items] = {}
        self._paths: dict[str, str | None] = {}

    def forget(self) -> None:
        """Another project: nothing is known yet."""
        self._had.clear()
        self._paths.clear()

    def note(self, document: Document) -> None:
        """Keep what the data set in use has now."""
        dataset = in_use(document)
        if dataset is not None:
            path = raw(document, ("data", "path"))
            self._had[_key(dataset)] = items(document)
            self._paths[dataset.name] = path if isinstance(path, str) and path else None

    def note_path(self, dataset: Dataset, path: str | None) -> None:
        """The folder in which the files of a data set that is not in use are to be looked for."""
        self._paths[dataset.name] = path

    def taking(self, document: Document, dataset: Dataset) -> Taking:
        """What using a data set would mean now: it gets back what it had, else what it can take over."""
        before, path = in_use(document), self._paths.get(dataset.name)
        now = items(document)
        if _key(dataset) in self._had:
            had = self._had[_key(dataset)]
            again = [item for item in had if item not in now]
            said = f"It gets back what it had: {_names(had)}." if again else ""
            return Taking(dataset, had, path, said)
        carried, lost = list[dict[str, object]](), list[dict[str, object]]()
        for item in now:
            kept = fitting(item, dataset, before)
            carried.append(kept) if kept is not None else lost.append(item)
        said = ""
        if lost:
            many = len(lost) > 1
            back = f", and {'come' if many else 'comes'} back with {before.title}" if before is not None else ""
            said = (
                f"It has nothing that {_names(lost)} could work on: {'they are' if many else 'that is'} left out{back}."
            )
        return Taking(dataset, carried, path, said)

    def taking_found(self, document: Document, found: Found) -> Taking:
        """The same for data of the user's own: they get back what they had, else what is proposed for them."""
        had = self._had.get(_key(found.dataset))
        fits = had is not None and all(
            item.get("field") in fields_for(str(item["name"]), found.dataset) for item in had
        )
        proposed = [dict(item) for item in found.transforms]
        transforms = had if fits and had is not None else proposed
        said = f"They get back what they had: {_names(transforms)}." if transforms and transforms != proposed else ""
        return Taking(found.dataset, transforms, None, said, found)


def in_use(document: Document) -> Dataset | None:
    """The data of the project, on board or its own, where it has some that there are."""
    source = source_in(document)
    if source is not None:
        try:
            return declared(DataConfig(source=source))
        except DataError:
            return None
    name = raw(document, ("data", "dataset"))
    return next((dataset for dataset in catalogue() if dataset.name == name), None)


def source_in(document: Document) -> SourceSettings | None:
    """The data of one's own that a project learns from, as far as its settings can be read."""
    alone = Graph()
    alone.settings["data"] = document.project.settings.get("data", {})
    settings = resolve_settings(alone)
    return None if isinstance(settings, SettingFault) else settings[0].source


def _key(dataset: Dataset) -> tuple[str, str]:
    """What tells a data set from all others: of one's own also where it is."""
    return dataset.name, dataset.source


def items(document: Document) -> Items:
    """The transforms as they are set; what is no transform is left out."""
    value = raw(document, PATH)
    found = value if isinstance(value, (list, tuple)) else ()
    return [dict(item) for item in found if isinstance(item, Mapping) and item.get("name") in TRANSFORMS]


def fields_for(name: str, dataset: Dataset | None) -> list[str]:
    """The fields a transform can work on."""
    fields = dataset.fields.items() if dataset else ()
    axes = TRANSFORMS[name].axes
    return [key for key, f in fields if f.dtype == "float32" and axes in (None, len(f.shape))]


def first_values(name: str, field: str, now: Mapping[str, Field]) -> dict[str, object]:
    """A new transform of a kind, before anything is typed; ``now`` are the fields behind those there are."""
    item: dict[str, object] = {"name": name, "field": field}
    shape = now[field].shape if field in now else ()
    if name in FRAMED and len(shape) == 3:
        sizes = {"resize": SMALL, "centre_crop": shape[1:], "pad": shape[1:]}
        item |= {"side": min(shape[1:])} if name == "shortest_side" else {"size": sizes[name]}
        if name == "resize" and masks_of(field, now):
            item["masks"] = True
    elif name in FRAMED:
        item |= {"side": SMALL[0]} if name == "shortest_side" else {"size": SMALL}
    return item


def unread(item: Mapping[str, object], fields: Mapping[str, Field]) -> set[str]:
    """The values of a transform that change nothing as the others are: they need not be shown."""
    if item.get("name") != "resize":
        return set()
    masked = any(field.role == "target" and field.classes and len(field.shape) == 2 for field in fields.values())
    return {name for name, read in (("fill", item.get("fit") == "pad"), ("masks", masked)) if not read}


def fitting(item: Mapping[str, object], dataset: Dataset, before: Dataset | None = None) -> dict[str, object] | None:
    """A transform for another data set: on the field of that name, else on the one most like it; None: there is none.

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


def _names(some: Sequence[Mapping[str, object]]) -> str:
    """``resize and standardise``"""
    names = list(dict.fromkeys(str(item["name"]) for item in some))
    return " and ".join(names)
