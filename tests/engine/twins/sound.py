"""Sound networks of many families on the data on board, drawn at random: sizes, activations, optimizers.

As a lecture would set them up: inputs standardised, a usual learning rate, as many epochs as it takes. They are small,
so that each trains in a second or two on one slow core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random
from typing import Any, Final

from tests.engine.twins.design import Design, Step, step

ACTIVATIONS: Final = ("ReLU", "ReLU", "Tanh", "GELU", "LeakyReLU", "SiLU", "ELU")
TABLES: Final = {"iris": 3, "wine": 3, "breast_cancer": 2}
HALF: Final = {"train": 0.5, "validation": 0.2, "test": 0.3}
Draw = Callable[[Random], Design]


def learned(random: Random, epochs: int, batch: int, *fields: str, **more: Any) -> Mapping[str, Any]:
    """Settings of a sound training: Adam or SGD with momentum at a usual rate, larger for larger batches."""
    slow, fast = ([0.003, 0.005, 0.01], [0.02, 0.05]) if batch < 64 else ([0.005, 0.01], [0.03, 0.06])
    optimizer = random.choice(
        [
            {"name": "adamw", "lr": random.choice(slow)},
            {"name": "adam", "lr": random.choice(slow)},
            {"name": "sgd", "lr": random.choice(fast), "momentum": 0.9},
        ]
    )
    return {
        "data.transforms": tuple({"name": "standardise", "field": field} for field in fields),
        "data.batch_size": batch,
        "training.epochs": epochs,
        "training.optimizer": optimizer,
        **more,
    }


def dense(random: Random, least: int, most: int, deepest: int = 2) -> list[Step]:
    """Hidden layers of one activation."""
    kind = random.choice(ACTIVATIONS)
    steps: list[Step] = []
    for _ in range(random.randint(1, deepest)):
        steps += [step("Linear", out_features=random.randrange(least, most + 1, 4)), step(kind)]
        if random.random() < 0.15:
            steps.append(step("Dropout", p=round(random.uniform(0.05, 0.25), 2)))
    return steps


def table(random: Random) -> Design:
    """A multilayer perceptron that tells the classes of a table apart."""
    dataset = random.choice(list(TABLES))
    single = dataset == "breast_cancer" and random.random() < 0.5
    end = step("Linear", out_features=1 if single else TABLES[dataset])
    loss = "binary_cross_entropy_with_logits" if single else "cross_entropy"
    settings = learned(random, 20, random.choice([8, 16]), "features", **{"data.split": HALF})
    if dataset == "breast_cancer":
        rate = {"name": random.choice(["adam", "adamw"]), "lr": random.choice([0.002, 0.003])}
        settings = {**settings, "training.optimizer": rate, "training.epochs": 12}
    return Design("perceptron", dataset, "features", (*dense(random, 8, 32), end), {"loss": loss}, settings)


def regression(random: Random) -> Design:
    """A multilayer perceptron that answers a number."""
    loss = random.choice(["mse_loss", "mse_loss", "huber_loss", "smooth_l1_loss", "l1_loss"])
    settings = learned(random, 15, 16, "features", "target", **{"data.split": HALF})
    steps = (*dense(random, 8, 16), step("Linear", out_features=1))
    rate = {"name": "adamw", "lr": random.choice([0.002, 0.005]), "weight_decay": 0.05}
    settings = {**settings, "training.optimizer": rate, "training.epochs": 12}
    return Design("regression", "diabetes", "features", steps, {"loss": loss}, settings, "r2")


def digit_perceptron(random: Random) -> Design:
    """A multilayer perceptron on images of digits."""
    steps = (step("Flatten"), *dense(random, 24, 64), step("Linear", out_features=10))
    return Design("perceptron", "digits", "image", steps, {}, learned(random, 12, 64, "image"))


def convolution(random: Random) -> Design:
    """A convolutional network on images of digits, with or without batch norm; flattened or pooled globally."""
    kind, channels = random.choice(ACTIVATIONS), random.choice([6, 8, 10])
    norm, pooled, twice = random.random() < 0.5, random.random() < 0.4, random.random() < 0.7
    steps: list[Step] = []
    for width in [channels, *([2 * channels] if twice or pooled else [])]:
        steps.append(step("Conv2d", out_channels=width, kernel_size=3, padding=1, bias=not norm))
        steps += [*([step("BatchNorm2d")] if norm else []), step(kind), step("MaxPool2d", kernel_size=2)]
    if pooled:
        steps = [*steps[:-1], step("AdaptiveAvgPool2d", output_size=1)]
    steps += [step("Flatten"), step("Linear", out_features=10)]
    epochs = 12 if pooled else 8
    return Design("convolution", "digits", "image", tuple(steps), {}, learned(random, epochs, 64, "image"))


def residual(random: Random) -> Design:
    """A convolutional network with a shortcut."""
    kind, channels = random.choice(["ReLU", "GELU", "SiLU"]), random.choice([6, 8])
    conv = step("Conv2d", out_channels=channels, kernel_size=3, padding=1)
    steps = (
        conv,
        step(kind, name="stem"),
        conv,
        step(kind),
        conv,
        step("Add", beside="stem"),
        step(kind),
        step("MaxPool2d", kernel_size=2),
        step("Flatten"),
        step("Linear", out_features=10),
    )
    return Design("residual", "digits", "image", steps, {}, learned(random, 8, 64, "image"))


def autoencoder(random: Random) -> Design:
    """An autoencoder of digits: the image through a narrow code."""
    kind, width = random.choice(["ReLU", "Tanh", "GELU"]), random.choice([32, 48])
    steps = (
        step("Flatten"),
        step("Linear", out_features=width),
        step(kind),
        step("Linear", out_features=random.choice([12, 16])),
        step(kind),
        step("Linear", out_features=width),
        step(kind),
        step("Linear", out_features=64),
        step("Unflatten", dim=1, unflattened_size=(1, 8, 8)),
    )
    rate = {"name": "adam", "lr": random.choice([0.005, 0.01])}
    settings = {**learned(random, 15, 64, "image"), "training.optimizer": rate}
    return Design("autoencoder", "digits", "image", steps, {"loss": "mse_loss", "field": "image"}, settings, "r2")


def convolutional_autoencoder(random: Random) -> Design:
    """An autoencoder of digits with convolutions: half the size and back."""
    steps = (
        step("Conv2d", out_channels=random.choice([8, 12]), kernel_size=3, stride=2, padding=1),
        step(random.choice(["ReLU", "GELU"])),
        step("ConvTranspose2d", out_channels=1, kernel_size=2, stride=2),
    )
    rate = {"name": "adam", "lr": 0.01}
    settings = {**learned(random, 10, 64, "image"), "training.optimizer": rate}
    output = {"loss": "mse_loss", "field": "image"}
    return Design("convolutional autoencoder", "digits", "image", steps, output, settings, "r2")


def recurrent(random: Random) -> Design:
    """An LSTM or GRU that reads a digit row by row."""
    both = random.random() < 0.3
    read = step(random.choice(["LSTM", "GRU"]), hidden_size=random.randrange(16, 33, 8), bidirectional=both)
    end = step("Linear", out_features=10, reads="last")
    rate = {"name": random.choice(["adam", "adamw"]), "lr": random.choice([0.005, 0.01])}
    settings = {**learned(random, 10, 64, "rows"), "training.optimizer": rate}
    return Design("recurrent", "digit_rows", "rows", (read, end), {}, settings)


def along_time(random: Random) -> Design:
    """A one-dimensional convolution over the rows of a digit."""
    kind, channels = random.choice(ACTIVATIONS), random.choice([12, 16])
    steps = (
        step("Permute", dims=(0, 2, 1)),
        step("Conv1d", out_channels=channels, kernel_size=3, padding=1),
        step(kind),
        step("Conv1d", out_channels=channels, kernel_size=3, padding=1),
        step(kind),
        step("Flatten"),
        step("Linear", out_features=10),
    )
    return Design("convolution along time", "digit_rows", "rows", steps, {}, learned(random, 10, 64, "rows"))


def attention(random: Random) -> Design:
    """A small Transformer encoder over the rows of a digit."""
    width = random.choice([16, 24])
    steps = (
        step("Linear", out_features=width),
        random.choice([step("SinusoidalPositions"), step("LearnedPositions", max_length=8)]),
        step("TransformerEncoderLayer", nhead=4, dim_feedforward=2 * width, dropout=0.0),
        step("Mean", dim=(1,)),
        step("Linear", out_features=10),
    )
    rate = {"name": random.choice(["adam", "adamw"]), "lr": random.choice([0.005, 0.01])}
    settings = {**learned(random, 10, 64, "rows"), "training.optimizer": rate}
    return Design("attention", "digit_rows", "rows", steps, {}, settings)


def forecast(random: Random) -> Design:
    """A recurrent network that forecasts half a day of a series."""
    steps = (
        step(random.choice(["GRU", "LSTM"]), hidden_size=16),
        step("Linear", out_features=12, reads="last"),
    )
    rate = {"name": "adam", "lr": random.choice([0.005, 0.01])}
    split = {"train": 0.12, "validation": 0.03, "test": 0.85}
    settings = {**learned(random, 8, 64, "past"), "training.optimizer": rate, "data.split": split}
    return Design("forecast", "series", "past", steps, {"loss": "mse_loss"}, settings, "r2")


def clips(random: Random) -> Design:
    """A recurrent network that reads the frames of a clip."""
    steps = (
        step("Reshape", shape=(8, 256)),
        step("Linear", out_features=32),
        step("ReLU"),
        step("GRU", hidden_size=random.choice([24, 32])),
        step("Linear", out_features=10, reads="last"),
    )
    rate = {"name": "adam", "lr": 0.005}
    split = {"train": 0.15, "validation": 0.05, "test": 0.8}
    settings = {**learned(random, 10, 32, "clip"), "training.optimizer": rate, "data.split": split}
    return Design("clips", "moving_digits", "clip", steps, {"field": "label"}, settings)


def tokens(random: Random) -> Design:
    """A network that names the kind of each character of a line of Python."""
    steps = (
        step("Embedding", num_embeddings=98, embedding_dim=16),
        step("Permute", dims=(0, 2, 1)),
        step("Conv1d", out_channels=24, kernel_size=5, padding=2),
        step("ReLU"),
        step("Conv1d", out_channels=24, kernel_size=5, padding=2),
        step("ReLU"),
        step("Permute", dims=(0, 2, 1)),
        step("Linear", out_features=8),
    )
    rate = {"name": "adam", "lr": 0.005}
    split = {"train": 0.08, "validation": 0.02, "test": 0.9}
    settings = {**learned(random, 6, 32), "training.optimizer": rate, "data.split": split}
    return Design("tokens", "python_tokens", "text", steps, {"ignore_index": 0}, settings)


FAMILIES: Final[Mapping[str, Draw]] = {
    each.__name__: each
    for each in (
        *(table, regression, digit_perceptron, convolution, residual, autoencoder, convolutional_autoencoder),
        *(recurrent, along_time, attention, forecast, clips, tokens),
    )
}
