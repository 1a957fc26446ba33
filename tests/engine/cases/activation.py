"""Layers that bend."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case

CASES = {
    # torch's default is none: it guesses an axis, which is deprecated
    "Softmax": Case(likely={"dim": st.integers(-4, 4)}, other_defaults={"dim": -1}),
}
