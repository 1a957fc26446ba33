"""Folders of images: what is understood of them, how they are read, and what is odd."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.data import sources
from engine.data.dataset import DataError, MissingFiles
from engine.data.origin import declared, opened
from engine.data.pipeline import prepare
from engine.data.sources.images.decoding import read
from engine.settings.data import DataConfig
from tests.engine.own_data import digit_folders, table


def codes(found: sources.Found) -> set[str]:
    return {note.code for note in found.notes}


def test_a_folder_for_each_class(tmp_path: Path) -> None:
    found = sources.describe(digit_folders(tmp_path / "digits", 100))
    assert (found.kind, found.task, found.samples) == ("images", "classification", 100)
    assert found.fields["image"].shape == (1, 8, 8)
    assert found.fields["label"].names == tuple("0123456789")
    assert sum(found.classes.values()) == 100
    samples = opened(DataConfig(source=found.settings))
    assert samples.arrays["image"][np.array([0])].dtype == np.uint8
    for index, name in enumerate(samples.arrays["image"].names):  # type: ignore[attr-defined]
        assert samples.arrays["label"][:][index] == int(name.partition("/")[0])


def test_folders_that_are_parts_stay_parts(tmp_path: Path) -> None:
    found = sources.describe(digit_folders(tmp_path / "digits", 200, parts=True))
    config = DataConfig(source=found.settings)
    assert declared(config).parting == "given"
    prepared = prepare(config)
    assert [len(prepared.train), len(prepared.validation), len(prepared.test)] == [120, 40, 40]
    names = opened(config).arrays["image"].names  # type: ignore[attr-defined]
    assert all(name.startswith("test/") for name in names[prepared.test.indices])


@pytest.mark.parametrize(
    ("head", "rows", "task", "shape"),
    [
        (("file", "label"), [("a.png", "cat"), ("b.png", "dog"), ("c.png", "cat")], "classification", ()),
        (("file", "red", "round"), [("a.png", 1, 0), ("b.png", 0, 1), ("c.png", 1, 1)], "classification", (2,)),
        (("file", "weight"), [("a.png", 0.5), ("b.png", 1.25), ("c.png", 2.5)], "regression", (1,)),
        (("tags", "name"), [("red round", "a"), ("red", "b"), ("round flat", "c")], "classification", (3,)),
    ],
)
def test_a_table_says_what_images_show(
    tmp_path: Path, head: tuple[str, ...], rows: list[tuple[object, ...]], task: str, shape: tuple[int, ...]
) -> None:
    for index, name in enumerate("abc"):
        Image.new("RGB", (12, 10), (80 * index, 10, 200)).save(tmp_path / f"{name}.png")
    table(tmp_path / "labels.csv", head, *rows)
    found = sources.describe(tmp_path)
    assert (found.task, found.samples, found.fields["label"].shape) == (task, 3, shape)
    assert opened(DataConfig(source=found.settings)).arrays["label"][:].shape == (3, *shape)


def test_masks_are_classes_of_pixels(tmp_path: Path) -> None:
    for index in range(6):
        values = np.zeros((20, 30), np.uint8)
        values[5:10, index : index + 6] = 128
        values[12:15, 3:9] = 255
        for folder, image in (
            ("photos", Image.new("RGB", (30, 20), (index, 40, 90))),
            ("masks", Image.fromarray(values)),
        ):
            (tmp_path / folder).mkdir(exist_ok=True)
            image.save(tmp_path / folder / f"{index}.png")
    found = sources.describe(tmp_path)
    assert (found.task, found.samples) == ("segmentation", 6)
    assert found.settings.options["mask_values"] == (0, 128, 255)
    assert found.fields["mask"].shape == found.fields["image"].shape[1:]
    masks = opened(DataConfig(source=found.settings)).arrays["mask"][:]
    assert set(np.unique(masks)) == {0, 1, 2}


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.jpg", "RGB"), ("a.png", "RGB"), ("a.png", "RGBA"), ("a.png", "P"), ("a.png", "L"), ("a.png", "LA"),
     ("a.png", "I;16"), ("a.bmp", "RGB"), ("a.tiff", "RGB"), ("a.tif", "I;16"), ("a.webp", "RGB"), ("a.jpg", "CMYK"),
     ("a.png", "1"), ("a.tiff", "F")],
)  # fmt: skip
def test_every_way_to_store_an_image(tmp_path: Path, name: str, mode: str) -> None:
    grey = np.linspace(0, 255, 32 * 32).reshape(32, 32)
    if mode == "I;16":
        image = Image.fromarray((grey * 257).astype(np.uint16))
    elif mode == "F":
        image = Image.fromarray(grey.astype(np.float32))
    else:
        image = Image.fromarray(grey.astype(np.uint8)).convert(mode)
    image.save(tmp_path / name)
    values = read(tmp_path / name, (32, 32), "crop", grey=True)
    assert values.shape == (1, 32, 32)
    if mode != "1":
        assert np.abs(values[0].astype(float) - grey).mean() < 4
    assert read(tmp_path / name, (16, 16), "crop", grey=False).shape == (3, 16, 16)


def test_a_photograph_is_held_as_its_camera_meant_it(tmp_path: Path) -> None:
    image = Image.new("L", (40, 20))
    image.paste(255, (0, 0, 10, 20))
    exif = image.getexif()
    exif[0x0112] = 6  # to be turned by 90 degrees
    image.save(tmp_path / "a.jpg", exif=exif, quality=95)
    values = read(tmp_path / "a.jpg", (40, 20), "crop", grey=True)[0]
    assert values[:8].mean() > 240
    assert values[12:].mean() < 15


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 40), st.integers(1, 40),
       st.sampled_from(["crop", "pad", "stretch"]))  # fmt: skip
def test_any_image_gets_the_wanted_size(
    tmp_path_factory: pytest.TempPathFactory, width: int, height: int, down: int, across: int, fit: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "a.png"
    Image.new("RGB", (width, height), (250, 10, 10)).save(path)
    values = read(path, (down, across), fit, grey=False)  # type: ignore[arg-type]
    assert values.shape == (3, down, across)
    assert (values.max((1, 2)) == [250, 10, 10]).all()
    if fit != "pad":
        assert (values == values[:, :1, :1]).all()


def test_what_is_odd_is_said_with_the_files(tmp_path: Path) -> None:
    source = np.random.RandomState(1)
    for index in range(12):
        folder = tmp_path / ("cat" if index < 10 else "dog")
        folder.mkdir(exist_ok=True)
        smooth = Image.fromarray(source.randint(0, 255, (6, 6, 3)).astype(np.uint8)).resize((64, 64))
        smooth.save(folder / f"{index:02}.png")
    shutil.copy(tmp_path / "cat/00.png", tmp_path / "cat/again.png")
    shutil.copy(tmp_path / "cat/01.png", tmp_path / "dog/torn.png")
    Image.open(tmp_path / "cat/02.png").resize((128, 128)).save(tmp_path / "cat/large.png")
    (tmp_path / "cat/broken.png").write_bytes((tmp_path / "cat/03.png").read_bytes()[:200])
    found = sources.describe(tmp_path)
    assert codes(found) >= {"broken", "duplicates", "near-duplicates", "two-labels", "few-samples", "sizes"}
    notes = {note.code: note for note in found.notes}
    assert notes["broken"].files == ("cat/broken.png",)
    assert set(notes["two-labels"].files) == {"cat/01.png", "dog/torn.png"}
    assert {"cat/02.png", "cat/large.png"} <= set(notes["near-duplicates"].files)
    assert found.settings.options["skip"] == ("cat/broken.png",)
    prepare(DataConfig(source=found.settings))


def test_the_same_picture_in_two_parts_is_said(tmp_path: Path) -> None:
    digit_folders(tmp_path, 60, parts=True)
    label = next((tmp_path / "train").iterdir()).name
    picture = next((tmp_path / "train" / label).iterdir())
    (tmp_path / "test" / label).mkdir(exist_ok=True)
    shutil.copy(picture, tmp_path / "test" / label / "copy.png")
    assert "duplicates-across-parts" in codes(sources.describe(tmp_path))


def test_links_are_followed_once_and_named(tmp_path: Path) -> None:
    digit_folders(tmp_path / "digits", 20)
    (tmp_path / "digits/0/back").symlink_to(tmp_path / "digits")
    (tmp_path / "digits/1/away.png").symlink_to(tmp_path / "nowhere.png")
    real = next((tmp_path / "digits/2").iterdir())
    (tmp_path / "digits/2/link.png").symlink_to(real)
    found = sources.describe(tmp_path / "digits")
    assert found.samples == 21
    assert next(note for note in found.notes if note.code == "links").files == ("2/link.png",)


def test_a_broken_image_that_comes_later_is_named(tmp_path: Path) -> None:
    config = DataConfig(source=sources.describe(digit_folders(tmp_path / "digits", 40)).settings)
    (tmp_path / "digits/7/0007.png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"7/0007\.png"):
        prepare(config)


def test_data_that_are_gone_are_missing_and_the_declaration_stays(tmp_path: Path) -> None:
    found = sources.describe(digit_folders(tmp_path / "digits", 40))
    shutil.rmtree(tmp_path / "digits")
    config = DataConfig(source=found.settings)
    assert declared(config).fields == dict(found.fields)
    with pytest.raises(MissingFiles, match="Locate"):
        prepare(config)


def test_nothing_says_what_images_show(tmp_path: Path) -> None:
    Image.new("L", (8, 8)).save(tmp_path / "a.png")
    with pytest.raises(DataError, match="folder of its name"):
        sources.describe(tmp_path)
    with pytest.raises(DataError, match="is not data"):
        sources.describe(tmp_path / "a.png")
