"""Ten thousand damaged files of every kind: each opens or is one sentence, in little work, and is left as it is."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.gui.damaged_files import FILE_KINDS, damaged, snapshot, stand_in
from tests.gui.damaged_own import OWN_KINDS
from tests.work import counted

KINDS = FILE_KINDS | OWN_KINDS
FEW, MANY, SHARES = 108, 10_080, 6
CALLS = 400_000
"""The most calls of the engine that using one small file may make, whatever is in it."""


def harm(kind: str, rng: random.Random, folder: Path) -> str:
    """Damage one file of a kind in a new folder, use it, and say what was done."""
    used, outside = folder / "used", folder / "outside"
    used.mkdir(parents=True)
    KINDS[kind].make(used)
    files = sorted(path for path in used.glob(KINDS[kind].files) if path.is_file())
    path, other = rng.choice(files), b""
    if rng.random() < 0.12:
        what = stand_in(rng, path, outside)
        other = outside.read_bytes() if outside.exists() else b""
    else:
        what = "damaged"
        path.write_bytes(damaged(rng, path.read_bytes()))
    before = snapshot(used)
    said = f"{kind}, {path.relative_to(used)}: {what}"
    with counted("engine") as calls:
        KINDS[kind].use(used)
    assert calls.count <= CALLS, said
    writes = KINDS[kind].writes
    if writes is not None:
        after = snapshot(used)
        changed = {name for name in before | after if before.get(name) != after.get(name)}
        assert {Path(name).name for name in changed} <= writes, said
    if outside.exists():
        assert outside.read_bytes() == other, said
    shutil.rmtree(folder)
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_opens_or_is_one_sentence(kind: str, tmp_path: Path) -> None:
    for seed in range(FEW // len(KINDS)):
        harm(kind, random.Random(seed), tmp_path / str(seed))


@pytest.mark.slow
@pytest.mark.parametrize("share", range(SHARES))
@pytest.mark.parametrize("kind", KINDS)
def test_thousands_of_damaged_files_open_or_are_one_sentence(kind: str, share: int, tmp_path: Path) -> None:
    for seed in range(1000 + share, 1000 + MANY // len(KINDS), SHARES):
        harm(kind, random.Random(seed), tmp_path / str(seed))
