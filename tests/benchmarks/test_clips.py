"""Many clips of one's own: what adding, seeing and preparing them costs, against a loop over Pillow by hand."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.benchmarks.tables import table

CLIPS = int(os.environ.get("LAYERLOOM_BENCH_CLIPS", "4000"))
FRAMES, SIDE, DIFFERENT, TURNS = 16, 32, 2000, 3
BEGIN = """
import sys, time
from pathlib import Path
import numpy as np, torch, pandas, sklearn.model_selection
from PIL import Image
def peak(reset=False):
    if reset:
        open("/proc/self/clear_refs", "w").write("5")
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
def measured(act):
    before, began = peak(reset=True), time.process_time()
    found = act()
    print(time.process_time() - began, peak() - before)
    return found
folder = Path(sys.argv[1])
"""
OURS = """
from engine.data import sources
from engine.data.cache import shelf
from engine.data.pipeline import prepare
from engine.data.sources.describing import config_of
from engine.settings.resolution import resolve_settings
from gui.data.data_preview import look
from presets.fitting import fitted
shelf.empty()
found = measured(lambda: sources.describe(folder))
measured(lambda: sources.describe(folder))
measured(lambda: look(config_of(found.settings), "train"))
data = resolve_settings(fitted("clip-classifier-cnn-lstm", found)[0])[0]
measured(lambda: prepare(data))
measured(lambda: prepare(data))
"""
HAND = """
def hand():
    clips = [clip for group in sorted(folder.iterdir()) for clip in sorted(group.iterdir())]
    made = np.empty((len(clips), int(sys.argv[2]), 3, int(sys.argv[3]), int(sys.argv[3])), np.uint8)
    for row, clip in enumerate(clips):
        for step, frame in enumerate(sorted(clip.iterdir())):
            with Image.open(frame) as image:
                made[row, step] = np.asarray(image.convert("RGB")).transpose(2, 0, 1)
    values = made.astype(np.float32)
    values -= values.mean((0, 1, 3, 4), keepdims=True)
    values /= values.std((0, 1, 3, 4), keepdims=True)
    return torch.from_numpy(values)
measured(hand)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four classes of clips, PNG; after the first frames hard links to them."""
    top, source, written = tmp_path_factory.mktemp("many") / "clips", np.random.default_rng(0), list[Path]()
    for index in range(CLIPS):
        where = top / f"class {index % 4}" / f"clip {index:05}"
        where.mkdir(parents=True)
        for step in range(FRAMES):
            path = where / f"frame_{step + 1:04}.png"
            if len(written) < DIFFERENT:
                Image.fromarray(source.integers(0, 255, (SIDE, SIDE, 3), np.uint8)).save(path)
                written.append(path)
            else:
                os.link(written[int(source.integers(DIFFERENT))], path)
    return top


def test_many_clips(folder: Path) -> None:
    taken: dict[str, list[list[float]]] = {"ours": [], "hand": []}
    for _ in range(TURNS):
        for name, script in (("ours", OURS), ("hand", HAND)):
            call = [sys.executable, "-c", BEGIN + script, str(folder), str(FRAMES), str(SIDE)]
            done = subprocess.run(call, capture_output=True, text=True, check=True)
            taken[name].append(list(map(float, done.stdout.split())))
    ours, hand = ([statistics.median(one) for one in zip(*taken[name], strict=True)] for name in ("ours", "hand"))
    steps = ("added", "added again", "first samples seen", "prepared, and kept decoded", "prepared again")
    rows: list[list[object]] = [[f"{CLIPS:,} clips of {FRAMES} frames of {SIDE} × {SIDE}", "s of the processor", "MB"]]
    rows += [[step, f"{ours[2 * row]:.2f}", f"{ours[2 * row + 1]:,.0f}"] for row, step in enumerate(steps)]
    rows.append(["read and standardised by hand", f"{hand[0]:.2f}", f"{hand[1]:,.0f}"])
    rows.append(["prepared / by hand", f"{ours[6] / hand[0]:.2f}", f"{ours[7] / hand[1]:.2f}"])
    table("Clips", rows)
