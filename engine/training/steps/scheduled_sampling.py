"""Scheduled sampling: in training a decoder reads some of its own answers in place of the true tokens.

In parallel (Mihaylova and Martins 2019): one pass over the true tokens gives the likeliest next ones, and the usual
step reads these at some positions. The first to do so, token by token, were Bengio et al. (2015).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import torch
from torch import Tensor

from engine.data.drawing import counters, uniform
from engine.data.pipeline import Part, Prepared
from engine.losses.class_loss import likeliest
from engine.problems.rules.data_rules import NO_INPUT
from engine.seeds import derive
from engine.settings.training import ScheduledSampling, TrainingConfig
from engine.training.evaluation.network import Batch, Network
from engine.training.evaluation.next_token import NextToken, next_token
from engine.training.status import TrainingError
from engine.training.steps.device import seed_step

PURPOSE: Final = "scheduled sampling"
"""What its numbers are drawn for."""


@dataclass(frozen=True, slots=True)
class OwnAnswers:
    """Exchanges tokens of a decoder's input: which ones depends on (seed, epoch, sample, position) alone.

    ``length`` are the positions of a sample that is not cut, ``never`` the tokens that are never put in: padding, and
    what comes before the first token.
    """

    network: Network
    train: Part
    settings: ScheduledSampling
    seed: int
    job: NextToken
    length: int
    padding: int | None
    never: tuple[int, ...]

    def of_step(
        self, batches: Sequence[Batch], first: int, size: int, order: Tensor | None, epoch: int
    ) -> Sequence[Batch]:
        """The batches of a step with some tokens exchanged; ``first`` is the number of the first one in its epoch.

        ``size`` and ``order`` are those with which the training part deals them out.
        """
        samples = (self.train.samples((first + index) * size, size, order) for index in range(len(batches)))
        return [self(batch, chosen, epoch) for batch, chosen in zip(batches, samples, strict=True)]

    def __call__(self, batch: Batch, samples: Tensor, epoch: int) -> Batch:
        """A batch with some tokens exchanged; ``samples`` (N,) are their positions in the data, epochs count from 1.

        It leaves the weights, their gradients and the network as they are, and asks it as an evaluation does: nothing
        is dropped. Where the probability is 0 the batch is returned as it is.
        """
        probability = self.settings.at(epoch)
        if not probability:
            return batch
        true = batch[self.job.tokens]
        seed_step(true.device, self.seed, PURPOSE, epoch, int(samples[0]))  # some layers draw, whoever asks
        samples = samples.to(true.device, non_blocking=True)
        drawn = uniform(derive(self.seed, PURPOSE, epoch), counters(samples, self.length)[:, : true.shape[1]])
        chosen = drawn < probability
        chosen[:, 0] = False
        if self.padding is not None:
            chosen &= true != self.padding
        return {**batch, self.job.tokens: torch.where(chosen, self._own(batch, true), true)}

    def _own(self, batch: Batch, true: Tensor) -> Tensor:
        """(N, length): the likeliest token at each position after those before; at the first one the true one."""
        module = self.network.module
        module.eval()
        try:
            with torch.no_grad():
                scores = self.job.head.answer(self.network.answers(batch))
        finally:
            module.train()
        for token in self.never:  # compared there: numbers that are sent wait for a GPU
            scores = scores.masked_fill(torch.arange(scores.shape[-1], device=scores.device) == token, -torch.inf)
        return torch.cat((true[:, :1], likeliest(scores)[:, :-1].to(true.dtype)), 1)


def own_answers(config: TrainingConfig, network: Network, data: Prepared) -> OwnAnswers | None:
    """What exchanges tokens in the steps of a training; None where nothing does.

    Raises TrainingError where no target of the network is one of its inputs one position later.
    """
    settings = config.scheduled_sampling
    if settings is None or not settings.probability:
        return None
    job = next_token(network, data.fields, data.train.values)
    if job is None:
        raise TrainingError(NO_INPUT, setting="training.scheduled_sampling")
    field = data.fields[job.tokens]
    never = tuple(dict.fromkeys(one for one in (field.padding, job.start) if one is not None))
    return OwnAnswers(network, data.train, settings, config.seed, job, field.shape[0], field.padding, never)
