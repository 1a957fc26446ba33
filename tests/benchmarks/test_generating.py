"""What a step of writing costs: with keys, values and states kept, beside computing the whole again."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import presets
from engine.graph import Graph
from engine.inside.generating.decoding import Steps
from engine.inside.generating.writing import Writer
from tests.benchmarks.tables import table
from tests.engine.looking_networks import fresh

LENGTHS = (64, 256, 1024)
STEPS = 5
NETWORKS: dict[str, Callable[[], Graph]] = {
    "GPT, 2 blocks of 64": lambda: presets.build("gpt-2-tiny", n_positions=1100, n_embd=64, n_layer=2),
    "GPT, 4 blocks of 128": lambda: presets.build("gpt-2-tiny", n_positions=1100, n_embd=128, n_layer=4),
    "LSTM of 192": lambda: presets.build("lstm-language-model"),
}


def milliseconds(steps: Steps, length: int) -> float:
    """Of processor time for a step after so many tokens, the median of some."""
    scores, state = steps.begin([2 + index % 90 for index in range(length)])
    found = []
    for _ in range(STEPS):
        start = time.process_time()
        scores, state = steps.go_on(state, 5)
        found.append(1000 * (time.process_time() - start))
    assert bool(scores.isfinite().all())
    return statistics.median(found)


def test_one_step_costs_one_step() -> None:
    rows: list[list[str]] = [["network", "length", "kept, ms", "whole, ms", "whole / kept"]]
    for name, graph in NETWORKS.items():
        trained = fresh(graph())
        opened = []
        for keep in (True, False):
            writer = Writer(trained, keep=keep)
            object.__setattr__(writer.job, "length", 1100)  # as if its data were as long
            opened.append(writer.opened(writer.from_text("The")))
        assert opened[0].kept, opened[0].why
        for length in LENGTHS:
            kept, whole = (milliseconds(one.steps, length) for one in opened)
            rows.append([name, str(length), f"{kept:.2f}", f"{whole:.2f}", f"{whole / kept:.1f}"])
    table("Milliseconds of processor time for a token", rows)
