"""The log: a file of Layerloom's own that is kept small, and what of it is shown in the terminal.

Every module logs to ``logging.getLogger(__name__)``. Nothing that tells whose machine it is gets into the file.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Final

from engine import own_files, system
from engine.files import FileError
from engine.home import state
from engine.logs.redaction import redact

FOLDER: Final = "logs"
FILE: Final = "layerloom.log"
KEPT: Final = 3
"""Earlier files beside the one that is written: ``layerloom.1.log`` is the newest of them."""
LARGEST: Final = 2**20
"""Bytes of a file, after which the next one is begun."""
OURS: Final = ("engine", "presets", "gui")
DETAILS: Final = "details"
"""The name of what a record may carry beside its message (``extra={DETAILS: text}``), such as a traceback."""
SAID: Final = "said"
"""Set in a record that the user has been told of already (``extra={SAID: True}``)."""


@contextmanager
def logging_to_files(*, verbose: bool = False, debug: bool = False) -> Iterator[None]:
    """Log for as long as a command runs: to the file, and warnings to standard error, or with ``verbose`` everything.

    ``debug`` shows tracebacks there, too.
    """
    root, handlers = logging.getLogger(), (LogFile(), Terminal(verbose=verbose, debug=debug))
    before = {name: logging.getLogger(name).level for name in OURS}
    for name in OURS:
        logging.getLogger(name).setLevel(logging.DEBUG if verbose else logging.INFO)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        for handler in handlers:
            root.removeHandler(handler)
        for name, level in before.items():
            logging.getLogger(name).setLevel(level)


class LogFile(logging.Handler):
    """Appends each record; several programs may write to the file at once. It is open only meanwhile."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
        self.refused = False

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record; where that fails, say so once, and continue without a log."""
        if self.refused:
            return
        try:
            content = f"{redact(_whole(self.format(record), record))}\n".encode(errors="backslashreplace")
            state().mkdir(parents=True, exist_ok=True)
            own_files.make_folder(state(), FOLDER)
            if _size(FILE) + len(content) > LARGEST:
                _shift()
            with own_files.append(state(), f"{FOLDER}/{FILE}") as file:
                file.write(content)
        except (OSError, FileError) as error:
            self.refused = True
            print(f"layerloom: the log cannot be written: {error}", file=sys.stderr)
        except Exception:  # of a library that logs what does not fit its own words: Python's way is to show where
            self.handleError(record)


class Terminal(logging.Handler):
    """Standard error, whatever it is at the moment."""

    def __init__(self, *, verbose: bool, debug: bool) -> None:
        super().__init__(logging.DEBUG if verbose else logging.WARNING)
        self.debug = debug

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record of which the user does not know yet."""
        if getattr(record, SAID, False):
            return
        try:
            text = self.format(record)
            print(f"layerloom: {_whole(text, record) if self.debug else text}", file=sys.stderr)
        except Exception:
            self.handleError(record)


def _whole(text: str, record: logging.LogRecord) -> str:
    details = getattr(record, DETAILS, "")
    return f"{text}\n{details.rstrip()}" if details else text


def _size(name: str) -> int:
    try:
        return own_files.size_of(state(), f"{FOLDER}/{name}")
    except FileNotFoundError:
        return 0


def _shift() -> None:
    """Give each file the name of the one before it; the oldest goes."""
    names = [FILE, *(f"layerloom.{number}.log" for number in range(1, KEPT + 1))]
    for newer, older in reversed(list(pairwise(names))):
        if own_files.is_file(state(), f"{FOLDER}/{newer}"):
            system.replace(state() / FOLDER / newer, state() / FOLDER / older)
