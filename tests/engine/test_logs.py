"""The log: kept small, written by several programs, silent about whose machine it is, and never in anybody's way."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.logs import log_files as logs
from engine.logs.log_files import DETAILS, SAID, logging_to_files

log = logging.getLogger("engine.somewhere")


@pytest.fixture
def file(layerloom_home: Path) -> Iterator[Path]:
    with logging_to_files():
        yield layerloom_home / "logs" / "layerloom.log"


def test_nothing_is_written_while_there_is_nothing_to_say(file: Path) -> None:
    log.debug("too small")
    assert not file.parent.exists()


def test_records_are_in_the_file_with_their_details(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.info("trained %d steps", 5)
    log.error("It failed.", extra={DETAILS: "Traceback\n  line"})
    logging.getLogger("a.library").warning("old")
    lines = file.read_text(encoding="utf-8").splitlines()
    assert [line.split(" ", 2)[2] for line in (*lines[:2], lines[4])] == [
        "INFO engine.somewhere: trained 5 steps",
        "ERROR engine.somewhere: It failed.",
        "WARNING a.library: old",
    ]
    assert lines[2:4] == ["Traceback", "  line"]
    assert capsys.readouterr().err == "layerloom: It failed.\nlayerloom: old\n"


def test_verbose_says_more_and_debug_says_where(layerloom_home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with logging_to_files(verbose=True, debug=True):
        log.debug("small")
        log.error("bad", extra={DETAILS: "where"})
        log.error("known", extra={SAID: True})
    log.warning("nobody listens any more")
    assert capsys.readouterr().err == "layerloom: small\nlayerloom: bad\nwhere\n"
    assert "nobody" not in (layerloom_home / "logs" / "layerloom.log").read_text(encoding="utf-8")


def test_no_absolute_path_gets_into_the_file(file: Path) -> None:
    log.warning("%s cannot be read", "/srv/secret/x.loom")
    assert "…/x.loom cannot be read" in file.read_text(encoding="utf-8")


def test_it_is_kept_small(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LARGEST", 1000)
    for number in range(200):
        log.info("record %d", number)
    names = sorted(path.name for path in file.parent.iterdir())
    assert names == ["layerloom.1.log", "layerloom.2.log", "layerloom.3.log", "layerloom.log"]
    assert all(path.stat().st_size <= 1000 for path in file.parent.iterdir())
    kept = [(file.parent / name).read_text(encoding="utf-8").splitlines() for name in (*names[2::-1], names[3])]
    numbers = [int(line.rpartition(" ")[2]) for lines in kept for line in lines]
    assert numbers == list(range(numbers[0], 200))


def test_many_write_at_once(file: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda number: log.info("record %d", number), range(100)))
    found = [int(line.rpartition(" ")[2]) for line in file.read_text(encoding="utf-8").splitlines()]
    assert sorted(found) == list(range(100))


def test_a_link_in_its_place_is_not_followed(file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outside = tmp_path / "outside.txt"
    outside.write_text("mine")
    file.parent.mkdir()
    file.symlink_to(outside)
    log.info("one")
    log.info("two")
    assert outside.read_text() == "mine"
    assert capsys.readouterr().err.count("the log cannot be written") == 1


def test_a_home_that_cannot_be_made_is_said_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("LAYERLOOM_HOME", str(tmp_path / "file" / "home"))
    with logging_to_files():
        log.info("one")
        log.info("two")
    assert capsys.readouterr().err.count("the log cannot be written") == 1
