"""What every preset with data on board can do at least: learn eight samples by heart. And its source runs by itself."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

import presets
from engine.compile import compile_graph
from engine.data.datasets import get, load
from engine.nn.stochastic_depth import StochasticDepth
from engine.settings.resolution import resolve_settings
from engine.source import source
from presets.preset import Preset

LEARNING = [preset for preset in presets.BUILT_IN if preset.data]
STEPS, EVERY = 600, 20
RANDOM = ("Dropout", StochasticDepth.__name__)
RUN = """
import pathlib, sys, torch
torch.set_grad_enabled(False)
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    names = {}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    shape, kind = path.with_suffix(".txt").read_text().split(":")
    with torch.device("meta"):
        names[kind]()(torch.empty(2, *map(int, shape.split(","))))
assert "engine" not in sys.modules
print(len(names) > 0)
"""


@pytest.mark.slow
@pytest.mark.parametrize("preset", LEARNING, ids=lambda preset: preset.name)
def test_a_preset_learns_eight_samples_by_heart(preset: Preset) -> None:
    torch.manual_seed(0)
    graph = preset.build()
    model, (x, targets) = compile_graph(graph).train(), _samples(preset)
    for module in model.modules():
        if type(module).__name__ in RANDOM:
            module.p = 0.0
    settings = resolve_settings(graph)
    assert isinstance(settings, tuple)
    rate = min(settings[1].optimizer.lr, 2e-3)
    optimizer = torch.optim.AdamW(model.parameters(), lr=rate)
    for step in range(STEPS):
        answers = model(x)
        several = answers if isinstance(answers, tuple) else (answers,)
        losses = [_loss(answer, target) for answer, target in zip(several, targets * len(several), strict=False)]
        if step % EVERY == 0 and all(map(_known, several, targets * len(several))):
            return
        optimizer.zero_grad()
        torch.stack(losses).sum().backward()
        optimizer.step()
    pytest.fail(f"after {STEPS} steps the losses are {[loss.item() for loss in losses]}")


def _samples(preset: Preset) -> tuple[Tensor, list[Tensor]]:
    """Eight samples as the preset takes them, and what its Output learns."""
    graph, fields, columns = preset.build(), get(preset.data).fields, load(preset.data)
    (given,) = graph.of_type("Input")
    shape = given.parameters["shape"]
    name = next(key for key, field in fields.items() if field.role == "input")
    x = torch.tensor(columns[name][::150][:8]).float()
    x = (x - x.mean()) / x.std()
    if tuple(x.shape[1:]) != tuple(shape):
        x = F.interpolate(x, size=shape[-2:], mode="bilinear")
    asked = graph.of_type("Output")[0].parameters.get("field")
    target = asked or next(key for key, field in fields.items() if field.role == "target")
    return x, [x if target == name else torch.tensor(columns[target][::150][:8])]


def _loss(answer: Tensor, target: Tensor) -> Tensor:
    return F.mse_loss(answer, target) if target.is_floating_point() else F.cross_entropy(answer, target)


def _known(answer: Tensor, target: Tensor) -> bool:
    """Every class is right; of masks 99 pixels of 100, of numbers the mean square error is below 0.05."""
    if target.is_floating_point():
        return float(F.mse_loss(answer.detach(), target)) < 0.05
    right = (answer.argmax(1) == target).float().mean()
    return float(right) >= (0.99 if target.ndim > 1 else 1.0)


@pytest.mark.slow
def test_the_sources_of_all_networks_run_in_a_process_that_has_only_torch(tmp_path: Path) -> None:
    for preset in presets.BUILT_IN:
        graph = preset.build()
        written = source(graph)
        (given,) = graph.of_type("Input")
        shape = ",".join(map(str, given.parameters["shape"]))
        (tmp_path / f"{preset.name}.py").write_text(written.text, encoding="utf-8")
        (tmp_path / f"{preset.name}.txt").write_text(f"{shape}:{written.class_name}", encoding="utf-8")
    command = [sys.executable, "-I", "-c", RUN, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr[-2000:]
