"""Networks as a student or an engineer draws them, each beside the same written by hand in plain torch."""

from __future__ import annotations

from tests.engine.strangers import attention, images, sequences, values
from tests.engine.strangers.drawing import Stranger

STRANGERS: tuple[Stranger, ...] = tuple(
    made
    for module in (attention, images, sequences, values)
    for made in vars(module).values()
    if type(made) is Stranger
)
