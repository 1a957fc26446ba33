"""Data that are files: an empty state that offers them, a folder of one's own, a download with progress and Cancel."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from engine import Graph
from engine.data import datasets
from engine.edits import SetSetting
from gui.cli import main
from gui.data.data_page import DataPage
from gui.document import Document
from tests.engine.published import mnist, packed, served, write
from tests.engine.serving import Server, serving

FILES = packed(mnist(400, 100)[0])
LARGE = "train-images-idx3-ubyte.gz"
Show = Callable[..., DataPage]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """MNIST as if these small files were what is published, on this machine."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(FILES) as made:
        small = served("mnist", FILES, made.url)
        every = tuple(small if one.name == "mnist" else one for one in datasets.DATASETS)
        monkeypatch.setattr(datasets, "DATASETS", every)
        yield made


@pytest.fixture
def show(qtbot: QtBot) -> Iterator[Show]:
    made: list[DataPage] = []

    def make(**data: Any) -> DataPage:
        graph = Graph("net")
        for key, value in data.items():
            SetSetting(("data", key), value).apply(graph)
        page = DataPage(Document(graph))
        qtbot.addWidget(page)
        made.append(page)
        page.resize(1180, 700)
        with qtbot.waitExposed(page):
            page.show()
        return page

    yield make
    for page in made:
        page.close_background()


def settle(qtbot: QtBot, page: DataPage) -> None:
    workers = (page.background, page.choice.files.background, page.samples.baselines.background)
    timers = (page._soon, page._rest)
    qtbot.waitUntil(
        lambda: not any(timer.isActive() for timer in timers) and not any(one.busy for one in workers), timeout=60_000
    )


def click(widget: QWidget) -> None:
    assert widget.isVisible()
    assert widget.isEnabled()
    QTest.mouseClick(widget, Qt.MouseButton.LeftButton)


def test_without_files_the_page_says_so_and_fetches_nothing(qtbot: QtBot, show: Show, server: Server) -> None:
    page = show(dataset="mnist")
    settle(qtbot, page)
    assert page.samples.views.currentWidget() is page.samples.empty
    assert "is read from the files of its makers, and they are not in" in page.samples.hint.text()
    assert "✕" not in page.samples.hint.text()
    size = sum(map(len, FILES.values())) / 1_000_000
    assert page.samples.offer.text() == page.choice.files.get.text() == f"Download {size:.1f} MB"
    assert not page.samples.below.isVisible()
    assert server.asked == []


def test_they_are_fetched_on_request_and_shown(qtbot: QtBot, show: Show, server: Server, layerloom_home: Path) -> None:
    page = show(dataset="mnist")
    settle(qtbot, page)
    click(page.samples.offer)
    assert page.choice.files.busy
    assert not page.samples.offer.isVisible()
    settle(qtbot, page)
    assert page.seen is not None
    assert page.seen.sizes == (329, 71, 100)
    assert page.samples.views.currentWidget() is page.samples.grid
    assert "The test part is the one of its makers." in page.samples.remark.text()
    assert page.choice.files.state.text() == "All files are there."
    assert not page.choice.files.get.isVisible()
    assert sorted(path.name for path in (layerloom_home / "data" / "mnist").iterdir()) == sorted(FILES)
    assert page.document.history.count == 0, "fetching is not an edit"


def test_a_download_can_be_cancelled_and_goes_on(qtbot: QtBot, show: Show, server: Server) -> None:
    server.gate = threading.Event()
    page = show(dataset="mnist")
    settle(qtbot, page)
    files = page.choice.files
    click(files.get)
    qtbot.waitUntil(lambda: files.bar.value() > 0, timeout=60_000)
    assert files.bar.isVisible()
    assert " of " in files.state.text()
    click(files.cancel)
    server.gate.set()
    qtbot.waitUntil(lambda: not files.busy, timeout=60_000)
    assert files.state.text() == "Cancelled; what was downloaded is kept."
    assert files.get.text().startswith("Resume: ")
    assert page.samples.offer.text() == files.get.text()
    click(files.get)
    settle(qtbot, page)
    assert server.asked[1][0] == LARGE
    assert (server.asked[1][1] or "").startswith("bytes=")
    assert page.seen is not None


def test_what_goes_wrong_is_said_below_the_folder(qtbot: QtBot, show: Show, server: Server) -> None:
    server.status = 503
    page = show(dataset="mnist")
    settle(qtbot, page)
    click(page.choice.files.get)
    settle(qtbot, page)
    assert page.choice.files.state.text().startswith(f"✕ {LARGE} cannot be downloaded (127.0.0.1")
    assert "it answers 503" in page.choice.files.state.text()
    server.status = 0
    click(page.samples.offer)
    settle(qtbot, page)
    assert page.seen is not None


def test_a_folder_of_ones_own(
    qtbot: QtBot, show: Show, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = write(tmp_path / "mine", mnist(200, 20)[0])
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: opened.append(dialog))
    page = show(dataset="mnist")
    settle(qtbot, page)
    click(page.choice.files.choose)
    opened[0].fileSelected.emit(str(where))
    assert page.document.graph.settings["data"]["path"] == str(where)
    assert page.document.history.undo_title == "Set data.path"
    settle(qtbot, page)
    assert page.seen is not None
    assert sum(page.seen.sizes) == 220
    assert str(where) in page.choice.files.where.text()
    assert page.choice.files.state.text() == "All files are there."
    assert not page.choice.files.get.isVisible(), "they are there, though not packed"
    click(page.choice.files.home)
    assert "path" not in page.document.graph.settings["data"]
    settle(qtbot, page)
    assert page.samples.offer.isVisible()
    opened[0].deleteLater()


def test_another_dataset_takes_the_folder_back_in_the_same_step(
    qtbot: QtBot, show: Show, server: Server, tmp_path: Path
) -> None:
    page = show(dataset="mnist", path=str(tmp_path))
    settle(qtbot, page)
    page.choice.chosen.emit(datasets.get("cifar_10"))
    assert page.document.graph.settings["data"] == {"dataset": "cifar_10"}
    settle(qtbot, page)
    assert "CIFAR-10 is read from the files" in page.samples.hint.text()
    assert page.choice.files.get.text() == "Download 170.1 MB"
    page.document.history.undo()
    assert page.document.graph.settings["data"] == {"dataset": "mnist", "path": str(tmp_path)}
    settle(qtbot, page)


def test_a_broken_file_is_an_error(qtbot: QtBot, show: Show, server: Server, tmp_path: Path) -> None:
    write(tmp_path, {**FILES, LARGE: FILES[LARGE][:-100]})
    page = show(dataset="mnist", path=str(tmp_path))
    settle(qtbot, page)
    assert page.samples.hint.text().startswith("✕ ")
    assert "is damaged or cut off" in page.samples.hint.text()
    assert not page.samples.offer.isVisible()


def test_closing_stops_a_download(qtbot: QtBot, show: Show, server: Server) -> None:
    server.gate = threading.Event()
    page = show(dataset="mnist")
    settle(qtbot, page)
    click(page.choice.files.get)
    qtbot.waitUntil(lambda: bool(server.asked), timeout=60_000)
    page.choice.files.stop()
    server.gate.set()
    page.close_background()
    assert not [thread for thread in threading.enumerate() if thread.name == "download-data"]


def test_the_command_line_trains_by_the_settings_alone(
    server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "files", FILES)
    settings = ["data.dataset=mnist", f"data.path={tmp_path / 'files'}", "data.transforms=default"]
    call = ["train", "mlp:classes=10,input=1x28x28", "--epochs", "1", "--run-dir", str(tmp_path / "run")]
    code = main([*call, *(word for one in settings for word in ("--set", one))])
    assert code == 0, capsys.readouterr().err
    assert (tmp_path / "run" / "metrics.jsonl").stat().st_size
    code = main(["train", "mlp:classes=10,input=1x28x28", "--set", "data.dataset=mnist", "--set", "data.path=nowhere"])
    assert code in (1, 2)
    assert "MNIST needs the file train-images-idx3-ubyte.gz, which is not in nowhere" in capsys.readouterr().err


def test_a_folder_with_other_things_is_refused_in_words(
    qtbot: QtBot, show: Show, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("passwd", "hosts"):
        (tmp_path / name).touch()
    page = show(dataset="mnist", path=str(tmp_path))
    settle(qtbot, page)
    assert (
        page.samples.hint.text() == f"✕ {tmp_path} holds none of the files of MNIST: choose the folder that has them."
    )
    detail = page.samples.detail.text()
    for name in FILES:
        assert name in detail
    assert "• train-images-idx3-ubyte.gz, or train-images-idx3-ubyte, or train-images.idx3-ubyte\n" in detail
    assert "There are: hosts, passwd." in detail
    assert page.choice.files.state.text() == "✕ None of the expected files are there."
    assert not page.choice.files.get.isVisible(), "nothing is fetched into such a folder"
    assert page.samples.offer.text() == "Choose Folder …"
    asked: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda dialog: asked.append(dialog))
    click(page.samples.offer)
    assert len(asked) == 1
    asked[0].deleteLater()
    assert server.asked == []


@pytest.mark.parametrize("there", ["nothing", "a part", "half a file", "no folder yet"])
def test_a_folder_that_can_take_them_offers_to_fetch(
    qtbot: QtBot, show: Show, server: Server, tmp_path: Path, there: str
) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes.txt").touch()
    if there == "nothing":
        (tmp_path / "mine" / "notes.txt").unlink()
    elif there == "a part":
        write(tmp_path / "mine", {LARGE: FILES[LARGE]})
    elif there == "half a file":
        (tmp_path / "mine" / f"{LARGE}.part").write_bytes(FILES[LARGE][:50])
    page = show(dataset="mnist", path=str(tmp_path / ("else" if there == "no folder yet" else "mine")))
    settle(qtbot, page)
    assert "✕" not in page.samples.hint.text()
    assert page.choice.files.get.isVisible()
    assert page.samples.offer.text() == page.choice.files.get.text()


def test_what_cannot_be_written_to_is_said(
    qtbot: QtBot, show: Show, server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.access", lambda *_args, **_options: False)
    page = show(dataset="mnist", path=str(tmp_path))
    settle(qtbot, page)
    assert f"Nothing can be written to {tmp_path}." in page.samples.detail.text()
    assert page.samples.offer.text() == "Choose Folder …"
    assert not page.choice.files.get.isVisible()


def test_the_folder_of_a_set_that_is_only_looked_at_is_kept_for_its_use(
    qtbot: QtBot, show: Show, server: Server, tmp_path: Path
) -> None:
    write(tmp_path, mnist(200, 20)[0])
    page = show(dataset="iris")
    settle(qtbot, page)
    page.choice.looked.emit(datasets.get("mnist"))
    settle(qtbot, page)
    page.choice.files.path_chosen.emit(str(tmp_path))
    settle(qtbot, page)
    assert page.seen is not None
    assert sum(page.seen.sizes) == 220
    assert page.document.graph.settings["data"] == {"dataset": "iris"}
    click(page.use.use)
    assert page.document.graph.settings["data"] == {"dataset": "mnist", "path": str(tmp_path)}
    settle(qtbot, page)
