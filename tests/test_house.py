"""Rules of the house that no linter knows: what may be imported when, how long a file is, and what tests leave out."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

from tests.each import each

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 400
LIGHT = (
    *("engine", "engine.graph", "engine.edits", "engine.layers", "engine.shapes", "engine.problems", "engine.cost"),
    *("engine.source", "engine.project", "presets", "gui"),
)
"""What stands in the window while torch is still loading."""
HEAVY = ("torch", "sklearn", "pandas", "pyqtgraph")
ASK = f"""
import importlib, sys
for light in {LIGHT!r}:
    importlib.import_module(light)
    for heavy in {HEAVY!r}:
        if heavy in sys.modules:
            sys.exit(f"{{light}} imports {{heavy}}")
"""


UNUSED = ("sklearn", "scipy", "torchmetrics", "matplotlib", "pandas", "pyarrow", "PySide6")
"""What a short training has no use for; together they take longer to import than it lasts."""
TRAIN = f"""
import sys, gui.cli
code = gui.cli.main(["train", "linear-classifier", "--epochs", "1", "--run-dir", sys.argv[1]])
sys.exit(", ".join(name for name in {UNUSED!r} if name in sys.modules) or code)
"""


def python_files() -> list[Path]:
    """The Python files of the project: those git tracks, or all where there is no git."""
    git = ["git", "-C", str(ROOT), "ls-files", "-z", "*.py"]
    try:
        done = subprocess.run(git, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        folders = ("engine", "presets", "gui", "tests", "resources")
        return [ROOT / "dev.py", *(path for folder in folders for path in (ROOT / folder).rglob("*.py"))]
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).exists()]


FILES = python_files()


def test_the_house_is_found() -> None:
    assert {ROOT / "dev.py", ROOT / "engine" / "graph.py"} <= set(FILES)


def test_the_light_modules_leave_the_heavy_ones_alone() -> None:
    done = subprocess.run([sys.executable, "-c", ASK], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_training_imports_nothing_that_it_has_no_use_for(tmp_path: Path) -> None:
    command = [sys.executable, "-c", TRAIN, str(tmp_path / "run")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@each(FILES)
def test_a_file_is_short_enough_to_read(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


@each([path for path in FILES if path.is_relative_to(ROOT / "tests")])
def test_no_test_sleeps(path: Path) -> None:
    """A sleep is too short on a busy machine and too long on every other; wait for what is to happen instead."""
    text = path.read_text(encoding="utf-8")
    words = ("time." + "sleep", "sleep" + "(", "qtbot." + "wait" + "(", "QTest." + "qWait", "QThread." + "msleep")
    assert [word for word in words if re.search(rf"(?<![\w.]){re.escape(word)}", text)] == []


@each(
    [
        path
        for path in FILES
        if path.is_relative_to(ROOT / "tests")
        and "benchmarks" not in path.parts
        and path not in (ROOT / "tests" / "proofs.py", ROOT / "tests" / "gpu" / "suite.py")
    ]
)
def test_no_test_is_judged_by_a_clock(path: Path) -> None:
    """How long something takes depends on what else the machine does: count the work (`tests.work`) instead.

    `tests.proofs` and `tests.gpu.suite` run the tests, and print how long that took.
    """
    words = ("perf_counter", "process_time", "monotonic", "thread_time", "time", "QElapsedTimer")
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    names = [func.attr if isinstance(func, ast.Attribute) else getattr(func, "id", "") for func in called]
    assert [name for name in names if name.removesuffix("_ns") in words] == []


@each([path for path in FILES if "benchmarks" in path.parts])
def test_benchmarks_only_print(path: Path) -> None:
    """What they assert are facts (a count, a state), never an order between what was measured and a goal."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    asserted = (node.test for node in ast.walk(tree) if isinstance(node, ast.Assert))
    compared = (part for test in asserted for part in ast.walk(test) if isinstance(part, ast.Compare))
    orders = [part for part in compared if any(isinstance(op, ast.Lt | ast.LtE | ast.Gt | ast.GtE) for op in part.ops)]
    assert [ast.unparse(part) for part in orders] == []


@each([path for path in FILES if path.is_relative_to(ROOT / "engine")])
def test_what_others_may_use_says_what_it_does(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree), "the file itself"
    public = (node for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name[0] != "_")
    assert [node.name for node in public if not ast.get_docstring(node)] == []
