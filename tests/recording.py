"""A file of test results, and the plugin of pytest that writes each one as it comes.

`pytest -p tests.recording --record FILE` leaves out the tests that have a result in FILE. With xdist only the process
that distributes writes. A line of the file is ``{"sources": …}``, ``{"test": …, "outcome": …, "seconds": …}`` or
``{"finished": …}``. What a test has measured stands in its line as well: ``record_property(TITLE, {HEADING: VALUE})``
is a row of the table with that title.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Results:
    """What a file says: of which sources, test id → outcome, the seconds of all tests, and when the last one ended.

    ``tables`` are what the tests have measured: title → rows, each heading → value.
    """

    sources: str = ""
    outcomes: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    finished: str = ""
    """Empty as long as tests have no result."""
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


def read(file: Path) -> Results:
    """What is in a file, or nothing if there is none."""
    results = Results()
    for line in _lines(file):
        results.sources = line.get("sources", results.sources)
        results.finished = line.get("finished", results.finished)
        if "test" in line:
            results.outcomes[line["test"]] = line["outcome"]
            results.seconds += line["seconds"]
            for title, row in line.get("rows", ()):
                results.tables.setdefault(title, []).append(row)
    return results


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    """The lines of a file, without one that was cut off."""
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        try:
            yield json.loads(line)
        except ValueError:
            continue


def write(file: Path, **line: object) -> None:
    """Add a line; it is in the file even if the next test ends the process."""
    with file.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")


def begin(file: Path, before: str, sources: str) -> None:
    """Prepare a file for more results of the same sources, or for those of others."""
    file.parent.mkdir(exist_ok=True)
    if before == sources:
        with file.open("a", encoding="utf-8") as stream:
            stream.write("\n")  # the last line may have been cut off
    else:
        file.write_text(json.dumps({"sources": sources}) + "\n", encoding="utf-8")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The file of results."""
    parser.addoption("--record", metavar="FILE", help="write each result to FILE; leave out tests that have one there")


def pytest_configure(config: pytest.Config) -> None:
    """Record where asked to."""
    if config.option.record:
        config.pluginmanager.register(Recorder(config), "layerloom-recorder")


class Recorder:
    """Writes the results of one session."""

    def __init__(self, config: pytest.Config) -> None:
        self._file = Path(config.option.record)
        given = getattr(config, "workerinput", None)
        self._writes = given is None
        self._done = set(given["recorded"] if given else read(self._file).outcomes)
        self._running: dict[str, tuple[str, float]] = {}

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """All workers leave out the same tests, also one that is started in the place of another."""
        node.workerinput["recorded"] = sorted(self._done)

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Leave out what has a result."""
        done = [item for item in items if item.nodeid in self._done]
        config.hook.pytest_deselected(items=done)
        items[:] = [item for item in items if item.nodeid not in self._done]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up the parts of a test; write it when the last one is over, or its worker has died (``???``)."""
        outcome, seconds = self._running.pop(report.nodeid, ("passed", 0.0))
        worse = max(outcome, report.outcome, key=["passed", "skipped", "failed"].index)
        if report.when in ("setup", "call"):
            self._running[report.nodeid] = worse, seconds + report.duration
        elif self._writes:
            total = round(seconds + report.duration, 3)
            measured = {"rows": report.user_properties} if report.user_properties else {}
            write(self._file, test=report.nodeid, outcome=worse, seconds=total, **measured)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        """Say that all tests have a result, unless the session was interrupted."""
        ended = (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED, pytest.ExitCode.NO_TESTS_COLLECTED)
        if self._writes and exitstatus in ended:
            write(self._file, finished=datetime.now().isoformat(" ", "minutes"))
