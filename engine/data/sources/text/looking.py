"""What texts hold: where they are, what is to be learned of them, the vocabulary of the training part, what is odd."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.data.dataset import DataError, Samples
from engine.data.sources import listing
from engine.data.sources.found import Found
from engine.data.sources.images.decoding import SUFFIXES as IMAGES
from engine.data.sources.parts import name_parts
from engine.data.sources.tables.guessing import Guess, guess
from engine.data.sources.tables.reading import TEXT, is_table, read
from engine.data.sources.text import oddities
from engine.data.sources.text.codec import Codec, Unit
from engine.data.sources.text.columns import places_in
from engine.data.sources.text.reading import (
    Texts,
    beginning,
    class_of,
    files_of,
    first_rows,
    is_running_text,
    is_text,
    read_texts,
    text_of,
)
from engine.data.sources.text.text import LAYOUTS, Layout, Text, is_one_file
from engine.data.sources.text.vocabulary import USUAL, learnt
from engine.files import is_file
from engine.settings.data import SourceSettings

if TYPE_CHECKING:
    import pandas as pd

    from engine.data.dataset import Array
    from engine.data.watch import Watch

ROWS: Final = 200
"""Rows of a table that are looked at to see whether it holds texts."""
SMALL: Final = 64 * 2**20
"""Bytes of a table that is no text up to which it is looked into to see whether it holds texts."""
SHORT: Final = 40
"""Characters of a text on average up to which it is split into characters: a name, a date."""
LONGEST: Final = {"characters": 256, "words": 128, "bpe": 128}
CONTEXT: Final = {"characters": 64, "words": 32, "bpe": 32}
WIDE: Final = {"characters": 1, "words": 6, "bpe": 4}
"""Characters that a token has, about."""
OTHERS: Final = (".npy", ".npz", ".safetensors", ".png", ".jpg", ".json", ".gz", ".zip", ".loom", ".pt")
"""Endings that no language has: files of one name are not texts in two languages where one ends so."""
STRAY: Final = 0.1
"""Images to a text up to which they lie among texts by accident; with a text to each it is about the image."""
BLOCKS: Final = 40
"""Blocks that one long text is split into at most: each is in one part of the split."""
MOST_CLASSES: Final = 1000


def suspicion(path: Path) -> str:
    """See `Source.suspect`."""
    if path.is_dir():
        return _of_folder(path)
    if is_one_file(path):
        return "It is running text, without the cells of a table." if is_running_text(path) else ""
    if is_file(path) and is_table(path):
        texts = [name for name, one in _guesses(path).items() if one.type == "text"]
        return f"Its column {texts[0]!r} holds texts." if texts else ""
    return ""


def leads(path: Path) -> bool:
    """See `Source.leads`: of a table only where there is nothing to be given beside the texts."""
    if path.is_dir() or is_text(path.name):
        return True
    found = list(_guesses(path).values())
    texts = sum(one.type == "text" for one in found)
    others = sum(one.type not in ("text", "id", "constant") for one in found)
    return others <= 1 if texts == 1 else texts == 2 and not others


def _of_folder(path: Path) -> str:
    entries = listing.listed(path)
    if top := _two_files(entries):
        return f"{top[0]} and {top[1]} are texts, line by line."
    texts = [entry.name for entry in entries if is_text(entry.name)]
    images = sum(entry.name.lower().endswith(tuple(IMAGES)) for entry in entries)
    if images > STRAY * len(texts) or len(texts) * 2 < len(entries):
        return ""
    if (count := len({name.split("/")[0] for name in texts if "/" in name})) > 1:
        return f"It has text files in {count:,} folders."
    return ""


def _two_files(entries: Sequence[listing.Entry]) -> tuple[str, str] | None:
    """Two files that may be translations of each other: all that a folder holds."""
    names = [entry.name for entry in entries if not entry.name.lower().startswith("readme")]
    stems = {name.rpartition(".")[0] for name in names}
    alike = len(stems) == 1 and not any(is_table(Path(name)) or name.lower().endswith(OTHERS) for name in names)
    alike = alike or all(is_text(name) for name in names)
    return (names[0], names[1]) if len(names) == 2 and alike and not any("/" in name for name in names) else None


def _guesses(path: Path) -> dict[str, Guess]:
    """What the first rows of a table hold; nothing where it cannot be read, or would have to be read whole."""
    try:
        table = first_rows(path, ROWS) if path.suffix.lower() in TEXT else _small(path)
    except DataError:
        return {}
    return {str(name): guess(str(name), table[name], comma=False) for name in table.columns}


def _small(path: Path) -> pd.DataFrame:
    """A table that is no text, where it is small. Raises DataError."""
    if path.stat().st_size > SMALL:
        raise DataError(f"{path} is too large to be looked into by the way.")
    return read(path, None, ROWS)


def look(path: Path, wishes: Text | None, watch: Watch) -> Found:
    """See `Source.look`."""
    given = set() if wishes is None else wishes.model_fields_set
    set_to: dict[str, Any] = {name: getattr(wishes, name) for name in given}
    reasons = dict[str, str]()
    watch.at(0.0, "Looking for the texts")
    source = Text(**_places(path, set_to, reasons), made_from=set_to.get("made_from", Text().made_from))
    source, notes = _readable(path, source, set_to)
    watch.at(0.1, "Reading the texts")
    found = read_texts(source, path)
    oddities.check_texts(path, source, found)
    notes += oddities.alone(source, found)
    tokens = set_to["tokens"] if "tokens" in given else _unit(source, found, reasons)
    source = source.model_copy(update={"tokens": tokens})
    source = source.model_copy(update=_classes(path, source, found))
    unit: Unit = source.tokens
    settled = {"lower": False, "minimum_count": 2 if unit == "words" else 1, "most_tokens": USUAL[unit]}
    settled |= {name: set_to[name] for name in settled if name in set_to}
    if source.layout == "file" and "length" not in given:
        source = source.model_copy(update={"length": CONTEXT[unit]})
    if "length" in given:
        source = source.model_copy(update={"length": set_to["length"]})
    source = source.model_copy(update=settled)
    if source.layout == "file":
        source = source.model_copy(update=_blocks(source, found, set_to))
        found = read_texts(source, path)
        oddities.check_blocks(path, source, found)
    watch.at(0.3, "Making the vocabulary")
    training = training_rows(source, found)
    source = _with_vocabulary(source, found, training)
    reasons["minimum_count"] = (
        f"{len(source.vocabulary):,} tokens of the training part ({source.made_from.words}) come so often."
    )
    watch.at(0.6, "Counting tokens")
    lengths = [len(source.codec.split(text)) for text in found.texts]
    if source.layout != "file":
        source = source.model_copy(update=_lengths(source, found, lengths, training, set_to, reasons))
    samples = source.samples_of(found)
    count = len(next(iter(samples.arrays.values())))
    source = source.model_copy(update={"samples": count})
    watch.at(0.8, "Looking for what is odd")
    notes += oddities.of(source, found, samples, lengths, training)
    classes = {name: found.answers.count(name) for name in source.classes}
    notes += oddities.of_classes(classes)
    settings = SourceSettings(
        kind=Text.kind,
        path=str(path),
        options=source.model_dump(exclude_defaults=True) | {"layout": source.layout, "samples": count},
        fingerprint=source.fingerprint(path),
    )
    twins = oddities.twins_of(source, found)
    return Found(settings, source.declare(path), reasons, classes, tuple(notes), twins, samples.names)


def training_rows(source: Text, found: Texts) -> Array:
    """The texts, or blocks of one long text, of the training part."""
    import numpy as np

    from engine.data.splitting import parts_of  # it opens what is described here

    blocks = source.layout == "file"
    samples = Samples({}, found.ids if blocks else None, ids=found.ids, given=found.given)
    order = {name: index for index, name in enumerate(source.classes)}
    config = source.made_from.config
    labels = np.array([order[name] for name in found.answers]) if order and config.split.stratify else None
    parting = source.declare(Path("texts")).parting
    return np.sort(parts_of(config, parting, samples, len(found.texts), labels)["train"])


def _places(path: Path, set_to: dict[str, Any], reasons: dict[str, str]) -> dict[str, Any]:
    """Where texts and answers are. Raises DataError, OSError."""
    wanted: Layout | None = set_to.get("layout")
    if path.is_dir():
        entries = listing.listed(path)
        two = _two_files(entries)
        if wanted == "parallel" or (wanted is None and two and not any("/" in entry.name for entry in entries)):
            if two is None:
                raise DataError(
                    f"{path} does not hold two files, one for each language: put two there, with a translation on "
                    "the same line.",
                    setting="data.source.path",
                )
            reasons["layout"] = f"It holds {two[0]} and {two[1]} alone."
            return {"layout": "parallel"} | dict(zip(("column", "answer"), _directed(two, set_to), strict=True))
        names = [name.split("/")[0] for name in dict.fromkeys(entry.name for entry in entries) if "/" in name]
        reasons["layout"] = "Each text is in the folder of its class."
        return {"layout": "folders", "parts": name_parts(dict.fromkeys(names))}
    if is_one_file(path) and wanted in (None, "file"):
        encoded = beginning(path)[0]
        reasons["layout"] = "It is one text: which token comes next, at every position?"
        return {"layout": "file", "encoding": set_to.get("encoding", encoded)}
    if not is_file(path) or not is_table(path):
        raise DataError(
            f"{path} holds no texts that are known: a table with a column of texts, a folder of .txt with a folder "
            "for each class, one long .txt, or two files of lines.",
            setting="data.source.path",
        )
    return places_in(path, set_to, reasons)


def _directed(two: tuple[str, str], set_to: dict[str, Any]) -> tuple[str, str]:
    """Which of two files is read and which is written: as they are called, unless the options say it."""
    backwards = set_to.get("column", two[0]) == two[1] or set_to.get("answer", two[1]) == two[0]
    return two[::-1] if backwards else two


def _readable(path: Path, source: Text, set_to: dict[str, Any]) -> tuple[Text, list[Any]]:
    """The files that are text, in the encoding that most have; what is left out as notes."""
    if source.layout != "folders":
        return source, []
    names = [entry.name for entry in files_of(path) if class_of(entry.name, parts=source.parts)]
    wanted = set_to.get("encoding")
    failed = [name for name in names if not _is_readable(path / name, wanted or "utf-8")]
    form = wanted or "utf-8"
    if wanted is None and len(failed) * 2 > len(names):
        form = Counter(beginning(path / name)[0] for name in failed).most_common(1)[0][0]
        failed = [name for name in names if not _is_readable(path / name, form)]
    empty = [name for name in names if name not in set(failed) and not text_of(path / name, form).strip()]
    update = {"encoding": form, "skip": tuple(sorted([*failed, *empty]))}
    return source.model_copy(update=update), oddities.left_out(failed, empty, form)


def _is_readable(path: Path, form: str) -> bool:
    try:
        text_of(path, form)
    except DataError:
        return False
    return True


def _classes(path: Path, source: Text, found: Texts) -> dict[str, Any]:
    """The classes by name. Raises DataError where there is one alone, or far too many."""
    if source.layout not in ("folders", "column"):
        return {}
    classes = tuple(sorted(set(found.answers)))
    where = f"folder of {path.name}" if source.layout == "folders" else f"column {source.answer!r}"
    if len(classes) < 2:
        raise DataError(
            f"All texts are of one class, {classes[0]!r} in the {where}: to tell classes apart needs two."
            if classes
            else f"No text of {path} has a class.",
            setting="data.source",
        )
    if len(classes) > MOST_CLASSES:
        raise DataError(
            f"The {where} holds {len(classes):,} different answers to {len(found.texts):,} texts: these are no "
            "classes. Choose another column.",
            setting="data.source.options.answer",
        )
    return {"classes": classes}


def _unit(source: Text, found: Texts, reasons: dict[str, str]) -> Unit:
    """Names and one long text in characters, sentences in words."""
    usual = sum(map(len, found.texts)) / len(found.texts)
    if source.layout == "file" or usual <= SHORT:
        reasons["tokens"] = (
            "One long text is foretold character by character at first."
            if source.layout == "file"
            else f"A text has {usual:.0f} characters on average: too few for words."
        )
        return "characters"
    reasons["tokens"] = f"A text has {usual:,.0f} characters on average."
    return "words"


def _blocks(source: Text, found: Texts, set_to: dict[str, Any]) -> dict[str, Any]:
    """How one long text is cut into samples."""
    total, span = sum(map(len, found.texts)), source.length * WIDE[source.tokens]
    stride = set_to.get("stride", max(1, source.length // 2))
    return {"block": max(2, min(max(total // BLOCKS, 2 * span), 10**6)), "stride": stride}


def _with_vocabulary(source: Text, found: Texts, training: Array) -> Text:
    least, most = source.minimum_count, source.most_tokens
    codec = learnt(Codec(source.tokens, lower=source.lower), (found.texts[row] for row in training), least, most,
                   ends=False)  # fmt: skip
    update: dict[str, Any] = {"vocabulary": codec.symbols, "merges": codec.merges}
    if source.translates:
        said = learnt(Codec(source.tokens, lower=source.lower), (found.answers[row] for row in training), least, most,
                      ends=True)  # fmt: skip
        update |= {"answer_vocabulary": said.symbols, "answer_merges": said.merges}
    made = {name: value for name, value in source if name not in update}
    return Text(**made, **update)


def _lengths(
    source: Text, found: Texts, lengths: Sequence[int], training: Array, set_to: dict[str, Any], reasons: dict[str, str]
) -> dict[str, Any]:
    """How many tokens of a text are read: of the longest of the training part, unless that is very long."""
    mine = sorted(lengths[row] for row in training)
    most = LONGEST[source.tokens]
    fits = min(mine[-1], max(most, 1))
    update: dict[str, Any] = {"length": max(1, set_to.get("length", fits))}
    half = mine[len(mine) // 2]
    reasons["length"] = f"The texts of the training part have {mine[0]:,} to {mine[-1]:,} tokens, half up to {half:,}."
    if source.translates:
        said = [len(source.answer_codec.split(found.answers[row])) + 1 for row in training]
        update["answer_length"] = set_to.get("answer_length", min(max(said), most))
    return update


__all__ = ["LAYOUTS", "leads", "look", "suspicion", "training_rows"]
