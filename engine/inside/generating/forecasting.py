"""A network forecasts: what follows the past of a series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.data.pipeline import PartName
from engine.data.transforms import in_own_units
from engine.inside.generating.errors import GeneratingError
from engine.inside.generating.jobs import Forecasting
from engine.inside.trained import NOT_NUMBERS, Trained

if TYPE_CHECKING:
    from engine.data.dataset import Array


@dataclass(frozen=True, slots=True)
class Forecast:
    """A sample: the ``past`` of the value (steps,) as the data have it, what was ``expected`` after it (horizon,), and
    what followed, ``true``; the past is empty where none of the given values continues. ``error`` is the mean absolute
    one, ``naive`` that of the last value, held.
    """

    name: str
    past: Array
    expected: Array
    true: Array

    @property
    def error(self) -> float:
        return float(np.abs(self.expected - self.true).mean())

    @property
    def naive(self) -> float | None:
        return float(np.abs(self.past[-1] - self.true).mean()) if len(self.past) else None


def forecast(trained: Trained, job: Forecasting, index: int, part: PartName = "test") -> Forecast:
    """What the network expects of a sample of the run's own data, by its position in a part. Raises GeneratingError."""
    data = trained.part(part)
    if not 0 <= index < len(data):
        raise GeneratingError(f"There are {len(data):,} {part} samples: give a number from 1 to {len(data):,}.")
    order = torch.tensor([index])
    (batch,) = data.batches(trained.network.fields, 1, order)
    trained.network.module.eval()
    with torch.no_grad():
        answer = job.head.answer(trained.network.answers(batch))
        expected = job.head.criterion.predicted(answer.float()).cpu().numpy()
    if not np.isfinite(expected).all():
        raise GeneratingError(NOT_NUMBERS)
    position = int(data.indices[index])
    past = np.asarray(trained.data.raw[job.past][position : position + 1], np.float64)[0]
    held = past[:, job.column] if job.column is not None else np.empty(0)
    true, field = batch[job.head.field].cpu().numpy(), job.head.field
    both = (in_own_units(one, trained.data.fitted, field, data.shape(field))[0] for one in (expected, true))
    values = (one.reshape(len(one), -1)[:, 0].astype(np.float64) for one in both)
    return Forecast(f"{part} sample {index + 1}", held, *values)
