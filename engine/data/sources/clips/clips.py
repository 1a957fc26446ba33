"""Clips: how a project reads them, be their answers in the names of folders or in a table, of clips or of frames."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, Literal, Self

from pydantic import Field as Declared

from engine.data.dataset import Asked, DataError, Dataset, Field, MissingFiles, Samples
from engine.data.sources import listing
from engine.data.sources.clips.column import ClipColumn, of_tuples
from engine.data.sources.clips.frames import One, Take, chosen, clips_of, cut_off
from engine.data.sources.clips.labels import Clip, keys_of, of_clips, of_frames, rows_of
from engine.data.sources.identity import ids_of
from engine.data.sources.images.columns import Forgiving
from engine.data.sources.images.decoding import LARGEST, Fit
from engine.data.sources.images.images import Names, Side
from engine.data.sources.offers import Offer, of_names, of_numbers
from engine.data.sources.parts import part_of
from engine.data.sources.source import Source
from engine.data.sources.tables.reading import is_table, read

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column
    from engine.data.sources.found import Found
    from engine.data.watch import Watch

Answers = Literal["folders", "table", "frames"]
ANSWERS: Final[Mapping[str, Answers]] = {
    "names of folders": "folders",
    "table of clips": "table",
    "table of frames": "frames",
}
TAKES: Final[Mapping[str, Take]] = {"all": "all", "the first": "first", "evenly": "evenly"}
FITS: Final[Mapping[str, Fit]] = {"cut out the middle": "crop", "add a border": "pad", "stretch": "stretch"}
SIDES: Final = (16, 32, 48, 64, 96, 112, 128)
BLANK: Final = "<pad>"
"""The class of a frame that is not there."""
SHOWN: Final = 5


class Clips(Source):
    """Folders of frames below a folder."""

    kind: ClassVar[str] = "clips"
    title: ClassVar[str] = "Clips"
    reads: ClassVar[tuple[str, ...]] = (
        *("answers", "table", "file_column", "label_column", "part_column", "take", "length", "size", "fit", "grey"),
    )
    voids: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "answers": ("table", "file_column", "label_column", "part_column"),
        "table": ("file_column", "label_column", "part_column"),
        "take": ("length",),
    }
    target_option: ClassVar[str] = "label_column"

    answers: Answers = Declared("folders", description="where the answers are, and whether each frame has its own")
    table: str | None = Declared(None, description="the table of labels, below the folder")
    file_column: str = Declared("", max_length=1000, description="the column that names the clips or frames")
    label_column: str = Declared("", max_length=1000, description="the column with the labels")
    part_column: str | None = Declared(None, description="the column that names the part of the split of each row")
    parts: bool = Declared(False, description="the folders train, val and test are the parts of the split")
    take: Take = Declared("all", description="which frames of a clip are read, where it has more or fewer")
    length: int = Declared(8, ge=1, le=4096, description="how many frames of a clip the network is given")
    size: tuple[Side, Side] = Declared(
        (64, 64), description="height and width in pixels that all frames are brought to"
    )
    fit: Fit = Declared("crop", description="of another shape: cut the middle out, pad with a border, or stretch")
    grey: bool = Declared(False, description="one channel in place of three")
    classes: Names = Declared((), description="the classes in order")
    samples: int = Declared(1, ge=1, description="how many clips there were when they were added")
    shortest: int = Declared(4096, ge=1, description="how many frames the shortest of them has")
    largest: int = Declared(LARGEST, ge=1, le=10**10, description="pixels a frame may have: larger ones are left out")
    skip: Names = Declared((), description="frames that are left out, such as damaged ones")

    @classmethod
    def suspect(cls, path: Path) -> str:
        from engine.data.sources.clips.suspecting import suspicion

        return suspicion(path)

    @classmethod
    def leads(cls, path: Path) -> bool:
        from engine.data.sources.clips.suspecting import leads

        return leads(path)

    @classmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        from engine.data.sources.clips.looking import look

        return look(path, wishes, watch)

    @property
    def padded(self) -> bool:
        """Whether some clips end before the length does: the field ``frames`` says which frames are there."""
        return self.take != "evenly" and self.shortest < self.length

    def declare(self, path: Path) -> Dataset:
        fields = {"clip": Field((self.length, 1 if self.grey else 3, *self.size), bounds=(0, 255))}
        if self.padded:
            fields["frames"] = Field((self.length,), "int64", names=(BLANK, "frame"), padding=0)
        if self.answers != "frames":
            fields["label"] = Field((), "int64", "target", self.classes)
        elif self.padded:
            fields["label"] = Field((self.length,), "int64", "target", (BLANK, *self.classes), padding=0)
        else:
            fields["label"] = Field((self.length,), "int64", "target", self.classes)
        colour = "grey" if self.grey else "colour"
        asked = "what is seen at each frame?" if self.answers == "frames" else "what does it show?"
        return Dataset(
            path.name,
            path.name,
            f"Clips of {self.length:,} frames in {colour}, {self.size[0]} × {self.size[1]} pixels: {asked}",
            str(path),
            "sequence labelling" if self.answers == "frames" else "classification",
            self.samples,
            fields,
            loader="",
            kind="clip",
            parting="given" if self.parts or self.part_column is not None else "samples",
        )

    def open(self, path: Path) -> Samples:
        import numpy as np

        entries = listing.listed(path)
        clips = self.clips(path, entries)
        if not clips:
            raise MissingFiles(
                f"None of the clips of this project are below {path} any more: say where they are now on the Data page "
                "(Locate), or put them back.",
                setting="data.source.path",
            )
        names = [clip.name for clip in clips]
        facts = {entry.name: f"{entry.name} {entry.size} {entry.time}" for entry in entries}
        columns: dict[str, Column] = dict(self._given(path, [clip.frames for clip in clips], facts))
        order = {name: index for index, name in enumerate(self.classes)}
        if self.answers == "frames":
            rows = [[order[said] for said in self._chosen(clip.labels)] for clip in clips]
            columns["label"] = self._by_frame(rows)
        else:
            columns["label"] = np.array([order[clip.labels[0]] for clip in clips], np.int64)
        parts = self.named_parts(path, names)
        given = np.array(parts, np.int8) if parts else None
        return Samples(columns, ids=ids_of(names), given=given, names=names)

    def clips(self, path: Path, entries: Sequence[listing.Entry]) -> list[Clip]:
        """The clips with their frames and what is said of them, without what is left out. Raises DataError."""
        clips = clips_of(entry.name for entry in entries)
        said, left_out, known = self.said(path, clips), set(self.skip), set(self.classes)
        found = list[Clip]()
        for name, frames in clips.items():
            labels = said.get(name, ())
            if self.answers == "frames":
                pairs = [
                    (frame, label)
                    for frame, label in zip(frames, labels, strict=False)
                    if label in known and frame not in left_out
                ]
                clip = Clip(name, tuple(frame for frame, _ in pairs), tuple(label for _, label in pairs))
            else:
                kept = tuple(frame for frame in frames if frame not in left_out)
                clip = Clip(name, kept, tuple(label for label in labels if label in known))
            if clip.frames and clip.labels:
                found.append(clip)
        return found

    def said(self, path: Path, clips: Mapping[str, Sequence[str]]) -> Mapping[str, tuple[str, ...]]:
        """Clip → its label, or one for each of its frames, of clips of which any is known. Raises DataError."""
        if self.answers == "folders" or self.table is None:
            return {name: (label,) for name in clips if (label := self.class_of(name))}
        rows = rows_of(path / self.table, self.file_column, self.label_column)
        return of_frames(clips, rows) if self.answers == "frames" else of_clips(clips, rows)

    def class_of(self, clip: str) -> str:
        """The folder of its class; empty where a clip is in none."""
        folders = clip.split("/")[self.parts :]
        return folders[0] if len(folders) > 1 else ""

    def named_parts(self, path: Path, names: Sequence[str]) -> list[int]:
        """The part of the split that the data name for each of these clips; empty where they name none."""
        if self.parts:
            return [part_of(name.partition("/")[0]) for name in names]
        if self.part_column is None or self.table is None:
            return []
        said = dict(rows_of(path / self.table, self.file_column, self.part_column))
        by_folder = {key.rpartition("/")[0]: cell for key, cell in said.items()}  # of a row a frame
        return [
            part_of(next((table[key] for table in (said, by_folder) for key in keys_of(name) if key in table), ""))
            for name in names
        ]

    def _chosen(self, row: Sequence[One]) -> list[One]:
        """Those of one clip's frames that are read."""
        return chosen(row, self.length, self.take, padded=self.padded)

    def _given(self, path: Path, rows: Sequence[tuple[str, ...]], facts: Mapping[str, str]) -> dict[str, Column]:
        """What a network is given of clips, each the names of all its frames."""
        read = [tuple(self._chosen(row)) for row in rows]
        marks = ids_of("\n".join(facts.get(name, name) for name in row) for row in read)
        given: dict[str, Column] = {
            "clip": ClipColumn(path, of_tuples(read), marks, self.size, self.fit, self.largest, self.grey, self.length)
        }
        if self.padded:
            given["frames"] = self._by_frame([[0] * len(row) for row in read])
        return given

    def _by_frame(self, rows: Sequence[Sequence[int]]) -> Array:
        """Numbers of frames as (clips, length) int64; where some may be missing 0 stands for those, and all go up."""
        import numpy as np

        found = np.zeros((len(rows), self.length), np.int64)
        for index, row in enumerate(rows):
            found[index, : len(row)] = np.array(row) + self.padded
        return found

    def ask(self, paths: Sequence[Path]) -> Asked:
        """Folders of frames, and folders of such folders; what cannot be read is `Asked.unread`. Raises DataError."""
        names, rows, unread = list[str](), list[tuple[str, ...]](), dict[int, DataError]()
        for path in paths:
            if not path.is_dir():
                raise DataError(f"{path} is one file: a clip is a folder of its frames.")
            inside = [f"{path.name}/{entry.name}" for entry in listing.listed(path)]
            found = clips_of(inside)
            if not found:
                raise DataError(f"There are no frames below {path}: a clip is a folder of images.")
            for name, frames in found.items():
                names.append(str(path.parent / name))
                rows.append(tuple(str(path.parent / frame) for frame in frames))
        given = self._given(Path(), rows, {})
        given["clip"] = Forgiving(given["clip"], unread)
        said = [cut_off(name, len(row), self.length, self.take) for name, row in zip(names, rows, strict=True)]
        return Asked(tuple(names), given, unread=unread, notes={row: note for row, note in enumerate(said) if note})

    def judged_by(self) -> str:
        shown = ", ".join(map(repr, self.classes[:SHOWN])) + (" …" if len(self.classes) > SHOWN else "")
        if self.answers == "folders":
            return f"folders of frames in folders that are called {shown}"
        return f"folders of frames that are named in a table {self.table!r} beside them, with {self.label_column}"

    def unknown_classes(self, path: Path) -> Mapping[str, int]:
        said = self.said(path, clips_of(entry.name for entry in listing.listed(path)))
        return Counter(one for labels in said.values() for one in set(labels) if one and one not in set(self.classes))

    def offers(self, path: Path | None = None) -> Mapping[str, Offer]:
        found = {"answers": Offer("Answers", tuple(ANSWERS.items()))}
        if self.answers != "folders" and self.table is not None:
            columns = dict.fromkeys(filter(None, (self.file_column, self.label_column)))
            tables = {self.table: None}
            if path is not None:
                columns |= dict.fromkeys(map(str, read(path / self.table).columns))
                tables |= dict.fromkeys(tables_below(listing.listed(path)))
            found["table"] = of_names("Table", tuple(tables))
            found["file_column"] = of_names(
                "Clip column" if self.answers == "table" else "Frame column", tuple(columns)
            )
            found["label_column"] = of_names("Label column", tuple(columns))
        found["take"] = Offer("Frames taken", tuple(TAKES.items()))
        if self.take != "all":
            found["length"] = of_numbers("How many", (4, 8, 16, 32, 64))
        sizes = dict.fromkeys([self.size, *((side, side) for side in SIDES)])
        found["size"] = Offer("Size in pixels", tuple((f"{high} × {wide}", (high, wide)) for high, wide in sizes))
        found["fit"] = Offer("Other shapes", tuple(FITS.items()))
        found["grey"] = Offer("Colours", (("colour", False), ("grey", True)))
        return found

    def fingerprint(self, path: Path) -> str:
        return listing.fingerprint(listing.listed(path))

    def stamp(self, path: Path) -> str:
        return listing.stamp(listing.listed(path))


def tables_below(entries: Sequence[listing.Entry]) -> list[str]:
    """Tables that may have the labels: beside the folders of clips, or one below."""
    return [entry.name for entry in entries if entry.name.count("/") <= 1 and is_table(Path(entry.name))][:20]
