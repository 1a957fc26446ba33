"""Between which numbers a setting helps: closer than what torch takes, and said as a warning, not as an error."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from math import inf

from engine.settings.section import Section


@dataclass(frozen=True, slots=True)
class Sensible:
    """Beside a field's type: it helps from ``least`` to ``most``, and only ``under`` a number.

    ``why`` says what happens above, ``below`` what happens under the least; ``usual`` is what is mostly taken, None:
    the field's default.
    """

    least: float = -inf
    most: float = inf
    under: float = inf
    why: str = ""
    below: str = ""
    usual: float | None = None

    def holds(self, value: float) -> bool:
        """Whether a value helps."""
        return self.least <= value <= self.most and value < self.under

    def broken(self, value: float) -> str:
        """Which bound a value is beyond, and what happens there: ``more than 0.1: the weights are thrown about``."""
        if value < self.least:
            return f"less than {self.least:g}: {self.below or self.why}"
        limit = f"more than {self.most:g}" if value > self.most else f"not below {self.under:g}"
        return f"{limit}: {self.why}"


@dataclass(frozen=True, slots=True)
class Beyond:
    """A setting at a ``path`` whose value does not help; ``usual`` is what is mostly taken."""

    path: str
    value: float
    bounds: Sensible
    usual: object


def bounds(section: type[Section], name: str) -> Sensible | None:
    """What is declared of a field; None where nothing is."""
    return _declared(section).get(name)


@cache
def _declared(section: type[Section]) -> dict[str, Sensible | None]:
    """What is declared of each field that has bounds, or may have a section inside it (None)."""
    found: dict[str, Sensible | None] = {}
    for name, info in section.model_fields.items():
        bounded = next((fact for fact in info.metadata if isinstance(fact, Sensible)), None)
        if bounded is not None or info.annotation not in (bool, int, float, str):
            found[name] = bounded
    return found


def beyond(section: Section, path: str) -> Iterator[Beyond]:
    """Every number in a section, and in those inside it, that does not help; ``path`` is that of the section."""
    for name, declared in _declared(type(section)).items():
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from beyond(value, f"{path}.{name}")
        elif isinstance(value, tuple):
            for index, part in enumerate(value):
                if isinstance(part, Section):
                    yield from beyond(part, f"{path}.{name}[{index}]")
        elif declared is not None and isinstance(value, (int, float)) and not declared.holds(value):
            usual = type(section).model_fields[name].default if declared.usual is None else declared.usual
            yield Beyond(f"{path}.{name}", value, declared, usual)
