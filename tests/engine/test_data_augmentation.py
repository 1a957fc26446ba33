"""Augmentation: drawn from (seed, epoch, sample) alone, never on validation and test, and masks go along."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.data import sources
from engine.data.augmenting import Augmenter, draws
from engine.data.dataset import DataError, Field
from engine.data.drawing import normal, uniform
from engine.data.fields import fields
from engine.data.framing import IGNORED
from engine.data.pipeline import prepare
from engine.graph import Graph
from engine.literals import literal
from engine.settings.augmentation import VARIATIONS
from engine.settings.data import DataConfig
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.plan import check
from engine.training.steps.assembly import build as build_stepper
from presets import build
from presets.preset import chain
from tests.engine.own_data import blob_folder

FIELDS = {"image": Field((3, 12, 16)), "mask": Field((12, 16), "int64", "target", ("ground", "thing"))}
KINDS: list[dict[str, object]] = [
    {"name": "flip", "vertical": True},
    {"name": "move", "shear": 10.0},
    {"name": "move", "rotate": 180.0, "fill": "mirror"},
    {"name": "crop", "ratio": 2.0},
    {"name": "colour", "hue": 60.0},
    {"name": "blur", "probability": 1.0},
    {"name": "noise"},
    {"name": "erase", "probability": 1.0},
]
IDLE: list[dict[str, object]] = [
    *({"name": name, "probability": 0.0} for name in VARIATIONS),
    {"name": "flip", "horizontal": False},
    {"name": "move", "translate": 0.0, "rotate": 0.0, "scale": 0.0},
    {"name": "crop", "smallest": 1.0},
    {"name": "colour", "brightness": 0.0, "contrast": 0.0, "saturation": 0.0},
    {"name": "noise", "std": 0.0},
    {"name": "erase", "largest": 0.0},
]


def name_of(kind: dict[str, object]) -> str:
    return " ".join(map(str, kind.values()))


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


def test_every_kind_is_tried_here() -> None:
    assert {kind["name"] for kind in KINDS} == set(VARIATIONS)


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_a_sample_is_varied_alike_whoever_is_beside_it(kind: dict[str, object]) -> None:
    images, samples = pictures(8), torch.tensor([3, 1, 4, 15, 9, 2, 6, 5])
    masks = (images[:, 0] > 0).long()
    whole = made(kind)({"image": images, "mask": masks}, samples)
    for order in (torch.tensor([7, 2, 5]), torch.tensor([4]), torch.arange(7, -1, -1)):
        again = made(kind)({"image": images[order], "mask": masks[order]}, samples[order])
        assert torch.equal(again["image"], whole["image"][order])
        assert torch.equal(again["mask"], whole["mask"][order])
    other = made(kind, epoch=2)({"image": images}, samples)["image"]
    assert not torch.equal(whole["image"], other), "another epoch, another draw"
    assert not torch.equal(whole["image"], made(kind, seed=1)({"image": images}, samples)["image"])
    assert whole["image"].shape == images.shape
    assert whole["image"].isfinite().all()


@pytest.mark.parametrize("kind", IDLE, ids=name_of)
def test_what_has_no_strength_changes_no_bit(kind: dict[str, object]) -> None:
    images, masks = pictures(6), (pictures(6)[:, 0] > 0).long()
    varied = made(kind)({"image": images, "mask": masks}, torch.arange(6))
    assert varied["image"].numpy().tobytes() == images.numpy().tobytes()
    assert torch.equal(varied["mask"], masks)


@pytest.mark.parametrize("kind", KINDS, ids=name_of)
def test_the_share_that_is_not_varied_keeps_every_bit(kind: dict[str, object]) -> None:
    images, samples = pictures(200), torch.arange(200)
    varied = made({**kind, "probability": 0.3})({"image": images}, samples)["image"]
    same = (varied == images).flatten(1).all(1)
    left = 0.49 if kind["name"] == "flip" else 0.7  # one way or the other
    assert abs(float(same.double().mean()) - left) < 0.12


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


def test_a_flip_mirrors_half_and_does_nothing_else() -> None:
    images = pictures(40)
    flipped = made({"name": "flip"})({"image": images}, torch.arange(40))["image"]
    same = [torch.equal(one, two) for one, two in zip(flipped, images, strict=True)]
    mirrored = [torch.equal(one, two.flip(-1)) for one, two in zip(flipped, images, strict=True)]
    assert all(one != other for one, other in zip(same, mirrored, strict=True))
    assert 8 <= sum(mirrored) <= 32


@pytest.mark.parametrize("ways", [{}, {"vertical": True}, {"horizontal": False, "vertical": True}])
def test_flipped_twice_is_as_before(ways: dict[str, object]) -> None:
    batch = {"image": pictures(5), "mask": (pictures(5)[:, 0] > 0).long()}
    flip = made({"name": "flip", "probability": 1.0, **ways})
    once = flip(batch, torch.arange(5))
    assert not torch.equal(once["image"], batch["image"])
    twice = flip(once, torch.arange(5))
    assert torch.equal(twice["image"], batch["image"])
    assert torch.equal(twice["mask"], batch["mask"])


MOVING = [kind for kind in KINDS if kind["name"] in ("flip", "move", "crop")]


@pytest.mark.parametrize("kind", MOVING, ids=name_of)
def test_masks_go_along(kind: dict[str, object]) -> None:
    y, x = torch.meshgrid(torch.arange(12), torch.arange(16), indexing="ij")
    masks = (((y - 5) ** 2 + (x - 9) ** 2) < 16).long().repeat(20, 1, 1)
    images = masks[:, None].float().expand(-1, 3, -1, -1)
    batch = made(kind)({"image": images, "mask": masks}, torch.arange(20))
    assert batch["mask"].dtype == torch.int64
    assert set(batch["mask"].unique().tolist()) <= {0, 1}, "no class is mixed with another"
    apart = (batch["image"][:, 0] - batch["mask"]).abs()
    assert float(apart.max()) <= 0.75 + 1e-4, "of the four pixels that are mixed the nearest counts a quarter or more"
    assert float(apart.mean()) < 0.1


def test_beside_a_mask_nothing_counts() -> None:
    kind = {"name": "move", "translate": 0.5, "rotate": 180.0, "fill": "zero"}
    batch = {"image": torch.ones(20, 3, 12, 16), "mask": torch.ones(20, 12, 16, dtype=torch.int64)}
    moved = made(kind)(batch, torch.arange(20))
    outside = moved["mask"] == IGNORED
    assert 0.05 < float(outside.double().mean()) < 0.7
    assert (moved["mask"][~outside] == 1).all()
    assert (moved["image"][:, 0][outside] <= 0.75 + 1e-4).all()
    assert (moved["image"][:, 0][~outside] >= 0.25 - 1e-4).all()
    other = Augmenter(made(kind).settings, FIELDS, 0, 1, {"mask": 7})(batch, torch.arange(20))
    assert torch.equal(other["mask"] == 7, outside), "an output may ignore another class"


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([k for k in KINDS if k["name"] not in ("colour", "noise")]))
def test_values_stay_between_the_smallest_and_the_largest(sample: int, kind: dict[str, object]) -> None:
    images = pictures(4)
    varied = made(kind)({"image": images}, torch.arange(sample, sample + 4))["image"]
    low, high = images.amin((2, 3)), images.amax((2, 3))
    if kind["name"] == "erase":  # the mean of all channels
        low, high = low.amin(1, keepdim=True), high.amax(1, keepdim=True)
    assert (varied.amin((2, 3)) >= low - 1e-5).all()
    assert (varied.amax((2, 3)) <= high + 1e-5).all()


def test_ten_draws_to_be_looked_at_are_those_of_the_first_ten_epochs() -> None:
    batch = {"image": pictures(30), "mask": torch.zeros(30, 12, 16, dtype=torch.int64)}
    shown = draws(made(*KINDS, seed=3), {name: values[21] for name, values in batch.items()}, 21)
    assert len(shown) == 10
    for epoch, one in enumerate(shown, 1):
        met = made(*KINDS, seed=3, epoch=epoch)(batch, torch.arange(30))
        assert torch.equal(one["image"], met["image"][21])


def test_tables_get_noise() -> None:
    fields = {"features": Field((4,))}
    config = DataConfig(augmentation=({"name": "noise", "field": "features", "std": 0.3},))  # type: ignore[arg-type]
    rows = torch.zeros(5000, 4)
    seen = [
        Augmenter(config.augmentation, fields, 0, epoch)({"features": rows}, torch.arange(5000))["features"]
        for epoch in (1, 2)
    ]
    both = torch.cat(seen, 1)
    assert both.mean(0).abs().max() < 0.02
    assert (both.std(0) - 0.3).abs().max() < 0.02
    assert (torch.corrcoef(both.T) - torch.eye(8)).abs().max() < 0.06, "features, samples and epochs by themselves"


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


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> sources.Found:
    return sources.describe(blob_folder(tmp_path_factory.mktemp("own") / "blobs"))


def segmenting(found: sources.Found, loss: str = "cross_entropy", fill: str = "zero") -> Graph:
    """One layer that learns masks, whose images are moved."""
    graph = Graph("segment")
    layer = ("Conv2d", {"out_channels": 2, "kernel_size": 1})
    chain(graph, ("Input", {"shape": (1, 20, 24)}), layer, ("Output", {"loss": loss}))
    move = {"name": "move", "field": "image", "rotate": 45.0, "fill": fill}
    source = literal(found.settings.model_dump(exclude_defaults=True))
    graph.settings["data"] = {"source": source, "transforms": found.transforms, "augmentation": (move,)}
    graph.settings["training"] = {"epochs": 2}
    return graph


@pytest.mark.parametrize("fill", ["zero", "edge"])
def test_what_is_beside_a_mask_is_left_out_of_loss_and_metrics(blobs: sources.Found, fill: str) -> None:
    plan = check(segmenting(blobs, fill=fill))
    stepper = build_stepper(plan, prepare(plan.data), torch.device("cpu"))
    assert [head.masked for head in stepper.network.heads] == [fill == "zero"]


def test_images_and_masks_are_learned_from_while_they_are_moved(blobs: sources.Found, tmp_path: Path) -> None:
    ended = Trainer(segmenting(blobs), tmp_path / "run").run()
    assert ended.state == "finished", ended.message
    assert 0 <= ended.test["accuracy"] <= 1


def test_a_loss_that_can_leave_nothing_out_says_so_before_the_first_step(blobs: sources.Found, tmp_path: Path) -> None:
    ended = Trainer(segmenting(blobs, "multi_margin_loss"), tmp_path / "run").run()
    assert (ended.state, ended.steps) == ("failed", 0)
    assert "data.augmentation[0] (move)" in ended.message
    assert "set fill to edge or mirror" in ended.message
