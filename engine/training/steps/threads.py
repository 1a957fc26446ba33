"""What the libraries below PyTorch have to know before it is loaded, so nothing here loads it."""

from __future__ import annotations

import os


def prepare_environment() -> None:
    """Let idle threads sleep, and cuBLAS be able to give the same bits every time. What the user has set is left alone.

    Has no effect once PyTorch is loaded (for cuBLAS: once a GPU has computed).
    """
    use_passive_waiting()
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # what training.gpu "exact" needs, and no slower


def use_passive_waiting() -> None:
    """Let idle threads of OpenMP sleep instead of spin. Has no effect once PyTorch is loaded, and none on results.

    Spinning gains nothing measurable, but beside another busy process it starves the thread that is waited for: two
    threads on two cores then do 2 to 15 steps of LeNet-5 a second; sleeping ones do 125, and 530 undisturbed.
    An ``OMP_WAIT_POLICY`` of the user is left alone.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
