"""What tells one version of a file from another, so that nobody writes over what somebody else has written there."""

from __future__ import annotations

import difflib
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from engine.files import read_bytes

State = Literal["same", "changed", "gone", "unreachable"]
CONTEXT: Final = 3
"""Lines before and after a difference."""
COMPARED: Final = 4_000
"""Lines between the first and the last difference up to which each is looked for: that takes their square."""
MOST_LINES: Final = 2_000
LONGEST_LINE: Final = 400
"""What of a difference is shown."""


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A content: equal ones are the same version, whatever their times and names are."""

    size: int
    sha256: str

    @classmethod
    def of(cls, content: bytes) -> FileVersion:
        return cls(len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True, slots=True)
class FileLook:
    """What a look at a file found, compared with the version that is known.

    ``reason`` says why it is ``unreachable``, or that with the file its folder is ``gone``. ``content`` is what is
    there, if that is ``changed``. ``read_only`` says why it cannot be written; empty where it can.
    """

    state: State
    reason: str = ""
    content: bytes = b""
    read_only: str = ""

    @property
    def version(self) -> FileVersion:
        """The version that is there, if it is ``changed``."""
        return FileVersion.of(self.content)


def look(path: Path, known: FileVersion, largest: int) -> FileLook:
    """Compare a file with the version that is known of it, reading so many bytes at most. It may take long."""
    try:
        content = read_bytes(path, largest + 1)
    except (FileNotFoundError, NotADirectoryError):
        folder = path.absolute().parent
        there = os.path.isdir(folder)
        return FileLook("gone", "" if there else f"the folder {folder.name or folder} is not there any more")
    except OSError as error:
        return FileLook("unreachable", error.strerror or str(error))
    if FileVersion.of(content) == known:
        return FileLook("same", read_only=why_read_only(path))
    return FileLook("changed", content=content, read_only=why_read_only(path))


def why_read_only(path: Path) -> str:
    """Why a file that is there cannot be replaced; empty where it can, or where only trying will tell."""
    target = Path(os.path.realpath(path))
    try:
        mode = os.stat(target).st_mode
    except OSError:
        return ""
    if not stat.S_IMODE(mode) & 0o222 or not os.access(target, os.W_OK):
        return "it is read-only"
    if not os.access(target.parent, os.W_OK):
        return "its folder is read-only"
    return ""


def difference(before: bytes, after: bytes, names: tuple[str, str]) -> str:
    """A unified diff of two texts, bounded in lines and in their length; empty where they are the same."""
    old, new = (content.decode(errors="replace").splitlines() for content in (before, after))
    if old == new:
        return "" if before == after else "The texts are the same, but for the ends of their lines."
    lines: list[str] = []
    for line in _unified(old, new):
        if len(lines) == MOST_LINES:
            lines.append("… and more.")
            break
        lines.append(line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…")
    return "\n".join((f"--- {names[0]}", f"+++ {names[1]}", *lines))


def _unified(old: list[str], new: list[str]) -> Iterator[str]:
    """The hunks. What lies between the ends that are alike is compared line by line unless it is too long for that."""
    most = min(len(old), len(new))
    start = next((i for i in range(most) if old[i] != new[i]), most)
    end = next((i for i in range(most - start) if old[-1 - i] != new[-1 - i]), most - start)
    skipped, rest = max(start - CONTEXT, 0), max(end - CONTEXT, 0)
    old, new = old[skipped : len(old) - rest], new[skipped : len(new) - rest]
    if max(len(old), len(new)) <= COMPARED:
        groups = list(difflib.SequenceMatcher(None, old, new).get_grouped_opcodes(CONTEXT))
    else:
        head, tail = start - skipped, end - rest
        ends = len(old) - tail, len(new) - tail
        equal = ("equal", 0, head, 0, head), ("equal", ends[0], len(old), ends[1], len(new))
        groups = [[equal[0], ("replace", head, ends[0], head, ends[1]), equal[1]]]
    for group in groups:
        (_, a, _, c, _), (_, _, b, _, d) = group[0], group[-1]
        yield f"@@ -{_range(a + skipped, b - a)} +{_range(c + skipped, d - c)} @@"
        for tag, first, last, other_first, other_last in group:
            if tag == "equal":
                yield from (f" {line}" for line in old[first:last])
            else:
                yield from (f"-{line}" for line in old[first:last])
                yield from (f"+{line}" for line in new[other_first:other_last])


def _range(before: int, count: int) -> str:
    """Where a hunk begins and how long it is, as ``diff -u`` writes it."""
    return f"{before + (count > 0)}" if count == 1 else f"{before + (count > 0)},{count}"
