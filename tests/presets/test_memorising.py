"""What every preset with data on board can do at least: learn eight samples by heart. And all sources run alone."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
import torch

import presets
from engine.data.pipeline import Part, prepare
from engine.edits import MISSING, SetSetting
from engine.settings.resolution import resolve_settings
from engine.shapes import infer
from engine.source import source
from engine.training.evaluation.network import Batch, Network
from engine.training.plan import check
from engine.training.steps.assembly import build
from presets.preset import Preset
from tests.presets.comparing import RANDOM
from tests.presets.samples import SIZES

LEARNING = [preset for preset in presets.BUILT_IN if preset.data]
EIGHT, STEPS, EVERY = 8, 1000, 10
RUN = """
import json, pathlib, sys, torch
torch.set_grad_enabled(False)
answered = {}
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.py")):
    names, (kind, inputs) = {}, json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), names)
    with torch.device("meta"):
        answers = names[kind]()(*(torch.zeros(shape, dtype=getattr(torch, dtype)) for shape, dtype in inputs))
    answered[path.stem] = [list(one.shape) for one in (answers if isinstance(answers, tuple) else (answers,))]
assert not {"engine", "presets", "gui"} & set(sys.modules)
print(json.dumps(answered))
"""


@pytest.mark.slow
@pytest.mark.parametrize("preset", LEARNING, ids=lambda preset: preset.name)
def test_a_preset_learns_eight_samples_by_heart(preset: Preset, record_property: Callable[[str, object], None]) -> None:
    graph = preset.build()
    settings = resolve_settings(graph)
    assert isinstance(settings, tuple)
    rate = settings[1].optimizer.lr
    for name, value in (("schedule", MISSING), ("threads", 1)):
        SetSetting(("training", name), value).apply(graph)
    plan = check(graph)
    data = prepare(plan.data)
    stepper = build(plan, data, torch.device("cpu"))
    network = stepper.network
    for module in network.module.modules():
        if (share := RANDOM.get(type(module).__name__)) is not None:
            setattr(module, share, 0.0)
    batch = _eight(data.train, network)
    for step in range(1, STEPS + 1):
        loss = float(stepper.step([batch], step, measure=False).loss)
        if step % EVERY == 0 and _known(network, batch):
            row = {"preset": preset.name, "data": preset.data, "rate": rate, "steps": step, "loss": f"{loss:.3f}"}
            record_property("Eight samples by heart", row)
            return
    pytest.fail(f"after {STEPS} steps at a rate of {rate} the loss is {loss}")


def _eight(part: Part, network: Network) -> Batch:
    """Eight samples from all over a part that differ in what every Input sees."""
    chosen: list[int] = []
    for index in range(0, len(part), max(1, len(part) // (4 * EIGHT))):
        others = chosen[:EIGHT]
        if all(not part.tensors[name][index].equal(part.tensors[name][i]) for name in network.inputs for i in others):
            chosen.append(index)
    assert len(chosen) >= EIGHT
    return {name: part.tensors[name][chosen[:EIGHT]] for name in network.fields}


def _known(network: Network, batch: Batch) -> bool:
    """Of classes all are right, at 99 positions of 100; of numbers R² is 0.95; terms of a loss are as good as 0."""
    with torch.no_grad():
        values = network.measure([(network.answers(batch), batch)])
    judged = {"accuracy": 0.99, "r2": 0.95}
    good = [float(str(values[key])) >= judged[name] for key in values for name in judged if key.startswith(name)]
    return all(good) if good else float(str(values["loss"])) < 0.1


def _sources(folder: Path) -> Iterator[tuple[str, Sequence[tuple[int, ...]]]]:
    """Write the source of every preset, with what its Inputs take; its name, and what its Outputs are to answer."""
    for preset in presets.BUILT_IN:
        graph = preset.build()
        report, written = infer(graph), source(graph)
        given = [report.outputs[node.id]["output"] for node in graph.of_type("Input")]
        inputs = [(spec.bound(SIZES), spec.dtype) for spec in given]
        (folder / f"{preset.name}.py").write_text(written.text, encoding="utf-8")
        (folder / f"{preset.name}.json").write_text(json.dumps((written.class_name, inputs)), encoding="utf-8")
        yield preset.name, [report.inputs[node.id][0].bound(SIZES) for node in graph.of_type("Output")]


@pytest.mark.slow
def test_the_sources_of_all_networks_run_in_a_process_that_has_only_torch(tmp_path: Path) -> None:
    expected = {name: [list(shape) for shape in shapes] for name, shapes in _sources(tmp_path)}
    command = [sys.executable, "-I", "-c", RUN, str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout) == expected
    assert set(expected) == {preset.name for preset in presets.BUILT_IN}
