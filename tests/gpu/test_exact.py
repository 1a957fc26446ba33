"""Exact: two runs with one seed, and a run that is stopped and resumed, have the same bytes."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.graph import Graph
from engine.training.loop import Trainer
from engine.training.runs.run_info import computing_text, promise, read
from tests.engine.stopping import Stopping
from tests.gpu.device import DEVICE, cuda_only
from tests.gpu.runs import preset, trained, with_settings

NETWORKS: dict[str, dict[str, Any]] = {
    "lenet-5": {},
    "resnet-18-small": {"accumulate": 2},
    "mobilenet-v2-small": {"clip_norm": 1.0},
    "lstm-classifier": {"schedule": {"name": "cosine", "interval": "step"}},
    "transformer-encoder": {"ema": {"decay": 0.9}},
    "vit-tiny": {"precision": "bfloat16"},
    "gpt-2-tiny": {},
    "u-net-small": {},
}
SMALL: dict[str, Any] = {"train": 0.1, "validation": 0.05, "test": 0.85}
STEPS = 23
"""After so many a run is stopped: within an epoch."""


def exact(name: str) -> Graph:
    share = {key: value * (0.1 if name == "u-net-small" else 1) for key, value in SMALL.items() if key != "test"}
    split = {**share, "test": 1 - sum(share.values())}
    return preset(name, epochs=3, data__split=split, data__batch_size=16, **NETWORKS[name])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_run_is_repeated_and_resumed_to_the_same_bytes(name: str, tmp_path: Path, record_property: Any) -> None:
    whole = trained(exact(name), tmp_path / "whole")
    assert whole.state == "finished", whole.message
    again = trained(exact(name), tmp_path / "again")
    stopped = trained(exact(name), tmp_path / "cut", Stopping(min(STEPS, whole.steps // 2)))
    assert stopped.state == "stopped", stopped.message
    resumed = Trainer.resume(tmp_path / "cut").run()
    assert (again.state, resumed.state, resumed.steps) == ("finished", "finished", whole.steps)
    rows = {run: (tmp_path / run / "metrics.jsonl").read_bytes() for run in ("whole", "again", "cut")}
    weights = {run: load_file(tmp_path / run / "model.safetensors") for run in rows}
    alike = {
        run: rows[run] == rows["whole"]
        and all(torch.equal(value, weights["whole"][key]) for key, value in weights[run].items())
        for run in ("again", "cut")
    }
    record_property(
        "Exact: the same bytes as the first run",
        {"network": name, "steps": whole.steps, "a second run": alike["again"], "stopped and resumed": alike["cut"]},
    )
    assert alike == {"again": True, "cut": True}


@cuda_only("what it is called, and that float32 is kept")
def test_an_exact_run_says_so(tmp_path: Path) -> None:
    assert trained(preset("mlp", epochs=1, precision="auto"), tmp_path / "run").state == "finished"
    info = read(tmp_path / "run")
    assert (info.gpu, info.precision, info.compile, info.channels_last) == ("exact", "float32", False, False)
    assert torch.cuda.get_device_name(DEVICE) in computing_text(info)
    assert promise(info) == "A resume continues with the same bits."


@cuda_only("kernels that add up in any order")
def test_a_layer_without_such_a_kernel_is_named(tmp_path: Path) -> None:
    graph = Graph("digits")
    ids = [graph.add("Input", name="image", shape=(1, 8, 8)), graph.add("Conv2d", out_channels=4, kernel_size=3)]
    ids += [graph.add("AdaptiveMaxPool2d", name="pool", output_size=2), graph.add("Flatten")]
    ids += [graph.add("Linear", out_features=10), graph.add("Output", name="digit")]
    for source, target in pairwise(ids):
        graph.connect(source, target)
    graph.settings = {"data": {"dataset": "digits"}, "training": {"epochs": 1}}
    result = trained(with_settings(graph), tmp_path / "run")
    assert result.state == "failed"
    assert result.message.startswith("pool (AdaptiveMaxPool2d) is computed on this GPU by adaptive_max_pool2d_backward")
    assert result.about.reason == "not-repeatable"
    assert trained(with_settings(graph, gpu="fast"), tmp_path / "fast").state == "finished"
