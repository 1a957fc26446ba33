"""What each step of a run learns from: its batches follow from the settings, the seed and the number of the step."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from engine.data.augmenting import Augmenter
from engine.data.pipeline import Prepared
from engine.data.sampling import order_of
from engine.training.evaluation.network import Batch, Network
from engine.training.plan import TrainingPlan
from engine.training.steps.assembly import steps_of
from engine.training.steps.device import seed_step
from engine.training.steps.scheduled_sampling import OwnAnswers


@dataclass(frozen=True, slots=True)
class Dealer:
    """Deals out the training part of a plan's data; ``own`` lets a decoder read its own answers.

    Epochs and steps count from 1, the batches of an epoch from 0.
    """

    plan: TrainingPlan
    data: Prepared
    network: Network
    device: torch.device
    own: OwnAnswers | None = None

    @property
    def size(self) -> int:
        """The samples of a batch."""
        return self.plan.data.size(len(self.data.train))

    def order(self, epoch: int) -> Tensor | None:
        """The indices of the samples in the order of an epoch, on the CPU; None: as they lie.

        Batches take it to the samples once an epoch; who asks for those of a step finds them without waiting for a GPU.
        """
        seed = self.plan.training.seed
        return order_of(self.data.train, self.plan.data, self.data.fields, seed, epoch)

    def batches(self, epoch: int, order: Tensor | None, skip: int) -> Iterator[Batch]:
        """The batches of an epoch but the first ``skip``. Raises SampleError where a sample cannot be read."""
        config, names = self.plan.data, self.network.fields
        augmenter = Augmenter(
            config.augmentation, self.data.fields, self.plan.training.seed, epoch, self.network.ignored
        )
        augment = augmenter if config.augmentation else None
        return self.data.train.batches(names, self.size, order, drop_last=config.drop_last, skip=skip, augment=augment)

    def read(self, batches: Sequence[Batch], epoch: int, order: Tensor | None, first: int) -> Sequence[Batch]:
        """The batches of a step as the network reads them; ``first`` is the number of the first one in its epoch."""
        return batches if self.own is None else self.own.of_step(batches, first, self.size, order, epoch)

    def again(self, step: int) -> Sequence[Batch]:
        """The batches of a step that is over, and its seed: for what is known of it only later."""
        epoch, index = divmod(step - 1, steps_of(len(self.data.train), self.plan))
        first, order = index * self.plan.training.accumulate, self.order(epoch + 1)
        batches = list(itertools.islice(self.batches(epoch + 1, order, first), self.plan.training.accumulate))
        seed_step(self.device, self.plan.training.seed, "step", step)
        return self.read(batches, epoch + 1, order, first)
