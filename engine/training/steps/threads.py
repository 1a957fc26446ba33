"""How the threads of PyTorch wait for each other: to be set before PyTorch is loaded, so nothing here loads it."""

from __future__ import annotations

import os


def use_passive_waiting() -> None:
    """Let idle threads of OpenMP sleep instead of spin. Has no effect once PyTorch is loaded, and none on results.

    Spinning gains nothing measurable, but beside another busy process it starves the thread that is waited for: two
    threads on two cores then do 2 to 15 steps of LeNet-5 a second; sleeping ones do 125, and 530 undisturbed.
    An ``OMP_WAIT_POLICY`` of the user is left alone.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
