"""Texts of a user's own, made on the spot: reviews of two classes, a story, a table of translations."""

from __future__ import annotations

import csv
import random
from pathlib import Path

GOOD = ("wonderful", "lovely", "great", "superb", "moving", "fine")
BAD = ("boring", "awful", "dull", "terrible", "weak", "poor")
NOUNS = {"film": "Film", "plot": "Stoff", "actor": "Mime", "scene": "Bild", "story": "Text", "music": "Musik"}


def review(source: random.Random, label: str) -> str:
    """A text that tells its class by any of its words."""
    words = GOOD if label == "pos" else BAD
    ends = ".", ",", "!"
    said = (
        f"The {source.choice(list(NOUNS))} was {source.choice(words)}{source.choice(ends)}"
        for _ in range(source.randint(1, 9))
    )
    return " ".join(said)


def review_folder(folder: Path, each: int = 40, *, parts: bool = False) -> Path:
    """A .txt for each review, in the folder of its class; in folders for the parts if wanted."""
    source = random.Random(0)
    for label in ("pos", "neg"):
        for index in range(each):
            part = ("train", "train", "train", "val", "test")[index % 5] if parts else ""
            where = folder / part / label
            where.mkdir(parents=True, exist_ok=True)
            (where / f"{index:03}.txt").write_text(review(source, label), encoding="utf-8")
    return folder


def review_table(path: Path, rows: int = 80) -> Path:
    """The same as a CSV."""
    source = random.Random(1)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "text", "label"])
        for row in range(rows):
            label = ("pos", "neg")[row % 2]
            writer.writerow([row, review(source, label), label])
    return path


def story(path: Path, lines: int = 200) -> Path:
    """One long text."""
    source = random.Random(2)
    text = "".join(
        f"Once there was a {source.choice(GOOD)} {source.choice(list(NOUNS))}, and it was not {source.choice(BAD)}.\n"
        for _ in range(lines)
    )
    path.write_text(text, encoding="utf-8")
    return path


def translations() -> list[tuple[str, str]]:
    """Sentences with their German."""
    source = random.Random(3)
    rows = list[tuple[str, str]]()
    for _ in range(60):
        one, two = source.sample(list(NOUNS), 2)
        count = source.randint(2, 90)
        rows.append(
            (f"I saw the {one} and {count} of the {two}", f"Ich sah {NOUNS[one]} und {count} vom {NOUNS[two]} dort")
        )
    return rows


def pair_table(path: Path) -> Path:
    """Translations in two columns."""
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("english", "german"), *translations()])
    return path


def pair_files(folder: Path) -> Path:
    """The same in two files, line by line."""
    folder.mkdir()
    for ending, side in (("en", 0), ("de", 1)):
        text = "\n".join(row[side] for row in translations())
        (folder / f"train.{ending}").write_text(text + "\n", encoding="utf-8")
    return folder
