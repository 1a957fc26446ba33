"""Pieces of HTML. Every text passes `text`: nothing from a file becomes markup or says whose machine it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from html import escape
from typing import Final

from engine.logs.redaction import redact
from engine.tabular.formats import Cell, TextTable, shown

_ODD: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SIZE: Final = re.compile(r'<svg[^>]*?viewBox="0 0 ([\d.]+) ([\d.]+)"')
_SHAPE: Final = re.compile(r"\([^()]*\)")
_PROLOG: Final = re.compile(r"^\s*<\?xml[^>]*\?>\s*(<!DOCTYPE[^>]*>\s*)?")


@lru_cache(maxsize=4096)
def text(value: str) -> str:
    """A text for the page, without names of user and host and without absolute paths."""
    return escape(_ODD.sub("\N{REPLACEMENT CHARACTER}", redact(value)))


def paragraph(value: str, role: str = "") -> str:
    """A paragraph; ``role`` is ``note`` for a remark, ``bad`` for what went wrong."""
    return f"<p{f' class={role}' if role else ''}>{text(value)}</p>"


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """What things are, in two columns; those without a value are left out."""
    rows = (f"<dt>{text(name)}</dt><dd>{text(value)}</dd>" for name, value in pairs if value)
    return f"<dl>{''.join(rows)}</dl>"


def items(values: Iterable[str]) -> str:
    """A list of sentences."""
    return f"<ul>{''.join(f'<li>{text(value)}</li>' for value in values)}</ul>"


def code(value: str) -> str:
    """Commands or the text of a file, as they are."""
    return f"<pre tabindex=0><code>{text(value)}</code></pre>"


def details(summary: str, content: str) -> str:
    """What is shown when it is asked for; printed it is left out."""
    return f"<details><summary>{text(summary)}</summary>{content}</details>"


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[Cell]], *, totals: Collection[int] = ()) -> str:
    """A table with headings for columns and rows; columns of numbers stand to the right."""
    built = TextTable(caption, tuple(head), tuple(tuple(row) for row in rows))
    right = [" class=n" if built.numeric(column) else "" for column in range(len(head))]
    lines = [f"<caption>{text(caption)}</caption><thead><tr>"]
    lines += [f"<th scope=col{side}>{text(name)}</th>" for name, side in zip(head, right, strict=True)]
    lines.append("</tr></thead><tbody>")
    for index, row in enumerate(rows):
        first, *rest = row
        cells = [f"<td{side}>{text(shown(cell))}</td>" for cell, side in zip(rest, right[1:], strict=True)]
        kind = " class=total" if index in totals else ""
        lines.append(f"<tr{kind}><th scope=row{right[0]}>{text(shown(first))}</th>{''.join(cells)}</tr>")
    lines.append("</tbody>")
    return f"<div class=wide role=region tabindex=0 aria-label='{text(caption)}'><table>{''.join(lines)}</table></div>"


def svg(drawn: str, label: str, theme: str = "") -> str:
    """An SVG of our own within the page; ``theme`` says in which it is shown (empty: in both)."""
    inner = _PROLOG.sub("", drawn)
    return f"<div class='wide tall {theme}' role=img tabindex=0 aria-label='{text(label)}'>{_measured(inner)}</div>"


def _measured(drawn: str) -> str:
    """The drawing with its width and its shape, by which the style fits it to the page."""
    if not (size := _SIZE.search(drawn)) or not (high := float(size[2])):
        return drawn
    wide = float(size[1])
    return drawn.replace("<svg", f"<svg style='--wide:{wide:.0f}px;--shape:{wide / high:.3f}'", 1)


def unbroken(shapes: str) -> str:
    """Shapes in a row, between which a line may end, but not within one."""
    return _SHAPE.sub(lambda shape: shape[0].replace(" ", "\N{NO-BREAK SPACE}"), shapes)


def figure(content: str, caption: str) -> str:
    """Images with what they show."""
    return f"<figure>{content}<figcaption>{text(caption)}</figcaption></figure>"


class Page:
    """Sections, one after the other, with a list of them at the top."""

    def __init__(self, title: str, intro: str) -> None:
        self._title, self._intro = title, intro
        self._sections: list[tuple[str, str, str]] = []

    def add(self, key: str, title: str, *parts: str) -> None:
        """A section, if there is anything in it; ``key`` is what links call it."""
        content = "".join(parts)
        if content:
            self._sections.append((key, title, content))

    def render(self, style: str) -> str:
        """The whole file. It loads nothing and runs nothing: browsers are told so."""
        policy = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
        links = "".join(f"<li><a href='#{key}'>{text(title)}</a></li>" for key, title, _ in self._sections)
        sections = "".join(
            f"<section id={key} aria-labelledby={key}-title><h2 id={key}-title>{text(title)}</h2>{content}</section>"
            for key, title, content in self._sections
        )
        return (
            "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8>"
            f'<meta http-equiv=Content-Security-Policy content="{policy}">'
            "<meta name=viewport content='width=device-width, initial-scale=1'>"
            "<meta name=color-scheme content='light dark'><meta name=generator content=Layerloom>"
            f"<title>{text(self._title)}</title><style>{style}</style></head><body><main>"
            f"<header><h1>{text(self._title)}</h1>{self._intro}</header>"
            f"<nav aria-label=Contents><ul>{links}</ul></nav>{sections}</main></body></html>\n"
        )
