"""The long proofs, topic by topic: what `python dev.py test --all [TOPIC...] [--again]` runs.

Each test's result is written to `.proofs/TOPIC.jsonl` when the test ends, below a fingerprint of the sources: a topic
that was interrupted continues with the tests that have no result yet, and one that has all of them is not run again.
What the tests of a topic have measured is printed as tables at the end.
"""

from __future__ import annotations

import fnmatch
import hashlib
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import dev
from tests.benchmarks.tables import table
from tests.recording import Results, begin, read

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("engine", "presets", "gui", "tests", "resources", "dev.py", "pyproject.toml")
SUFFIXES = (".py", ".toml", ".json", ".loom")
TOPICS: dict[str, tuple[str, ...]] = {
    "layers": ("engine/test_layers.py",),
    "weights-and-cost": ("engine/test_layers_*", "engine/test_cost*", "engine/test_memory*", "engine/test_param*"),
    "networks": (
        "engine/test_interpreter*",
        "engine/test_known_wrong*",
        "engine/test_cases_of_blocks*",
        "engine/test_repeats*",
    ),
    "edits": ("engine/test_edits*", "engine/test_block*", "engine/test_graph*", "engine/test_linear*"),
    "fuzzing": (
        "engine/test_fuzz*",
        "engine/test_hostile*",
        "engine/test_project*",
        "engine/test_source.py",
        "engine/test_source_*",
    ),
    "exports": ("engine/test_exports*",),
    "kills": (
        "engine/test_training_resume*",
        "engine/test_training_keeping*",
        "engine/test_training_lengthening*",
        "engine/test_child*",
        "engine/test_journal*",
        "gui/test_recovery*",
    ),
    "presets": ("presets/test_presets*", "presets/test_published*", "presets/test_memorising*"),
    "learning": ("presets/*",),
    "corpus": ("engine/test_corpus*", "engine/test_fixes*", "engine/test_no_false_alarm*", "engine/test_problems*"),
    "twins": ("engine/test_twins*",),
    "data": ("engine/test_data*", "engine/test_sources*"),
    "training": ("engine/test_training*",),
    "chaos": ("*/test_chaos*",),
    "soak": ("journeys/test_soak*",),
    "pictures": ("gui/test_drawing*", "gui/test_pictures_in*", "gui/test_report*", "engine/test_layer_table*"),
    "window": ("gui/*",),
    "journeys": ("journeys/*",),
    "benchmarks": ("benchmarks/*",),
    "wheel": ("dev/test_wheel*",),
    "gpu": ("gpu/*",),
    "others": ("*",),
}
"""Name → patterns of test files. A file belongs to the first topic that has a pattern for it."""
ENVIRONMENT = {"gpu": {"LAYERLOOM_GPU_DEVICE": "cpu"}}  # a trial of the code of these tests, where there is no GPU
OF_A_GPU = ("-c", "tests/gpu/pytest.ini", "--rootdir", str(ROOT), "--confcutdir", "tests/gpu", *dev.SHARED)
OPTIONS = {"gpu": OF_A_GPU, "window": dev.PAIRED, "chaos": dev.PAIRED, "soak": ("-s",)}
OPTIONS |= {"journeys": (), "benchmarks": ("-s",)}
"""How pytest runs a topic, where that is not `dev.SHARED`."""


def files_of(topic: str) -> list[str]:
    """The test files of a topic, relative to the repository."""
    tests = ROOT / "tests"
    names = sorted(path.relative_to(tests).as_posix() for path in tests.rglob("test_*.py"))
    return [f"tests/{name}" for name in names if _topic_of(name) == topic]


def _topic_of(name: str) -> str:
    return next(topic for topic, patterns in TOPICS.items() if any(fnmatch.fnmatch(name, p) for p in patterns))


def fingerprint() -> str:
    """A hash of the sources that git knows (without git: of all) and of their names."""
    git = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *SOURCES]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=False)
    names = {name for name in listed.stdout.split("\0") if name} or {
        path.relative_to(ROOT).as_posix() for source in SOURCES for path in [ROOT / source, *(ROOT / source).rglob("*")]
    }
    digest = hashlib.sha256()
    for name in sorted(names):
        if name.endswith(SUFFIXES) and (ROOT / name).is_file():
            content = (ROOT / name).read_bytes()
            digest.update(f"{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def file_of(topic: str) -> Path:
    """Where the results of a topic are."""
    return ROOT / ".proofs" / f"{topic}.jsonl"


def known(topic: str, sources: str) -> Results:
    """The results of a topic for these sources."""
    results = read(file_of(topic))
    return results if results.sources == sources else Results()


def prove(topic: str, sources: str, *, again: bool) -> None:
    """Run those tests of a topic that have no result for these sources; all with ``again``."""
    file, before = file_of(topic), known(topic, sources)
    if before.finished and not again:
        print(f"== {topic}: finished before", flush=True)
        return
    begin(file, "" if again else before.sources, sources)
    print(f"== {topic}", flush=True)
    began = time.monotonic()
    options = ["-p", "tests.recording", "--record", str(file), *OPTIONS.get(topic, dev.SHARED)]
    platform = {} if topic in dev.IN_REAL_WINDOWS else {"QT_QPA_PLATFORM": "offscreen"}
    variables = platform | ENVIRONMENT.get(topic, {})
    dev.run([sys.executable, "-m", "pytest", *options, *files_of(topic)], env=variables, cwd=ROOT)
    print(f"== {topic}: {time.monotonic() - began:.1f} s", flush=True)


def row(topic: str, results: Results) -> list[object]:
    """The line of a topic in the table."""
    when = results.finished or ("not finished" if results.outcomes else "not run")
    counts = (list(results.outcomes.values()).count(outcome) for outcome in ("passed", "failed", "skipped"))
    return [topic, *counts, f"{results.seconds:.0f}", when]


def main(arguments: Sequence[str]) -> int:
    """Prove the topics that are named, or all; 0 if all their tests passed."""
    again, named = "--again" in arguments, [argument for argument in arguments if argument != "--again"]
    if unknown := [name for name in named if name not in TOPICS]:
        print(f"There is no topic {', '.join(unknown)}; there are: {', '.join(TOPICS)}.", file=sys.stderr)
        return 2
    topics, sources = named or [t for t in TOPICS if t not in dev.IN_REAL_WINDOWS or not dev.WITHOUT_X], fingerprint()
    interrupted = False
    try:
        for topic in topics:
            prove(topic, sources, again=again)
    except KeyboardInterrupt:
        interrupted = True
    found = {topic: known(topic, sources) for topic in TOPICS}
    for topic in topics:
        for title, rows in found[topic].tables.items():
            headings = list(dict.fromkeys(heading for row in rows for heading in row))
            table(title, [headings, *([row.get(heading, "") for heading in headings] for row in rows)])
    headings = ["topic", "passed", "failed", "skipped", "seconds of tests", "when"]
    table("Long proofs", [headings, *(row(topic, results) for topic, results in found.items())])
    for results in found.values():
        print("".join(f"FAILED {test}\n" for test, outcome in results.outcomes.items() if outcome == "failed"), end="")
    good = (found[topic].finished and "failed" not in found[topic].outcomes.values() for topic in topics)
    return 130 if interrupted else 0 if all(good) else 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an orderly end, so that pytest ends too
    sys.exit(main(sys.argv[1:]))
