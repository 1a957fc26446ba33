"""What runs without a name are called: a number for each run of a network, given once and never to another run.

``.numbers.json`` in the folder of the runs remembers them, those of deleted runs as well. Runs that it does not know
are numbered in the order of their starts; without the file, or with a damaged one, all are.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from engine import own_files
from engine.errors import LayerloomError
from engine.files import encoded

NUMBERS: Final = ".numbers.json"
LARGEST: Final = 64 * 2**20
Numbers = dict[str, dict[str, int]]
"""Name of a network → name of the folder of a run → its number."""


def numbered(folder: Path, runs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Folder name → number of ``runs``, (network, folder name) each, oldest first. What is new is remembered.

    Where it cannot be written, as in a folder for reading only, the numbers hold as long as no run is deleted.
    """
    known = _known(folder)
    last = {network: max(given.values(), default=0) for network, given in known.items()}
    found, fresh = {}, False
    for network, name in runs:
        given = known.setdefault(network, {})
        if name not in given:
            given[name] = last[network] = last.get(network, 0) + 1
            fresh = True
        found[name] = given[name]
    if fresh:
        content = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
        with contextlib.suppress(LayerloomError):
            own_files.write_atomically(folder, NUMBERS, encoded(content))
    return found


def _known(folder: Path) -> Numbers:
    """What the file remembers; nothing where it is not as it should be."""
    try:
        content = json.loads(own_files.read_whole(folder, NUMBERS, LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) and all(map(_sound, content.values())) else {}


def _sound(given: object) -> bool:
    """Whether these are numbers from 1 on, each of one run."""
    if not isinstance(given, dict) or not all(type(number) is int and number > 0 for number in given.values()):
        return False
    return len(set(given.values())) == len(given)
