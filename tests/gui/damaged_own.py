"""More kinds of files that are damaged: a folder of images, folds, and what the program notes for itself."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

import numpy as np

from engine.data.cache import shelf
from engine.data.cache.rows import INDEX, VALUES, Rows
from engine.data.pipeline import prepare
from engine.data.sources import describe
from engine.home import home
from engine.saving import open_projects
from engine.settings.data import DataConfig
from engine.training.loop import Trainer
from engine.training.runs import catalogue, folds
from tests.engine.own_data import digit_folders
from tests.engine.refusals import check_sentence, refusal
from tests.engine.stopping import Stopping
from tests.engine.test_training_folds import network
from tests.gui.damaged_files import CACHES, Kind, copied, lasting_folder, make_way


def learn(path: Path) -> None:
    """Look at data, and give out the first batch, as whoever trains with them does."""

    def first_batch() -> None:
        found = describe(path)
        for note in found.notes:
            check_sentence(note.message)
        prepared = prepare(DataConfig(source=found.settings, transforms=found.transforms))  # type: ignore[arg-type]
        next(iter(prepared.train.batches(prepared.fields, 16)))

    refusal(first_batch)


@cache
def _folds() -> Path:
    """Two folds, of which the second was stopped."""
    folder = lasting_folder()
    together = folds.create(network(count=2, epochs=1), folder / "folds")
    Trainer.resume(together).run()
    Trainer.resume(together, control=Stopping(3)).run()
    return folder


def open_folds(folder: Path) -> None:
    together = folder / "folds"
    if folds.is_folds(together):
        for act in (folds.summary, folds.turn, folds.is_unfinished, Trainer.resume):
            refusal(lambda act=act: act(together))  # type: ignore[misc]
    for words in catalogue.listing(folder).broken.values():
        check_sentence(words)


MARKS = np.random.default_rng(0).integers(0, 2**64 - 1, 20, np.uint64)
"""As those of files are: no bits that flip make one of another."""
SAMPLES = np.arange(20 * 6, dtype=np.float32).reshape(20, 2, 3)


def rows_in(folder: Path) -> Rows:
    return Rows(folder, MARKS, (2, 3), np.dtype(np.float32))


def whole_cache(folder: Path) -> None:
    shelf.note_use(folder / "one", "/data/of/mine", "image")
    rows_in(folder / "one").keep(np.arange(15), SAMPLES[:15])
    (folder / shelf.LIMIT).write_text('{"bytes": 1000000}')


def use_cache(folder: Path) -> None:
    """What comes out of it is what was put into it, or nothing."""
    make_way(home() / "cache")
    (home() / "cache").symlink_to(folder, target_is_directory=True)
    assert shelf.limit() >= 0
    assert shelf.used() >= 0
    for _ in range(2):
        rows, into = rows_in(folder / "one"), np.zeros_like(SAMPLES)
        there = rows.read(np.arange(20), into)
        assert np.array_equal(into[there], SAMPLES[there])
        rows.keep(np.flatnonzero(~there), SAMPLES[~there])


def whole_claim(folder: Path) -> None:
    make_way(open_projects.folder())
    held = open_projects.claim(folder / "net.loom")
    assert isinstance(held, open_projects.Claim)
    for path in open_projects.folder().iterdir():
        shutil.copy2(path, folder)
    held.release()


def use_claim(folder: Path) -> None:
    """Whatever another window has written about its file, this one learns that it is open, or may open it."""
    make_way(open_projects.folder())
    held = open_projects.claim(folder / "net.loom")
    for path in folder.glob("*.json"):
        there = open_projects.folder() / path.name
        there.unlink(missing_ok=True)
        os.rename(path, there)
    found = open_projects.claim(folder / "net.loom")
    assert isinstance(found, open_projects.Holder)
    if isinstance(held, open_projects.Claim):
        held.release()


OWN_KINDS: dict[str, Kind] = {
    "images": Kind(lambda folder: (digit_folders(folder, 30), None)[1], learn),
    "folds": Kind(copied(_folds), open_folds, "folds/**/*.json", CACHES),
    "cache": Kind(whole_cache, use_cache, "**/[!.]*", frozenset({VALUES, INDEX, ".writer"})),
    "claim": Kind(whole_claim, use_claim, "*.json", None),
}
