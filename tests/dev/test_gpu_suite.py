"""What `dev.py test --gpu` does with its topics, on a machine without a GPU."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from tests.dev.conftest import REPOSITORY
from tests.gpu import device, suite


def test_every_test_file_belongs_to_one_topic() -> None:
    files = sorted(file for topic in suite.TOPICS for file in suite.files_of(topic))
    there = [path.relative_to(REPOSITORY).as_posix() for path in (REPOSITORY / "tests" / "gpu").rglob("test_*.py")]
    assert files == sorted(there)


def test_dev_py_names_all_topics() -> None:
    usage = (REPOSITORY / "dev.py").read_text(encoding="utf-8").partition('"""\n')[0]
    assert [topic for topic in suite.TOPICS if topic not in usage.partition("--gpu")[2]] == []


def test_without_a_gpu_one_line_says_so(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(device, "DEVICE", device.torch.device("cuda"))
    monkeypatch.setattr(device.torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(device.torch.version, "cuda", None)
    assert suite.main([]) == suite.main(["layers"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"== GPU tests: skipped. PyTorch {device.torch.__version__} is built without CUDA."] * 2
    monkeypatch.setattr(device.torch.version, "cuda", "13.0")
    assert suite.main([]) == 0
    assert capsys.readouterr().out.splitlines() == [lines[0].replace("is built without CUDA", "finds no CUDA device")]


def test_a_topic_that_nobody_knows_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.main(["layers", "flying"]) == 2
    assert capsys.readouterr().err.startswith("There is no topic flying; there are: layers, ")


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Which topics were run and in which environment; ``layers`` fails, ``kills`` never ends."""
    seen: dict[str, Any] = {}

    def run(command: list[str], *, env: dict[str, str], timeout: float, **_: Any) -> subprocess.CompletedProcess[str]:
        topic = next(topic for topic in suite.TOPICS if command == suite.command(topic))
        seen[topic] = env
        if topic == "kills":
            raise subprocess.TimeoutExpired(command, timeout)
        return subprocess.CompletedProcess(command, 1 if topic == "layers" else 0)

    monkeypatch.setattr(suite, "missing", lambda: "")
    monkeypatch.setattr(suite, "described", lambda: "a GPU")
    monkeypatch.setattr(suite, "files_of", lambda topic: [f"tests/gpu/test_{topic}.py"])
    monkeypatch.setattr(suite.subprocess, "run", run)
    return seen


def test_all_topics_run_and_the_last_line_names_failures(
    calls: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert suite.main([]) == 1
    assert list(calls) == list(suite.TOPICS)
    assert all(env["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] == "1" for env in calls.values())
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "== GPU tests on a GPU"
    assert [
        line.partition(", ")[0] for line in lines if line.startswith(("== layers:", "== kills:", "== memory:"))
    ] == [
        "== layers: FAILED (exit code 1)",
        f"== kills: FAILED (stopped after {suite.LIMIT} s)",
        "== memory: passed",
    ]
    assert lines[-1].startswith("== FAILED: layers, kills, ")


def test_topics_by_name(calls: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> None:
    assert suite.main(["memory", "parts"]) == 0
    assert list(calls) == ["memory", "parts"]
    assert capsys.readouterr().out.splitlines()[-1].startswith("== all 2 topics passed, ")
