"""Tensors on their way into a file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from engine import own_files
from engine.files import FileError
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
    what: str, run: Path, name: str, weights: Mapping[str, Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write tensors into the safetensors file ``name`` of a run: beside, to the disk, then in place of the ones before.

    Raises RunError, where ``what`` names them, and the ones before stay.
    """
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    try:
        if "/" in name:  # a run whose folder was deleted stays deleted
            own_files.make_folder(run, name.rpartition("/")[0])
        with own_files.replacing_own(run, name) as beside:
            save_file(independent(weights), beside, metadata)
    except (OSError, FileError, RuntimeError, SafetensorError) as error:
        raise RunError(not_kept(what, run, error)) from error
