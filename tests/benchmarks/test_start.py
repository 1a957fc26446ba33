"""How soon the window is painted, as a ratio to importing torch in the same conditions; and a short run as a whole,
from the command line, beside a tuned script."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.tables import table

START = """
import os
from PySide6.QtCore import QTimer
from gui.cli import main
from {module} import {page} as Page
def painted(page, event):
    QTimer.singleShot(0, lambda: os._exit(0))  # once all that is below it is painted, too
Page.paintEvent = painted
main({call})
"""
TORCH = "import torch, os; os._exit(0)"
STARTS = {
    "the window with the Start page": START.format(module="gui.start.start", page="StartPage", call=[]),
    "the window with LeNet-5": START.format(module="gui.design.design", page="DesignPage", call=["open", "lenet-5"]),
    "layerloom --help": "from gui.cli import main; main(['--help'])",
    "layerloom info resnet-18": "from gui.cli import main; main(['info', 'resnet-18'])",
}
"""What is measured from the start of Python on; windows until they are painted for the first time."""
ROUNDS = 5


def used(command: list[str]) -> tuple[float, float]:
    """(processor time, time) of a process from its start to its end, in seconds."""
    began = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, spent = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return spent.ru_utime + spent.ru_stime, time.perf_counter() - began


def test_how_soon_the_window_is_painted() -> None:
    used_by = {name: [sys.executable, "-c", code] for name, code in {**STARTS, "import torch": TORCH}.items()}
    for command in used_by.values():
        used(command)  # the first start reads the files from disk
    rounds = [{name: used(command) for name, command in used_by.items()} for _ in range(ROUNDS)]
    rows: list[list[object]] = [["", "processor time (s)", "time (s)", "ratio to importing torch", "goal"]]
    for name in used_by:
        processor, wall = (statistics.median(one[name][index] for one in rounds) for index in (0, 1))
        ratio = statistics.median(one[name][1] / one["import torch"][1] for one in rounds)
        goal = "0.6" if name == next(iter(STARTS)) else ""
        rows.append([name, f"{processor:.2f}", f"{wall:.2f}", f"{ratio:.2f}", goal])
    table("Start", rows)


EPOCHS = 30
SHORT_RUNS = int(os.environ.get("LAYERLOOM_BENCH_ROUNDS", "7"))


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
