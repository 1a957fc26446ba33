"""A page for each kind of problem: what it is about, a picture, the rule and the layers it names."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Final

from engine.problems.explanation import Explanation
from engine.problems.explanations import EXPLANATIONS
from engine.problems.learning_explanations import LEARNING
from engine.problems.setting_explanations import SETTINGS
from engine.problems.training_explanations import TRAINING
from gui.diagrams.pictures import usual
from gui.help.layer_pages import names_in, with_addresses, with_links
from gui.help.page import PICTURE, HelpPage, link

SHAPES: Final = "Problems of shapes and wiring"
GROUPS: Final = (
    ("Problems of training", TRAINING),
    ("Problems of learning", LEARNING),
    ("Problems of settings", SETTINGS),
)


def problem_pages() -> list[HelpPage]:
    """Those of the network first, then those that a training shows."""
    pages = [_page(code, said) for code, said in EXPLANATIONS.items()]
    order = [SHAPES, "Problems of learning", "Problems of settings", "Problems of training"]
    return sorted(pages, key=lambda page: order.index(page.group))


def _page(code: str, said: Explanation) -> HelpPage:
    group = next((title for title, codes in GROUPS if code in codes), SHAPES)
    return HelpPage(f"problem/{code}", said.title, group, partial(_body, code, said), partial(_words, said))


def _words(said: Explanation) -> str:
    return f"{said.text} {said.formula}"


def _body(code: str, said: Explanation) -> str:
    parts = [f"<p>{with_links(said.text)}</p>"]
    diagram = usual(code)
    if diagram is not None:
        alt = escape(diagram.words)
        parts.append(f'<p><img src="{PICTURE}:problem/{code}" alt="{alt}" title="{alt}"></p>')
    if said.formula:
        parts.append(f'<p class="formula">{escape(said.formula)}</p>')
    if said.reference:
        parts.append(f"<p>{with_addresses(said.reference)}</p>")
    names = names_in((said.title, said.text))
    if names:
        links = " · ".join(link(f"layer/{name}", name) for name in names)
        parts.append(f"<h2>Layers it names</h2><p>{links}</p>")
    more = link("window/problems", "Problems and their fixes")
    parts.append(f"<p>{more}: what is found, and how a fix is shown before it is done.</p>")
    return "".join(parts)
