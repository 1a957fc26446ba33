"""What all files of weights have in common: tensors by name, looked at before they are read."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.files import open_to_read, reason_of
from engine.weights.failure import WeightsError

if TYPE_CHECKING:
    from torch import Tensor

MOST_TENSORS: Final = 100_000
MOST_AXES: Final = 16
LONGEST_NAME: Final = 512


@dataclass(frozen=True, slots=True)
class TensorFacts:
    """Shape and type (``float32``) of a tensor in a file."""

    shape: tuple[int, ...]
    dtype: str


class WeightsFile(ABC):
    """Tensors by name. ``ordered``: the names are in the order in which their network was built.

    ``notes`` are sentences about what was found in the file beside them.
    """

    ordered: bool = True

    def __init__(self, path: Path) -> None:
        self.path = path
        self.tensors: Mapping[str, TensorFacts] = {}
        self.notes: tuple[str, ...] = ()

    @abstractmethod
    def read(self, name: str) -> Tensor:
        """A tensor on the CPU. Raises WeightsError."""

    def sums(self) -> list[str]:
        """The SHA-256 of each file that the tensors are in. Raises WeightsError."""
        try:
            with open_to_read(self.path) as file:
                return [hashlib.file_digest(file, "sha256").hexdigest()]
        except OSError as error:
            raise unreadable(self.path, error) from error

    def sha256(self) -> str:
        """The SHA-256 of the file; of several files that of their sums, a line each. Raises WeightsError."""
        sums = self.sums()
        return sums[0] if len(sums) == 1 else hashlib.sha256("\n".join(sums).encode()).hexdigest()


def unreadable(path: Path, error: OSError) -> WeightsError:
    """Why the system does not let us read."""
    gone = isinstance(error, (FileNotFoundError, NotADirectoryError))
    reason = "there is no such file" if gone else error.strerror or str(error)
    return WeightsError(
        f"The weights {path} cannot be read: {reason}.",
        reason="missing-file" if gone else "unreadable-file",
        file=str(path),
    )


def damaged(path: Path, why: str) -> WeightsError:
    """Why what is in a file are not weights; ``why`` is the end of the sentence without a stop."""
    return WeightsError(f"{path.name} holds no weights that can be read: {why}.", reason="damaged-file", file=str(path))


def broken(path: Path, error: Exception) -> WeightsError:
    """Why a file cannot be read that a reader stumbled over: its own words, as of a header, say nothing to people."""
    number, reason = reason_of(error)
    return damaged(path, "it is cut off or damaged, so get it again" if number is None else reason)


def check_count(path: Path, count: int) -> None:
    """Raises WeightsError for implausibly many tensors."""
    if count > MOST_TENSORS:
        raise damaged(path, f"it has {count:,} tensors, and {MOST_TENSORS:,} are the most that are read")


def checked(path: Path, tensors: Mapping[str, TensorFacts]) -> Mapping[str, TensorFacts]:
    """Names and shapes of a file, once it is known that there are not implausibly many. Raises WeightsError."""
    if not tensors:
        raise damaged(path, "there is no tensor in it")
    check_count(path, len(tensors))
    for name, facts in tensors.items():
        if len(name) > LONGEST_NAME or not name.isprintable() or not name:
            raise damaged(path, f"a tensor has a name of {len(name):,} characters that no layer can have")
        if len(facts.shape) > MOST_AXES:
            raise damaged(path, f"{name[:60]} has {len(facts.shape)} axes, and {MOST_AXES} are the most that are read")
    return tensors
