"""Grad-CAM: which positions of a layer's maps speak for the answer."""

from __future__ import annotations

from collections.abc import Iterator

import torch

from engine.inside.looking.attribution import explained, is_image, score_facts
from engine.inside.looking.errors import LookingError
from engine.inside.looking.method import Method, Question, Step
from engine.inside.looking.results import Heat


def refuses(question: Question) -> str:
    """It needs maps (N, C, H, W) of a layer, and an image as input."""
    layer = question.the_layer()
    if not layer.is_image or layer.dtype != "float32":
        size = " × ".join(map(str, layer.shape))
        return f"{layer.name} answers {size}: Grad-CAM needs maps (N, C, H, W), as convolutions give them."
    if not any(is_image(value) for value in question.the_sample().batch.values()):
        return "Grad-CAM shows what counts in an image, and this sample is none."
    return ""


def compute(question: Question) -> Iterator[Step]:
    """ReLU(Σₖ αₖ Aₖ), αₖ the mean of ∂score/∂Aₖ over the map, stretched to the image (bilinear)."""
    known = explained(question, tokens=False)
    yield Step(0.3)
    layer, batch = question.the_layer(), question.the_sample().batch
    done = question.inspector.run(batch, [layer.id], gradients=True)
    maps = done.values[layer.id]
    (score,) = known.target.score(question.trained, done.answers)
    (gradient,) = torch.autograd.grad(score, maps, allow_unused=True) if score.requires_grad else (None,)
    if gradient is None:
        raise LookingError("layer", f"The answer does not depend on {layer.name}: choose a layer on the way to it.")
    weights = gradient.mean((2, 3), keepdim=True)
    cam = (weights * maps.detach()).sum(1, keepdim=True).relu()
    name = next(name for name in question.inspector.network.inputs if is_image(batch[name]))
    image = batch[name][0]
    heat = torch.nn.functional.interpolate(cam, image.shape[1:], mode="bilinear", align_corners=False)[0, 0]
    unit = f"evidence for {known.target.name(question.trained)}"
    note = "" if float(cam.max()) > 0 else "No position of this layer speaks for this answer."
    facts = (*score_facts(question, known), ("size of the maps", f"{maps.shape[2]} × {maps.shape[3]}"))
    yield Step(1.0, Heat(image.numpy(force=True), heat.numpy(force=True), False, unit), facts, note)


METHOD = Method(
    id="grad-cam",
    title="Grad-CAM",
    help="Where a convolution sees what speaks for the answer (Selvaraju et al. 2017, arXiv:1610.02391).",
    needs=frozenset({"sample", "layer", "target"}),
    refuses=refuses,
    compute=compute,
)
