"""What a file seems to be that is opened as a project and is none: told by its first bytes, nothing is unpacked."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from typing import Final

SEEN: Final = 64 * 1024
"""So many bytes are looked at."""
LINES: Final = 20
"""So many lines of a text tell whether it is a table."""
MAGIC: Final[Mapping[bytes, str]] = {
    b"\x89PNG\r\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"BM": "a bitmap image",
    b"II*\x00": "a TIFF image",
    b"MM\x00*": "a TIFF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive, as weights of PyTorch (.pt), NumPy (.npz) and Excel workbooks are",
    b"PK\x05\x06": "an empty ZIP archive",
    b"\x1f\x8b": "an archive compressed with gzip",
    b"BZh": "an archive compressed with bzip2",
    b"\xfd7zXZ\x00": "an archive compressed with xz",
    b"\x89HDF\r\n": "an HDF5 file, as Keras stores weights",
    b"PAR1": "a table (Parquet)",
    b"\x93NUMPY": "an array of NumPy (.npy)",
    b"SQLite format 3\x00": "a database (SQLite)",
    b"\x80": "a pickle of Python, which Layerloom never loads",
    b"\x7fELF": "a program",
    b"MZ": "a program",
    b"RIFF": "a sound or video file",
    b"OggS": "a sound file",
    b"ID3": "a sound file",
    b"\xd0\xcf\x11\xe0": "an old Office document",
}
"""First bytes → what such a file is."""
PYTHON: Final = re.compile(r"^(import \w|from [\w.]+ import |def \w+\(|class \w+[(:]|#!.*python)", re.MULTILINE)
MARKUP: Final = re.compile(r"^(<\?xml|<!doctype html|<html|<svg)", re.IGNORECASE)
ADVICE: Final = "Open a Layerloom project, whose name ends in .loom"


def not_a_project(content: bytes) -> str:
    """The end of a sentence that begins with the name of a file; nothing where it may well be a damaged project."""
    if len(content) <= SEEN and not content.strip():
        return f" is empty, so there is no project in it. {ADVICE}, or begin a new one."
    kind, more = _kind(content[:SEEN])
    return f" is not a Layerloom project: it seems to be {kind}. {more}{ADVICE}." if kind else ""


def json_kind(data: object) -> str:
    """What JSON that is not a project seems to be, as the end of a sentence; nothing where that cannot be told."""
    if isinstance(data, Mapping) and "nbformat" in data:
        return f"It seems to be a Jupyter notebook. {ADVICE}."
    if isinstance(data, Mapping) and {"network", "state", "started"} <= data.keys():
        return "It seems to be the record of a run: open project.loom beside it."
    return f"{ADVICE}."


def _kind(head: bytes) -> tuple[str, str]:
    """What it is, and what to do with it beside opening another."""
    for magic, kind in MAGIC.items():
        if head.startswith(magic):
            return kind, ""
    if head[8:9] == b"{" and int.from_bytes(head[:8], "little") < 2**32:
        return "weights (safetensors)", ""
    try:
        text = head.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start < len(head) - 4:  # else a letter that was cut in two
            return ("a file with bytes that are no text", "") if b"\x00" in head else ("", "")
        text = head[: error.start].decode("utf-8-sig")
    text = text.lstrip()
    if not text:
        return "", ""
    if text.startswith(("{", "[")):
        return ("a list of JSON objects, one a line", "") if _lines_of_json(text) else ("", "")
    if MARKUP.match(text):
        return "a page or drawing in XML or HTML", ""
    if table := _table(text):
        return f"a table ({table})", "A table is data, not a network: data are chosen on the Data page. "
    if PYTHON.search(text):
        return "Python source", "Layerloom writes Python, but does not read it. "
    return "plain text", ""


def _lines_of_json(text: str) -> bool:
    lines = text.splitlines()
    return len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines[:2])


def _table(text: str) -> str:
    """``CSV``, or what else parts its columns; empty where not all lines have as many."""
    lines = [line for line in text.splitlines()[: LINES + 1] if line.strip()]
    lines = lines[:LINES] if len(lines) > LINES else lines
    for delimiter, name in ((",", "CSV"), ("\t", "TSV"), (";", "CSV with semicolons")):
        try:
            widths = {len(row) for row in csv.reader(lines, delimiter=delimiter)}
        except csv.Error:
            continue
        if len(lines) > 1 and len(widths) == 1 and widths.pop() > 1:
            return name
    return ""
