"""The published networks' small variants learn: a table of scores, masks, codes, and what shortcuts are good for."""

from __future__ import annotations

from pathlib import Path

import pytest

import presets
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.settings.resolution import resolve_settings
from engine.training.loop import Trainer
from tests.benchmarks.tables import table

GOALS = {
    "alexnet-small": 0.93,
    "vgg-11-small": 0.9,
    "googlenet-small": 0.85,
    "densenet-121-small": 0.95,
    "mobilenet-v1-small": 0.85,
    "efficientnet-b0-small": 0.88,
    "convnext-tiny-small": 0.93,
    "resnet-50-small": 0.93,
    "cifar-resnet-20-small": 0.95,
    "conv-1d-classifier": 0.94,
}
"""The least test accuracy of one seed. More networks are compared in `test_memorising`."""


def trained(name: str, folder: Path, epochs: int = 0) -> dict[str, float]:
    """The scores of a run on the test part."""
    graph = presets.build(name)
    if epochs:
        SetSetting(("training", "epochs"), epochs).apply(graph)
    return dict(Trainer(graph, folder / "run").run().test)


@pytest.mark.slow
@pytest.mark.parametrize("name", GOALS)
def test_a_small_variant_learns(name: str, tmp_path: Path) -> None:
    accuracy = trained(name, tmp_path)["accuracy"]
    table("Test accuracy of small variants", [["preset", "accuracy", "goal"], [name, f"{accuracy:.4f}", GOALS[name]]])
    assert accuracy >= GOALS[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["u-net-small", "dilated-u-net-small"])
def test_a_u_net_finds_the_drawn_shapes(name: str, tmp_path: Path) -> None:
    iou = trained(name, tmp_path)["iou"]
    table("Masks", [["preset", "IoU"], [name, f"{iou:.4f}"]])
    assert iou >= 0.9


@pytest.mark.slow
def test_the_autoencoder_remembers_more_of_a_digit_than_as_many_principal_components(tmp_path: Path) -> None:
    from sklearn.decomposition import PCA

    graph = presets.build("convolutional-autoencoder")
    error = Trainer(graph, tmp_path / "run").run().test["loss"]
    settings = resolve_settings(graph)
    assert isinstance(settings, tuple)
    data = prepare(settings[0])
    seen, unseen = (part.tensors["image"].flatten(1).numpy() for part in (data.train, data.test))
    linear = PCA(n_components=8).fit(seen)
    of_pca = float(((linear.inverse_transform(linear.transform(unseen)) - unseen) ** 2).mean())
    rows = [["code of 8", "mean square error"], ["autoencoder", f"{error:.4f}"], ["PCA", f"{of_pca:.4f}"]]
    table("Reconstruction of digits", rows)
    assert error < of_pca


@pytest.mark.slow
def test_depth_without_shortcuts_learns_visibly_slower(tmp_path: Path) -> None:
    losses = {name: trained(f"{name}-small", tmp_path / name, 2)["loss"] for name in ("cifar-resnet-56", "plain-56")}
    table("Two epochs of drawn shapes", [["preset", "test loss"], *([key, f"{v:.4f}"] for key, v in losses.items())])
    assert losses["plain-56"] > 2 * losses["cifar-resnet-56"]
