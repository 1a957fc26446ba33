"""``.safetensors``: a header that says where each tensor is, then the numbers; nothing in it is code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from engine.files import readable
from engine.weights.failure import WeightsError
from engine.weights.files.weights_file import TensorFacts, WeightsFile, broken, check_count, checked, unreadable

if TYPE_CHECKING:
    from torch import Tensor

DTYPES: Final = {
    **{"BOOL": "bool", "BF16": "bfloat16", "C64": "complex64"},
    **{f"F{bits}": f"float{bits}" for bits in (16, 32, 64)},
    **{f"I{bits}": f"int{bits}" for bits in (8, 16, 32, 64)},
    **{f"U{bits}": f"uint{bits}" for bits in (8, 16, 32, 64)},
}


class SafetensorsFile(WeightsFile):
    """Opened by the library, which checks header, offsets and overlaps; the order of the network is not in it."""

    ordered = False

    def __init__(self, path: Path) -> None:
        from safetensors import SafetensorError, safe_open

        super().__init__(path)
        opener: Any = safe_open  # its class has no types
        try:
            self._file = opener(readable(path), "pt")
            names = self._file.keys()
            check_count(path, len(names))
            pieces = {name: self._file.get_slice(name) for name in names}
            found = {
                name: TensorFacts(tuple(piece.get_shape()), DTYPES.get(str(piece.get_dtype()), str(piece.get_dtype())))
                for name, piece in pieces.items()
            }
        except WeightsError:
            raise
        except OSError as error:
            raise unreadable(path, error) from error
        except (SafetensorError, ValueError, OverflowError) as error:
            raise broken(path, error) from error
        self.tensors = checked(path, found)

    def read(self, name: str) -> Tensor:
        from safetensors import SafetensorError

        try:
            tensor: Tensor = self._file.get_tensor(name)
        except (OSError, SafetensorError, ValueError) as error:
            raise broken(self.path, error) from error
        return tensor
