"""What a user is told where something cannot be done: one sentence, whatever has gone wrong below."""

from __future__ import annotations

import re
from collections.abc import Callable

from engine.errors import LayerloomError

LONGEST = 600
"""Characters; a path is in it, and sometimes a second sentence that says what to do."""
OF_PROGRAMS = re.compile(r"Traceback|\bErrno\b|\b[A-Z]\w+(Error|Exception)\b|pydantic|object at 0x|\bbyte string\b")
"""Words of exceptions, which are for nobody."""


def refusal(act: Callable[[], object]) -> str:
    """The sentence with which an act is refused, empty where it is done; any other exception passes through.

    Fails where it is none: it ends as a sentence does, is on one line, and holds nothing of a program's insides.
    """
    try:
        act()
    except LayerloomError as error:
        words = str(error)
    else:
        return ""
    check_sentence(words)
    return words


def check_sentence(words: str) -> None:
    """Fail where these words are no sentence for a person."""
    assert words, "nothing is said"
    assert words.endswith((".", "?")), words
    assert words.isprintable(), words
    assert len(words) < LONGEST, words
    assert not OF_PROGRAMS.search(words), words
