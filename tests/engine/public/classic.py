"""What is drawn with blocks for the golden sources, with data."""

from __future__ import annotations

from tests.engine.classics import densenet_121, googlenet
from tests.engine.classics_images import efficientnet_b0, siamese, vae
from tests.engine.classics_sequences import gpt2, wavenet
from tests.engine.public.architecture import labels, numbers, public, target, tokens
from tests.engine.public.parts import CUT, IMAGENET

IMAGES = 1_281_167

public(IMAGENET, weights=7_978_856, samples=IMAGES)(densenet_121)
public(IMAGENET, weights=13_378_280, samples=IMAGES)(googlenet)
public(IMAGENET, weights=5_288_548, samples=IMAGES)(efficientnet_b0)
public({"image": numbers(1, 28, 28, low=0.0)}, weights=652_824)(vae)
public({"left": numbers(1, 28, 28), "right": numbers(1, 28, 28), "same": target(numbers(1, low=0.0))}, hints=CUT)(
    siamese
)
public(
    {"tokens": tokens(1024, of=50257), "next": labels(50257, 1024)},
    weights=124_439_808,
    samples=IMAGES,
)(gpt2)
public({"sound": numbers(1, 4096, low=-1.0), "level": labels(256, 4096)}, weights=197_504)(wavenet)
