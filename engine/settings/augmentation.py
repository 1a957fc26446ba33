"""How training samples are varied: each time a sample is met, in a way drawn again."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.layers.parameters import Probability
from engine.settings.choices import Amount
from engine.settings.section import Section
from engine.settings.transforms import FieldName

Strength = Annotated[float, Field(ge=0.0, le=1.0)]
Degrees = Annotated[float, Field(ge=0.0, le=180.0)]


class Flip(Section):
    """Mirrors images, each way that is switched on by itself."""

    summary: ClassVar[str] = "mirrors images"
    axes: ClassVar[int | None] = 3
    name: Literal["flip"] = Field("flip", description="the kind of variation")
    field: FieldName = Field(description="the field with the images; masks of their size go along")
    horizontal: bool = Field(True, description="left and right")
    vertical: bool = Field(False, description="top and bottom")
    probability: Probability = Field(0.5, description="the share of images that is mirrored, for each way")


class Move(Section):
    """Translates, rotates, scales and shears images, all at once so that they are interpolated once."""

    summary: ClassVar[str] = "translates, rotates, scales and shears images"
    axes: ClassVar[int | None] = 3
    name: Literal["move"] = Field("move", description="the kind of variation")
    field: FieldName = Field(description="the field with the images; masks of their size go along")
    translate: Strength = Field(0.1, description="at most this share of width and height to either side")
    rotate: Degrees = Field(10.0, description="at most so many degrees to either side")
    scale: Strength = Field(0.1, description="larger or smaller by at most this share")
    shear: Degrees = Field(0.0, description="at most so many degrees to either side")
    fill: Literal["edge", "mirror", "zero"] = Field(
        "edge", description="what comes in at the border: the edge again, the image mirrored, or 0 (not in masks)"
    )
    probability: Probability = Field(1.0, description="the share of images that is moved")


class Crop(Section):
    """Cuts a part out of an image and brings it back to the image's size."""

    summary: ClassVar[str] = "cuts a part out and enlarges it"
    axes: ClassVar[int | None] = 3
    name: Literal["crop"] = Field("crop", description="the kind of variation")
    field: FieldName = Field(description="the field with the images; masks of their size go along")
    smallest: Annotated[float, Field(gt=0.0, le=1.0)] = Field(0.5, description="the least share of the area that stays")
    ratio: Annotated[float, Field(ge=1.0, le=4.0)] = Field(
        1.0, description="wider or taller than the image by at most this factor"
    )
    probability: Probability = Field(1.0, description="the share of images that is cut")


class Colour(Section):
    """Changes brightness, contrast and, of images with three channels, saturation and hue."""

    summary: ClassVar[str] = "changes brightness, contrast, saturation and hue"
    axes: ClassVar[int | None] = 3
    name: Literal["colour"] = Field("colour", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    brightness: Amount = Field(0.2, description="shifts by at most so many deviations of the image's own values")
    contrast: Strength = Field(0.2, description="stronger or weaker by at most this share")
    saturation: Strength = Field(0.2, description="stronger or weaker by at most this share")
    hue: Degrees = Field(0.0, description="turned around the grey axis by at most so many degrees")
    probability: Probability = Field(1.0, description="the share of images that is changed")


class Blur(Section):
    """Blurs images by a Gaussian whose deviation is drawn."""

    summary: ClassVar[str] = "blurs images"
    axes: ClassVar[int | None] = 3
    name: Literal["blur"] = Field("blur", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    sigma: Annotated[float, Field(gt=0.0, le=10.0)] = Field(1.0, description="at most so many pixels of deviation")
    probability: Probability = Field(0.5, description="the share of images that is blurred")


class Noise(Section):
    """Adds normal noise to images, series or tables: to every value by itself."""

    summary: ClassVar[str] = "adds noise"
    axes: ClassVar[int | None] = None
    name: Literal["noise"] = Field("noise", description="the kind of variation")
    field: FieldName = Field(description="the field of numbers")
    std: Amount = Field(0.05, description="the deviation of the noise; standardised values have the deviation 1")
    probability: Probability = Field(1.0, description="the share of samples that gets noise")


class Erase(Section):
    """Puts the image's mean into a rectangle of it (Zhong et al. 2017, Random Erasing); masks stay."""

    summary: ClassVar[str] = "covers a rectangle"
    axes: ClassVar[int | None] = 3
    name: Literal["erase"] = Field("erase", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    largest: Strength = Field(0.25, description="at most this share of the area")
    probability: Probability = Field(0.5, description="the share of images that is covered")


Variation = Flip | Move | Crop | Colour | Blur | Noise | Erase
Augmentation = Annotated[Variation, Field(discriminator="name")]
VARIATIONS: dict[str, type[Variation]] = {
    model.model_fields["name"].default: model for model in (Flip, Move, Crop, Colour, Blur, Noise, Erase)
}
"""The kinds by name; ``axes`` is how many axes a sample of the field has, where that matters."""
