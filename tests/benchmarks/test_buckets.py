"""What batches of like length save: samples a second with length buckets and without, in training and evaluation."""

from __future__ import annotations

import csv
import random
import time
from pathlib import Path

import torch

from engine.data import sources
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.steps.assembly import build, evaluation_size
from engine.training.steps.device import settled
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


def evaluated_a_second(preset: str, path: Path) -> tuple[float, float]:
    """Of processor time, the best of three evaluations of the training part: as the data lie, and by length."""
    options = {"layout": "pairs"} if preset in TRANSLATORS else {}
    graph, _found = fitted(preset, sources.describe(path, "text", {"tokens": "words", **options}))
    SetSetting(("data", "buckets"), BUCKETS).apply(graph)
    plan = check(graph)
    data = prepare(plan.data)
    network, size = build(plan, data, torch.device("cpu")).network, evaluation_size(plan, len(data.train))
    found, able = list[float](), network.by_length
    with settled(1):
        for network.by_length in (False, able):
            spent = list[float]()
            for _ in range(3):
                start = time.process_time()
                network.evaluate(data.train, size, lambda: True)
                spent.append(time.process_time() - start)
            found.append(len(data.train) / min(spent))
    return found[0], found[1]


def test_evaluations_of_like_length_waste_less_on_padding(tmp_path: Path) -> None:
    rows = [["network", "order of the data", "by length", "ratio"]]
    for number, preset in enumerate((*NETWORKS, *TRANSLATORS)):
        path = texts(tmp_path / f"{number}.csv", translated=preset in TRANSLATORS)
        plain, sorted_ = evaluated_a_second(preset, path)
        rows.append([preset, f"{plain:,.0f}", f"{sorted_:,.0f}", f"{sorted_ / plain:.2f}"])
    table("Samples a second of processor time in evaluation, by length and in the order of the data", rows)
