"""What a look shows: plain arrays with their names, whatever draws them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[tuple[Any, ...], np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Heat:
    """How much each position counts: ``heat`` (H, W) over the sample ``image`` (C, H, W), both as the network has it.

    ``signed``: below 0 speaks against; else all is from 0 up.
    """

    image: Array
    heat: Array
    signed: bool
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """Images beside each other: ``maps`` (K, H, W), or (K, 3, H, W) in colours from 0 to 1, each with a title.

    ``rows`` and ``columns`` name the positions of a map where they are no pixels. ``limits`` are those of the colours,
    where they are not those of the numbers: what lies beyond has the last colour.
    """

    maps: Array
    titles: tuple[str, ...]
    signed: bool
    unit: str = ""
    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """A number for each name, ``errors`` how uncertain it is."""

    names: tuple[str, ...]
    values: Array
    unit: str = ""
    errors: Array | None = None


@dataclass(frozen=True, slots=True)
class Dots:
    """Samples as points (N, 2): ``samples`` are their positions within the part, ``classes`` their true ones (or -1).

    ``chosen`` is the position among the points of the sample that was asked about. With ``labels`` the points are no
    samples but what these say.
    """

    points: Array
    samples: Array
    classes: Array
    names: tuple[str, ...]
    axes: tuple[str, str]
    chosen: int | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Nearest:
    """The samples of a part nearest to one: positions within the part, distances, names of their classes.

    ``images`` (K, C, H, W) are the samples as the network has them, where those are images.
    """

    samples: Array
    distances: Array
    classes: tuple[str, ...]
    images: Array | None = None


@dataclass(frozen=True, slots=True)
class Histograms:
    """How a layer's numbers are spread at several steps of the training: ``counts`` (steps, bins) between ``edges``."""

    steps: tuple[int, ...]
    edges: Array
    counts: Array


@dataclass(frozen=True, slots=True)
class Curve:
    """Numbers along an axis: ``x`` (N,), ``y`` (N,), and how the data lie there, ``seen`` (a few positions)."""

    x: Array
    y: Array
    axes: tuple[str, str]
    seen: Array | None = None


@dataclass(frozen=True, slots=True)
class Lines:
    """Several lines over the same ``x`` (N,): ``heights`` (lines, N), NaN where one has ended, with their names."""

    x: Array
    heights: Array
    names: tuple[str, ...]
    axes: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How one number comes about: products of ``window`` and ``kernel`` (channels, …), their sums, and the bias.

    ``names`` are those of the channels; of a Linear layer that reads the input itself, of its columns. ``answer`` is
    what the layer gives, ``total`` the sum of all products and the bias in double precision. ``read`` (channels, H, W)
    is what a convolution slides over, with its padding, and ``at`` (row, column, height, width) where the window lies
    on it.
    """

    unit: str
    window: Array
    kernel: Array
    bias: float
    answer: float
    names: tuple[str, ...] = ()
    read: Array | None = None
    at: tuple[int, int, int, int] = (0, 0, 0, 0)
    products: Array = field(init=False)
    sums: Array = field(init=False)
    total: float = field(init=False)

    def __post_init__(self) -> None:
        products = self.window.astype("float64") * self.kernel.astype("float64")
        sums = products.reshape(len(products), -1).sum(1)
        object.__setattr__(self, "products", products)
        object.__setattr__(self, "sums", sums)
        object.__setattr__(self, "total", float(sums.sum() + self.bias))


Result = Heat | Grid | Bars | Dots | Nearest | Histograms | Curve | Lines | Arithmetic
