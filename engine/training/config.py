"""The training section of a project: optimizer, schedule, stopping, clipping, device. Names and defaults are torch's.

An optimizer or schedule is chosen by its ``name``; where the name is left out the default kind is meant, so that
``training.optimizer.lr`` can be set alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from engine.data.config import Section
from engine.layers.parameters import NonNegative, Positive

Rate = Annotated[float, Field(gt=0.0)]
Share = Annotated[float, Field(ge=0.0, lt=1.0)]
Amount = Annotated[float, Field(ge=0.0)]


class SGD(Section):
    """Stochastic gradient descent, with momentum if wanted (torch.optim.SGD)."""

    name: Literal["sgd"] = Field("sgd", description="the kind of optimizer")
    lr: Rate = Field(1e-3, description="the learning rate: how far one step goes")
    momentum: Amount = Field(0.0, description="how much of the last step is carried on")
    dampening: float = Field(0.0, description="how much of the gradient the momentum leaves out")
    weight_decay: Amount = Field(0.0, description="pulls the weights towards zero (L2)")
    nesterov: bool = Field(False, description="look ahead along the momentum; needs momentum and no dampening")

    @model_validator(mode="after")
    def _nesterov(self) -> SGD:
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            raise ValueError("nesterov needs a momentum above 0 and a dampening of 0")
        return self


class Adam(Section):
    """Adaptive step sizes from running means of gradients and their squares (torch.optim.Adam)."""

    name: Literal["adam"] = Field("adam", description="the kind of optimizer")
    lr: Rate = Field(1e-3, description="the learning rate: how far one step goes")
    betas: tuple[Share, Share] = Field((0.9, 0.999), description="how long the two running means remember")
    eps: Amount = Field(1e-8, description="keeps the division from zero")
    weight_decay: Amount = Field(0.0, description="pulls the weights towards zero (L2, as part of the gradient)")
    amsgrad: bool = Field(False, description="never let the step size grow again")


class AdamW(Section):
    """Adam with weight decay kept apart from the gradient (torch.optim.AdamW)."""

    name: Literal["adamw"] = Field("adamw", description="the kind of optimizer")
    lr: Rate = Field(1e-3, description="the learning rate: how far one step goes")
    betas: tuple[Share, Share] = Field((0.9, 0.999), description="how long the two running means remember")
    eps: Amount = Field(1e-8, description="keeps the division from zero")
    weight_decay: Amount = Field(1e-2, description="pulls the weights towards zero, apart from the gradient")
    amsgrad: bool = Field(False, description="never let the step size grow again")


class RMSprop(Section):
    """Divides the gradient by a running mean of its size (torch.optim.RMSprop)."""

    name: Literal["rmsprop"] = Field("rmsprop", description="the kind of optimizer")
    lr: Rate = Field(1e-2, description="the learning rate: how far one step goes")
    alpha: Share = Field(0.99, description="how long the running mean remembers")
    eps: Amount = Field(1e-8, description="keeps the division from zero")
    weight_decay: Amount = Field(0.0, description="pulls the weights towards zero (L2)")
    momentum: Amount = Field(0.0, description="how much of the last step is carried on")
    centered: bool = Field(False, description="measure the size around the mean of the gradient")


class Adagrad(Section):
    """Smaller steps for weights that have moved much already (torch.optim.Adagrad)."""

    name: Literal["adagrad"] = Field("adagrad", description="the kind of optimizer")
    lr: Rate = Field(1e-2, description="the learning rate: how far one step goes")
    lr_decay: Amount = Field(0.0, description="how fast the learning rate shrinks with the steps")
    weight_decay: Amount = Field(0.0, description="pulls the weights towards zero (L2)")
    initial_accumulator_value: Amount = Field(0.0, description="where the sum of squared gradients starts")
    eps: Amount = Field(1e-10, description="keeps the division from zero")


class Constant(Section):
    """The learning rate stays as it is."""

    name: Literal["constant"] = Field("constant", description="the kind of schedule")


class Step(Section):
    """Multiplies the learning rate by gamma every step_size epochs (torch.optim.lr_scheduler.StepLR)."""

    name: Literal["step"] = Field("step", description="the kind of schedule")
    step_size: Positive = Field(10, description="after how many epochs the learning rate drops")
    gamma: Rate = Field(0.1, description="what the learning rate is multiplied by")


class Cosine(Section):
    """Lowers the learning rate along half a cosine (torch.optim.lr_scheduler.CosineAnnealingLR)."""

    name: Literal["cosine"] = Field("cosine", description="the kind of schedule")
    T_max: Positive | None = Field(None, description="how many epochs the way down takes; none: all of them")
    eta_min: Amount = Field(0.0, description="the learning rate at the bottom")


class Plateau(Section):
    """Lowers the learning rate when the validation loss stops falling (torch.optim.lr_scheduler.ReduceLROnPlateau)."""

    name: Literal["plateau"] = Field("plateau", description="the kind of schedule")
    factor: Annotated[float, Field(gt=0.0, lt=1.0)] = Field(0.1, description="what the learning rate is multiplied by")
    patience: NonNegative = Field(10, description="how many epochs without progress are put up with")
    threshold: Share = Field(1e-4, description="how much better, relatively, counts as progress")
    min_lr: Amount = Field(0.0, description="the learning rate never falls below this")


class EarlyStopping(Section):
    """Ends the training when the validation loss has stopped falling."""

    patience: NonNegative = Field(10, description="how many epochs without progress are put up with")
    min_delta: Amount = Field(0.0, description="how much the loss must fall to count as progress")


class Checkpoints(Section):
    """When the state of a run is kept, so that it can go on after a stop, a crash or a power cut."""

    epochs: Positive | None = Field(1, description="after how many epochs the state is kept; none: not by epochs")
    minutes: Rate | None = Field(5.0, description="after how many minutes, also within an epoch; none: not by time")
    best: bool = Field(True, description="keep the weights with the lowest validation loss, too")
    keep_all: bool = Field(False, description="keep every state; else the last two")


def _kind(default: str) -> Callable[[Any], str | None]:
    """A discriminator that reads ``name`` and takes a missing one as the default kind."""

    def tag(value: Any) -> str | None:
        name = value.get("name", default) if isinstance(value, Mapping) else getattr(value, "name", None)
        return name if isinstance(name, str) else None

    return tag


Optimizer = Annotated[
    Annotated[SGD, Tag("sgd")]
    | Annotated[Adam, Tag("adam")]
    | Annotated[AdamW, Tag("adamw")]
    | Annotated[RMSprop, Tag("rmsprop")]
    | Annotated[Adagrad, Tag("adagrad")],
    Discriminator(_kind("adamw")),
]
Schedule = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Step, Tag("step")]
    | Annotated[Cosine, Tag("cosine")]
    | Annotated[Plateau, Tag("plateau")],
    Discriminator(_kind("constant")),
]
Device = Annotated[str, Field(pattern=r"^(auto|cpu|mps|cuda(:[0-9]{1,2})?)$")]


class TrainingConfig(Section):
    """How the network is trained."""

    epochs: NonNegative = Field(10, description="how often the network sees all training samples")
    seed: NonNegative = Field(0, description="decides every random draw: first weights, order of samples, dropout")
    optimizer: Optimizer = Field(AdamW(), description="how gradients become steps")
    schedule: Schedule = Field(Constant(), description="how the learning rate changes from epoch to epoch")
    early_stopping: EarlyStopping | None = Field(None, description="when to stop before the last epoch; none: never")
    clip_norm: Rate | None = Field(None, description="the largest norm all gradients together may have; none: any")
    clip_value: Rate | None = Field(None, description="the largest value one gradient may have; none: any")
    checkpoint: Checkpoints = Field(Checkpoints(), description="when the state is kept, to go on from")
    device: Device = Field("auto", description="'auto', 'cpu', 'cuda', 'cuda:0', … or 'mps'")
    threads: Annotated[int, Field(ge=1, le=1024)] | None = Field(
        None, description="the CPU threads to compute with; none: chosen by the size of the network"
    )
