"""A problem: what is wrong, where, how grave, in a whole sentence."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning", "hint"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "hint")


@dataclass(frozen=True, slots=True)
class Problem:
    """``node`` is the guilty node's id (None: the whole network), ``port`` or ``parameter`` the guilty part of it.

    ``setting`` names a guilty entry of the data or training section, as ``training.optimizer.lr``; ``inside`` is the
    way from the node to the guilty one within its block: node ids, outermost first.
    """

    severity: Severity
    code: str
    message: str
    node: str | None = None
    port: str | None = None
    parameter: str | None = None
    setting: str | None = None
    inside: tuple[str, ...] = ()
