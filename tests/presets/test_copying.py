"""How far back a plain recurrent network remembers, and an LSTM of the same size: letters copied after a delay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.data import datasets
from engine.data.declarations.alphabets import COPIED, SHOWN
from engine.data.generated import copying
from engine.edits import SetSetting
from engine.graph import Graph
from engine.training.loop import Trainer
from presets.learning import on_tokens
from presets.preset import chain

DELAYS = (5, 10, 20, 40)
HIDDEN, EPOCHS = 64, 8
CHANCE = 1 / (len(COPIED) - 1)
TITLE = "Letters copied after a delay that grows, one seed"
Note = Callable[[str, object], None]


def delayed(delay: int) -> datasets.Dataset:
    """The data set on board with another delay."""
    known = datasets.get("copying")
    length = 2 * copying.SHOWN + delay
    fields = {name: replace(field, shape=(length,)) for name, field in known.fields.items()}
    return replace(known, name=f"copying_{delay}", fields=fields)


def network(kind: str, delay: int) -> Graph:
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
    graph.settings["training"]["clip_norm"] = 1.0
    return graph


def grown(kind: str, folder: Path) -> list[float]:
    """The share of right letters at each delay: the network is trained at one, then goes on at the next longer one."""
    right, before = list[float](), None
    for delay in DELAYS:
        graph = network(kind, delay)
        SetSetting(("training", "threads"), 1).apply(graph)
        result = Trainer(graph, folder / f"{kind}_{delay}", weights_of=before).run()
        right.append(result.test["accuracy"])
        before = result.run
    return right


@pytest.mark.slow
def test_an_lstm_remembers_over_delays_that_a_plain_network_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record_property: Note
) -> None:
    monkeypatch.setattr(datasets, "DATASETS", (*datasets.DATASETS, *map(delayed, DELAYS)))
    right = {kind: grown(kind, tmp_path) for kind in ("RNN", "LSTM")}
    for index, delay in enumerate(DELAYS):
        words = {kind: f"{100 * values[index]:.1f} %" for kind, values in right.items()}
        record_property(TITLE, {"delay": delay, **words, "guessing": f"{100 * CHANCE:.1f} %"})
    assert min(right["LSTM"]) > 0.95
    assert max(right["RNN"][-2:]) < 0.6
