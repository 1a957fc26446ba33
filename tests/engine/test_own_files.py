"""A run folder made by a stranger: whatever lies in it, no file outside of it changes, and nothing waits for a pipe."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from engine import own_files
from engine.errors import LayerloomError
from engine.locks import is_written
from engine.training.loop import Trainer
from engine.training.runs import catalogue
from engine.training.runs.checkpoint import BEST, FOLDER, MODEL, OPTIMIZER, STATE, load
from engine.training.runs.folder import ERROR, FACTS, METRICS, NAMES, PROJECT, SPARE, TIMING, WEIGHTS, kept
from engine.training.runs.run_info import read
from engine.training.runs.stored import parent_of, stored_history
from tests.engine.stopping import Stopping
from tests.engine.test_training_learning import table
from tests.platforms import unix

FILES = (
    PROJECT, FACTS, METRICS, TIMING, WEIGHTS, ERROR, SPARE, ".writer", "predictions.json", f"{FOLDER}/{BEST}",
    f".{METRICS}", f".{WEIGHTS}", ".run.json.abcd1234.tmp",
)  # fmt: skip
CONTENT = b"a file of the user's own\n" * 100


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that was stopped half way, to be copied."""
    run = tmp_path_factory.mktemp("stopped") / "run"
    assert Trainer(table(epochs=4), run, control=Stopping(20)).run().state == "stopped"
    return run


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "thesis.txt").write_bytes(CONTENT)
    return folder


def state(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def used(run: Path) -> None:
    """All that the program does with a run; whatever it says to that."""
    uses: tuple[Callable[[], object], ...] = (
        lambda: read(run), lambda: stored_history(run), lambda: parent_of(run), lambda: load(run), lambda: kept(run),
        lambda: is_written(run), lambda: catalogue.listing(run.parent), lambda: catalogue.describe(run, note="seen"),
        lambda: Trainer.resume(run).run(), lambda: catalogue.delete(run, run.parent),
    )  # fmt: skip
    for use in uses:
        with contextlib.suppress(LayerloomError):
            use()


def soft(path: Path, target: Path) -> None:
    path.symlink_to(target)


def hard(path: Path, target: Path) -> None:
    path.hardlink_to(target)


def dangling(path: Path, target: Path) -> None:
    path.symlink_to(target.with_name("not-there-yet"))


@pytest.mark.parametrize("link", [soft, hard, dangling])
@pytest.mark.parametrize("name", FILES)
def test_no_file_that_a_run_links_to_is_touched(
    name: str, link: Callable[[Path, Path], None], stopped: Path, outside: Path, tmp_path: Path
) -> None:
    run = tmp_path / "runs" / "run"
    shutil.copytree(stopped, run)
    (run / name).unlink(missing_ok=True)
    link(run / name, outside / "thesis.txt")
    before = state(outside)
    used(run)
    assert state(outside) == before


@pytest.mark.parametrize("name", [FOLDER, "last", "beside"])
def test_no_folder_that_a_run_links_to_is_touched(name: str, stopped: Path, outside: Path, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "run"
    shutil.copytree(stopped, run)
    step, last = kept(run)[-1]
    shutil.copytree(run / FOLDER, outside / "states")
    if name == FOLDER:
        shutil.rmtree(run / FOLDER)
        (run / FOLDER).symlink_to(outside / "states")
    elif name == "last":
        shutil.rmtree(last)
        last.symlink_to(outside / "states" / last.name)
    else:
        (run / FOLDER / f".last-{step + 1:010d}").symlink_to(outside / "states")
    before = state(outside)
    used(run)
    assert state(outside) == before


@pytest.mark.parametrize("part", [STATE, MODEL, OPTIMIZER])
def test_a_linked_part_of_a_state_is_not_read(part: str, stopped: Path, outside: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run)
    for _, folder in kept(run):
        shutil.move(folder / part, outside / f"{folder.name}-{part}")
        (folder / part).symlink_to(outside / f"{folder.name}-{part}")
    with pytest.raises(LayerloomError, match=r"it is a link"):
        Trainer.resume(run).run()


@unix
@pytest.mark.parametrize("name", [PROJECT, FACTS, METRICS, TIMING, WEIGHTS, ".writer", "predictions.json"])
def test_a_pipe_in_a_run_hangs_nothing(name: str, stopped: Path, tmp_path: Path) -> None:
    run = tmp_path / "runs" / "run"
    shutil.copytree(stopped, run)
    (run / name).unlink(missing_ok=True)
    os.mkfifo(run / name)
    used(run)


@pytest.mark.parametrize("name", NAMES)
def test_a_run_takes_no_folder_where_it_would_replace_something(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(CONTENT)
    before = state(tmp_path)
    with pytest.raises(LayerloomError, match="choose another folder"):
        Trainer(table(epochs=1), tmp_path).run()
    (tmp_path / ".writer").unlink(missing_ok=True)
    assert state(tmp_path) == before


def test_a_copy_by_hard_links_of_a_run_goes_on_by_itself(stopped: Path, tmp_path: Path) -> None:
    run = tmp_path / "run"
    shutil.copytree(stopped, run, copy_function=os.link)
    before = state(stopped)
    assert Trainer.resume(run).run().state == "finished"
    assert state(stopped) == before


def test_what_is_in_the_way_of_a_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "sub").symlink_to(tmp_path)
    with pytest.raises(OSError, match="it is a link, and in a folder of the program's own none is followed") as caught:
        own_files.open_to_read(tmp_path, "sub/run.json")
    assert caught.value.filename == str(tmp_path / "sub")
