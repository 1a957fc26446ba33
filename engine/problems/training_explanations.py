"""Explanations of what a training shows while it runs: its layers, its curves, its answers."""

from __future__ import annotations

from typing import Final

from engine.problems.explanation import Explanation

GLOROT: Final = "Glorot and Bengio 2010, https://proceedings.mlr.press/v9/glorot10a.html"
PASCANU: Final = "Pascanu, Mikolov and Bengio 2013, https://arxiv.org/abs/1211.5063"
RATE: Final = "Smith 2017, Cyclical Learning Rates for Training Neural Networks, https://arxiv.org/abs/1506.01186"
GUESS: Final = "best constant: class shares for cross-entropy, the mean for squares, the median for absolute errors"

TRAINING: Final[dict[str, Explanation]] = {
    # -- layers ----------------------------------------------------------------------------------------------------
    "vanishing-gradients": Explanation(
        "Vanishing gradients",
        "On its way back each layer multiplies the gradient by its slope. A sigmoid's slope is a quarter at most, so "
        "ten of them leave a millionth, and the first layers hardly move. ReLU has the slope 1, a norm keeps numbers "
        "where activations are steep, and a shortcut leads the gradient past them.",
        "∂L/∂x = ∂L/∂y · f'(x) · W",
        GLOROT,
    ),
    "exploding-gradients": Explanation(
        "Exploding gradients",
        "Weights that are too large multiply the gradient on its way back, layer by layer, until one step throws all "
        "others away. Smaller first weights or a norm end the cause; clipping limits the step.",
        "g ← g · min(1, clip_norm / ‖g‖)",
        PASCANU,
    ),
    "dead-units": Explanation(
        "Dead units",
        "A ReLU that only gets numbers below 0 gives 0 for every sample and has no slope there, so it never learns "
        "again. Steps that are too large push units there, and so does a layer before it that gives negative numbers "
        "alone. LeakyReLU and GELU keep a slope on either side.",
        "ReLU'(x) = 0 for x < 0",
        "Maas, Hannun and Ng 2013, Rectifier Nonlinearities Improve Neural Network Acoustic Models",
    ),
    "saturated-units": Explanation(
        "Saturated units",
        "Sigmoid and tanh are flat where their input is far from 0: whatever comes in, nearly the same comes out, and "
        "hardly any gradient passes. What comes before makes numbers that are too large: inputs as they were measured, "
        "large weights, or a factor.",
        "tanh'(x) = 1 − tanh²(x)",
        GLOROT,
    ),
    "alike": Explanation(
        "Units that are all alike",
        "Units with the same first weights and the same gradient stay the same for ever: a thousand of them do the "
        "work of one. Random first weights tell them apart; zeros are right for a bias alone.",
    ),
    "not-a-number": Explanation(
        "Numbers stop being numbers",
        "float32 ends at 3.4·10³⁸; beyond it is infinity, and infinity minus infinity is not a number (NaN). It comes "
        "of steps that are too large, or of a logarithm or quotient of 0. From the first such number on everything "
        "after it is one, so only where it begins says what to fix.",
    ),
    # -- the start -------------------------------------------------------------------------------------------------
    "target-scale": Explanation(
        "Targets far from 1",
        "A network begins with answers near 0 and changes them by little each step. A target of some hundreds is far "
        "away, and the squares of such errors make steps too large for everything else. Standardised targets have mean "
        "0 and deviation 1; answers are turned back to their own units wherever they are shown.",
        "y' = (y − mean) / std",
        "LeCun, Bottou, Orr and Müller 1998, Efficient BackProp, section 4.5",
    ),
    "large-start": Explanation(
        "A first loss far above guessing",
        "A network that knows nothing yet should be about as wrong as a guess. Where it is many times as wrong, it "
        "begins with large answers: its inputs or its first weights are too large, and it first has to unlearn them.",
        GUESS,
    ),
    "unshuffled": Explanation(
        "Sorted samples",
        "Where samples come class by class, each step sees one class alone and unlearns the others. In a new order "
        "every epoch each step sees a fair share of all.",
    ),
    "padding-counts": Explanation(
        "Padding counted as an answer",
        "Short samples are filled up with one number. If the loss counts those positions, the network is praised for "
        "knowing that nothing comes after the end. ignore_index leaves them out.",
    ),
    "tight-memory": Explanation(
        "Memory that only just suffices",
        "A step keeps what every layer has computed until the gradient has come back, so the memory grows with the "
        "batch. What other programs take in the meantime may then be missing.",
    ),
    "waits-for-data": Explanation(
        "Steps that wait for data",
        "Files have to be read and decoded before a step can begin. More threads do that at the same time, and what is "
        "stored decoded need not be decoded again.",
    ),
    # -- curves ----------------------------------------------------------------------------------------------------
    "rate-too-high": Explanation(
        "A learning rate that is too high",
        "A step goes downhill as far as the slope holds; a longer one lands on the other side, higher up. The loss "
        "jumps, units die, or numbers overflow.",
        "θ ← θ − lr · g",
        RATE,
    ),
    "loss-rises": Explanation(
        "A loss that rises",
        "Every step is to lower the training loss. Where it rises for epochs, steps overshoot, or single large "
        "gradients throw the weights away.",
        "",
        RATE,
    ),
    "oscillating-loss": Explanation(
        "A loss that oscillates",
        "Steps that are a little too long jump from one side of a valley to the other and come no deeper. Shorter "
        "steps settle; larger batches make them less a matter of chance.",
        "stable for lr < 2 / λ, λ the largest curvature",
        RATE,
    ),
    "rate-too-low": Explanation(
        "A learning rate that is too low",
        "A step that changes weights by a hundred-thousandth of their size needs a hundred thousand steps to get "
        "anywhere.",
        "‖Δw‖ / ‖w‖ ≈ 0.001 is usual",
        RATE,
    ),
    "slow-convergence": Explanation(
        "Slow convergence",
        "The loss falls at an even pace, epoch by epoch, and is still far from done: the direction is right and the "
        "steps are short. A range test finds the largest rate at which the loss still falls.",
        "",
        RATE,
    ),
    "too-few-epochs": Explanation(
        "Too few epochs",
        "The loss was still falling by some percent an epoch when the training ended. A run can be made longer, and "
        "early stopping ends one in time.",
    ),
    "too-much-dropout": Explanation(
        "Too much dropout",
        "Dropout leaves out units at random so that none is relied on alone. Where it leaves out most, what is left "
        "cannot even learn the training samples: their loss stays above that of the validation part, which is judged "
        "without dropout.",
        "y = x · m / (1 − p)",
        "Srivastava et al. 2014, Dropout, https://jmlr.org/papers/v15/srivastava14a.html",
    ),
    "stuck": Explanation(
        "No better than guessing",
        "The best answer that is the same for every sample costs a known loss. Who costs as much has learned nothing "
        "of the inputs: no gradient arrives, inputs and targets do not belong together, or steps are far too large or "
        "small.",
        GUESS,
    ),
    "one-class-answered": Explanation(
        "One class for all",
        "Where one class is far more frequent, answering it always is right most of the time, and the loss rewards "
        "that. Rare classes count as much where they are shown as often (sampling) or weigh more (class_weights); "
        "balanced accuracy shows the difference.",
        "weight = samples / (classes · samples of the class)",
        "King and Zeng 2001, Logistic Regression in Rare Events Data",
    ),
    "overfitting": Explanation(
        "Overfitting",
        "A large network can learn its samples by heart, noise and all. The training loss then keeps falling while "
        "that of samples it has not seen rises, or stays high. The weights of the best epoch are the better ones.",
        "",
        "Prechelt 1998, Early Stopping – But When?",
    ),
}
