"""The tabs Scores, Errors and Compare with real events: numbers, a threshold that is dragged, samples, other runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QComboBox,
    QFileDialog,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot
from sklearn import metrics

import presets
from engine.data import sources
from engine.data.watch import Watch
from engine.edits import SetSetting
from engine.graph import Graph
from engine.inside.evaluation import answered as answering
from engine.inside.evaluation.evaluation_set import of_part
from engine.training.loop import Trainer
from engine.training.runs.folds import turn
from gui.document import Document
from gui.inside.compare.compare_tab import CompareTab
from gui.inside.evaluate import evaluating
from gui.inside.evaluate.errors_tab import ErrorsTab
from gui.inside.evaluate.evaluation_tab import EvaluationTab
from gui.inside.evaluate.plain_table import PlainTable
from gui.inside.evaluate.scores_tab import ScoresTab
from gui.inside.results_page import ResultsPage
from gui.inside.tab import ResultsTab
from gui.theme import theme
from presets.fitting import fit, fitted
from tests.engine.looking_networks import fresh, tokens
from tests.engine.networks import chain
from tests.engine.own_data import blob_folder, diabetes_table, table
from tests.engine.test_inside import trained

LEFT = Qt.MouseButton.LeftButton
Tab = TypeVar("Tab", bound=ResultsTab)


def iris(seed: int, **settings: object) -> Graph:
    graph = presets.build("linear-classifier")
    for path, value in {"training.seed": seed, **settings}.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)  # type: ignore[arg-type]
    return graph


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two runs of flowers from different weights and one with another split; numbers, and masks."""
    place = tmp_path_factory.mktemp("results")
    root = place / "runs"
    trained(iris(0), root / "iris", 3)
    trained(iris(1), root / "iris-2", 1)
    trained(iris(0, **{"data.seed": 5}), root / "iris-other-split", 1)
    trained(fitted("mlp", sources.describe(diabetes_table(place / "d.csv")))[0], root / "diabetes", 2)
    steps = [("Conv2d", {"out_channels": 2, "kernel_size": 3, "padding": 1})]
    masks = chain((1, 20, 24), *steps)  # type: ignore[arg-type]
    trained(fit(masks, sources.describe(blob_folder(place / "blobs"))), root / "masks", 3)
    return root


@pytest.fixture
def page(qtbot: QtBot, runs: Path) -> Iterator[ResultsPage]:
    made = ResultsPage(Document(Graph("net")), root=runs)
    qtbot.addWidget(made)
    made.resize(1180, 690)
    with qtbot.waitExposed(made):
        made.show()
    yield made
    made.close_background()


@pytest.fixture
def shown(qtbot: QtBot, page: ResultsPage) -> Callable[[str, type[Tab]], Tab]:
    """Choose a run and a tab, and wait until all of it is there."""

    def show(run: str, kind: type[Tab]) -> Tab:
        qtbot.waitUntil(lambda: not page.runs.background.busy and not page.background.busy)
        row = next(row for row in range(page.runs.count()) if page.runs.itemData(row).name == run)
        page.runs.setCurrentIndex(row)
        page.runs.activated.emit(row)
        qtbot.waitUntil(lambda: page.subject is not None and page.subject.folder.name == run)
        tab = page.show_tab(kind.title)
        assert isinstance(tab, kind)
        if isinstance(tab, EvaluationTab):
            qtbot.waitUntil(lambda: not tab.evaluator.busy and tab.stack.currentIndex() == 1)
        return tab

    return show


def cells(table: QAbstractItemView, row: int) -> list[str]:
    model = table.model()
    return [str(model.index(row, column).data()) for column in range(model.columnCount())]


def labels_of(page: ResultsPage) -> tuple[np.ndarray, np.ndarray]:
    """The labels of the test samples of iris and their probabilities, by the weights alone."""
    assert page.subject is not None
    (head,), part = page.subject.trained.network.heads, page.subject.trained.data.test
    answers = page.subject.trained.network.answers({"features": part.tensors["features"]})[0]
    return part.tensors[head.field].numpy(), answers.softmax(-1).detach().numpy()


def test_metrics_have_intervals_and_the_matrix_is_there(shown: Callable[..., ScoresTab], page: ResultsPage) -> None:
    tab = shown("iris", ScoresTab)
    labels, shares = labels_of(page)
    right = metrics.accuracy_score(labels, shares.argmax(1))
    rows = {cells(tab.metrics, row)[0]: cells(tab.metrics, row)[1:] for row in range(tab.metrics.rowCount())}
    assert rows["Accuracy"][0] == f"{100 * right:.1f} %"
    assert " to " in rows["Accuracy"][1]
    assert tab.count.text() == f"{len(labels)} samples"
    assert [tab.views.isTabVisible(index) for index in range(4)] == [True, True, True, False]
    counts = tab.classes.matrix.counts
    assert counts is not None
    assert counts.table.tolist() == metrics.confusion_matrix(labels, shares.argmax(1)).tolist()


def test_a_threshold_that_is_dragged_says_what_it_gives(
    qtbot: QtBot, shown: Callable[..., ScoresTab], page: ResultsPage
) -> None:
    tab = shown("iris", ScoresTab)
    tab.views.setCurrentIndex(1)
    view = tab.curves
    view.choice.setCurrentIndex(1)
    labels, shares = labels_of(page)
    assert view.roc.title.text() == f"ROC · area {metrics.roc_auc_score(labels == 1, shares[:, 1]):.4f}"
    view.slider.setFocus()
    QTest.keyClick(view.slider, Qt.Key.Key_Home)
    assert view.said.text().startswith("From 0.000 on: precision ")
    assert "recall 100.0 %" in view.said.text()
    view.slider.setValue(400)
    assert view.line.value() == pytest.approx(0.4)
    given = shares[:, 1] >= 0.4
    assert f"precision {100 * metrics.precision_score(labels == 1, given):.1f} %" in view.said.text()
    canvas = view.by.canvas
    qtbot.waitUntil(lambda: canvas.box.width() > 50)
    at = canvas.mapFromScene(canvas.box.mapViewToScene(QPointF(0.4, 0.5)))
    QTest.mousePress(canvas.viewport(), LEFT, pos=at)
    for step in range(1, 6):
        QTest.mouseMove(canvas.viewport(), at + QPoint(8 * step, 0))
    QTest.mouseRelease(canvas.viewport(), LEFT, pos=at + QPoint(40, 0))
    assert view.threshold > 0.45
    assert view.said.text().startswith(f"From {view.threshold:.3f} on")


def test_calibration_is_shown_before_and_after(shown: Callable[..., ScoresTab]) -> None:
    tab = shown("iris", ScoresTab)
    tab.views.setCurrentIndex(2)
    found = tab.evaluator.found
    assert found is not None
    assert found.details.calibration is not None
    before, after = found.details.calibration.before, found.details.calibration.after
    assert f"ECE {100 * before.ece:.2f} %" in tab.calibration.before.title.text()
    assert f"ECE {100 * after.ece:.2f} %" in tab.calibration.after.title.text()


def test_the_hardest_sample_is_seen_with_its_answer(
    qtbot: QtBot, shown: Callable[..., ErrorsTab], page: ResultsPage
) -> None:
    tab = shown("iris", ErrorsTab)
    labels, shares = labels_of(page)
    losses = -np.log(shares[np.arange(len(labels)), labels])
    assert page.subject is not None
    number = int(page.subject.trained.data.test.indices[losses.argmax()]) + 1
    assert cells(tab.hardest, 0)[0] == f"sample {number}"
    qtbot.waitUntil(lambda: tab.sample.name.text() == f"sample {number}")
    assert f"Loss {losses.max():.4g}" in tab.sample.verdict.text()
    assert tab.sample.values.rowCount() == 4
    tab.hardest.setFocus()
    QTest.keyClick(tab.hardest, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: tab.sample.name.text() == cells(tab.hardest, 1)[0])
    assert tab.sample.bars.accessibleDescription().startswith("setosa ")


def test_the_first_column_of_a_table_is_never_squeezed(qtbot: QtBot) -> None:
    table = PlainTable("Scores", "", [("Metric", ""), ("A", ""), ("B", "")])
    qtbot.addWidget(table)
    table.resize(600, 200)
    with qtbot.waitExposed(table):
        table.show()
    long = "97.0 % (94.8 % to 98.5 %), and more of it"
    table.show_rows([["Accuracy of all", long, long]])
    assert table.columnWidth(0) >= table.fontMetrics().horizontalAdvance("Accuracy of all")
    table.show_rows([["Accuracy of all", "97 %", "98 %"]])
    assert table.columnWidth(0) > 300, "it takes what the others leave"


def test_a_sequence_is_shown_with_its_answer_and_its_target() -> None:
    trained = fresh(tokens())
    asked = answering.answer_all(trained, of_part(trained, "test"))
    sample = evaluating.shown(asked, asked.head(), 3)
    given, answered, target = sample.text.split("\n")
    assert given
    assert (answered[:10], target[:10]) == ("Answered: ", "Target:   ")
    names = trained.data.fields["next"].names
    labels = asked.labels(asked.head())[3].tolist()
    assert target[10:] == "".join(names[label] for label in labels), "no class is ignored here"
    assert len(answered) == len(target)
    assert sample.prediction.answers == (), "the shares of the positions say less"


def test_a_row_is_shown_as_it_is_in_its_table(qtbot: QtBot, shown: Callable[..., ErrorsTab], runs: Path) -> None:
    tab = shown("diabetes", ErrorsTab)
    qtbot.waitUntil(lambda: tab.sample.values.rowCount() > 0)
    number = int(tab.sample.name.text().rpartition(" ")[2])
    lines = (runs.parent / "d.csv").read_text(encoding="utf-8").splitlines()
    row = dict(zip(lines[0].split(";"), lines[number].split(";"), strict=True))
    found = dict(cells(tab.sample.values, index) for index in range(tab.sample.values.rowCount()))
    assert found["sex"] == row["sex"]
    assert found["bp"] == row["bp"]
    assert list(found) == [name for name in row if name not in ("patient", "target")]


def test_a_slice_lists_its_worst_samples(qtbot: QtBot, shown: Callable[..., ErrorsTab]) -> None:
    tab = shown("iris", ErrorsTab)
    tab.lists.setCurrentIndex(2)
    found = tab.evaluator.found
    assert found is not None
    first = found.details.slices[0]
    assert cells(tab.slices, 0)[0] == f"{first.name}: {first.value}"
    tab.slices.setFocus()
    QTest.keyClick(tab.slices, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: tab.worst.isVisible() and tab.worst.rowCount() == first.count)
    qtbot.waitUntil(lambda: tab.sample.name.text() == cells(tab.worst, 0)[0])


def test_numbers_have_residuals_and_no_curves(shown: Callable[..., ScoresTab], qtbot: QtBot) -> None:
    tab = shown("diabetes", ScoresTab)
    assert [tab.views.isTabVisible(index) for index in range(4)] == [False, False, False, True]
    assert tab.residuals.isVisible()
    assert tab.residuals.said.text().startswith("Mean ")


def test_samples_of_another_file_are_judged(
    qtbot: QtBot, shown: Callable[..., ScoresTab], page: ResultsPage, runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tab = shown("diabetes", ScoresTab)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(runs.parent / "d.csv"), ""))
    page.part.setCurrentIndex(page.part.findText("Other file …"))
    page.part.activated.emit(page.part.currentIndex())
    qtbot.waitUntil(lambda: tab.evaluator.found is not None and tab.count.text() == "442 samples")
    assert page.part.currentText() == "of d.csv"


def test_masks_are_laid_over_the_image(shown: Callable[..., ErrorsTab], qtbot: QtBot) -> None:
    tab = shown("masks", ErrorsTab)
    qtbot.waitUntil(lambda: tab.sample.legend.isVisible())
    assert [one.words.text() for one in tab.sample.pictures] == ["the image", "answered", "target"]
    assert all(one.isVisible() for one in tab.sample.pictures)
    assert "IoU " in tab.sample.legend.accessibleName()
    assert tab.sample.covering.text().startswith("Mean IoU ")
    assert tab.hardest.isColumnHidden(3), "there are no words for a mask"
    target = tab.sample.pictures[2].image.pixmap().toImage()
    plain = tab.sample.pictures[0].image.pixmap().toImage()
    middle = QPoint(plain.width() // 2, plain.height() // 2)
    assert plain.pixelColor(middle).saturation() == 0
    assert any(
        target.pixelColor(x, y).saturation() > 60
        for x in range(0, target.width(), 4)
        for y in range(0, target.height(), 4)
    )
    assert tab.about_labels.text().startswith("Labels are checked where")


def test_labels_are_checked_by_all_folds(qtbot: QtBot, tmp_path: Path) -> None:
    """A table with one wrong label, in row 11."""
    rows = [[index % 2 + index / 1000, index * 7 % 5, "ab"[index % 2]] for index in range(90)]
    rows[10][2] = "b"
    graph = fitted("linear-classifier", sources.describe(table(tmp_path / "a.csv", ("x", "z", "label"), *rows)))[0]
    for path, value in {"data.split.folds": 2, "training.epochs": 12, "training.threads": 1}.items():
        SetSetting(tuple(path.split(".")), value).apply(graph)
    first = Trainer(graph, root=tmp_path / "runs").run().run
    while turn(first.parent) is not None:
        assert Trainer.resume(first.parent).run().state == "finished"
    page = ResultsPage(Document(Graph("net")), root=tmp_path / "runs")
    qtbot.addWidget(page)
    page.show()
    tab = page.show_tab("Errors")
    assert isinstance(tab, ErrorsTab)
    qtbot.waitUntil(lambda: tab.evaluator.found is not None and not tab.evaluator.busy)
    tab.lists.setCurrentIndex(1)
    QTest.mouseClick(tab.folds.go, LEFT)
    qtbot.waitUntil(lambda: not tab.folds.background.busy)
    assert cells(tab.suspects, 0)[:3] == ["a.csv row 11", "b", "a"]
    assert tab.about_labels.text().startswith("By all 2 folds")
    tab.suspects.setCurrentCell(0, 0)
    qtbot.waitUntil(lambda: tab.sample.name.text() == "a.csv row 11")
    page.close_background()


def test_another_run_is_compared_sample_by_sample(qtbot: QtBot, shown: Callable[..., CompareTab]) -> None:
    tab = shown("iris", CompareTab)
    qtbot.waitUntil(lambda: tab.runs.count() == 4)
    assert not tab.go.isEnabled()
    tick(tab, "iris-2")
    QTest.mouseClick(tab.go, LEFT)
    qtbot.waitUntil(lambda: not tab.busy)
    assert tab.compared is not None
    one = tab.compared.comparison
    assert one is not None
    groups = (one.only_b, one.only_a, one.neither, one.both)
    assert [tab.groups.tabText(index).rpartition(" ")[2] for index in range(4)] == [f"({len(rows)})" for rows in groups]
    assert "McNemar" in tab.said.text()
    heads = [tab.scores.horizontalHeaderItem(column).text() for column in range(tab.scores.columnCount())]  # type: ignore[union-attr]
    assert heads[-2:] == ["Ensemble", "Mean ± deviation"]
    tab.groups.setCurrentIndex(3)
    assert tab.samples.rowCount() == len(one.both)


def test_runs_of_other_samples_have_a_mean_and_no_comparison(qtbot: QtBot, shown: Callable[..., CompareTab]) -> None:
    tab = shown("iris", CompareTab)
    qtbot.waitUntil(lambda: tab.runs.count() == 4)
    tick(tab, "iris-other-split")
    QTest.mouseClick(tab.go, LEFT)
    qtbot.waitUntil(lambda: not tab.busy)
    assert "do not have the same samples" in tab.note.text()
    assert not tab.said.isVisible()
    assert tab.scores.rowCount() > 0


def tick(tab: CompareTab, run: str) -> None:
    items = (tab.runs.item(row) for row in range(tab.runs.count()))
    item = next(one for one in items if one.data(Qt.ItemDataRole.UserRole).name == run)
    item.setCheckState(Qt.CheckState.Checked)


def test_an_evaluation_can_be_cancelled_and_begun_again(
    qtbot: QtBot, page: ResultsPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(_trained: object, _data: object, watch: Watch) -> object:
        while True:
            watch.at(0.5, "asking the network")

    monkeypatch.setattr(answering, "answer_all", endless)
    tab = page.show_tab("Scores")
    assert isinstance(tab, ScoresTab)
    qtbot.waitUntil(lambda: tab.work.isVisible() and tab.work.bar.value() > 0)
    QTest.mouseClick(tab.work.cancel, LEFT)
    qtbot.waitUntil(lambda: not tab.evaluator.busy)
    assert tab.hint.text() == "Cancelled."
    monkeypatch.undo()
    QTest.mouseClick(tab.again, LEFT)
    qtbot.waitUntil(lambda: tab.evaluator.found is not None)
    assert tab.metrics.rowCount() > 0


def test_every_control_says_what_it_is(shown: Callable[..., ResultsTab], page: ResultsPage) -> None:
    for kind in (ScoresTab, ErrorsTab, CompareTab):
        tab = shown("iris", kind)
        for control in tab.findChildren(QWidget):
            if isinstance(control, QAbstractButton | QComboBox | QAbstractSlider | QAbstractItemView | QTabBar) and (
                control.isVisible() and control.focusPolicy() != Qt.FocusPolicy.NoFocus
            ):
                said = control.accessibleName() or (control.text() if isinstance(control, QAbstractButton) else "")
                assert said, control
                assert control.toolTip(), said


def test_it_is_painted_in_both_themes(shown: Callable[..., ScoresTab], page: ResultsPage) -> None:
    tab = shown("iris", ScoresTab)
    try:
        for name in ("dark", "light"):
            theme.set(name)  # type: ignore[arg-type]
            tab.views.setCurrentIndex(1)
            chart = tab.curves.roc.canvas.grab().toImage()
            assert (chart.pixelColor(3, 3).lightness() < 80) == (name == "dark")
    finally:
        theme.set("light")
