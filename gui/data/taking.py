"""What it would mean to use another data set: which transforms go along, which are left out, and what it had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.data.dataset import Dataset
from engine.data.datasets import catalogue
from engine.edits import MISSING, Edit, SetSetting
from engine.settings.data import Resize, Standardise
from gui.document import Document
from gui.forms.sections import compound, raw

TRANSFORMS: dict[str, type[Resize | Standardise]] = {"resize": Resize, "standardise": Standardise}
PATH = ("data", "transforms")

Items = list[dict[str, object]]


@dataclass(frozen=True, slots=True)
class Taking:
    """A data set with the transforms and the folder it would come with; ``said`` tells what becomes of the others."""

    dataset: Dataset
    transforms: Items
    path: str | None
    said: str = ""

    def settings(self, document: Document) -> dict[str, object]:
        """The data section as it would be."""
        now = raw(document, ("data",))
        kept = {key: value for key, value in now.items() if key not in ENTRIES} if isinstance(now, Mapping) else {}
        new = {"dataset": self.dataset.name, "path": self.path, "transforms": self.transforms}
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


ENTRIES = ("dataset", "path", "transforms")
"""What belongs to a data set; split and batches are the project's whatever it learns from."""


class Remembered:
    """What each data set had when it was in use last, as long as the project is open."""

    def __init__(self) -> None:
        self._had: dict[str, Items] = {}
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
            self._had[dataset.name] = items(document)
            self._paths[dataset.name] = path if isinstance(path, str) and path else None

    def note_path(self, dataset: Dataset, path: str | None) -> None:
        """The folder in which the files of a data set that is not in use are to be looked for."""
        self._paths[dataset.name] = path

    def taking(self, document: Document, dataset: Dataset) -> Taking:
        """What using a data set would mean now: it gets back what it had, else what it can take over."""
        before, path = in_use(document), self._paths.get(dataset.name)
        now = items(document)
        if dataset.name in self._had:
            had = self._had[dataset.name]
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


def in_use(document: Document) -> Dataset | None:
    """The data set of the project, where it has one that there is."""
    name = raw(document, ("data", "dataset"))
    return next((dataset for dataset in catalogue() if dataset.name == name), None)


def items(document: Document) -> Items:
    """The transforms as they are set; what is no transform is left out."""
    value = raw(document, PATH)
    found = value if isinstance(value, (list, tuple)) else ()
    return [dict(item) for item in found if isinstance(item, Mapping) and item.get("name") in TRANSFORMS]


def fields_for(name: str, dataset: Dataset | None) -> list[str]:
    """The fields a transform can work on."""
    fields = dataset.fields.items() if dataset else ()
    return [key for key, f in fields if f.dtype == "float32" and (name != "resize" or len(f.shape) == 3)]


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
