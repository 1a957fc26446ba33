"""The tab Inside with real events: choose a sample, a layer and a way of looking, and see what becomes of it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

import presets
from engine.graph import Graph
from engine.inside.looking.results import Dots, Heat, Lines
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.runs.catalogue import runs_folder
from gui.document import Document
from gui.inside.looking.arithmetic_view import short
from gui.inside.looking.colors import colored, limits_of
from gui.inside.looking.dots_view import DotsView
from gui.inside.looking.drawing import drawn
from gui.inside.looking.grid_view import GridView
from gui.inside.looking.heat_view import HeatView
from gui.inside.looking.inside_tab import InsideTab
from gui.inside.looking.lines_view import LinesView
from gui.inside.looking.nearest_view import NearestView
from gui.inside.results_page import ResultsPage
from gui.window import MainWindow
from tests.engine.test_inside import trained

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("looking") / "runs"
    trained(presets.build("lenet-5"), root / "lenet", 1)
    return root


@pytest.fixture
def page(qtbot: QtBot, runs: Path) -> Iterator[ResultsPage]:
    made = ResultsPage(Document(Graph("net")), root=runs)
    qtbot.addWidget(made)
    made.resize(1180, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.show_tab("Inside")
    qtbot.waitUntil(lambda: tab_of(made)._opened is not None, timeout=30_000)
    settle(qtbot, made)
    yield made
    made.close_background()


def tab_of(page: ResultsPage) -> InsideTab:
    tab = next(tab for tab in page.pages if isinstance(tab, InsideTab))
    assert isinstance(tab, InsideTab)
    return tab


def settle(qtbot: QtBot, page: ResultsPage) -> None:
    qtbot.waitUntil(lambda: not tab_of(page).busy, timeout=30_000)


def look(qtbot: QtBot, page: ResultsPage, method: str, layer: str = "") -> InsideTab:
    """Choose as a user does: the method in its list, the layer with a click."""
    tab = tab_of(page)
    row = next(row for row, one in enumerate(tab._methods) if one.id == method)
    tab.methods.setFocus()
    while tab.methods.currentIndex() != row:
        QTest.keyClick(tab.methods, Qt.Key.Key_Down if tab.methods.currentIndex() < row else Qt.Key.Key_Up)
    if layer:
        assert tab._opened is not None
        item = tab.layers.item([one.name for one in tab._opened.layers].index(layer))
        tab.layers.scrollToItem(item)
        QTest.mouseClick(tab.layers.viewport(), LEFT, pos=tab.layers.visualItemRect(item).center())
    settle(qtbot, page)
    return tab


def test_it_opens_with_maps_of_the_first_convolution_and_lists_all_layers(page: ResultsPage) -> None:
    tab = tab_of(page)
    assert tab.result.title.text() == "Feature maps · conv1"
    assert [tab.layers.item(row).text() for row in (0, 1, 12)] == [
        "image   1 × 32 × 32",
        "conv1   6 × 28 × 28",
        "fc3   10",
    ]
    assert isinstance(tab.result.stack.currentWidget(), GridView)
    assert "shape: 1 × 6 × 28 × 28" in tab.result.facts.text()
    assert tab.samples.list.count() == 270
    assert not tab.samples.list.item(0).icon().isNull()
    assert tab._opened is not None
    first = int(tab._opened.part.indices[0])
    assert tab.samples.list.item(0).text().startswith(f"sample {first + 1} · "), "as the tab Errors calls it"


def test_a_heat_map_lies_over_the_sample_with_numbers(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "grad-cam", "relu2")
    view = tab.result.stack.currentWidget()
    assert isinstance(view, HeatView)
    assert tab.result.title.text() == "Grad-CAM · relu2"
    assert "Colours from 0 to" in view.legend.toolTip()
    QTest.mouseMove(view.canvas, view.canvas._frames()[1].center().toPoint())
    assert view.said.text().startswith(("Row 16, column 16: ", "Row 15, column"))
    hidden, shown = QImage(), QImage()
    for value in (0, 100):
        view.opacity.setValue(value)
        hidden, shown = shown, view.canvas.grab().toImage()
    assert hidden != shown, "the sample shines through as far as one wants"


def test_the_colours_of_a_sample_do_not_mix_with_those_of_the_heat(qtbot: QtBot) -> None:
    view = HeatView()
    qtbot.addWidget(view)
    view.resize(600, 400)
    image = np.zeros((3, 8, 8), np.float32)
    image[0] = 1
    image[0, 0, 0] = 0  # red, but for a corner
    heat = Heat(image, np.eye(8, dtype=np.float32), False)
    view.show_result(heat, drawn(heat))
    with qtbot.waitExposed(view):
        view.show()
    view.opacity.setValue(0)
    seen = view.canvas.grab().toImage()
    left, right = (seen.pixelColor(frame.center().toPoint()) for frame in view.canvas._frames())
    assert left.saturation() > 200
    assert right.saturation() == 0


def test_integrated_gradients_show_that_they_add_up(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "integrated-gradients")
    facts = tab.result.facts.text()
    assert "completeness gap" in facts
    assert "sum of attributions" in facts
    assert not tab.layers.isEnabled(), "it needs no layer"
    assert not tab.result.progress.isVisible()


def test_another_sample_and_class_are_explained(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "saliency")
    before = tab.result.facts.text()
    tab.samples.list.setCurrentRow(7)
    settle(qtbot, page)
    assert tab.samples.number.value() == 8
    assert tab.samples.number.text() == "8 of 270"
    assert tab.result.facts.text() != before
    tab.target.setFocus()
    QTest.keyClicks(tab.target, "3")
    tab.target.activated.emit(tab.target.currentIndex())
    settle(qtbot, page)
    assert tab.result.facts.text().startswith("answer for 3: ")


def test_a_layer_that_does_not_suit_is_said_and_another_offered(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "grad-cam", "fc1")
    assert "Grad-CAM needs maps" in tab.result.hint.text()
    assert tab.result.offer.text() == "Look at pool2"
    QTest.mouseClick(tab.result.offer, LEFT)
    settle(qtbot, page)
    assert tab.result.title.text() == "Grad-CAM · pool2"
    assert isinstance(tab.result.stack.currentWidget(), HeatView)


def test_numbers_fit_their_cells() -> None:
    found = [short(value) for value in (2.06, -0.0075, 0.00075, -0.00075, 12345.0, 0.0, -0.0)]
    assert found == ["2.1", "-0.0075", "8e-4", "-8e-4", "1e+4", "0", "0"]


def test_where_no_layer_suits_that_is_said(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "templates", "fc1")
    said = "fc1 (Linear) is not a Linear layer that reads the input itself. This network has none."
    assert tab.result.hint.text() == said
    assert not tab.result.offer.isVisible()


def test_what_a_method_does_not_need_cannot_be_chosen(qtbot: QtBot, page: ResultsPage) -> None:
    assert not look(qtbot, page, "filters", "conv1").target.isEnabled()
    tab = look(qtbot, page, "occlusion")
    assert tab.target.isEnabled()
    patch = next(spin for spin in tab.options.findChildren(QSpinBox) if spin.accessibleName() == "Patch")
    assert patch.text() == "automatic"


def test_options_change_what_is_shown_and_stay(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "arithmetic", "conv2")
    spin = tab.options.findChildren(type(tab.samples.number))[0]
    assert spin.accessibleName() == "Channel"
    spin.setValue(3)
    settle(qtbot, page)
    words = tab.result.views["Arithmetic"].findChildren(type(tab.result.facts))[0].text()
    assert words.startswith("channel 3, row 5, column 5: ")
    assert words.count("The layer answers") == 1
    spin.setValue(40)
    settle(qtbot, page)
    assert tab.result.hint.text() == "The answer of this layer has the channels 0 to 15, and no 40."
    look(qtbot, page, "saliency")
    assert tab.options.isHidden()
    look(qtbot, page, "arithmetic")
    assert tab.options.values() == {"channel": 40}


def test_a_dot_and_a_neighbour_choose_their_sample(qtbot: QtBot, page: ResultsPage) -> None:
    tab = look(qtbot, page, "pca", "fc2")
    view = tab.result.stack.currentWidget()
    assert isinstance(view, DotsView)
    axes, dots = view._axes(), view._dots
    assert axes is not None
    assert dots is not None
    position = axes.point(*dots.points[20].tolist())
    found = view._at(position)
    QTest.mouseClick(view, LEFT, pos=QPoint(round(position.x()), round(position.y())))
    assert tab.samples.index == found
    settle(qtbot, page)
    assert view._dots is not None
    assert view._dots.chosen == found
    look(qtbot, page, "neighbours")
    nearest = tab.result.stack.currentWidget()
    assert isinstance(nearest, NearestView)
    item = nearest.item(2)
    wanted = item.data(Qt.ItemDataRole.UserRole)
    QTest.mouseClick(nearest.viewport(), LEFT, pos=nearest.visualItemRect(item).center())
    settle(qtbot, page)
    assert tab.samples.index == wanted


def test_a_long_look_shows_previews_and_can_be_cancelled(qtbot: QtBot, page: ResultsPage) -> None:
    tab = tab_of(page)
    tab.options._values["maximise"] = {"steps": 4096}
    shown = list[float]()
    tab.looker.stepped.connect(lambda step, _drawn: shown.append(step.done))
    tab.choose_method("maximise")
    qtbot.waitUntil(lambda: len(shown) >= 2, timeout=30_000)
    assert tab.result.progress.isVisible()
    assert shown == sorted(shown)
    QTest.mouseClick(tab.result.cancel, LEFT)
    settle(qtbot, page)
    count = len(shown)
    assert shown[-1] < 1
    assert not tab.result.cancel.isVisible()
    assert isinstance(tab.result.stack.currentWidget(), GridView), "what was found by then stays"
    assert len(shown) == count


def test_a_file_of_the_users_own_is_asked_about(qtbot: QtBot, page: ResultsPage, tmp_path: Path) -> None:
    tab = look(qtbot, page, "saliency")
    image = QImage(64, 64, QImage.Format.Format_Grayscale8)
    image.fill(0)
    for row in range(10, 54):
        for column in range(28, 36):
            image.setPixel(column, row, 0xFFFFFFFF)
    assert image.save(str(tmp_path / "one.png"))
    tab.ask_file(tmp_path / "one.png")
    qtbot.waitUntil(lambda: bool(tab._own), timeout=30_000)
    settle(qtbot, page)
    assert [tab.samples.list.item(row).text() for row in range(tab.samples.list.count())] == ["one.png"]
    assert isinstance(tab.result.stack.currentWidget(), HeatView)
    (tmp_path / "text.png").write_text("no image")
    tab.ask_file(tmp_path / "text.png")
    settle(qtbot, page)
    assert "text.png" in tab.result.hint.text()
    QTest.mouseClick(tab.samples.back, LEFT)
    settle(qtbot, page)
    assert tab.samples.list.count() == 270
    assert not tab.samples.back.isVisible()
    assert isinstance(tab.result.stack.currentWidget(), HeatView)


def test_the_weights_of_a_run_that_goes_on_are_those_of_the_moment(qtbot: QtBot, page: ResultsPage) -> None:
    tab = tab_of(page)
    control = Control()
    control.pause()
    trainer = Trainer(presets.build("lenet-5"), control=control)
    worker = threading.Thread(target=trainer.run)
    worker.start()
    assert control.wait_paused(30.0)
    said = list[str]()
    tab.message.connect(said.append)
    tab.moment = lambda folder: trainer.weights()
    assert not tab.follow.isVisible()
    page.look_again()
    assert not tab.busy
    tab._again()
    settle(qtbot, page)
    before = tab._opened
    assert tab.follow.isVisible()
    page.look_again()  # an epoch is over
    assert tab.result.stack.currentIndex() > 0, "what is shown stays until there is more"
    settle(qtbot, page)
    assert tab._opened is not before
    QTest.mouseClick(tab.follow, LEFT, pos=QPoint(8, tab.follow.height() // 2))
    page.look_again()
    assert not tab.busy
    control.stop()
    worker.join(30.0)
    assert tab._opened is not None
    assert said == [f"Looking at the weights after step {tab._opened.step:,}; the training continues."] * 2
    assert tab._opened.step == 0
    own = tab._opened.inspector.network.module.get_parameter("conv1.weight")
    assert tab._subject is not None
    stored = tab._subject.trained.network.module.get_parameter("conv1.weight")
    assert not torch.equal(own, stored)


@pytest.mark.parametrize("signed", [True, False])
def test_colours_keep_their_order_in_grey_and_zero_is_in_the_middle(signed: bool) -> None:
    values = np.linspace(-1 if signed else 0, 2, 33)
    limits = limits_of(values, signed)
    assert limits == ((-2, 2) if signed else (0, 2))
    shades = colored(values, limits, signed).astype(float) @ [0.2126, 0.7152, 0.0722]
    if signed:
        middle = colored(np.array([0.0]), limits, True)[0]
        assert middle.min() > 230, "zero is white"
    else:
        assert (np.diff(shades) >= 0).all()


def test_every_view_names_what_it_shows(qtbot: QtBot, page: ResultsPage) -> None:
    tab = tab_of(page)
    view = tab.result.views["Heat"]
    assert isinstance(view, HeatView)
    result = Heat(np.zeros((1, 4, 4)), np.eye(4) * 3, signed=False, unit="evidence")
    view.show_result(result, drawn(result))
    assert view.canvas.accessibleDescription() == "The largest value is 3 at row 0, column 0."
    assert "evidence" in view.legend.accessibleDescription()


def test_a_layer_selected_on_the_canvas_is_looked_into(
    qtbot: QtBot, windows: Callable[[], MainWindow], runs: Path
) -> None:
    shutil.copytree(runs / "lenet", runs_folder() / "lenet")
    window = windows()
    window.files.show_graph(presets.build("lenet-5"))
    node = window.document.graph.by_name("conv2")
    assert node is not None
    action = window.actions_table["canvas.look_inside"]
    assert not action.isEnabled()
    window.document.select([node.id])
    assert action.isEnabled()
    action.trigger()
    page = window.pages.results
    tab = tab_of(page)
    qtbot.waitUntil(lambda: tab._opened is not None and not tab.busy, timeout=30_000)
    assert page.tabs.currentWidget() is tab
    assert tab.result.title.text() == "Feature maps · conv2"
    window.pages.show_design()
    extra = window.document.graph.by_name("fc3")
    assert extra is not None
    window.document.select([extra.id])
    action.trigger()
    qtbot.waitUntil(lambda: tab.result.title.text() == "Feature maps · fc3" and not tab.busy, timeout=30_000)


def test_lines_and_named_vectors_are_told_apart_by_more_than_colour(qtbot: QtBot) -> None:
    lines = LinesView()
    qtbot.addWidget(lines)
    lines.resize(600, 300)
    heights = np.array([[0.0, -1.0, np.nan], [1.0, 2.0, 3.0]])
    found = Lines(np.arange(3), heights, ("rnn", "lstm"), ("time step", "norm"))
    lines.show_result(found, drawn(found))
    assert lines.accessibleDescription() == "rnn: from 0 to -1; lstm: from 1 to 3"
    assert not lines.grab().toImage().isNull()
    dots = DotsView()
    qtbot.addWidget(dots)
    dots.resize(600, 300)
    plain_dots = Dots(np.eye(2), np.arange(2), np.full(2, -1), (), ("x", "y"))
    dots.show_result(plain_dots, drawn(plain_dots))
    without = dots.grab().toImage()
    named = Dots(np.eye(2), np.arange(2), np.full(2, -1), (), ("x", "y"), None, ("alpha", "beta"))
    dots.show_result(named, drawn(named))
    assert dots.grab().toImage() != without
    with qtbot.assertNotEmitted(dots.chosen):
        axes = dots._axes()
        assert axes is not None
        qtbot.mouseClick(dots, LEFT, pos=axes.point(1, 0).toPoint())
