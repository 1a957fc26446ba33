"""Fetching files from a server on this machine: whole, in two goes, from one that breaks off, lies or is not there."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.data import download as module
from engine.data.datasets import DataError, get, load
from engine.data.download import Cancelled, arrived, download, size, wanted
from tests.engine.published import mnist, packed, served
from tests.engine.serving import Server, serving

FILES = packed(mnist(400, 100)[0])
LARGE = "train-images-idx3-ubyte.gz"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with serving(FILES) as made:
        yield made


def files_in(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_everything_is_fetched_once_and_can_be_loaded(tmp_path: Path, server: Server) -> None:
    dataset, seen = served("mnist", FILES, server.url), []
    folder = tmp_path / "a" / "b"
    download(dataset, folder, lambda done, total: seen.append((done, total)))
    assert files_in(folder) == FILES
    assert [name for name, _ in server.asked] == list(FILES)
    total = sum(map(len, FILES.values()))
    assert size(dataset) == arrived(dataset, folder) == total
    assert seen == sorted(seen)
    assert seen[-1] == (total, total)
    assert {whole for _, whole in seen} == {total}
    assert np.array_equal(load("mnist", str(folder))["image"], mnist(400, 100)[1]["image"])
    download(dataset, folder)
    assert len(server.asked) == 4, "what is there is not fetched again"
    (folder / LARGE).unlink()
    assert [file.name for file in wanted(dataset, folder)] == [LARGE]


def test_it_goes_on_where_it_was_cancelled(tmp_path: Path, server: Server) -> None:
    dataset, seen = served("mnist", FILES, server.url), []
    stop = False

    def progress(done: int, total: int) -> None:
        nonlocal stop
        seen.append(done)
        stop = True

    with pytest.raises(Cancelled):
        download(dataset, tmp_path, progress, lambda: stop)
    part = tmp_path / f"{LARGE}.part"
    have = part.stat().st_size
    assert 0 < have < len(FILES[LARGE])
    assert arrived(dataset, tmp_path) == have
    assert not (tmp_path / LARGE).exists()
    download(dataset, tmp_path, lambda done, total: seen.append(done))
    assert server.asked[1] == (LARGE, f"bytes={have}-")
    assert files_in(tmp_path) == FILES
    assert seen == sorted(seen), "progress begins with what is there"


def test_a_server_that_breaks_off_is_a_sentence_and_the_next_attempt_goes_on(tmp_path: Path, server: Server) -> None:
    dataset = served("mnist", FILES, server.url)
    server.breaks_after = 70_000
    with pytest.raises(DataError, match=r"cannot be downloaded \(127.*the connection broke off.*70,000 bytes are kept"):
        download(dataset, tmp_path)
    assert files_in(tmp_path) == {f"{LARGE}.part": FILES[LARGE][:70_000]}
    server.breaks_after = None
    download(dataset, tmp_path)
    assert server.asked[1] == (LARGE, "bytes=70000-")
    assert files_in(tmp_path) == FILES


def test_another_mirror_goes_on_where_the_first_broke_off(tmp_path: Path, server: Server) -> None:
    """The first address is not there at all; the second has it."""
    dataset = served("mnist", FILES, server.url.replace("/mnist/", "/gone/nothing-here-"), server.url)
    (tmp_path / f"{LARGE}.part").write_bytes(FILES[LARGE][:1000])
    download(dataset, tmp_path)
    assert [name for name, _ in server.asked[:2]] == [f"nothing-here-{LARGE}", LARGE]
    assert server.asked[1][1] == "bytes=1000-"
    assert files_in(tmp_path) == FILES


def test_a_server_without_ranges_begins_anew(tmp_path: Path, server: Server) -> None:
    server.ranges = False
    (tmp_path / f"{LARGE}.part").write_bytes(b"x" * 1000)
    download(served("mnist", FILES, server.url), tmp_path)
    assert files_in(tmp_path) == FILES


@pytest.mark.parametrize("have", [b"", b"x" * 500, b"x" * len(FILES[LARGE])])
def test_a_wrong_checksum_is_a_sentence_and_leaves_nothing(tmp_path: Path, server: Server, have: bytes) -> None:
    dataset = served("mnist", FILES, server.url)
    server.files[LARGE] = FILES[LARGE][:-1] + b"?"
    if have:
        (tmp_path / f"{LARGE}.part").write_bytes(have)
    with pytest.raises(DataError, match=r"what came is not what is published \(its MD5 is [0-9a-f]{32}\)"):
        download(dataset, tmp_path)
    assert files_in(tmp_path) == {}
    server.files[LARGE] = FILES[LARGE]
    download(dataset, tmp_path)
    assert files_in(tmp_path) == FILES


def test_a_server_that_sends_without_end_is_a_sentence(tmp_path: Path, server: Server) -> None:
    server.more = bytes(200_000)
    with pytest.raises(DataError, match=r"it sends more than the \S+ bytes that are published"):
        download(served("mnist", FILES, server.url), tmp_path)
    assert files_in(tmp_path) == {}


@pytest.mark.parametrize(("status", "words"), [(404, "it answers 404"), (500, "it answers 500"), (416, "answers 416")])
def test_a_refusal_is_a_sentence(tmp_path: Path, server: Server, status: int, words: str) -> None:
    server.status = status
    with pytest.raises(DataError, match=words) as caught:
        download(served("mnist", FILES, server.url), tmp_path)
    assert str(caught.value).endswith("try again later.")
    assert files_in(tmp_path) == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/", "http://127.0.0.1:99999/"])
def test_an_address_without_a_server_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with pytest.raises(DataError, match="cannot be downloaded"):
        download(served("mnist", FILES, url), tmp_path)


def test_a_server_that_says_nothing_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import socket

    monkeypatch.setenv("no_proxy", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        with pytest.raises(DataError, match="it does not answer"):
            download(served("mnist", FILES, url), tmp_path, timeout=0.2)


def no_more_room(*_args: object) -> None:
    """What a disk says that takes not a byte more."""
    raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_is_a_sentence(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module.own_files, "append", no_more_room)
    with pytest.raises(DataError, match="is full: make room, and the download continues where it stopped"):
        download(served("mnist", FILES, server.url), tmp_path)
    assert files_in(tmp_path) == {}


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path, server: Server) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="cannot be written to"):
        download(served("mnist", FILES, server.url), tmp_path / "file" / "folder")


def test_what_is_published_is_declared_whole() -> None:
    for name, count in (("mnist", 4), ("fashion_mnist", 4), ("cifar_10", 1), ("cifar_100", 1)):
        dataset = get(name)
        assert len(dataset.files) == count
        assert all(len(file.md5) == 32 and file.size > 4000 and file.mirrors for file in dataset.files)
        assert all(mirror.endswith("/") for file in dataset.files for mirror in file.mirrors)
