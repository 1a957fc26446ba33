"""The data section of a project: which dataset, what is done to it, how it is split and fed to the network."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from engine.layers.parameters import NonNegative, Positive, Probability
from engine.settings.augmentation import Augmentation
from engine.settings.section import Section
from engine.settings.transforms import FieldName, Transform

MOST_FOLDS = 50


class SplitSettings(Section):
    """How the samples are shared between training, validation and test: shares that add up to 1.

    What belongs together (the lines of a file, the images of one digit) is never torn apart, so a share may be missed
    by a little; series are cut in time, the training part first. With ``folds`` the test part stays apart, and all
    other samples are dealt out into so many folds: validation is one of them, and the others are trained on.
    """

    train: float = Field(0.7, gt=0.0, le=1.0, description="the share of the samples that the network learns from")
    validation: Probability = Field(0.15, description="the share that is looked at after every epoch")
    test: Probability = Field(
        0.15,
        description="the share that is kept for the end; data with a test part of their own keep that one, "
        "and train and validation share the rest",
    )
    stratify: bool = Field(
        True,
        description="keep the mix of classes the same in every part (of one's own data only with exact, or in folds; "
        "else it is missed by a little); where whole groups stay together it cannot",
    )

    exact: bool = Field(
        False,
        description="data of one's own: keep the shares to the sample; else each sample draws its part by itself, so "
        "that adding samples moves none of the others, and a share is missed by a little",
    )
    folds: Annotated[int, Field(ge=2, le=MOST_FOLDS)] | None = Field(
        None,
        description="cross-validation: so many runs, each with another fold of the samples as its validation part; "
        "none: one run",
    )
    fold: Annotated[int, Field(ge=1, le=MOST_FOLDS)] = Field(
        1, description="of cross-validation: which fold is the validation part, from 1"
    )

    @model_validator(mode="after")
    def _whole(self) -> SplitSettings:
        total = self.train + self.validation + self.test
        if abs(total - 1.0) > 1e-6:
            raise ValueError(f"train, validation and test must add up to 1, but add up to {total:g}")
        if self.folds is not None and self.fold > self.folds:
            raise ValueError(f"there are {self.folds} folds, so fold is at most {self.folds}, not {self.fold}")
        return self

    @property
    def unfolded(self) -> SplitSettings:
        """The split that keeps the test part apart, before the rest is dealt out into folds."""
        both = self.train + self.validation
        return SplitSettings(train=both, validation=0.0, test=self.test, stratify=self.stratify, exact=self.exact)

    def counts(self, samples: int) -> tuple[int, int, int]:
        """How many of so many samples are for training, validation and test; a share above 0 gets at least one."""
        test = max(1, round(self.test * samples)) if self.test else 0
        if self.folds is not None:
            return (*self.shared(samples - test), test)
        validation = max(1, round(self.validation * samples)) if self.validation else 0
        return samples - validation - test, validation, test

    def shared(self, rest: int) -> tuple[int, int]:
        """How training and validation share so many samples that are not for the test."""
        if self.folds is not None:
            validation = max(0, -(-(rest - self.fold + 1) // self.folds))
        else:
            part = self.validation / (self.train + self.validation)
            validation = max(1, round(rest * part)) if self.validation else 0
        return rest - validation, validation


class SourceSettings(Section):
    """Data of the user's own: what they are (``kind``), where, and what was found out about them when they were added.

    ``options`` are the kind's own (`engine.data.sources`), which checks them; nothing is guessed again on opening.
    """

    kind: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")] = Field(description="the kind of data")
    path: Annotated[str, Field(min_length=1, max_length=4096)] = Field(
        description="the file or folder; in a project file it begins at the project's folder where both lie together"
    )
    options: dict[str, object] = Field(default_factory=dict, description="how the data are read, by the kind's options")
    fingerprint: Annotated[str, Field(max_length=128)] | None = Field(
        None, description="what the data were when they were added, so that a change is noticed"
    )


class DataConfig(Section):
    """Where the samples come from and how they reach the network."""

    dataset: FieldName | None = Field(None, description="the dataset to learn from; none: not chosen yet")
    source: SourceSettings | None = Field(None, description="data of one's own to learn from, instead of a dataset")
    path: Annotated[str, Field(min_length=1, max_length=4096)] | None = Field(
        None,
        description="the folder with the files of the dataset, where it has files; a relative one begins at the "
        "working directory; none: the folder of that name in Layerloom's home",
    )
    transforms: tuple[Transform, ...] = Field((), max_length=32, description="what is done to the fields, in order")
    augmentation: tuple[Augmentation, ...] = Field(
        (), max_length=32, description="how training samples are varied each time they are met, in order"
    )
    split: SplitSettings = Field(SplitSettings(), description="the shares of training, validation and test")
    seed: NonNegative = Field(0, description="decides which samples fall into which part")
    batch_size: Positive | None = Field(
        64, description="how many samples a step learns from: 1 a single one, none the whole training part"
    )
    shuffle: bool = Field(True, description="put the training samples in a new order every epoch")
    sampling: Literal["each", "balanced"] = Field(
        "each",
        description="which training samples an epoch has: each of them once, or as many that are drawn so that every "
        "class comes as often: rare ones again and again, of frequent ones others each time",
    )
    buckets: Annotated[int, Field(ge=2, le=1000)] | None = Field(
        None,
        description="samples of different lengths: so many batches are sorted by length at a time, so that like ones "
        "come together, and a batch is padded to its own longest; none: all are padded to the longest there is",
    )
    drop_last: bool = Field(False, description="leave out the last batch of an epoch if it is not full")
    workers: Annotated[int, Field(ge=1, le=16)] | None = Field(
        None, description="threads that read data of one's own where they do not fit into memory; none: one a core"
    )

    @model_validator(mode="after")
    def _one_origin(self) -> DataConfig:
        if self.dataset is not None and self.source is not None:
            raise ValueError("dataset names data on board and source data of one's own: one of them at a time")
        return self

    @property
    def chosen(self) -> bool:
        """Whether there are any data to learn from."""
        return self.dataset is not None or self.source is not None

    def size(self, samples: int) -> int:
        """How many samples a batch holds where there are so many to learn from."""
        return samples if self.batch_size is None else self.batch_size
