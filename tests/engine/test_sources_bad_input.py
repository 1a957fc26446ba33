"""Data as they should not be: each gets a sentence, nothing fills the memory, and nothing is left out in silence."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import project
from engine.data import sources
from engine.data.dataset import DataError, SampleError
from engine.data.pipeline import prepare
from engine.data.sources import listing
from engine.data.sources.images.decoding import opened, read
from engine.data.sources.tables import reading
from engine.files import read_bytes
from engine.settings.data import DataConfig
from engine.training.loop import Trainer
from presets.fitting import fitted
from tests.engine.own_data import digit_folders, png_of_nothing
from tests.platforms import unix

SCRIPTS = ("花", "цветок", "زهرة", "🌸 blüte", "  sp ace ", "'\"&%", "e\u0301")


def notes(found: sources.Found) -> dict[str, sources.Note]:
    return {note.code: note for note in found.notes}


def test_an_image_that_unpacks_to_gigabytes_is_left_out_until_it_is_asked_for(tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "digits", 30)
    bomb = folder / "1" / "bomb.png"
    bomb.write_bytes(png_of_nothing(40_000, 30_000))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = sources.describe(folder)
    said = notes(found)["too-large"]
    assert (said.files, said.severity, said.count) == (("1/bomb.png",), "error", 1)
    assert "3.6 GB" in said.message
    assert "40,000 × 30,000" in said.message
    assert found.settings.options["skip"] == ("1/bomb.png",)
    with pytest.raises(SampleError) as refused, opened(bomb):
        pass
    assert (refused.value.about.file, refused.value.about.reason) == (str(bomb), "too-large")
    bomb.write_bytes(png_of_nothing(400, 300))
    found = sources.describe(folder, "images", {"largest": 100_000})
    assert "too-large" in notes(found)
    found = sources.describe(folder, "images", {"largest": 120_000})
    assert "too-large" not in notes(found)
    assert found.settings.options["largest"] == 120_000
    prepare(DataConfig(source=found.settings))


@pytest.mark.parametrize(("side", "scale"), [(32, 4), (64, 2), (100, 1)])
def test_a_jpeg_is_decoded_at_the_smallest_scale_that_serves(tmp_path: Path, side: int, scale: int) -> None:
    values = np.random.default_rng(0).integers(0, 255, (16, 16, 3), dtype=np.uint8)
    Image.fromarray(values).resize((160, 128)).save(tmp_path / "a.jpg", quality=95)
    with opened(tmp_path / "a.jpg", (side, side)) as image:
        assert image.size == (160 // scale, 128 // scale)
    small = read(tmp_path / "a.jpg", (side, side), "stretch", grey=False).astype(int)
    whole = _plain(tmp_path / "a.jpg", side).astype(int)
    assert np.abs(small - whole).mean() < 4.0, "it looks the same"


def _plain(path: Path, side: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    with Image.open(path) as image:
        return np.asarray(image.resize((side, side), Image.Resampling.BILINEAR)).transpose(2, 0, 1)


def test_names_in_any_script(tmp_path: Path) -> None:
    picture = next(iter(sorted((digit_folders(tmp_path / "one", 1) / "0").iterdir())))
    for script in SCRIPTS:
        (tmp_path / "own" / script).mkdir(parents=True)
        for index in range(3):
            shutil.copy(picture, tmp_path / "own" / script / f"{script} {index}.png")
    found = sources.describe(tmp_path / "own")
    assert set(found.classes) == set(SCRIPTS)
    graph, _ = fitted("linear-classifier", found)
    project.save(graph, tmp_path / "花.loom")
    again = project.load(tmp_path / "花.loom").settings["data"]["source"]["options"]
    assert set(again["classes"]) == set(SCRIPTS)
    rows = "".join(f"{n % 7},{n},{'да' if n % 3 else 'нет'}\n" for n in range(40))
    (tmp_path / "表.csv").write_text(f"длина,größe,花\n{rows}", encoding="utf-8")
    assert set(sources.describe(tmp_path / "表.csv").classes) == {"да", "нет"}


@unix
def test_what_cannot_be_listed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = digit_folders(tmp_path / "digits", 30)
    strange = os.fsencode(folder / "1") + b"/\xff.png"
    try:
        shutil.copy(next((folder / "1").iterdir()), strange)
    except OSError:
        strange = b""  # this system knows no such names
    (folder / "2" / "away.png").symlink_to(tmp_path / "nowhere.png")
    os.mkfifo(folder / "3" / "pipe.png")
    real = os.scandir

    def refusing(path: str) -> Iterator[os.DirEntry[str]]:
        if path == str(folder / "4"):
            raise PermissionError(13, "Permission denied", path)
        return real(path)

    monkeypatch.setattr(listing.os, "scandir", refusing)
    found = sources.describe(folder)
    said = {code.removeprefix("listing-"): note.files for code, note in notes(found).items() if "listing" in code}
    assert said == {
        **({"no-text": ("1/?.png",)} if strange else {}),
        "dead-link": ("2/away.png",),
        "special": ("3/pipe.png",),
        "unreadable": ("4",),
    }
    assert "4" not in found.classes
    prepare(DataConfig(source=found.settings))


@unix
def test_an_image_that_may_not_be_read_is_no_damaged_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = digit_folders(tmp_path / "digits", 30)
    locked = next((folder / "5").iterdir())
    before = read_bytes

    def refusing(path: Path, largest: int) -> bytes:
        if path == locked:
            raise PermissionError(13, "Permission denied", str(path))
        return before(path, largest)

    monkeypatch.setattr("engine.data.sources.images.checking.read_bytes", refusing)
    said = notes(sources.describe(folder))
    assert said["unreadable"].files == (f"5/{locked.name}",)
    assert "Permission denied" in said["unreadable"].message
    assert "broken" not in said


def test_links_that_lead_in_circles_end(tmp_path: Path) -> None:
    folder = digit_folders(tmp_path / "digits", 20)
    for label in "012":
        (folder / label / "up").symlink_to(folder)
        (folder / label / "next").symlink_to(folder / str((int(label) + 1) % 3))
    found = sources.describe(folder)
    assert "links" in notes(found)
    assert found.samples < 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a,b\n" + b"\0" * 100_000, "column"),
        (b",".join(b"c%d" % n for n in range(30_000)) + b"\n", "30,000 columns"),
        (b"x" * 200_000, "no column|no rows"),
        (b'a,b\n1,"2\n' + b"3,4\n" * 50_000, "table|column"),
        (b"a,b\n1,2\n1,2,3\n", "line 3"),
    ],
    ids=["zeros", "wide", "one line", "a quote that never ends", "ragged"],
)
def test_a_table_that_is_none_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(DataError, match=words):
        sources.describe(tmp_path / "a.csv")


@pytest.mark.parametrize(("size", "words"), [(10 * 10**9, "9.3 GB"), (2 * 10**9, "1.9 GB.*are free")])
def test_a_huge_table_is_refused_before_it_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, words: str
) -> None:
    with (tmp_path / "a.csv").open("wb") as file:
        file.write(b"a,b,c\n" + b"1,2,x\n" * 60_000)
        file.truncate(size)
    monkeypatch.setattr(reading, "free_memory", lambda: 8 * 2**30)
    with counted_reads() as reads, pytest.raises(DataError, match=words):
        sources.describe(tmp_path / "a.csv")
    assert not reads
    monkeypatch.setattr(reading, "free_memory", lambda: None)


@contextmanager
def counted_reads() -> Iterator[list[int]]:
    seen, before = list[int](), reading._text
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading, "_text", lambda *given: (seen.append(1), before(*given))[1])
        yield seen


def test_an_array_whose_file_was_cut_ends_no_program(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.arange(400_000, dtype=np.float32).reshape(1000, 400))
    from engine.data.sources.arrays.arrays import ArrayColumn, ArraySettings
    from engine.data.sources.arrays.reading import read as arrays

    path = tmp_path / "x.npy"
    column = ArrayColumn(path, ArraySettings(name="values", shape=(400,)), arrays(path)["values"])
    assert column[np.array([999])][0, -1] == 399_999
    with path.open("rb+") as file:
        file.truncate(5000)
    with pytest.raises(SampleError, match="shorter") as error:
        column[np.array([999])]
    assert error.value.about.reason == "damaged-file"


def test_numbers_that_are_far_too_large_are_said_before_the_first_step(tmp_path: Path) -> None:
    rows = "".join(f"{n % 7},{(n % 2 and 'yes') or 'no'}\n" for n in range(60)) + "1e300,yes\n-1e300,no\n"
    (tmp_path / "a.csv").write_text("length,answer\n" + rows)
    graph, _ = fitted("linear-classifier", sources.describe(tmp_path / "a.csv"))
    result = Trainer(graph, tmp_path / "run").run()
    assert (result.state, result.steps, result.about.field) == ("failed", 0, "features"), result.message
    assert "infinite" in result.message or "NaN" in result.message
