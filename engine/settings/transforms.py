"""What can be done to a field on its way to the network: the same to every sample of every part."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from engine.settings.section import Section

FieldName = Annotated[str, Field(min_length=1, max_length=80)]
Side = Annotated[int, Field(ge=1, le=4096)]
Outside = float | Literal["edge", "mirror"]
"""What is put beside an image: a value, its edge repeated, or the image mirrored."""


class Resize(Section):
    """Scales images to another height and width (bilinear, anti-aliased where they shrink)."""

    summary: ClassVar[str] = "scales images to another height and width"
    axes: ClassVar[int | None] = 3
    name: Literal["resize"] = Field("resize", description="the kind of transform")
    field: FieldName = Field(description="the field of the data that holds the images")
    size: tuple[Side, Side] = Field(description="the new height and width in pixels")
    fit: Literal["stretch", "crop", "pad"] = Field(
        "stretch",
        description="of another shape: stretch the image, cut its middle out, or show all of it with a border",
    )
    fill: Outside = Field(0.0, description="the border with fit = pad: a value, edge (repeated) or mirror")
    masks: bool = Field(False, description="masks of the image's size go along; else they stay as they are")


class ShortestSide(Section):
    """Scales images so that their shorter side gets this length; their proportions stay."""

    summary: ClassVar[str] = "scales images to a length of their shorter side"
    axes: ClassVar[int | None] = 3
    name: Literal["shortest_side"] = Field("shortest_side", description="the kind of transform")
    field: FieldName = Field(description="the field with the images; masks of their size go along")
    side: Side = Field(description="the new length of the shorter side in pixels")


class CentreCrop(Section):
    """Cuts the middle out of images."""

    summary: ClassVar[str] = "cuts the middle out of images"
    axes: ClassVar[int | None] = 3
    name: Literal["centre_crop"] = Field("centre_crop", description="the kind of transform")
    field: FieldName = Field(description="the field with the images; masks of their size go along")
    size: tuple[Side, Side] = Field(description="height and width of what stays, in pixels")


class Pad(Section):
    """Puts a border around images, which stay in the middle; in masks it counts for nothing (class -100)."""

    summary: ClassVar[str] = "puts a border around images"
    axes: ClassVar[int | None] = 3
    name: Literal["pad"] = Field("pad", description="the kind of transform")
    field: FieldName = Field(description="the field with the images; masks of their size go along")
    size: tuple[Side, Side] = Field(description="height and width with the border, in pixels")
    fill: Outside = Field(0.0, description="the border: a value, edge (repeated) or mirror")


class Standardise(Section):
    """Shifts and scales to mean 0 and standard deviation 1, measured on the training part alone, or by given values.

    Images and clips per channel, tables and sequences per feature; what never varies is only shifted. Values are given
    where loaded weights expect them: those of the images that the weights were trained on.
    """

    summary: ClassVar[str] = "shifts and scales to mean 0 and standard deviation 1, measured on the training part alone"
    axes: ClassVar[int | None] = None
    name: Literal["standardise"] = Field("standardise", description="the kind of transform")
    field: FieldName = Field(description="the field of the data to standardise")
    mean: Annotated[tuple[float, ...], Field(min_length=1, max_length=4096)] | None = Field(
        None, description="what is subtracted from each channel or feature; none: its mean in the training part"
    )
    std: Annotated[tuple[Annotated[float, Field(gt=0.0)], ...], Field(min_length=1, max_length=4096)] | None = Field(
        None, description="what each is divided by then; none: its standard deviation in the training part"
    )

    @model_validator(mode="after")
    def _both(self) -> Standardise:
        if (self.mean is None) != (self.std is None) or len(self.mean or ()) != len(self.std or ()):
            raise ValueError("standardise needs mean and std together, one number a channel in each, or neither")
        return self


class Fill(Section):
    """Puts the median of the training part where a value is missing (NaN).

    A feature that never varies in the training part keeps that value everywhere, as a category that is only met later
    does: nothing could be learned of it.
    """

    summary: ClassVar[str] = "puts the median of the training part where a value is missing"
    axes: ClassVar[int | None] = 1
    name: Literal["fill"] = Field("fill", description="the kind of transform")
    field: FieldName = Field(description="the field of the data to fill")


Framed = Resize | ShortestSide | CentreCrop | Pad
"""Kinds that give images another size."""
Transform = Annotated[Framed | Standardise | Fill, Field(discriminator="name")]
FRAMED: dict[str, type[Framed]] = {
    model.model_fields["name"].default: model for model in (Resize, ShortestSide, CentreCrop, Pad)
}
TRANSFORMS: dict[str, type[Framed | Standardise | Fill]] = {**FRAMED, "standardise": Standardise, "fill": Fill}
"""The kinds by name; ``axes`` is how many axes a sample of the field has, where that matters."""
