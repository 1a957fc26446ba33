"""How training samples are varied: each time a sample is met, in a way drawn anew."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from engine.layers.parameters import Probability
from engine.settings.choices import Amount
from engine.settings.section import Section

FieldName = Annotated[str, Field(min_length=1, max_length=80)]
Share = Annotated[float, Field(ge=0.0, le=1.0)]
Degrees = Annotated[float, Field(ge=0.0, le=180.0)]


class Flip(Section):
    """Mirrors images, half of them each way that is switched on."""

    summary: ClassVar[str] = "mirrors images at random"
    name: Literal["flip"] = Field("flip", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    horizontal: bool = Field(True, description="left and right")
    vertical: bool = Field(False, description="top and bottom")


class Move(Section):
    """Moves, turns, scales and shears images; what comes in at the border repeats it."""

    summary: ClassVar[str] = "moves, turns, scales and shears images at random"
    name: Literal["move"] = Field("move", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    translate: Share = Field(0.1, description="at most this share of width and height to either side")
    rotate: Degrees = Field(10.0, description="at most so many degrees to either side")
    scale: Share = Field(0.1, description="larger or smaller by at most this share")
    shear: Degrees = Field(0.0, description="at most so many degrees to either side")


class Crop(Section):
    """Cuts a part out of an image and brings it back to the image's size."""

    summary: ClassVar[str] = "cuts a part out at random and enlarges it"
    name: Literal["crop"] = Field("crop", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    smallest: Annotated[float, Field(gt=0.0, le=1.0)] = Field(0.5, description="the least share of the area that stays")


class Colour(Section):
    """Changes brightness, contrast and, of images with three channels, saturation."""

    summary: ClassVar[str] = "changes brightness, contrast and saturation at random"
    name: Literal["colour"] = Field("colour", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    brightness: Amount = Field(0.2, description="shifts by at most so many deviations of the image's own values")
    contrast: Share = Field(0.2, description="stronger or weaker by at most this share")
    saturation: Share = Field(0.2, description="stronger or weaker by at most this share")


class Blur(Section):
    """Blurs half of the images by a Gaussian."""

    summary: ClassVar[str] = "blurs images at random"
    name: Literal["blur"] = Field("blur", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    sigma: Annotated[float, Field(gt=0.0, le=10.0)] = Field(1.0, description="at most so many pixels of deviation")


class Noise(Section):
    """Adds normal noise; of tables to each feature, in deviations of the batch."""

    summary: ClassVar[str] = "adds noise"
    name: Literal["noise"] = Field("noise", description="the kind of variation")
    field: FieldName = Field(description="the field of numbers")
    std: Amount = Field(0.05, description="the deviation of the noise, where the values have about 1 (standardised)")


class Erase(Section):
    """Puts the image's mean into a rectangle of it, with half of the images (Zhong et al. 2017, Random Erasing)."""

    summary: ClassVar[str] = "covers a rectangle at random"
    name: Literal["erase"] = Field("erase", description="the kind of variation")
    field: FieldName = Field(description="the field with the images")
    largest: Share = Field(0.25, description="at most this share of the area")
    probability: Probability = Field(0.5, description="the share of images that is covered")


Augmentation = Annotated[Flip | Move | Crop | Colour | Blur | Noise | Erase, Field(discriminator="name")]
