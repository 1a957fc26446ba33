"""Feature visualization: an image, made from noise, to which a channel or unit of a layer answers most."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from engine.inside.looking.attribution import is_image
from engine.inside.looking.errors import LookingError
from engine.inside.looking.inspector import Start
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Grid
from engine.seeds import derive

FEW: Final = 8
"""Training samples with whose answers it is compared."""
AIMS: Final = ("whole channel", "middle")
PREVIEW: Final = 16
"""Steps between two previews; the first comes after a quarter of them."""


def refuses(question: Question) -> str:
    """It needs one image as input, and a layer that answers numbers with a channel or unit on axis 1."""
    layer, inputs = question.the_layer(), question.inspector.network.inputs
    if len(inputs) != 1 or not is_image(question.inspector.usual(inputs[0])):
        return "Such an image can be made only for a network whose one input is an image."
    if layer.dtype != "float32" or len(layer.shape) < 2 or layer.type == "Input":
        return f"{layer.name} ({layer.type}) has no channels that could be made to answer."
    return ""


def compute(question: Question) -> Iterator[Step]:
    """Adam on the pixels for mean activation − l2 · mean x² − tv · total variation, with jitter and blur."""
    layer, (name,) = question.the_layer(), question.inspector.network.inputs
    channel = int(question.number("channel"))
    if channel >= layer.shape[layer.unit_axis]:
        last = layer.shape[layer.unit_axis] - 1
        raise LookingError("option", f"{layer.name} has the channels 0 to {last}, and no {channel}.")
    known = question.inspector.usual(name)
    low, high, spread = float(known.min()), float(known.max()), float(known.std()) or 1.0
    with torch.no_grad():
        common = _answer(question, name, known[:FEW], channel)
    scale = max(float(common.abs().max()), 1e-12)  # regularisers count the same whatever the scale of the layer
    generator = torch.Generator().manual_seed(derive(int(question.number("seed")), "maximise", channel))
    noise = torch.randn(known[:1].shape, generator=generator).to(known)
    image = known.mean(0, keepdim=True) + 0.1 * spread * noise
    image = image.detach().requires_grad_()
    optimizer = torch.optim.Adam([image], lr=question.number("rate") * spread)
    steps, jitter, blur = (int(question.number(name)) for name in ("steps", "jitter", "blur"))
    for number in range(1, steps + 1):
        moved = image
        if jitter:
            down, right = torch.randint(-jitter, jitter + 1, (2,), generator=generator).tolist()
            moved = image.roll((down, right), (2, 3))
        answer = _answer(question, name, moved, channel)[0]
        size, rough = (image / spread).square().mean(), _variation(image / spread)
        loss = question.number("l2") * size + question.number("tv") * rough - answer / scale
        (image.grad,) = torch.autograd.grad(loss, [image])
        optimizer.step()
        with torch.no_grad():
            image.clamp_(low, high)
            if blur and number % blur == 0 and number < steps:
                image.copy_(blurred(image))
        if number == steps or number % PREVIEW == 0 or number == PREVIEW // 4:
            with torch.no_grad():
                reached = float(_answer(question, name, image, channel))
            yield Step(
                number / steps,
                _shown(image.detach(), low, high, channel),
                (
                    ("activation", f"{reached:.4g}"),
                    (f"largest of {len(common)} samples", f"{float(common.max()):.4g}"),
                    ("step", f"{number} of {steps}"),
                ),
            )


def _answer(question: Question, name: str, image: Tensor, channel: int) -> Tensor:
    """(N,): what the channel answers to images, the mean over all positions or the one in the middle.

    Gradients reach the images where they are asked for.
    """
    layer = question.the_layer()
    done = question.inspector.run({}, [layer.id], starts={Start(name): image}, gradients=torch.is_grad_enabled())
    each = done.values[layer.id].select(layer.unit_axis, channel)
    if question.choice("aim") == AIMS[0]:
        return each.reshape(len(each), -1).mean(1)
    for _ in range(each.dim() - 1):
        each = each.select(1, each.shape[1] // 2)
    return each


def _variation(image: Tensor) -> Tensor:
    """The mean size of the steps between neighbours (anisotropic total variation)."""
    total = torch.zeros(())
    for axis in (2, 3):
        if image.shape[axis] > 1:
            total = total + image.diff(dim=axis).abs().mean()
    return total


def blurred(image: Tensor) -> Tensor:
    """The image after a 3 × 3 binomial filter, edges repeated."""
    weights = torch.tensor([1.0, 2.0, 1.0]).to(image) / 4
    kernel = (weights[:, None] * weights[None]).expand(image.shape[1], 1, 3, 3)
    return functional.conv2d(functional.pad(image, (1, 1, 1, 1), mode="replicate"), kernel, groups=image.shape[1])


def _shown(image: Tensor, low: float, high: float, channel: int) -> Grid:
    one = image[0]
    scaled = ((one - low) / max(high - low, 1e-12)).numpy(force=True)
    if len(one) == 1:
        scaled = np.repeat(scaled, 3, axis=0)
    if len(scaled) == 3:
        unit = f"the lowest value of the data ({low:.3g}) is black, the highest ({high:.3g}) bright"
        return Grid(scaled[None], (f"channel {channel}",), False, unit)
    titles = tuple(f"channel {channel}, input {index}" for index in range(len(one)))
    return Grid(one.numpy(force=True).copy(), titles, low < 0, "input as the network has it")


METHOD = Method(
    id="maximise",
    title="Image that maximises a channel",
    help="An image made from noise to excite a channel (Olah et al. 2017, Feature Visualization, Distill).",
    needs=frozenset({"layer", "part"}),
    refuses=refuses,
    compute=compute,
    options=(
        Option("channel", "Channel", "which channel or unit, from 0", 0, low=0, high=100_000),
        Option("aim", "Aim", "the mean over all positions, or the one in the middle", AIMS[0], AIMS),
        Option("steps", "Steps", "steps of Adam", 128, low=1, high=4096),
        Option("rate", "Rate", "how far a step goes, in standard deviations of the data", 0.05, low=0.0001, high=10),
        Option("jitter", "Jitter", "pixels by which the image is moved at random before each step", 2, low=0, high=64),
        Option("blur", "Blur every", "steps between two blurs; 0: none", 8, low=0, high=4096),
        Option("tv", "Total variation", "how much steps between neighbours cost: smooth images", 0.1, low=0, high=100),
        Option("l2", "Norm", "how much the size of the numbers costs", 0.01, low=0, high=100),
        Option("seed", "Seed", "another one begins with other noise", 0, low=0, high=2**31),
    ),
)
