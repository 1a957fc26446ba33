"""Files are opened, written and replaced by `engine.files` and `engine.own_files` alone: nobody goes past them."""

from __future__ import annotations

import ast

import pytest

from tests.each import each
from tests.test_house import FILES, ROOT

MODULES = {"engine/files.py", "engine/own_files.py", "engine/system/__init__.py"}
OF_PATHS = {
    "read_text", "read_bytes", "write_text", "write_bytes", "symlink_to", "hardlink_to", "is_file", "chmod",
}  # fmt: skip
"""Methods that no other class of ours has."""
OPENERS = {
    ("os", name) for name in ("open", "fdopen", "replace", "rename", "link", "symlink", "truncate", "mkfifo")
} | {
    *(("shutil", name) for name in ("copy", "copy2", "copyfile", "copytree", "move", "make_archive", "unpack_archive")),
    *(("tempfile", name) for name in ("NamedTemporaryFile", "TemporaryFile", "mkstemp", "SpooledTemporaryFile")),
    *((name, "open") for name in ("gzip", "bz2", "lzma", "tarfile", "io", "codecs", "Image", "zipfile")),
    *(("np", name) for name in ("load", "save", "savez", "memmap", "fromfile", "loadtxt", "genfromtxt")),
    *(("torch", name) for name in ("load", "save")), ("zipfile", "ZipFile"), ("sqlite3", "connect"),
}  # fmt: skip
"""Functions of modules that open files; those that are given an open file first are allowed."""
BY_NAME = {
    "open", "safe_open", "load_file", "save_file", "QSettings", "QFile", "QSaveFile", "QTemporaryFile", "read_csv",
}  # fmt: skip
GIVEN = {"readable", "beside"}
"""What `engine.files` and `engine.own_files` hand to libraries that open files themselves."""
EXEMPT = {
    "engine/system/machine.py": "facts of the machine in /proc and /sys",
    "engine/nn/__init__.py": "our own code",
    "engine/layers/torch_norms.py": "the code of torch",
    "engine/data/baselines.py": "resources of the package",
    "engine/data/on_board.py": "resources of the package",
    "engine/data/generated/standard_library.py": "Python's own code",
    "gui/preferences.py": "what earlier versions kept is in a format of Qt",
    "gui/keys/keymap.py": "resources of the package",
    "gui/help/browser.py": "resources of the package",
    "gui/help/written_pages.py": "resources of the package",
    "gui/theme.py": "resources of the package",
    "presets/followers.py": "resources of the package",
    "presets/reached.py": "resources of the package",
    "gui/cli/output.py": "the null device in the stead of an output that is gone",
}
WRITING = {"w", "a", "x", "r", "b", "+", "t"}


def past(tree: ast.Module) -> list[int]:
    """The lines of a file that open, write or replace a file by themselves."""
    handed = {
        name.id
        for node in ast.walk(tree)
        if isinstance(node, ast.With)
        for item in node.items
        for name in ast.walk(item.optional_vars or ast.Pass())
        if isinstance(name, ast.Name)
    }
    return [node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _opens(node, handed)]


def _opens(call: ast.Call, handed: set[str]) -> bool:
    first = call.args[0] if call.args else next((item.value for item in call.keywords if item.arg == "fileobj"), None)
    ours = _is_handed(first, handed) or any(_is_handed(item.value, handed) for item in call.keywords)
    match call.func:
        case ast.Attribute(value=ast.Name(id=module), attr=name) if (module, name) in OPENERS:
            return not (ours or any(_is_handed(argument, handed) for argument in call.args))
        case ast.Attribute(value=ast.Name(id="files" | "own_files" | "system")):
            return False
        case ast.Attribute(value=value, attr="open"):
            return _is_mode(call) and not _is_handed(value, handed)
        case ast.Attribute(attr=name):
            return name in OF_PATHS
        case ast.Name(id=name) if name in BY_NAME:
            return not (ours or any(_is_handed(argument, handed) for argument in call.args))
    return False


def _is_mode(call: ast.Call) -> bool:
    """Whether `open` is called as a path's: with a mode."""
    given = [*call.args, *(item.value for item in call.keywords if item.arg == "mode")]
    texts = [item.value for item in given if isinstance(item, ast.Constant) and isinstance(item.value, str)]
    return any(text and set(text) <= WRITING for text in texts)


def _is_handed(node: ast.expr | None, handed: set[str]) -> bool:
    match node:
        case ast.Name(id=name):
            return name in handed or name in GIVEN
        case ast.Call(func=ast.Attribute(attr="readable" | "fileno")):
            return True
        case ast.BinOp(left=left):
            return _is_handed(left, handed)
        case ast.Call(args=[first, *_]):
            return _is_handed(first, handed)
    return False


def names() -> list[str]:
    """The files of the program."""
    found = (str(path.relative_to(ROOT)) for path in FILES)
    return sorted(name for name in found if name.partition("/")[0] in ("engine", "presets", "gui"))


@each([name for name in names() if name not in MODULES | set(EXEMPT)])
def test_nobody_opens_files_past_the_module(file: str) -> None:
    assert [f"{file}:{line}" for line in past(ast.parse((ROOT / file).read_text(encoding="utf-8")))] == []


@pytest.mark.parametrize("file", sorted(EXEMPT))
def test_an_exemption_is_still_needed(file: str) -> None:
    assert past(ast.parse((ROOT / file).read_text(encoding="utf-8")))


@pytest.mark.parametrize(
    "code",
    [
        "open('x')", "path.open('rb')", "path.open(mode='w')", "path.read_text(encoding='utf-8')", "os.open(path, 0)",
        "path.write_bytes(b'')", "os.replace(a, b)", "gzip.open(path)", "np.load(path)", "torch.load(path)",
        "save_file(weights, path)", "load_file(folder / name)", "QSettings('x', 'y')", "shutil.copy(a, b)",
        "tempfile.NamedTemporaryFile()", "path.is_file()", "zipfile.ZipFile(path)", "tarfile.open(path)",
    ],
)  # fmt: skip
def test_a_way_past_is_found(code: str) -> None:
    assert past(ast.parse(code)) == [1]


@pytest.mark.parametrize(
    "code",
    [
        "dialog.open()", "view.adder.open(at, wire)", "own_files.create(folder, 'x')",
        "with open_to_read(path) as file:\n torch.load(file)", "load_file(own_files.readable(run, MODEL))",
        "with replacing(path) as beside:\n save_file(weights, beside)",
        "with open_to_read(path) as raw:\n tarfile.open(fileobj=bounded(raw, 3), mode='r|')",
    ],
)  # fmt: skip
def test_what_the_module_hands_out_may_be_used(code: str) -> None:
    assert past(ast.parse(code)) == []
