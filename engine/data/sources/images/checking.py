"""Images decoded once to be checked; what was found is kept, so that later only those are decoded that have changed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Final

from engine import own_files
from engine.data.cache import shelf
from engine.data.dataset import SampleError
from engine.data.sources.images.decoding import LARGEST, decoded, decoder
from engine.data.streams import ahead, workers
from engine.data.watch import Watch
from engine.errors import Reason
from engine.files import FileError, read_bytes

SIDE: Final = 8
GAP: Final = 2.0
"""An image is first averaged to so many times its small size, which takes a fifth of the time of a photograph."""
FLAT: Final = -1
"""The look of an image of one tone: all such look alike."""
VERSION: Final = 2
"""Another one where an image is seen otherwise than before."""
KEPT: Final = "checks.json"
TOGETHER: Final = 25
"""Images that a thread takes at once."""
WORTH: Final = 500
"""Images from which on it is kept what was found."""
LARGEST_FILE: Final = 2**31
LARGEST_KEPT: Final = 64 * 2**20
Facts = Mapping[str, tuple[int, int]]
"""Name → size and time of change."""
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Seen:
    """An image as it was decoded: height and width, mode, the sum of its bytes, and 9 × 8 pixels of it (RGB).

    ``fault`` says why it cannot be read, and ``reason`` of which kind that is; then nothing else is known.
    """

    name: str
    size: tuple[int, int] = (0, 0)
    mode: str = ""
    digest: str = ""
    small: bytes = b""
    fault: str = ""
    reason: Reason = ""


@dataclass(frozen=True, slots=True)
class Checked:
    """What an image is: its size as it is to be held, its mode, the sum of its bytes, its look (64 bits, 72 tones).

    ``fault`` and ``reason`` are those of `Seen`.
    """

    name: str
    size: tuple[int, int] = (0, 0)
    mode: str = ""
    digest: str = ""
    look: int = 0
    tones: bytes = b""
    colourless: bool = True
    fault: str = ""
    reason: Reason = ""


def checked(path: Path, names: Sequence[str], facts: Facts, largest: int, watch: Watch) -> list[Checked]:
    """These images below ``path``, in order; only what has changed since the last time is decoded. Raises Stopped."""
    known = _load(path, facts) if len(names) >= WORTH else {}
    new = [name for name in names if name not in known]
    done = len(names) - len(new)
    try:
        groups = [new[start : start + TOGETHER] for start in range(0, len(new), TOGETHER)]
        for some in ahead(groups, lambda group: [see(path, name, largest) for name in group], workers(None)):
            watch.at(done / len(names), f"Checking images: {done:,} of {len(names):,}")
            known |= {seen.name: seen for seen in some}
            done += len(some)
    finally:
        if new and len(names) >= WORTH:
            _store(path, facts, (seen for seen in known.values() if not seen.fault))
    return judged([known[name] for name in names])


def see(path: Path, name: str, largest: int = LARGEST) -> Seen:
    """One image, decoded whole."""
    where = path / name
    try:
        content = read_bytes(where, LARGEST_FILE)
        image = decoded(where, BytesIO(content), largest=largest)
        size, mode = (image.height, image.width), image.mode
        coloured = image if mode == "RGB" else image.convert("RGB")
        small = coloured.resize((SIDE + 1, SIDE), reducing_gap=GAP).tobytes()
    except SampleError as error:
        return Seen(name, fault=str(error), reason=error.about.reason)
    except OSError as error:
        unread = SampleError.of(where, error)
        return Seen(name, fault=str(unread), reason=unread.about.reason)
    return Seen(name, size, mode, hashlib.blake2b(content, digest_size=16).hexdigest(), small)


def judged(seen: Sequence[Seen]) -> list[Checked]:
    """How the images look: whether each of 64 pixels is brighter than its left neighbour, and its tones."""
    import numpy as np

    whole = [one for one in seen if not one.fault]
    colours = np.frombuffer(b"".join(one.small for one in whole), np.uint8).reshape(len(whole), SIDE, SIDE + 1, 3)
    colours = colours.astype(np.int16)
    grey = colours.mean(3)
    bits = np.packbits((grey[:, :, 1:] > grey[:, :, :-1]).reshape(len(whole), -1), axis=1)
    flat = grey.std((1, 2)) < 2.0
    colourless = (np.ptp(colours, axis=3) <= 2).all((1, 2))
    tones = grey.astype(np.uint8)
    rows = iter(range(len(whole)))
    result = list[Checked]()
    for one in seen:
        if one.fault:
            result.append(Checked(one.name, fault=one.fault, reason=one.reason))
            continue
        row = next(rows)
        look = FLAT if flat[row] else int.from_bytes(bits[row].tobytes(), "big")
        result.append(
            Checked(one.name, one.size, one.mode, one.digest, look, tones[row].tobytes(), bool(colourless[row]))
        )
    return result


# -- what is kept ------------------------------------------------------------------------------------------------------


def _folder(path: Path) -> Path:
    key = f"checks {VERSION} {path} {decoder()}"
    return shelf.folder() / hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _load(path: Path, facts: Facts) -> dict[str, Seen]:
    """What was found of the images that are as they were then; nothing where it cannot be read."""
    found = dict[str, Seen]()
    try:
        for name, size, time, height, width, mode, digest, small in json.loads(
            own_files.read_whole(_folder(path), KEPT, LARGEST_KEPT)
        ):
            if facts.get(name) == (size, time):
                pixels = base64.b64decode(small, validate=True)
                if len(pixels) == SIDE * (SIDE + 1) * 3:
                    found[name] = Seen(name, (int(height), int(width)), str(mode), str(digest), pixels)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, TypeError, RecursionError, binascii.Error) as error:
        log.info("What was found of the images in %s is not known any more: %s", path, error)
        return {}
    return found


def _store(path: Path, facts: Facts, seen: Iterable[Seen]) -> None:
    rows = [
        [one.name, *facts[one.name], *one.size, one.mode, one.digest, base64.b64encode(one.small).decode()]
        for one in seen
    ]
    content = json.dumps(rows, separators=(",", ":")).encode()
    try:
        if shelf.make_room(len(content)):
            shelf.note_use(_folder(path), str(path), "checks")
            own_files.write_atomically(_folder(path), KEPT, content)
    except (OSError, FileError) as error:
        log.info("What was found of the images in %s is not kept: %s", path, error)
