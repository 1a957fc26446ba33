"""Compare Networks: ticks, the table, the plot, the differences and the time, with real events."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.comparison.table import BY_KEY
from engine.comparison.timing import Timing
from engine.edits import SetParameter
from gui.document import Document
from gui.networks.networks_page import NetworksPage
from gui.networks.networks_table import NetworksTable
from gui.networks.scatter import RADIUS, Mark, Scatter, label_boxes
from gui.networks.table_model import REMARK
from gui.preferences import Preferences
from gui.window import MainWindow

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def page(qtbot: QtBot, layerloom_home: Path) -> Iterator[NetworksPage]:
    made = NetworksPage(Document(presets.build("mlp")))
    qtbot.addWidget(made)
    made.resize(1180, 700)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_background()


def compared(qtbot: QtBot, page: NetworksPage, *names: str) -> None:
    page.compare(names)
    known(qtbot, page)


def known(qtbot: QtBot, page: NetworksPage) -> None:
    """Wait until every row has its numbers, or says why not."""
    qtbot.waitUntil(lambda: all(one.entry.cost is not None or one.entry.fault for one in page.table.rows.rows))


def column(page: NetworksPage, key: str) -> list[str]:
    """The texts of a column in the order in which they are shown."""
    place = REMARK if key == "remark" else list(BY_KEY).index(key)
    return [str(page.table.proxy.index(row, place).data()) for row in range(page.table.proxy.rowCount())]


def test_the_open_project_comes_first_and_ticks_bring_rows(qtbot: QtBot, page: NetworksPage) -> None:
    known(qtbot, page)
    assert column(page, "name") == [f"{page.document.project.name} (open)"]
    compared(qtbot, page, "lenet-5", "resnet-18", "bert-tiny")
    assert column(page, "name") == ["lenet-5", "resnet-18", "bert-tiny"]
    assert column(page, "parameters") == ["61,706", "11,689,512", "77,960"]
    assert column(page, "receptive_field") == ["16", "435", "–"]
    page.choice.untick()
    assert column(page, "name") == []


def test_a_click_on_a_heading_sorts_by_numbers(qtbot: QtBot, page: NetworksPage) -> None:
    compared(qtbot, page, "lenet-5", "resnet-18", "mlp")
    place = list(BY_KEY).index("parameters")
    head = page.table.horizontalHeader()
    at = QPoint(head.sectionViewportPosition(place) + 20, head.height() // 2)
    qtbot.mouseClick(head.viewport(), LEFT, pos=at)
    orders = [column(page, "name")]
    qtbot.mouseClick(head.viewport(), LEFT, pos=at)
    orders.append(column(page, "name"))
    assert sorted(orders) == [["mlp", "lenet-5", "resnet-18"], ["resnet-18", "lenet-5", "mlp"]]
    field = list(BY_KEY).index("receptive_field")
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        page.table.sortByColumn(field, order)
        assert column(page, "name")[-1] == "mlp"  # what has none comes last


def test_a_broken_project_stays_with_its_reason(qtbot: QtBot, page: NetworksPage, tmp_path: Path) -> None:
    graph = presets.build("lenet-5")
    SetParameter(graph.of_type("Conv2d")[0].id, "kernel_size", 50).apply(graph)
    project.save(graph, tmp_path / "wide.loom")
    (tmp_path / "torn.loom").write_text("{")
    compared(qtbot, page, "lenet-5")
    page.choice.add_files([tmp_path / "wide.loom", tmp_path / "torn.loom"])
    known(qtbot, page)
    names, remarks = column(page, "name"), column(page, "remark")
    assert dict(zip(names, column(page, "parameters"), strict=True)) == {
        "wide.loom": "–",
        "torn.loom": "–",
        "lenet-5": "61,706",
    }
    assert "50" in remarks[names.index("wide.loom")]
    assert remarks[names.index("torn.loom")]
    assert not page.table.isColumnHidden(REMARK)


def test_the_chosen_columns_are_remembered(qtbot: QtBot, layerloom_home: Path) -> None:
    def shown(table: NetworksTable) -> dict[str, bool]:
        menu = QMenu(table)
        table.column_menu(menu)
        return {action.text(): action.isChecked() for action in menu.actions()}

    first = NetworksTable(Preferences())
    qtbot.addWidget(first)
    before = shown(first)
    menu = QMenu(first)
    first.column_menu(menu)
    for title in ("Input", "Parameters"):
        next(action for action in menu.actions() if action.text() == title).trigger()
    again = NetworksTable(Preferences())
    qtbot.addWidget(again)
    assert shown(again) == before | {"Input": True, "Parameters": False}


def test_the_table_is_copied_with_the_columns_that_are_shown(qtbot: QtBot, page: NetworksPage) -> None:
    compared(qtbot, page, "lenet-5", "mlp")
    page.table.show_column("depth", False)
    page.copy.menu().actions()[1].trigger()
    lines = QGuiApplication.clipboard().text().splitlines()
    assert "Depth" not in lines[0]
    assert lines[2].startswith("| lenet-5 | 61,706 | 416,520 |")


def test_a_click_on_a_point_chooses_its_row(qtbot: QtBot, page: NetworksPage, tmp_path: Path) -> None:
    compared(qtbot, page, "lenet-5", "resnet-18", "bert-tiny")
    page.tabs.setCurrentWidget(page.scatter)
    plot = page.scatter.plot
    QApplication.processEvents()
    assert plot.scatter is not None
    plot.scatter.size = QSizeF(plot.size())
    places = {(x, y) for x in range(0, plot.width(), 6) for y in range(0, plot.height(), 6)}
    found = next(point for point in sorted(places) if plot.scatter.at(QPointF(*point), 5) == "resnet-18")
    qtbot.mouseClick(plot, LEFT, pos=QPoint(*found))
    assert page.table.chosen == "resnet-18"
    for name in ("plot.svg", "plot.png"):
        page.scatter.write(tmp_path / name)
    texts = [element.text for element in ElementTree.parse(tmp_path / "plot.svg").iter() if element.text]
    assert {"lenet-5", "resnet-18", "bert-tiny"} <= {text.strip() for text in texts}
    assert not QImage(str(tmp_path / "plot.png")).isNull()


POINT = st.tuples(st.floats(100, 700), st.floats(60, 420))


@settings(max_examples=50, deadline=None)
@given(st.lists(POINT, min_size=1, max_size=20, unique=True))
def test_labels_are_over_no_other_and_over_no_point(qapp: QApplication, places: list[tuple[float, float]]) -> None:
    points = [QPointF(*place) for place in places]
    boxes = label_boxes(points, [f"network-{n}" for n in range(len(points))], QFont(), QRectF(80, 30, 900, 420))
    shown = [box for box in boxes if box is not None]
    assert all(not a.intersects(b) for n, a in enumerate(shown) for b in shown[n + 1 :])
    dots = [QRectF(p.x() - RADIUS, p.y() - RADIUS, 2 * RADIUS, 2 * RADIUS) for p in points]
    assert not any(box.intersects(dot) for box in shown for dot in dots)
    assert boxes[0] is not None or len(points) > 1


def test_families_have_symbols_of_their_own_beside_their_colours(qapp: QApplication) -> None:
    from gui.networks.scatter import symbol

    outlines = [symbol(number, 6.0) for number in range(6)]
    assert all(a != b for n, a in enumerate(outlines) for b in outlines[n + 1 :])


def test_axes_rise_with_what_they_show(qapp: QApplication) -> None:
    marks = [Mark(str(n), str(n), 10.0**n, 5.0 * (n + 1), 0, "") for n in range(4)]
    plot = Scatter(marks, (BY_KEY["multiply_adds"], BY_KEY["parameters"]), QSizeF(640, 480))
    points = [plot.point(mark) for mark in marks]
    assert all(b.x() > a.x() and b.y() < a.y() for a, b in pairwise(points))
    steps = [b.x() - a.x() for a, b in pairwise(points)]
    assert max(steps) == pytest.approx(min(steps))  # powers of ten are evenly apart


def test_differences_are_listed_and_marked_in_both_drawings(qtbot: QtBot, page: NetworksPage) -> None:
    compared(qtbot, page, "plain-20", "cifar-resnet-20")
    page.tabs.setCurrentWidget(page.differences)
    tab = page.differences
    qtbot.waitUntil(lambda: bool(tab.found))
    texts = [tab.list.item(row).text() for row in range(tab.list.count())]
    assert "shortcut (Shortcut) in BasicBlock → PlainBlock\nis removed" in texts
    assert tab.summary.text() == "6 differences: 2 removed, 3 changed, 1 rewired."
    tab.list.setCurrentRow(texts.index("shortcut (Shortcut) in BasicBlock → PlainBlock\nis removed"))
    first, second = tab.views
    assert sorted(first.marks.values()) == ["removed", "removed", "rewired"]
    assert list(second.marks.values()) == ["rewired"]
    assert tab.captions[0].text().endswith("BasicBlock")
    compared(qtbot, page, "plain-20")
    assert tab.list.count() == 0
    assert "two networks" in tab.summary.text()


@pytest.mark.slow
def test_times_are_measured_in_a_process_and_noisy_ones_are_told_apart(qtbot: QtBot, page: NetworksPage) -> None:
    compared(qtbot, page, "linear-classifier", "mlp")
    qtbot.mouseClick(page.time, LEFT)
    assert page.work.isVisible()
    qtbot.waitUntil(lambda: not page.measuring.running, timeout=120_000)
    assert not page.work.isVisible()
    assert all(text.strip("()")[-1] == "s" for text in column(page, "seconds"))
    assert "batch 4, 1 thread, cpu" in page.note.text()
    page._measured("mlp", Timing(0.5, 0.4, 0.6, 5, 4, 1, "cpu", quiet=False))
    assert column(page, "seconds")[-1] == "(500 ms)"
    page._measured("mlp", Timing(0.5, 0.4, 0.6, 5, 4, 1, "cpu", quiet=True))
    assert column(page, "seconds")[-1] == "500 ms"


def test_measuring_can_be_cancelled(qtbot: QtBot, page: NetworksPage) -> None:
    compared(qtbot, page, "mlp")
    qtbot.mouseClick(page.time, LEFT)
    qtbot.mouseClick(page.work.cancel, LEFT)
    qtbot.waitUntil(lambda: not page.measuring.running)
    assert column(page, "seconds") == ["–"]
    assert page.time.isEnabled()


def test_the_page_opens_from_the_start_page_and_by_its_action(
    qtbot: QtBot, windows: Callable[[], MainWindow], layerloom_home: Path
) -> None:
    window = windows()
    window.start.compare_wanted.emit(["lenet-5", "mlp"])
    page = window.pages.networks
    assert window.pages.currentWidget() is page
    known(qtbot, page)
    assert column(page, "name") == ["lenet-5", "mlp"]
    window.pages.show_start()
    window.actions_table["page.networks"].trigger()
    assert window.pages.currentWidget() is page
