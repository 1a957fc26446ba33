"""What was trained on the device is opened, asked, exported and trained on where there is none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from engine.exports import registry
from engine.exports.export import export
from engine.exports.subject import Subject
from tests.engine.stopping import Stopping
from tests.gpu.device import DEVICE
from tests.gpu.runs import preset, trained

ROOT = Path(__file__).resolve().parents[2]
WITHOUT = {"CUDA_VISIBLE_DEVICES": "", "HIP_VISIBLE_DEVICES": ""}
"""What hides GPUs from a process."""


def alone(code: str, folder: Path) -> str:
    """What a program prints that sees no GPU."""
    env = {**os.environ, **WITHOUT, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAYERLOOM_HOME", str(tmp_path_factory.mktemp("home")))
        folder = tmp_path_factory.mktemp("trained") / "run"
        stopped = preset("lenet-5", epochs=2, checkpoint={"epochs": 1, "keep_all": True})
        assert trained(stopped, folder, Stopping(60)).state == "stopped"
    return folder


@pytest.mark.parametrize("ending", ["safetensors", "py", "pt2"])
def test_an_export_computes_without_a_gpu_what_the_run_does(ending: str, run: Path, tmp_path: Path) -> None:
    subject, target = Subject.of_run(run), tmp_path / f"model.{ending}"
    done = export(registry.meant(target), subject, target, force=False)
    assert done.checked.difference < 1e-4
    (given,) = subject.samples(3)
    torch.save(given, tmp_path / "samples.pt")
    torch.save(subject.answers((given,))[0], tmp_path / "answers.pt")
    if ending == "py":  # weights go with it
        export(registry.meant(tmp_path / "w.safetensors"), subject, tmp_path / "w.safetensors", force=False)
    loads = {
        "safetensors": "from safetensors.torch import load_file; weights = load_file('model.safetensors')\n"
        "assert {value.device.type for value in weights.values()} == {'cpu'}; net = None\n",
        "py": "import model; from safetensors.torch import load_file\n"
        f"net = model.{subject.source.class_name}().eval(); net.load_state_dict(load_file('w.safetensors'))\n",
        "pt2": "net = torch.export.load('model.pt2').module()\n",
    }[ending]
    code = (
        "import torch; assert not torch.cuda.is_available()\n"
        f"{loads}"
        "if net is not None:\n"
        "    found, expected = net(torch.load('samples.pt')), torch.load('answers.pt')\n"
        "    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)\n"
    )
    alone(code, tmp_path)


def test_a_run_is_opened_and_asked_without_a_gpu(run: Path, tmp_path: Path) -> None:
    code = (
        "from pathlib import Path; from engine.inside.trained import open_run\n"
        "from engine.inside.evaluation.scores import scores\n"
        f"trained = open_run(Path({str(run)!r})); found = scores(trained, trained.part('test'))\n"
        "print(found.metrics['accuracy'].value)\n"
    )
    assert 0 <= float(alone(code, tmp_path)) <= 1


def test_its_state_is_no_reason_to_need_a_gpu(run: Path, tmp_path: Path) -> None:
    """A run that was begun on a GPU says so where there is none, and its weights begin another one."""
    code = (
        "from pathlib import Path; from engine.training.loop import Trainer\n"
        "from engine.training.status import TrainingError\n"
        f"run = Path({str(run)!r})\n"
        "try:\n"
        "    print(Trainer.resume(run).run().state)\n"
        "except TrainingError as error:\n"
        "    print(error)\n"
        "from tests.gpu.device import CPU\n"
        "from tests.gpu.runs import preset\n"
        "print(Trainer(preset('lenet-5', CPU, epochs=1), Path('more'), weights_of=run).run().state)\n"
    )
    first, last = alone(code, tmp_path).strip().splitlines()
    assert last == "finished"
    assert first == "finished" if DEVICE.type == "cpu" else "resume it where it was begun" in first
    weights = load_file(tmp_path / "more" / "model.safetensors")
    assert all(bool(value.isfinite().all()) for value in weights.values())
