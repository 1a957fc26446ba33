"""Layers that arrange the same numbers differently."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.engine.cases.case import Case

CASES = {
    "Flatten": Case(
        likely={"start_dim": st.integers(-3, 3), "end_dim": st.sampled_from([-1, -1, -2, -3, 1, 2, 3])},
    ),
}
