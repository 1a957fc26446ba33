"""The tests of training on a GPU, topic by topic: what `python dev.py test --gpu [TOPIC...]` runs.

They run in the Python that calls them, need no display and no packages but torch, numpy, pydantic, safetensors,
torchmetrics, scikit-learn and pytest. A topic ends after `LIMIT` seconds at the latest. ``LAYERLOOM_GPU_DEVICE=cpu``
runs them on the CPU instead, which proves the code of the tests and not the GPU.
"""

from __future__ import annotations

import fnmatch
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.gpu.device import DEVICE, described, missing

ROOT = Path(__file__).resolve().parents[2]
LIMIT = 540 if DEVICE.type == "cuda" else 3600
"""Seconds that a topic may take; a trial on a CPU takes longer."""
TOPICS: dict[str, tuple[str, ...]] = {
    "layers": ("test_layers*",),
    "parts": ("test_optimizers*", "test_schedules*", "test_losses*", "test_steps*"),
    "runs": ("test_runs*", "test_stopping*", "test_metrics*"),
    "kills": ("test_kills*",),
    "nan": ("test_nan*",),
    "memory": ("test_memory*",),
    "room": ("test_room*",),
    "precision": ("test_precision*", "test_compile*"),
    "trained": ("test_trained*",),
    "exact": ("test_exact*",),
    "fast": ("test_fast*",),
    "speed": ("test_speed*",),
    "devices": ("test_devices*",),
}
"""Name → patterns of test files in this folder; each file belongs to one topic."""
ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "HF_HUB_OFFLINE": "1", "PYTHONUTF8": "1"}
"""Variables with which the tests see nothing but pytest, whatever else is installed."""


def files_of(topic: str) -> list[str]:
    """The test files of a topic, relative to the repository."""
    names = sorted(path.name for path in Path(__file__).parent.glob("test_*.py"))
    return [f"tests/gpu/{name}" for name in names if any(fnmatch.fnmatch(name, p) for p in TOPICS[topic])]


def command(topic: str) -> list[str]:
    """The call of pytest for a topic."""
    ini = ["-c", "tests/gpu/pytest.ini", "--rootdir", str(ROOT), "--confcutdir", "tests/gpu"]
    return [sys.executable, "-m", "pytest", *ini, *files_of(topic)]


def run(topic: str) -> str:
    """Run a topic; why it is no success, empty for one."""
    print(f"== {topic}", flush=True)
    began = time.monotonic()
    try:
        code = subprocess.run(
            command(topic), cwd=ROOT, env={**os.environ, **ALONE}, timeout=LIMIT, check=False
        ).returncode
        failure = f"exit code {code}" if code else ""
    except subprocess.TimeoutExpired:
        failure = f"stopped after {LIMIT} s"
    said = f"FAILED ({failure})" if failure else "passed"
    print(f"== {topic}: {said}, {time.monotonic() - began:.1f} s", flush=True)
    return failure


def main(arguments: Sequence[str]) -> int:
    """Run the topics that are named, or all that have tests; 0 if all passed, or if there is no GPU."""
    if unknown := [name for name in arguments if name not in TOPICS]:
        print(f"There is no topic {', '.join(unknown)}; there are: {', '.join(TOPICS)}.", file=sys.stderr)
        return 2
    if why := missing():
        print(f"== GPU tests: skipped. {why}", flush=True)
        return 0
    topics = list(arguments) or [topic for topic in TOPICS if files_of(topic)]
    print(f"== GPU tests on {described()}", flush=True)
    began = time.monotonic()
    failed = [topic for topic in topics if run(topic)]
    result = f"FAILED: {', '.join(failed)}" if failed else f"all {len(topics)} topics passed"
    print(f"== {result}, {time.monotonic() - began:.1f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
