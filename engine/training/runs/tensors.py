"""Tensors on their way into a file."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from engine import own_files
from engine.files import FileError
from engine.training.runs.folder import RunError, not_kept

if TYPE_CHECKING:
    from torch import Tensor

DTYPES: Final[Mapping[str, str]] = {
    **{f"torch.{name}": short for name, short in (("bool", "BOOL"), ("bfloat16", "BF16"), ("complex64", "C64"))},
    **{f"torch.float{bits}": f"F{bits}" for bits in (16, 32, 64)},
    **{f"torch.int{bits}": f"I{bits}" for bits in (8, 16, 32, 64)},
    **{f"torch.uint{bits}": f"U{bits}" for bits in (8, 16, 32, 64)},
    **{"torch.float8_e4m3fn": "F8_E4M3", "torch.float8_e5m2": "F8_E5M2"},
}
"""A dtype of torch → what safetensors calls it."""


def independent(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors on the CPU, none in the memory of another: each is written for itself."""
    found: dict[str, Tensor] = {}
    seen: set[int] = set()
    for name, tensor in weights.items():
        values = tensor.detach().cpu().contiguous()
        found[name] = values.clone() if values.data_ptr() in seen else values
        seen.add(values.data_ptr())
    return found


def write_safetensors(file: IO[bytes], weights: Mapping[str, Tensor], metadata: dict[str, str] | None = None) -> None:
    """Write tensors of the CPU as `safetensors.torch.save` lays them out, into an open file.

    The library itself writes a file of its own beside, with another mode, which stays if the program is killed. The
    format (https://huggingface.co/docs/safetensors): 8 bytes for the length of a JSON header that is filled up to a
    multiple of 8, then the values; the widest come first, and those as wide by name. Raises OSError, and RuntimeError
    for a dtype that it does not know.
    """
    import torch

    ordered = sorted(weights.items(), key=lambda item: (-item[1].element_size(), item[0]))
    header: dict[str, object] = {} if metadata is None else {"__metadata__": metadata}
    end = 0
    for name, tensor in ordered:
        if (dtype := DTYPES.get(str(tensor.dtype))) is None:
            raise RuntimeError(f"{name} holds {tensor.dtype}, which no file of safetensors can hold")
        start, end = end, end + tensor.nbytes
        header[name] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [start, end]}
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    file.write(struct.pack("<Q", len(text)) + text)
    for _, tensor in ordered:
        file.write(tensor.reshape(-1).view(torch.uint8).numpy().data)


def write_tensors(
    what: str, run: Path, name: str, weights: Mapping[str, Tensor], metadata: dict[str, str] | None = None
) -> None:
    """Write tensors into the safetensors file ``name`` of a run: beside, to the disk, then in place of the ones before.

    Raises RunError, where ``what`` names them, and the ones before stay.
    """
    try:
        if "/" in name:  # a run whose folder was deleted stays deleted
            own_files.make_folder(run, name.rpartition("/")[0])
        with own_files.replacing_own(run, name) as beside, beside.open("wb") as file:
            write_safetensors(file, independent(weights), metadata)
    except (OSError, FileError, RuntimeError) as error:
        raise RunError(not_kept(what, run, error)) from error
