"""Names that somebody may have meant, for the end of a sentence about one that there is not."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Final

LONGEST: Final = 100
"""Characters of a name that are looked at; none that is known has as many."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that is most like this one; None where none is much like it."""
    return next(iter(difflib.get_close_matches(name[:LONGEST], list(known), 1)), None)


def hint(name: str, known: Iterable[str], otherwise: str = "") -> str:
    """``did you mean 'relu'?``; where nothing is near ``otherwise``, by default all that there are."""
    names = list(known)
    near = nearest(name, names)
    return f"did you mean {near!r}?" if near is not None else otherwise or f"there are: {', '.join(names)}."
