"""Every random draw of a run comes from (seed, purpose, numbers), so that nothing depends on what was drawn before."""

from __future__ import annotations

import hashlib


def derive(seed: int, purpose: str, *numbers: int) -> int:
    """A seed of 63 bits for one draw: BLAKE2b of the text ``seed/purpose/number/…``, the same on every platform."""
    text = "/".join((str(seed), purpose, *map(str, numbers)))
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little") >> 1
