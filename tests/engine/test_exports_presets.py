"""Every format of every preset: written, loaded again by other means, and answering as the network does."""

from __future__ import annotations

import json
import os
import platform
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from sklearn.datasets import load_iris

import presets
from engine.data.dataset import DataError
from engine.data.origin import declared
from engine.exports import registry
from engine.exports.export import export
from engine.exports.exporter import ExportError
from engine.exports.int8_file import LARGER
from engine.exports.subject import Subject
from engine.inside.predicting import predict
from tests.engine.runs_to_export import begun
from tests.engine.test_exports_package import said_by_package, said_by_us
from tests.test_house import ROOT

TRAINABLE = [preset.name for preset in presets.all() if preset.data]
OTHERS = ["resnet-18", "resnet-50", "mobilenet-v3-small"]
"""Some of those that are as large as published."""
STEPS = 6
OF_RUNS = ["safetensors", "model", "train", "package", "zip", "onnx", "int8", "pt2", "hub"]
OF_NETWORKS = ["safetensors", "model", "onnx", "pt2"]
NAMES = {"train": "train.py", "package": "package", "hub": "hub"}
CLOSE = 1e-4
ROUNDING = 1e-6
SHORT = 5
"""Letters of a name that weights may hold by chance."""


@pytest.fixture(scope="module")
def subject(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Subject]:
    """A run of a preset that was stopped after some steps, made once for all formats."""
    made: dict[str, Subject] = {}

    def of(name: str) -> Subject:
        if name not in made:
            made.clear()  # one at a time: many networks are large
            made[name] = Subject.of_run(begun(presets.build(name), tmp_path_factory.mktemp(name) / "run", STEPS))
        return made[name]

    return of


def target_of(name: str, folder: Path) -> Path:
    exporter = registry.named(name)
    return folder / NAMES.get(name, f"net{next(iter(exporter.suffixes), '')}")


@pytest.mark.slow
@pytest.mark.parametrize("form", OF_RUNS)
@pytest.mark.parametrize("name", TRAINABLE)  # the formats of one preset come one after the other
def test_every_export_of_every_trainable_preset(
    name: str, form: str, subject: Callable[[str], Subject], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    what, target = subject(name), target_of(form, tmp_path)
    if form in ("package", "zip") and (why := _unasked(what)):
        with pytest.raises(ExportError, match=why):
            export(registry.named(form), what, target)
        with pytest.raises(DataError, match=r"can be asked about files|such files do not have"):
            predict(what.trained, [_file(what, tmp_path)])
        return
    checked = export(registry.named(form), what, target).checked
    assert what.judged is not None
    assert checked.samples == (STEPS if form == "train" else min(64, len(what.judged)))
    exact = form in ("safetensors", "model", "train", "package", "zip", "hub")
    assert checked.difference == 0.0 if exact else checked.difference < (CLOSE if form != "int8" else 10.0)
    if form == "int8":
        assert {row[0] for row in checked.table[1:]} >= {"size", f"time for {checked.samples} samples", "test loss"}
        assert what.onnx is not None
        before, after = _weights(what.onnx[0]), _weights(target.read_bytes())
        assert after < before / 2 or before < 10_000, "weights of eight bits need a quarter, their scales a little"
        before, after = checked.facts["bytes"]  # type: ignore[misc]
        assert (after > before) == (LARGER in checked.notes)
    else:
        assert not [note for note in checked.notes if "licence" not in note]
    if form == "onnx":
        _onnx_agrees(what, target)
    if form == "pt2":
        _pt2_agrees(what, target)
    _private(target)
    if form == "package":
        _predicts_alike(what, target, capsys)


@pytest.mark.slow
@pytest.mark.parametrize("form", OF_NETWORKS)
@pytest.mark.parametrize("name", OTHERS)
def test_every_export_of_every_other_preset(name: str, form: str, tmp_path: Path) -> None:
    what, target = Subject(presets.build(name)), target_of(form, tmp_path)
    checked = export(registry.named(form), what, target).checked
    assert checked.samples == 64
    assert checked.difference < CLOSE
    assert checked.notes == ()
    _private(target)


def _samples(what: Subject, count: int) -> tuple[torch.Tensor, ...]:
    """Other samples than those of the check, as many as nobody has captured the network with."""
    return tuple(value[-count:] for value in what.samples(100))


def _unasked(what: Subject) -> str:
    """Words of why the network of a run can be asked about no file; empty where it can."""
    if declared(what.trained.config).kind not in ("image", "table"):
        return "can be asked about files"
    return "is given 'caption_in' as well" if len(what.trained.network.inputs) > 1 else ""


def _file(what: Subject, folder: Path) -> Path:
    """A table with all that a network of tables is given, else an image."""
    if declared(what.trained.config).kind == "table":
        load_iris(as_frame=True).frame.to_csv(folder / "asked.csv", index=False)
        return folder / "asked.csv"
    pixels = np.random.default_rng(0).integers(0, 256, (30, 44, 3), np.uint8)
    Image.fromarray(pixels).save(folder / "asked.png")
    return folder / "asked.png"


def _predicts_alike(what: Subject, package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The package answers to a file what `layerloom predict` answers."""
    assert what.run is not None
    path = _file(what, package.parent)
    ours = said_by_us(what.run, [path], capsys)
    assert ours
    assert _alike(json.loads(said_by_package(package, [path], "--json")), ours)


def _alike(theirs: Any, ours: Any) -> bool:
    """Whether two answers are the same up to the last bits of float32, which differ between processes."""
    if isinstance(ours, dict):
        return theirs.keys() == ours.keys() and all(_alike(theirs[key], ours[key]) for key in ours)
    if isinstance(ours, list):
        return len(theirs) == len(ours) and all(map(_alike, theirs, ours))
    return bool(theirs == (pytest.approx(ours, abs=ROUNDING, rel=ROUNDING) if isinstance(ours, float) else ours))


def _weights(model: bytes) -> int:
    """The bytes of the weights in a model of ONNX."""
    import onnx

    return sum(len(one.raw_data) for one in onnx.load_from_string(model).graph.initializer)


def _onnx_agrees(what: Subject, target: Path) -> None:
    import onnx
    import onnxruntime

    onnx.checker.check_model(str(target), full_check=True)
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    for count in (1, 5):
        samples = _samples(what, count)
        given = {one.name: value.numpy() for one, value in zip(session.get_inputs(), samples, strict=True)}
        for ours, theirs in zip(what.answers(samples), session.run(None, given), strict=True):
            np.testing.assert_allclose(theirs, ours.numpy(), atol=CLOSE)


def _pt2_agrees(what: Subject, target: Path) -> None:
    module = torch.export.load(str(target)).module()
    samples = _samples(what, 7)
    with torch.no_grad():
        found = module(*samples)
    found = found if isinstance(found, tuple) else (found,)
    torch.testing.assert_close(found, what.answers(samples), atol=CLOSE, rtol=0.0)


def _private(target: Path) -> None:
    """No path, no name of the computer, no library of this installation is in what was written."""
    words = [str(ROOT), sys.prefix, str(target.parent), os.environ["LAYERLOOM_HOME"], platform.node()]
    for name, content in _contents(target):
        assert not [word for word in words if len(word) > SHORT and word.encode() in content], name


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    files = [one for one in path.rglob("*") if one.is_file()] if path.is_dir() else list(path.parent.iterdir())
    for file in files:
        if zipfile.is_zipfile(file):
            with zipfile.ZipFile(file) as archive:
                yield from ((f"{file.name}/{name}", archive.read(name)) for name in archive.namelist())
        else:
            yield file.name, file.read_bytes()
