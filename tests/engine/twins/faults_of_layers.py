"""Faults of a layer: its activation, its start, its dropout, its width."""

from __future__ import annotations

from random import Random

from tests.engine.twins.design import Design, step
from tests.engine.twins.fault import CLASSES, DENSE, IMAGES, each, fault

BENDS = ("ReLU", "Tanh", "GELU", "LeakyReLU", "SiLU", "ELU")
NOTHING = ("stuck", "vanishing-gradients", "saturated-units")
CHAINS = ("table", "regression", "digit_perceptron", "autoencoder")


@fault("many layers of sigmoids", *NOTHING, families=CHAINS)
def deep_sigmoids(design: Design, random: Random) -> Design | None:
    width = random.choice([16, 24, 32])
    deep = (step("Linear", out_features=width), step("Sigmoid")) * random.randint(6, 9)
    design = each(design, BENDS, lambda old: step("Sigmoid"))
    return design.insert(max(design.hidden("Linear")), *deep)


@fault("weights that start near zero in a deep network", *NOTHING, "small-start", families=CHAINS)
def small_start(design: Design, random: Random) -> Design | None:
    small = step("Linear", out_features=32, initialization="normal")
    design = each(design, ("Linear",), lambda old: old.having(initialization="normal"))
    return design.insert(max(design.hidden("Linear")), *(small, step("Tanh")) * random.randint(6, 8))


@fault("weights that all start at zero", "alike", "stuck", families=(*CHAINS, *IMAGES))
def zeros(design: Design, random: Random) -> Design | None:
    return each(design, ("Linear", "Conv2d"), lambda old: old.having(initialization="zeros"))


@fault(
    "units that are dead from the start",
    "dead-units",
    "redundant-activation",
    "constant-answer",
    families=(*DENSE, *IMAGES),
)
def dead(design: Design, random: Random) -> Design | None:
    places = design.hidden(*BENDS)
    if not places:
        return None
    before = random.choice([(step("Sigmoid"), step("Scale", factor=-1.0)), (step("LogSigmoid"),)])
    return design.exchange(places[-1], *before, step("ReLU"))


@fault(
    "activations driven to their bounds",
    "saturated-units",
    "vanishing-gradients",
    "large-start",
    "input-scale",
    families=(*DENSE, "autoencoder", *IMAGES),
)
def saturated(design: Design, random: Random) -> Design | None:
    places = design.hidden(*BENDS)
    if not places:
        return None
    bend = step(random.choice(["Tanh", "Sigmoid", "Hardtanh"]))
    return design.exchange(places[0], step("Scale", factor=random.choice([50.0, 100.0])), bend)


@fault(
    "numbers that grow from layer to layer",
    "exploding-gradients",
    "large-start",
    "rate-too-high",
    "loss-rises",
    "oscillating-loss",
    "not-a-number",
    "saturated-units",
    families=CHAINS,
)
def growing(design: Design, random: Random) -> Design | None:
    wide = step("Linear", out_features=32)
    grown = (wide, step("Scale", factor=random.choice([8.0, 20.0])), step("ReLU")) * random.randint(3, 5)
    return design.insert(max(design.hidden("Linear")), *grown)


@fault("dropout of nearly everything", "too-much-dropout", "heavy-dropout", families=(*DENSE, *IMAGES, "autoencoder"))
def much_dropout(design: Design, random: Random) -> Design | None:
    places = design.hidden(*BENDS)
    return design.insert(places[-1] + 1, step("Dropout", p=random.choice([0.9, 0.95]))) if places else None


@fault("dropout as the last layer", "dropout-last", families=(*DENSE, *IMAGES, "recurrent", "along_time"), checked=True)
def dropout_last(design: Design, random: Random) -> Design | None:
    return design.insert(len(design.steps), step("Dropout", p=random.choice([0.5, 0.7])))


@fault(
    "a bottleneck of one number",
    "dead-units",
    "bottleneck",
    families=("digit_perceptron", "autoencoder", "along_time"),
)
def bottleneck(design: Design, random: Random) -> Design | None:
    return design.insert(design.last, step("Linear", out_features=1), step("ReLU"))


@fault(
    "layers frozen that were never trained",
    "frozen-at-random",
    "no-weights",
    families=("digit_perceptron", *IMAGES, "autoencoder", "along_time", "recurrent"),
)
def frozen(design: Design, random: Random) -> Design | None:
    kinds = ("Linear", "Conv1d", "Conv2d", "LSTM", "GRU")
    for index in design.where(*kinds)[:-1]:
        design = design.exchange(index, design.steps[index].having(frozen=True))
    return design


@fault(
    "no activation between layers",
    "no-activation",
    families=(*DENSE, *IMAGES, "autoencoder", "along_time"),
    checked=True,
)
def no_activation(design: Design, random: Random) -> Design | None:
    while places := design.hidden(*BENDS):
        if design.steps[places[-1]].name:
            return None
        design = design.exchange(places[-1])
    return design


@fault(
    "an activation after the last layer",
    "activation-before-loss",
    "answer-range",
    families=(*CLASSES, "regression"),
    checked=True,
)
def activation_last(design: Design, random: Random) -> Design | None:
    return design.insert(len(design.steps), step(random.choice(["ReLU", "ReLU6", "Hardtanh"])))


@fault(
    "squashed twice",
    "redundant-activation",
    "sigmoid-before-loss",
    "softmax-before-loss",
    families=CLASSES,
    checked=True,
)
def squashed_twice(design: Design, random: Random) -> Design | None:
    if design.output.get("loss") == "binary_cross_entropy_with_logits":
        ends = (step("Sigmoid"), step("Sigmoid"))
        return design.insert(len(design.steps), *ends).compared(loss="binary_cross_entropy")
    return design.insert(len(design.steps), step("Softmax", dim=1), step("LogSoftmax", dim=1)).compared(loss="nll_loss")


@fault("softmax of one number", "constant-answer", families=("table",), checked=True)
def softmax_of_one(design: Design, random: Random) -> Design | None:
    if design.output.get("loss") != "binary_cross_entropy_with_logits":
        return None
    return design.insert(len(design.steps), step("Softmax", dim=1)).compared(loss="binary_cross_entropy")


@fault("softmax before cross-entropy", "softmax-before-loss", families=CLASSES, checked=True)
def softmax_before_loss(design: Design, random: Random) -> Design | None:
    if design.output.get("loss") == "binary_cross_entropy_with_logits":
        return None
    return design.insert(len(design.steps), step("Softmax", dim=1))


@fault("sigmoid before a loss that has one", "sigmoid-before-loss", families=CLASSES, checked=True)
def sigmoid_before_loss(design: Design, random: Random) -> Design | None:
    return design.insert(len(design.steps), step("Sigmoid"))


@fault(
    "answers squashed below their targets",
    "answer-range",
    families=("regression", "autoencoder", "forecast"),
    checked=True,
)
def squashed_answer(design: Design, random: Random) -> Design | None:
    return design.insert(len(design.steps), step(random.choice(["Sigmoid", "Tanh", "ReLU"])))


@fault("a norm of one number", "constant-answer", families=("regression",), checked=True)
def norm_of_one(design: Design, random: Random) -> Design | None:
    return design.insert(len(design.steps), step("LayerNorm"))


@fault(
    "more outputs than classes",
    "too-many-classes",
    families=("digit_perceptron", "convolution", "recurrent"),
    checked=True,
)
def many_outputs(design: Design, random: Random) -> Design | None:
    return design.exchange(design.last, design.steps[design.last].having(out_features=random.choice([20, 100, 1000])))


@fault(
    "probabilities for a loss of their logarithms",
    "softmax-before-nll",
    "no-probability",
    families=CLASSES,
    checked=True,
)
def softmax_before_nll(design: Design, random: Random) -> Design | None:
    if design.output.get("loss") == "binary_cross_entropy_with_logits":
        return None
    return design.insert(len(design.steps), step("Softmax", dim=1)).compared(loss="nll_loss")


@fault("dropout before a batch norm", "dropout-before-norm", families=("convolution",), checked=True)
def dropout_before_norm(design: Design, random: Random) -> Design | None:
    places = design.where("BatchNorm2d")
    return design.insert(places[-1], step("Dropout", p=random.choice([0.5, 0.7]))) if places else None
