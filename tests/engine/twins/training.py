"""One training of the grid: what it reached, and what was said of it before and while it ran."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.graph import Graph
from engine.problems import find
from engine.training.findings import Diagnosis
from engine.training.loop import Trainer
from engine.training.runs.run_info import read
from engine.training.status import TrainingError

LOST = -1.0
"""The score of a training that ended without one, and the lowest: worse than any guess."""


@dataclass(frozen=True)
class Outcome:
    """``score`` is that of the test part, ``found`` what the checker says, kind (and kind:setting) → severity.

    ``said`` is what the diagnosis says, kind → the first epoch (from 1; 0: before the first step), ``diagnoses``
    all of it. ``ended`` is the sentence of a training that failed or could not begin.
    """

    score: float
    found: Mapping[str, str]
    said: Mapping[str, int]
    diagnoses: tuple[Diagnosis, ...]
    ended: str = ""

    @property
    def standing(self) -> frozenset[str]:
        """What the diagnosis still says at the end."""
        return frozenset(each.code for each in self.diagnoses if not each.over)

    def flags(self, within: int) -> frozenset[str]:
        """The kinds that are said up to an epoch, hints of the checker among them."""
        return frozenset(self.found) | {kind for kind, epoch in self.said.items() if epoch <= within}


def train(graph: Graph, metric: str, folder: Path) -> Outcome:
    """Check and train a project in a folder that is gone afterwards."""
    found: dict[str, str] = {}
    for problem in reversed(find(graph)):  # the gravest come first in the list: they count
        found[problem.code] = problem.severity
        if problem.setting:
            found[f"{problem.code}:{problem.setting}"] = problem.severity
    trainer = Trainer(graph, folder / "run")
    try:
        result = trainer.run()
        info = read(result.run)
    except TrainingError as error:
        return Outcome(LOST, found, {}, (), str(error))
    finally:
        shutil.rmtree(folder / "run", ignore_errors=True)
    steps = max(1, result.steps // max(1, result.epochs))
    said: dict[str, int] = {}
    for each in info.diagnoses:
        epoch = math.ceil(each.step / steps)
        said[each.code] = min(epoch, said.get(each.code, epoch))
    score = result.test.get(metric, math.nan)
    score = max(score, LOST) if math.isfinite(score) else LOST
    ended = "" if result.state == "finished" else result.message
    return Outcome(score, found, said, tuple(info.diagnoses), ended)
