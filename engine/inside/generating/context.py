"""How far back a network sees: where there is no more room, the older half is let go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Context:
    """``most`` tokens are seen at once; None: as many as there are."""

    most: int | None = None

    def dropped(self, count: int) -> int:
        """How many of so many tokens are not seen any more: 0 until it is full, then half of the room at a time."""
        if self.most is None or count <= self.most:
            return 0
        piece = max(1, (self.most + 1) // 2)
        return -(-(count - self.most) // piece) * piece
