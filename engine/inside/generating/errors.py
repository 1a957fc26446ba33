"""Why a network cannot do what it is asked to."""

from __future__ import annotations

from engine.errors import LayerloomError


class GeneratingError(LayerloomError):
    """What a network of sequences is asked does not fit it: one whole sentence."""
