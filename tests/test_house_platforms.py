"""What one operating system lacks is used in `engine.system` alone, where the branch for the others is beside it.

mypy proves the branches: `python dev.py test --all` runs it as if on Windows and on macOS.
"""

from __future__ import annotations

import ast

import pytest

from tests.each import each
from tests.test_house import FILES, ROOT

MODULES = {
    "fcntl", "grp", "pwd", "resource", "termios", "tty", "pty", "posix", "syslog", "readline", "curses", "crypt",
    "msvcrt", "winreg", "winsound", "_winapi", "ctypes",
}  # fmt: skip
"""Modules that are not on every system, or reach into one."""
OF_OS = {
    *("fork", "forkpty", "getuid", "geteuid", "getgid", "getegid", "getgroups", "setuid", "setgid", "setsid", "uname"),
    *("setpgid", "getpgid", "getpgrp", "killpg", "kill", "nice", "mkfifo", "mknod", "sysconf", "statvfs", "chown"),
    *("lchown", "fchown", "fchmod", "sched_getaffinity", "sched_setaffinity", "getloadavg", "openpty", "ttyname"),
    *("wait", "waitpid", "wait3", "wait4", "pread", "pwrite", "sendfile", "posix_fallocate", "posix_fadvise", "sync"),
    *("fdatasync", "memfd_create", "eventfd", "pipe2", "chroot", "getpriority", "setpriority", "startfile", "fsync"),
    *("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC", "O_NOCTTY", "O_SYNC", "O_TMPFILE", "O_BINARY", "name"),
}
OF_SIGNAL = {
    *("SIGHUP", "SIGKILL", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGPIPE", "SIGCHLD", "SIGSTOP", "SIGTSTP"),
    *("SIGCONT", "SIGTTIN", "SIGTTOU", "SIGWINCH", "SIGBREAK", "CTRL_C_EVENT", "CTRL_BREAK_EVENT"),
    *("alarm", "setitimer", "pause", "sigwait", "pthread_kill", "pthread_sigmask", "siginterrupt"),
}
OF = {
    "os": OF_OS, "signal": OF_SIGNAL, "socket": {"AF_UNIX", "SO_REUSEPORT"}, "sys": {"platform", "getwindowsversion"},
    "platform": {"mac_ver", "win32_ver", "freedesktop_os_release"}, "time": {"tzset"}, "shlex": {"quote", "join"},
    "subprocess": {"STARTUPINFO", "CREATE_NEW_PROCESS_GROUP", "DETACHED_PROCESS", "CREATE_NO_WINDOW"},
}  # fmt: skip
"""Module → names in it that one system lacks, that mean another thing there, or that ask which one it is."""
ARGUMENTS = {
    "start_new_session", "preexec_fn", "pass_fds", "process_group", "creationflags", "startupinfo", "dir_fd",
    "src_dir_fd", "dst_dir_fd",
}  # fmt: skip
FACTS = {"st_uid", "st_gid", "st_blocks", "st_file_attributes", "st_reparse_tag"}
FOLDERS = ("/proc/", "/sys/", "/dev/", "/tmp/", "/etc/", "/usr/", "/home/", "C:\\")
RENAMES = {"rename"}
"""Methods of paths that Windows refuses for a moment: `engine.system.rename` is patient."""
EXEMPT = {
    "dev.py": "runs before anything is installed; each use stands after a question which system it is",
    "gui/cli/open_window.py": "the name of a socket of X, which no other system has",
    "gui/design/inspector.py": "renames layers",
}
HOUSE = "engine/system/"


def specific(code: str) -> list[str]:
    """What in a piece of code is there on one operating system and not on others, by line."""
    found = []
    for node in ast.walk(ast.parse(code)):
        match node:
            case ast.Import(names=given):
                names = [one.name for one in given if one.name.partition(".")[0] in MODULES]
            case ast.ImportFrom(module=str(module), names=given, level=0):
                names = [f"{module}.{one.name}" for one in given if one.name in OF.get(module, ())]
                names += [module] if module.partition(".")[0] in MODULES else []
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in OF.get(module, ()):
                names = [f"{module}.{name}"]
            case ast.Attribute(value=ast.Name(id="platform"), attr="system"):
                names = []  # only ever shown
            case ast.Attribute(attr=name) if name in FACTS:
                names = [name]
            case ast.Call(func=ast.Name(id="getattr"), args=[_, ast.Constant(value=str(name)), *_]) if name in FACTS:
                names = [name]
            case ast.Call(func=ast.Attribute(value=ast.Name(id="system"), attr=_)):
                names = []
            case ast.Call(func=ast.Attribute(attr=name), args=[_]) if name in RENAMES:
                names = [f".{name}()"]
            case ast.Call(func=ast.Attribute(attr="get_context" | "set_start_method"), args=[ast.Constant(value=kind)]):
                names = [f"{kind}"] if kind != "spawn" else []
            case ast.Constant(value=str(text)) if any(text.lstrip("\0").startswith(folder) for folder in FOLDERS):
                names = [repr(text)]
            case _:
                names = []
        if isinstance(node, ast.Call):
            names += [f"{word.arg}=" for word in node.keywords if word.arg in ARGUMENTS]
            names += ["no encoding"] if _lacks_encoding(node) else []
        found += [(node.lineno, name) for name in names]  # type: ignore[attr-defined]
    return [f"line {line}: {name}" for line, name in sorted(found)]


def _lacks_encoding(call: ast.Call) -> bool:
    """Whether text is read or written in the encoding of whatever system it is."""
    given = {word.arg: word.value for word in call.keywords}
    if "encoding" in given or any(word.arg is None for word in call.keywords):
        return False
    match call.func:
        case ast.Attribute(attr="read_text"):
            return not call.args
        case ast.Attribute(attr="write_text"):
            return len(call.args) < 2
        case ast.Name(id="open") | ast.Attribute(attr="open"):
            modes = [*call.args, *([given["mode"]] if "mode" in given else [])]
            texts = [mode.value for mode in modes if isinstance(mode, ast.Constant) and isinstance(mode.value, str)]
            modes_found = [text for text in texts if text and set(text) <= set("rwaxbt+")]
            is_file = isinstance(call.func, ast.Name) or bool(modes_found)
            return is_file and not any("b" in text for text in modes_found)
    return False


PROGRAM = sorted(
    name
    for path in FILES
    if (name := path.relative_to(ROOT).as_posix()).startswith(("engine/", "gui/", "presets/", "dev.py"))
    and not name.startswith(HOUSE)
)


@each([name for name in PROGRAM if name not in EXEMPT])
def test_nobody_uses_what_one_system_lacks(name: str) -> None:
    assert specific((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", sorted(EXEMPT))
def test_an_exemption_is_still_needed(name: str) -> None:
    assert specific((ROOT / name).read_text(encoding="utf-8"))


TESTS = sorted(
    name
    for path in FILES
    if (name := path.relative_to(ROOT).as_posix()).startswith("tests/") and not name.startswith("tests/test_house")
)
SKIPS = ("unix", "skipif")
ASKS = ("sys.platform", "no encoding")
"""What a test may use: which system it is; and `dev.py` lets Python take UTF-8 for the encoding everywhere."""
FOLDERS_OF_UNIX = ("'/proc/", "'/dev/")


def unmarked(code: str) -> list[str]:
    """The tests that use what Windows lacks and are not skipped there, and what is used while a file is read."""
    tree = ast.parse(code)
    marked = any("pytestmark" in ast.unparse(node) for node in tree.body if isinstance(node, ast.Assign))
    found = []
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            skipped = marked or any(word in ast.unparse(mark) for mark in node.decorator_list for word in SKIPS)
            if node.name.startswith("test_") and not skipped:
                found += [f"{node.name}: {use}" for use in map(_use, specific(ast.unparse(node))) if _is_unix(use)]
        elif not isinstance(node, ast.ClassDef):
            found += [use for use in map(_use, specific(ast.unparse(node))) if _is_unix(use) and "'" not in use]
    return found


def _use(line: str) -> str:
    return line.partition(": ")[2]


def _is_unix(use: str) -> bool:
    """Whether it is there on Unix alone: a path that is only a text is not."""
    if use[0] in "'\"":
        return use.startswith(FOLDERS_OF_UNIX)
    return use not in (*ASKS, "ctypes", ".rename()", "os.fsync", "shlex.quote", "shlex.join")


@each(TESTS)
def test_a_test_of_unix_is_skipped_elsewhere(name: str) -> None:
    assert unmarked((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("code", "count"),
    [
        ("def test_x(): os.mkfifo(p)", 1),
        ("@unix\ndef test_x(): os.mkfifo(p)", 0),
        ("import fcntl", 1),
        ("pytestmark = unix\ndef test_x(): os.kill(1, 9)", 0),
        ("def helper(): os.mkfifo(p)", 0),
        ("def test_x(): redact('/home/marie')", 0),
    ],
)
def test_a_test_that_is_not_skipped_is_found(code: str, count: int) -> None:
    assert len(unmarked(code)) == count


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl", "from resource import getrusage", "import ctypes.wintypes", "from os import fork",
        "os.kill(pid, 9)", "os.open(path, os.O_NOFOLLOW)", "os.fsync(handle)", "if os.name == 'nt': pass",
        "signal.signal(signal.SIGHUP, stop)", "socket.socket(socket.AF_UNIX)", "if sys.platform == 'linux': pass",
        "Popen(command, start_new_session=True)", "os.stat('x', dir_fd=3)", "facts.st_uid == 0",
        "Path('/proc/meminfo')", "multiprocessing.get_context('fork')", "path.read_text()", "path.write_text(text)",
        "open('x')", "path.open('w')", "shlex.quote(path)", "folder.rename(aside)", "time.tzset()",
    ],
)  # fmt: skip
def test_what_one_system_lacks_is_found(code: str) -> None:
    assert len(specific(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "os.replace", "system.rename(a, b)", "signal.signal(signal.SIGTERM, stop)", "path.open('rb')", "os.getpid()",
        "path.read_text(encoding='utf-8')", "multiprocessing.get_context('spawn')", "dialog.open()",
        "system.sync_file(handle)", "socket.socketpair()", "node.rename(old, new)", "platform.platform()",
    ],
)  # fmt: skip
def test_what_every_system_has_may_be_used(code: str) -> None:
    assert specific(code) == []
