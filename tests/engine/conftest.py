"""One setting for every property test: the same draws on every machine and day, and no clock."""

import pytest
from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "layerloom",
    derandomize=True,
    deadline=None,
    database=None,
    print_blob=False,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)
settings.load_profile("layerloom")


@pytest.fixture(params=[1, pytest.param(10, marks=pytest.mark.slow)], ids=["", "tenfold"])
def scale(request: pytest.FixtureRequest) -> int:
    """How many times the usual number of draws: once, and tenfold among the slow tests."""
    return int(request.param)
