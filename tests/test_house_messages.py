"""No code reads a message: what it has to know of an error, a problem or a result is a field of it.

A message is the text of an exception, a field called ``message``, ``advice`` or ``sentence``, and what was made of one.
Reading is to compare it, to search it or to take it apart. A second rule catches texts that come under another name:
no text is searched for words of prose.
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.each import each
from tests.test_house import FILES, ROOT

EXEMPT = {"engine/foreign.py"}
"""Where the words of other libraries are read, for want of a type."""
GRAMMAR = {
    "engine/layers/parameters.py": (" then ",),
    "engine/source/folding.py": ("for ", "return ", " = ", " in "),
    "gui/design/code.py": ("class ",),
    "engine/data/download.py": ("bytes ",),
}
"""Words of what is not a message: values as users type them, Python, HTTP."""
SHOWN = {"toolTip", "statusTip", "accessibleName", "accessibleDescription"}
"""What a widget says."""
MESSAGES = {"message", "advice", "sentence"}
ENDS = {"startswith", "endswith", "find", "rfind", "partition", "rpartition", "split", "removeprefix", "removesuffix"}
SEARCHES = ENDS | {"index", "rindex", "rsplit", "count", "replace"}
OF_RE = {"search", "match", "fullmatch", "findall", "finditer", "split", "sub"}
SAME = {"strip", "lstrip", "rstrip", "lower", "upper", "casefold", "splitlines", "join"}
"""Methods whose result is the message still."""
SPACED = re.compile(r"[a-z] | [a-z]")
PROSE = re.compile(rf"{SPACED.pattern}|[^\x00-\x7f]")


class Reader(ast.NodeVisitor):
    """Collects where the code of a file reads messages."""

    def __init__(self, tree: ast.Module, allowed: tuple[str, ...]) -> None:
        self.allowed = allowed
        handlers = (node for node in ast.walk(tree) if isinstance(node, ast.ExceptHandler))
        self.errors = {"error", "exception", *(handler.name for handler in handlers if handler.name)}
        self.names: set[str] = set()
        self.found: list[str] = []
        self.visit(tree)

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        outer, self.names = self.names, set(self.names)
        for _ in range(2):  # a message may get its name after the line where a loop reads it
            for inner in ast.walk(node):
                self._remember(inner)
        self.generic_visit(node)
        self.names = outer

    visit_AsyncFunctionDef = visit_FunctionDef

    def _remember(self, node: ast.AST) -> None:
        """Note the names that are given to messages."""
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.NamedExpr) and node.value and self.is_message(node.value):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            self.names |= {target.id for target in targets if isinstance(target, ast.Name)}

    def is_message(self, node: ast.AST) -> bool:
        """Whether an expression is a message, or a part of one."""
        match node:
            case ast.Name(id=name):
                return name in self.names or name in MESSAGES
            case ast.Attribute(attr=name):
                return name in MESSAGES or name == "args"
            case ast.Call(func=ast.Name(id="str" | "repr"), args=[ast.Name(id=name)]):
                return name in self.errors
            case ast.Call(func=ast.Attribute(value=text, attr=method), args=given):
                return method in SHOWN or (method in SAME and any(map(self.is_message, (text, *given))))
            case ast.Subscript(value=text):
                return self.is_message(text)
            case ast.JoinedStr(values=[ast.FormattedValue(value=text)]):
                return self.is_message(text) or (isinstance(text, ast.Name) and text.id in self.errors)
            case ast.BoolOp(values=parts):
                return any(map(self.is_message, parts))
            case ast.IfExp(body=one, orelse=other):
                return self.is_message(one) or self.is_message(other)
        return False

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        sides = [node.left, *node.comparators]
        empty = any(isinstance(side, ast.Constant) and side.value in ("", None) for side in sides)
        listed = any(isinstance(side, ast.Tuple | ast.List | ast.Set) for side in sides)
        searched = any(isinstance(op, ast.In | ast.NotIn) for op in node.ops) and not listed
        if (searched and self.is_prose(node.left, SPACED)) or (not empty and any(map(self.is_message, sides))):
            self._report(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        if not isinstance(node.func, ast.Attribute):
            return
        owner, method = node.func.value, node.func.attr
        only_spaces = method == "split" and not node.args
        read = method in SEARCHES and not only_spaces and self.is_message(owner)
        taken_apart = method in ENDS and any(self.is_prose(part, PROSE) for part in node.args)
        matched = method in OF_RE and any(map(self.is_message, node.args))
        if read or taken_apart or matched:
            self._report(node)

    def visit_Match(self, node: ast.Match) -> None:
        self.generic_visit(node)
        if self.is_message(node.subject):
            self._report(node)

    def is_prose(self, node: ast.AST, form: re.Pattern[str]) -> bool:
        """Whether an expression is written out and reads as words, or begins with a sign."""
        if not isinstance(node, ast.Constant | ast.Tuple | ast.JoinedStr):
            return False
        texts = [part.value for part in ast.walk(node) if isinstance(part, ast.Constant)]
        return any(isinstance(text, str) and form.search(text) and text not in self.allowed for text in texts)

    def _report(self, node: ast.expr | ast.stmt) -> None:
        self.found.append(f"line {node.lineno}: {ast.unparse(node)}")


def readings(code: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """Where a piece of code reads a message."""
    return Reader(ast.parse(code), allowed).found


FOLDERS = ("engine/", "gui/", "presets/")
SOURCES = [name for path in FILES if (name := path.relative_to(ROOT).as_posix()).startswith(FOLDERS)]


@each([name for name in SOURCES if name not in EXEMPT])
def test_no_code_reads_a_message(name: str) -> None:
    assert readings((ROOT / name).read_text(encoding="utf-8"), GRAMMAR.get(name, ())) == []


@pytest.mark.parametrize(
    "code",
    [
        'if "out of memory" in str(error): pass',
        'if "memory" in f"{error}": pass',
        'if error.args[0] == "no": pass',
        'if result.message.startswith("Trained"): pass',
        'more = result.message.removeprefix(f"Trained {n} epochs.").strip()',
        'if "data.path" in failure.message: pass',
        'guilty = "data.path" if str(error) == fault() else "data"',
        "def f(e):\n    said = str(error)\n    return said.lower().find('data')",
        "def f(sentence, graph):\n    return [n for n in graph if sentence.find(n.name) >= 0]",
        "def f(sentence):\n    return SETTING.search(sentence)",
        "def f(problem):\n    text = problem.message if problem else ''\n    return re.split(':', text)",
        "def f(problem):\n    match problem.message:\n        case 'x': return 1",
        'when = "after" if error.what.endswith("after step") else "at"',
        'elif_ = origin.what.startswith("the loss")',
        'number = sure(sample).removesuffix(" sure")',
        'token = "error" if text.startswith("✕") else "muted"',
        'if text.startswith(("✕", "!")): pass',
        "if why == self.hint.toolTip(): pass",
        'if "cannot be" in text: pass',
    ],
)
def test_a_reading_is_caught(code: str) -> None:
    assert len(readings(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "raise DataError(str(error), about=error.about) from error",
        "text = ' '.join(str(error).split())",
        "if not result.message: pass",
        "if path.startswith('data.') and node.type.endswith('2d'): pass",
        "if status.state in ('running', 'paused'): pass",
        "if form in ('a list', 'a table'): pass",
        "label.setText(f'{result.message} {error}')",
        "words = query.lower().split()",
    ],
)
def test_passing_a_message_on_or_reading_an_id_is_none(code: str) -> None:
    assert readings(code) == []
