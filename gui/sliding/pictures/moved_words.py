"""What moving the input does, in sentences with the numbers measured."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gui.sliding.pictures.cells import long
from gui.sliding.pictures.words import by

if TYPE_CHECKING:
    from engine.sliding.example import Array
    from engine.sliding.translation import Translation

ROUNDING: Final = 1e-5
"""The share of the largest number up to which a difference is one of rounding."""


def arrows(shift: tuple[int, ...]) -> str:
    """``3 →, 2 ↓``: by how many cells something is moved, and where to."""
    signs = ("←→",) if len(shift) == 1 else ("↑↓", "←→")
    found = [f"{abs(by)} {sign[by > 0]}" for by, sign in zip(shift, signs, strict=True) if by]
    return ", ".join(reversed(found)) or "0"


def small(value: float, found: Translation) -> bool:
    """Whether a difference is one of rounding."""
    import numpy as np

    most = float(np.abs(found.before.outputs).max(initial=0.0))
    return value <= ROUNDING * max(most, 1e-12)


def sentences(found: Translation) -> list[tuple[str, str, bool]]:
    """(head, text, whether it holds) of equivariance, invariance, and global pooling."""
    return [_equivariance(found), _invariance(found), _pooling(found)]


def _equivariance(found: Translation) -> tuple[str, str, bool]:
    import numpy as np

    count = int(found.compared.sum())
    moved = found.before.sliding
    if not count:
        return "Nothing to compare", "No output cell saw only what was moved along.", False
    if small(found.largest, found):
        cells = f"{count:,} cell{'s' if count > 1 else ''}"
        return (
            "The output moves along (equivariance)",
            f"The largest difference in {cells} away from the edge is 0.",
            True,
        )
    most = float(np.abs(found.before.outputs).max(initial=0.0))
    said = f"Largest difference: {long(found.largest)}, where the largest number is {long(most)}."
    if not found.exact:
        strides = by([axis.window.stride for axis in moved.axes])
        why = f"With stride {strides} the output would have to move by a fraction of a cell. "
        return "No move of the output fits (aliasing)", why + said, False
    return "The output does not just move", said, False


def _invariance(found: Translation) -> tuple[str, str, bool]:
    share = found.same_cells
    text = f"{share:.0%} of the output cells hold the number they held before, at the same position."
    return ("The output stays as it was (invariance)" if share == 1 else "The output is not the same"), text, share == 1


def _pooling(found: Translation) -> tuple[str, str, bool]:
    (means, moved_means), (maxima, moved_maxima) = found.means, found.maxima
    same = _alike(means, moved_means) and _alike(maxima, moved_maxima)
    text = (
        f"Mean over all positions: {_all(means)} → {_all(moved_means)}; maximum: {_all(maxima)} → {_all(moved_maxima)}."
    )
    if found.lost:
        text += f" {found.lost:,} numbers have left the input."
    elif not same:
        why = "At the edge fewer windows see the figure." if found.exact else "The stride meets other cells now."
        text += f" {why}"
    return ("Global pooling after it does not notice" if same else "Global pooling after it notices"), text, same


def _alike(one: Array, other: Array) -> bool:
    import numpy as np

    return bool(np.allclose(one, other, rtol=1e-4, atol=1e-5))


def _all(values: Array) -> str:
    """The first channels' numbers."""
    return long(round(float(values[0]), 4))
