"""The training section of a project: optimizer, schedule, stopping, clipping, device. Names and defaults are torch's.

An optimizer or schedule is chosen by its ``name``; where the name is left out the default kind is meant, so that
``training.optimizer.lr`` can be set alone.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field, field_validator, model_validator

from engine.layers.parameters import NonNegative, Positive
from engine.metrics import MetricName
from engine.settings.choices import Amount, Rate
from engine.settings.optimizers import LBFGS, AdamW, Optimizer
from engine.settings.schedules import CLOSED, Constant, Cyclic, OneCycle, Plateau, Schedule
from engine.settings.section import Section
from engine.settings.sensible import Sensible
from engine.settings.weights import WeightsSettings

MOST_THREADS: Final = 1024
"""More crash the library that torch computes with."""
__all__ = ["Checkpoints", "EarlyStopping", "Plateau", "ScheduledSampling", "TrainingConfig"]


class EarlyStopping(Section):
    """Ends the training when the validation loss has stopped falling."""

    patience: NonNegative = Field(10, description="how many epochs without progress are allowed")
    min_delta: Amount = Field(0.0, description="how much the loss must fall to count as progress")


class Averaging(Section):
    """A moving average of the weights: it is what is judged and kept (torch.optim.swa_utils.AveragedModel)."""

    decay: Annotated[float, Field(gt=0.0, lt=1.0)] = Field(
        0.999, description="how much of the average stays at every step; 0.999 remembers about 1,000 steps"
    )


class ScheduledSampling(Section):
    """Lets a decoder or language model read some of its own answers in training, as it will when it writes alone."""

    probability: Annotated[float, Field(ge=0.0, le=1.0)] = Field(
        0.25, description="how likely a token that is read is the network's own answer; 0: all are true"
    )
    rise: Amount = Field(
        0.0, description="over how many epochs the probability rises from 0, evenly; 0: it is the same in all"
    )

    def at(self, epoch: int) -> float:
        """The probability in an epoch, counted from 1."""
        return self.probability * (min(1.0, (epoch - 1) / self.rise) if self.rise else 1.0)


class Checkpoints(Section):
    """When the state of a run is kept, so that it can continue after a stop, a crash or a power cut."""

    epochs: Positive | None = Field(1, description="after how many epochs the state is stored; none: not by epochs")
    minutes: Rate | None = Field(5.0, description="after how many minutes, also within an epoch; none: not by time")
    best: bool = Field(True, description="store the weights with the lowest validation loss, too")
    keep_all: bool = Field(False, description="store every state; else the last two")


Penalty = Annotated[Amount, Sensible(most=0.1, usual=1e-4, why="the weights count more than what is to be learned")]
"""The weight of the weights in a loss, beside what is to be learned."""
Clip = Annotated[Rate | None, Sensible(1e-5, usual=1.0, below="every step is cut down to next to nothing")]
Device = Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:[0-9]{1,2})?)$")]
Metrics = Annotated[tuple[MetricName, ...], Field(max_length=32)]


class TrainingConfig(Section):
    """How the network is trained."""

    epochs: Annotated[
        NonNegative,
        Sensible(
            1,
            100_000,
            why="the run would see every sample so often, and last for days",
            below="then nothing is trained, the network is only evaluated",
        ),
    ] = Field(10, description="how often the network sees all training samples")
    seed: NonNegative = Field(0, description="decides every random draw: first weights, order of samples, dropout")
    optimizer: Optimizer = Field(AdamW(), description="how gradients become steps")
    schedule: Schedule = Field(Constant(), description="how the learning rate changes while the run goes")
    warmup: Amount = Field(0.0, description="over how many epochs the learning rate rises to its value at first")
    early_stopping: EarlyStopping | None = Field(None, description="when to stop before the last epoch; none: never")
    scheduled_sampling: ScheduledSampling | None = Field(
        None, description="let a decoder read its own answers; none: the true tokens alone (teacher forcing)"
    )
    accumulate: Positive = Field(1, description="how many batches add up their gradients for one step")
    clip_norm: Clip = Field(None, description="the largest norm all gradients together may have; none: any")
    clip_value: Clip = Field(None, description="the largest value one gradient may have; none: any")
    l1: Penalty = Field(0.0, description="the weight of Σ|w| in the loss, over kernels and matrices: makes them sparse")
    l2: Penalty = Field(0.0, description="the weight of Σw² in the loss, over kernels and matrices: keeps them small")
    ema: Averaging | None = Field(None, description="judge and keep a moving average of the weights; none: them alone")
    metrics: Metrics | None = Field(None, description="what is measured beside the loss; none: what fits the task")
    health: NonNegative = Field(
        100, description="after how many steps layers are looked at for what goes wrong; 0, or compiled: never"
    )
    weights: WeightsSettings | None = Field(
        None, description="weights from a file that the training begins with; none: new ones"
    )
    checkpoint: Checkpoints = Field(Checkpoints(), description="when the state is stored, to resume from")
    gpu: Literal["fast", "exact"] = Field(
        "fast",
        description="what auto means below on a CUDA GPU: fast numbers and kernels; or exact ones, which resume to the "
        "same bytes",
    )
    precision: Literal["auto", "float32", "bfloat16", "float16"] = Field(
        "auto",
        description="the numbers most layers compute with; the weights stay float32 (mixed precision); auto: bfloat16 "
        "on a fast GPU, else float32",
    )
    compile: Literal["auto", True, False, "graphs"] = Field(
        "auto",
        description="let torch.compile make faster code of it (the first step takes long), or replay recorded steps "
        "(CUDA graphs); auto: graphs on a fast GPU",
    )
    channels_last: Literal["auto", True, False] = Field(
        "auto", description="keep images with channels last in memory; auto: where convolutions are faster so"
    )
    device: Device = Field("auto", description="'auto', 'cpu', 'cuda', 'cuda:0', … or 'mps'")
    threads: Annotated[int, Field(ge=1, le=MOST_THREADS)] | None = Field(
        None, description="the CPU threads to compute with; none: chosen by the size of the network"
    )

    @field_validator("metrics", mode="before")
    @classmethod
    def _one_metric(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _one_hand(self) -> TrainingConfig:
        if self.warmup and isinstance(self.schedule, CLOSED):
            raise ValueError(
                f"warmup does not go with the schedule {self.schedule.name!r}, which has its own beginning"
            )
        if isinstance(self.schedule, (OneCycle, Cyclic)) and self.schedule.cycle_momentum:
            fields = type(self.optimizer).model_fields
            if "momentum" not in fields and "betas" not in fields:
                raise ValueError(
                    f"the schedule {self.schedule.name!r} moves the momentum, but {self.optimizer.name!r} has none: "
                    "switch schedule.cycle_momentum off"
                )
        if self.precision == "float16" and isinstance(self.optimizer, LBFGS):
            raise ValueError(
                "the optimizer 'lbfgs' looks at the loss several times a step, which float16 cannot: "
                "choose the precision 'bfloat16' or another optimizer"
            )
        return self
