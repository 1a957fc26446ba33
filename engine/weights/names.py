"""What a tensor of a preset is called where its network was published."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

NUMBER = re.compile(r"\*([+-]\d+)?")
TRANSPOSED = ".T"


def published_name(name: str, rules: Mapping[str, str]) -> str:
    """The published name of one of our tensors, such as ``stage1.0.conv1.weight``.

    A rule maps the beginning of our name to the published one. A ``*`` stands for a number; on the right it is the
    number found on the left, ``*+1`` that number plus one. The first rule that fits counts; without one the name stays.
    A published name ends in `TRANSPOSED` where our tensor is the transpose of that one, as torch writes it.
    """
    for ours, theirs in rules.items():
        if found := _pattern(ours).match(name):
            return _begin(theirs, iter(found.groups())) + name[found.end() :]
    return name


def _begin(theirs: str, numbers: Iterator[str]) -> str:
    """The right side of a rule with the numbers that its left side has found."""
    return NUMBER.sub(lambda star: str(int(next(numbers)) + int(star[1] or 0)), theirs)


@lru_cache(1024)
def _pattern(rule: str) -> re.Pattern[str]:
    """The rule as a pattern that matches whole parts of a dotted name."""
    return re.compile(re.escape(rule).replace(r"\*", r"(\d+)") + r"(?=\.|$)")
