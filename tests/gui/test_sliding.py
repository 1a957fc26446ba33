"""Layers in motion: the dialog with real events, its pictures of every kind, and the ways that lead to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QSizeF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.graph import Graph
from engine.sliding.example import made_up
from engine.sliding.sliding import KINDS, Sliding
from gui.app import build_window
from gui.diagrams.moving import Subject
from gui.diagrams.moving import moving as made
from gui.drawing.formats import picture as pixels
from gui.drawing.formats import svg
from gui.explanation import Explanation
from gui.motion import motion
from gui.sliding.dialog import SlidingDialog
from gui.sliding.moving import MovingWindow
from gui.sliding.pictures.views import TITLES, View
from gui.sliding.player import Player
from gui.sliding.stills import still
from gui.sliding.subject import Numbers, of_kind
from gui.window import MainWindow
from tests.each import each

Opened = Callable[..., SlidingDialog]


@pytest.fixture
def opened(qtbot: QtBot) -> Opened:
    """Opens the dialog of a layer, with its numbers."""

    def opening(type_name: str = "Conv2d", sizes: tuple[int, ...] | None = None, **parameters: object) -> SlidingDialog:
        dialog = SlidingDialog(of_kind(type_name, parameters or None, sizes))
        qtbot.addWidget(dialog)
        dialog.resize(1200, 720)
        dialog.show()
        if dialog.stage.shown.sliding.steps:
            qtbot.waitUntil(lambda: dialog.stage.shown.example is not None)
        return dialog

    return opening


def point(dialog: SlidingDialog, where: str, cell: tuple[int, int]) -> QPointF:
    """The middle of a cell of the picture, in the widget."""
    painted = dialog.stage.picture
    return painted.grids[where].rect(cell).center() * painted.scale  # type: ignore[index]


def test_hovering_and_walking_show_what_a_cell_is_computed_from(opened: Opened) -> None:
    dialog = opened("Conv2d", (1, 7, 7), out_channels=1, kernel_size=3, stride=2, padding=1)
    stage = dialog.stage
    assert not dialog.player.plays
    assert "H′ = ⌊(7 + 2·1 − 1·(3 − 1) − 1)/2⌋ + 1 = ⌊6/2⌋ + 1 = 4" in stage.accessibleDescription()
    QTest.mouseMove(stage, point(dialog, "output", (2, 1)).toPoint())
    assert stage.shown.position == (2, 1)
    assert "Output cell (2, 1) is computed from input rows 3 to 5 and columns 1 to 3." in stage.accessibleDescription()
    QTest.mouseMove(stage, point(dialog, "input", (3, 3)).toPoint())
    assert stage.shown.cell == (3, 3)
    QTest.mouseMove(stage, stage.rect().bottomRight())
    assert stage.shown.hover is None
    QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=point(dialog, "output", (1, 2)).toPoint())
    assert dialog.player.step == 6
    for key, step in ((Qt.Key.Key_Right, 7), (Qt.Key.Key_Up, 3), (Qt.Key.Key_End, 15), (Qt.Key.Key_Left, 14)):
        QTest.keyClick(stage, key)
        assert (dialog.player.step, stage.shown.step, dialog.play_controls.where.value()) == (step, step, step)


def test_it_plays_only_when_asked_and_stops_at_the_end(opened: Opened, qtbot: QtBot) -> None:
    dialog = opened("MaxPool1d", (1, 6), kernel_size=2)
    dialog.play_controls.speed.setValue(dialog.play_controls.speed.maximum())
    QTest.keyClick(dialog.stage, Qt.Key.Key_Space)
    assert dialog.player.plays
    assert dialog.play_controls.play.text() == "Pause"
    qtbot.waitUntil(lambda: not dialog.player.plays)
    assert (dialog.player.step, dialog.play_controls.play.text()) == (2, "Play")
    dialog.play_controls.play.click()
    assert (dialog.player.plays, dialog.player.step) == (True, 0)
    dialog.play_controls.play.click()
    assert not dialog.player.plays


def test_a_transposed_convolution_paints_cell_by_cell(opened: Opened) -> None:
    dialog = opened("ConvTranspose2d", (1, 3, 3), out_channels=1, kernel_size=3, stride=2, bias=False)
    stage = dialog.stage
    assert (dialog.player.count, stage.shown.cell) == (9, (0, 0))
    assert "Input cell (0, 0) goes into 9 output cells." in stage.accessibleDescription()
    QTest.keyClick(stage, Qt.Key.Key_Down)
    assert stage.shown.cell == (1, 0)
    example = stage.shown.example
    assert example is not None
    painted = stage.picture.grids["output"].values
    assert not painted[5:].any()
    QTest.keyClick(stage, Qt.Key.Key_End)
    assert (stage.picture.grids["output"].values == example.outputs[0]).all()
    QTest.mouseClick(stage, Qt.MouseButton.LeftButton, pos=point(dialog, "input", (1, 2)).toPoint())
    assert dialog.player.step == 5
    dialog.painting.setChecked(False)
    assert (dialog.player.count, stage.shown.cell) == (49, None)


def test_other_settings_are_tried_out_and_taken_over(opened: Opened, qtbot: QtBot) -> None:
    dialog = opened("Conv2d", (1, 7, 7), out_channels=1, kernel_size=3)
    form = dialog.trying.form
    assert form is not None
    form.edited.emit("stride", 3)
    qtbot.waitUntil(lambda: dialog.player.count == 4)
    assert dialog.stage.shown.sliding.counts == (2, 2)
    form.edited.emit("kernel_size", 9)
    assert dialog.stage.shown.sliding.steps == 0
    assert "⌊−2/3⌋ + 1 = 0" in dialog.stage.accessibleDescription()
    assert not dialog.play_controls.play.isEnabled()
    form.edited.emit("kernel_size", "nine")
    assert "kernel_size" in form.errors
    dialog.trying.back.click()
    qtbot.waitUntil(lambda: dialog.player.count == 25)
    dialog.trying.sizes[1].setValue(9)
    qtbot.waitUntil(lambda: dialog.player.count == 35)


def test_the_numbers_of_a_run_are_shown_or_it_is_said_why_not(qtbot: QtBot) -> None:
    from dataclasses import replace

    from engine.errors import LayerloomError

    def refused(_sliding: Sliding) -> object:
        raise LayerloomError("conv1 was trained with other settings.")

    def known(sliding: Sliding) -> object:
        return replace(made_up(sliding), source="conv1 of the run monday, sample 1", real=True)

    why = "conv1 was trained with other settings."
    cases = ((known, "conv1 of the run monday, sample 1", ""), (refused, "made-up integers", f"Made up: {why}"))
    for numbers, source, note in cases:
        given: Numbers = numbers  # type: ignore[assignment]
        dialog = SlidingDialog(replace(of_kind("Conv2d"), numbers=given))
        qtbot.addWidget(dialog)
        qtbot.waitUntil(lambda dialog=dialog: dialog.stage.shown.example is not None)
        qtbot.waitUntil(lambda dialog=dialog: not dialog.note.text().startswith("Opening the run"))
        example = dialog.stage.shown.example
        assert example is not None
        assert (example.source, dialog.note.text()) == (source, note)
        assert dialog.numbers.count() == 2
        dialog.reject()


def test_views_say_where_they_do_not_suit_and_moves_are_measured(opened: Opened, qtbot: QtBot) -> None:
    dialog = opened("ConvTranspose1d", (1, 12), out_channels=1, kernel_size=3, stride=2)
    dialog.tabs.setCurrentIndex(list(TITLES).index("columns"))
    assert dialog.note.text().startswith("A transposed convolution reads no windows")
    dialog.tabs.setCurrentIndex(list(TITLES).index("moved"))
    qtbot.waitUntil(lambda: dialog.stage.moved.found is not None)
    assert dialog.move_controls.down.isHidden()
    dialog.move_controls.right.setValue(-2)
    qtbot.waitUntil(lambda: dialog.stage.moved.found is not None and dialog.stage.moved.found.shift == (-2,))
    assert dialog.stage.moved.found is not None
    assert dialog.stage.moved.found.moved == (-4,)


def test_pictures_are_saved_as_they_stand_and_as_they_move(opened: Opened, qtbot: QtBot, tmp_path: Path) -> None:
    dialog = opened("MaxPool1d", (1, 6), kernel_size=2)
    for ending in ("svg", "png", "gif"):
        path = tmp_path / f"pool.{ending}"
        dialog.write(path)
        qtbot.waitUntil(dialog.save.isEnabled)
        assert path.exists()
        assert dialog.note.text() == f"Saved {path.name}."
    assert "MaxPool1d" in (tmp_path / "pool.svg").read_text(encoding="utf-8")
    with Image.open(tmp_path / "pool.gif") as moving:
        assert getattr(moving, "n_frames", 1) == 3
    dialog.write(tmp_path / "nowhere" / "pool.svg")
    qtbot.waitUntil(dialog.save.isEnabled)
    assert not dialog.note.text().startswith("Saved")


CASES: tuple[tuple[str, View], ...] = tuple((name, view) for name in sorted(KINDS) for view in TITLES)


def test_every_kind_has_its_still_pictures(qapp: object) -> None:
    @each(CASES)
    def drawn(case: tuple[str, View]) -> None:
        name, view = case
        drawing = still(name, view=view, theme="dark" if "1d" in name else "light")
        image = pixels(drawing, 0.5)
        colors = {image.pixel(x, y) for x in range(0, image.width(), 5) for y in range(0, image.height(), 5)}
        assert len(colors) > 4, "there is hardly anything in it"
        assert drawing.title in svg(drawing).decode()

    drawn()


def test_a_window_that_does_not_fit_has_a_picture_too(qapp: object) -> None:
    for name, sizes in (("Conv2d", (1, 2, 2)), ("Conv1d", (1, 2))):
        drawing = still(name, {"out_channels": 1, "kernel_size": 5}, sizes)
        assert "Nothing comes out" in svg(drawing).decode()
        assert drawing.hit(QPointF(1, 1)) is None
        assert drawing.size == QSizeF(940, 520)


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    """A window with a convolution, and a pooling whose window does not fit."""
    graph = Graph()
    x = graph.add("Input", shape=(3, 6, 6))
    conv = graph.add("Conv2d", out_channels=4, kernel_size=3, stride=2, name="conv1")
    pool = graph.add("MaxPool2d", kernel_size=3, name="pool1")
    relu = graph.add("ReLU", name="relu1")
    for source, target in ((x, conv), (conv, pool), (pool, relu)):
        graph.connect(source, target)
    made = build_window()
    qtbot.addWidget(made)
    made.files.show_graph(graph)
    made.show()
    return made


def test_it_opens_from_the_layer_and_from_why_and_sets_the_layer(window: MainWindow, qtbot: QtBot) -> None:
    document, commands = window.document, window.commands
    ids = {node.name: node.id for node in document.graph.nodes.values()}
    document.select([ids["relu1"]])
    assert window.design.inspector.node_page.slide.isHidden()
    assert not window.actions_table["canvas.slide"].isEnabled()
    document.select([ids["conv1"]])
    assert not window.design.inspector.node_page.slide.isHidden()
    QTest.keyClick(window.view, Qt.Key.Key_I, Qt.KeyboardModifier.ShiftModifier)
    dialog = commands.sliding.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.stage.shown.example is not None)
    assert dialog.stage.shown.sliding.sizes == (6, 6)
    assert dialog.trying.form is not None
    dialog.trying.form.edited.emit("stride", 1)
    dialog.trying.use.click()
    assert document.graph.nodes[ids["conv1"]].parameters["stride"] == 1
    window.commands.editing.undo()
    assert document.graph.nodes[ids["conv1"]].parameters["stride"] == 2
    dialog.reject()
    document.select([ids["pool1"]])
    problem = window.design.problems.card.problem
    assert problem is not None
    window.design.explain(problem)
    (why,) = window.findChildren(Explanation)
    assert isinstance(why.moving, MovingWindow)
    assert "Nothing comes out" in why.moving.stage.accessibleDescription()
    why.reject()
    window.document.discard()
    window.close()


def test_with_reduced_motion_a_press_leads_one_step_on(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    player = Player()
    player.set_count(3)
    player.toggle()
    assert player.plays
    monkeypatch.setattr(motion, "reduced", True)
    motion.changed.emit()
    assert not player.plays
    steps = []
    for _ in range(4):
        player.toggle()
        steps.append((player.step, player.plays))
    assert steps == [(1, False), (2, False), (0, False), (1, False)]


def test_a_page_that_was_left_at_once_has_its_numbers_when_one_comes_back(qtbot: QtBot) -> None:
    shown = made(Subject("Conv2d"))
    assert isinstance(shown, MovingWindow)
    qtbot.addWidget(shown)
    shown.show()
    shown.hide()
    shown.show()
    qtbot.waitUntil(lambda: shown.stage.shown.example is not None)
