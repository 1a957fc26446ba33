"""A page for each layer, made from what its class declares."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, partial
from html import escape
from typing import Final

from engine import layers
from engine.layers.layer import Layer, Port
from engine.layers.parameters import parameters
from engine.problems.explanations import EXPLANATIONS
from gui.forms.form_fields import readable
from gui.help.page import HelpPage, link

COMMON: Final = frozenset(
    (
        *("input", "output", "add", "mean", "max", "min", "sum", "range", "where", "and", "or", "not", "less", "equal"),
        *("greater", "constant", "select", "slice", "scale", "shift", "identity", "power", "round", "sign"),
    )
)
"""Words of everyday life that layers are called by, too: in a text they are mostly meant as these."""


def layer_pages() -> list[HelpPage]:
    """In the order of the palette."""
    return [_page(cls) for cls in layers.all()]


def _page(cls: type[Layer]) -> HelpPage:
    group = f"Layers: {cls.family}"
    return HelpPage(f"layer/{cls.type_name()}", cls.title(), group, partial(_body, cls), partial(_words, cls))


def _sentences(cls: type[Layer]) -> list[str]:
    return [" ".join(part.split()) for part in (cls.__doc__ or "").split("\n\n")]


def _words(cls: type[Layer]) -> str:
    fields = " ".join(f"{each.name} {each.help}" for each in parameters(cls))
    return f"{' '.join(_sentences(cls))} {fields} {cls.formula} {cls.torch} {cls.family}"


def _body(cls: type[Layer]) -> str:
    name = cls.type_name()
    parts = [f"<p>{with_links(sentence, name)}</p>" for sentence in _sentences(cls)]
    if cls.formula:
        parts.append(f'<p class="formula">{escape(cls.formula)}</p>')
    rows = [
        f"<tr><td><code>{escape(each.name)}</code></td><td>{escape(each.type)}</td>"
        f"<td>{'needed' if each.required else escape(readable(each.default))}</td><td>{escape(each.help)}</td></tr>"
        for each in parameters(cls)
    ]
    if rows:
        head = "<tr><th>parameter</th><th>takes</th><th>default</th><th>what it does</th></tr>"
        parts.append(f"<h2>Parameters</h2><table>{head}{''.join(rows)}</table>")
    for title, ports in (("Inputs", cls.inputs), ("Outputs", cls.outputs)):
        if len(ports) > 1 or any(port.help or port.optional or port.many for port in ports):
            parts.append(f"<h2>{title}</h2><ul>{''.join(map(_port, ports))}</ul>")
    about = [link(f"problem/{code}", escape(EXPLANATIONS[code].title)) for code in _problems_about().get(name, ())]
    if about:
        parts.append(f"<h2>Problems that name it</h2><p>{' · '.join(about)}</p>")
    others = [cls for cls in layers.all() if cls.family == layers.get(name).family and cls.type_name() != name]
    if others:
        links = " · ".join(link(f"layer/{other.type_name()}", escape(other.title())) for other in others)
        parts.append(f"<h2>Other layers of this family</h2><p>{links}</p>")
    if cls.torch:
        parts.append(f"<p>In PyTorch: <code>{escape(cls.torch)}</code></p>")
    if cls.reference:
        parts.append(f"<p>{with_addresses(cls.reference)}</p>")
    return "".join(parts)


def _port(port: Port) -> str:
    kind = " (any number)" if port.many else " (optional)" if port.optional else ""
    return f"<li><code>{escape(port.label or port.name)}</code>{kind} {escape(port.help)}</li>"


@cache
def _problems_about() -> dict[str, list[str]]:
    """The kinds of problems whose explanation names a layer."""
    found: dict[str, list[str]] = {}
    for code, said in EXPLANATIONS.items():
        for name in dict.fromkeys(_names().findall(f"{said.title} {said.text}")):
            found.setdefault(name, []).append(code)
    return found


@cache
def _names() -> re.Pattern[str]:
    """The names of layers in a text; words of everyday life that are layers too are no names."""
    every = (cls.type_name() for cls in layers.all())
    names = [name for name in every if name.lower() not in COMMON and len(name) > 2]
    return re.compile(rf"\b({'|'.join(sorted(map(re.escape, names), key=len, reverse=True))})\b")


def with_links(text: str, without: str = "") -> str:
    """A text as HTML in which the names of layers lead to their pages."""
    return _names().sub(
        lambda found: found[0] if found[0] == without else link(f"layer/{found[0]}", found[0]),
        escape(text, quote=False),
    )


def with_addresses(text: str) -> str:
    """A reference as HTML whose addresses can be clicked."""
    return re.sub(r"https?://[^\s,<]+", lambda found: f'<a href="{found[0]}">{found[0]}</a>', escape(text, quote=False))


def names_in(texts: Iterable[str]) -> list[str]:
    """The layers that texts name, each once."""
    return list(dict.fromkeys(name for text in texts for name in _names().findall(text)))
