"""Clips of a user's own, made on the spot: a bright square that goes left or right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

WAYS = ("left", "right")


def frame(way: str, step: int, *, side: int = 16, row: int = 0) -> Image.Image:
    """One picture of a square on its way; ``row`` tells clips of the same way apart."""
    values = np.zeros((16, 16), np.uint8)
    column = step if way == "right" else 12 - step
    values[row % 12 : row % 12 + 4, column : column + 4] = 200 + row
    return Image.fromarray(values).resize((side, side))


def write_clip(folder: Path, way: str, frames: int, row: int = 0, side: int = 16) -> Path:
    """Frames in the folder of a clip; their numbers have no zeros before them."""
    folder.mkdir(parents=True)
    for step in range(frames):
        frame(way, step, side=side, row=row).save(folder / f"frame{step + 1}.png")
    return folder


def clip_folders(folder: Path, lengths: Sequence[int] = (6,) * 5, *, parts: bool = False) -> Path:
    """A clip of each length for each way, in the folder of its way; in folders for the parts if wanted."""
    for way in WAYS:
        for index, frames in enumerate(lengths):
            part = ("train", "train", "train", "val", "test")[index % 5] if parts else ""
            write_clip(folder / part / way / f"clip{index}", way, frames, index)
    return folder


def clip_table(folder: Path, lengths: Sequence[int] = (6,) * 6) -> Path:
    """Clips beside a table with a row each."""
    rows = ["clip,label"]
    for index, frames in enumerate(lengths):
        write_clip(folder / f"c{index}", WAYS[index % 2], frames, index)
        rows.append(f"c{index},{WAYS[index % 2]}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def frame_table(folder: Path, lengths: Sequence[int] = (11, 11, 12), *, names: str = "frame") -> Path:
    """Clips beside a table with a row for each frame: whether the square is in the half where it began.

    The rows name the "frame", or its "clip" alone.
    """
    rows = [f"{names},half"]
    for index, frames in enumerate(lengths):
        write_clip(folder / f"c{index}", "right", frames, index)
        for step in range(frames):
            key = f"c{index}/frame{step + 1}.png" if names == "frame" else f"c{index}"
            rows.append(f"{key},{'first' if step < 6 else 'second'}")
    (folder / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


def odd_clips(folder: Path) -> Path:
    """Clips of other lengths, sizes and depths than usual, among files that are none of their frames.

    They are numbered without zeros, one is reached by a link, one has a single frame and one a damaged one.
    """
    write_clip(folder / "long", "right", 12)
    write_clip(folder / "one", "left", 1)
    write_clip(folder / "large", "left", 3, side=40)
    (folder / "large" / "notes.txt").write_text("no frame")
    (folder / "large" / ".hidden.png").write_bytes(b"nothing")
    deep = write_clip(folder / "deep" / "inside", "right", 5, 3)
    frame("right", 5).convert("RGB").save(deep / "frame6.jpg")
    (folder / "linked").symlink_to(deep, target_is_directory=True)
    (deep / "back").symlink_to(folder, target_is_directory=True)
    (write_clip(folder / "torn", "left", 4) / "frame2.png").write_bytes(b"no image")
    return folder
