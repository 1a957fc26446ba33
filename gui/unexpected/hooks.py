"""Hears of exceptions that nobody has caught: in the main thread (there, too, of slots), in others, in ``__del__``."""

from __future__ import annotations

import platform
import sys
import textwrap
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from traceback import TracebackException
from types import TracebackType
from typing import TYPE_CHECKING, Final

from engine.errors import LayerloomError
from engine.logs.redaction import redact

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

SHORT: Final = 300
"""Characters of a sentence; the details have all of it."""


@dataclass(frozen=True, slots=True)
class Report:
    """One thing that went wrong: a sentence, the details for who wants to know more, and what makes two the same."""

    kind: tuple[str, ...]
    sentence: str
    details: str


Take = Callable[[Report], None]
"""Who is told; it may be called in any thread and has to return soon."""


def of_exception(error: BaseException, where: str = "") -> Report:
    """What is said of an exception; ``where`` adds to the sentence in which thread or why."""
    trace = TracebackException.from_exception(error)
    name, text = type(error).__qualname__, str(trace)  # this one never raises, unlike the str of a broken exception
    frame = trace.stack[-1] if trace.stack else None
    kind = (name, *((frame.filename, str(frame.lineno)) if frame else ()))
    said = text if isinstance(error, LayerloomError) else f"{name}: {text}" if text else name
    sentence = textwrap.shorten(f"Something unexpected went wrong{where}: {said}", SHORT, placeholder=" …")
    return Report(kind, redact(sentence), redact(f"{''.join(trace.format()).rstrip()}\n\n{versions()}"))


def versions() -> str:
    """What somebody who is asked for help wants to know of the machine, a line each; nothing tells whose it is."""
    from importlib.metadata import PackageNotFoundError, version  # it takes longer than most commands

    found = [f"Python {platform.python_version()} on {platform.system()} {platform.machine()}"]
    for package in ("layerloom", "PySide6-Essentials", "torch"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            found.append(f"{package} without a version")
    return "\n".join(found)


@contextmanager
def listening(take: Take) -> Iterator[None]:
    """Tell ``take`` of every exception that nobody catches; who listened before is told, too.

    Python's own way, a traceback on standard error, is left for what ends the program on purpose (Ctrl-C).
    """
    main, thread, unraisable = sys.excepthook, threading.excepthook, sys.unraisablehook

    def in_main(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            take(of_exception(error.with_traceback(trace)))
        if not isinstance(error, Exception) or main is not sys.__excepthook__:
            main(kind, error, trace)

    def in_thread(happened: threading.ExceptHookArgs) -> None:
        error = happened.exc_value
        if isinstance(error, Exception):
            name = happened.thread.name if happened.thread is not None else "?"
            take(of_exception(error, f" in the thread “{name}”"))
        if not isinstance(error, Exception) or thread is not threading.__excepthook__:
            thread(happened)

    def in_cleaning_up(happened: UnraisableHookArgs) -> None:
        error = happened.exc_value
        if isinstance(error, Exception):
            take(of_exception(error, f" while a {type(happened.object).__name__} was cleaned up"))
        if not isinstance(error, Exception) or unraisable is not sys.__unraisablehook__:
            unraisable(happened)

    sys.excepthook, threading.excepthook, sys.unraisablehook = in_main, in_thread, in_cleaning_up
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = main, thread, unraisable
