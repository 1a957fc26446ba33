"""Failures of other libraries that have no type: here, and nowhere else, the words of a message are read.

(Those of Qt's warnings are read where the window hears of them: `gui.unexpected.qt_messages`.)
"""

from __future__ import annotations

import pickle
import re
from typing import Final

_OUT_OF_MEMORY: Final = "can't allocate memory"
"""torch's allocator of the CPU, which raises a bare RuntimeError."""
_ONE_VALUE: Final = "more than 1 value per channel"
"""torch's batch norm in training, which raises a bare ValueError."""
_OBJECTS: Final = "weights_only"
"""torch's reader, which raises a pickle.UnpicklingError for damage as well."""
_OS_ERROR: Final = re.compile(r"\(os error (\d+)\)")
"""The end of a message of a library in Rust, such as safetensors."""

_OUT_OF_DEVICE_MEMORY: Final = "out of memory"
"""CUDA's, where not even a context can be made: a bare RuntimeError or torch.AcceleratorError."""
_BUSY: Final = "devices are busy or unavailable"
"""CUDA's, of a device that others have for themselves."""
_NOT_DETERMINISTIC: Final = re.compile(r"^(\S+) does not have a deterministic implementation")
"""torch's refusal after ``use_deterministic_algorithms``, a bare RuntimeError."""
_CUBLAS: Final = "CUBLAS_WORKSPACE_CONFIG"
"""The variable that torch's refusal of matrix products names, a bare RuntimeError as well."""


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory ran out, on the CPU or on an accelerator."""
    import torch

    if isinstance(error, (MemoryError, torch.OutOfMemoryError)) or _OUT_OF_MEMORY in str(error):
        return True
    return isinstance(error, RuntimeError) and "CUDA" in str(error) and _OUT_OF_DEVICE_MEMORY in str(error)


def is_busy_device(error: BaseException) -> bool:
    """Whether CUDA has refused a device because other programs have it."""
    return _BUSY in str(error)


def batch_norm_of_one_value(error: BaseException) -> bool:
    """Whether a normalisation over the batch was given a single value to normalise."""
    return _ONE_VALUE in str(error)


def holds_objects(error: BaseException) -> bool:
    """Whether torch has refused a file because there is more in it than tensors."""
    return isinstance(error, pickle.UnpicklingError) and _OBJECTS in str(error).lower()


def os_error_number(error: BaseException) -> int | None:
    """The number of the operating system's error that a message ends with; None where there is none."""
    found = _OS_ERROR.search(str(error))
    return int(found[1]) if found else None


def not_deterministic(error: BaseException) -> str:
    """The operation that torch cannot do with the same bits every time; empty for other errors."""
    found = _NOT_DETERMINISTIC.match(str(error))
    return found[1] if found else ""


def lacks_cublas_setting(error: BaseException) -> bool:
    """Whether torch has refused matrix products because cuBLAS was begun so that it may give other bits every time."""
    return isinstance(error, RuntimeError) and _CUBLAS in str(error)
