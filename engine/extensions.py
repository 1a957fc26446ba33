"""Classes of installed packages, by entry-point group: a project names the package and never carries code."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

T = TypeVar("T")


class Extensions(Generic[T]):
    """The subclasses of ``base`` that the packages in a group name, such as ``Acme = acme_layers.layers:Acme``.

    ``words`` call one of them and several; ``named`` gives what projects call a class, ``package.Name``; ``fault`` says
    why one cannot be used, empty where it can.
    """

    def __init__(
        self,
        group: str,
        base: type[T],
        words: tuple[str, str],
        named: Callable[[type[T]], str],
        fault: Callable[[type[T]], str],
    ) -> None:
        self._group, self._base, self._named, self._fault = group, base, named, fault
        self._what, self._several = words
        self._loaded: tuple[list[type[T]], dict[str, str]] | None = None

    def all(self) -> list[type[T]]:
        """Those of all installed packages that could be loaded."""
        return self._load()[0]

    def faults(self) -> dict[str, str]:
        """Why those of a package could not be loaded, by package."""
        return self._load()[1]

    def refresh(self) -> None:
        """Look again which packages are installed."""
        self._loaded = None

    def missing(self, name: str) -> str | None:
        """Why there is no ``package.Name``, as a sentence; None for a name without a package."""
        package, dot, own = name.partition(".")
        if not dot:
            return None
        if package in self.faults():
            reason = self.faults()[package]
            return f"the package {package} is installed, but its {self._several} cannot be loaded: {reason}"
        if any(self._named(cls).startswith(f"{package}.") for cls in self.all()):
            return f"the package {package} has no {self._what} {own[:60]!r}; another version of it may have."
        known = package[:60]
        return f"it comes from the package {known!r}, which is not installed; install it and open the project again."

    def _load(self) -> tuple[list[type[T]], dict[str, str]]:
        if self._loaded is None:
            found: list[type[T]] = []
            wrong: dict[str, str] = {}
            for entry in sorted(entry_points(group=self._group), key=lambda entry: entry.value):
                cls = self._of(entry)
                if isinstance(cls, str):
                    wrong.setdefault(_package(entry), cls)
                else:
                    found.append(cls)
            self._loaded = found, wrong
        return self._loaded

    def _of(self, entry: EntryPoint) -> type[T] | str:
        try:
            cls = entry.load()
        except Exception as error:  # a stranger's package may raise anything; the sentence says what
            return f"{entry.name} raises {type(error).__name__}: {error}."
        if not (isinstance(cls, type) and issubclass(cls, self._base)):
            module = self._base.__module__.rpartition(".")[0]
            return f"{entry.name} is not a subclass of {module}.{self._base.__name__}."
        if not self._named(cls).startswith(f"{_package(entry)}."):
            return f"{entry.name} is a {self._what} of another package."
        return self._fault(cls) or cls


def _package(entry: EntryPoint) -> str:
    return entry.value.partition(":")[0].partition(".")[0]
