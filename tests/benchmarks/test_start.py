"""How soon the window stands, as a ratio to importing torch in the same conditions."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

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
                    ["ratio (goal ≤ 1)", f"{ratio:.2f}"]])  # fmt: skip
