"""A large model in several files, with an index that says which tensor is in which (``*.index.json``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final

from engine.files import read_bytes
from engine.weights.failure import WeightsError
from engine.weights.files.weights_file import WeightsFile, checked, damaged, unreadable

if TYPE_CHECKING:
    from torch import Tensor

LARGEST_INDEX: Final = 2**25
MOST_SHARDS: Final = 1000


class Shards(WeightsFile):
    """The files are in the folder of the index, and nowhere else; ``open_one`` opens each."""

    def __init__(self, path: Path, open_one: Callable[[Path], WeightsFile]) -> None:
        super().__init__(path)
        where = _weight_map(path)
        files = sorted(set(where.values()))
        if len(files) > MOST_SHARDS:
            raise damaged(path, f"it names {len(files):,} files, and {MOST_SHARDS:,} are the most that are read")
        if gone := [name for name in files if not path.with_name(name).exists()]:
            more = f" and {len(gone) - 1} more" if len(gone) > 1 else ""
            raise WeightsError(
                f"{path.name} names {gone[0][:60]!r}{more}, but there is no such file beside it: put it there.",
                reason="missing-file",
                file=str(path.with_name(gone[0])),
            )
        self._shards = {name: open_one(path.with_name(name)) for name in files}
        self._where = where
        for tensor, name in where.items():
            if tensor not in self._shards[name].tensors:
                raise damaged(path, f"it says that {tensor[:60]!r} is in {name[:60]!r}, where it is not")
        self.ordered = all(shard.ordered for shard in self._shards.values())
        self.tensors = checked(path, {tensor: self._shards[name].tensors[tensor] for tensor, name in where.items()})

    def read(self, name: str) -> Tensor:
        return self._shards[self._where[name]].read(name)

    def sums(self) -> list[str]:
        return [*super().sums(), *(digest for shard in self._shards.values() for digest in shard.sums())]


def _weight_map(path: Path) -> dict[str, str]:
    """Tensor → name of the file. Raises WeightsError."""
    try:
        content = read_bytes(path, LARGEST_INDEX + 1)
    except OSError as error:
        raise unreadable(path, error) from error
    if len(content) > LARGEST_INDEX:
        raise damaged(path, f"it is larger than {LARGEST_INDEX >> 20} MB, the most an index may be")
    try:
        index = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise damaged(path, "it is not JSON") from error
    found = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(found, dict) or not all(isinstance(name, str) for name in found.values()):
        raise damaged(path, "it has no weight_map from tensors to files")
    for name in found.values():
        if PurePath(name).name != name or name in ("", ".", "..") or "\\" in name or not name.isprintable():
            raise damaged(path, f"it names the file {name[:60]!r}, which is not in its folder")
        if name.endswith(".json"):
            raise damaged(path, f"it names {name[:60]!r}, which is an index itself")
    return found
