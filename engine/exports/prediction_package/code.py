"""``predict.py``: our own code for the kind of data, carried along, between a beginning and an end."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from engine.data import framing, transforms
from engine.data.sources.clips import frames
from engine.data.sources.images import decoding, images
from engine.data.sources.series import reading as series
from engine.data.sources.tables import columns, encoding, reading
from engine.data.sources.text import codec
from engine.data.sources.text import reading as texts
from engine.exports.prediction_package import image_sections, sections
from engine.exports.prediction_package.series_section import SERIES
from engine.exports.training_script.text import carried, spelled
from engine.inside import answer_table, predicting
from engine.source.names import one_line
from engine.training.evaluation.network import Head

PILLOW: Final = "PyTorch, NumPy and Pillow"
PANDAS: Final = "PyTorch, NumPy and pandas"
NEEDS: Final = {"images": PILLOW, "clips": PILLOW, "table": PANDAS, "columns": PANDAS, "series": PANDAS,
                "arrays": "PyTorch and NumPy", "text": "PyTorch and NumPy"}  # fmt: skip


def predict_py(settings: dict[str, Any], heads: Sequence[Head]) -> str:
    """The script for the kind of data that ``settings`` (of `preparation_of`) name."""
    kind = settings["read"]["kind"]
    of_table = kind in ("table", "columns", "series") or (kind == "text" and settings["read"]["column"] != "")
    modules = {"images": ["os"], "clips": ["os", "re"], "text": ["os", "re", "unicodedata"]}.get(kind, [])
    modules = sorted([*modules, "sys", *(["warnings"] if of_table else [])])
    of_names = "from collections import defaultdict\n" if kind == "clips" else ""
    text = sections.BEGIN.format(
        name=one_line(settings["network"]),
        usage={
            "images": "python predict.py IMAGE-OR-FOLDER ...",
            "clips": "python predict.py FOLDER-OF-FRAMES ...",
            "arrays": "python predict.py FILE.npy ...",
        }.get(kind, "python predict.py TABLE.csv ..." if of_table else "python predict.py FILE.txt ..."),
        needs=NEEDS["table"] if of_table else NEEDS[kind],
        class_name=settings["class"],
        more="".join(f"import {name}\n" for name in modules) + of_names,
    )
    if kind in ("images", "clips"):
        text = text.replace("import torch\n", "import torch\nfrom PIL import Image, ImageOps\n", 1)
    if of_table:
        text = text.replace("import numpy as np\n", "import numpy as np\nimport pandas as pd\n", 1)
    parts = [
        text.rstrip(),
        sections.PREPARE.strip(),
        _plain(framing._middle, framing._scaled, framing._bordered, transforms._along),
    ]
    parts += _of_kind(settings["read"])
    said = _plain(predicting.shares, predicting.steps_of, answer_table.in_runs)
    return "\n\n\n".join([*parts, _meant(heads), said, sections.ANSWER.strip()]) + "\n"


def _meant(heads: Sequence[Head]) -> str:
    """What the numbers of each answer mean by its loss: how likely a yes is, or values."""
    lines = ["MEANT = {  # what the numbers of an answer say"]
    for head in heads:
        loss, kind = head.criterion, head.task.kind
        meant = loss.probabilities_source("answer") if kind == "two" else loss.predicted_source("answer")
        lines.append(f"    {spelled(head.name)}: lambda answer: {meant},")
    return "\n".join([*lines, "}"])


def _of_kind(read: dict[str, Any]) -> list[str]:
    kind = read["kind"]
    if kind in ("images", "clips"):
        names = f"SUFFIXES = {spelled(tuple(sorted(decoding.SUFFIXES)))}\nFORMATS = {spelled(decoding.FORMATS)}"
        names += f"\nLARGEST = {decoding.LARGEST}"
        parts = [names, sections.BELOW.strip(), image_sections.IMAGE.strip()]
        parts.append(_plain(decoding.decoded, decoding._refused, decoding._too_large))
        parts.append(_plain(decoding.scaled, decoding._eight_bits, images.is_image))
        if kind == "clips":
            of_frames = (frames.natural, frames.clips_of, frames.taken, frames.cut_off, frames.chosen)
            parts[0] += f"\nNUMBER = re.compile({frames.NUMBER.pattern!r})"
            return [*parts, image_sections.CLIPS.strip(), _plain(*of_frames)]
        parts.append(image_sections.IMAGES.strip())
        if "top" in read:
            from engine.inside.on_board import border_of

            parts += [image_sections.AS_LEARNED.strip(), _plain(border_of)]
        return parts
    if kind == "arrays":
        return [sections.ARRAYS.strip()]
    if kind == "text":
        facts = [f"SUFFIXES = {spelled(texts.SUFFIXES)}"]
        facts += [f"{name} = {spelled(getattr(codec, name))}" for name in ("LINE_END", "SPACE")]
        facts += [f"{name} = re.compile({getattr(codec, name).pattern!r})" for name in ("WORD", "PIECE")]
        parts = ["\n".join(facts), sections.BELOW.strip(), sections.TEXT.strip()]
        parts.append(_plain(codec.normalized, codec.pieces, codec.merged))
        return [*(_of_table("text") if read["column"] else []), *parts]
    if kind == "series":
        code = _plain(series.moments_of, series.keys_of, series._held).replace("encoding.", "")
        return [*_of_table(kind), code, SERIES.strip()]
    own = sections.OWN_TABLE if kind == "table" else sections.BOARD_TABLE
    return [*_of_table(kind), own.strip()]


def _of_table(kind: str) -> list[str]:
    """What reads the cells of tables, and makes numbers of them."""
    reader = [reading._encoding, reading._separator, reading._widths, reading._rows, reading._before]
    reader += [reading._has_header, reading._is_number]
    facts = [f"{name} = {spelled(getattr(reading, name))}" for name in ("SEPARATORS", "MISSING", "COMMENTS", "SEEN")]
    facts += [f"MOST_SKIPPED = {reading.MOST_SKIPPED}", f"TEXT = {dict(reading.TEXT)!r}"]
    facts += [f"{name} = {getattr(encoding, name)!r}" for name in ("AROUND", "GROUPED", "EXACT", "YEAR")]
    facts += [f"{name} = {spelled(tuple(sorted(getattr(encoding, name))))}" for name in ("YES", "NO")]
    common = [encoding.numbers, encoding._bare, encoding.textual, encoding._stripped]
    own = [
        encoding.moments,
        encoding.named,
        encoding.features,
        encoding.positions,
        encoding._unit,
        encoding.is_day_first,
    ]
    facts.append(f"UNKNOWN = {spelled(columns.UNKNOWN)}")
    of_series = [encoding.moments, encoding.named, encoding.is_day_first]
    needed = own if kind == "table" else of_series if kind == "series" else []
    table = [sections.TABLE.strip(), _plain(*reader, *common, *needed)]
    code = table[1].replace("StringIO(", "io.StringIO(")
    return ["\n".join(facts), table[0], code]


def _plain(*functions: Any) -> str:
    """Our functions, their imports at the top of the script in place of their own."""
    text = carried(*functions)
    text = re.sub(r"^    (import|from) [^\n]*\n\n?", "", text, flags=re.MULTILINE)
    return re.sub(r"\bimages\.(?=\w)", "Image.", text)
