"""What `dev.py test --all` does with its topics: results stored as they come, continued, and begun again."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import proofs
from tests.dev.conftest import REPOSITORY
from tests.recording import Results, read, write

TESTS = """
import os
from pathlib import Path
import pytest

HERE = Path(__file__).parent

@pytest.fixture(autouse=True)
def noted(request):
    with (HERE / "ran").open("a") as file:
        file.write(request.node.name + " ")

def test_good(): pass

def test_deadly():
    if not (HERE / "died").exists():
        (HERE / "died").touch()
        os._exit(9)

def test_bad(): assert False

@pytest.mark.skip
def test_left_out(): pass

@pytest.fixture
def broken():
    yield
    raise OSError

def test_broken_at_its_end(broken): pass
"""
OUTCOMES = {"good": "passed", "deadly": "passed", "bad": "failed", "left_out": "skipped"}
OUTCOMES["broken_at_its_end"] = "failed"


def test_every_test_file_belongs_to_one_topic() -> None:
    files = [file for topic in proofs.TOPICS for file in proofs.files_of(topic)]
    there = [path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "tests").rglob("test_*.py")]
    assert sorted(files) == sorted(there)
    assert [topic for topic in proofs.TOPICS if not proofs.files_of(topic)] == []
    assert set(proofs.OPTIONS) <= set(proofs.TOPICS)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with one file of tests, which is all of the topic ``edits``."""
    (tmp_path / "tests" / "engine").mkdir(parents=True)
    (tmp_path / "tests" / "engine" / "test_edits.py").write_text(TESTS, encoding="utf-8")
    (tmp_path / "dev.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(proofs, "ROOT", tmp_path)
    monkeypatch.setattr(proofs, "OPTIONS", {"edits": ()})
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return tmp_path


@pytest.fixture
def ran(project: Path) -> Callable[[], list[str]]:
    """The tests that have run since the last call."""

    def take() -> list[str]:
        file = project / "tests" / "engine" / "ran"
        names = file.read_text(encoding="utf-8").split() if file.exists() else []
        file.unlink(missing_ok=True)
        return [name.removeprefix("test_") for name in names]

    return take


def outcomes() -> dict[str, str]:
    """What is known of the topic: the name of a test → its outcome."""
    known = proofs.known("edits", proofs.fingerprint()).outcomes
    return {test.partition("::test_")[2]: outcome for test, outcome in known.items()}


def line_of_edits(output: str) -> list[str]:
    """The cells of the topic in the table."""
    return [cell.strip() for line in output.splitlines() if line.startswith("| edits") for cell in line.split("|")]


def test_a_topic_continues_where_it_was_killed_and_is_not_run_again(
    project: Path, ran: Callable[[], list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    assert proofs.main(["edits"]) == 1
    assert ran() == ["good", "deadly"]
    assert outcomes() == {"good": "passed"}
    assert line_of_edits(capfd.readouterr().out)[2:-1] == ["1", "0", "0", "0", "not finished"]
    with proofs.file_of("edits").open("a", encoding="utf-8") as file:
        file.write('{"test": "tests/eng')  # killed while it wrote

    assert proofs.main(["edits"]) == 1
    assert ran() == ["deadly", "bad", "broken_at_its_end"], "a test that is skipped runs no fixture"
    assert outcomes() == OUTCOMES
    output = capfd.readouterr().out
    assert line_of_edits(output)[2:5] == ["2", "2", "1"]
    assert line_of_edits(output)[-2][:2] == "20", "the day"
    assert "FAILED tests/engine/test_edits.py::test_bad\n" in output

    assert proofs.main(["edits"]) == 1, "two tests still fail"
    assert ran() == []
    assert outcomes() == OUTCOMES
    assert "edits: finished before" in capfd.readouterr().out


@pytest.mark.parametrize("how", ["asked", "source changed"])
def test_a_topic_begins_again(project: Path, ran: Callable[[], list[str]], how: str) -> None:
    file = project / "tests" / "engine" / "test_edits.py"
    file.write_text("def test_good(): pass\n", encoding="utf-8")
    assert proofs.main(["edits"]) == 0
    file.write_text(TESTS, encoding="utf-8")
    (file.parent / "died").touch()
    if how == "asked":
        assert proofs.main(["edits"]) == 1
        assert len(ran()) == 4
    assert proofs.main(["edits", "--again"] if how == "asked" else ["edits"]) == 1
    assert ran() == ["good", "deadly", "bad", "broken_at_its_end"]
    assert outcomes() == OUTCOMES


def test_workers_leave_out_what_is_known_and_one_that_dies_is_a_failure(
    project: Path, ran: Callable[[], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "OPTIONS", {"edits": ("-p", "xdist", "-n", "2")})
    file = proofs.file_of("edits")
    file.parent.mkdir()
    write(file, sources=proofs.fingerprint())
    write(file, test="tests/engine/test_edits.py::test_good", outcome="passed", seconds=1.0)
    assert proofs.main(["edits"]) == 1
    assert sorted(ran()) == ["bad", "broken_at_its_end", "deadly"]
    assert outcomes() == OUTCOMES | {"deadly": "failed"}
    assert read(file).finished


@pytest.mark.parametrize("options", [(), ("-p", "xdist", "-n", "2")])
def test_what_the_tests_measure_is_printed_as_a_table_also_when_they_do_not_run_again(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    monkeypatch.setattr(proofs, "OPTIONS", {"edits": options})
    file = project / "tests" / "engine" / "test_edits.py"
    measuring = """def test_{}(record_property): record_property("Found", {{"what": "{}", "grams": {}}})\n"""
    file.write_text(measuring.format("one", "gold", 7) + measuring.format("two", "lead", 12), encoding="utf-8")
    for _ in range(2):
        assert proofs.main(["edits"]) == 0
        lines = capsys.readouterr().out.splitlines()
        start = lines.index("### Found")
        assert lines[start + 2] == "| what | grams |"
        assert sorted(lines[start + 4 : start + 6]) == ["| gold |     7 |", "| lead |    12 |"]


def test_a_topic_that_is_interrupted_is_in_the_table_all_the_same(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        write(proofs.file_of("edits"), test="tests/engine/test_edits.py::test_good", outcome="passed", seconds=1.0)
        raise KeyboardInterrupt

    monkeypatch.setattr(proofs.dev, "run", interrupted)
    assert proofs.main(["edits", "layers"]) == 130
    assert line_of_edits(capsys.readouterr().out)[2:-1] == ["1", "0", "0", "1", "not finished"]


@pytest.mark.parametrize("without_x", [False, True])
def test_without_a_name_all_topics_are_proved(project: Path, monkeypatch: pytest.MonkeyPatch, without_x: bool) -> None:
    seen: list[str] = []
    monkeypatch.setattr(proofs, "prove", lambda topic, sources, again: seen.append(topic))
    monkeypatch.setattr(proofs.dev, "WITHOUT_X", without_x)
    assert proofs.main([]) == 1, "none has a result"
    assert set(seen) == set(proofs.TOPICS) - (set(proofs.dev.IN_REAL_WINDOWS) if without_x else set())


def test_only_what_needs_it_gets_the_display(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, dict[str, str]] = {}
    monkeypatch.setattr(proofs.dev, "run", lambda command, env, cwd: seen.update({command[-1]: env}))
    (project / "tests" / "journeys").mkdir(exist_ok=True)
    for name in ("first", "soak"):
        (project / "tests" / "journeys" / f"test_{name}.py").touch()
    for topic in ("journeys", "soak", "edits"):
        proofs.prove(topic, "", again=False)
    offscreen = {"QT_QPA_PLATFORM": "offscreen"}
    real = {"tests/journeys/test_first.py": {}, "tests/journeys/test_soak.py": {}}
    assert seen == {**real, "tests/engine/test_edits.py": offscreen}


def test_a_topic_that_nobody_knows_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert proofs.main(["layers", "flying"]) == 2
    assert capsys.readouterr().err.startswith("There is no topic flying; there are: layers, weights-and-cost, ")


@pytest.mark.parametrize(
    "git", [False, pytest.param(True, marks=pytest.mark.skipif(not shutil.which("git"), reason=""))]
)
def test_the_fingerprint_is_that_of_the_sources(project: Path, git: bool) -> None:
    if git:
        subprocess.run(["git", "init", "-q"], cwd=project, check=True)
        (project / ".gitignore").write_text("ignored.py\n", encoding="utf-8")
    seen = [proofs.fingerprint()]
    for name in ("tests/notes.md", "run.py", *(["tests/ignored.py"] if git else [])):
        (project / name).write_text("x", encoding="utf-8")
        assert proofs.fingerprint() == seen[0], "that is not a source"
    for name, text in (("dev.py", "x"), ("tests/data.json", "1"), ("tests/data.json", "2"), ("tests/more.py", "")):
        (project / name).write_text(text, encoding="utf-8")
        seen.append(proofs.fingerprint())
    (project / "tests" / "more.py").rename(project / "tests" / "other.py")
    seen.append(proofs.fingerprint())
    (project / "tests" / "other.py").unlink()
    assert proofs.fingerprint() == seen[3]
    assert len(set(seen)) == len(seen)


def test_a_file_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert read(tmp_path / "none") == Results()
