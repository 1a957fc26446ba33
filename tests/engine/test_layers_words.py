"""Particular words and numbers of padding, resampling and normalization that the property tests do not see."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any

import pytest
from torch import nn

from engine import layers
from engine.dims import Size
from engine.graph import Node
from engine.layers import normalization, torch_norms
from engine.layers.layer import Layer, ShapeError
from engine.layers.normalization import LayerNorm
from engine.layers.resampling import Upsample
from engine.resolve import Fault, resolve
from engine.spec import BATCH, IMAGE, Spec

Typed = dict[str, Any]
PICTURE = Spec((BATCH, 3, 9, 8), axes=IMAGE)


def layer(name: str, parameters: Typed) -> Layer:
    found = resolve(Node("n1", name, "a", parameters))
    assert isinstance(found, Layer)
    return found


@pytest.mark.parametrize(
    ("name", "parameters", "parameter", "message"),
    [
        (
            "ReplicationPad2d",
            {"padding": -5},
            "padding",
            "cuts off too much: 9 − 5 − 5 = −1 cells of the height are left.",
        ),
        (
            "ReflectionPad2d",
            {"padding": 8},
            "padding",
            "mirrors 8 cells at the edge of the width, 8; at most 7 can be taken from there.",
        ),
        ("ZeroPad2d", {"padding": (-9, 12, 0, 0)}, "padding", "cuts 9 cells off the width, which has only 8."),
        (
            "Upsample",
            {"scale_factor": 0.1},
            "scale_factor",
            "scales the height to ⌊9 · 0.1⌋ = 0 cells; 1 or more are needed.",
        ),
        (
            "Upsample",
            {"size": (4,)},
            "size",
            "has 1 number in size, but (N, 3, 9, 8) has 2 axes after the channels.",
        ),
        (
            "PixelShuffle",
            {"upscale_factor": 2},
            "upscale_factor",
            "needs channels in groups of 2² = 4, but (N, 3, 9, 8) has 3 channels, and 3 / 4 is not an integer.",
        ),
        (
            "PixelUnshuffle",
            {"downscale_factor": 2},
            "downscale_factor",
            "cuts the height of 9 into pieces of 2, and 9 / 2 is not an integer.",
        ),
        (
            "LayerNorm",
            {"last_axes": 4},
            "last_axes",
            "normalizes 4 axes of (N, 3, 9, 8), which has only 3 after the batch.",
        ),
    ],
)
def test_what_does_not_fit_is_said_with_its_numbers(name: str, parameters: Typed, parameter: str, message: str) -> None:
    with pytest.raises(ShapeError) as caught:
        layer(name, parameters).infer(PICTURE)
    assert str(caught.value) == message
    assert caught.value.parameter == parameter


def test_torchs_order_of_paddings_begins_with_the_last_axis() -> None:
    pad = layer("ZeroPad2d", {"padding": (1, 2, -1, 0)})
    out = pad.infer(PICTURE)
    assert isinstance(out, Spec)
    assert out.shape == (BATCH, 3, 8, 11)
    assert pad.filled((PICTURE,), (out,)) == "height = 9 − 1 + 0 = 8\nwidth = 8 + 1 + 2 = 11"


def test_an_open_size_is_scaled_by_exact_factors_only() -> None:
    sequence = Spec((BATCH, 3, Size("T") * 2 + 1))
    assert Upsample(scale_factor=1.5).infer(sequence).bound({"N": 1, "T": 2}) == (1, 3, 7)
    with pytest.raises(ShapeError, match="an open size needs an exact factor"):
        Upsample(scale_factor=0.3).infer(sequence)


def test_an_expression_for_the_last_axes_stays_out_of_the_source() -> None:
    texts = {"normalized_shape": "features", "last_axes": "count"}
    assert LayerNorm(last_axes=1).module(Spec((BATCH, 7, 16)), texts=texts) == "nn.LayerNorm(features)"
    assert LayerNorm(last_axes=2).module(Spec((BATCH, 7, 16))) == "nn.LayerNorm((7, 16))"


WITH_BIAS = [f"{kind}Norm{axes}d" for kind in ("Batch", "Instance") for axes in (1, 2, 3)] + ["GroupNorm"]


@pytest.mark.parametrize("name", WITH_BIAS)
def test_whether_the_installed_torch_has_a_bias_is_read_as_it_says_itself(name: str) -> None:
    cls = layers.get(name)
    assert issubclass(cls, normalization._Biased)
    assert torch_norms.takes_bias(*cls.declared) == ("bias" in inspect.signature(getattr(nn, name)).parameters)


@pytest.fixture
def older_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A torch whose norms have no bias of their own to be left out."""
    folder = tmp_path / "nn" / "modules"
    folder.mkdir(parents=True)
    for file, owner in (cls.declared for cls in map(layers.get, WITH_BIAS) if issubclass(cls, normalization._Biased)):
        (folder / f"{file}.py").write_text(f"class {owner}:\n    def __init__(self, eps, affine=True):\n        pass\n")
    spec = ModuleSpec("torch", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path)]
    monkeypatch.setattr(torch_norms, "find_spec", lambda name: spec)
    monkeypatch.setattr(normalization, "version", lambda name: "2.9.1")
    torch_norms.takes_bias.cache_clear()
    yield
    torch_norms.takes_bias.cache_clear()


@pytest.mark.usefixtures("older_torch")
@pytest.mark.parametrize("name", WITH_BIAS)
def test_a_bias_that_the_torch_does_not_know_is_a_problem_and_not_a_crash(name: str) -> None:
    found = resolve(Node("n1", name, "a", {"num_groups": 2, "bias": False} if name == "GroupNorm" else {"bias": False}))
    assert isinstance(found, Fault)
    assert (found.parameter, found.message) == (
        "bias",
        f"has bias = false, which PyTorch 2.9.1 does not know for {name}: leave it true, or install a newer PyTorch.",
    )


@pytest.mark.usefixtures("older_torch")
def test_a_bias_that_is_true_is_not_written_for_a_torch_that_does_not_know_it() -> None:
    norm = normalization.BatchNorm2d(bias=True)
    assert norm.module(PICTURE, texts={"bias": "wanted", "eps": "eps"}) == "nn.BatchNorm2d(3, eps=eps)"


def test_the_readme_says_how_many_layers_there_are() -> None:
    text = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert f"The catalogue has {len(layers.all())} layers" in text
