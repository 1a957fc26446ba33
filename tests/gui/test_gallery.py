"""The gallery: found by words, filters and keys; each card says what its network is like, and opens it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetricsF
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

import presets
from gui.start.card import EDGE, NARROWEST, PresetCard, wrapped
from gui.start.gallery import Gallery
from gui.start.thumbnail import ThumbnailBox
from gui.start.words import learning, scored
from gui.window import MainWindow
from presets.finding import Search, find
from presets.own import folder, save_preset
from presets.reached import reached
from presets.recurrent import language_models


@pytest.fixture(scope="module", autouse=True)
def few_presets() -> Iterator[None]:
    """A few of each kind, so that building them takes no time."""
    kept = ("lenet-5", "resnet-18-small", "resnet-18", "plain-20-small", "plain-20", "mlp", "u-net-small", "u-net")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(presets, "BUILT_IN", tuple(p for p in presets.BUILT_IN if p.name in kept))
        yield


@pytest.fixture
def gallery(qtbot: QtBot) -> Iterator[Gallery]:
    made = Gallery()
    qtbot.addWidget(made)
    made.resize(1000, 700)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.portraits.complete)
    yield made
    made.close_background()


def shown(gallery: Gallery) -> list[str]:
    return [card.preset.name for row in gallery.grid.rows for card in row]


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def press(key: Qt.Key) -> None:
    QTest.keyClick(focused(), key)


def boxes(gallery: Gallery, name: str) -> tuple[ThumbnailBox, ...]:
    return gallery.portraits.known[name].boxes


def test_each_network_has_one_card_and_its_small_variant_is_a_click_away(gallery: Gallery, qtbot: QtBot) -> None:
    assert shown(gallery) == ["lenet-5", "plain-20", "resnet-18", "u-net", "mlp"]
    assert gallery.bar.hits.text() == "5 networks, 3 small variants"
    button = gallery.cards["resnet-18"].small_button
    assert button is not None
    assert "digits in " in button.text()
    assert button.accessibleName() == "Open ResNet-18 small"
    with qtbot.waitSignal(gallery.chosen) as chosen:
        click(button)
    assert chosen.args == [presets.get("resnet-18-small")]
    with qtbot.waitSignal(gallery.chosen) as chosen:
        click(gallery.cards["resnet-18"])
    assert chosen.args == [presets.get("resnet-18")]


def test_type_to_search_walk_and_open_without_a_mouse(windows: Callable[[], MainWindow], qtbot: QtBot) -> None:
    window = windows()
    gallery = window.start.gallery
    gallery.cards["mlp"].setFocus()
    QTest.keyClicks(focused(), "r")
    assert focused() is gallery.bar.words
    QTest.keyClicks(focused(), "es")
    assert gallery.bar.words.text() == "res"
    assert shown(gallery)[0] == "resnet-18"
    press(Qt.Key.Key_Down)
    assert focused() is gallery.cards["resnet-18"]
    press(Qt.Key.Key_Up)
    assert focused() is gallery.bar.words
    QTest.keyClick(window, Qt.Key.Key_Escape)
    assert gallery.bar.search() == Search()
    press(Qt.Key.Key_Down)
    press(Qt.Key.Key_End)
    assert focused() is gallery.cards["mlp"]
    press(Qt.Key.Key_Home)
    press(Qt.Key.Key_Right)
    assert focused() is gallery.cards["plain-20"]
    press(Qt.Key.Key_Left)
    press(Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.document.graph.name == "LeNet-5")


def test_tab_leads_to_one_card_and_past_the_others(gallery: Gallery) -> None:
    def stops() -> list[PresetCard]:
        widgets = gallery.grid.findChildren(PresetCard)
        return [card for card in widgets if card.isVisible() and card.focusPolicy() & Qt.FocusPolicy.TabFocus]

    assert stops() == [gallery.cards["lenet-5"]]
    gallery.cards["lenet-5"].setFocus()
    press(Qt.Key.Key_End)
    assert focused() is gallery.cards["mlp"]
    assert stops() == [gallery.cards["mlp"]]
    gallery.bar.words.setText("resnet")
    assert stops() == [gallery.cards["resnet-18"]]
    button = gallery.cards["resnet-18"].small_button
    assert button is not None
    gallery.cards["resnet-18"].setFocus()
    press(Qt.Key.Key_Tab)
    assert focused() is button, "its small variant"
    press(Qt.Key.Key_Tab)
    assert not gallery.grid.isAncestorOf(focused())


def test_enter_opens_the_first_hit(gallery: Gallery, qtbot: QtBot) -> None:
    gallery.bar.words.setFocus()
    with qtbot.assertNotEmitted(gallery.chosen):
        press(Qt.Key.Key_Return)
    QTest.keyClicks(focused(), "rumelhart")
    with qtbot.waitSignal(gallery.chosen) as chosen:
        press(Qt.Key.Key_Return)
    assert chosen.args == [presets.get("mlp")]


def test_filters_are_combined_and_answer_as_the_command_line_does(gallery: Gallery) -> None:
    bar = gallery.bar
    click(bar.quick)
    bar.parameters.setCurrentIndex(1)
    search = bar.search()
    assert search == Search(most=100_000, quick=True)
    assert shown(gallery) == [preset.name for preset in find(search, presets.all())]
    assert bar.hits.text() == "2 networks, 2 small variants"
    bar.task.setCurrentText("Segmentation")
    assert shown(gallery) == ["u-net-small"]
    pill = next(pill for pill in bar.findChildren(QWidget) if pill.accessibleName() == "Only Dense")
    click(pill)
    assert shown(gallery) == []
    assert bar.hits.text() == "0 networks"


def test_where_nothing_fits_it_says_what_to_do(gallery: Gallery) -> None:
    gallery.bar.words.setText("<b>quantum")
    click(gallery.bar.quick)
    told = next(part.text() for part in gallery.area.findChildren(QWidget) if "Nothing here" in _text(part))
    assert "“<b>quantum”" in told
    assert "those that take longer" in told
    again = next(button for button in gallery.area.findChildren(QWidget) if button.accessibleName() == "Clear Filters")
    click(again)
    assert len(shown(gallery)) == 5


def _text(widget: QWidget) -> str:
    return str(getattr(widget, "text", str)())


def test_a_card_says_who_made_it_and_what_it_is_like(gallery: Gallery) -> None:
    told, measured = gallery.cards["lenet-5"].accessibleDescription(), reached("lenet-5")
    assert measured is not None
    assert re.fullmatch(r"9\d\.\d %", scored(measured))
    for words in (
        "read millions of cheques",
        "LeCun, Bottou, Bengio and Haffner: Gradient-Based Learning Applied to Document Recognition (1998)",
        "doi:10.1109/5.726791",
        "61,706 parameters, 416,520 multiply-adds",
        "Task: classification",
        f"Reaches {scored(measured)} on the test part of digits",
        "an estimate for two cores without a GPU",
    ):
        assert words in told
    unmeasured = gallery.cards["resnet-18"].accessibleDescription()
    assert "Reaches" not in unmeasured
    assert "estimate" not in unmeasured


def test_what_was_measured_once_is_marked() -> None:
    once, often = language_models.PRESETS[0], presets.get("lenet-5")
    measured = reached(once.name)
    assert measured is not None
    assert measured.seeds == 1
    assert learning(once, None).endswith(f": {scored(measured)} (one seed)")
    assert "seed" not in learning(often, None)


def test_pictures_show_every_repeat_and_the_ways_around(gallery: Gallery) -> None:
    plain, residual = boxes(gallery, "plain-20"), boxes(gallery, "resnet-18")
    assert [box.around for box in plain] == [False] * len(plain)
    assert sum(box.around for box in residual) == 8
    assert [box.column for box in plain] == list(range(len(plain)))
    assert len(plain) == 7 + 9 + 1


def test_a_preset_of_ones_own_joins_and_a_broken_file_is_named(gallery: Gallery, qtbot: QtBot) -> None:
    save_preset(presets.build("mlp"), "Mine <i>")
    (folder() / "broken.loom").write_text("{")
    gallery.bar.words.setText("mine")
    gallery.refresh()
    assert shown(gallery) == ["mine-i"]
    qtbot.waitUntil(lambda: gallery.portraits.complete)
    assert "17,226 parameters" in gallery.cards["mine-i"].accessibleDescription()
    assert any("broken.loom" in _text(part) for part in gallery.area.findChildren(QWidget))


def test_no_summary_is_cut_off(gallery: Gallery) -> None:
    metrics = QFontMetricsF(gallery.font())
    for preset in presets.built_in.BUILT_IN:
        assert "".join(wrapped(preset.summary, metrics, NARROWEST - 2 * EDGE, 2)).count("…") == 0, preset.name


def test_the_menu_of_a_card_leads_to_the_paper(gallery: Gallery) -> None:
    card = gallery.cards["resnet-18"]
    assert isinstance(card, PresetCard)
    menu = card.menu()
    assert [action.text() for action in menu.actions() if action.text()] == [
        "Open",
        "Open Small Variant",
        "Read the Paper (arXiv:1512.03385)",
        "Copy Reference",
    ]
    next(action for action in menu.actions() if action.text() == "Copy Reference").trigger()
    assert "He, Zhang, Ren and Sun (2015)" in QApplication.clipboard().text()
    menu.deleteLater()
