"""What lies beside weights: how images are normalised for them, and what their classes are called."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.compile import compile_graph
from engine.data import sources
from engine.data.pipeline import prepare
from engine.edits import SetSetting
from engine.problems import find
from engine.settings.resolution import resolve_settings
from engine.weights import match
from engine.weights.beside import Beside, beside, expected
from engine.weights.chosen import choose, images_of
from engine.weights.normalization import differs, normalize
from gui.cli import main
from gui.document import Document
from gui.weights.weights_dialog import WeightsDialog
from gui.window import MainWindow
from presets.fitting import fitted

MEAN, STD = (0.5, 0.25, 0.75), (0.2, 0.3, 0.4)
NETWORK = "squeezenet-1.1-small:input=3x32x32"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Weights of four classes with the files beside them, and images of three pets."""
    monkeypatch.chdir(tmp_path)
    generator = np.random.default_rng(0)
    for pet in ("cat", "dog", "owl"):
        (tmp_path / "pets" / pet).mkdir(parents=True)
        for number in range(6):
            pixels = generator.integers(0, 256, (32, 32, 3), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "pets" / pet / f"{number}.png")
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    module = compile_graph(presets.open_what(f"{NETWORK},classes=4")[0])
    torch.save(module.state_dict(), theirs / "w.pth")
    (theirs / "config.json").write_text(json.dumps({"id2label": {str(n): f"thing {n}" for n in range(4)}}))
    (theirs / "preprocessor_config.json").write_text(json.dumps({"image_mean": MEAN, "image_std": STD}))
    return tmp_path


def test_files_beside_weights_are_read_and_those_of_others_say_nothing(tmp_path: Path) -> None:
    weights = tmp_path / "w.pth"
    assert beside(weights) == Beside()
    assert expected(weights, "AlexNet", 1000).mean == (0.485, 0.456, 0.406)
    assert expected(weights, "AlexNet", 10).mean == expected(weights, "", 1000).mean == ()
    (tmp_path / "config.json").write_text("{not json")
    (tmp_path / "classes.txt").write_text("tench\ngoldfish\n\n")
    assert beside(weights).classes == ("tench", "goldfish")
    (tmp_path / "classes.txt").unlink()
    (tmp_path / "imagenet_class_index.json").write_text(json.dumps({"1": ["n2", "goldfish"], "0": ["n1", "tench"]}))
    assert beside(weights).classes == ("tench", "goldfish")
    (tmp_path / "config.json").write_text(
        json.dumps({"pretrained_cfg": {"mean": MEAN, "std": STD}, "label_names": ["a"]})
    )
    assert beside(weights) == Beside(("a",), MEAN, STD, "config.json beside w.pth")
    (tmp_path / "config.json").write_text(json.dumps({"mean": MEAN, "std": (0.0, 1.0, 1.0), "id2label": {"0": 7}}))
    assert beside(weights).mean == ()


def test_half_of_what_is_expected_is_not_proposed(folder: Path) -> None:
    graph, _ = fitted(NETWORK, sources.describe(folder / "pets"))
    choose(match(graph, folder / "theirs" / "w.pth"), partial=True).apply(graph)
    stored = graph.settings["training"]["weights"]
    assert differs(graph, images_of(graph))
    for wrong in ({"std": (0.5,)}, {"mean": ()}, {"std": (0.0, 1.0, 1.0)}, {"mean": "much"}):
        SetSetting(("training", "weights"), {**stored, **wrong}).apply(graph)
        assert images_of(graph).mean == ()
        assert "weights-normalization" not in {problem.code for problem in find(graph)}


def test_images_are_normalised_by_given_values(folder: Path) -> None:
    graph, _ = fitted(NETWORK, sources.describe(folder / "pets"))
    wanted = Beside((), MEAN, STD, "somewhere")
    assert differs(graph, wanted)
    before = project.to_bytes(graph)
    undo = normalize(graph, wanted).apply(graph)
    assert not differs(graph, wanted)
    settings = resolve_settings(graph)
    assert isinstance(settings, tuple)
    data = prepare(settings[0], torch.device("cpu"))
    raw = torch.from_numpy(np.asarray(data.raw["image"][:]))[data.train.indices]
    mean, std = (torch.tensor(values).view(1, 3, 1, 1) for values in (MEAN, STD))
    torch.testing.assert_close(data.train.values("image"), (raw / 255 - mean) / std)
    undo.apply(graph)
    assert project.to_bytes(graph) == before


def test_a_mean_for_each_channel_and_a_deviation_are_needed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", NETWORK, "net.loom", "--data", "pets"]) == 0
    for values, words in (
        ({"mean": [1.0, 2.0], "std": [1.0, 2.0]}, "has 2 means, but 'image' has 3 channels"),
        ({"mean": [1.0, 2.0, 3.0]}, "mean and std together"),
    ):
        entry = json.dumps([{"name": "standardise", "field": "image", **values}])
        assert main(["train", "net.loom", "--set", f"data.transforms={entry}", "--run-dir", "no"]) == 2
        assert words in capsys.readouterr().err


def test_the_command_line_says_and_does_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = ["train", NETWORK, "--data", "pets", "--weights", "theirs/w.pth", "--new-head", "--epochs", "0"]
    assert main([*told, "--run-dir", "a"]) == 0
    assert "mean (0.5, 0.25, 0.75)" in capsys.readouterr().err
    assert main([*told, "--run-dir", "b", "--normalize"]) == 0
    (only,) = project.load(Path("b/project.loom")).settings["data"]["transforms"]
    assert only["mean"] == (127.5, 63.75, 191.25)


def test_a_network_without_data_names_the_five_likeliest(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["predict", f"{NETWORK},classes=4", "--weights", "theirs/w.pth", "pets/cat/0.png", "--json"]
    project.save(_without_data(f"{NETWORK},classes=4"), Path("net.loom"))
    asked[1] = "net.loom"
    assert main(asked) == 0
    said = capsys.readouterr()
    assert {one["name"] for one in json.loads(said.out)[0]["answers"]} == {f"thing {n}" for n in range(4)}
    assert "preprocessor_config.json beside w.pth" in said.err
    Path("theirs/config.json").unlink()
    assert main(asked) == 0
    assert json.loads(capsys.readouterr().out)[0]["answers"][0]["name"].startswith("class ")
    Path("names.json").write_text(json.dumps({"id2label": {str(n): f"pet {n}" for n in range(4)}}))
    assert main([*asked, "--classes", "names.json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["answers"][0]["name"].startswith("pet ")
    Path("names.json").write_text('["one"]')
    assert main([*asked, "--classes", "names.json"]) == 0
    assert "names of classes are not taken: they are 1, but the network has 4" in capsys.readouterr().err
    Path("names.json").write_text("{}")
    assert main([*asked, "--classes", "names.json"]) == 2
    assert "names.json is not a list of classes" in capsys.readouterr().err


def _without_data(what: str) -> project.Graph:
    graph, _ = presets.open_what(what)
    graph.settings["data"] = {}
    return graph


def test_the_data_page_and_the_training_page_propose_them(
    qtbot: QtBot, folder: Path, windows: Callable[[], MainWindow]
) -> None:
    window = windows()
    graph, _ = fitted(NETWORK, sources.describe(folder / "pets"))
    choose(match(graph, folder / "theirs" / "w.pth"), partial=True).apply(graph)
    window.document.open_graph(graph)
    before = project.to_bytes(graph)
    window.pages.show_data()
    use = window.pages.data.use
    qtbot.waitUntil(lambda: bool(use.fixes.buttons), timeout=60_000)
    assert "expect images normalised by mean (0.5, 0.25, 0.75)" in use.misfit.text()
    qtbot.mouseClick(use.fixes.buttons[0], Qt.MouseButton.LeftButton)
    wanted = (127.5, 63.75, 191.25)
    assert window.document.project.settings["data"]["transforms"][-1]["mean"] == wanted
    qtbot.waitUntil(use.misfit.isHidden, timeout=60_000)
    window.document.history.undo()
    assert project.to_bytes(window.document.project) == before
    window.pages.show_training()
    panel = window.pages.training.settings.beginning
    qtbot.waitUntil(panel.normalize.isVisible, timeout=60_000)
    qtbot.mouseClick(panel.normalize, Qt.MouseButton.LeftButton)
    assert window.document.project.settings["data"]["transforms"][-1]["mean"] == wanted
    qtbot.waitUntil(panel.normalize.isHidden, timeout=60_000)


def test_the_dialog_proposes_the_values(qtbot: QtBot, folder: Path) -> None:
    graph, _ = fitted(NETWORK, sources.describe(folder / "pets"))
    document = Document(graph)
    before = project.to_bytes(graph)
    dialog = WeightsDialog(document)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(dialog)
    dialog.open()
    dialog.look(folder / "theirs" / "w.pth")
    qtbot.waitUntil(lambda: dialog.report is not None)
    assert dialog.normalize.isVisible()
    assert "mean (0.5, 0.25, 0.75)" in dialog.normalize.toolTip()
    qtbot.keyClick(dialog.partial, Qt.Key.Key_Space)
    qtbot.keyClick(dialog.normalize, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.load, Qt.MouseButton.LeftButton)
    assert document.project.settings["data"]["transforms"][-1]["mean"] == (127.5, 63.75, 191.25)
    document.history.undo()
    assert project.to_bytes(document.project) == before
