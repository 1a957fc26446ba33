"""Tensors on their way into a file."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine.files import to_disk
from engine.training.runs.folder import RunError, not_kept

if TYPE_CHECKING:
    from torch import Tensor


def independent(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors on the CPU, none in the memory of another: what safetensors asks for."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in weights.items():
        values = tensor.detach().cpu().contiguous()
        found[name] = values.clone() if values.data_ptr() in seen else values
        seen.add(values.data_ptr())
    return found


def write_tensors(
    what: str, run: Path, path: Path, weights: Mapping[str, Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write tensors into a safetensors file of a run: beside, to the disk, then in place of the ones before.

    Raises RunError, where ``what`` names them, and the ones before stay.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    beside = path.parent / f".{path.name}"
    try:
        if path.parent != run:  # a run whose folder was deleted stays deleted
            path.parent.mkdir(exist_ok=True)
        save_file(independent(weights), beside, metadata)
        to_disk(beside)
        beside.replace(path)
    except (OSError, RuntimeError, SafetensorError) as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise RunError(not_kept(what, run, error)) from error
