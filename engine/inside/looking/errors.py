"""Why a look into a network cannot be had."""

from __future__ import annotations

from typing import Any, Literal

from engine.errors import LayerloomError

Kind = Literal["sample", "layer", "task", "no-gradient", "option", "no-state"]
"""What has to be chosen differently: the sample, the layer, the run (its task), an option, or the stored states."""


class LookingError(LayerloomError):
    """A method cannot answer as it was asked: the message says why and what to choose instead, ``kind`` what it is."""

    def __init__(self, kind: Kind, message: str, **facts: Any) -> None:
        super().__init__(message, **facts)
        self.kind: Kind = kind
