"""How soon the window stands, as a ratio to importing torch in the same conditions; and a short run as a whole, from
the command line, beside a tuned script."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.tables import table

WINDOW = """
from gui.app import application, build_window
app = application()
window = build_window()
window.show()
app.processEvents()
assert window.isVisible()
import os, sys
assert "torch" not in sys.modules
os._exit(0)
"""
TORCH = "import torch, os; os._exit(0)"


def seconds(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
    return time.perf_counter() - began


def test_the_window_stands_before_torch_is_imported() -> None:
    for code in (WINDOW, TORCH):
        seconds(code)  # the first start reads the files from disk
    pairs = [(seconds(WINDOW), seconds(TORCH)) for _ in range(3)]
    window, torch = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    table("Start", [["", "seconds"], ["window on the screen", f"{window:.2f}"], ["import torch", f"{torch:.2f}"],
                    ["ratio (goal ≤ 0.6)", f"{ratio:.2f}"]])  # fmt: skip


EPOCHS = 30
SHORT_RUNS = int(os.environ.get("LAYERLOOM_BENCH_ROUNDS", "7"))


def used(command: list[str]) -> tuple[float, float]:
    """(processor time, time) of a process from its start to its end, in seconds."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return spent.ru_utime + spent.ru_stime, time.perf_counter() - began


def test_a_short_run_from_the_command_line_beside_a_tuned_script(tmp_path: Path) -> None:
    script = [sys.executable, str(Path(__file__).with_name("mlp_by_hand.py")), str(tmp_path), str(EPOCHS)]
    line = [sys.executable, "-m", "gui.cli", "train", "mlp", "--epochs", str(EPOCHS), "--threads", "1"]
    used(script)
    used([*line, "--run-dir", str(tmp_path / "warm")])
    pairs = [(used([*line, "--run-dir", str(tmp_path / str(number))]), used(script)) for number in range(SHORT_RUNS)]
    ratios = [(ours[0] / theirs[0], ours[1] / theirs[1]) for ours, theirs in pairs]
    rows: list[list[object]] = [["", "command line", "script", "ratio", "middle half", "goal"]]
    for index, name in enumerate(("processor time (s)", "time (s)")):
        ours, theirs = (statistics.median(side[index] for side in column) for column in zip(*pairs, strict=True))
        low, middle, high = statistics.quantiles([ratio[index] for ratio in ratios], n=4)
        rows.append([name, f"{ours:.2f}", f"{theirs:.2f}", f"{middle:.2f}", f"{low:.2f}–{high:.2f}", "1.10"])
    table(f"A run of {EPOCHS} epochs of `mlp`, start included, {SHORT_RUNS} rounds", rows)
