"""Settings to learn what is on board: AdamW along a cosine, standardised images, or tokens as they are."""

from __future__ import annotations

from collections.abc import Mapping

from presets.preset import Settings


def on_digits(
    *, epochs: int, lr: float, weight_decay: float, batch_size: int = 32, size: tuple[int, ...] | None = None
) -> Settings:
    """Settings to learn the handwritten digits, as they are or in another ``size``: AdamW along a cosine."""
    resized = () if size is None else ({"name": "resize", "field": "image", "size": size},)
    return _learning("digits", resized, epochs, lr, weight_decay, batch_size)


def on_shapes(
    *, epochs: int, lr: float, weight_decay: float, batch_size: int = 32, size: tuple[int, ...] | None = None
) -> Settings:
    """Settings to learn the drawn shapes of 3×32×32, as they are or in another ``size``: AdamW along a cosine."""
    resized = () if size in (None, (32, 32)) else ({"name": "resize", "field": "image", "size": size},)
    return _learning("shapes", resized, epochs, lr, weight_decay, batch_size)


def on_tokens(dataset: str, *, epochs: int, lr: float, weight_decay: float, batch_size: int = 64) -> Settings:
    """Settings to learn a text on board, whose tokens are numbers already: AdamW along a cosine."""
    return _training((), dataset, epochs, lr, weight_decay, batch_size)


def on_board(
    dataset: str,
    *,
    epochs: int,
    lr: float,
    weight_decay: float = 0.01,
    batch_size: int = 64,
    standardised: str = "",
    clip_norm: float | None = None,
    warmup: float = 0.0,
) -> Settings:
    """Settings to learn other data on board: AdamW along a cosine, one field ``standardised``, gradients clipped.

    The learning rate rises over the first ``warmup`` epochs.
    """
    transforms = ({"name": "standardise", "field": standardised},) if standardised else ()
    settings = _training(transforms, dataset, epochs, lr, weight_decay, batch_size)
    if clip_norm is not None:
        settings["training"]["clip_norm"] = clip_norm
    if warmup:
        settings["training"]["warmup"] = warmup
    return settings


def _learning(
    dataset: str,
    resized: tuple[Mapping[str, object], ...],
    epochs: int,
    lr: float,
    weight_decay: float,
    batch_size: int,
) -> Settings:
    transforms = (*resized, {"name": "standardise", "field": "image"})
    return _training(transforms, dataset, epochs, lr, weight_decay, batch_size)


def _training(
    transforms: tuple[Mapping[str, object], ...],
    dataset: str,
    epochs: int,
    lr: float,
    weight_decay: float,
    batch_size: int,
) -> Settings:
    return {
        "data": {"dataset": dataset} | ({"transforms": transforms} if transforms else {}) | {"batch_size": batch_size},
        "training": {
            "epochs": epochs,
            "optimizer": {"name": "adamw", "lr": lr, "weight_decay": weight_decay},
            "schedule": {"name": "cosine"},
        },
    }
