"""What it would mean to use another data set: which steps go along, which are left out, and what it had before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.data.dataset import DataError, Dataset
from engine.data.datasets import catalogue
from engine.data.origin import declared
from engine.data.sources.found import Found
from engine.edits import MISSING, Edit, SetSetting
from engine.graph import Graph
from engine.literals import literal
from engine.settings.data import DataConfig, SourceSettings
from engine.settings.resolution import SettingFault, resolve_settings
from gui.data.steps import TRANSFORMED, VARIED, Items, Path, carried, fields_for, items, names
from gui.document import Document
from gui.forms.sections import compound, raw


@dataclass(frozen=True, slots=True)
class Taking:
    """A data set with the steps and the folder it would come with; ``said`` tells what becomes of the others.

    ``found`` is there for data of the user's own.
    """

    dataset: Dataset
    transforms: Items
    path: str | None
    said: str = ""
    found: Found | None = None
    augmentation: Items = field(default_factory=list)

    def steps(self, path: Path) -> Items:
        """The transforms or variations it would come with."""
        return self.augmentation if path == VARIED else self.transforms

    def settings(self, document: Document) -> dict[str, object]:
        """The data section as it would be."""
        now = raw(document, ("data",))
        kept = {key: value for key, value in now.items() if key not in ENTRIES} if isinstance(now, Mapping) else {}
        new: dict[str, object] = {"path": self.path, "transforms": self.transforms}
        new["augmentation"] = self.augmentation
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


Steps = tuple[Items, Items]
"""Transforms and variations."""
ENTRIES = ("dataset", "source", "path", "transforms", "augmentation")
"""What belongs to a data set; split and batches are the project's whatever it learns from."""


class Remembered:
    """What each data set had when it was in use last, as long as the project is open."""

    def __init__(self) -> None:
        self._had: dict[tuple[str, str], Steps] = {}
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
            self._had[_key(dataset)] = _steps(document)
            self._paths[dataset.name] = path if isinstance(path, str) and path else None

    def note_path(self, dataset: Dataset, path: str | None) -> None:
        """The folder in which the files of a data set that is not in use are to be looked for."""
        self._paths[dataset.name] = path

    def taking(self, document: Document, dataset: Dataset) -> Taking:
        """What using a data set would mean now: it gets back what it had, else what it can take over."""
        before, path = in_use(document), self._paths.get(dataset.name)
        now = _steps(document)
        if _key(dataset) in self._had:
            had = self._had[_key(dataset)]
            again = any(item not in one for one, other in zip(now, had, strict=True) for item in other)
            said = f"It gets back what it had: {names([*had[0], *had[1]])}." if again else ""
            return Taking(dataset, had[0], path, said, augmentation=had[1])
        (transforms, lost), (varied, unvaried) = (carried(one, dataset, before) for one in now)
        said = ""
        if lost := [*lost, *unvaried]:
            many = len(lost) > 1
            back = f", and {'come' if many else 'comes'} back with {before.title}" if before is not None else ""
            said = (
                f"It has nothing that {names(lost)} could work on: {'they are' if many else 'that is'} left out{back}."
            )
        return Taking(dataset, transforms, path, said, augmentation=varied)

    def taking_found(self, document: Document, found: Found) -> Taking:
        """The same for data of the user's own: they get back what they had, else what is proposed for them."""
        had = self._had.get(_key(found.dataset))
        fits = had is not None and all(
            item.get("field") in fields_for(str(item["name"]), found.dataset) for one in had for item in one
        )
        proposed = [dict(item) for item in found.transforms]
        varied, _ = carried(_steps(document)[1], found.dataset, in_use(document))
        transforms, augmentation = had if fits and had is not None else (proposed, varied)
        said = f"They get back what they had: {names(transforms)}." if transforms and transforms != proposed else ""
        return Taking(found.dataset, transforms, None, said, found, augmentation)


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


def _steps(document: Document) -> Steps:
    return items(document, TRANSFORMED), items(document, VARIED)
