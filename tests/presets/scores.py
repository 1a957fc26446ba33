"""What the long proofs of learning have measured becomes what the gallery shows: ``python -m tests.presets.scores``."""

from __future__ import annotations

import math
from itertools import compress
from pathlib import Path

import presets
from engine.data.baselines import Baseline, remembered
from engine.data.datasets import get
from engine.graph import Graph
from engine.settings.data import DataConfig
from presets import reached
from presets.preset import Preset
from presets.reached import Reached, as_json
from tests import proofs

TITLE = "Learning"
"""The table whose rows hold, for each preset, what `Reached` does."""
METRICS = {
    **{"segmentation": "iou", "reconstruction": "r2", "contrastive learning": "loss"},
    **{"forecast": "r2", "text recognition": "exact_match"},
}
"""What a task is judged by; all others by their accuracy."""
FILE = Path(__file__).resolve().parents[2] / "resources" / reached.FILE


def metric(preset: Preset) -> str:
    """What a preset is judged by."""
    return METRICS.get(preset.task, "accuracy")


def target(graph: Graph) -> str:
    """The field that the first Output learns; empty where no Output is compared with the data."""
    first = graph.of_type("Output")[0].parameters
    if first.get("loss") == "value":
        return ""
    fields = get(graph.settings["data"]["dataset"]).fields
    return str(first.get("field") or next(name for name, field in fields.items() if field.role == "target"))


def simple_answers(found: Reached) -> dict[str, Baseline]:
    """What simple answers reach for the same target of the same data, by their names."""
    return {one.name: one for one in remembered(DataConfig(dataset=found.data)) if one.target == found.target}


def guessed(graph: Graph, found: Reached) -> float:
    """What who knows nothing reaches: the commonest class, the mean, or the same chance for every partner."""
    if found.metric == "r2":
        return 0.0
    if found.metric == "loss":
        weights = [float(str(node.parameters.get("weight", 1.0))) for node in graph.of_type("Output")]
        terms = [node.parameters.get("loss") == "value" for node in graph.of_type("Output")]
        return math.log(graph.settings["data"]["batch_size"]) * sum(compress(weights, terms))
    share = simple_answers(found)["majority"].score
    return share / (get(found.data).fields[found.target].classes or 1) if found.metric == "iou" else share


def main() -> None:
    """Take the scores over from the last run of the proofs; presets that it did not measure keep theirs."""
    rows = proofs.read(proofs.file_of("learning")).tables.get(TITLE, [])
    measured = {row["preset"]: Reached(**{name: row[name] for name in Reached.__slots__}) for row in rows}
    known = {**reached.every(), **measured}
    names = [preset.name for preset in presets.BUILT_IN if preset.name in known]
    FILE.write_text(as_json({name: known[name] for name in names}), encoding="utf-8")
    print(f"{len(measured)} of {len(names)} scores in {FILE.name} are new.")


if __name__ == "__main__":
    main()
