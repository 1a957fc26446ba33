"""Text is text: names, notes and messages from files are never shown as markup, which could load images and links.

Qt guesses whether a label, a message box or a tooltip shows markup, unless it is told. `gui.widgets` has labels and
boxes that are plain from the start, and `plain` for tooltips; nobody goes past them.
"""

from __future__ import annotations

import ast

import pytest

from tests.each import each
from tests.test_house import FILES, ROOT

RICH = {
    "gui/canvas/scene.py": "shows what gui.canvas.tooltips has made, which escapes what comes from a project",
    "gui/canvas/style.py": "static texts of the canvas are told to be plain",
    "gui/design/facts.py": "problems in their colours, with links; their messages are escaped",
    "gui/design/problem_card.py": "a problem in its colour, with a link; its message is escaped",
    "gui/explanation.py": "the address of a paper can be clicked; it is the program's own and escaped",
    "gui/help/browser.py": "pages of the help, made from what the program declares and its own documents",
    "gui/help/written_pages.py": "the program's own documents",
    "gui/inside/evaluate/chart.py": "numbers above bars",
    "gui/training/range_dialog.py": "titles of axes, which are the program's own",
    "gui/widgets.py": "where the plain ones are made",
}
"""Who shows markup on purpose, and how it keeps out what comes from outside."""
GUESSING = {
    "QLabel", "QMessageBox", "QErrorMessage", "QProgressDialog", "QSplashScreen", "QTextEdit", "QTextBrowser",
    "QTextDocument", "QGraphicsTextItem", "QStaticText", "TextItem", "LabelItem",
}  # fmt: skip
"""Classes that show markup, or guess."""
MARKUP = {"setHtml", "insertHtml", "appendHtml", "setMarkdown", "insertMarkdown", "setTextFormat"}
TEXT_AT = {"setToolTip": -1, "setWhatsThis": -1, "setTabToolTip": 1, "showText": 1, "setLabelText": 0, "setLabel": 0}
TEXT_AT |= {"showMessage": 1}  # of the desktop; that of a status bar is painted as it is, and has a number there
"""Methods whose text is guessed → which argument it is."""
TIP = "ToolTipRole"


class Finder(ast.NodeVisitor):
    """Collects where the code of a file shows text that Qt may take for markup."""

    def __init__(self, tree: ast.Module) -> None:
        self.found: list[ast.expr | ast.stmt] = []
        self.visit(tree)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.generic_visit(node)
        if any(_name(base) in GUESSING for base in node.bases):
            self.found.append(node)

    def visit_Call(self, node: ast.Call) -> None:
        self.generic_visit(node)
        name = _name(node.func)
        owner = _name(node.func.value) if isinstance(node.func, ast.Attribute) else ""
        asked = owner == "QMessageBox" and name[:1].islower()  # QMessageBox.question(…)
        plainly = name == "setTextFormat" and node.args and _name(node.args[0]) == "PlainText"
        if name in GUESSING or asked or (name in MARKUP and not plainly):
            self.found.append(node)
        elif name in TEXT_AT and (text := argument(node, TEXT_AT[name])) is not None:
            self._check(text)
        elif len(node.args) > 1 and any(_name(each) == TIP for each in node.args):  # item.setData(ToolTipRole, text)
            self._check(node.args[-1])

    def visit_If(self, node: ast.If) -> None:
        self.generic_visit(node)
        if _asks_for_tip(node.test):
            for inner in (part for line in node.body for part in ast.walk(line)):
                if isinstance(inner, ast.Return) and inner.value is not None:
                    self._check(inner.value)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.generic_visit(node)
        if _asks_for_tip(node.test):
            self._check(node.body)

    def _check(self, text: ast.expr) -> None:
        if not is_plain(text):
            self.found.append(text)


def argument(call: ast.Call, index: int) -> ast.expr | None:
    """The text that a call shows; a tooltip in a tree has its column before it."""
    return call.args[index] if -1 <= index < len(call.args) and call.args else None


def is_plain(text: ast.expr) -> bool:
    """Whether a text is written out in the code, or went through `plain`."""
    match text:
        case ast.Constant():
            return True
        case ast.IfExp(body=one, orelse=other) | ast.BinOp(left=one, right=other):
            return is_plain(one) and is_plain(other)
        case ast.BoolOp(values=parts):
            return all(map(is_plain, parts))
        case ast.Call(func=ast.Name(id="plain" | "unmarked")):
            return True
    return False


def _asks_for_tip(test: ast.expr) -> bool:
    return any(isinstance(part, ast.Attribute | ast.Name) and _name(part) == TIP for part in ast.walk(test))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def past(code: str) -> list[str]:
    """Where a piece of code shows text that Qt may take for markup."""
    return [f"line {node.lineno}: {ast.unparse(node).splitlines()[0]}" for node in Finder(ast.parse(code)).found]


WINDOW = sorted(name for path in FILES if (name := path.relative_to(ROOT).as_posix()).startswith("gui/"))


@each([name for name in WINDOW if name not in RICH])
def test_text_from_a_file_is_never_markup(name: str) -> None:
    assert past((ROOT / name).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("name", sorted(RICH))
def test_an_exemption_is_still_needed(name: str) -> None:
    assert past((ROOT / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "code",
    [
        "box.addWidget(QLabel(name))",
        "QtWidgets.QLabel()",
        "class Words(QLabel):\n    pass",
        "class Question(QMessageBox):\n    pass",
        "QMessageBox(QMessageBox.Icon.Warning, title, sentence)",
        "QMessageBox.warning(window, 'Not saved', str(error))",
        "label.setTextFormat(Qt.TextFormat.RichText)",
        "label.setTextFormat(Qt.TextFormat.AutoText)",
        "view.setHtml(text)",
        "edit = QTextEdit()",
        "item.setToolTip(node.name)",
        "item.setToolTip(0, entry.help)",
        "button.setToolTip(f'Go to {title}')",
        "button.setToolTip('Open' if new else name)",
        "button.setToolTip('Go to ' + name)",
        "tabs.setTabToolTip(0, tip)",
        "QToolTip.showText(at, full(sample), self)",
        "dialog.setLabelText(f'Name of {block}:')",
        "tray.showMessage('Done', sentence, icon)",
        "item.setData(Qt.ItemDataRole.ToolTipRole, name)",
        "def data(self, index, role):\n    if role == Qt.ItemDataRole.ToolTipRole:\n        return self.run.note",
        "def data(self, index, role):\n    return self.tip if role == Qt.ItemDataRole.ToolTipRole else None",
        "def data(self, index, role):\n    if role in (ToolTipRole, UserRole):\n        return f'{self.run}'",
    ],
)
def test_a_way_past_is_found(code: str) -> None:
    assert len(past(code)) == 1


@pytest.mark.parametrize(
    "code",
    [
        "Label(name)",
        "class Words(Label):\n    pass",
        "MessageBox(window, title, sentence)",
        "box.addButton(QMessageBox.StandardButton.Cancel)",
        "label.setTextFormat(Qt.TextFormat.PlainText)",
        "button.setToolTip('Hide this')",
        "button.setToolTip('Show' if away else 'Hide')",
        "button.setToolTip(plain(f'Go to {title}'))",
        "item.setToolTip(0, plain(entry.help))",
        "QToolTip.showText(at, plain(text), self)",
        "item.setData(Qt.ItemDataRole.UserRole, name)",
        "def data(self, index, role):\n    if role == ToolTipRole:\n        return plain(self.run.note)",
        "def data(self, index, role):\n    if role == Qt.ItemDataRole.DisplayRole:\n        return self.run.note",
        "menu.setToolTipsVisible(True)",
        "QToolTip.hideText()",
        "status.showMessage(sentence, 15_000)",
        "tray.showMessage('Done', unmarked(sentence), icon)",
    ],
)
def test_the_plain_ones_may_be_used(code: str) -> None:
    assert past(code) == []
