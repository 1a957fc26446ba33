"""What the program computes, as a digest a topic: equal before and after a change that is to change nothing.

``python -m tests.digest [TOPIC...]`` prints them; without a topic all. Random draws and times are left out.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import presets
from engine.problems import find
from engine.project import load, to_bytes
from engine.source import write
from gui.cli import main as layerloom
from tests.engine.corpus.notation import more_data

ROOT = Path(__file__).resolve().parent.parent
FROZEN = ROOT / "tests" / "frozen"
CHANGING = ("seconds", "run", "started", "environment")
"""Entries that differ from run to run."""


def sources() -> Iterator[Any]:
    """The source of every preset and of the project with nested blocks."""
    for preset in presets.all():
        yield preset.name, write(preset.build())
    yield "nested", write(load(FROZEN / "nested-blocks.loom"))


def corpus() -> Iterator[Any]:
    """Kind, node and part of every problem of the corpus, and what each fix makes of the network."""
    from tests.engine.test_corpus import FAULTS

    with more_data():
        for fault in FAULTS:
            graph = fault.graph()
            for problem in find(graph):
                yield [problem.severity, problem.code, problem.node, problem.port, problem.parameter, problem.setting]
                for fix in problem.fixes:
                    mended = graph.copy()
                    fix.apply(mended)
                    yield [fix.label, fix.result, to_bytes(mended).decode()]


def metrics() -> Iterator[Any]:
    """The lines of one epoch of each preset that has data, on one thread."""
    for preset in presets.all():
        if preset.data:
            with tempfile.TemporaryDirectory() as folder:
                run = Path(folder) / "run"
                yield answer("train", preset.name, "--epochs", "1", "--threads", "1", "--run-dir", str(run), "--json")
                yield (run / "metrics.jsonl").read_text(encoding="utf-8")


def answers() -> Iterator[Any]:
    """What the commands answer as JSON."""
    yield answer("presets", "--json")
    yield answer("layers", "--json")
    for what in (*(preset.name for preset in presets.all()), str(FROZEN / "nested-blocks.loom")):
        yield answer("check", what, "--json")
        yield answer("info", what, "--batch", "8", "--json")


def answer(*arguments: str) -> Any:
    """The exit code and the JSON of a command, without what changes from run to run."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
        code = layerloom(arguments)
    text = out.getvalue()
    rows = [json.loads(text)] if arguments[0] != "train" else [json.loads(line) for line in text.splitlines()]
    return [code, [steady(row) for row in rows]]


def steady(row: Any) -> Any:
    """A row without the entries that change."""
    return {key: value for key, value in row.items() if key not in CHANGING} if isinstance(row, dict) else row


def tests() -> Iterator[Any]:
    """The ids of all tests, but for those of the house, which are named by the files there are."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "tests"]
    lines = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    yield from sorted(line for line in lines if "::" in line and not line.startswith("tests/test_house.py"))


TOPICS: dict[str, Callable[[], Iterator[Any]]] = {
    topic.__name__: topic for topic in (sources, corpus, metrics, answers, tests)
}


def main(topics: list[str]) -> None:
    """Print the digest of each topic."""
    with tempfile.TemporaryDirectory() as home:
        os.environ["LAYERLOOM_HOME"] = home
        for name in topics or TOPICS:
            digest, count = hashlib.sha256(), 0
            for row in TOPICS[name]():
                digest.update(json.dumps(row, sort_keys=True).encode())
                count += 1
            print(f"{name:8} {count:6} {digest.hexdigest()[:32]}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
