"""Every kind of file that Layerloom reads, ways to damage each, and what a user does with it next."""

from __future__ import annotations

import atexit
import contextlib
import copy
import hashlib
import json
import math
import os
import random
import shutil
import stat
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from engine import own_files, project
from engine.blocks import library
from engine.data.datasets import get, load
from engine.home import home, hosts
from engine.journals.journal import FILE, Journal
from engine.journals.recovery import abandoned, take
from engine.training.control import Control
from engine.training.loop import Trainer
from engine.training.process import handover
from engine.training.runs import catalogue, checkpoint
from engine.training.runs.run_info import read, scan
from engine.training.runs.stored import parent_of, stored_history
from gui.preferences import Preferences
from presets.own import broken_presets, own_presets
from tests.engine.graphs import random_edit, random_graph
from tests.engine.hostile_files import use
from tests.engine.published import archive, cifar, mnist, packed, write
from tests.engine.refusals import check_sentence, refusal
from tests.engine.test_training_keeping import kept

WRONG: list[Any] = [
    *(None, True, -1, 1.5, 2**31, 2**62, -(2**63), 10**400, 1e308, math.nan, math.inf, -math.inf),
    *("", "\x00", "NaN", "1e999", "x" * 3000, "../../etc/passwd", "/dev/zero", "\ud800", "\u2028\u202e", "<b>x</b>"),
    *([], {}, [[]], [1, "x"], {"x": {}}, [[1.5, math.nan]], {"n1": [0, 0]}, "finished", "running", "cpu", "cuda:99"),
]
PIECES = (b"\x00", b"}", b'"', b"[[", b"[" * 5000, b'{"a":' * 5000, b"1e999", b"9" * 5000, b"\xff\xfe", b"\n\n", b"NaN")


# -- damage ------------------------------------------------------------------------------------------------------------


def damaged(rng: random.Random, content: bytes) -> bytes:
    """The content with flipped bits, cut off, with parts swapped, repeated, zeroed or put in, or with other values."""
    if not content:
        return rng.choice(PIECES)
    size = len(content)
    start, end = sorted((rng.randrange(size), rng.randrange(size + 1)))
    how = rng.choice(("flip", "cut", "swap", "zero", "piece", "repeat", "head", "values", "values", "values"))
    if how == "values":
        changed = other_values(rng, content)
        if changed is not None:
            return changed
        how = "flip"
    if how == "flip":
        harmed = bytearray(content)
        for _ in range(rng.choice((1, 1, 8, 64))):
            harmed[rng.randrange(size)] ^= 1 << rng.randrange(8)
        return bytes(harmed)
    if how == "cut":
        return content[:start]
    if how == "swap":
        return content[end:] + content[start:end] + content[:start]
    if how == "zero":
        return content[:start] + bytes(end - start) + content[end:]
    if how == "repeat":
        return content[:end] + content[start:]
    if how == "head":
        return content[end:]
    return content[:start] + rng.choice(PIECES) + content[start + rng.randrange(9) :]


def other_values(rng: random.Random, content: bytes) -> bytes | None:
    """JSON, or one of several lines of JSON, with other values in it; None where it is none."""
    lines = content.split(b"\n")
    try:
        return _changed(rng, json.loads(content))
    except (ValueError, RecursionError):
        pass
    at = rng.randrange(len(lines))
    try:
        lines[at] = _changed(rng, json.loads(lines[at]))
    except (ValueError, RecursionError):
        return None
    return b"\n".join(lines)


def _changed(rng: random.Random, plain: Any) -> bytes:
    changed = copy.deepcopy(plain)
    for _ in range(rng.choice((1, 1, 3))):
        holder = changed
        while isinstance(holder, (dict, list)) and holder:
            key = rng.choice(list(holder) if isinstance(holder, dict) else range(len(holder)))
            if not isinstance(holder[key], (dict, list)) or not holder[key] or rng.random() < 0.3:
                break
            holder = holder[key]
        else:
            return json.dumps(rng.choice(WRONG)).encode()
        if rng.random() < 0.2:
            del holder[key]
        elif rng.random() < 0.15 and isinstance(holder, list):
            holder.extend([copy.deepcopy(holder[key])] * rng.choice((1, 50)))
        else:
            holder[key] = copy.deepcopy(rng.choice(WRONG))
    return json.dumps(changed).encode()


def stand_in(rng: random.Random, path: Path, outside: Path) -> str:
    """Something else in the stead of a file, one that is elsewhere among it; returns what."""
    what = rng.choice(("link", "loop", "pipe", "folder", "device", "nothing", "empty", "hard link"))
    content = path.read_bytes()
    path.unlink()
    match what:
        case "link" | "hard link":
            outside.write_bytes(content)
            path.symlink_to(outside) if what == "link" else path.hardlink_to(outside)
        case "loop":
            path.symlink_to(path.name)
        case "pipe":
            os.mkfifo(path)
        case "folder":
            path.mkdir()
        case "device":
            path.symlink_to("/dev/zero")
        case "empty":
            path.touch()
    return what


def snapshot(*folders: Path) -> dict[str, str]:
    """Every name below folders, and the sum of what is there where that is a file."""
    found = {}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            facts = os.lstat(path)
            kind = stat.S_IFMT(facts.st_mode)
            plain = hashlib.sha256(path.read_bytes()).hexdigest() if stat.S_ISREG(kind) else ""
            found[str(path)] = f"{kind} {os.readlink(path) if stat.S_ISLNK(kind) else plain}"
    return found


# -- the kinds ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """``make`` lays whole files into a folder; ``use`` does what the program does with them, and may not fail.

    ``files`` is a pattern of those that are damaged. What the program writes there itself is among ``writes``; None
    where that may be any of them, as when damaged preferences are put aside.
    """

    make: Callable[[Path], None]
    use: Callable[[Path], None]
    files: str = "**/*"
    writes: frozenset[str] | None = frozenset()


def copied(source: Callable[[], Path]) -> Callable[[Path], None]:
    """Makes copies of a folder that is made once."""
    return lambda folder: (shutil.copytree(source(), folder, dirs_exist_ok=True), None)[1]


def whole_project(folder: Path) -> None:
    (folder / "net.loom").write_bytes(project.to_bytes(random_graph(random.Random(len(str(folder))), 40)))


def open_project(folder: Path) -> None:
    with contextlib.suppress(project.ProjectError):
        use(project.load(folder / "net.loom"), b" " * 20_000)
    refusal(lambda: project.load(folder / "net.loom"))
    refusal(lambda: project.load_own(folder, "net.loom"))


def preset_or_block(folder: Path) -> None:
    whole_project(folder)


def open_gallery(folder: Path) -> None:
    for own in ("presets", "blocks"):
        make_way(home() / own)
        (home() / own).symlink_to(folder, target_is_directory=True)
    for preset in own_presets():
        refusal(preset.build)
    for words in (*broken_presets(), *library.entries()[1]):
        check_sentence(words)


def lasting_folder() -> Path:
    """A folder that is there until the process of the tests ends."""
    folder = Path(mkdtemp(prefix="layerloom-damaged-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


@cache
def _run() -> Path:
    """A run that was stopped in its third epoch, with states and answers."""

    class Stopping(Control):
        left = 16

        def gate(self, before_waiting: Callable[[], None] | None = None) -> bool:
            self.left -= 1
            if self.left < 0:
                self.stop()
            return super().gate(before_waiting)

    folder = lasting_folder()
    Trainer(kept(epochs=3), folder / "run", control=Stopping()).run()
    catalogue.listing(folder)
    return folder


def open_run(folder: Path) -> None:
    run = folder / "run"
    for act in (
        lambda: read(run),
        lambda: stored_history(run),
        lambda: project.load_own(run, "project.loom"),
        lambda: Trainer.resume(run),
        lambda: catalogue.listing(folder),
    ):
        refusal(act)
    for words in (*scan(folder)[1].values(), *catalogue.listing(folder).broken.values()):
        check_sentence(words)


def open_states(folder: Path) -> None:
    run = folder / "run"
    for act in (lambda: checkpoint.load(run), lambda: checkpoint.load(run, weights_only=True), lambda: parent_of(run)):
        refusal(act)
    with contextlib.suppress(ValueError):
        if found := checkpoint.load(run):
            assert not found.notes or found.notes.isprintable()


def open_unsealed(folder: Path) -> None:
    """States of a stranger: the sums fit whatever is in them."""
    for state in (folder / "run" / "checkpoints").glob("kept-*"):
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, RecursionError):
            facts = json.loads((state / "state.json").read_bytes()) if (state / "state.json").is_file() else {}
            parts = [part for part in ("model.safetensors", "optimizer.pt") if (state / part).is_file()]
            facts["digests"] = {part: hashlib.sha256((state / part).read_bytes()).hexdigest() for part in parts}
            facts.pop("seal", None)
            own_files.remove(state / "state.json")
            (state / "state.json").write_text(json.dumps(facts))
    open_states(folder)


def whole_journal(folder: Path) -> None:
    rng = random.Random(3)
    graph = random_graph(rng, 12)
    written = Journal.begin(project.to_bytes(graph), None, "mouse")
    done = 0
    while done < 12:
        edit = random_edit(rng, graph)
        with contextlib.suppress(ValueError):
            edit.apply(graph)
            written.append(edit)
            done += 1
    written.close()
    shutil.move(written.folder, folder / "one")


def open_journal(folder: Path) -> None:
    make_way(home() / "journals")
    shutil.copytree(folder, home() / "journals", symlinks=True, copy_function=_copy)
    for found in abandoned():
        assert found.name.isprintable() or found.name
    for each in list((home() / "journals").iterdir()):
        if os.path.lexists(each / FILE):
            refusal(lambda each=each: take(each).journal.close())  # type: ignore[misc]


def make_way(path: Path) -> None:
    """Remove what the use before has left."""
    if os.path.lexists(path):
        own_files.remove(path)


def _copy(source: str, target: str) -> None:
    """Copy a file, and make a pipe of a pipe."""
    if stat.S_ISFIFO(os.lstat(source).st_mode):
        os.mkfifo(target)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def whole_preferences(folder: Path) -> None:
    facts = {
        "theme": "dark",
        "recent": ["/a/one.loom", "/b/two.loom"],
        "layout/window": "AAEC",
        "training/host": "auto",
    }
    (folder / "preferences.json").write_text(json.dumps(facts, indent=1))


def open_preferences(folder: Path) -> None:
    before = os.environ["LAYERLOOM_HOME"]
    os.environ["LAYERLOOM_HOME"] = str(folder)
    try:
        found = Preferences()
        assert found.theme in ("light", "dark")
        assert found.host in ("auto", "thread", "process")
        found.recent()
        found.bytes("window")
        found.text("training/host")
        found.set_text("some", "words")
        assert Preferences().text("some") in ("words", "")
    finally:
        os.environ["LAYERLOOM_HOME"] = before


def whole_request(folder: Path) -> None:
    make_way(hosts())
    made = handover.hand_over(kept(epochs=1), handover.Request())
    handover.announce(made, handover.HostFacts(pid=1, address=str(folder / "nobody"), network="n"))
    shutil.move(made, folder / "one")


def open_request(folder: Path) -> None:
    refusal(lambda: handover.take(folder / "one")[0].release())
    refusal(lambda: handover.call(folder / "one"))
    make_way(hosts())
    hosts().symlink_to(folder, target_is_directory=True)
    assert handover.live() == []


def data(name: str, contents: dict[str, bytes]) -> Kind:
    """A data set in a folder."""
    return Kind(
        lambda folder: write(folder, contents),
        lambda folder: (refusal(lambda: load(name, str(folder))), None)[1],
    )


CACHES = frozenset({".index.json", ".numbers.json"})
FILE_KINDS: dict[str, Kind] = {
    "project": Kind(whole_project, open_project),
    "preset": Kind(preset_or_block, open_gallery),
    "run": Kind(copied(_run), open_run, "run/*.*", CACHES),
    "index": Kind(copied(_run), open_run, ".*.json", CACHES),
    "checkpoint": Kind(copied(_run), open_states, "run/checkpoints/**/*"),
    "weights": Kind(copied(_run), open_states, "run/*.safetensors"),
    "stranger's checkpoint": Kind(copied(_run), open_unsealed, "run/checkpoints/kept-*/*", None),
    "journal": Kind(whole_journal, open_journal, "one/*.jsonl"),
    "preferences": Kind(whole_preferences, open_preferences, writes=None),
    "request": Kind(whole_request, open_request, "one/[!.]*", frozenset({".writer"})),
    "idx": data("mnist", mnist()[0]),
    "idx.gz": data("mnist", packed(mnist()[0])),
    "cifar": data("cifar_10", cifar("cifar_10")[0]),
    "cifar.tar.gz": data("cifar_100", {get("cifar_100").files[0].name: archive("cifar_100", cifar("cifar_100")[0])}),
}
