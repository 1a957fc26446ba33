"""What is going wrong in a training, in words: read off looks into the layers and off the curves, with what to do.

Every rule has its threshold here, with its reason. Nothing is said at the first sign: what looks ill in `STREAK` looks
one behind the other is ill, and what has been well again as long is said no more.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.graph import Graph
from engine.problems.looking import RESHAPES
from engine.training.findings import Diagnosis, LayerHealth, Look, Spot
from engine.training.history import History
from engine.training.probes import node_at

FLAT: Final = frozenset({"Sigmoid", "Tanh", "Hardsigmoid", "Hardtanh", "Softsign"})
STREAK: Final = 3
VANISHING: Final = 1e-3
"""Gradient at a layer's result as a share of that at the answer. In networks that learn it stays within a factor of
about 100 (Glorot and Bengio 2010, figure 7); a sigmoid layer takes away at least three quarters each."""
EXPLODING: Final = 1e3
"""The same the other way (Pascanu, Mikolov and Bengio 2013)."""
DEAD: Final = 0.5
"""Units of a ReLU that are 0 for a whole batch. Some always are; half of them is capacity that no longer learns."""
SATURATED: Final = 0.7
"""Numbers so near to a bound that hardly any gradient passes."""
LARGE_STEP, SMALL_STEP = 0.1, 1e-5
"""The step's change of the weights by their size: about 0.001 is usual (Karpathy, CS231n). A tenth a step forgets what
was learned within some ten steps; a hundred-thousandth needs a hundred thousand steps to get anywhere."""
STUCK: Final = 0.98
"""Loss as a share of that of an answer that knows nothing but how frequent the classes are."""
STUCK_STEPS: Final = 100
AGREED: Final = 0.95
"""Of the validation loss, where there is one."""
WORSE: Final = 1.1
"""From here on it is not stuck at guessing but worse."""
RISING: Final = 1.2
"""Mean loss of an epoch by the lowest so far, two epochs one behind the other."""
NOISE: Final = 0.05
"""A loss below this share of that of the first epoch goes up and down by chance."""
GAP, GAP_EPOCHS, FALLEN = 1.1, 3, 0.9
"""Overfitting: the validation loss is so much above its best for so many epochs, while the training loss has fallen to
this share of what it was at that best."""
NO_GRADIENT: Final = frozenset({"dead-units", "saturated-units", "vanishing-gradients", "loss-rises", "rate-too-high"})
"""Where these are, small steps have another reason than a low rate."""
STANDING: Final = 0.99
"""With steps as small as above: a loss that falls by less than a hundredth from one epoch to the next."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules have to know beside the numbers.

    ``baseline`` is the loss of knowing only class frequencies (NaN: not known), ``classes`` how many there are (0: of
    several Outputs), ``lr`` the learning rate that is set.
    """

    graph: Graph
    lr: float = math.nan
    baseline: float = math.nan
    classes: int = 0
    clipped: bool = False
    best_kept: bool = False

    def answers(self) -> frozenset[str]:
        """The nodes whose results are the answers, apart from their shape."""
        graph = self.graph
        stack = [edge.source for end in graph.of_type("Output") for edge in graph.incoming[end.id].values()]
        found: set[str] = set()
        while stack:
            current = stack.pop()
            if current not in found:
                found.add(current)
                if graph.nodes[current].type in RESHAPES:
                    stack += [edge.source for edge in graph.incoming[current].values()]
        return frozenset(found)


Found = Iterator[tuple[str, Spot | None, str, str]]
"""(code, where, sentence, advice)"""


class Doctor:
    """Follows one run: `look` and `epoch` take what was measured, ``diagnoses`` is what holds now.

    ``said`` is all that was ever said, the first time each.
    """

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.diagnoses: tuple[Diagnosis, ...] = ()
        self.answers = facts.answers()
        self._ever: dict[tuple[str, Spot | None], Diagnosis] = {}
        self._streaks: dict[tuple[str, Spot | None], int] = {}
        self._current: dict[tuple[str, Spot | None], Diagnosis] = {}
        self._epochs: list[tuple[float, float]] = []  # mean training loss, validation loss
        self._ratios: list[float] = []

    def remember(self, said: Iterable[Diagnosis], history: History) -> None:
        """Go on with a run: what was said of it, and the epochs that are over."""
        self._ever = {(d.code, Spot(d.inside, d.node or "", "")): d for d in said}
        losses, epochs = history.series("train/loss")[1], history.epochs("train/loss")
        judged = dict(
            zip(history.epochs("validation/loss").tolist(), history.series("validation/loss")[1].tolist(), strict=True)
        )
        for epoch in sorted(judged):
            mine = losses[epochs == epoch]
            if len(mine):
                self._epochs.append((float(mine.mean()), judged[epoch]))

    def look(self, look: Look) -> None:
        """Take a look into the layers."""
        ratios = sorted(health.ratio for health in look.layers.values() if health.ratio == health.ratio)
        self._ratios.append(ratios[len(ratios) // 2] if ratios else math.nan)
        found = {(code, spot): (message, advice) for rule in LOOKS for code, spot, message, advice in rule(self, look)}
        self._judge(found, look.step, _LOOK_CODES, STREAK)

    def epoch(self, step: int, training: float, validation: float, lr: float) -> None:
        """Take the mean training loss and the validation loss (NaN: none) of an epoch that is over."""
        self._epochs.append((training, validation))
        found = {}
        for rule in EPOCHS:
            for code, spot, message, advice in rule(self, step, lr):
                found[code, spot] = (message, advice)
        self._judge(found, step, _EPOCH_CODES, 1)

    def say(self, diagnosis: Diagnosis) -> None:
        """Add what was found out elsewhere, such as before the first step; it stays."""
        self._current[diagnosis.code, Spot(diagnosis.inside, diagnosis.node or "", "")] = diagnosis
        self._tell()

    @property
    def said(self) -> tuple[Diagnosis, ...]:
        """All that was ever said."""
        return tuple(self._ever.values())

    def _tell(self) -> None:
        self._ever = {**self._current, **self._ever}
        self.diagnoses = tuple(self._current.values())

    def name(self, spot: Spot) -> str:
        """A node in words."""
        node = node_at(self.facts.graph, spot.inside, spot.node)
        return "a layer" if node is None else f"{node.name} ({node.type})"

    def _judge(
        self, found: Mapping[tuple[str, Spot | None], tuple[str, str]], step: int, codes: frozenset[str], needed: int
    ) -> None:
        keys = set(found) | {key for key in (*self._streaks, *self._current) if key[0] in codes}
        for key in keys:
            before = self._streaks.get(key, 0)
            if key in found:
                self._streaks[key] = streak = max(before, 0) + 1
                if streak >= needed and key not in self._current:
                    spot = key[1]
                    self._current[key] = Diagnosis(
                        key[0], *found[key], step, spot.inside if spot else (), spot.node if spot else None,
                        SETTINGS.get(key[0]),
                    )  # fmt: skip
            else:
                self._streaks[key] = streak = min(before, 0) - 1
                if -streak >= needed:
                    self._current.pop(key, None)
                    self._streaks.pop(key)
        self._tell()


SETTINGS: Final[Mapping[str, str]] = {
    "rate-too-high": "training.optimizer.lr",
    "rate-too-low": "training.optimizer.lr",
    "exploding-gradients": "training.clip_norm",
    "unshuffled": "data.shuffle",
    "overfitting": "training.early_stopping",
}


# -- from looks --------------------------------------------------------------------------------------------------------


def gradients(doctor: Doctor, look: Look) -> Found:
    """Gradients that vanish or explode on their way from the answer; it is said of the first such layer."""
    known = {s: h for s, h in look.layers.items() if h.gradient == h.gradient}
    if not known:
        return
    ends = [health.gradient for spot, health in known.items() if not spot.inside and spot.node in doctor.answers]
    answer = max(ends, default=next(health.gradient for health in reversed(known.values())))
    weighted = [
        (spot, health)
        for spot, health in known.items()
        if health.weight == health.weight and (spot.inside or spot.node not in doctor.answers)
    ]
    if any(health.dead > DEAD for health in look.layers.values()):
        return  # that is said, and why no gradient passes
    if not answer or not math.isfinite(answer):
        return
    small = [(spot, health) for spot, health in weighted if health.gradient < VANISHING * answer]
    if small:
        spot, health = small[-1]
        yield (
            "vanishing-gradients", spot,
            f"Vanishing gradients: at {doctor.name(spot)} only {health.gradient / answer:.0e} of the gradient at the "
            f"answer is left{_others(len(small) - 1)}, so the layers from there to the input hardly learn.",
            f"{_flat(doctor)}put a normalisation before the activations, or lead a shortcut past them.",
        )  # fmt: skip
    large = [(spot, health) for spot, health in weighted if health.gradient > EXPLODING * answer]
    if large:
        spot, health = large[-1]
        advice = "Begin with smaller weights (initialisation), or put a normalisation between the layers."
        yield (
            "exploding-gradients", spot,
            f"Exploding gradients: at {doctor.name(spot)} the gradient is {health.gradient / answer:,.0f} times that "
            f"at the answer{_others(len(large) - 1)}.",
            advice if doctor.facts.clipped else f"Limit it with clip_norm = 1. {advice}",
        )  # fmt: skip


def dead_units(doctor: Doctor, look: Look) -> Found:
    """Units of a ReLU that nothing wakes any more."""
    for spot, health in look.layers.items():
        if health.dead > DEAD:
            yield (
                "dead-units", spot,
                f"Dead units: {100 * health.dead:.0f} % of the outputs of {doctor.name(spot)} are 0 for every sample "
                "of a batch, and where a ReLU gives 0 it learns nothing.",
                "Lower the learning rate, start from Kaiming initialisation, or use LeakyReLU.",
            )  # fmt: skip


def saturated_units(doctor: Doctor, look: Look) -> Found:
    """Activations that are flat where they are."""
    for spot, health in look.layers.items():
        if health.saturated > SATURATED and (spot.inside or spot.node not in doctor.answers):
            yield (
                "saturated-units", spot,
                f"Saturated units: {100 * health.saturated:.0f} % of the outputs of {doctor.name(spot)} lie at its "
                "bounds, where it is flat and hardly any gradient passes.",
                "Put a normalisation before it, begin with smaller weights, or standardise the data.",
            )  # fmt: skip


def large_steps(doctor: Doctor, look: Look) -> Found:
    """Steps that change the weights of a typical layer by a tenth of their size."""
    ratio = doctor._ratios[-1]
    if ratio > LARGE_STEP and look.step > 1:
        yield (
            "rate-too-high", None,
            f"The learning rate is too high: a step changes the weights by {100 * ratio:.0f} % of their size "
            "(0.1 % is usual).",
            "Divide the learning rate by 10, or let a range test find it.",
        )  # fmt: skip


# -- from curves -------------------------------------------------------------------------------------------------------


def rising_loss(doctor: Doctor, step: int, lr: float) -> Found:
    """The loss goes up, epoch by epoch."""
    losses = [training for training, _ in doctor._epochs]
    if len(losses) > 2 and min(losses[-2:]) > max(RISING * min(losses[:-2]), NOISE * losses[0]):
        yield (
            "loss-rises", None,
            f"The training loss rises: it was {min(losses[:-2]):.3g} and is {losses[-1]:.3g} now.",
            "Divide the learning rate by 10, or limit the gradients with clip_norm = 1.",
        )  # fmt: skip


def small_steps(doctor: Doctor, step: int, lr: float) -> Found:
    """Steps too small to get anywhere; not at the end of a schedule that has led the rate down."""
    losses = [training for training, _ in doctor._epochs]
    seen = [ratio for ratio in doctor._ratios[-STREAK:] if ratio == ratio]
    standing = len(losses) > 1 and losses[-1] > STANDING * losses[-2]
    ill = any(found.code in NO_GRADIENT for found in doctor.diagnoses)
    if standing and seen and 0 < max(seen) < SMALL_STEP and lr >= 0.5 * doctor.facts.lr and not ill:
        yield (
            "rate-too-low", None,
            f"The learning rate is too low: a step changes the weights by {max(seen):.0e} of their size (1e-03 is "
            "usual), and the loss stands still.",
            "Multiply the learning rate by 10, or let a range test find it.",
        )  # fmt: skip


def stuck(doctor: Doctor, step: int, lr: float) -> Found:
    """The loss is that of an answer which has looked at nothing."""
    (training, validation), baseline = doctor._epochs[-1], doctor.facts.baseline
    agrees = not math.isfinite(validation) or validation >= AGREED * baseline
    # the first epoch's mean still holds the losses it began with
    if step >= STUCK_STEPS and len(doctor._epochs) > 1 and training >= STUCK * baseline and agrees:
        what = f"ln {doctor.facts.classes} = {math.log(doctor.facts.classes):.3f}" if doctor.facts.classes else ""
        yield (
            "stuck", None,
            f"The loss is {'stuck at' if training < WORSE * baseline else 'worse than guessing:'} {training:.3f}, "
            f"{'that' if training < WORSE * baseline else 'above that'} of an answer which knows only how frequent the "
            "classes are "
            f"({baseline:.3f}{f'; {what}' if what else ''}): nothing has been learned of the inputs.",
            "Check that inputs and labels belong together and the data are standardised, try a learning rate ten "
            "times smaller and larger, and look for layers that pass no gradient.",
        )  # fmt: skip


def overfitting(doctor: Doctor, step: int, lr: float) -> Found:
    """The network learns its samples by heart."""
    validations = [validation for _, validation in doctor._epochs]
    if not all(math.isfinite(value) for value in validations):
        return
    best = min(range(len(validations)), key=validations.__getitem__)
    since = len(validations) - 1 - best
    training = doctor._epochs[-1][0]
    if (
        since >= GAP_EPOCHS
        and min(validations[best + 1 :]) > validations[best]
        and validations[-1] > GAP * max(validations[best], training)
        and validations[-1] > NOISE * doctor._epochs[0][0]
        and training < FALLEN * doctor._epochs[best][0]
    ):
        yield (
            "overfitting", None,
            f"Overfitting: the validation loss was best after epoch {best + 1} ({validations[best]:.3g}) and is "
            f"{validations[-1]:.3g} now, while the training loss goes on falling to {training:.3g}.",
            "Stop early, use dropout or more weight decay, a smaller network, or more data."
            f"{' The weights of the best epoch are kept.' if doctor.facts.best_kept else ''}",
        )  # fmt: skip


def _flat(doctor: Doctor) -> str:
    """What to say of flat activations, where the network has any."""
    blocks = [block.graph for block in doctor.facts.graph.blocks.values()]
    kinds = {node.type for graph in (doctor.facts.graph, *blocks) for node in graph.nodes.values()}
    return "Use ReLU instead of Sigmoid or Tanh, " if kinds & FLAT else "Start from Kaiming initialisation, "


def _others(count: int) -> str:
    return "" if not count else f" (and at {count} more layer{'s' if count > 1 else ''})"


LookRule = Callable[[Doctor, Look], Found]
EpochRule = Callable[[Doctor, int, float], Found]
LOOKS: Final[tuple[LookRule, ...]] = (gradients, dead_units, saturated_units, large_steps)
EPOCHS: Final[tuple[EpochRule, ...]] = (rising_loss, small_steps, stuck, overfitting)
_LOOK_CODES: Final = frozenset(
    {"vanishing-gradients", "exploding-gradients", "dead-units", "saturated-units", "rate-too-high"}
)
_EPOCH_CODES: Final = frozenset({"loss-rises", "rate-too-low", "stuck", "overfitting"})


def grade(health: LayerHealth, diagnoses: tuple[Diagnosis, ...], spot: Spot) -> str:
    """How a layer is: ``ill`` where it computes no number, ``weak`` where a diagnosis names it, else ``well``."""
    if not health.finite:
        return "ill"
    named = any(d.node == spot.node and d.inside == spot.inside for d in diagnoses)
    return "weak" if named else "well"
