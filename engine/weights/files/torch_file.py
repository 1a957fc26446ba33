"""``.pth``, ``.pt``, ``.bin``, ``.ckpt``: what ``torch.save`` writes, read without running anything in it."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from engine.files import open_to_read, readable
from engine.foreign import holds_objects, is_out_of_memory
from engine.weights.failure import WeightsError
from engine.weights.files.weights_file import (
    MOST_TENSORS,
    TensorFacts,
    WeightsFile,
    broken,
    checked,
    damaged,
    unreadable,
)

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_PICKLE: Final = 2**26
"""Bytes of the part that says which tensors there are; the numbers are beside it."""
DEEPEST: Final = 4
"""How far weights may be inside tables: ``{"model": {"state_dict": {...}}}``."""
AVERAGED: Final = ("ema", "ema_state_dict", "model_ema", "state_dict_ema", "params_ema")
"""What a moving average of the weights is called: it is what was published, so it goes first."""
USUAL: Final = ("state_dict", "model_state_dict", "model", "params", "weights", "net", "network")
APART: Final = ("optimizer", "optim", "scheduler", "lr_schedul", "scaler", "rng", "callbacks", "loops")
"""How tables begin that are not weights."""


class TorchFile(WeightsFile):
    """Tables of tensors, maybe within each other; where there are several the likeliest one is taken."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        found = list(_tables(path, _load(path)))
        if not found:
            raise damaged(path, "there is no table of tensors in it, as model.state_dict() is one")
        where, self._table = max(found, key=lambda pair: _rank(*pair))
        facts = {
            name: TensorFacts(tuple(tensor.shape), str(tensor.dtype).removeprefix("torch."))
            for name, tensor in self._table.items()
        }
        self.tensors = checked(path, facts)
        others = ", ".join(sorted(repr(".".join(other) or "the top") for other, _ in found if other != where))
        if others:
            taken = ".".join(where) or "the top"
            self.notes = (f"{path.name} has several tables of tensors: {taken!r} is taken, not {others[:200]}.",)

    def read(self, name: str) -> Tensor:
        return self._table[name]


def _unpickled(file: IO[bytes]) -> object:
    """What torch wrote before its files were archives; that another program did is no warning of ours."""
    import torch

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return torch.load(file, map_location="cpu", weights_only=True)


def _load(path: Path) -> object:
    """What is in the file. Raises WeightsError; nothing but tensors, numbers, texts and tables of them is made."""
    import torch

    try:
        with open_to_read(path) as file:
            zipped = zipfile.is_zipfile(file)
            if zipped:
                _check_zip(path, zipfile.ZipFile(file))
            file.seek(0)
            found: object = None if zipped else _unpickled(file)
        if zipped:  # its tensors are read when they are asked for
            beside = readable(path)
            found = torch.load(beside, map_location="cpu", weights_only=True, mmap=True)
    except WeightsError:
        raise
    except OSError as error:
        raise unreadable(path, error) from error
    except Exception as error:  # torch's reader stumbles in many ways, and its advice is to run the file
        if is_out_of_memory(error):
            raise damaged(path, "it asks for more memory than there is") from error
        if holds_objects(error):
            why = "it holds Python objects, which could run code, and not tensors alone: save model.state_dict()"
            raise damaged(path, why) from error
        raise broken(path, error) from error
    return found


def _check_zip(path: Path, archive: zipfile.ZipFile) -> None:
    """Raises WeightsError where an archive would unpack to more than it is."""
    entries = archive.infolist()
    if len(entries) > 2 * MOST_TENSORS:
        raise damaged(path, f"it has {len(entries):,} parts")
    for entry in entries:
        if entry.compress_type != zipfile.ZIP_STORED:
            raise damaged(path, f"its part {entry.filename[:60]!r} is packed, which torch.save never does")
        if entry.filename.endswith("data.pkl") and entry.file_size > LARGEST_PICKLE:
            raise damaged(path, f"its table of contents has {entry.file_size >> 20} MB")


Table = Mapping[str, "Tensor"]


def _tables(path: Path, value: object) -> Iterator[tuple[tuple[str, ...], Table]]:
    """All tables of tensors, with the keys that lead there. Raises WeightsError for implausibly many entries."""
    from torch import Tensor

    left = 4 * MOST_TENSORS

    def walk(value: Mapping[object, object], where: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Table]]:
        nonlocal left
        left -= len(value)
        if left < 0:
            raise damaged(path, "its tables have implausibly many entries")
        tensors = {
            key: tensor.detach()
            for key, tensor in value.items()
            if isinstance(key, str) and isinstance(tensor, Tensor) and not tensor.is_sparse and not tensor.is_quantized
        }
        if tensors:
            yield where, tensors
        if len(where) < DEEPEST:
            for key, inner in value.items():
                if isinstance(key, str) and isinstance(inner, Mapping) and not key.lower().startswith(APART):
                    yield from walk(inner, (*where, key[:60]))

    if isinstance(value, Tensor):
        yield (), {"weight": value.detach()}
    elif isinstance(value, Mapping):
        yield from walk(value, ())


def _rank(where: tuple[str, ...], table: Table) -> tuple[bool, bool, int]:
    """What decides between tables: an average of at least some size, then the usual names, then the most tensors."""
    averaged, usual = any(key in AVERAGED for key in where), any(key in USUAL for key in where)
    several = len(table) > 1
    return averaged and several, usual and several, len(table)
