"""What the journal costs: an edit in the GUI thread, the first one after a save, and the replay of ten thousand."""

from __future__ import annotations

import random
import threading
import time

import pytest

from engine import project
from engine.edits import Edit, Move
from engine.graph import Graph, GraphError
from engine.journals.edit_format import from_text, to_text
from engine.journals.journal import Journal
from engine.journals.recovery import take
from tests.benchmarks.tables import table
from tests.engine.graphs import random_edit
from tests.engine.large_networks import resnet_152

pytestmark = pytest.mark.slow

EDITS = 10_000
FRAME = 16.0
"""Milliseconds that work in the GUI thread may take."""


def edits(graph: Graph, count: int) -> list[Edit]:
    """So many edits that a graph accepts one after the other: random ones, each undone and redone twice."""
    rng, made = random.Random(1), list[Edit]()
    while len(made) < count:
        edit = random_edit(rng, graph)
        try:
            inverse = edit.apply(graph)
        except GraphError:
            continue
        made += [edit, inverse, edit, inverse, edit]
    return made


def test_typing_does_not_wait_and_ten_thousand_edits_are_soon_restored() -> None:
    graph = Graph("a")
    made = edits(graph, EDITS)
    written, times, stop = Journal.begin(project.to_bytes(Graph("a")), None, "a"), list[float](), threading.Event()

    def sync() -> None:
        while not stop.wait(1.0):
            written.sync()

    syncing = threading.Thread(target=sync)
    syncing.start()
    for edit in made:
        began = time.perf_counter()
        written.append(edit)
        times.append(1e3 * (time.perf_counter() - began))
    stop.set()
    syncing.join()
    written.close()
    began = time.perf_counter()
    restored = take(written.folder)
    replay = time.perf_counter() - began
    restored.journal.remove()
    assert project.to_bytes(restored.graph) == project.to_bytes(graph)

    large = resnet_152()
    began = time.perf_counter()
    base = project.to_bytes(large)
    bytes_ = time.perf_counter() - began
    began = time.perf_counter()
    first = Journal.begin(base, None, large.name)
    first.append(Move(dict.fromkeys(large.nodes, (0.0, 0.0))))
    first_edit = time.perf_counter() - began
    first.remove()
    assert to_text(from_text(to_text(made[0]).encode())) == to_text(made[0])
    times.sort()
    table("Journal", [["", "ms"],
                      [f"an edit, median of {EDITS:,}", f"{times[EDITS // 2]:.3f}"],
                      ["an edit, 99 of 100", f"{times[EDITS * 99 // 100]:.3f}"],
                      [f"an edit, the longest (goal ≤ {FRAME:.0f})", f"{times[-1]:.3f}"],
                      ["ResNet-152 as bytes, when it is opened or saved", f"{1e3 * bytes_:.1f}"],
                      ["its first edit after that, all nodes moved", f"{1e3 * first_edit:.1f}"],
                      [f"{EDITS:,} edits restored (goal ≤ 1,000)", f"{1e3 * replay:.0f}"]])  # fmt: skip
