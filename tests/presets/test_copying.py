"""How far back a plain recurrent network remembers, and an LSTM of the same size: letters copied after a delay."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.data import datasets
from engine.data.declarations.alphabets import COPIED, SHOWN
from engine.data.generated import copying
from engine.graph import Graph
from engine.training.loop import Trainer
from presets.learning import on_tokens
from presets.preset import chain

DELAYS = (5, 10, 20, 40)
HIDDEN, EPOCHS = 64, 8
CHANCE = 1 / (len(COPIED) - 1)
SEEDS = 3
TITLE = "Letters copied after a delay that grows: median, lowest and highest of three seeds"
Note = Callable[[str, object], None]


def delayed(delay: int) -> datasets.Dataset:
    """The data set on board with another delay."""
    known = datasets.get("copying")
    length = 2 * copying.SHOWN + delay
    fields = {name: replace(field, shape=(length,)) for name, field in known.fields.items()}
    return replace(known, name=f"copying_{delay}", fields=fields)


def network(kind: str, delay: int, seed: int = 0) -> Graph:
    graph = Graph(kind)
    chain(
        graph,
        ("Input", {"name": "symbols", "shape": ("T",), "dtype": "int64"}),
        ("Embedding", {"num_embeddings": len(SHOWN), "embedding_dim": 16}),
        (kind, {"hidden_size": HIDDEN}),
        ("Linear", {"name": "head", "out_features": len(COPIED)}),
        ("Output", {"name": "copy", "ignore_index": 0}),
    )
    graph.settings = on_tokens(f"copying_{delay}", epochs=EPOCHS, lr=5e-3, weight_decay=0.0)
    graph.settings["training"] |= {"clip_norm": 1.0, "threads": 1, "seed": seed}
    return graph


def grown(kind: str, seed: int, folder: Path) -> list[float]:
    """The share of right letters at each delay: the network is trained at one, then goes on at the next longer one."""
    right, before = list[float](), None
    for delay in DELAYS:
        graph = network(kind, delay, seed)
        result = Trainer(graph, folder / f"{kind}_{seed}_{delay}", weights_of=before).run()
        right.append(result.test["accuracy"])
        before = result.run
    return right


@pytest.mark.slow
def test_an_lstm_remembers_over_delays_that_a_plain_network_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Note
) -> None:
    monkeypatch.setattr(datasets, "DATASETS", (*datasets.DATASETS, *map(delayed, DELAYS)))
    right = {kind: [grown(kind, seed, tmp_path) for seed in range(SEEDS)] for kind in ("RNN", "LSTM")}
    for index, delay in enumerate(DELAYS):
        words = {kind: said([row[index] for row in rows]) for kind, rows in right.items()}
        record_property(TITLE, {"delay": delay, **words, "guessing": f"{100 * CHANCE:.1f} %"})
    assert min(map(min, right["LSTM"])) > 0.95
    assert max(max(row[-2:]) for row in right["RNN"]) < 0.6


def said(shares: list[float]) -> str:
    """As the table in `resources/docs/networks.md` has it, which `tests.presets.copying_picture` draws."""
    median, low, high = (100 * share for share in (statistics.median(shares), min(shares), max(shares)))
    return f"{median:.1f} % ({low:.1f}–{high:.1f})"
