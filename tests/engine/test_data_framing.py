"""Images at another size: against Pillow, from memory and from files, and masks go along."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.data import pipeline, sources
from engine.data.cache import column as cache_column
from engine.data.cache import shelf
from engine.data.dataset import DataError
from engine.data.fields import fields
from engine.data.framing import IGNORED, Size, frame
from engine.data.pipeline import prepare
from engine.settings.data import DataConfig
from engine.settings.transforms import TRANSFORMS, CentreCrop, Pad, Resize, ShortestSide
from tests.engine.own_data import blob_folder

SIZES = st.tuples(st.integers(1, 24), st.integers(1, 24))
FILLS = st.sampled_from([0.0, 7.5, "edge", "mirror"])


def noise(*shape: int) -> np.ndarray:
    return np.random.RandomState(0).uniform(0, 255, shape).astype(np.float32)


def by_pillow(values: np.ndarray, size: Size, how: Image.Resampling = Image.Resampling.BILINEAR) -> np.ndarray:
    """One plane at another size."""
    return np.asarray(Image.fromarray(values).resize(size[::-1], how))


@settings(max_examples=25, deadline=None)
@given(SIZES, SIZES)
def test_stretching_is_what_pillow_does(old: Size, new: Size) -> None:
    images = noise(2, 1, *old)
    made = frame(Resize(field="image", size=new), old).images(images)
    np.testing.assert_allclose(made[1, 0], by_pillow(images[1, 0], new), atol=0.05)


@settings(max_examples=25, deadline=None)
@given(SIZES, SIZES)
def test_masks_are_what_pillow_does_by_nearest(old: Size, new: Size) -> None:
    masks = np.random.RandomState(0).randint(0, 5, (2, *old))
    made = frame(Resize(field="image", size=new, masks=True), old).masks(masks)
    expected = by_pillow(masks[1].astype(np.uint8), new, Image.Resampling.NEAREST)
    clear = [(np.arange(n) * 2 + 1) * o % (2 * n) != 0 for o, n in zip(old, new, strict=True)]  # between two pixels
    np.testing.assert_array_equal(made[1][np.ix_(*clear)], expected[np.ix_(*clear)])
    assert made.dtype == masks.dtype


@settings(max_examples=25, deadline=None)
@given(SIZES, st.integers(1, 24))
def test_the_shorter_side_is_as_wished_and_the_proportions_stay(old: Size, side: int) -> None:
    made = frame(ShortestSide(field="image", side=side), old)
    height, width = made.size
    assert min(height, width) == side
    assert abs(height / width - old[0] / old[1]) <= (0.5 / side) * max(old[0] / old[1], 1)
    np.testing.assert_allclose(
        made.images(noise(1, 1, *old))[0, 0], by_pillow(noise(1, 1, *old)[0, 0], made.size), atol=0.05
    )


@settings(max_examples=25, deadline=None)
@given(SIZES, SIZES, FILLS)
def test_a_border_is_around_the_whole_image(old: Size, new: Size, fill: Any) -> None:
    made = frame(Resize(field="image", size=new, fit="pad", fill=fill), old)
    assert made.size == new
    assert made.box == old, "nothing is cut off"
    assert made.inner[0] == new[0] or made.inner[1] == new[1], "it is as large as it can be"
    (top, left), (high, wide) = ((new[0] - made.inner[0]) // 2, (new[1] - made.inner[1]) // 2), made.inner
    images = noise(1, 1, *old)
    values = made.images(images)[0, 0]
    np.testing.assert_allclose(
        values[top : top + high, left : left + wide], by_pillow(images[0, 0], made.inner), atol=0.05
    )
    if not isinstance(fill, str):
        outside = np.ones(new, bool)
        outside[top : top + high, left : left + wide] = False
        assert (values[outside] == fill).all()
        assert (made.masks(np.zeros((1, *old), np.int64))[0][outside] == IGNORED).all()


@settings(max_examples=25, deadline=None)
@given(SIZES, SIZES)
def test_the_middle_is_cut_out_in_the_new_proportions(old: Size, new: Size) -> None:
    made = frame(Resize(field="image", size=new, fit="crop"), old)
    assert made.inner == made.size == new
    assert made.box[0] == old[0] or made.box[1] == old[1], "as much as can be stays"
    flipped = made.images(noise(1, 1, *old)[..., ::-1].copy())[..., ::-1]
    if (old[1] - made.box[1]) % 2 == 0:
        np.testing.assert_allclose(flipped, made.images(noise(1, 1, *old)), atol=0.05)


@settings(max_examples=25, deadline=None)
@given(SIZES, st.integers(0, 9), st.integers(0, 9), FILLS)
def test_cropping_takes_padding_back(size: Size, more: int, wider: int, fill: Any) -> None:
    images, large = noise(2, 3, *size), (size[0] + more, size[1] + wider)
    padded = frame(Pad(field="image", size=large, fill=fill), size).images(images)
    assert padded.shape[2:] == large
    again = frame(CentreCrop(field="image", size=size), large).images(padded)
    np.testing.assert_array_equal(again, images)


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ({"name": "centre_crop", "size": (64, 10)}, "cuts 64 × 10 pixels out of images of 32 × 32"),
        ({"name": "pad", "size": (64, 10)}, "makes 64 × 10 pixels of images of 32 × 32"),
        ({"name": "shortest_side", "side": 9, "field": "mask"}, "works on numbers"),
    ],
)
def test_what_cannot_be_is_said(step: dict[str, object], words: str) -> None:
    with pytest.raises(DataError, match=words) as raised:
        fields(DataConfig(dataset="shapes", transforms=({"field": "image", **step},)))  # type: ignore[arg-type]
    assert raised.value.about.setting == "data.transforms[0]"


@pytest.fixture(scope="module")
def blobs(tmp_path_factory: pytest.TempPathFactory) -> sources.Found:
    return sources.describe(blob_folder(tmp_path_factory.mktemp("own") / "blobs"))


def test_a_stored_resize_means_what_it_meant(blobs: sources.Found) -> None:
    step = {"name": "resize", "field": "image", "size": (16, 30)}
    prepared = prepare(DataConfig(source=blobs.settings, transforms=(step,)))  # type: ignore[arg-type]
    assert prepared.fields["image"].shape == (1, 16, 30)
    assert prepared.fields["mask"].shape == (20, 24), "masks stayed as they are"
    images = prepared.raw["image"][prepared.test.indices]
    expected = torch.nn.functional.interpolate(
        torch.tensor(images, dtype=torch.float32), size=(16, 30), mode="bilinear", antialias=True
    )
    assert torch.equal(prepared.test.tensors["image"], expected)


STEPS: dict[str, dict[str, object]] = {
    "resize": {"size": (17, 30), "masks": True},
    "shortest_side": {"side": 31},
    "centre_crop": {"size": (12, 16)},
    "pad": {"size": (40, 40), "fill": 200.0},
}


@pytest.mark.parametrize("kind", STEPS)
def test_masks_go_along_and_memory_cache_and_files_agree(
    kind: str, blobs: sources.Found, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ({"name": kind, "field": "image", **STEPS[kind]},)
    config = DataConfig(source=blobs.settings, transforms=steps)  # type: ignore[arg-type]
    kept = prepare(config)
    images, masks = kept.train.tensors["image"], kept.train.tensors["mask"]
    assert masks.shape[1:] == images.shape[2:] == kept.fields["mask"].shape == kept.fields["image"].shape[1:]
    counted = masks != IGNORED
    assert counted.all() == (kind != "pad")
    apart = ((images[:, 0] > 130) != (masks == 1)) & counted
    assert float(apart.double().mean()) < 0.03, "but for the pixels of the edge they are the threshold"
    monkeypatch.setattr(pipeline, "free_memory", lambda: 1000)
    monkeypatch.setattr(cache_column, "PAYS", 1)
    monkeypatch.setattr(shelf, "SPARE", 0)
    for limit in (0, 10**9, 10**9):  # from files, to the cache, from the cache
        shelf.set_limit(limit)
        read = prepare(config)
        assert set(read.train.views) == {"image", "mask"}
        batch = next(read.train.batches(("image", "mask"), len(images)))
        assert torch.equal(batch["image"], images)
        assert torch.equal(batch["mask"], masks)
        assert bool(shelf.kept()) == bool(limit)


def test_every_kind_that_frames_is_tried_here() -> None:
    assert set(STEPS) == {name for name, kind in TRANSFORMS.items() if kind.axes == 3}
