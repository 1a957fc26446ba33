"""Splits, transforms and batches, against what they should be by hand."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from engine.data import pipeline
from engine.data.dataset import Samples
from engine.data.datasets import DataError, catalogue, load
from engine.data.fields import fields
from engine.data.transforms import Fitted, fit
from engine.settings.data import DataConfig
from engine.settings.transforms import Resize, Standardise

BOTH = ({"name": "resize", "field": "image", "size": (32, 32)}, {"name": "standardise", "field": "image"})
SHARES = st.tuples(st.integers(4, 20), st.integers(0, 8), st.integers(0, 8))


def config(dataset: str = "digits", **values: object) -> DataConfig:
    return DataConfig.model_validate({"dataset": dataset, **values})


def split(dataset: str, shares: tuple[int, int, int], **values: object) -> dict[str, np.ndarray]:
    train, validation, test = (share / sum(shares) for share in shares)
    made = config(dataset, split={"train": train, "validation": validation, "test": test}, **values)
    return pipeline.split(made, load(dataset), fields(made))


@settings(max_examples=60)
@given(st.sampled_from([d.name for d in catalogue() if d.parting == "samples"]), SHARES, st.integers(0, 2**31 - 1))
def test_parts_share_nothing_cover_everything_and_keep_the_mix(dataset, shares, seed) -> None:
    parts = split(dataset, shares, seed=seed)
    count = len(next(iter(load(dataset).values())))
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(count))
    for name, share in zip(("train", "validation", "test"), shares, strict=True):
        assert abs(len(parts[name]) - count * share / sum(shares)) <= 1.5
        if "label" in load(dataset) and len(parts[name]):
            every = np.bincount(load(dataset)["label"]) / count
            own = np.bincount(load(dataset)["label"][parts[name]], minlength=len(every)) / len(parts[name])
            assert np.abs(own - every).max() <= 2 / len(parts[name])
    again = split(dataset, shares, seed=seed)
    assert all(np.array_equal(parts[name], again[name]) for name in parts)


def test_another_seed_is_another_split() -> None:
    one, other = (split("iris", (7, 2, 1), seed=seed)["test"] for seed in (0, 1))
    assert set(one) != set(other)


@pytest.mark.parametrize(
    ("shares", "words"),
    [((980, 10, 10), "the mix of classes"), ((1, 99999, 0), "leave none of the 150 samples to train on")],
)
def test_shares_that_are_too_small_are_one_sentence(shares: tuple[int, int, int], words: str) -> None:
    with pytest.raises(DataError, match=words):
        split("iris", shares)


def test_without_stratify_a_small_share_gets_one_sample() -> None:
    made = config("iris", split={"train": 0.998, "validation": 0.001, "test": 0.001, "stratify": False})
    parts = pipeline.split(made, load("iris"), fields(made))
    assert [len(part) for part in parts.values()] == [148, 1, 1]


FLOATS = st.floats(-1e4, 1e4, width=32)
TABLES = st.tuples(st.integers(2, 12), st.integers(1, 4)).flatmap(
    lambda s: arrays.arrays(np.float32, s, elements=FLOATS)
)
IMAGES = st.tuples(st.integers(1, 5), st.integers(1, 3), st.integers(1, 4), st.integers(2, 4)).flatmap(
    lambda shape: arrays.arrays(np.float32, shape, elements=FLOATS)
)


@settings(max_examples=100)
@given(TABLES | IMAGES)
def test_standardise_gives_mean_0_and_deviation_1_and_leaves_constants_finite(values: np.ndarray) -> None:
    fitted = fit(Standardise(field="x"), values)
    kept = 1
    axes = tuple(axis for axis in range(values.ndim) if axis != kept)
    exact = values.astype(np.float64)
    assert np.allclose(fitted.mean, exact.mean(axes), rtol=1e-9, atol=1e-9)
    after = fitted.apply(values)
    assert after.dtype == np.float32
    assert np.isfinite(after).all()
    size = np.abs(exact).max()
    for column in range(values.shape[kept]):
        one = np.take(after, column, kept).astype(np.float64)
        std = np.take(exact, column, kept).std()
        if std > 1e-3 * size:
            assert abs(one.mean()) < 1e-2
            assert abs(one.std() - 1) < 1e-2
        if np.ptp(np.take(values, column, kept)) == 0:
            assert fitted.std[column] == 1.0
            assert np.abs(one).max() <= 1e-3 * max(size, 1e-3)


@settings(max_examples=25)
@given(st.sampled_from(["iris", "diabetes", "digits"]), st.integers(0, 1000), st.floats(-1e6, 1e6))
def test_transforms_are_fitted_on_the_training_part_alone(dataset: str, seed: int, poison: float) -> None:
    field = next(iter(load(dataset)))
    made = config(dataset, seed=seed, transforms=({"name": "standardise", "field": field},))
    honest = pipeline.prepare(made)
    poisoned = {name: values.copy() for name, values in load(dataset).items()}
    for part in (honest.validation, honest.test):
        poisoned[field][part.indices] = poison
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "opened", lambda config: Samples(poisoned))
        other = pipeline.prepare(made)
    assert other.fitted == honest.fitted
    assert torch.equal(other.train.tensors[field], honest.train.tensors[field])


def _bilinear(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Bilinear interpolation with pixel centres at half positions, written down directly."""
    result = images.astype(np.float64)
    for axis, new in zip((2, 3), size, strict=True):
        old = images.shape[axis]
        positions = np.clip((np.arange(new) + 0.5) * old / new - 0.5, 0, old - 1)
        low = np.floor(positions).astype(int)
        share = (positions - low).reshape([-1 if a == axis else 1 for a in range(4)])
        high = np.minimum(low + 1, old - 1)
        result = np.take(result, low, axis) * (1 - share) + np.take(result, high, axis) * share
    return result


def resize(images: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    return Fitted(Resize(field="image", size=size)).apply(images)


@settings(max_examples=50)
@given(IMAGES, st.integers(0, 9), st.integers(0, 9))
def test_enlarging_is_bilinear(images: np.ndarray, more: int, wider: int) -> None:
    size = images.shape[2] + more, images.shape[3] + wider
    assert np.allclose(resize(images, size), _bilinear(images, size), rtol=1e-4, atol=1e-2)


def test_shrinking_by_half_averages_more_than_two_pixels() -> None:
    stripes = np.zeros((1, 1, 8, 8), np.float32)
    stripes[..., ::4] = 4.0
    assert np.allclose(resize(stripes, (8, 2)).mean(), 1.0, atol=0.15)  # plain bilinear would see only every fourth


def test_prepared_data_lies_ready_and_keeps_what_was_learnt() -> None:
    prepared = pipeline.prepare(config(transforms=BOTH))
    assert [len(prepared.train), len(prepared.validation), len(prepared.test)] == [1257, 270, 270]
    assert prepared.train.tensors["image"].shape == (1257, 1, 32, 32)
    assert prepared.fields["image"].shape == (1, 32, 32)
    assert prepared.raw["image"].shape == (1797, 1, 8, 8)
    (mean,), (std,) = prepared.fitted[1].mean, prepared.fitted[1].std
    assert 4 < mean < 6
    assert 4 < std < 6.5
    assert abs(float(prepared.train.tensors["image"].mean())) < 1e-5
    labels = torch.from_numpy(load("digits")["label"][prepared.test.indices])
    assert torch.equal(prepared.test.tensors["label"], labels)


@settings(max_examples=40)
@given(st.integers(1, 64), st.booleans(), st.booleans(), st.integers(0, 50), st.integers(0, 3))
def test_an_epoch_deals_out_every_sample_once(size: int, drop_last: bool, shuffle: bool, seed: int, epoch: int) -> None:
    train = pipeline.prepare(config("iris")).train
    order = pipeline.shuffled(len(train), seed, epoch) if shuffle else None
    batches = list(train.batches(("features", "label"), size, order, drop_last=drop_last))
    lengths = [len(batch["label"]) for batch in batches]
    whole, rest = divmod(len(train), size)
    assert lengths == [size] * whole + ([rest] if rest and not drop_last else [])
    if batches:
        indices = torch.arange(len(train)) if order is None else order
        features = torch.cat([batch["features"] for batch in batches])
        assert torch.equal(features, train.tensors["features"][indices[: len(features)]])


def test_the_order_depends_on_seed_and_epoch_only() -> None:
    first = pipeline.shuffled(100, 3, 7)
    torch.rand(5)
    assert torch.equal(first, pipeline.shuffled(100, 3, 7))
    assert not torch.equal(first, pipeline.shuffled(100, 3, 8))
    assert not torch.equal(first, pipeline.shuffled(100, 4, 7))
    assert sorted(first.tolist()) == list(range(100))


def test_values_that_are_no_numbers_are_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = {name: values.copy() for name, values in load("iris").items()}
    broken["features"][3, 1] = np.nan
    broken["features"][4, 1] = np.inf
    monkeypatch.setattr(pipeline, "opened", lambda config: Samples(broken))
    with pytest.raises(DataError, match="The field 'features' of iris holds 2 values that are not numbers"):
        pipeline.prepare(config("iris"))


def test_data_that_does_not_fit_into_memory_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(pipeline, "fit", full)
    with pytest.raises(DataError, match="samples of digits need more memory than there is"):
        pipeline.prepare(config(transforms=BOTH))


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_preview_shows_samples_before_and_after(part) -> None:
    shown = pipeline.preview(config(transforms=BOTH), 5, part)
    assert shown.before["image"].shape == (5, 1, 8, 8)
    assert shown.after["image"].shape == (5, 1, 32, 32)
    assert np.array_equal(shown.before["label"], shown.after["label"])
    assert np.array_equal(shown.before["image"], load("digits")["image"][shown.indices])


def test_data_too_large_for_the_device_stay_here_and_batches_go_there() -> None:
    config = DataConfig(dataset="digits")
    whole = pipeline.prepare(config)
    away = pipeline.prepare(config, "meta", room=1000)  # no memory of its own
    assert {tensor.device.type for tensor in away.train.tensors.values()} == {"cpu"}
    order = pipeline.shuffled(len(away.train), 0, 1)
    for batch in away.train.batches(("image", "label"), 500, order):
        assert {tensor.device.type for tensor in batch.values()} == {"meta"}
    near = pipeline.prepare(config, "cpu", room=10**9)
    for one, other in zip(near.train.batches(("image",), 50), whole.train.batches(("image",), 50), strict=True):
        assert torch.equal(one["image"], other["image"])
    assert near.train.target is None
