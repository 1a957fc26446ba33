"""What property tests of the engine share."""

import pytest


@pytest.fixture(params=[1, pytest.param(10, marks=pytest.mark.slow)], ids=["", "tenfold"])
def scale(request: pytest.FixtureRequest) -> int:
    """How many times the usual number of draws: once, and tenfold among the slow tests."""
    return int(request.param)
