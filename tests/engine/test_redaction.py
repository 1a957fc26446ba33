"""What is logged or shown for others to read does not tell whose machine it is."""

from __future__ import annotations

import socket
import sysconfig
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.logs.redaction import redact

ROOT = Path(__file__).resolve().parents[2]
PART = st.text("abkxyzÄé0_-. ", min_size=1, max_size=8).filter(lambda part: part == part.strip() and part.strip(". "))


@pytest.fixture(autouse=True)
def somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(name, "marie")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/marie"))
    monkeypatch.setattr(socket, "gethostname", lambda: "pc17.lab.example.org")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("/home/marie/nets/mnist.loom: it is damaged", "~/nets/mnist.loom: it is damaged"),
        (
            "[Errno 13] Permission denied: '/srv/patients of 2026/scan.npy'",
            "[Errno 13] Permission denied: '…/scan.npy'",
        ),
        ("/mnt/My Disk/data/x.csv cannot be read.", "…/x.csv cannot be read."),
        ("reads /a/b and writes /c/d.", "reads …/b and writes …/d."),
        ("file:///media/usb/x.png is gone", "…/x.png is gone"),
        (r"C:\Users\marie\x.loom: no", "…/x.loom: no"),
        (r"FileNotFoundError: 'C:\\Users\\marie\\x.loom'", "FileNotFoundError: '…/x.loom'"),
        (r"\\server\share\x.loom", "…/x.loom"),
        ("marie@pc17: no", "USER@HOST: no"),
        ("connected to pc17.lab.example.org", "connected to HOST"),
        ("MARIE and Mariella", "USER and Mariella"),
        ("https://pytorch.org/docs/stable/nn.html", "https://pytorch.org/docs/stable/nn.html"),
        ("1 / 2 and 3/4, N/A, (C, H/2)", "1 / 2 and 3/4, N/A, (C, H/2)"),
        ("gui/window.py and ~/x stay", "gui/window.py and ~/x stay"),
        (f'File "{ROOT}/engine/graph.py", line 3', 'File "engine/graph.py", line 3'),
        (f'File "{sysconfig.get_path("purelib")}/torch/nn.py", line 3', 'File "torch/nn.py", line 3'),
        (f'File "{sysconfig.get_path("stdlib")}/json/decoder.py", line 3', 'File "json/decoder.py", line 3'),
        ("<img src=/x>", "<img src=…/x>"),
        ("", ""),
    ],
)
def test_paths_and_names_are_taken_out(text: str, expected: str) -> None:
    assert redact(text) == expected


@given(
    st.lists(PART, min_size=2, max_size=5),
    st.sampled_from(["'{}'", '"{}"', "cannot read {}: no", "{}", "“{}”", "x={}"]),
)
def test_of_a_path_outside_only_the_last_name_is_left(parts: list[str], sentence: str) -> None:
    folder = f"/{'/'.join(parts)}"
    made = redact(sentence.format(f"{folder}/secret/kept.loom"))
    assert made == sentence.format("…/kept.loom")


@given(st.text(max_size=60))
def test_any_text_is_taken_and_a_second_time_changes_nothing(text: str) -> None:
    once = redact(text)
    assert redact(once) == once
