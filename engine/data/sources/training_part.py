"""The training part from which something was learnt that a project stores with its data: a vocabulary, classes."""

from __future__ import annotations

from pydantic import Field as Declared

from engine.settings.data import DataConfig, SplitSettings
from engine.settings.section import Section


class TrainingPart(Section):
    """What decides which samples are for training: as `DataConfig` has it."""

    seed: int = Declared(0, ge=0, description="the seed of the split")
    train: float = Declared(0.7, gt=0.0, le=1.0, description="the share of the training part")
    validation: float = Declared(0.15, ge=0.0, le=1.0, description="the share of the validation part")
    test: float = Declared(0.15, ge=0.0, le=1.0, description="the share of the test part")
    exact: bool = Declared(False, description="whether shares are kept to the sample")
    stratify: bool = Declared(True, description="whether the mix of classes is kept then")

    @classmethod
    def of(cls, config: DataConfig) -> TrainingPart:
        """That of a project."""
        split = config.split
        shares = {"train": split.train, "validation": split.validation, "test": split.test}
        stratify = split.stratify or not split.exact  # which says nothing otherwise
        return cls(seed=config.seed, exact=split.exact, stratify=stratify, **shares)

    @property
    def config(self) -> DataConfig:
        """Settings with this split."""
        shares = self.model_dump(exclude={"seed"})
        return DataConfig(seed=self.seed, split=SplitSettings(**shares))

    @property
    def words(self) -> str:
        """What it is called: "70 % drawn by seed 0"."""
        return f"{100 * self.train:g} % drawn by seed {self.seed}"
