"""Plain words: stems that readers stumble over are in no text of the program, of its pages or in its code."""

from __future__ import annotations

import re

import pytest

from tests.each import each
from tests.test_house import FILES, ROOT

STUMBLES = re.compile(
    r"\b(reckon\w*|anew|mend(?:s|ed|ing)?|ways? out|hangs? on|goes on|went on|whole numbers?|truth values?)\b",
    re.IGNORECASE,
)
PLAIN = "compute; again, from scratch; fix; depends on; resume, continue; integer; boolean"
"""What to write instead, in the same order."""
PRODUCT = [path for path in FILES if path.relative_to(ROOT).parts[0] != "tests"]
PAGES = [ROOT / "README.md", *sorted((ROOT / "resources" / "docs").glob("*.md"))]


def stumbles(text: str) -> list[str]:
    """The lines with such a word."""
    found = ((number, line) for number, line in enumerate(text.splitlines(), 1) if STUMBLES.search(line))
    return [f"line {number}: {line.strip()}" for number, line in found]


@each([path.relative_to(ROOT).as_posix() for path in [*PRODUCT, *PAGES]])
def test_words_are_plain(name: str) -> None:
    assert stumbles((ROOT / name).read_text(encoding="utf-8")) == [], f"write instead: {PLAIN}"


@pytest.mark.parametrize(
    "text", ["Mend all", "a way out", "drawn anew", "it is reckoned", "a whole number", "it goes on"]
)
def test_a_stumble_is_found(text: str) -> None:
    assert stumbles(text)


@pytest.mark.parametrize("text", ["recommend", "amended", "the way outside", "problem.mend_all", "the whole network"])
def test_other_words_are_left_alone(text: str) -> None:
    assert not stumbles(text)
