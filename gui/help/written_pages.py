"""The pages that are written by hand: one for each page of the window, and the guides (`resources/docs`)."""

from __future__ import annotations

import re
from functools import cache, partial
from importlib.resources import files
from typing import Final

from PySide6.QtGui import QTextDocument

from gui.help.page import SCHEME, HelpPage, link

WINDOW: Final = ("start", "design", "problems", "data", "training", "results", "networks", "preferences")
"""The pages of the window: ``page-NAME.md``."""
GUIDES: Final = (
    *("networks", "problems", "data", "training", "results", "weights", "export", "command-line", "keyboard"),
    *("worked-examples", "reliability", "platforms", "measured", "twins", "developers", "licences"),
)
"""The guides: ``NAME.md``."""


def written_pages() -> list[HelpPage]:
    """The pages of the window, then the guides."""
    window = [_page(f"window/{name}", f"page-{name}.md", "The window") for name in WINDOW]
    return [*window, *(_page(f"guide/{name}", f"{name}.md", "Guides") for name in GUIDES)]


def _page(page_id: str, file: str, group: str) -> HelpPage:
    return HelpPage(page_id, _title(file), group, partial(_body, file), partial(_text, file))


@cache
def _text(file: str) -> str:
    return files("resources").joinpath(f"docs/{file}").read_text(encoding="utf-8")


def _title(file: str) -> str:
    return _text(file).partition("\n")[0].strip("# ")


@cache
def _body(file: str) -> str:
    """Markdown as HTML, without its title; links to other guides lead to their pages here."""
    document = QTextDocument()
    document.setMarkdown(_text(file).partition("\n")[2])
    html = document.toHtml()
    document.deleteLater()
    inner = html.partition("<body")[2].partition(">")[2].rpartition("</body>")[0]
    inner = re.sub(r' style="[^"]*"', _structural, inner)
    inner = re.sub(r'<a href="([\w-]+)\.md(#[^"]*)?"', lambda found: f'<a href="{SCHEME}:{_id_of(found[1])}"', inner)
    inner = re.sub(r'<a href="\.\./[^"]*">(.*?)</a>', r"\1", inner)  # what no installation has
    return re.sub(r"<table[^>]*>", '<table cellpadding="4">', inner)


def _structural(found: re.Match[str]) -> str:
    """Of a style only what says what it is: bold, italic, code."""
    kept = [part for part in ("font-weight:600", "font-weight:700", "font-style:italic") if part in found[0]]
    code = "monospace" in found[0] or "mono" in found[0]
    return f' style="{";".join(kept + ["font-family:monospace"] * code)}"' if kept or code else ""


def _id_of(name: str) -> str:
    name = name.removeprefix("page-")
    return f"window/{name}" if name in WINDOW and name not in GUIDES else f"guide/{name}"


def home(groups: dict[str, list[HelpPage]]) -> str:
    """The first page: where to begin, and what there is."""
    parts = [
        "<p>Type above to search layers, problems, pages and keys. F1 shows the page of what has the focus: a layer on "
        "the canvas, a problem in the list, the page of the window.</p>"
    ]
    for group in ("The window", "Guides"):
        links = "".join(f"<li>{link(page.id, page.title)}</li>" for page in groups.get(group, ()))
        parts.append(f"<h2>{group}</h2><ul>{links}</ul>")
    families = [group for group, pages in groups.items() if pages[0].kind == "layer"]
    parts.append("<h2>Layers</h2><p>")
    parts.append(" · ".join(link(groups[group][0].id, group.partition(": ")[2]) for group in families))
    parts.append("</p><h2>Problems</h2><p>")
    problems = [(group, pages[0].id) for group, pages in groups.items() if pages[0].kind == "problem"]
    parts.append(" · ".join(link(page_id, group) for group, page_id in problems))
    return "".join(parts) + "</p>"
