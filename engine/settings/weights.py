"""The weights that a training begins with, where they come from a file: which one, and what goes where."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from engine.settings.section import Section

MOST_ENTRIES: Final = 100_000
MOST_CHANNELS: Final = 64


class WeightsSettings(Section):
    """A file of weights as `engine.weights.match` has found it; the tensors stay there."""

    path: Annotated[str, Field(min_length=1, max_length=4096)] = Field(
        description="the file; in a project file it begins at the project's folder where both lie together"
    )
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = Field(
        description="the sum of the file when it was loaded, so that a change is noticed"
    )
    map: tuple[Annotated[str, Field(max_length=4096)], ...] = Field(
        max_length=MOST_ENTRIES,
        description="what goes where: 'n2.weight = features.0.weight', an entry for each tensor",
    )
    keys: Literal["names", "nodes"] = Field(
        "names", description="what the left sides begin with: names of layers, or ids of nodes, which outlive a rename"
    )
    mean: tuple[float, ...] = Field(
        (), max_length=MOST_CHANNELS, description="of the images the weights were trained on, by channel, values 0 to 1"
    )
    std: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (), max_length=MOST_CHANNELS, description="the standard deviation that goes with the mean"
    )
    origin: Annotated[str, Field(max_length=4096)] = Field("", description="where mean and std come from, in words")
    classes: tuple[Annotated[str, Field(max_length=4096)], ...] = Field(
        (), max_length=MOST_ENTRIES, description="what the classes of the weights are called, in their order"
    )
