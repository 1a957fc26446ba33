"""Worked examples of the lectures: small networks with given numbers, to be read off the wires and checked by hand."""

from __future__ import annotations

from presets.worked import attention, cnn, probabilities, recurrent
from presets.worked.example import Reading, WorkedExample

__all__ = ["EXAMPLES", "Reading", "WorkedExample", "get"]

EXAMPLES: tuple[WorkedExample, ...] = (
    *probabilities.EXAMPLES,
    *cnn.EXAMPLES,
    *recurrent.EXAMPLES,
    *attention.EXAMPLES,
)


def get(name: str) -> WorkedExample:
    """The example with this name. Raises KeyError."""
    return {example.name: example for example in EXAMPLES}[name]
