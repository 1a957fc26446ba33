"""One test about many things, all of which it looks at: thousands of tests of a line each take longer than they do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

T = TypeVar("T")


def each(things: Iterable[T]) -> Callable[[Callable[[T], None]], Callable[[], None]]:
    """The test holds for every one of ``things``; those for which it does not are named together."""

    def of(test: Callable[[T], None]) -> Callable[[], None]:
        def all_of_them() -> None:
            wrong = []
            for thing in things:
                try:
                    test(thing)
                except AssertionError as error:
                    wrong.append(f"{thing}: {error}")
            assert not wrong, "\n".join(wrong)

        all_of_them.__name__, all_of_them.__doc__ = test.__name__, test.__doc__
        return all_of_them

    return of
