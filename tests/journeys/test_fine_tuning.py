"""Fine-tuning: published weights asked before and after; own images, their normalisation, a new head, frozen layers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

import presets
from engine.compile import compile_graph
from engine.edits import SetSetting
from engine.known_names import of_title
from engine.training.runs.folder import WEIGHTS
from engine.weights.names import published_name
from gui.inside.predict.predict_tab import PredictTab
from gui.window import MainWindow
from tests.gui.own_data_hand import OwnHand
from tests.journeys.conftest import Hand
from tests.journeys.test_first_evening import come_back, node_point, shown, tool

pytestmark = pytest.mark.journey
SLOW = 120_000
MEAN, STD = (0.5, 0.4, 0.3), (0.2, 0.25, 0.3)
PETS = ("cat", "dog", "owl")


def published(folder: Path) -> Path:
    """Weights of ten classes by the names they are published with, and what lies beside such a file."""
    folder.mkdir()
    graph = presets.build("cifar-resnet-20")
    torch.manual_seed(0)
    state = compile_graph(graph).state_dict()
    known = of_title(graph.name)
    assert known is not None
    torch.save({published_name(name, known.rules): value for name, value in state.items()}, folder / "net.pth")
    (folder / "config.json").write_text(json.dumps({"id2label": {str(n): f"thing {n}" for n in range(10)}}))
    (folder / "preprocessor_config.json").write_text(json.dumps({"image_mean": MEAN, "image_std": STD}))
    return folder / "net.pth"


def pets(folder: Path) -> Path:
    """Images of three pets, each of its own colour."""
    generator = np.random.default_rng(0)
    for channel, pet in enumerate(PETS):
        (folder / pet).mkdir(parents=True)
        for number in range(12):
            pixels = generator.integers(0, 100, (32, 32, 3), dtype=np.uint8)
            pixels[..., channel] += 120
            Image.fromarray(pixels).save(folder / pet / f"{number}.png")
    return folder


def pick(qtbot: QtBot, hand: Hand, window: MainWindow, menu: str, title: str) -> None:
    """Click an entry of the menu bar."""
    bar = window.menuBar()
    entry = next(action for action in bar.actions() if action.text().replace("&", "") == menu)
    hand.click(bar, bar.actionGeometry(entry).center())
    shown_menu = entry.menu()
    assert isinstance(shown_menu, QMenu)
    qtbot.waitUntil(shown_menu.isVisible, timeout=SLOW)
    wanted = next(action for action in shown_menu.actions() if action.text().replace("&", "") == title)
    assert wanted.isEnabled(), title
    hand.click(shown_menu, shown_menu.actionGeometry(wanted).center())
    qtbot.waitUntil(lambda: not shown_menu.isVisible(), timeout=SLOW)


def asked(qtbot: QtBot, window: MainWindow, own: OwnHand, image: Path) -> list[str]:
    """Drop an image on the tab *Predict*; the names on its bars."""
    results = window.pages.results
    qtbot.waitUntil(lambda: results.subject is not None and not results.background.busy, timeout=SLOW)
    tab = results.tabs.currentWidget()
    assert isinstance(tab, PredictTab)
    qtbot.waitUntil(lambda: not tab.busy, timeout=SLOW)
    own.drop_into(tab, image)
    qtbot.waitUntil(lambda: not tab.busy and bool(tab.answers.predictions), timeout=SLOW)
    return [one.rpartition(" ")[0].rpartition(" ")[0] for one in tab.answers.bars.accessibleDescription().split("; ")]


def test_published_weights_learn_the_users_own_classes(qtbot: QtBot, hand: Hand, tmp_path: Path) -> None:
    weights, own_images = published(tmp_path / "theirs"), pets(tmp_path / "pets")
    window = shown(qtbot)
    own = OwnHand(qtbot, window)
    hand.click(window.start.gallery.bar.words)
    hand.type("cifar resnet-20")
    hand.key("Return")
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.design, timeout=SLOW)
    document = window.document

    # weights of the network as it was published
    hand.key("ctrl+shift+l")
    qtbot.waitUntil(lambda: window.commands.weights.dialog is not None, timeout=SLOW)
    dialog = window.commands.weights.dialog
    assert dialog is not None
    hand.click(dialog.file)
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QFileDialog)), timeout=SLOW)
    chooser = dialog.findChildren(QFileDialog)[0]
    qtbot.waitUntil(chooser.isActiveWindow, timeout=SLOW)
    hand.type(str(weights))
    hand.key("Return")
    qtbot.waitUntil(lambda: dialog.report is not None, timeout=SLOW)
    assert dialog.summary.text() == "107 of 107 tensors are placed by their names."
    hand.click(dialog.load)
    qtbot.waitUntil(lambda: "weights" in document.project.settings["training"], timeout=SLOW)
    come_back(qtbot, window)
    assert "ask it on the Results page (Predict)" in window.status.currentMessage()

    # asked before anything is trained
    hand.click(tool(window, "page.results"))
    assert asked(qtbot, window, own, own_images / "cat" / "0.png") == [f"thing {n}" for n in range(10)]

    # the user's own images, normalised as the weights expect, and a new head for their classes
    assert own.drop(own_images)
    page = own.settle()
    hand.click(page.use.use)
    qtbot.waitUntil(lambda: own.source is not None, timeout=SLOW)
    pick(qtbot, hand, window, "Canvas", "New Head")
    qtbot.waitUntil(
        lambda: page.use.problem is not None and page.use.problem.code == "weights-normalization", timeout=SLOW
    )
    qtbot.waitUntil(lambda: bool(page.use.fixes.buttons), timeout=SLOW)
    hand.click(page.use.fixes.buttons[0])
    normalised = tuple(255 * one for one in MEAN)
    qtbot.waitUntil(lambda: document.project.settings["data"]["transforms"][-1].get("mean") == normalised, timeout=SLOW)

    # frozen up to a layer, which is seen on the canvas
    hand.click(tool(window, "page.design"))
    qtbot.waitUntil(lambda: window.pages.drawing, timeout=SLOW)
    hand.click(window.view.viewport(), node_point(window, "stage2"))
    qtbot.waitUntil(lambda: len(document.selection) == 1, timeout=SLOW)
    pick(qtbot, hand, window, "Canvas", "Freeze Up to Here")
    looks = {document.graph.node(key).name: item.look for key, item in window.view.canvas.nodes.items()}
    frozen = {name for name, look in looks.items() if look.frozen}
    assert {"stem", "stage1", "stage2"} <= frozen
    assert not frozen & {"stage3", "fc1"}
    assert looks["stage2"].summary.startswith("❄ frozen")

    # a little training
    document.apply(SetSetting(("training", "epochs"), 6))
    hand.click(tool(window, "train.start"))
    qtbot.waitUntil(lambda: window.pages.running, timeout=SLOW)
    qtbot.waitUntil(lambda: not window.pages.running, timeout=SLOW)
    run = window.pages.training.run
    assert run.host is not None
    assert run.host.result is not None
    assert run.host.result.state == "finished", run.host.result
    assert run.folder is not None
    assert (run.folder / WEIGHTS).is_file()

    # and it knows the user's classes
    hand.click(tool(window, "page.results"))
    qtbot.waitUntil(lambda: window.pages.results.subject is not None and window.pages.results.subject.run is not None,
                    timeout=SLOW)  # fmt: skip
    assert asked(qtbot, window, own, own_images / "owl" / "3.png") == [*PETS]
    window.close()
