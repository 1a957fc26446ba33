"""Install, start and test Layerloom; Python 3.11 or newer is all a machine needs.

python dev.py run [ARGS...]          the window; with ARGS the command line (`python dev.py run info resnet-18`)
python dev.py test                   linters, types, tests, and journeys in a real window; the last line names failures
python dev.py test PYTEST-ARGS...    one call of pytest with these arguments and nothing else
python dev.py test --all [TOPIC...]  the long proofs as well, by topics: results are stored in .proofs until the sources
                                     change, and the same command continues after an interruption; --again forgets them
python dev.py test --gpu [TOPIC...]  the tests of a GPU, in the Python that runs this and without installing anything:
                                     layers, parts (optimizers, schedules, losses), runs, kills, nan, memory, room (for
                                     data), precision, trained (networks), exact, fast, speed, devices; each ends within
                                     nine minutes
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - this line is for those who start it with an older Python
    sys.exit(f"Layerloom needs Python 3.11 or newer, this is Python {sys.version_info[0]}.{sys.version_info[1]}.")

import contextlib
import hashlib
import importlib.util
import os
import re
import shlex
import shutil
import signal
import sysconfig
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen, TimeoutExpired

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BASE = ["libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1", "libglib2.0-0", "fonts-dejavu-core"]
XCB = ["libxcb-cursor0", "libxcb-icccm4", "libxcb-keysyms1", "libxcb-shape0", "libxkbcommon-x11-0"]
XVFB = ["xvfb", "xauth", "xdotool"]
WITHOUT_X = sys.platform in ("darwin", "win32")  # these always have a display and never Xvfb
TEST_ENVIRONMENT = {
    "QT_QPA_PLATFORM": "offscreen",
    "HF_HUB_OFFLINE": "1",
    "QT_API": "pyside6",
    "OMP_WAIT_POLICY": "PASSIVE",
    "PYTHONUTF8": "1",  # else Windows takes another encoding for the texts of tests
    "OMP_NUM_THREADS": "1",  # tests compute little, side by side: a second thread in each takes more than it gives
    "PYTHONDONTWRITEBYTECODE": "",  # else every worker, and every program a test starts, compiles all files again
}
STDERR = 2  # where installers talk: standard output belongs to the command that was asked for
SHARED = ("-n", "auto", "--maxprocesses", "8", "--dist", "worksteal")
PAIRED = ("-n", "3", "--dist", "worksteal")
"""Tests without a window share all cores; of those with one three go side by side: they often wait."""
ON_DISPLAY = ("journeys", "long proofs")
IN_REAL_WINDOWS = ("journeys", "soak")
"""The topics of the long proofs that need a display; all others have their windows offscreen."""
BESIDE = {"journeys": "mypy"}
"""A stage that uses one core → the one that is run beside it; what that prints comes afterwards."""
WITH_WINDOW = ("tests/gui", "tests/benchmarks", "tests/journeys")
OF_A_GPU = ("torch", "numpy", "pydantic", "safetensors", "torchmetrics", "sklearn", "pytest")
"""The modules that the tests of a GPU need, and nothing else."""
ELSEWHERE = (*WITH_WINDOW, "tests/gpu")
"""Folders of tests that are no part of the stage without a window."""


def run(
    command: Sequence[str], *, env: Mapping[str, str] | None = None, cwd: Path | None = None, output: int | None = None
) -> tuple[int, str]:
    """Run `command` with `env` added to the environment; its exit code, and what it printed if `output` is PIPE.

    Of what it says on standard error nothing is kept then; with STDOUT it is, among the rest.
    """
    variables = {**os.environ, **(env or {})}
    errors = DEVNULL if output == PIPE else STDOUT if output == STDOUT else None
    printed = PIPE if output == STDOUT else output
    with Popen(command, env=variables, cwd=cwd, stdout=printed, stderr=errors, text=True) as process:
        try:
            text = process.communicate()[0]
        except BaseException as stop:
            with contextlib.suppress(TimeoutExpired, KeyboardInterrupt):  # Ctrl-C reached the child too: let it finish
                process.wait(10 if isinstance(stop, KeyboardInterrupt) else 0)
            process.terminate()
            raise
    return (process.returncode if process.returncode >= 0 else 128 - process.returncode), text or ""


def say(sentence: str) -> None:
    """Tell the user something that is not the answer of a command."""
    print(sentence, file=sys.stderr, flush=True)


def venv_python() -> str:
    """The path of the Python inside `.venv`."""
    return str(VENV / "Scripts" / "python.exe" if sys.platform == "win32" else VENV / "bin" / "python")


def missing_packages(wanted: Sequence[str]) -> list[str]:
    """Those of `wanted` that are neither installed nor provided by an installed package (as libglib2.0-0t64 does)."""
    lines = run(["dpkg-query", "-W", "-f", "${db:Status-Abbrev},${Package},${Provides}\n"], output=PIPE)[1].splitlines()
    entries = [entry.split() for line in lines if line[1:2] == "i" for entry in line.split(",")[1:]]
    return [name for name in wanted if not any(words[:1] in ([name], [f"{name}t64"]) for words in entries)]


def install_libraries(wanted: Sequence[str]) -> int:
    """On Debian and its kin install the system packages that are missing, or say how; 0 when all are there."""
    if sys.platform != "linux" or not (shutil.which("dpkg-query") and shutil.which("apt-get")):
        return 0
    if not os.path.exists(venv_python()) and importlib.util.find_spec("ensurepip") is None:
        wanted = [*wanted, f"python3.{sys.version_info[1]}-venv"]  # Debian keeps ensurepip apart
    if not (missing := missing_packages(wanted)):
        return 0
    install = ["apt-get", "install", "-y", "--no-install-recommends", *missing]
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if not sudo or (shutil.which("sudo") and run([*sudo, "true"], output=PIPE)[0] == 0):
        say(f"Installing system packages: {' '.join(missing)}")
        sudo += ["env", "DEBIAN_FRONTEND=noninteractive"]
        run([*sudo, "apt-get", "update"], output=STDERR)  # one unreachable source is not a reason to stop
        if run([*sudo, *install, "-o", "DPkg::Lock::Timeout=300"], output=STDERR)[0] == 0:
            return 0
    say(f"Missing libraries. Please run this, then try again:\n  sudo apt-get update && sudo {shlex.join(install)}")
    return 2


def torch_requirement(pyproject: Path) -> str:
    """The requirement on torch, with its range, as `pyproject` has it."""
    dependencies: list[str] = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]["dependencies"]
    return next(entry for entry in dependencies if re.match(r"torch(?![\w.-])", entry))


def install_environment() -> int:
    """Create `.venv` and install Layerloom into it unless this pyproject.toml already was; fixes a broken install."""
    pyproject, stamp, python = ROOT / "pyproject.toml", VENV / "layerloom-installed", venv_python()
    fingerprint = hashlib.sha256(pyproject.read_bytes() + os.fsencode(ROOT)).hexdigest()
    usable = os.path.exists(python) and run([python, "-c", "import pip._internal.cli.main"], output=PIPE)[0] == 0
    if usable and stamp.exists() and stamp.read_text(encoding="utf-8") == fingerprint:
        return 0
    say("Installing Layerloom into .venv; the first time this takes some minutes.")
    stamp.unlink(missing_ok=True)
    if not usable and (code := run([sys.executable, "-m", "venv", "--clear", str(VENV)], output=STDERR)[0]):
        return code
    for package in Path(sysconfig.get_path("purelib", "venv", {"base": str(VENV)})).glob("*.dist-info"):
        if not (package / "RECORD").exists():  # pip writes it last: without it an install was cut off
            shutil.rmtree(package)
    for step in (torch_requirement(pyproject),), ("-e", ".[dev]"):  # torch first, and in a call of its own
        if code := run([python, "-m", "pip", "install", *step], cwd=ROOT, output=STDERR)[0]:
            say(f"`pip install {shlex.join(step)}` failed; try again once its reason is fixed.")
            return code
    stamp.write_text(fingerprint, encoding="utf-8")
    return 0


def start(args: list[str]) -> int:
    """`dev.py run`: the window; without a display and without a command a training and a picture of the window."""
    display = WITHOUT_X or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
    if code := install_libraries([*BASE, *(XCB if display else [])]) or install_environment():
        return code
    module = [venv_python(), "-m"]
    if display or args:
        return run([*module, "gui.cli", *args])[0]
    say("There is no display, so Layerloom trains LeNet-5 without a window and then paints the window into a picture.")
    folder = ROOT / "runs" / f"lenet-5-{time.strftime('%Y%m%d-%H%M%S')}"
    picture, env = folder.with_suffix(".png"), {"QT_QPA_PLATFORM": "offscreen", "QT_API": "pyside6"}
    folder.parent.mkdir(exist_ok=True)
    train = [*module, "gui.cli", "train", "lenet-5", "--run-dir", str(folder)]
    paint = [*module, "gui.picture", str(picture), "--run", str(folder)]
    if not (code := run(train, cwd=ROOT)[0] or run(paint, env=env, cwd=ROOT)[0]):
        print(f"run folder: {folder}\npicture of the window: {picture}", flush=True)
    return code


@contextlib.contextmanager
def virtual_display() -> Iterator[dict[str, str]]:
    """The environment for an X display that lasts as long as the context (-noreset: even while it has no client)."""
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1920x1080x24", "-noreset", "-nolisten", "tcp"]
    with Popen(command, stdout=PIPE, stderr=DEVNULL, text=True, start_new_session=True) as server:
        try:
            if not (number := server.stdout.readline().strip() if server.stdout else ""):
                raise OSError("Xvfb did not start; run `Xvfb -displayfd 1` to see why")
            yield {"QT_QPA_PLATFORM": "xcb", "DISPLAY": f":{number}"}
        finally:
            server.terminate()


def stage(title: str, command: Sequence[str], *, display: bool = False) -> int:
    """Run one stage of the tests between two title lines, on a virtual display if asked; its exit code."""
    print(f"== {title}", flush=True)
    began = time.monotonic()
    try:
        with contextlib.ExitStack() as stack:
            env = stack.enter_context(virtual_display()) if display and not WITHOUT_X else {}
            code = run(command, env={**TEST_ENVIRONMENT, **env}, cwd=ROOT)[0]
    except OSError as error:
        say(f"dev.py: {error}")
        code = 1
    return ended(title, code, began)


def ended(title: str, code: int, began: float) -> int:
    """Print the last line of a stage; its exit code."""
    print(f"== {title}: {'FAILED' if code else 'passed'}, {time.monotonic() - began:.1f} s", flush=True)
    return code


def side_by_side(title: str, stages: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Run a stage and beside it, on another core, the one that goes with it; the exit codes of both."""
    other = BESIDE[title]
    with ThreadPoolExecutor(1) as thread:
        began = time.monotonic()
        quiet = thread.submit(run, stages[other], env=TEST_ENVIRONMENT, cwd=ROOT, output=STDOUT)
        codes = {title: stage(title, stages[title], display=title in ON_DISPLAY)}
        print(f"== {other}", flush=True)
        code, text = quiet.result()
        print(text, end="", flush=True)
        return codes | {other: ended(other, code, began)}


def run_stages(stages: Mapping[str, Sequence[str]]) -> int:
    """Run all stages (title: command), whichever fail; the last line names those. The first exit code that is not 0."""
    began = time.monotonic()
    if WITHOUT_X and "journeys" in stages:
        print("== journeys: skipped, for they need Xvfb, which macOS and Windows lack", flush=True)
        stages = {title: command for title, command in stages.items() if title != "journeys"}
    pairs = {title: other for title, other in BESIDE.items() if title in stages and other in stages}
    codes: dict[str, int] = {}
    for title, command in stages.items():
        if title in pairs:
            codes |= side_by_side(title, stages)
        elif title not in pairs.values():
            codes[title] = stage(title, command, display=title in ON_DISPLAY)
    failed = [title for title, code in codes.items() if code]
    result = f"FAILED: {', '.join(failed)}" if failed else f"all {len(codes)} stages passed"
    print(f"== {result}, {time.monotonic() - began:.1f} s", flush=True)
    return next(filter(None, codes.values()), 0)


def check(args: list[str]) -> int:
    """`dev.py test`: linters, types, tests and journeys, or other tests, or one call of pytest with `args`."""
    if "--gpu" in args:  # on machines that are lent, bare and headless: in this Python, and nothing is installed
        topics = [argument for argument in args if argument != "--gpu"]
        if missing := [name for name in OF_A_GPU if importlib.util.find_spec(name) is None]:
            say(f"The tests of a GPU run in the Python that starts them; {sys.executable} lacks {', '.join(missing)}.")
            return 2
        return run([sys.executable, "-m", "tests.gpu.suite", *topics], cwd=ROOT)[0]
    if every := "--all" in args:
        args.remove("--all")
    topics = [argument for argument in args if argument != "--again"]
    display = not topics or any(topic in argument for argument in topics for topic in IN_REAL_WINDOWS)
    if code := install_libraries([*BASE, *(XCB + XVFB if display else [])]) or install_environment():
        return code
    module = [venv_python(), "-m"]
    pytest = [*module, "pytest", "-m"]
    proofs = [*module, "tests.proofs", *args]
    if every and topics:
        return stage("long proofs", proofs, display=display)
    if args and not every:
        return stage(shlex.join(["pytest", *args]), [*module, "pytest", *args], display=display)
    linters = {
        "ruff check": [*module, "ruff", "check", "."],
        "ruff format": [*module, "ruff", "format", "--check", "."],
        "mypy": [*module, "mypy"],
        "lint-imports": [module[0], "-c", "import importlinter.cli as cli; cli.lint_imports_command()"],
    }
    tests = {
        "journeys": [*pytest, "not slow and journey", "tests/journeys"],
        "tests without a window": [
            *pytest,
            "not slow",
            *SHARED,
            "tests",
            *(f"--ignore={path}" for path in ELSEWHERE),
        ],
        "tests of the window": [*pytest, "not slow", *PAIRED, "tests/gui"],
    }
    others = {
        f"mypy for {system}": [*module, "mypy", "--platform", name, "--cache-dir", f".mypy_cache/{name}"]
        for name, system in (("win32", "Windows"), ("darwin", "macOS"))
    }
    return run_stages(linters | (others | {"long proofs": proofs} if every else tests))


def main(argv: list[str]) -> int:
    """Do what the command line asks; the exit code."""
    if argv[:1] not in (["run"], ["test"]):
        say((__doc__ or "").strip())
        return 0 if argv[:1] in (["-h"], ["--help"]) else 2
    try:
        return {"run": start, "test": check}[argv[0]](argv[1:])
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        say(f"dev.py: {error}")
        return 1


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # an orderly end, so that Xvfb ends too
    sys.exit(main(sys.argv[1:]))
