"""What batches of like length save: samples a second of a training with length buckets and without."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

from engine.data import sources
from engine.edits import SetSetting
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.benchmarks.tables import table

ROWS, LONGEST, BUCKETS = 1500, 60, 20
NETWORKS = ("lstm-text-classifier", "bag-of-words-classifier")
TRANSLATORS = ("encoder-decoder-lstm", "transformer-small")


def texts(path: Path, *, translated: bool) -> Path:
    """Texts of 2 to 60 words, most of them short, with a class or their words in capitals."""
    source = random.Random(0)
    words = [f"w{index}" for index in range(300)]
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["text", "answer" if translated else "label"])
        for row in range(ROWS):
            count = min(LONGEST, 2 + int(source.expovariate(1 / 14)))
            chosen = source.choices(words, k=count)
            writer.writerow([" ".join(chosen), " ".join(chosen).upper() if translated else ("a", "b")[row % 2]])
    return path


def samples_a_second(preset: str, path: Path, buckets: int | None, run: Path) -> float:
    """Of processor time, over two epochs and their evaluations."""
    options = {"layout": "pairs"} if preset in TRANSLATORS else {}
    graph, found = fitted(preset, sources.describe(path, "text", {"tokens": "words", **options}))
    values = {("training", "epochs"): 2, ("training", "threads"): 1, ("data", "buckets"): buckets}
    for where, value in values.items():
        SetSetting(where, value).apply(graph)
    start = time.process_time()
    assert Trainer(graph, run).run().state == "finished"
    return 2 * 0.7 * found.samples / (time.process_time() - start)


def test_batches_of_like_length_waste_less_on_padding(tmp_path: Path) -> None:
    samples_a_second(NETWORKS[0], texts(tmp_path / "first.csv", translated=False), None, tmp_path / "first")  # warm up
    rows = [["network", "without buckets", f"{BUCKETS} batches at a time", "ratio"]]
    for number, preset in enumerate((*NETWORKS, *TRANSLATORS)):
        path = texts(tmp_path / f"{number}.csv", translated=preset in TRANSLATORS)
        plain, sorted_ = (
            samples_a_second(preset, path, buckets, tmp_path / f"{preset}-{buckets}") for buckets in (None, BUCKETS)
        )
        rows.append([preset, f"{plain:,.0f}", f"{sorted_:,.0f}", f"{sorted_ / plain:.2f}"])
    table("Samples a second of processor time in training, with length buckets and without", rows)
