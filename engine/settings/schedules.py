"""The schedules of the learning rate as settings: those of torch.optim.lr_scheduler that are no Python functions.

Most count epochs; ``interval`` lets them count steps. `SequentialLR` and `ChainedScheduler` are what ``warmup`` of
the training settings is made of.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from engine.layers.parameters import NonNegative, Positive
from engine.settings.choices import Amount, Rate, Share, kind
from engine.settings.section import Section
from engine.settings.sensible import Sensible

Interval = Literal["epoch", "step"]
INTERVAL = "what is counted: epochs or steps"
Falling = Annotated[Rate, Sensible(most=1.0, why="the learning rate grows each time, without end")]
Factor = Annotated[float, Field(gt=0.0, le=1.0)]


class Course(Section):
    """How the learning rate changes: what all schedules have."""

    waits: ClassVar[str] = ""
    """The parameter that says after how many counts the rate first changes; empty where it does from the start."""
    lasts: ClassVar[str] = ""
    """The parameter that says how many counts it takes until the rate is where it leads to."""


class Constant(Course):
    """The learning rate stays as it is."""

    name: Literal["constant"] = Field("constant", description="the kind of schedule")


class StepSchedule(Course):
    """Multiplies the learning rate by gamma every step_size epochs (torch.optim.lr_scheduler.StepLR)."""

    waits: ClassVar[str] = "step_size"
    name: Literal["step"] = Field("step", description="the kind of schedule")
    step_size: Positive = Field(10, description="after how many epochs the learning rate drops")
    gamma: Falling = Field(0.1, description="what the learning rate is multiplied by")
    interval: Interval = Field("epoch", description=INTERVAL)


class Cosine(Course):
    """Lowers the rate along half a cosine (torch.optim.lr_scheduler.CosineAnnealingLR; Loshchilov and Hutter 2017)."""

    lasts: ClassVar[str] = "T_max"
    name: Literal["cosine"] = Field("cosine", description="the kind of schedule")
    T_max: Positive | None = Field(None, description="how many epochs the way down takes; none: all of them")
    eta_min: Amount = Field(0.0, description="the learning rate at the bottom")
    interval: Interval = Field("epoch", description=INTERVAL)


class Plateau(Course):
    """Lowers the learning rate when the validation loss stops falling (torch.optim.lr_scheduler.ReduceLROnPlateau)."""

    waits: ClassVar[str] = "patience"
    name: Literal["plateau"] = Field("plateau", description="the kind of schedule")
    factor: Annotated[float, Field(gt=0.0, lt=1.0)] = Field(0.1, description="what the learning rate is multiplied by")
    patience: NonNegative = Field(10, description="how many epochs without progress are allowed")
    threshold: Share = Field(1e-4, description="how much better, relatively, counts as progress")
    threshold_mode: Literal["rel", "abs"] = Field("rel", description="whether threshold is a share or an amount")
    cooldown: NonNegative = Field(0, description="how many epochs are not looked at after a drop")
    min_lr: Amount = Field(0.0, description="the learning rate never falls below this")
    eps: Amount = Field(1e-8, description="a smaller drop is not made")


class OneCycle(Course):
    """Up to the optimizer's rate and far down again, once (torch.optim.lr_scheduler.OneCycleLR; Smith, Topin 2019)."""

    name: Literal["one_cycle"] = Field("one_cycle", description="the kind of schedule")
    max_lr: Rate | None = Field(None, description="the rate at the top; none: that of the optimizer")
    pct_start: Annotated[float, Field(gt=0.0, lt=1.0)] = Field(0.3, description="the share of the run that goes up")
    anneal_strategy: Literal["cos", "linear"] = Field("cos", description="along a cosine or a straight line")
    cycle_momentum: bool = Field(True, description="let the momentum go the other way")
    base_momentum: Share = Field(0.85, description="the lowest momentum")
    max_momentum: Share = Field(0.95, description="the highest momentum")
    div_factor: Rate = Field(25.0, description="by how much the first rate is below the top")
    final_div_factor: Rate = Field(1e4, description="by how much the last rate is below the first")
    three_phase: bool = Field(False, description="go down to the first rate, then further")
    interval: Interval = Field("step", description=INTERVAL)


class MultiStep(Course):
    """Multiplies the learning rate by gamma at each milestone (torch.optim.lr_scheduler.MultiStepLR)."""

    waits: ClassVar[str] = "milestones"
    name: Literal["multi_step"] = Field("multi_step", description="the kind of schedule")
    milestones: Annotated[tuple[Positive, ...], Field(min_length=1, max_length=100)] = Field(
        (30, 60, 80), description="after which epochs the learning rate drops"
    )
    gamma: Falling = Field(0.1, description="what the learning rate is multiplied by")
    interval: Interval = Field("epoch", description=INTERVAL)


class Exponential(Course):
    """Multiplies the learning rate by gamma every epoch (torch.optim.lr_scheduler.ExponentialLR)."""

    name: Literal["exponential"] = Field("exponential", description="the kind of schedule")
    gamma: Falling = Field(0.95, description="what the learning rate is multiplied by")
    interval: Interval = Field("epoch", description=INTERVAL)


class LinearSchedule(Course):
    """Leads the rate along a straight line from one factor to another (torch.optim.lr_scheduler.LinearLR)."""

    lasts: ClassVar[str] = "total_iters"
    name: Literal["linear"] = Field("linear", description="the kind of schedule")
    start_factor: Factor = Field(1 / 3, description="what the learning rate is multiplied by at first")
    end_factor: Annotated[float, Field(ge=0.0, le=1.0)] = Field(1.0, description="and at the end")
    total_iters: Positive = Field(5, description="how many epochs the way takes")
    interval: Interval = Field("epoch", description=INTERVAL)


class Polynomial(Course):
    """Lowers the rate to zero along a power of the rest of the way (torch.optim.lr_scheduler.PolynomialLR)."""

    lasts: ClassVar[str] = "total_iters"
    name: Literal["polynomial"] = Field("polynomial", description="the kind of schedule")
    total_iters: Positive | None = Field(None, description="how many epochs the way takes; none: all of them")
    power: Rate = Field(1.0, description="the power: 1 is a straight line")
    interval: Interval = Field("epoch", description=INTERVAL)


class ConstantFactor(Course):
    """A smaller learning rate for the first epochs (torch.optim.lr_scheduler.ConstantLR)."""

    lasts: ClassVar[str] = "total_iters"
    name: Literal["constant_factor"] = Field("constant_factor", description="the kind of schedule")
    factor: Factor = Field(1 / 3, description="what the learning rate is multiplied by")
    total_iters: Positive = Field(5, description="for how many epochs")
    interval: Interval = Field("epoch", description=INTERVAL)


class WarmRestarts(Course):
    """Half a cosine down, again and again (torch.optim.lr_scheduler.CosineAnnealingWarmRestarts; SGDR, 2017)."""

    lasts: ClassVar[str] = "T_0"
    name: Literal["warm_restarts"] = Field("warm_restarts", description="the kind of schedule")
    T_0: Positive = Field(10, description="how many epochs the first way down takes")
    T_mult: Positive = Field(1, description="how many times longer each next one is")
    eta_min: Amount = Field(0.0, description="the learning rate at the bottom")
    interval: Interval = Field("epoch", description=INTERVAL)


class Cyclic(Course):
    """Up and down between two rates (torch.optim.lr_scheduler.CyclicLR; Smith 2017)."""

    lasts: ClassVar[str] = "step_size_up"
    name: Literal["cyclic"] = Field("cyclic", description="the kind of schedule")
    base_lr: Rate | None = Field(None, description="the lowest rate; none: a tenth of the highest")
    max_lr: Rate | None = Field(None, description="the highest rate; none: that of the optimizer")
    step_size_up: Positive = Field(2000, description="how many steps the way up takes")
    step_size_down: Positive | None = Field(None, description="and the way down; none: as many")
    mode: Literal["triangular", "triangular2", "exp_range"] = Field(
        "triangular", description="cycles of one height, of half the last one's, or shrinking by gamma"
    )
    gamma: Rate = Field(1.0, description="the shrinking of exp_range")
    cycle_momentum: bool = Field(True, description="let the momentum go the other way")
    base_momentum: Share = Field(0.8, description="the lowest momentum")
    max_momentum: Share = Field(0.9, description="the highest momentum")
    interval: Interval = Field("step", description=INTERVAL)

    @model_validator(mode="after")
    def _rising(self) -> Cyclic:
        if self.base_lr is not None and self.max_lr is not None and self.base_lr >= self.max_lr:
            raise ValueError("base_lr must be below max_lr")
        return self


Schedule = Annotated[
    Annotated[Constant, Tag("constant")]
    | Annotated[Cosine, Tag("cosine")]
    | Annotated[OneCycle, Tag("one_cycle")]
    | Annotated[StepSchedule, Tag("step")]
    | Annotated[Plateau, Tag("plateau")]
    | Annotated[MultiStep, Tag("multi_step")]
    | Annotated[Exponential, Tag("exponential")]
    | Annotated[LinearSchedule, Tag("linear")]
    | Annotated[Polynomial, Tag("polynomial")]
    | Annotated[ConstantFactor, Tag("constant_factor")]
    | Annotated[WarmRestarts, Tag("warm_restarts")]
    | Annotated[Cyclic, Tag("cyclic")],
    Discriminator(kind("constant")),
]
CLOSED = (OneCycle, WarmRestarts, Cyclic)
"""Those that set the rate again at every count, so that nothing else can shape it beside them."""
