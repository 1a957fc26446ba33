"""Weights go out by their published names: the network written by hand loads them strictly and answers the same."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

import presets
from engine.exports.export import export
from engine.exports.exporter import ExportError
from engine.exports.registry import meant
from engine.exports.subject import Subject
from tests.presets.samples import samples
from tests.presets.test_published import CASES


@pytest.mark.parametrize("name", ["squeezenet-1.1", "resnet-18"])
def test_the_network_by_hand_loads_them(name: str, tmp_path: Path) -> None:
    build, options = CASES[name]
    subject = Subject(presets.build(name, **options))
    target = tmp_path / "out.published.safetensors"
    done = export(meant(target), subject, target)
    assert done.checked.difference == 0
    theirs = build()
    theirs.load_state_dict(load_file(target))
    given = samples(subject.graph)
    with torch.no_grad():
        torch.testing.assert_close(theirs.eval()(*given), subject.module(*given), atol=1e-6, rtol=1e-5)


def test_a_network_that_nobody_has_published_says_so(tmp_path: Path) -> None:
    target = tmp_path / "out.published.safetensors"
    with pytest.raises(ExportError, match="Nobody has published weights"):
        export(meant(target), Subject(presets.build("mlp")), target)
    assert not target.exists()
