"""Attention over patches, laid over the image that they were cut from."""

from __future__ import annotations

from collections.abc import Iterator

from torch import nn

from engine.inside.looking.attending import maps as attention
from engine.inside.looking.attribution import is_image
from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Heat

MOST_HEADS = 64


def refuses(question: Question) -> str:
    """It needs a layer with attention, and an image as input."""
    if why := attention.refuses(question):
        return why
    if not any(is_image(value) for value in question.the_sample().batch.values()):
        return "This shows where a network looks in an image, and this sample is none: see Attention."
    return ""


def compute(question: Question) -> Iterator[Step]:
    """The weights of the first step where it is no patch (a class token), else the mean of all steps, by patches."""
    layer, batch = question.the_layer(), question.the_sample().batch
    looked, titles = attention.of_calls(question)
    wanted, name = int(question.number("head")), next(one for one, value in batch.items() if is_image(value))
    heads = [one for found in looked for one in found]
    if wanted > len(heads):
        raise LookingError("layer", f"{layer.name} has {len(heads)} heads: choose one of them.")
    weights = heads[wanted - 1] if wanted else looked[-1].mean(0)
    image = batch[name][0]
    steps, (height, width) = weights.shape[1], image.shape[1:]
    size, extra = _patches(steps, height, width)
    row = weights[0, extra:] if extra else weights.mean(0)
    heat = nn.functional.interpolate(row.reshape(1, 1, *size), (height, width), mode="nearest")[0, 0]
    whose = "the class token" if extra else "all patches, mean"
    head = titles[wanted - 1] if wanted else f"mean of the {len(looked[-1])} heads of the last one"
    facts = (
        ("patches", f"{size[0]} × {size[1]}"),
        ("looked from", whose),
        ("head", head),
        ("largest", f"{100 * float(row.max()):.1f} %"),
        ("all alike", f"{100 / row.numel():.1f} %"),
    )
    yield Step(1.0, Heat(image.numpy(force=True), heat.numpy(force=True), False, f"attention from {whose}"), facts)


def _patches(steps: int, height: int, width: int) -> tuple[tuple[int, int], int]:
    """How many patches an image is cut into, down and across, and how many steps before them are none: 0 or 1.

    Raises LookingError where no patches of one size make so many steps.
    """
    for extra in (0, 1):
        for down in range(1, steps + 1):
            across, left = divmod(steps - extra, down)
            if across and not left and height % down == 0 == width % across and height // down == width // across:
                return (down, across), extra
    raise LookingError(
        "layer",
        f"This layer looks at {steps:,} steps, and an image of {height} × {width} cannot be cut into as many square "
        "patches: see Attention.",
    )


METHOD = Method(
    id="attention-on-image",
    title="Attention on the image",
    help="Where a Transformer of patches looks, laid over the image (Dosovitskiy et al. 2020, arXiv:2010.11929).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
    options=(
        Option("head", "Head", "one head, counted as Attention shows them", 0, low=0, high=MOST_HEADS, lowest="mean"),
    ),
)
