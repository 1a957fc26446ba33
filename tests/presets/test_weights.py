"""Weights of the networks written by hand go into the presets: by the published names, and without them by order."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

import presets
from engine import weights
from tests.presets.samples import samples
from tests.presets.test_published import CASES

EVERY_DAY = {"alexnet-2012", "squeezenet-1.1", "conv-1d-classifier"}
GUESSED = {
    *("convnext-tiny", "googlenet", "inception-pair", "nasnet-a-mobile", "transformer-base", "vit-b-16", "bert-base"),
    *("gpt-2-small", "llama", "whisper-tiny-encoder", "clip-vit-b-32", "t5-small"),
}
"""Networks whose layers of equal shapes come in another order than those written by hand: that is a guess, and said."""
CHOSEN = [pytest.param(name, marks=() if name in EVERY_DAY else pytest.mark.slow) for name in CASES]


@pytest.mark.parametrize("name", CHOSEN)
def test_weights_find_their_place_by_name_and_what_is_proven_by_order_is_right(name: str, tmp_path: Path) -> None:
    build, options = CASES[name]
    torch.manual_seed(1)
    theirs, graph = _drawn(build()), presets.build(name, **options)
    given = samples(graph, torch.float64)
    state = {key: value.clone() for key, value in theirs.state_dict().items()}
    theirs.double()
    torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, tmp_path / "named.pth")
    save_file({key: value.clone() for key, value in state.items()}, tmp_path / "named.safetensors")
    torch.save(_renamed(state), tmp_path / "nameless.pth")
    for file in ("named.pth", "named.safetensors", "nameless.pth"):
        report = weights.match(graph, tmp_path / file)
        assert (report.missing, report.left_over) == ({}, {})
        if file != "nameless.pth":
            assert set(report.how.values()) == {"name"}
        elif name in GUESSED:
            assert report.guessed
            continue
        else:
            assert set(report.how.values()) == {"order"}
        with torch.no_grad():
            for one, other in zip(
                _many(weights.load(graph, tmp_path / file).double().eval()(*given)), _many(theirs(*given)), strict=True
            ):
                torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)


def _drawn(module: nn.Module) -> nn.Module:
    """Numbers that tell all layers apart, in evaluation."""
    for name, value in module.state_dict().items():
        if value.is_floating_point() and value.ndim == 1:
            value.uniform_(*((0.8, 1.2) if name.endswith(("weight", "running_var")) else (-0.1, 0.1)))
    return module.eval()


def _renamed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Every layer is called by a number that says nothing."""
    layers = list(dict.fromkeys(name.rpartition(".")[0] for name in state))
    numbers = {layer: f"layers.{7919 * index % 10007}" for index, layer in enumerate(layers)}
    return {f"{numbers[name.rpartition('.')[0]]}.{name.rpartition('.')[2]}": value for name, value in state.items()}


def _many(answer: Tensor | tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return answer if isinstance(answer, tuple) else (answer,)
