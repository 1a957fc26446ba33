"""Images: how a project reads them, be their answers in the names of folders, in a table or in masks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal, Self, TypeVar

from pydantic import Field as Declared

from engine.data.dataset import Asked, DataError, Dataset, Field, MissingFiles, Samples, Task
from engine.data.sources import listing
from engine.data.sources.identity import ids_of, marks_of
from engine.data.sources.images.columns import Forgiving, ImageColumn, MaskColumn
from engine.data.sources.images.decoding import LARGEST, SUFFIXES, Fit
from engine.data.sources.parts import part_of
from engine.data.sources.source import Source

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column, Parting
    from engine.data.sources.found import Found
    from engine.data.watch import Watch

Side = Annotated[int, Declared(ge=1, le=4096)]
Answer = TypeVar("Answer")
NUMBERED = re.compile(r"(.*?[^\W\d_])[\W_]*\(?\d+\)?")
SHOWN = 5
"""Classes that a sentence names."""
Names = tuple[Annotated[str, Declared(max_length=1000)], ...]


class Images(Source):
    """Images below a folder."""

    kind: ClassVar[str] = "images"
    title: ClassVar[str] = "Images in folders"

    answers: Literal["folders", "names", "table", "masks"] = Declared(
        "folders",
        description="where the answers are: the folder an image is in, its name up to a number (cat.12.jpg), a table "
        "beside, an image of its own",
    )
    task: Literal["classes", "several", "numbers"] = Declared(
        "classes", description="what a table says of an image: its class, which of several hold, or numbers"
    )
    classes: Names = Declared((), description="the classes in order; of numbers what they are called")
    samples: int = Declared(1, ge=1, description="how many images there were when they were added")
    size: tuple[Side, Side] = Declared((224, 224), description="height and width in pixels that all are brought to")
    fit: Fit = Declared("crop", description="of another shape: cut the middle out, pad with a border, or stretch")
    grey: bool = Declared(False, description="one channel in place of three")
    parts: bool = Declared(False, description="the folders train, val and test are the parts of the split")
    together: bool = Declared(
        False, description="the images of one folder, below that of their class, stay in one part of the split"
    )
    split_column: str | None = Declared(None, description="the column of the table that says how images are split")
    split_by: Literal["group", "time", "part"] = Declared(
        "group", description="what that column says: images that stay together, the order of time, or the part by name"
    )
    table: str | None = Declared(None, description="the table of labels, below the folder")
    file_column: str | None = Declared(None, description="the column with the names of the images")
    label_columns: Names = Declared((), description="the columns with the labels")
    images_in: str = Declared("", description="the folder with the images, below the folder")
    masks_in: str = Declared("", description="the folder with the masks, below the folder")
    mask_values: tuple[Annotated[int, Declared(ge=0, le=255)], ...] = Declared(
        (), description="the value of each class in the masks"
    )
    largest: int = Declared(
        LARGEST,
        ge=1,
        le=10**10,
        description="pixels an image may have: larger ones unpack to gigabytes, and are left out",
    )
    skip: Names = Declared((), description="images that are left out, such as damaged ones")

    @classmethod
    def suspect(cls, path: Path) -> str:
        """Images within the first two levels of a folder."""
        from engine.data.sources.images.looking import first_images

        found = first_images(path) if path.is_dir() else ""
        return f"It holds images, such as {found}." if found else ""

    @classmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        from engine.data.sources.images.looking import look

        return look(path, wishes, watch)

    def declare(self, path: Path) -> Dataset:
        goal = self._goal()
        tasks: dict[str, Task] = {"classes": "classification", "several": "classification", "numbers": "regression"}
        task: Task = "segmentation" if self.answers == "masks" else tasks[self.task]
        fields = {
            "image": Field((1 if self.grey else 3, *self.size), bounds=(0, 255)),
            ("mask" if goal.shape == self.size else "label"): goal,
        }
        return Dataset(
            path.name,
            path.name,
            f"{'Grey' if self.grey else 'Colour'} images of {self.size[0]} × {self.size[1]} pixels, values 0 to 255.",
            str(path),
            task,
            self.samples,
            fields,
            loader="",
            kind="image",
            parting=self._parting(),
        )

    def _parting(self) -> Parting:
        """What a split may not tear apart."""
        if self.parts:
            return "given"
        if self.answers == "table" and self.split_column is not None:
            ways: dict[str, Parting] = {"group": "groups", "time": "time", "part": "given"}
            return ways[self.split_by]
        return "groups" if self.together else "samples"

    def _goal(self) -> Field:
        if self.answers == "masks":
            return Field(self.size, "int64", "target", self.classes)
        if self.task == "classes":
            return Field((), "int64", "target", self.classes)
        several = self.task == "several"
        return Field((len(self.classes),), "float32", "target", columns=self.classes, several=several)

    def open(self, path: Path) -> Samples:
        import numpy as np

        entries, names = _entries(path, self.stamp(path)), list[str]()
        facts = {entry.name: (entry.size, entry.time) for entry in entries}
        known = facts.keys()
        answers = list[object]()
        left_out = set(self.skip)
        labels = self._labels(path)
        for name in self._images(known):
            answer = self._answer(name, labels, known)
            if answer is None or name in left_out:
                continue
            names.append(name)
            answers.append(answer)
        if not names:
            raise MissingFiles(
                f"None of the images of this project are below {path} any more: say where they are now on the Data "
                "page (Locate), or put them back.",
                setting="data.source.path",
            )
        files, ids = np.array(names, object), ids_of(names)
        marks = marks_of(ids, [facts[name] for name in names])
        columns: dict[str, Column] = {
            "image": ImageColumn(path, files, marks, self.size, self.fit, self.largest, self.grey)
        }
        if self.answers == "masks":
            masks, marks = np.array(answers, object), marks_of(ids, [facts[str(name)] for name in answers])
            columns["mask"] = MaskColumn(path, masks, marks, self.size, self.fit, self.largest, self.mask_values)
        else:
            columns["label"] = np.array(answers, np.int64 if self.task == "classes" else np.float32)
        said = self._said(path, names)
        parting = self._parting()
        given = np.array([part_of(cell) for cell in said], np.int8) if parting == "given" else None
        groups = ids_of(said) if parting == "groups" else in_order(said) if parting == "time" else None
        return Samples(columns, groups=groups, ids=ids, given=given, names=names)

    def ask(self, paths: Sequence[Path]) -> Asked:
        """Images, and all those in folders; what is not an image is `Asked.unread`. Raises DataError."""
        import numpy as np

        names, unread = list[str](), dict[int, DataError]()
        for path in paths:
            if path.is_dir():
                inside = [entry.name for entry in listing.listed(path) if is_image(entry.name)]
                names += [str(path / name) for name in inside]
                if not inside:
                    raise DataError(f"There are no images below {path}.")
            else:
                names.append(str(path))
        marks = np.zeros((len(names), 1), np.uint64)
        files = np.array(names, object)
        column = ImageColumn(Path(), files, marks, self.size, self.fit, self.largest, self.grey)
        return Asked(tuple(names), {"image": Forgiving(column, unread)}, unread=unread)

    def judged_by(self) -> str:
        shown = ", ".join(map(repr, self.classes[:SHOWN])) + (" …" if len(self.classes) > SHOWN else "")
        if self.answers == "folders":
            return f"images in folders that are called {shown}"
        if self.answers == "names":
            return f"images whose names begin with {shown}"
        if self.answers == "masks":
            return f"images in the folder {self.images_in!r} with masks of the same names in {self.masks_in!r}"
        return f"images that are named in a table {self.table!r} beside them, with {', '.join(self.label_columns)}"

    def unknown_classes(self, path: Path) -> Mapping[str, int]:
        names = [entry.name for entry in listing.listed(path)]
        if self.answers == "masks" or self.task != "classes":
            return {}
        if self.answers == "table":
            said = list(self._cells(path, self.label_columns[0]).values()) if self.label_columns else []
        else:
            said = [self.class_of(name) for name in self._images(set(names)) if name not in self.skip]
        return Counter(name for name in said if name and name not in self._order)

    def columns_beside(self, path: Path) -> Mapping[str, Array]:
        """The other columns of the table of labels, and how large the images are in their files."""
        import numpy as np
        import pandas as pd

        from engine.data.sources.images.decoding import area
        from engine.data.sources.tables import encoding
        from engine.data.sources.tables.reading import read

        names = self.open(path).names
        found: dict[str, Array] = {}
        if self.answers == "table" and self.table is not None:
            for column in read(path / self.table).columns:
                if column == self.file_column or column in self.label_columns:
                    continue
                known = self._cells(path, column)
                cells = pd.Series([_looked_up(known, name) or "" for name in names], dtype=object)
                numbers = encoding.numbers(cells.replace("", None))
                texts = np.asarray(cells, object)
                found[column] = texts if (numbers.isna() & (cells != "")).any() else np.asarray(numbers, np.float64)
        found["pixels in the file"] = np.array([area(path / name) for name in names], np.float64)
        return found

    def _cells(self, path: Path, column: str) -> Mapping[str, str]:
        """What a column of the table of labels says, by the name of the image. Raises DataError."""
        from engine.data.sources.images.labels import cells

        return cells(path / (self.table or ""), self.file_column or "", column)

    def fingerprint(self, path: Path) -> str:
        return listing.fingerprint(listing.listed(path))

    def stamp(self, path: Path) -> str:
        return listing.stamp(listing.listed(path))

    # -- names -----------------------------------------------------------------------------------------------------

    def _images(self, known: Set[str]) -> list[str]:
        """The images, by name; of two folders with the same names those that are not masks."""
        inside = f"{self.images_in}/" if self.images_in else ""
        chosen = (name for name in known if name.startswith(inside) and is_image(name))
        if self.answers == "masks" and self.masks_in:
            chosen = (name for name in chosen if not name.startswith(f"{self.masks_in}/"))
        return sorted(chosen)

    def named_parts(self, path: Path, names: list[str]) -> list[int]:
        """The part of the split that the data name for each of these images; empty where they name none.

        Raises DataError.
        """
        return [part_of(said) for said in self._said(path, names)] if self._parting() == "given" else []

    def _said(self, path: Path, names: list[str]) -> list[str]:
        """What says of each image how it is split: the name of a folder, or a cell of the table. Raises DataError."""
        if self.parts:
            return [name.partition("/")[0] for name in names]
        if self.answers == "table" and self.table is not None and self.split_column is not None:
            found = self._cells(path, self.split_column)
            return [_looked_up(found, name) or "" for name in names]
        return [self._folder(name) for name in names] if self.together else []

    def _folder(self, name: str) -> str:
        """The folder, below that of the class, whose images stay together; the image itself where it is in none."""
        inner = PurePosixPath(name)
        if self.images_in:
            inner = inner.relative_to(self.images_in)
        folders = inner.parts[1:-1] if self.answers == "folders" else inner.parts[:-1]
        return "/".join(folders) or name

    def class_of(self, name: str) -> str:
        """What the name of its folder, or its own, says that an image shows; empty where that is nothing."""
        if self.answers == "names":
            return word_of(name)
        parts = name.split("/")[:-1]
        parts = parts[1:] if self.parts else parts
        return parts[0] if parts else ""

    def _answer(self, name: str, labels: Mapping[str, object], known: Set[str]) -> object | None:
        """What is to be learned of an image; None where nothing says it."""
        if self.answers == "masks":
            return mask_of(name, self.images_in, self.masks_in, known)
        if self.answers == "table":
            return _looked_up(labels, name)
        return self._order.get(self.class_of(name))

    @property
    def _order(self) -> Mapping[str, int]:
        return _numbered(self.classes)

    def _labels(self, path: Path) -> Mapping[str, object]:
        """What the table says of each image by its name. Raises DataError."""
        if self.answers != "table" or self.table is None:
            return {}
        from engine.data.sources.images.labels import labels

        return labels(path / self.table, self.file_column or "", self.label_columns, self.task, self.classes)


def in_order(cells: Sequence[str]) -> Array:
    """Cells of time as numbers that rise with it: numbers, or dates. Raises DataError where one is neither."""
    import numpy as np
    import pandas as pd

    from engine.data.sources.tables import encoding

    column = pd.Series(cells, dtype=object).replace("", None)
    numbers = encoding.numbers(column)
    values = numbers if numbers.notna().all() else encoding.moments(column)
    if values.isna().any():
        odd = next(cell for cell, lost in zip(cells, values.isna(), strict=True) if lost)
        raise DataError(
            f"{odd[:40]!r} is neither a number nor a date, and the images are to be split in time by it: choose "
            "another column.",
            setting="data.source.options.split_column",
        )
    return np.asarray(values.rank(method="dense"), np.float64)


def word_of(name: str) -> str:
    """What the name of a file says up to the number at its end: of ``cat.12.jpg`` cat; empty where it has none."""
    found = NUMBERED.fullmatch(PurePosixPath(name).stem)
    return found[1] if found else ""


def _looked_up(table: Mapping[str, Answer], name: str) -> Answer | None:
    """What a table says of an image: by its whole name, by that of the file, or without its ending."""
    for key in (name, PurePosixPath(name).name, PurePosixPath(name).stem):
        if key in table:
            return table[key]
    return None


def is_image(name: str) -> bool:
    """Whether a file is an image by its name."""
    return name[name.rfind(".") :].lower() in SUFFIXES if "." in name else False


def mask_of(name: str, images: str, masks: str, known: Set[str]) -> str | None:
    """The mask of an image: the same name in the folder of the masks, with any suffix of an image."""
    inner = PurePosixPath(name).relative_to(images) if images else PurePosixPath(name)
    for suffix in (inner.suffix, ".png", ".bmp", ".tif", ".tiff", ".gif", ".jpg"):
        for ending in ("", "_mask"):
            candidate = (PurePosixPath(masks) / inner.with_name(inner.stem + ending + suffix)).as_posix()
            if candidate in known:
                return candidate
    return None


@lru_cache(maxsize=16)
def _numbered(classes: tuple[str, ...]) -> Mapping[str, int]:
    return {name: index for index, name in enumerate(classes)}


@lru_cache(maxsize=2)
def _entries(path: Path, stamp: str) -> list[listing.Entry]:
    """The listing that has this stamp, made once. Raises DataError where the files change faster than they are read."""
    entries = listing.listed(path)
    if listing.stamp(entries) != stamp:
        raise DataError(f"The files below {path} are changing just now: try again when they rest.")
    return entries
