"""What cannot be done to fine-tune a network."""

from __future__ import annotations

from engine.errors import LayerloomError


class FineTuningError(LayerloomError):
    """Why a network cannot be fine-tuned so: one sentence that says what to do."""
