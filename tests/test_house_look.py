"""One look: spaces from one scale, and commands named alike, with capitals as in a title."""

from __future__ import annotations

import ast
import re
from functools import lru_cache

import pytest

from tests.each import each
from tests.test_house import FILES, ROOT

SCALE = frozenset({0, 2, 4, 6, 8, 12, 16, 24, 32})
"""Pixels between widgets and around them."""
SPACES = frozenset({"setContentsMargins", "setSpacing", "setHorizontalSpacing", "setVerticalSpacing", "addSpacing"})
COMMANDS = {"QPushButton": 0, "push_button": 0, "button": 0, "addAction": 0, "Action": 1, "setWindowTitle": 0}
"""What makes a command or a window, and which of the texts it is given is the name."""
SMALL_WORDS = frozenset(["a", "an", "the", "and", "or", "of", "in", "on", "to", "for", "from", "with", "by", "as"])
WINDOW = [path.relative_to(ROOT).as_posix() for path in FILES if path.relative_to(ROOT).parts[0] == "gui"]


def off_the_scale(code: str) -> list[str]:
    """The lines with a space that is not on the scale."""
    return [
        f"line {call.lineno}: {name}({argument.value})"
        for call, name in _calls(code)
        if name in SPACES
        for argument in call.args
        if isinstance(argument, ast.Constant) and argument.value not in SCALE
    ]


def without_capitals(code: str) -> list[str]:
    """The commands whose name is not written as a title."""
    found = []
    for call, name in _calls(code):
        place = COMMANDS.get(name)
        texts = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if place is not None and place < len(texts) and not is_title(texts[place]):
            found.append(f"line {call.lineno}: {texts[place]}")
    return found


def is_title(text: str) -> bool:
    """Whether all words but small ones inside begin with a capital; signs and what is no word count for nothing."""
    words = re.findall(r"(?<![.\w])[A-Za-z][\w’'-]*", text)
    ends = (0, len(words) - 1)
    return all(word[0].isupper() or (index not in ends and word in SMALL_WORDS) for index, word in enumerate(words))


@lru_cache(maxsize=1)
def _calls(code: str) -> list[tuple[ast.Call, str]]:
    calls = (node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call))
    return [(call, getattr(call.func, "attr", getattr(call.func, "id", ""))) for call in calls]


@each(WINDOW)
def test_spaces_are_of_the_scale_and_commands_written_as_titles(name: str) -> None:
    code = (ROOT / name).read_text(encoding="utf-8")
    assert off_the_scale(code) + without_capitals(code) == []


@pytest.mark.parametrize("code", ["box.setSpacing(5)", "QVBoxLayout.setContentsMargins(box, 0, 7, 0, 0)"])
def test_a_space_off_the_scale_is_found(code: str) -> None:
    assert off_the_scale(code)


@pytest.mark.parametrize("code", ['QPushButton("Open block")', 'push_button("Use it")', 'Action("x", "Save as")'])
def test_a_command_without_capitals_is_found(code: str) -> None:
    assert without_capitals(code)


@pytest.mark.parametrize("text", ["Save As …", "Paste with Wires", "×", "Stop It", "ONNX …"])
def test_titles_are_left_alone(text: str) -> None:
    assert is_title(text)
