"""Text: how a project reads it, in a column, in files of a folder for each class, in one long file or in pairs."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar, Final, Literal, Self

from pydantic import Field as Declared

from engine.data.dataset import Asked, DataError, Dataset, Field, Samples
from engine.data.sources import listing
from engine.data.sources.identity import ids_of
from engine.data.sources.offers import Offer, of_names, of_numbers
from engine.data.sources.source import Source
from engine.data.sources.tables.reading import Format, is_table, read
from engine.data.sources.text.codec import END, START, Codec, Unit
from engine.data.sources.text.reading import (
    Texts,
    beginning,
    cells,
    files_of,
    form_of,
    is_running_text,
    is_text,
    read_texts,
    text_of,
)
from engine.data.sources.training_part import TrainingPart
from engine.files import is_file, open_to_read, sha256_of

if TYPE_CHECKING:
    from engine.data.dataset import Array, Column
    from engine.data.sources.found import Found
    from engine.data.watch import Watch
    from engine.settings.data import DataConfig

Layout = Literal["folders", "column", "file", "pairs", "parallel"]
Names = tuple[Annotated[str, Declared(max_length=1000)], ...]
Pairs = tuple[tuple[str, str], ...]
HASHED: Final = 2**40
UNITS: Final = (("characters", "characters"), ("words", "words"), ("subwords (BPE)", "bpe"))
LAYOUTS: Final[Mapping[Layout, str]] = {
    "folders": "class of the folder",
    "column": "class in a column",
    "file": "what comes next",
    "pairs": "translation, columns",
    "parallel": "translation, files",
}


class Text(Source):
    """Texts as numbers of tokens; vocabulary and merges are stored, so that new text is read in the same way."""

    kind: ClassVar[str] = "text"
    title: ClassVar[str] = "Text"
    reads: ClassVar[tuple[str, ...]] = (
        *("layout", "column", "answer", "part_column", "tokens", "lower", "minimum_count", "most_tokens", "length"),
        *("answer_length", "stride", "encoding", "separator", "header"),
    )
    voids: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "layout": ("column", "answer", "tokens", "length", "answer_length", "stride"),
        "tokens": ("minimum_count", "most_tokens", "length", "answer_length", "stride"),
        "column": ("length",),
        "answer": ("answer_length",),
    }
    target_option: ClassVar[str] = "answer"
    takes_text: ClassVar[bool] = True

    layout: Layout = Declared("folders", description="where the texts are, and what is to be learned of them")
    column: str = Declared("", max_length=1000, description="the column, or file, with the texts")
    answer: str = Declared("", max_length=1000, description="the column, or file, with the class or the translation")
    part_column: str | None = Declared(None, description="the column that names the part of the split of each row")
    tokens: Unit = Declared("words", description="what a text is split into")
    lower: bool = Declared(False, description="capital letters are taken for small ones")
    minimum_count: int = Declared(
        1, ge=1, le=10**6, description="how often a token has to come in the training part to be in the vocabulary"
    )
    most_tokens: int = Declared(10_000, ge=8, le=50_000, description="how many tokens the vocabulary has at most")
    length: int = Declared(
        128,
        ge=1,
        le=65_536,
        description="how many tokens of a text are read (longer ones are cut off), or the context",
    )
    answer_length: int = Declared(1, ge=1, le=65_536, description="how many tokens a translation has at most")
    stride: int = Declared(64, ge=1, le=65_536, description="tokens from the begin of one sample to the next one's")
    encoding: Annotated[str, Declared(max_length=20)] = Declared("utf-8", description="how the text is encoded")
    separator: Annotated[str, Declared(min_length=1, max_length=1)] = Declared(",", description="what parts the cells")
    header: bool = Declared(True, description="the first line has the names of the columns")
    skip_lines: int = Declared(0, ge=0, le=1000, description="lines before the table, such as a title")
    parts: bool = Declared(False, description="the folders train, val and test are the parts of the split")
    classes: Names = Declared((), description="the classes in order")
    samples: int = Declared(1, ge=1, description="how many samples there were when the texts were added")
    skip: Names = Declared((), description="files that are left out: empty, or no text")
    block: int = Declared(4096, ge=2, description="characters of one long text that stay in one part of the split")
    vocabulary: tuple[str, ...] = Declared((), max_length=50_000, description="the tokens by number")
    merges: Pairs = Declared((), max_length=50_000, description="the pairs that subwords are joined by, in order")
    answer_vocabulary: tuple[str, ...] = Declared((), max_length=50_000, description="the same of translations")
    answer_merges: Pairs = Declared((), max_length=50_000, description="the same of translations")
    made_from: TrainingPart = Declared(
        TrainingPart(), description="the training part from which the vocabulary was made"
    )

    @classmethod
    def suspect(cls, path: Path) -> str:
        from engine.data.sources.text.looking import suspicion

        return suspicion(path)

    @classmethod
    def leads(cls, path: Path) -> bool:
        from engine.data.sources.text.looking import leads

        return leads(path)

    @classmethod
    def look(cls, path: Path, wishes: Self | None, watch: Watch) -> Found:
        from engine.data.sources.text.looking import look

        return look(path, wishes, watch)

    @property
    def translates(self) -> bool:
        """Whether a text is answered with a text."""
        return self.layout in ("pairs", "parallel")

    @property
    def form(self) -> Format:
        """How the text of a table is a table."""
        return Format(self.separator, self.encoding, self.header, self.skip_lines)

    @cached_property
    def codec(self) -> Codec:
        """Texts that are given ↔ token numbers."""
        return Codec(self.tokens, self.vocabulary, self.merges, self.lower)

    @cached_property
    def answer_codec(self) -> Codec:
        """Translations ↔ token numbers; of one long text what comes next is of the same vocabulary."""
        if not self.translates:
            return self.codec
        return Codec(self.tokens, self.answer_vocabulary, self.answer_merges, self.lower)

    def declare(self, path: Path) -> Dataset:
        given = Field((self.length,), "int64", names=self.vocabulary, padding=0, free="T")
        if self.layout == "file":
            fields = {"text": given, "next": replace(given, role="target")}
            what, task, apart = "what comes next, at every position?", "language model", "a stretch of the text"
        elif self.translates:
            said = Field((self.answer_length,), "int64", names=self.answer_vocabulary, padding=0, free="S")
            fields = {"text": given, "answer_in": said, "answer": replace(said, role="target")}
            what, task, apart = "how is it said in the other language?", "translation", ""
        else:
            fields = {"text": given, "label": Field((), "int64", "target", self.classes)}
            what, task, apart = "of which class is it?", "classification", ""
        unit = "subwords" if self.tokens == "bpe" else self.tokens
        return Dataset(
            path.stem,
            path.name,
            f"Texts of up to {self.length:,} {unit}, {len(self.vocabulary):,} different ones: {what}",
            str(path),
            task,  # type: ignore[arg-type]
            self.samples,
            fields,
            loader="",
            kind="text",
            parting="groups" if self.layout == "file" else "given" if self._names_parts else "samples",
            apart=apart,
        )

    @property
    def _names_parts(self) -> bool:
        return self.parts or self.part_column is not None

    def open(self, path: Path) -> Samples:
        found = read_texts(self, path)
        if not len(found.texts):
            raise DataError(f"{path} has no text with an answer that is known.", setting="data.source")
        return self.samples_of(found)

    def samples_of(self, found: Texts) -> Samples:
        """Texts that were read as samples; those of one long text are windows that never leave their block."""
        import numpy as np

        if self.layout == "file":
            return self._windows(found)
        text = padded([self.codec.encode(one) for one in found.texts], self.length)
        if not self.translates:
            order = {name: index for index, name in enumerate(self.classes)}
            labels = np.array([order[name] for name in found.answers], np.int64)
            return Samples({"text": text, "label": labels}, ids=found.ids, given=found.given, names=found.names)
        shown, answer = self._answers(found.answers)
        arrays: dict[str, Column] = {"text": text, "answer_in": shown, "answer": answer}
        return Samples(arrays, ids=found.ids, given=found.given, names=found.names)

    def _answers(self, texts: Sequence[str]) -> tuple[Array, Array]:
        """What a decoder is shown, from the start token on, and what it is to say, to the end token."""
        codec, most = self.answer_codec, self.answer_length - 1
        rows = [codec.encode(text)[:most] for text in texts]
        start, end = codec.number(START), codec.number(END)
        shown = padded([[start, *row] for row in rows], self.answer_length)
        return shown, padded([[*row, end] for row in rows], self.answer_length)

    def _windows(self, found: Texts) -> Samples:
        import numpy as np

        rows, groups, called = list[list[int]](), list[int](), list[str]()
        for block, text in enumerate(found.texts):
            numbers = self.codec.encode(text)
            for start in window_starts(len(numbers), self.length, self.stride):
                rows.append(numbers[start : start + self.length + 1])
                groups.append(block)
                called.append(f"{found.names[block]}, token {start + 1:,}")
        if not rows:
            raise DataError("The text has fewer than two tokens: there is nothing to foretell.", setting="data.source")
        both = padded(rows, self.length + 1)
        after = np.ascontiguousarray(both[:, 1:])
        given = np.where(after == 0, 0, both[:, :-1])  # the last token of a short window has nothing after it
        arrays: dict[str, Column] = {"text": given, "next": after}
        return Samples(arrays, found.ids[np.array(groups)], ids=ids_of(called), names=called)

    def check(self, config: DataConfig) -> None:
        if config.split.folds is not None:
            raise DataError(
                "The vocabulary of these texts is made from one training part, and every fold has another: set "
                "data.split.folds to none.",
                setting="data.split.folds",
            )
        if config.split.exact and self.layout == "file":
            raise DataError(
                "One long text is split in blocks, which cannot keep the shares to the sample: switch data.split.exact "
                "off.",
                setting="data.split.exact",
            )
        wanted = TrainingPart.of(config)
        if wanted != self.made_from:
            raise DataError(
                f"The vocabulary of these texts was made from another training part ({self.made_from.words}) than this "
                f"split has ({wanted.words}): look at the data again (Look Again on the Data page), so that it is made "
                "from this one.",
                setting="data.source.options.made_from",
            )

    def ask_texts(self, texts: Sequence[str]) -> Asked:
        rows = [self.codec.encode(text.strip() if self.layout != "file" else text) for text in texts]
        if self.layout == "file":
            rows = [row[-self.length :] for row in rows]
        unread = {
            index: DataError("There is nothing to read in this text: type a word.")
            for index, row in enumerate(rows)
            if not row
        }
        return Asked(tuple(texts), {"text": padded(rows, self.length)}, unread=unread)

    def ask(self, paths: Sequence[Path]) -> Asked:
        """Text files, all those in folders, and rows of tables that have the column of the texts. Raises DataError.

        A file that cannot be read, and a text without a token, have their reason in place of a text.
        """
        names, texts, unread = list[str](), list[str](), dict[int, DataError]()
        for path in paths:
            if path.is_dir() or (is_text(path.name) and self.layout not in ("column", "pairs")):
                inside = [path / entry.name for entry in files_of(path)] if path.is_dir() else [path]
                for file in inside:
                    names.append(str(file))
                    try:
                        texts.append(text_of(file, self._form_of(file)))
                    except DataError as error:
                        unread[len(texts)] = error
                        texts.append("")
            elif is_table(path) and self.layout in ("column", "pairs"):
                found = self._rows(path)
                names += [f"{path.name} row {row + 1}" for row in range(len(found))]
                texts += found
            else:
                kinds = "table or text" if self.layout in ("column", "pairs") else "text"
                raise DataError(f"{path} is not a {kinds}: this network is given {self.judged_by()}.")
        asked = self.ask_texts(texts)
        empty = {index: DataError(f"There is nothing to read in {names[index]}.") for index in asked.unread}
        return replace(asked, names=tuple(names), unread=empty | unread)

    def _form_of(self, file: Path) -> str:
        """The encoding of a text file: that of the project's own, unless those are cells of a table."""
        return beginning(file)[0] if self.layout in ("column", "pairs") else self.encoding

    def _rows(self, path: Path) -> list[str]:
        """The texts of a table, or the lines of a text file. Raises DataError."""
        table = read(path, replace(form_of(path), header=self.header))
        if self.column in table.columns:
            return cells(table[self.column])
        if is_text(path.name) and (len(table.columns) == 1 or is_running_text(path)):
            return text_of(path, beginning(path)[0]).splitlines()  # a text on each line
        raise DataError(f"{path} has no column {self.column!r}, which this network is given.")

    def judged_by(self) -> str:
        if self.layout == "folders":
            return f"texts in folders that are called {', '.join(map(repr, self.classes[:5]))}"
        return f"texts like its own ({LAYOUTS[self.layout]})"

    def offers(self, path: Path | None = None) -> Mapping[str, Offer]:
        columns = dict.fromkeys(filter(None, (self.column, self.answer)))
        if path is not None and self.layout in ("column", "pairs"):
            columns |= dict.fromkeys(map(str, read(path, self.form).columns))
        names = tuple(columns)
        found = {"layout": Offer("To be learned", tuple((LAYOUTS[one], one) for one in self._layouts))}
        if self.layout in ("column", "pairs", "parallel"):
            found["column"] = of_names("Text", names)
            found["answer"] = of_names("Translation" if self.translates else "Class", names)
        found["tokens"] = Offer("Split into", UNITS)
        found["lower"] = Offer("Capitals", (("as written", False), ("as small letters", True)))
        found["minimum_count"] = of_numbers("Minimum count", (1, 2, 3, 5, 10))
        found["most_tokens"] = of_numbers("Most tokens", (500, 1000, 2000, 5000, 10_000, 20_000))
        found["length"] = of_numbers("Context" if self.layout == "file" else "Longest text", (32, 64, 128, 256, 512))
        if self.layout == "file":
            steps = sorted({max(1, self.length // 4), max(1, self.length // 2), self.length})
            found["stride"] = of_numbers("Stride", tuple(steps))
        if self.translates:
            found["answer_length"] = of_numbers("Longest answer", (16, 32, 64, 128, 256))
        found["encoding"] = of_names("Text encoding", ("utf-8", "utf-16", "cp1252", "latin-1"))
        return found

    @property
    def _layouts(self) -> tuple[Layout, ...]:
        return ("column", "pairs") if self.layout in ("column", "pairs") else (self.layout,)

    def fingerprint(self, path: Path) -> str:
        if self.layout == "folders":
            return listing.fingerprint(files_of(path))
        sums = list[str]()
        for one in self._files(path):
            with open_to_read(one) as file:
                sums.append(sha256_of(file, HASHED).hexdigest())
        return sums[0] if len(sums) == 1 else hashlib.sha256("".join(sums).encode()).hexdigest()

    def stamp(self, path: Path) -> str:
        if self.layout == "folders":
            return listing.stamp(files_of(path))
        facts = [one.stat() for one in self._files(path)]
        return " ".join(f"{one.st_size} {one.st_mtime_ns}" for one in facts)

    def _files(self, path: Path) -> list[Path]:
        return [path / self.column, path / self.answer] if self.layout == "parallel" else [path]


def padded(rows: Sequence[Sequence[int]], length: int) -> Array:
    """Token numbers as (rows, length) int64, cut off at the length; 0, padding, after the end of each."""
    import numpy as np

    found = np.zeros((len(rows), length), np.int64)
    for index, row in enumerate(rows):
        found[index, : len(row)] = row[:length]
    return found


def window_starts(count: int, length: int, stride: int) -> list[int]:
    """Where the windows of so many tokens begin: each has a token to foretell that none before it had."""
    starts = list(range(0, max(0, count - 1), stride))
    return [start for start in starts if not start or start - stride + length < count - 1]


def is_one_file(path: Path) -> bool:
    """Whether a path is a text file."""
    return is_file(path) and is_text(path.name)
