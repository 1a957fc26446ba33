"""Tensors in files: as safetensors reads and writes them, but into files of ours, so with their mode and no others."""

from __future__ import annotations

import io
import os
import stat
from pathlib import Path

import pytest
import safetensors.torch
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.training.loop import Trainer
from engine.training.runs.checkpoint import FOLDER
from engine.training.runs.tensors import DTYPES, write_safetensors
from tests.engine.stopping import Stopping
from tests.engine.test_training_keeping import hidden, kept
from tests.platforms import unix

SHAPES = st.lists(st.integers(0, 4), max_size=3)
NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8).filter(lambda name: name[0] != "_")


def written(weights: dict[str, torch.Tensor], metadata: dict[str, str] | None = None) -> bytes:
    file = io.BytesIO()
    write_safetensors(file, weights, metadata)
    return file.getvalue()


@settings(max_examples=25)
@given(
    drawn=st.dictionaries(NAMES, st.tuples(st.sampled_from(sorted(DTYPES)), SHAPES), max_size=5),
    seed=st.integers(0, 99),
    metadata=st.none() | st.dictionaries(st.just("modules"), st.text(max_size=9), min_size=1),
)
def test_safetensors_reads_what_was_written(
    drawn: dict[str, tuple[str, list[int]]], seed: int, metadata: dict[str, str] | None
) -> None:
    random = torch.Generator().manual_seed(seed)
    weights = {}
    for name, (dtype, shape) in drawn.items():
        kind = getattr(torch, dtype.removeprefix("torch."))
        size = torch.empty(0, dtype=kind).element_size()
        content = torch.randint(0, 2 if kind == torch.bool else 256, (*shape, size), generator=random)
        weights[name] = content.to(torch.uint8).view(kind).reshape(shape)
    found = safetensors.torch.load(written(weights, metadata))
    assert {name: (tensor.dtype, tensor.shape) for name, tensor in found.items()} == {
        name: (tensor.dtype, tensor.shape) for name, tensor in weights.items()
    }
    for name, tensor in weights.items():
        bits = [each.reshape(-1).view(torch.uint8) for each in (tensor, found[name])]
        assert torch.equal(*bits)


def test_the_tensors_of_a_network_are_the_same_bytes_as_those_of_safetensors() -> None:
    norm = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3), torch.nn.BatchNorm2d(4)).state_dict()
    mixed = {"mask": torch.ones(3, dtype=torch.bool), "half": torch.ones((), dtype=torch.bfloat16), **norm}
    for metadata in (None, {"modules": '{"n1": "0", "ß": "<b>"}'}):
        assert written(mixed, metadata) == safetensors.torch.save(mixed, metadata)


def test_values_that_safetensors_does_not_know_are_refused() -> None:
    with pytest.raises(RuntimeError, match="complex128"):
        written({"a": torch.ones(2, dtype=torch.complex128)})


@unix
def test_all_files_of_a_run_have_one_mode(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        Trainer(kept(epochs=2, checkpoint={"keep_all": True, "best": True}), tmp_path / "run").run()
    finally:
        os.umask(before)
    paths = [path for path in (tmp_path / "run").rglob("*") if path.is_file()]
    assert {"model.safetensors", "best.safetensors", "optimizer.pt", "metrics.jsonl"} <= {path.name for path in paths}
    assert {path.name: oct(stat.S_IMODE(path.stat().st_mode)) for path in paths} == {
        path.name: oct(0o640) for path in paths
    }


def test_what_a_killed_program_of_a_former_version_has_left_is_gone(tmp_path: Path) -> None:
    run = tmp_path / "run"
    Trainer(kept(), run, control=Stopping(20)).run()
    for left in (run / ".tmpQS3yOD", run / FOLDER / ".tmp0aB9zZ"):
        left.write_bytes(b"half")
    assert Trainer.resume(run).run().state == "finished"
    assert hidden(run) == []
