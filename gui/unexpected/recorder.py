"""Writes down what went wrong; of what goes wrong again and again, how often."""

from __future__ import annotations

import logging

from engine.data.watch import Stopped
from engine.errors import LayerloomError
from engine.logs.log_files import DETAILS, SAID
from gui.unexpected.hooks import Report, of_exception

log = logging.getLogger(__name__)


class Recorder:
    """Counts reports by their kind, and logs the first of each with its details, then the 10th, the 100th …"""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, ...], int] = {}

    def take(self, report: Report) -> None:
        """Log a report; may be called in any thread."""
        count = self._counts[report.kind] = self._counts.get(report.kind, 0) + 1
        if count == 1:
            log.error("%s", report.sentence, extra={DETAILS: report.details})
        elif is_round(count):
            log.error("%s (%s times)", report.sentence, f"{count:,}")


def record(error: Exception) -> bool:
    """Log where an exception comes from that its catcher shows, unless users are expected to meet it; whether it is.

    Work that was stopped because it was wanted no more is nothing that went wrong.
    """
    if isinstance(error, (LayerloomError, OSError, Stopped)):
        return False
    report = of_exception(error)
    log.error("%s", report.sentence, extra={DETAILS: report.details, SAID: True})
    return True


def is_round(count: int) -> bool:
    """Whether a number is 1, 10, 100 …: how often one hears of what is repeated endlessly."""
    return str(count).rstrip("0") == "1"
