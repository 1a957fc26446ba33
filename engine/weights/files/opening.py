"""A path → the file of weights that is meant by it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from engine.weights.failure import WeightsError
from engine.weights.files.safetensors_file import SafetensorsFile
from engine.weights.files.shards import Shards
from engine.weights.files.torch_file import TorchFile
from engine.weights.files.weights_file import WeightsFile, unreadable

TORCH: Final = (".pth", ".pt", ".bin", ".ckpt", ".pkl", ".tar")
SAFETENSORS, INDEX = ".safetensors", ".index.json"
ENDINGS: Final = (SAFETENSORS, *TORCH, INDEX)
USUAL: Final = (
    *("model.safetensors.index.json", "pytorch_model.bin.index.json", "model.safetensors", "pytorch_model.bin"),
    *("diffusion_pytorch_model.safetensors", "weights.safetensors"),
)
"""What the file of a folder is called, the first that is there; else a folder has just one."""


def open_weights(path: Path) -> WeightsFile:
    """The tensors in a file, in several with an index, or in a folder that has one of these. Raises WeightsError."""
    if "\0" in str(path):
        raise WeightsError("The path of the weights holds a character that no path can have.")
    try:
        folder = path.is_dir()
        names = sorted(os.listdir(path)) if folder else []
    except OSError as error:
        raise unreadable(path, error) from error
    if folder:
        return _open(path / _chosen(path, names))
    return _open(path)


def _chosen(folder: Path, names: list[str]) -> str:
    usual = next((name for name in USUAL if name in names), None)
    found = [name for name in names if name.lower().endswith(ENDINGS)]
    indices = [name for name in found if name.endswith(INDEX)]
    if usual is not None:
        return usual
    if len(found) == 1 or len(indices) == 1:
        return (indices or found)[0]
    if not found:
        raise WeightsError(f"{folder} has no weights: none of its files ends with {', '.join(ENDINGS)}.")
    raise WeightsError(
        f"{folder} has {len(found)} files of weights, {', '.join(found[:5])}{' …' if len(found) > 5 else ''}: "
        "name the one that is meant."
    )


def _open(path: Path) -> WeightsFile:
    name = path.name.lower()
    if name.endswith(INDEX):
        return Shards(path, _open)
    if name.endswith(SAFETENSORS):
        return SafetensorsFile(path)
    if name.endswith(TORCH):
        return TorchFile(path)
    raise WeightsError(
        f"{path.name} does not look like weights: the name of such a file ends with {', '.join(ENDINGS)}."
    )
