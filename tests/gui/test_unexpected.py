"""What goes wrong unexpectedly is logged and shown, whoever raises it, and the program continues."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, QTimer, Signal, qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

import presets
from engine import project
from engine.data.watch import Stopped
from engine.edits import SetParameter
from engine.errors import LayerloomError
from engine.logs.log_files import logging_to_files
from gui import cli
from gui.app import build_window, watching
from gui.cli import layers
from gui.unexpected import hooks
from gui.unexpected.box import UnexpectedBox
from gui.unexpected.hooks import Report, of_exception
from gui.unexpected.recorder import Recorder
from gui.unexpected.watch import Watch
from gui.window import MainWindow
from gui.work.background import Background

IN_A_THREAD = "Something unexpected went wrong in the thread “worker”"


class Emitter(QObject):
    happened = Signal()


class Falls:
    """Something that fails when it is cleaned up."""

    def __del__(self) -> None:
        raise ZeroDivisionError("in cleaning up")


def fail() -> None:
    raise ZeroDivisionError("division of /srv/secret/data.csv by zero")


def in_a_slot(_qtbot: QtBot) -> None:
    emitter = Emitter()
    emitter.happened.connect(fail)
    emitter.happened.emit()


def in_a_thread(_qtbot: QtBot) -> None:
    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()


def in_cleaning_up(_qtbot: QtBot) -> None:
    Falls()


def in_an_event_handler(_qtbot: QtBot) -> None:
    class Customer(QObject):
        def customEvent(self, _event: QEvent) -> None:
            self.deleteLater()
            fail()

    QApplication.postEvent(Customer(QApplication.instance()), QEvent(QEvent.Type.User))


def of_qt(_qtbot: QtBot) -> None:
    qWarning("a part of the window is at fault")


@pytest.fixture(autouse=True)
def nobody_else_listens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """pytest fails a test for what these tests raise on purpose."""
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    monkeypatch.setattr(threading, "excepthook", threading.__excepthook__)
    monkeypatch.setattr(sys, "unraisablehook", sys.__unraisablehook__)
    before = qInstallMessageHandler(None)
    yield
    qInstallMessageHandler(before)


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> MainWindow:
    made = build_window((presets.build("lenet-5"), None))
    qtbot.addWidget(made, before_close_func=lambda w: w.document.discard())
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def watch(window: MainWindow) -> Iterator[Watch]:
    """The window as `gui.app.main` runs it, with the log of the command line around it."""
    with logging_to_files(), hooks.listening(Recorder().take), watching() as made:
        made.serve(window, window.say, window.files.ask_save_copy)
        yield made
        if made.box is not None:
            made.box.accept()


def shown(qtbot: QtBot, watch: Watch) -> UnexpectedBox:
    qtbot.waitUntil(lambda: watch.box is not None and watch.box.isVisible())
    assert watch.box is not None
    return watch.box


def logged(home: Path) -> str:
    return (home / "logs" / "layerloom.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("raises", "sentence"),
    [
        (in_a_slot, "Something unexpected went wrong: ZeroDivisionError: division of …/data.csv by zero"),
        (
            in_a_thread,
            f"{IN_A_THREAD}: ZeroDivisionError: division of …/data.csv by zero",
        ),
        (in_an_event_handler, "Something unexpected went wrong: ZeroDivisionError: division of …/data.csv by zero"),
        (
            in_cleaning_up,
            "Something unexpected went wrong while a function was cleaned up: ZeroDivisionError: in cleaning up",
        ),
        (of_qt, "Qt, which draws the window, warns: a part of the window is at fault"),
    ],
)
def test_whoever_raises_it_is_shown_and_logged_once(
    qtbot: QtBot, watch: Watch, layerloom_home: Path, raises: Callable[[QtBot], None], sentence: str
) -> None:
    raises(qtbot)
    box = shown(qtbot, watch)
    assert box.sentence.text() == sentence
    assert "Python 3." in box.details.toPlainText()
    assert raises is of_qt or "tests/gui/test_unexpected.py" in box.details.toPlainText()
    text = logged(layerloom_home)
    assert text.count(sentence) == (2 if raises is of_qt else 1)  # Qt's details have the sentence, too
    assert "/srv" not in text + box.details.toPlainText()
    box.go_on.click()
    assert watch.box is None


def test_the_program_goes_on(qtbot: QtBot, watch: Watch, window: MainWindow) -> None:
    in_a_slot(qtbot)
    shown(qtbot, watch).go_on.click()
    node = window.document.graph.by_name("conv1")
    assert node is not None
    window.document.apply(SetParameter(node.id, "out_channels", 7))
    assert window.document.unsaved
    assert window.isVisible()


def test_a_copy_is_saved_and_the_project_stays_what_it_is(
    qtbot: QtBot, watch: Watch, window: MainWindow, tmp_path: Path
) -> None:
    node = window.document.graph.by_name("conv1")
    assert node is not None
    window.document.apply(SetParameter(node.id, "out_channels", 7))
    in_a_slot(qtbot)
    shown(qtbot, watch).save.click()
    chooser = next(each for each in window.findChildren(QFileDialog) if each.isVisible())
    assert chooser.selectedFiles()[0].endswith("lenet-5-copy.loom")
    chooser.setDirectory(str(tmp_path))
    chooser.accept()
    qtbot.waitUntil((tmp_path / "lenet-5-copy.loom").exists)
    assert project.to_bytes(project.load(tmp_path / "lenet-5-copy.loom")) == project.to_bytes(window.document.project)
    assert (window.document.path, window.document.unsaved) == (None, True)
    assert window.status.currentMessage() == "Saved a copy as lenet-5-copy.loom."


def test_the_details_can_be_copied(qtbot: QtBot, watch: Watch) -> None:
    in_a_slot(qtbot)
    box = shown(qtbot, watch)
    box.copy.click()
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Traceback (most recent call last):")
    assert text == box.details.toPlainText()


def test_a_flood_of_the_same_opens_one_dialog_that_counts(
    qtbot: QtBot, watch: Watch, window: MainWindow, layerloom_home: Path
) -> None:
    for _ in range(120):
        in_a_slot(qtbot)
    box = shown(qtbot, watch)
    qtbot.waitUntil(lambda: box.count.text() == "120 times so far.")
    assert len(window.findChildren(UnexpectedBox)) == 1
    assert logged(layerloom_home).count("Traceback") == 1
    assert [line.rpartition("(")[2] for line in logged(layerloom_home).splitlines() if "times)" in line] == [
        "10 times)",
        "100 times)",
    ]
    box.go_on.click()
    for _ in range(20):
        in_a_slot(qtbot)
    qtbot.waitUntil(lambda: watch._counts[next(iter(watch._counts))] == 140)
    assert watch.box is None


def test_what_comes_again_is_said_in_the_status_line(qtbot: QtBot, watch: Watch, window: MainWindow) -> None:
    in_a_slot(qtbot)
    shown(qtbot, watch).go_on.click()
    in_a_slot(qtbot)
    qtbot.waitUntil(lambda: window.status.currentMessage().endswith("by zero (2 times)"))
    assert watch.box is None


def test_another_kind_is_added_to_the_open_dialog(qtbot: QtBot, watch: Watch, window: MainWindow) -> None:
    in_a_slot(qtbot)
    box = shown(qtbot, watch)
    in_cleaning_up(qtbot)
    qtbot.waitUntil(lambda: "in cleaning up" in box.details.toPlainText())
    assert box.count.text() == "2 reports so far."
    assert len(window.findChildren(UnexpectedBox)) == 1


def test_what_goes_wrong_before_there_is_a_window_is_shown_with_it(qtbot: QtBot, qapp: QApplication) -> None:
    with logging_to_files(), watching() as watch:
        in_a_slot(qtbot)
        box = shown(qtbot, watch)
        box.accept()


@pytest.mark.parametrize("text", ["QStandardPaths: XDG_RUNTIME_DIR not set", "This plugin does not support raise()"])
def test_warnings_of_the_desktop_are_logged_only(qtbot: QtBot, watch: Watch, layerloom_home: Path, text: str) -> None:
    qWarning(text)
    done = []
    QTimer.singleShot(0, lambda: done.append(True))
    qtbot.waitUntil(lambda: bool(done))
    assert watch.box is None
    assert text in logged(layerloom_home)


def test_markup_in_an_exception_is_shown_letter_by_letter(qtbot: QtBot, watch: Watch) -> None:
    watch.take(of_exception(ValueError("<b>x</b>")))
    assert shown(qtbot, watch).sentence.text().endswith("ValueError: <b>x</b>")


def test_all_is_as_before_when_it_ends(qapp: QApplication) -> None:
    taken: list[Report] = []
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    with hooks.listening(taken.append), watching():
        assert sys.excepthook is not before[0]
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    assert taken == []


def test_ctrl_c_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[Report] = []
    handed: list[type[BaseException]] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, _error, _trace: handed.append(kind))
    with hooks.listening(taken.append):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
        sys.excepthook(ValueError, ValueError("x"), None)
    assert handed == [KeyboardInterrupt, ValueError]
    assert len(taken) == 1


def test_an_exception_that_cannot_even_be_shown_is_reported() -> None:
    class Broken(Exception):
        def __str__(self) -> str:
            raise RuntimeError("no")

    assert "Broken" in of_exception(Broken()).sentence
    assert of_exception(LayerloomError("A sentence.")).sentence == "Something unexpected went wrong: A sentence."


@pytest.mark.parametrize(
    ("error", "traced"), [(ZeroDivisionError("no"), True), (LayerloomError("A sentence."), False), (Stopped(), False)]
)
def test_of_what_a_page_shows_the_log_says_where(
    qtbot: QtBot, layerloom_home: Path, capsys: pytest.CaptureFixture[str], error: Exception, traced: bool
) -> None:
    def job() -> None:
        raise error

    failed: list[Exception] = []
    background = Background("test")
    with logging_to_files():
        background.run(job, lambda _result: None, failed.append)
        qtbot.waitUntil(lambda: bool(failed))
        background.close()
    assert failed == [error]
    assert (layerloom_home / "logs").exists() == traced
    assert not traced or "in job" in logged(layerloom_home)
    assert capsys.readouterr().err == ""


def test_the_command_line_says_one_sentence_and_logs_where(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, layerloom_home: Path
) -> None:
    monkeypatch.setattr(layers, "run", lambda _args: in_a_thread(None) or 0)  # type: ignore[arg-type, func-returns-value]
    assert cli.main(["layers"]) == 0
    sentence = f"{IN_A_THREAD}: ZeroDivisionError: division of …/data.csv by zero"
    assert capsys.readouterr().err == f"layerloom: {sentence}\n"
    assert "Traceback" in logged(layerloom_home)
    assert cli.main(["layers", "--debug"]) == 0
    assert "Traceback" in capsys.readouterr().err


def test_a_command_that_fails_unexpectedly_says_one_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, layerloom_home: Path
) -> None:
    monkeypatch.setattr(layers, "run", lambda _args: fail())
    assert cli.main(["layers"]) == 2
    assert capsys.readouterr().err.startswith("layerloom: something unexpected went wrong: ZeroDivisionError")
    assert "Traceback" in logged(layerloom_home)
    with pytest.raises(ZeroDivisionError):
        cli.main(["layers", "--debug"])


def test_verbose_says_what_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["layers", "--verbose"]) == 0
    assert "layerloom: layerloom layers" in capsys.readouterr().err
    assert logging.getLogger("gui").level == logging.NOTSET
    assert cli.main(["layers"]) == 0
    assert capsys.readouterr().err == ""
