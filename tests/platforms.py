"""Which tests need what only some systems have."""

from __future__ import annotations

import pytest

from engine import system

unix = pytest.mark.skipif(system.WINDOWS, reason="signals, pipes, modes or devices of Unix")
