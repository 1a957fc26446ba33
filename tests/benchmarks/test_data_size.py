"""Data of any size: what reading, listing, checking and opening cost, against what one would write by hand."""

from __future__ import annotations

import io
import os
import statistics
import subprocess
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine import project
from engine.data import pipeline, sources
from engine.data.cache import shelf
from engine.data.pipeline import prepare
from engine.data.sources import listing
from engine.data.sources.images import oddities
from engine.data.sources.images.images import Images
from engine.data.watch import Watch
from engine.problems import find
from engine.settings.data import DataConfig
from gui.document import Document
from presets.fitting import fitted
from tests.benchmarks.tables import table

MANY = int(os.environ.get("LAYERLOOM_BENCH_FILES", "100000"))
WORKERS, SIDE, BATCH = 2, 224, 32
PHOTOS = 800


def jpegs(count: int, size: tuple[int, int]) -> list[bytes]:
    """Smooth images as a camera would store them."""
    source, made = np.random.default_rng(0), list[bytes]()
    for _ in range(count):
        rough = Image.fromarray(source.integers(0, 255, (12, 16, 3), dtype=np.uint8))
        file = io.BytesIO()
        rough.resize(size, Image.Resampling.BICUBIC).save(file, "JPEG", quality=90)
        made.append(file.getvalue())
    return made


def filled(folder: Path, pictures: list[bytes], count: int) -> Path:
    """So many files in ten folders: after the first ones hard links to them, a hundred thousand take seconds."""
    for index in range(count):
        where = folder / f"class {index % 10}"
        if index < len(pictures):
            where.mkdir(parents=True, exist_ok=True)
            (where / f"{index:07}.jpg").write_bytes(pictures[index])
        else:
            first = index % len(pictures)
            os.link(folder / f"class {first % 10}" / f"{first:07}.jpg", where / f"{index:07}.jpg")
    return folder


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("photos") / "own", jpegs(100, (500, 375)), PHOTOS)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return filled(tmp_path_factory.mktemp("many") / "own", jpegs(200, (64, 64)), MANY)


def seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def processor(act: Callable[[], object]) -> float:
    """Seconds of the processor that something takes in all threads."""
    began = time.process_time()
    act()
    return time.process_time() - began


# -- reading -----------------------------------------------------------------------------------------------------------


def by_hand(paths: list[Path]) -> Iterator[torch.Tensor]:
    """The best loop over Pillow that one would write: threads, JPEG at a reduced scale, batches ahead."""

    def decoded(path: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
        with Image.open(path) as image:
            image.draft(None, (SIDE, SIDE))
            width, height = image.size
            side = min(width, height)
            left, top = (width - side) / 2, (height - side) / 2
            box = (left, top, left + side, top + side)
            return np.asarray(image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR, box=box))

    with ThreadPoolExecutor(WORKERS) as pool:
        rows = pool.map(decoded, paths)
        for start in range(0, len(paths), BATCH):
            batch = np.stack([next(rows) for _ in paths[start : start + BATCH]]).transpose(0, 3, 1, 2)
            yield torch.from_numpy(np.ascontiguousarray(batch, np.float32))


class Photos(torch.utils.data.Dataset[torch.Tensor]):
    """Open, convert, resize, tensor: what a tutorial has."""

    def __init__(self, paths: list[Path]) -> None:
        self.paths = paths

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> torch.Tensor:
        with Image.open(self.paths[index]) as image:
            small = image.convert("RGB").resize((SIDE, SIDE), Image.Resampling.BILINEAR)
            return torch.from_numpy(np.asarray(small).transpose(2, 0, 1).astype(np.float32))


def test_reading_images(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wish = {"size": (SIDE, SIDE), "grey": False}
    config = DataConfig(source=sources.describe(photos, "images", wish).settings, workers=WORKERS)
    monkeypatch.setattr(pipeline, "free_memory", lambda: 2**16)
    shelf.set_limit(0)
    part = prepare(config).train
    column = prepare(config).raw["image"]
    paths = [photos / column.names[index] for index in part.indices]  # type: ignore[attr-defined]
    loader = torch.utils.data.DataLoader(Photos(paths), BATCH, num_workers=WORKERS, persistent_workers=True)
    list(loader)

    def ours() -> None:
        for _ in part.batches(["image"], BATCH):
            pass

    def hand() -> None:
        for _ in by_hand(paths):
            pass

    def usual() -> None:
        for _ in loader:
            pass

    shelf.set_limit(10**9)
    monkeypatch.setattr("engine.data.cache.column.PAYS", 1)
    kept = prepare(config).train
    list(kept.batches(["image"], BATCH))

    def cached() -> None:
        for _ in kept.batches(["image"], BATCH):
            pass

    ways = {"ours": ours, "hand": hand, "loader": usual, "cached": cached}
    rounds = [{name: seconds(act) for name, act in ways.items()} for _ in range(7)]
    work = [{name: processor(act) for name, act in (("ours", ours), ("hand", hand))} for _ in range(3)]
    rate = {name: len(paths) / statistics.median(one[name] for one in rounds) for name in ways}
    ratio = {name: statistics.median(one[name] / one["ours"] for one in rounds) for name in ways}
    each = {name: 1000 * statistics.median(one[name] for one in work) / len(paths) for name in work[0]}
    rows = [
        ["reading images", "images a second", "ours / it", "ms of the processor an image", "goal"],
        ["Layerloom, from files", f"{rate['ours']:,.0f}", "", f"{each['ours']:.2f}", ""],
        [
            *("by hand over Pillow, as many threads", f"{rate['hand']:,.0f}", f"{ratio['hand']:.2f}"),
            *(f"{each['hand']:.2f} (ratio {each['hand'] / each['ours']:.2f})", "0.9"),
        ],
        ["DataLoader, as many workers", f"{rate['loader']:,.0f}", f"{ratio['loader']:.2f}", "", "0.97"],
        ["Layerloom, kept decoded", f"{rate['cached']:,.0f}", f"{ratio['cached']:.2f}", "", ""],
    ]
    table(f"{len(paths)} photos of 500 × 375, JPEG, to {SIDE} × {SIDE}, {WORKERS} workers", rows)


# -- many files --------------------------------------------------------------------------------------------------------


def plain_walk(folder: Path) -> int:
    """Names, sizes and times and no more."""
    total = 0
    for where in os.scandir(folder):
        for entry in os.scandir(where.path):
            total += entry.stat().st_size
    return total


def test_listing_and_checking(many: Path) -> None:
    plain_walk(many)
    walks = [(seconds(lambda: listing.listed(many)), seconds(lambda: plain_walk(many))) for _ in range(5)]
    began = time.process_time()
    entries = listing.listed(many)
    cpu = time.process_time() - began
    wall = statistics.median(a for a, _ in walks)
    ratio = statistics.median(a / b for a, b in walks)
    source = Images(classes=tuple(f"class {n}" for n in range(10)), samples=len(entries), size=(64, 64))
    began = time.process_time()
    first = seconds(lambda: oddities.of(many, source, entries, Watch()))
    work = time.process_time() - began
    again = seconds(lambda: oddities.of(many, source, entries, Watch()))
    checked = sum(zlib.crc32(entry.name.encode()) % -(-len(entries) // oddities.MOST_DECODED) == 0 for entry in entries)
    rows = [
        [f"{len(entries):,} images", "files a second", "goal"],
        ["listed (name, size, time)", f"{len(entries) / wall:,.0f}", "100,000"],
        ["the same by seconds of the processor", f"{len(entries) / cpu:,.0f}", ""],
        ["time / that of os.scandir and stat alone", f"{ratio:.2f}", ""],
        ["contents checked", f"{checked / first:,.0f}", "5,000"],
        ["the same by seconds of the processor", f"{checked / work:,.0f}", ""],
        ["checked again, nothing changed", f"{checked / again:,.0f}", ""],
    ]
    table("Listing and checking files", rows)


PEAK = """
import sys, time
def peak(reset=False):
    if reset:
        open("/proc/self/clear_refs", "w").write("5")
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
"""
MEMORY = """
from pathlib import Path
import torch, sklearn.model_selection, PIL.Image
from engine.data import pipeline, sources
from engine.data.pipeline import prepare
from engine.settings.data import DataConfig
before = peak(reset=True)
found = sources.describe(Path(sys.argv[1]))
pipeline.free_memory = lambda: 2**16
part = prepare(DataConfig(source=found.settings, workers=2)).train
assert part.views
for index, _ in enumerate(part.batches(["image", "label"] if "label" in part.views else ["image"], 64)):
    if index == 300:
        break
print(peak() - before)
"""


def peak(script: str, *arguments: str) -> float:
    """Megabytes that a program takes at the most beside its libraries."""
    done = subprocess.run([sys.executable, "-c", PEAK + script, *arguments], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def test_memory_of_many_images(many: Path, tmp_path: Path) -> None:
    shelf.set_limit(0)
    few = filled(tmp_path / "few", jpegs(200, (64, 64)), 1000)
    small, large = peak(MEMORY, str(few)), peak(MEMORY, str(many))
    rows = [
        ["looked at, prepared, read for 300 batches", "peak MB"],
        ["1,000 images", f"{small:,.0f}"],
        [f"{MANY:,} images", f"{large:,.0f}"],
        ["more (goal 300)", f"{large - small:,.0f}"],
    ]
    table("Memory", rows)


def test_a_project_with_a_million_samples_opens(photos: Path, tmp_path: Path) -> None:
    graph, _ = fitted("resnet-18-small", sources.describe(photos))
    options = graph.settings["data"]["source"]["options"]
    options["samples"] = 1_000_000
    options["classes"] = tuple(f"class {n}" for n in range(1000))
    project.save(graph, tmp_path / "large.loom")

    def opened() -> None:
        document = Document(project.load(tmp_path / "large.loom"))
        find(document.project)

    opened()
    taken = statistics.median(seconds(opened) for _ in range(5))
    table("A project with 1,000,000 samples", [["", "seconds", "goal"], ["opened", f"{taken:.2f}", "0.5"]])


# -- preparation -------------------------------------------------------------------------------------------------------

OURS = """
import torch, numpy
from engine.data.pipeline import prepare
from engine.settings.data import DataConfig
from engine.settings.transforms import Standardise
import engine.data.files.idx, sklearn.model_selection
before = peak(reset=True)
began = time.process_time()
made = prepare(DataConfig(dataset="mnist", path=sys.argv[1], transforms=(Standardise(field="image"),)))
took = time.process_time() - began
assert len(made.train) + len(made.validation) + len(made.test) == 70_000
print(took, peak() - before)
"""
NUMPY = """
import torch, numpy as np
import engine.data.files.idx, engine.data.pipeline, sklearn.model_selection
before = peak(reset=True)
began = time.process_time()
def images(name):
    return np.fromfile(f"{sys.argv[1]}/{name}", np.uint8)[16:].reshape(-1, 1, 28, 28)
def labels(name):
    return np.fromfile(f"{sys.argv[1]}/{name}", np.uint8)[8:].astype(np.int64)
x, y = images("train-images-idx3-ubyte"), labels("train-labels-idx1-ubyte")
tx, ty = images("t10k-images-idx3-ubyte"), labels("t10k-labels-idx1-ubyte")
order = np.random.default_rng(0).permutation(len(x))
train, validation = order[:49_000], order[49_000:]
chosen = x[train].astype(np.float32)
mean, std = chosen.mean(), chosen.std()
chosen -= np.float32(mean); chosen /= np.float32(std)
parts = [torch.from_numpy(chosen)]
for values in (x[validation], tx):
    values = values.astype(np.float32)
    values -= np.float32(mean); values /= np.float32(std)
    parts.append(torch.from_numpy(values))
goals = [torch.from_numpy(part) for part in (y[train], y[validation], ty)]
print(time.process_time() - began, peak() - before)
"""


def test_preparing_as_many_images_as_mnist_has(tmp_path: Path) -> None:
    from tests.engine.published import mnist, write

    write(tmp_path / "mnist", mnist(60_000, 10_000)[0])
    taken = {"ours": list[tuple[float, float]](), "numpy": list[tuple[float, float]]()}
    for _ in range(5):
        for name, script in (("ours", OURS), ("numpy", NUMPY)):
            run = [sys.executable, "-c", PEAK + script, str(tmp_path / "mnist")]
            done = subprocess.run(run, capture_output=True, text=True, check=True)
            one, other = map(float, done.stdout.split()[-2:])
            taken[name].append((one, other))
    rows: list[list[object]] = [["70,000 images of 28 × 28", "seconds of the processor", "MB"]]
    middle = {name: [statistics.median(column) for column in zip(*every, strict=True)] for name, every in taken.items()}
    rows += [[name, f"{middle[name][0]:.2f}", f"{middle[name][1]:,.0f}"] for name in taken]
    ratios = [one / other for one, other in zip(middle["ours"], middle["numpy"], strict=True)]
    table("Preparing", [*rows, ["ratio (goal 1.3)", *(f"{ratio:.2f}" for ratio in ratios)]])
