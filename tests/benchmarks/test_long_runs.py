"""How soon a long run is open, by its lines and by the columns that are stored beside them; and 5,000 runs listed."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import presets
from engine.training.runs.catalogue import listing
from engine.training.runs.clock import read_curves
from engine.training.runs.folder import METRICS, TIMING
from engine.training.runs.run import Run
from tests.benchmarks.tables import table

STEPS = {1_000_000: 0.5, 100_000: 0.1}
"""Steps → the goal in seconds."""
RUNS, LISTED = 5_000, 0.150


def seconds(call: Callable[[], object]) -> float:
    """The processor time of a call."""
    began = time.process_time()
    call()
    return time.process_time() - began


@pytest.mark.slow
def test_opening_a_long_run(tmp_path: Path) -> None:
    rows: list[list[object]] = [["steps", "by the lines (s)", "by the columns (s)", "reading the bytes (s)", "goal"]]
    for steps, goal in STEPS.items():
        run = tmp_path / str(steps)
        run.mkdir()
        with (run / METRICS).open("w") as file:
            for n in range(1, steps + 1):
                file.write(
                    f'{{"step":{n},"epoch":{n // 1000},"split":"train","loss":{1 / n:.9g},"accuracy":0.5,"lr":0.003}}\n'
                )
        with (run / TIMING).open("w") as file:
            for n in range(100, steps + 1, 400):
                file.write(
                    json.dumps({"step": n, "seconds": n / 4000, "samples_per_second": 1e5, "waiting": 0.1}) + "\n"
                )
        first = seconds(lambda run=run: read_curves(run))
        again = min(seconds(lambda run=run: read_curves(run)) for _ in range(3))
        raw = min(seconds((run / ".curves").read_bytes) for _ in range(3))
        rows.append([f"{steps:,}", f"{first:.2f}", f"{again:.3f}", f"{raw:.3f}", f"{goal}"])
    table("Opening a long run, processor time", rows)


@pytest.mark.slow
def test_listing_many_runs(tmp_path: Path) -> None:
    first = tmp_path / "runs" / "first"
    run = Run.create(first, presets.build("mlp"), device="cpu", threads=1)
    run.update(state="finished", epochs=30, steps=1200, validation={"loss": 0.1, "accuracy": 0.98})
    run.close()
    facts = json.loads((first / "run.json").read_text())
    for number in range(1, RUNS):
        folder = tmp_path / "runs" / f"run-{number:05}"
        folder.mkdir()
        (folder / "run.json").write_text(
            json.dumps(facts | {"started": f"2026-01-01T00:{number // 60 % 60:02}:{number % 60:02}+00:00"})
        )
    built = seconds(lambda: listing(tmp_path / "runs"))
    times = [seconds(lambda: listing(tmp_path / "runs")) for _ in range(5)]
    assert len(listing(tmp_path / "runs").entries) == RUNS
    rows: list[list[object]] = [["", "milliseconds", "goal"], ["the first time", f"{1e3 * built:.0f}", "–"],
                                ["by the index", f"{1e3 * sorted(times)[2]:.0f}", f"{1e3 * LISTED:.0f}"]]  # fmt: skip
    table(f"{RUNS:,} runs listed, processor time", rows)
