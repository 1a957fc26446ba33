"""The data sets that are made on this machine: from the sources of Python itself, or drawn from a fixed seed."""

from __future__ import annotations

import platform

from engine.data.dataset import Dataset, Field
from engine.data.declarations.alphabets import (
    CAPTION,
    COPIED,
    FORMS,
    HEADINGS,
    ISO,
    LETTERS,
    LINE,
    MASKED,
    NAME,
    NAMED,
    SHOWN,
    TEXT,
    TOKENS,
    WORDS,
)
from engine.data.declarations.tables import BSD, DIGITS

PYTHON = f"the standard library of Python {platform.python_version()}, which runs Layerloom"
PSF = "Python Software Foundation License"
OWN = "made by Layerloom, free of rights"
SEEDED = "drawn by Layerloom from a fixed seed: the same samples on every machine"


def _series(name: str, title: str, description: str, past: int) -> Dataset:
    """The made-up series with so many hours of past, and a half day to come."""
    future = Field((12,), role="target", bounds=(-5, 5), season=24)
    return Dataset(
        name,
        title,
        description,
        SEEDED,
        "forecast",
        12_000,
        {"past": Field((past, 2), bounds=(-5, 5)), "future": future},
        loader="engine.data.generated.series",
        kind="sequence",
        licence=OWN,
        parting="time",
        apart="an hour",
    )


DATASETS = (
    Dataset(
        "docstrings",
        "Docstrings",
        "64 characters of what Python says about itself: which character comes next, at every position?",
        f"the docstrings in {PYTHON}",
        "language model",
        12_000,
        {
            "text": Field((64,), "int64", "input", TEXT, 0),
            "next": Field((64,), "int64", "target", TEXT, 0),
        },
        loader="engine.data.generated.written_text",
        kind="text",
        licence=PSF,
        parting="groups",
        apart="a file",
    ),
    Dataset(
        "python_tokens",
        "Kinds of Python tokens",
        "A line of Python, character by character: part of what is each one, a keyword, a name, a string?",
        f"lines of {PYTHON}",
        "sequence labelling",
        12_000,
        {
            "text": Field((64,), "int64", "input", LINE, 0),
            "kind": Field((64,), "int64", "target", TOKENS, 0),
        },
        loader="engine.data.generated.tokens",
        kind="text",
        licence=PSF,
        parting="groups",
        apart="a file",
    ),
    Dataset(
        "dates",
        "Dates in words",
        "A date as people write it, from 1900 to 2099: what is it as YYYY-MM-DD? iso_in is the answer one position "
        "later, for a decoder that is shown what it should have said.",
        SEEDED,
        "translation",
        12_000,
        {
            "words": Field((56,), "int64", "input", WORDS, 0),
            "iso_in": Field((10,), "int64", "input", ISO, 0),
            "iso": Field((10,), "int64", "target", ISO, 0),
        },
        loader="engine.data.generated.dates",
        kind="text",
        licence=OWN,
        parting="groups",
        apart="a date",
    ),
    _series(
        "series",
        "Hourly series",
        "Two days of a value and of what drives it three hours later, with trend, daily and weekly seasons and noise: "
        "what is the value over the next half day?",
        48,
    ),
    _series(
        "series_week",
        "Hourly series, a week",
        "A week of a value and of what drives it three hours later: long enough to tell the weekend from other days "
        "and how strong the driver is. What is the value over the next half day?",
        168,
    ),
    Dataset(
        "shapes",
        "Drawn shapes",
        "One or two shapes on a grey ground, 32 × 32 pixels in colour: what is the larger one, which pixel belongs to "
        "what, and how would one say it? caption_in is the caption one word later, for a decoder.",
        SEEDED,
        "segmentation",
        12_000,
        {
            "image": Field((3, 32, 32), bounds=(0, 255)),
            "caption_in": Field((11,), "int64", "input", CAPTION, 0),
            "label": Field((), "int64", "target", FORMS),
            "mask": Field((32, 32), "int64", "target", ("ground", *FORMS)),
            "caption": Field((11,), "int64", "target", CAPTION, 0),
        },
        loader="engine.data.generated.drawn_shapes",
        kind="image",
        licence=OWN,
        parting="groups",
        apart="a caption",
    ),
    Dataset(
        "moving_digits",
        "Moving digits",
        "Clips of eight frames, 16 × 16 pixels, in which a handwritten digit moves: which digit is it, and where to?",
        f"{DIGITS}, moved by Layerloom from a fixed seed",
        "classification",
        10_782,
        {
            "clip": Field((8, 1, 16, 16), bounds=(0, 16)),
            "label": Field((), "int64", "target", tuple("0123456789")),
            "heading": Field((), "int64", "target", HEADINGS),
        },
        loader="engine.data.generated.clips",
        kind="clip",
        licence=BSD,
        parting="groups",
        apart="a handwritten digit",
    ),
    Dataset(
        "masked_docstrings",
        "Docstrings with gaps",
        "64 characters of what Python says about itself, of which one in seven is asked for: most of these are hidden "
        "behind ▢, some are another character. Which were they?",
        f"the docstrings in {PYTHON}",
        "sequence labelling",
        12_000,
        {
            "text": Field((64,), "int64", "input", MASKED, 0),
            "hidden": Field((64,), "int64", "target", TEXT, 0),
        },
        loader="engine.data.generated.masked_text",
        kind="text",
        licence=PSF,
        parting="groups",
        apart="a file",
    ),
    Dataset(
        "python_names",
        "Names in Python",
        "A name from Python's library, letter by letter: is it that of a class, a function, an argument, a constant or "
        "an attribute?",
        f"the sources of {PYTHON}",
        "classification",
        12_000,
        {
            "name": Field((24,), "int64", "input", NAME, 0),
            "kind": Field((), "int64", "target", NAMED),
        },
        loader="engine.data.generated.python_names",
        kind="text",
        licence=PSF,
        parting="groups",
        apart="a file",
    ),
    Dataset(
        "drawn_words",
        "Drawn words",
        "Made-up words of three to six letters, drawn in a line, 16 × 64 pixels: what is written there? Nothing says "
        "where a letter stands.",
        SEEDED,
        "translation",
        12_000,
        {
            "image": Field((1, 16, 64), bounds=(0, 255)),
            "word": Field((6,), "int64", "target", LETTERS, 0),
        },
        loader="engine.data.generated.drawn_words",
        kind="image",
        licence=OWN,
        parting="groups",
        apart="a word",
    ),
    Dataset(
        "changing_digits",
        "Digits that change",
        "Clips of eight frames, 8 × 8 pixels, in which a handwritten digit becomes another one; every frame shows less "
        "than half of its pixels. Which digit is it at each frame?",
        f"{DIGITS}, put together by Layerloom from a fixed seed",
        "sequence labelling",
        12_000,
        {
            "clip": Field((8, 1, 8, 8), bounds=(0, 16)),
            "digit": Field((8,), "int64", "target", tuple("0123456789")),
        },
        loader="engine.data.generated.changing_digits",
        kind="clip",
        licence=BSD,
        parting="groups",
        apart="a handwritten digit",
    ),
    Dataset(
        "copying",
        "Copying after a delay",
        "Five letters, ten steps of nothing, five question marks: which letters were they, in their order? It shows "
        "how far back a network remembers.",
        SEEDED,
        "sequence labelling",
        12_000,
        {
            "symbols": Field((20,), "int64", "input", SHOWN),
            "copy": Field((20,), "int64", "target", COPIED, 0),
        },
        loader="engine.data.generated.copying",
        kind="text",
        licence=OWN,
        parting="groups",
        apart="a row of letters",
    ),
)
