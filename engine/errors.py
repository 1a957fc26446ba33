"""What all our own errors have in common: a sentence for people, and for programs what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from pydantic import ValidationError

Reason = Literal[
    "",
    "diverged",
    "out-of-memory",
    "missing-file",
    "damaged-file",
    "unreadable-file",
    "too-large",
    "changed-data",
    "not-repeatable",
    "no-device",
    "no-cuda-build",
    "old-driver",
    "unsupported-gpu",
    "device-busy",
]
"""The kinds of failure that are told apart; empty for every other."""


@dataclass(frozen=True, slots=True)
class About:
    """What a message is about, so that no program has to read it.

    ``node`` is the id of the node to be fixed and ``inside`` the way from it to the one within its block (node ids,
    outermost first); ``setting`` is a path (``training.optimizer.lr``), ``field`` a field of the data, ``file`` the
    path of a file or folder of the user's.
    """

    node: str | None = None
    inside: tuple[str, ...] = ()
    setting: str | None = None
    field: str | None = None
    reason: Reason = ""
    file: str | None = None


NOTHING: Final = About()
LONGEST_KEY, LONGEST_REASON = 60, 200
"""Characters of a name, and of a reason, that are repeated from a file or message."""
LONGEST_SENTENCE: Final = 1000
"""Characters of a sentence that repeats names and values of a file."""


class LayerloomError(ValueError):
    """Something the user can fix: the message is a whole sentence that says what is wrong, where, and what to do.

    ``about`` says the same in fields; what an error passes on from another one is given whole.
    """

    def __init__(
        self,
        message: str = "",
        *,
        node: str | None = None,
        inside: tuple[str, ...] = (),
        setting: str | None = None,
        field: str | None = None,
        reason: Reason = "",
        file: str | None = None,
        about: About | None = None,
    ) -> None:
        super().__init__(message)
        self.about = about or About(node, inside, setting, field, reason, file)


def about(error: BaseException) -> About:
    """What an exception is about; nothing where it is not one of ours."""
    return error.about if isinstance(error, LayerloomError) else NOTHING


def first_fault(error: ValidationError) -> tuple[str, str]:
    """What is wrong first with data that do not have their form: where (``nodes[3].name``), and why, without a stop.

    Both are fit to be shown, whatever is in the data.
    """
    fault = error.errors(include_url=False, include_input=False, include_context=False)[0]
    parts = (f"[{part}]" if isinstance(part, int) else f".{printable(part, LONGEST_KEY)}" for part in fault["loc"])
    return "".join(parts).lstrip("."), printable(fault["msg"], LONGEST_REASON).rstrip(".")


def visible(name: str) -> str:
    """A name as it can be read: blanks alone are shown by their sign."""
    return name if name.strip() else "␣" * len(name) or "(empty)"


def printable(text: str, most: int) -> str:
    """A text of somebody else's on one line, and not too long."""
    line = "".join(c if c.isprintable() else "?" for c in text)
    return line if len(line) <= most else f"{line[: most - 1]}…"


class GraphError(LayerloomError):
    """A change that the graph refuses; the message is a whole sentence."""


class CycleError(GraphError):
    """A wire that would close a circle, or a block that would contain itself."""
