"""U-Nets of any depth, for images of any size: with 2×2 pooling an odd size comes back one short."""

from __future__ import annotations

from typing import Any, Literal

from engine.graph import Graph


def unet(size: int, levels: int, join: Literal["Concat", "Add"], up: Literal["ConvTranspose2d", "Upsample"]) -> Graph:
    """Ronneberger et al. 2015, https://arxiv.org/abs/1505.04597, with padded convolutions and few channels."""
    graph = Graph("U-Net")

    def along(last: str, kind: str, name: str, **parameters: Any) -> str:
        node = graph.add(kind, name=name, **parameters)
        graph.connect(last, node)
        return node

    def double(last: str, name: str, width: int) -> str:
        for part in ("a", "b"):
            last = along(last, "Conv2d", f"{name}{part}", out_channels=width, kernel_size=3, padding=1)
            last = along(last, "ReLU", f"{name}{part}_relu")
        return last

    last = graph.add("Input", name="image", shape=(1, size, size))
    skips = []
    for level in range(levels):
        last = double(last, f"down{level}", 4 * 2**level)
        skips.append(last)
        last = along(last, "MaxPool2d", f"pool{level}", kernel_size=2)
    last = double(last, "bottom", 4 * 2**levels)
    for level in reversed(range(levels)):
        width = 4 * 2**level
        if up == "ConvTranspose2d":
            last = along(last, "ConvTranspose2d", f"up{level}", out_channels=width, kernel_size=2, stride=2)
        else:
            last = along(last, "Upsample", f"up{level}", scale_factor=2.0)
            last = along(last, "Conv2d", f"narrow{level}", out_channels=width, kernel_size=3, padding=1)
        joined = graph.add(join, name=f"join{level}")
        graph.connect(skips[level], joined)
        graph.connect(last, joined)
        last = double(joined, f"back{level}", width)
    last = along(last, "Conv2d", "mask", out_channels=2, kernel_size=1)
    along(last, "Output", "y", class_axis=1)
    return graph
