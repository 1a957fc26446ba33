"""Data of a user's own, made from the real sets on board: images in folders, tables with empty cells, arrays."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image
from sklearn import datasets


def digit_folders(folder: Path, most: int | None = None, *, parts: bool = False, side: int = 8) -> Path:
    """The handwritten digits as PNG files, a folder for each class, in folders for each part if wanted."""
    found = datasets.load_digits()
    for index, (values, label) in enumerate(zip(found.images[:most], found.target[:most], strict=True)):
        part = ("train", "train", "train", "val", "test")[index % 5] if parts else ""
        where = folder / part / str(label)
        where.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray((values * (255 / 16)).round().astype(np.uint8))
        image.resize((side, side)).save(where / f"{index:04}.png")
    return folder


def blob_folder(folder: Path, count: int = 40) -> Path:
    """Images of 20 × 24 pixels and masks that are their threshold: a bright blob on the ground."""
    y, x = np.mgrid[:20, :24]
    for index in range(count):
        inside = (y - 6 - index % 7) ** 2 + (x - 9 - index % 5) ** 2 < 20
        for name, values in (("images", 40 + 180 * inside), ("masks", inside * 255)):
            (folder / name).mkdir(parents=True, exist_ok=True)
            Image.fromarray(values.astype(np.uint8)).save(folder / name / f"{index:02}.png")
    return folder


def png_of_nothing(width: int, height: int) -> bytes:
    """A grey PNG of one tone: some kilobytes, however large it is once it is unpacked."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    packer = zlib.compressobj(9)
    rows = bytes(1 + width) * min(height, 400)  # of a giant the first rows will do: it is never unpacked
    body = packer.compress(rows) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def wine_table(path: Path, empty: float = 0.05) -> Path:
    """The wines as a CSV, some cells empty."""
    frame = datasets.load_wine(as_frame=True).frame
    frame["grower"] = [f"grower {label + 1}" for label in frame.pop("target")]
    source = np.random.RandomState(0)
    for name in frame.columns[:5]:
        frame.loc[source.rand(len(frame)) < empty, name] = np.nan
    frame.to_csv(path, index=False)
    return path


def diabetes_table(path: Path) -> Path:
    """Diabetes as it is written where a comma is the decimal point, with a column of ids and one of two words."""
    frame = datasets.load_diabetes(as_frame=True, scaled=False).frame
    frame["sex"] = frame["sex"].map({1.0: "m", 2.0: "f"})
    frame.insert(0, "patient", np.arange(1000, 1000 + len(frame)))
    frame.loc[::17, "bmi"] = np.nan
    frame.to_csv(path, index=False, sep=";", decimal=",")
    return path


def iris_arrays(path: Path) -> Path:
    """Iris as the arrays x and y."""
    found = datasets.load_iris()
    np.savez(path, x=found.data.astype(np.float32), y=found.target)
    return path


def table(path: Path, head: Sequence[str], *rows: Sequence[object]) -> Path:
    """A small CSV."""
    path.write_text("\n".join(",".join(map(str, row)) for row in (head, *rows)) + "\n", encoding="utf-8")
    return path
