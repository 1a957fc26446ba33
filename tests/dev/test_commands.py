"""Which commands `dev.py run` and `dev.py test` start."""

import io
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from tests.dev.conftest import REPOSITORY, Runs


def module_and_arguments(command: list[str]) -> list[str]:
    """The part of a command after `python -m`."""
    assert command[1] == "-m"
    return command[2:]


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("arguments", [[], ["open", "resnet-18", "--train"]])
def test_with_a_display_it_opens_the_window(dev: ModuleType, runs: Runs, arguments: list[str]) -> None:
    runs.codes["gui.cli"] = 1
    assert dev.main(["run", *arguments]) == 1
    assert [module_and_arguments(command) for command in runs.commands] == [["gui.cli", *arguments]]


@pytest.mark.usefixtures("no_display")
def test_without_a_display_it_trains_and_then_paints_the_window(
    dev: ModuleType, runs: Runs, ready: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["run"]) == 0
    train, paint = (module_and_arguments(command) for command in runs.commands)
    folder, picture = Path(train[-1]), Path(paint[1])
    assert train == ["gui.cli", "train", "lenet-5", "--run-dir", str(folder)]
    assert paint == ["gui.picture", str(picture), "--run", str(folder)]
    assert folder.parent == picture.parent == dev.ROOT / "runs"
    assert runs.environments[1]["QT_QPA_PLATFORM"] == "offscreen"
    assert ready == [dev.BASE]
    output = capsys.readouterr()
    assert output.out.splitlines() == [f"run folder: {folder}", f"picture of the window: {picture}"]
    assert "no display" in output.err


@pytest.mark.usefixtures("ready", "no_display")
def test_a_failed_training_paints_nothing(dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    runs.codes["train lenet-5"] = 130
    assert dev.main(["run"]) == 130
    assert len(runs.commands) == 1
    assert not capsys.readouterr().out


@pytest.mark.usefixtures("ready", "no_display")
def test_without_a_display_arguments_are_passed_on_unchanged(
    dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["run", "info", "resnet-18", "--json"]) == 0
    assert [module_and_arguments(command) for command in runs.commands] == [["gui.cli", "info", "resnet-18", "--json"]]
    assert not capsys.readouterr().out


# dev.py test


LINTERS = ["ruff check", "ruff format", "-m mypy", "lint_imports"]
JOURNEYS = "slow and journey tests/journeys"
STAGES = ["ruff check", "ruff format", "lint_imports", JOURNEYS, "-m mypy", " tests --ignore=", "worksteal tests/gui"]
OTHER_SYSTEMS = ["mypy --platform win32", "mypy --platform darwin"]


def in_order(commands: list[list[str]]) -> list[str]:
    """The stages of these commands; the types and the journeys begin together, whichever is noted first."""
    lines = [" ".join(command) for command in commands]
    found = [part for line in lines for part in STAGES if part in line]
    return [*found[:3], *sorted(found[3:5], key=STAGES.index), *found[5:]]


def test_all_stages_run_in_order_and_only_the_journeys_see_a_display(
    dev: ModuleType, runs: Runs, ready: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert dev.main(["test"]) == 0
    assert in_order(runs.commands) == STAGES
    assert runs.with_part(JOURNEYS)[0][3:] == ["-m", "not slow and journey", "tests/journeys"]
    offscreen = {
        "QT_QPA_PLATFORM": "offscreen",
        "HF_HUB_OFFLINE": "1",
        "QT_API": "pyside6",
        "OMP_WAIT_POLICY": "PASSIVE",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "PYTHONDONTWRITEBYTECODE": "",
    }
    for command, environment in zip(runs.commands, runs.environments, strict=True):
        screen = {"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":42"} if command[-1] == "tests/journeys" else {}
        assert environment == {**offscreen, **screen}
    assert ready == [[*dev.BASE, *dev.XCB, *dev.XVFB]]
    lines = capsys.readouterr().out.splitlines()
    assert sum(": passed, " in line for line in lines) == 7
    assert lines[-1].startswith("== all 7 stages passed, ")


@pytest.mark.usefixtures("ready")
def test_what_runs_beside_a_stage_says_all_it_has_to_after_it(
    dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str]
) -> None:
    runs.texts, runs.codes = {"-m mypy": "engine/graph.py:1: error\n"}, {"-m mypy": 1}
    assert dev.main(["test"]) == 1
    lines = [line.partition(", ")[0] for line in capsys.readouterr().out.splitlines()]
    at = lines.index("== journeys: passed")
    assert lines[at + 1 : at + 4] == ["== mypy", "engine/graph.py:1: error", "== mypy: FAILED"]


@pytest.mark.usefixtures("ready")
def test_the_tests_of_the_window_share_three_workers_and_benchmarks_are_not_among_them(
    dev: ModuleType, runs: Runs
) -> None:
    dev.main(["test"])
    assert [command[command.index("-n") + 1] for command in runs.with_part("worksteal tests/gui")] == ["3"]
    assert not [command for command in runs.commands if command[-1] == "tests/benchmarks"], "they only print"


@pytest.mark.usefixtures("ready")
@pytest.mark.parametrize("stage", range(7))
def test_a_failed_stage_keeps_none_from_running_and_the_last_line_names_it(
    dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str], stage: int
) -> None:
    runs.codes[STAGES[stage]] = 5  # pytest's "no tests were collected" counts as a failure too
    assert dev.main(["test"]) == 5
    assert len(runs.commands) == len(STAGES)
    lines = capsys.readouterr().out.splitlines()
    (title,) = [line.removeprefix("== ").partition(": FAILED")[0] for line in lines[:-1] if ": FAILED" in line]
    assert lines[-1].startswith(f"== FAILED: {title}, ")


@pytest.mark.usefixtures("ready")
def test_two_failed_stages_are_both_named(dev: ModuleType, runs: Runs, capsys: pytest.CaptureFixture[str]) -> None:
    runs.codes |= {"-m mypy": 1, "worksteal tests/gui": 2}
    assert dev.main(["test"]) == 1
    assert capsys.readouterr().out.splitlines()[-1].startswith("== FAILED: mypy, tests of the window, ")


def test_all_runs_the_linters_and_every_topic(dev: ModuleType, runs: Runs, ready: list[list[str]]) -> None:
    assert dev.main(["test", "--all"]) == 0
    for command, part in zip(runs.commands, [*LINTERS, *OTHER_SYSTEMS, "-m tests.proofs"], strict=True):
        assert part in " ".join(command)
    assert module_and_arguments(runs.commands[-1]) == ["tests.proofs"]
    assert runs.environments[-1]["DISPLAY"] == ":42", "one of the topics are the journeys"
    assert ready == [[*dev.BASE, *dev.XCB, *dev.XVFB]]


@pytest.mark.parametrize(
    ("arguments", "display"),
    [(["layers"], False), (["--again", "layers", "edits"], False), (["journeys", "--again"], True)],
)
def test_topics_are_proved_without_the_linters(
    dev: ModuleType, runs: Runs, ready: list[list[str]], arguments: list[str], display: bool
) -> None:
    runs.codes["tests.proofs"] = 1
    assert dev.main(["test", "--all", *arguments]) == 1
    assert [module_and_arguments(command) for command in runs.commands] == [["tests.proofs", *arguments]]
    assert ("DISPLAY" in runs.environments[0]) == display
    assert ready == [[*dev.BASE, *(dev.XCB + dev.XVFB if display else [])]]


@pytest.mark.usefixtures("ready")
def test_again_belongs_to_the_long_proofs(dev: ModuleType, runs: Runs) -> None:
    assert dev.main(["test", "--all", "--again"]) == 0
    assert module_and_arguments(runs.commands[-1]) == ["tests.proofs", "--again"]
    assert len(runs.commands) == len(LINTERS) + len(OTHER_SYSTEMS) + 1


def test_the_tests_of_a_gpu_run_in_this_python_and_nothing_is_installed(
    dev: ModuleType, runs: Runs, ready: list[list[str]]
) -> None:
    runs.codes["tests.gpu"] = 1
    assert dev.main(["test", "--gpu", "layers", "kills"]) == 1
    assert runs.commands == [[sys.executable, "-m", "tests.gpu.suite", "layers", "kills"]]
    assert ready == [], "no library is asked for"


def test_what_a_python_lacks_for_the_tests_of_a_gpu_is_said_in_one_line(
    dev: ModuleType, runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "OF_A_GPU", ("json", "torch_of_nobody"))
    assert dev.main(["test", "--gpu"]) == 2
    assert runs.commands == []
    assert capsys.readouterr().err.endswith(f"{sys.executable} lacks torch_of_nobody.\n")


def test_arguments_make_one_call_of_pytest(dev: ModuleType, runs: Runs, ready: list[list[str]]) -> None:
    arguments = ["tests/engine/test_dims.py", "-k", "foo"]
    assert dev.main(["test", *arguments]) == 0
    assert [module_and_arguments(command) for command in runs.commands] == [["pytest", *arguments]]
    assert runs.environments[0]["QT_QPA_PLATFORM"] == "offscreen"
    assert ready == [dev.BASE]


def test_a_journey_named_by_hand_gets_its_display(dev: ModuleType, runs: Runs, ready: list[list[str]]) -> None:
    assert dev.main(["test", "tests/journeys/test_first.py"]) == 0
    assert runs.environments[0]["DISPLAY"] == ":42"
    assert ready == [[*dev.BASE, *dev.XCB, *dev.XVFB]]


@pytest.mark.usefixtures("ready")
def test_macos_and_windows_skip_the_journeys_and_say_so(
    dev: ModuleType, runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(dev, "WITHOUT_X", True)
    assert dev.main(["test"]) == 0
    assert len(runs.commands) == 6
    assert "journeys: skipped" in capsys.readouterr().out
    assert runs.with_part("-m mypy")
    assert dev.main(["test", "--all"]) == 0
    assert "DISPLAY" not in runs.environments[-1]


class FakeServer:
    """Stands in for the Xvfb process."""

    def __init__(self, line: str) -> None:
        self.stdout = io.StringIO(line)
        self.ended = False

    def __enter__(self) -> "FakeServer":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.ended

    def terminate(self) -> None:
        self.ended = True


def test_the_virtual_display_ends_with_its_tests_whatever_happens(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = FakeServer("99\n")
    monkeypatch.setattr(dev, "Popen", lambda *_, **__: server)
    seen: list[dict[str, str]] = []

    def interrupted_tests() -> None:
        with dev.virtual_display() as env:
            seen.append(env)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted_tests()
    assert seen == [{"QT_QPA_PLATFORM": "xcb", "DISPLAY": ":99"}]
    assert server.ended


def test_an_xvfb_that_does_not_start_is_one_sentence(
    dev: ModuleType, runs: Runs, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = FakeServer("")
    monkeypatch.setattr(dev, "Popen", lambda *_, **__: server)
    monkeypatch.setattr(dev, "install_libraries", lambda wanted: 0)
    monkeypatch.setattr(dev, "install_environment", lambda: 0)
    assert dev.main(["test"]) == 1
    assert server.ended
    output = capsys.readouterr()
    assert output.err.startswith("dev.py: Xvfb did not start")
    assert output.out.splitlines()[-1].startswith("== FAILED: journeys, ")


# the command line itself


@pytest.mark.parametrize(("argv", "code"), [([], 2), (["fly"], 2), (["--help"], 0)])
def test_usage(dev: ModuleType, capsys: pytest.CaptureFixture[str], argv: list[str], code: int) -> None:
    assert dev.main(argv) == code
    assert "python dev.py run" in capsys.readouterr().err


def test_an_older_python_reads_one_sentence(dev: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2, "final", 0))
    with pytest.raises(SystemExit, match=r"^Layerloom needs Python 3\.11 or newer, this is Python 3\.9\.$"):
        exec(compile((REPOSITORY / "dev.py").read_text(encoding="utf-8"), "dev.py", "exec"), {})


def test_run_gives_the_exit_code_and_what_was_printed(monkeypatch: pytest.MonkeyPatch, dev: ModuleType) -> None:
    monkeypatch.undo()
    code = "import os; print(os.environ['LOOM']); raise SystemExit(3)"
    assert dev.run([sys.executable, "-c", code], env={"LOOM": "warp"}, output=subprocess.PIPE) == (3, "warp\n")


@pytest.mark.usefixtures("ready")
def test_every_test_belongs_to_one_stage_but_those_of_the_benchmarks_and_of_a_gpu(dev: ModuleType, runs: Runs) -> None:
    assert dev.main(["test"]) == 0
    (rest,), others = ([command for command in runs.with_part("-m pytest") if ("tests" in command) == every]
                       for every in (True, False))  # fmt: skip
    left_out = {argument.removeprefix("--ignore=") for argument in rest[rest.index("tests") + 1 :]}
    assert left_out == {*(command[-1] for command in others), "tests/benchmarks", "tests/gpu"}
    assert all((REPOSITORY / name).is_dir() for name in left_out)
