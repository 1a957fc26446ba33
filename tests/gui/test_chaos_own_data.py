"""Damaged files of a user's own: each is read, or refused with one sentence that names it, and is never changed."""

from __future__ import annotations

import random
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from safetensors.numpy import save
from sklearn import datasets

from engine.data import sources
from engine.data.dataset import SampleError
from engine.data.pipeline import prepare
from engine.data.sources.images.columns import mask
from engine.data.sources.images.decoding import read
from engine.settings.data import DataConfig
from tests.engine.refusals import refusal
from tests.gui.damaged_files import damaged

FEW, MANY = 6, 500
"""Damaged files of each format: in the usual run, and among the slow tests."""
COUNTS = [pytest.param(FEW, id="some"), pytest.param(MANY, id="many", marks=pytest.mark.slow)]


def picture(form: str, mode: str = "RGB", **more: object) -> bytes:
    values = np.random.default_rng(0).integers(0, 255, (24, 32, 3), dtype=np.uint8)
    file = BytesIO()
    Image.fromarray(values).convert(mode).save(file, form, **more)  # type: ignore[arg-type]
    return file.getvalue()


def wines() -> pd.DataFrame:
    frame = datasets.load_wine(as_frame=True).frame[["alcohol", "ash", "hue", "target"]].iloc[::4]
    frame["target"] = [f"grower {number}" for number in frame["target"]]
    return frame


def written(write: Callable[[BytesIO], object]) -> bytes:
    file = BytesIO()
    write(file)
    return file.getvalue()


def arrays() -> dict[str, np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    return {"x": np.arange(120, dtype=np.float32).reshape(40, 3), "y": np.arange(40) % 3}


IMAGES: dict[str, Callable[[], bytes]] = {
    ".jpg": lambda: picture("JPEG", exif=Image.Exif()),
    ".png": lambda: picture("PNG"),
    "palette.png": lambda: picture("PNG", "P"),
    ".bmp": lambda: picture("BMP"),
    ".tif": lambda: picture("TIFF", compression="tiff_deflate"),
    ".webp": lambda: picture("WEBP"),
    ".gif": lambda: picture("GIF", "P"),
    ".ppm": lambda: picture("PPM"),
}
TABLES: dict[str, Callable[[], bytes]] = {
    ".csv": lambda: wines().to_csv(index=False).encode(),
    ".tsv": lambda: wines().to_csv(index=False, sep="\t").encode("utf-16"),
    ".jsonl": lambda: wines().to_json(orient="records", lines=True).encode(),
    ".parquet": lambda: written(lambda file: wines().to_parquet(file, index=False)),
    ".xlsx": lambda: written(lambda file: wines().to_excel(file, index=False)),
}
ARRAYS: dict[str, Callable[[], bytes]] = {
    ".npy": lambda: written(lambda file: np.save(file, arrays()["x"])),
    ".npz": lambda: written(lambda file: np.savez(file, **arrays())),  # type: ignore[arg-type]
    ".safetensors": lambda: save({name: np.ascontiguousarray(array) for name, array in arrays().items()}),
}


def prove(path: Path, whole: bytes, use: Callable[[Path], object], count: int, *, least: int = 0) -> None:
    """Damage a file in so many ways and use each."""
    rng, refused = random.Random(f"{path.name} {count}"), 0
    for _ in range(count):
        content = damaged(rng, whole)
        path.write_bytes(content)
        words = refusal(lambda: use(path))
        refused += bool(words)
        assert path.read_bytes() == content
    assert refused >= least * count // 100


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("suffix", IMAGES)
def test_a_damaged_image(tmp_path: Path, suffix: str, count: int) -> None:
    reasons = set[tuple[str | None, str]]()

    def use(path: Path) -> None:
        try:
            assert read(path, (16, 16), "crop", grey=False).shape == (3, 16, 16)
            assert mask(path, (16, 16), "pad", 0).shape == (16, 16)
        except SampleError as error:
            reasons.add((error.about.file, error.about.reason))
            raise

    prove(tmp_path / f"a{suffix}", IMAGES[suffix](), use, count, least=20)
    assert reasons <= {(str(tmp_path / f"a{suffix}"), reason) for reason in ("damaged-file", "too-large")}


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("suffix", [*TABLES, *ARRAYS])
def test_a_damaged_table_or_array(tmp_path: Path, suffix: str, count: int) -> None:
    def use(path: Path) -> None:
        found = sources.describe(path)
        prepare(DataConfig(source=found.settings, transforms=found.transforms))  # type: ignore[arg-type]

    prove(tmp_path / f"a{suffix}", (TABLES | ARRAYS)[suffix](), use, count, least=10)


def test_a_folder_with_every_damage_is_still_learned_from(tmp_path: Path) -> None:
    rng = random.Random(0)
    for number in range(48):
        suffix, make = list(IMAGES.items())[number % len(IMAGES)]
        where = tmp_path / "own" / f"class {number % 2}"
        where.mkdir(parents=True, exist_ok=True)
        content = make()
        (where / f"{number:02}{suffix}").write_bytes(damaged(rng, content) if number % 3 == 0 else content)
    found = sources.describe(tmp_path / "own")
    assert found.samples >= 32
    skipped = found.settings.options.get("skip", ())
    assert isinstance(skipped, tuple)
    assert found.samples + len(skipped) == 48
    assert sum(note.count for note in found.notes if note.severity == "error") == len(skipped)
    prepare(DataConfig(source=found.settings))
