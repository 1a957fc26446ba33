"""The optimizers as settings: every one of torch.optim, with its names and defaults; the common ones first.

What only says how a step is computed (``foreach``, ``fused``, ``capturable``, ``differentiable``) is left to the
program, and ``maximize`` to those whose loss is a gain.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from engine.layers.parameters import Positive
from engine.settings.choices import Amount, Rate, Share, kind
from engine.settings.section import Section
from engine.settings.sensible import Sensible, bounds

LR = "the learning rate: how far one step goes"
DECAY = "pulls the weights towards zero (L2, as part of the gradient)"
APART = "pull the weights towards zero apart from the gradient, as AdamW does"
MEANS = "how long the two running means remember"
EPS = "keeps the division from zero"

SLOWEST = 1e-7
"""A smaller rate changes float32 weights so little that they stay as they are."""


def _rate(most: float, why: str) -> Sensible:
    return Sensible(SLOWEST, most, why=why, below="hardly anything is left of a step after rounding")


Stepped = Annotated[Rate, _rate(1.0, "steps longer than the gradient throw the weights back and forth")]
Scaled = Annotated[Rate, _rate(0.1, "each step moves every weight by about the rate, and most weights are below 0.1")]
Relative = Annotated[Rate, _rate(1.0, "each step moves the weights by that share of their size")]
Newton = Annotated[Rate, _rate(2.0, "a step of 1 goes to the estimated minimum, and 2 as far beyond it")]
InUnits = Annotated[Rate, _rate(10.0, "the steps have the size of the weights already, and this multiplies them")]
Momentum = Annotated[Amount, Sensible(under=1.0, usual=0.9, why="old steps never fade, so steps grow without end")]
STRONG = "the weights are pulled towards zero harder than they learn"
Decay = Annotated[Amount, Sensible(under=1.0, usual=1e-4, why=STRONG)]
OwnDecay = Annotated[Amount, Sensible(under=1.0, usual=1e-2, why=STRONG)]
"""That of a pull apart from the gradient."""
Dampening = Annotated[float, Sensible(0.0, 1.0, why="the momentum takes the gradient with the wrong sign")]


class SGD(Section):
    """Stochastic gradient descent, with momentum if wanted (torch.optim.SGD; Robbins and Monro 1951)."""

    name: Literal["sgd"] = Field("sgd", description="the kind of optimizer")
    lr: Stepped = Field(1e-3, description=LR)
    momentum: Momentum = Field(0.0, description="how much of the last step is carried on")
    dampening: Dampening = Field(0.0, description="how much of the gradient the momentum leaves out")
    weight_decay: Decay = Field(0.0, description="pulls the weights towards zero (L2)")
    nesterov: bool = Field(False, description="look ahead along the momentum; needs momentum and no dampening")

    @model_validator(mode="after")
    def _nesterov(self) -> SGD:
        if self.nesterov and (self.momentum <= 0 or self.dampening != 0):
            raise ValueError("nesterov needs a momentum above 0 and a dampening of 0")
        return self


class Adam(Section):
    """Adaptive step sizes from running means of gradients and their squares (torch.optim.Adam; Kingma and Ba 2015)."""

    name: Literal["adam"] = Field("adam", description="the kind of optimizer")
    lr: Scaled = Field(1e-3, description=LR)
    betas: tuple[Share, Share] = Field((0.9, 0.999), description=MEANS)
    eps: Amount = Field(1e-8, description=EPS)
    weight_decay: Decay = Field(0.0, description=DECAY)
    amsgrad: bool = Field(False, description="never let the step size grow again")
    decoupled_weight_decay: bool = Field(False, description=APART)


class AdamW(Section):
    """Adam with weight decay kept apart from the gradient (torch.optim.AdamW; Loshchilov and Hutter 2019)."""

    name: Literal["adamw"] = Field("adamw", description="the kind of optimizer")
    lr: Scaled = Field(1e-3, description=LR)
    betas: tuple[Share, Share] = Field((0.9, 0.999), description=MEANS)
    eps: Amount = Field(1e-8, description=EPS)
    weight_decay: OwnDecay = Field(1e-2, description="pulls the weights towards zero, apart from the gradient")
    amsgrad: bool = Field(False, description="never let the step size grow again")


class RMSprop(Section):
    """Divides the gradient by a running mean of its size (torch.optim.RMSprop; Hinton 2012, lecture 6e)."""

    name: Literal["rmsprop"] = Field("rmsprop", description="the kind of optimizer")
    lr: Scaled = Field(1e-2, description=LR)
    alpha: Share = Field(0.99, description="how long the running mean remembers")
    eps: Amount = Field(1e-8, description=EPS)
    weight_decay: Decay = Field(0.0, description="pulls the weights towards zero (L2)")
    momentum: Momentum = Field(0.0, description="how much of the last step is carried on")
    centered: bool = Field(False, description="measure the size around the mean of the gradient")


class Adagrad(Section):
    """Smaller steps for weights that have moved much already (torch.optim.Adagrad; Duchi and others 2011)."""

    name: Literal["adagrad"] = Field("adagrad", description="the kind of optimizer")
    lr: Stepped = Field(1e-2, description=LR)
    lr_decay: Amount = Field(0.0, description="how fast the learning rate shrinks with the steps")
    weight_decay: Decay = Field(0.0, description="pulls the weights towards zero (L2)")
    initial_accumulator_value: Amount = Field(0.0, description="where the sum of squared gradients starts")
    eps: Amount = Field(1e-10, description=EPS)


class NAdam(Section):
    """Adam that looks ahead along its momentum (torch.optim.NAdam; Dozat 2016)."""

    name: Literal["nadam"] = Field("nadam", description="the kind of optimizer")
    lr: Scaled = Field(2e-3, description=LR)
    betas: tuple[Share, Share] = Field((0.9, 0.999), description=MEANS)
    eps: Amount = Field(1e-8, description=EPS)
    weight_decay: Decay = Field(0.0, description=DECAY)
    momentum_decay: Amount = Field(4e-3, description="how fast the momentum grows to its full size")
    decoupled_weight_decay: bool = Field(False, description=APART)


class RAdam(Section):
    """Adam that trusts its running means only once they have seen enough (torch.optim.RAdam; Liu and others 2020)."""

    name: Literal["radam"] = Field("radam", description="the kind of optimizer")
    lr: Scaled = Field(1e-3, description=LR)
    betas: tuple[Share, Share] = Field((0.9, 0.999), description=MEANS)
    eps: Amount = Field(1e-8, description=EPS)
    weight_decay: Decay = Field(0.0, description=DECAY)
    decoupled_weight_decay: bool = Field(False, description=APART)


class Adamax(Section):
    """Adam by the largest gradient instead of the mean square (torch.optim.Adamax; Kingma and Ba 2015)."""

    name: Literal["adamax"] = Field("adamax", description="the kind of optimizer")
    lr: Scaled = Field(2e-3, description=LR)
    betas: tuple[Share, Share] = Field((0.9, 0.999), description=MEANS)
    eps: Amount = Field(1e-8, description=EPS)
    weight_decay: Decay = Field(0.0, description=DECAY)


class Adadelta(Section):
    """Steps in the units of the weights, hardly any rate to choose (torch.optim.Adadelta; Zeiler 2012)."""

    name: Literal["adadelta"] = Field("adadelta", description="the kind of optimizer")
    lr: InUnits = Field(1.0, description=LR)
    rho: Share = Field(0.9, description="how long the running means remember")
    eps: Amount = Field(1e-6, description=EPS)
    weight_decay: Decay = Field(0.0, description=DECAY)


class Adafactor(Section):
    """Adam with the memory of rows and columns instead of every weight (torch.optim.Adafactor; Shazeer, Stern 2018)."""

    name: Literal["adafactor"] = Field("adafactor", description="the kind of optimizer")
    lr: Relative = Field(1e-2, description=LR)
    beta2_decay: float = Field(-0.8, le=0.0, description="how fast the memory for squared gradients grows")
    eps: tuple[Rate | None, Rate] = Field(
        (None, 1e-3), description="the least squared gradient (none: that of the number type) and the least weight"
    )
    d: Rate = Field(1.0, ge=1.0, description="from which size on a step is cut")
    weight_decay: OwnDecay = Field(0.0, description="pulls the weights towards zero, apart from the gradient")


class ASGD(Section):
    """Gradient descent that averages the weights it has been at (torch.optim.ASGD; Polyak and Juditsky 1992)."""

    name: Literal["asgd"] = Field("asgd", description="the kind of optimizer")
    lr: Stepped = Field(1e-2, description=LR)
    lambd: Amount = Field(1e-4, description="how fast the step size shrinks")
    alpha: Amount = Field(0.75, description="the power by which it shrinks")
    t0: Amount = Field(1e6, description="the step at which averaging begins")
    weight_decay: Decay = Field(0.0, description="pulls the weights towards zero (L2)")


class Rprop(Section):
    """Goes by the sign of the gradient alone: for the full batch (torch.optim.Rprop; Riedmiller and Braun 1993)."""

    name: Literal["rprop"] = Field("rprop", description="the kind of optimizer")
    lr: Stepped = Field(1e-2, description=LR)
    etas: tuple[Share, Annotated[float, Field(gt=1.0)]] = Field(
        (0.5, 1.2), description="what a step is multiplied by after a turn, and after another step the same way"
    )
    step_sizes: tuple[Rate, Rate] = Field((1e-6, 50.0), description="the smallest and the largest step")


class LBFGS(Section):
    """Quasi-Newton steps: for the full batch and small networks (torch.optim.LBFGS; Liu and Nocedal 1989)."""

    name: Literal["lbfgs"] = Field("lbfgs", description="the kind of optimizer")
    lr: Newton = Field(1.0, description=LR)
    max_iter: Positive = Field(20, description="the most iterations within a step")
    max_eval: Positive | None = Field(None, description="the most looks at the loss in a step; none: 1.25 × max_iter")
    tolerance_grad: Amount = Field(1e-7, description="a gradient so small ends a step")
    tolerance_change: Amount = Field(1e-9, description="a change so small ends a step")
    history_size: Positive = Field(100, description="how many past steps shape the next")
    line_search_fn: Literal["strong_wolfe"] | None = Field(None, description="how far to go: searched for, or by lr")


class Muon(Section):
    """Orthogonal steps for weights of two axes; AdamW takes the others (torch.optim.Muon; Jordan and others 2024)."""

    name: Literal["muon"] = Field("muon", description="the kind of optimizer")
    lr: Relative = Field(1e-3, description=LR)
    weight_decay: OwnDecay = Field(0.1, description="pulls the weights towards zero, apart from the gradient")
    momentum: Share = Field(0.95, description="how much of the last step is carried on")
    nesterov: bool = Field(True, description="look ahead along the momentum")
    ns_coefficients: tuple[float, float, float] = Field(
        (3.4445, -4.775, 2.0315), description="the polynomial that makes a step orthogonal"
    )
    eps: Amount = Field(1e-7, description=EPS)
    ns_steps: Annotated[int, Field(ge=1, le=99)] = Field(5, description="how often the polynomial is applied")
    adjust_lr_fn: Literal["original", "match_rms_adamw"] | None = Field(
        None, description="how the rate follows the shape of the weights; match_rms_adamw suits a rate tuned for AdamW"
    )


class SparseAdam(Section):
    """Adam for embeddings with sparse gradients; Adam takes the other weights (torch.optim.SparseAdam)."""

    name: Literal["sparse_adam"] = Field("sparse_adam", description="the kind of optimizer")
    lr: Scaled = Field(1e-3, description=LR)
    betas: tuple[Share, Share] = Field((0.9, 0.999), description=MEANS)
    eps: Rate = Field(1e-8, description=EPS)


Optimizer = Annotated[
    Annotated[AdamW, Tag("adamw")]
    | Annotated[SGD, Tag("sgd")]
    | Annotated[Adam, Tag("adam")]
    | Annotated[RMSprop, Tag("rmsprop")]
    | Annotated[Adagrad, Tag("adagrad")]
    | Annotated[NAdam, Tag("nadam")]
    | Annotated[RAdam, Tag("radam")]
    | Annotated[Adamax, Tag("adamax")]
    | Annotated[Adadelta, Tag("adadelta")]
    | Annotated[Adafactor, Tag("adafactor")]
    | Annotated[Muon, Tag("muon")]
    | Annotated[SparseAdam, Tag("sparse_adam")]
    | Annotated[ASGD, Tag("asgd")]
    | Annotated[Rprop, Tag("rprop")]
    | Annotated[LBFGS, Tag("lbfgs")],
    Discriminator(kind("adamw")),
]


FAR = 10.0
"""From so many times the usual rate on a rate is far too high."""


def usual_rate(optimizer: Optimizer) -> float:
    """The learning rate that an optimizer of this kind has where none is set: torch's."""
    return float(type(optimizer)().lr)


def sensible_rates(optimizer: Optimizer) -> Sensible:
    """Between which learning rates an optimizer of this kind learns."""
    known = bounds(type(optimizer), "lr")
    assert known is not None  # every optimizer declares it
    return known


def smaller_rate(optimizer: Optimizer, lr: float) -> float:
    """The learning rate to try where ``lr`` was too high: the usual one if it was far above it, else a tenth."""
    usual = usual_rate(optimizer)
    return float(f"{usual if lr > FAR * usual else lr / 10:.6g}")
