"""Facts of the machine: memory and cores, as far as the system says them."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


class MemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of Windows."""

    _fields_ = [
        ("length", ctypes.c_uint32),
        ("load", ctypes.c_uint32),
        ("total", ctypes.c_uint64),
        ("available", ctypes.c_uint64),
        *((name, ctypes.c_uint64) for name in ("page_total", "page_free", "virtual_total", "virtual_free", "extended")),
    ]


class MemoryCounters(ctypes.Structure):
    """PROCESS_MEMORY_COUNTERS of Windows."""

    _fields_ = [
        ("length", ctypes.c_uint32),
        ("faults", ctypes.c_uint32),
        ("most", ctypes.c_size_t),
        ("used", ctypes.c_size_t),
        *((f"other{number}", ctypes.c_size_t) for number in range(6)),
    ]


def free_memory() -> int | None:
    """Bytes of memory that programs can have, on macOS all there is; None where the system does not say."""
    if sys.platform == "win32":
        return available(ctypes.WinDLL("kernel32"))
    if sys.platform == "linux":
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def used_memory() -> int | None:
    """Bytes of memory in use by this process, on macOS at most so far; None where the system does not say."""
    if sys.platform == "win32":
        return working_set(ctypes.WinDLL("kernel32"))
    if sys.platform == "linux":
        with open("/proc/self/statm", "rb", buffering=0) as file:  # a run asks ten times a second
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def available(kernel32: ctypes.CDLL) -> int | None:
    """What `free_memory` says on Windows, by its library of that name."""
    status = MemoryStatus(length=ctypes.sizeof(MemoryStatus))
    return int(status.available) if kernel32.GlobalMemoryStatusEx(ctypes.byref(status)) else None


def working_set(kernel32: ctypes.CDLL) -> int | None:
    """What `used_memory` says on Windows, by its library of that name."""
    counters = MemoryCounters(length=ctypes.sizeof(MemoryCounters))
    kernel32.GetCurrentProcess.restype = ctypes.c_void_p
    this = ctypes.c_void_p(kernel32.GetCurrentProcess())
    done = kernel32.K32GetProcessMemoryInfo(this, ctypes.byref(counters), ctypes.sizeof(counters))
    return int(counters.used) if done else None


def physical_cores() -> int | None:
    """The cores this process may use, those that share one counted once; None where the system does not say."""
    if sys.platform != "linux":
        return None
    siblings = set()
    for cpu in os.sched_getaffinity(0):
        shared = Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
        siblings.add(shared.read_text(encoding="ascii") if shared.exists() else str(cpu))
    return len(siblings)
