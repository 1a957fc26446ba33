"""What goes wrong with weights from elsewhere."""

from __future__ import annotations

from engine.errors import LayerloomError


class WeightsError(LayerloomError):
    """Why weights cannot be read or do not fit: one sentence that names the file and says what to do."""
