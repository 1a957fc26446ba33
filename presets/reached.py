"""What the presets reach on the data that come along: medians of some seeds, measured by the long proofs.

``python dev.py test --all learning`` measures them, and ``python -m tests.presets.scores`` takes them over into the
file that is read here. Another processor, or number of threads, rounds in another way and reaches a little else.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

FILE = "reached.json"


@dataclass(frozen=True, slots=True)
class Reached:
    """The median of ``seeds`` runs on the test part of ``data``, each with the preset's own settings.

    ``score`` is a ``metric`` as in `engine.metrics`, or "loss", after so many ``epochs``. It is judged
    for the field ``target``, where there is one: what simple answers reach for it is in `engine.data.baselines`.
    """

    data: str
    target: str
    metric: str
    score: float
    epochs: int
    seeds: int


def reached(name: str) -> Reached | None:
    """What the preset of this name reaches; None for one without data on board, and for those of one's own."""
    return every().get(name)


@cache
def every() -> Mapping[str, Reached]:
    """What is known, by the name of the preset."""
    table = json.loads(files("resources").joinpath(FILE).read_text(encoding="utf-8"))
    return MappingProxyType({name: Reached(**row) for name, row in table.items()})


def as_json(found: Mapping[str, Reached]) -> str:
    """The text of the file: one preset a line, in the order given."""
    rows = (f" {json.dumps(name)}: {json.dumps(asdict(one))}" for name, one in found.items())
    return "{\n" + ",\n".join(rows) + "\n}\n"
