"""What a layer is, as facts of its class: rules, fixes and the window ask for these and know no layer by its name.

The defaults are safe for a layer of a package that declares none: no rule then says anything of it that may be wrong.
"""

# No annotations from the future here: pydantic would evaluate each of these texts again for every layer, 0.2 s a start.

from math import inf
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from engine.layers.windows import Window

Numbers = Literal[
    "new", "same", "chosen", "dropped", "noisy", "averaged", "pooled", "resampled", "multiplied", "standardized"
]
Sight = Literal["cell", "window", "share", "overlap", "everything"]
Squash = Literal["", "sigmoid", "softmax"]


class Nature:
    """The facts that every layer has."""

    numbers: ClassVar[Numbers] = "new"
    """What its results are of the numbers that come in: ``same``, in another shape or order; ``chosen``, repeated or
    gathered among them; ``dropped``, some set to zero at random while training; ``noisy``, with a little added;
    ``averaged`` or ``pooled``, the mean or the largest of neighbours; ``resampled`` to another resolution;
    ``multiplied`` with each other; ``standardized``, each channel to mean 0 and variance 1 over the batch; else
    ``new`` ones."""
    keeps_positions: ClassVar[bool] = False
    """Whether a position along any axis after the channels depends on that position of its inputs alone (where sizes
    differ, on those at the same share of the axis), apart from statistics. See `Layer.receptive_field`."""
    sees: ClassVar[Sight] = "everything"
    """Where that does not hold of all axes, on which positions (pixels, steps) one position of its answer depends: the
    same ``cell``, but for the axis it works along; one window of `windows`; its ``share`` of all where they become
    fewer; the same one, which may ``overlap`` with the next, where they become more."""
    channels_second: ClassVar[bool] = False
    """Whether axis 1 of its input is that of the channels or features, however many axes there are after it."""
    channels_last_from: ClassVar[tuple[float, float]] = (0, 0)
    """From how many channels on it takes no longer where they lie last in memory, of images and of volumes; infinite:
    never, or torch refuses them so. (Processors normalize 8 at once: of fewer, batch and group norms take 2.3 to 3.5
    times as long, measured.)"""
    linear_map: ClassVar[bool] = False
    """Whether its results are weighted sums of its input, the weights learned: two in a row are no more than one."""
    width_parameter: ClassVar[str] = ""
    """The parameter that says how many channels (axis 1) or features (the last axis) come out."""
    vocabulary_parameter: ClassVar[str] = ""
    """The parameter that says how many different integers may come in: those from 0 up to it."""
    drops_by: ClassVar[str] = ""
    """The parameter that says which share of the numbers it sets to zero at random while training."""
    squashes: ClassVar[Squash] = ""
    """Which function turns scores into probabilities, or into their logarithms: a ``sigmoid`` each by itself, a
    ``softmax`` all along an axis."""
    value_bounds: ClassVar[tuple[float, float]] = (-inf, inf)
    """The least and the greatest number that it can give with any parameters; infinite where there is no such bound."""
    saturates: ClassVar[bool] = False
    """Whether it is an activation that is flat near both ends of its `value_range`."""
    zeroes: ClassVar[bool] = False
    """Whether it is an activation that gives 0 for a whole half of the numbers, with no gradient there."""
    keeps_positive: ClassVar[bool] = False
    """Whether it is an activation that hands on as they are the positive numbers up to the end of its `value_range`."""
    takes_logarithm: ClassVar[bool] = False
    """Whether it gives the logarithm of each number."""
    passes_gradient: ClassVar[bool] = True
    """Whether its results change with its input, so that a gradient gets through."""
    multiplies: ClassVar[bool] = False
    """Whether its results are products of its inputs with each other, or sums of such products."""
    joins_elementwise: ClassVar[bool] = False
    """Whether it joins its inputs number by number, repeating the smaller one."""
    attends: ClassVar[bool] = False
    """Whether each step looks at all others, so that only positions added before tell it their order."""
    runs_over_time: ClassVar[bool] = False
    """Whether it goes through the steps of a sequence one by one, with a state."""
    causal_by: ClassVar[tuple[str, bool]] = ("", True)
    """The parameter and its value that keep a step of a sequence from looking at later ones."""
    symbol: ClassVar[str] = ""
    """The sign it is drawn as in a figure, instead of a box."""
    also_called: ClassVar[str] = ""
    """Other words by which people search for it; of several layers that fit as well, those that have any come first."""

    @classmethod
    def cell_by_cell(cls) -> bool:
        """Whether a position depends on no other, but for the axis that the layer may work along."""
        return cls.keeps_positions or cls.sees == "cell"

    def windows(self) -> "tuple[Window, ...]":
        """The window along each axis in space that it slides over its input; none where it has no windows."""
        return ()

    def value_range(self) -> tuple[float, float]:
        """Its `value_bounds` with these parameters."""
        return self.value_bounds

    def orders_steps(self) -> bool:
        """Whether a step of a sequence knows its position after it."""
        return False
