"""Augmentation: drawn from (seed, epoch, sample) alone, never on validation and test, and masks go along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data.augmenting import Augmenter, draws
from engine.data.dataset import DataError, Field
from engine.data.drawing import normal, uniform
from engine.data.fields import fields
from engine.settings.data import DataConfig
from engine.training.control import Control
from engine.training.loop import Trainer
from presets import build

FIELDS = {"image": Field((3, 12, 16)), "mask": Field((12, 16), "int64", "target", ("ground", "thing"))}
KINDS: list[dict[str, object]] = [
    {"name": "flip", "vertical": True},
    {"name": "move", "shear": 10.0},
    {"name": "crop"},
    {"name": "colour"},
    {"name": "blur"},
    {"name": "noise"},
    {"name": "erase", "probability": 1.0},
]


class Stopping(Control):
    """Stops before the step of this number."""

    def __init__(self, last: int) -> None:
        super().__init__()
        self._left = last

    def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
        self._left -= 1
        if not self._left:
            self.stop()
        return super().gate(before_waiting)


def made(*kinds: dict[str, object], seed: int = 0, epoch: int = 1) -> Augmenter:
    config = DataConfig(augmentation=tuple({"field": "image", **kind} for kind in kinds))  # type: ignore[arg-type]
    return Augmenter(config.augmentation, FIELDS, seed, epoch)


def pictures(count: int) -> torch.Tensor:
    return torch.randn(count, 3, 12, 16, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: str(kind["name"]))
def test_a_sample_is_varied_alike_whoever_is_beside_it(kind: dict[str, object]) -> None:
    images, samples = pictures(8), torch.tensor([3, 1, 4, 15, 9, 2, 6, 5])
    whole = made(kind)({"image": images}, samples)["image"]
    alone = [
        made(kind)({"image": images[index : index + 1]}, samples[index : index + 1])["image"] for index in range(8)
    ]
    torch.testing.assert_close(whole, torch.cat(alone))
    other = made(kind, epoch=2)({"image": images}, samples)["image"]
    assert not torch.equal(whole, other), "another epoch, another draw"
    assert not torch.equal(whole, made(kind, seed=1)({"image": images}, samples)["image"])
    assert whole.shape == images.shape
    assert whole.isfinite().all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**63 - 1), st.integers(0, 2**40))
def test_draws_are_even(seed: int, first: int) -> None:
    values = uniform(seed, torch.arange(first, first + 4096))
    assert 0 <= float(values.min()) <= float(values.max()) < 1
    counts = torch.histc(values, 16, 0, 1)
    assert float(((counts - 256) ** 2 / 256).sum()) < 60  # chi squared with 15 degrees of freedom: once in ten million
    noise = normal(seed, torch.arange(first, first + 4096))
    assert abs(float(noise.mean())) < 0.1
    assert abs(float(noise.std()) - 1) < 0.1


def test_a_flip_mirrors_and_does_nothing_else() -> None:
    images = pictures(40)
    flipped = made({"name": "flip"})({"image": images}, torch.arange(40))["image"]
    same = [torch.allclose(one, two, atol=1e-5) for one, two in zip(flipped, images, strict=True)]
    mirrored = [torch.allclose(one, two.flip(-1), atol=1e-5) for one, two in zip(flipped, images, strict=True)]
    assert all(one != other for one, other in zip(same, mirrored, strict=True))
    assert 8 <= sum(mirrored) <= 32


@pytest.mark.parametrize("kind", KINDS[:3], ids=lambda kind: str(kind["name"]))
def test_masks_go_along(kind: dict[str, object]) -> None:
    masks = torch.zeros(20, 12, 16, dtype=torch.int64)
    masks[:, 3:9, 4:11] = 1
    images = masks[:, None].float().expand(-1, 3, -1, -1)
    batch = made(kind)({"image": images, "mask": masks}, torch.arange(20))
    assert batch["mask"].dtype == torch.int64
    apart = (batch["image"][:, 0] - batch["mask"]).abs()
    assert float(apart.max()) <= 0.75 + 1e-4, "of the four pixels that are mixed the nearest counts a quarter or more"
    assert float(apart.mean()) < 0.1


def test_ten_draws_to_be_looked_at() -> None:
    settings = made(*KINDS).settings
    sample = {"image": pictures(1)[0], "mask": torch.zeros(12, 16, dtype=torch.int64)}
    shown = draws(settings, FIELDS, sample)
    assert len(shown) == 10
    assert len({float(one["image"].sum()) for one in shown}) == 10


@pytest.mark.parametrize(
    ("item", "words"),
    [
        ({"name": "flip", "field": "features"}, "images"),
        ({"name": "flip", "field": "nothing"}, "nothing"),
        ({"name": "noise", "field": "label"}, "input"),
    ],
)
def test_what_does_not_fit_is_said(item: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words) as raised:
        fields(DataConfig(dataset="iris", augmentation=(item,)))  # type: ignore[arg-type]
    assert raised.value.about.setting == "data.augmentation[0]"


def test_a_run_with_augmentation_is_resumed_to_the_same_bytes(tmp_path: Path) -> None:
    graph = build("mlp")
    ways = ({"name": "move", "field": "image"}, {"name": "noise", "field": "image"})
    graph.settings["data"]["augmentation"] = ways
    graph.settings["training"]["epochs"] = 2
    Trainer(graph, tmp_path / "whole").run()
    assert Trainer(graph, tmp_path / "torn", control=Stopping(27)).run().state == "stopped"
    assert Trainer.resume(tmp_path / "torn").run().state == "finished"
    assert (tmp_path / "whole/metrics.jsonl").read_bytes() == (tmp_path / "torn/metrics.jsonl").read_bytes()


def test_validation_and_test_are_never_varied(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    seen = list[int]()
    before = Augmenter.__call__

    def noted(self: Augmenter, batch: dict[str, torch.Tensor], samples: torch.Tensor) -> dict[str, torch.Tensor]:
        seen.extend(samples.tolist())
        return before(self, batch, samples)

    monkeypatch.setattr(Augmenter, "__call__", noted)
    graph = build("mlp")
    graph.settings["data"]["augmentation"] = ({"name": "noise", "field": "image"},)
    graph.settings["training"]["epochs"] = 1
    Trainer(graph, tmp_path / "run").run()
    assert len(seen) == len(set(seen)) == 1257
    assert np.max(seen) < 1797
