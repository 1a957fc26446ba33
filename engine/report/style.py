"""The look of a report: light or dark as the reader's system is, and light on paper."""

from __future__ import annotations

from typing import Final

COLORS: Final = ("#1f6feb", "#d9480f", "#0b7a3b", "#7048e8", "#0b7a75", "#c2255c", "#9c6a00", "#5c6773")
"""Of curves, in their order, on a light ground."""
DARK_COLORS: Final = ("#4c94ff", "#ff922b", "#51cf66", "#b197fc", "#38d9a9", "#f783ac", "#ffd43b", "#ced4da")

_NAMES: Final = ("ground", "text", "muted", "line", "soft", "accent", "bad")
_LIGHT: Final = ("#fff", "#1c2330", "#5a6475", "#cdd2da", "#f4f5f7", "#1f6feb", "#c62828")
_DARK: Final = ("#14171d", "#e6eaf0", "#9aa5b4", "#3a4250", "#1b1f27", "#4c94ff", "#ff6b6b")


def _root(colors: tuple[str, ...]) -> str:
    return f":root{{{''.join(f'--{name}:{color};' for name, color in zip(_NAMES, colors, strict=True))}}}"


def _curves(colors: tuple[str, ...]) -> str:
    return "".join(f".c{index}{{stroke:{color}}}.f{index}{{fill:{color}}}" for index, color in enumerate(colors))


STYLE: Final = (
    f"{_root(_LIGHT)}{_curves(COLORS)}"
    ".dark{display:none}"
    f"@media screen and (prefers-color-scheme:dark){{{_root(_DARK)}{_curves(DARK_COLORS)}"
    ".light{display:none}.dark{display:block}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--ground);color:var(--text);"
    "font:1rem/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    "main{max-width:72rem;margin:0 auto;padding:2rem 1.25rem}"
    "h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem}"
    "h2{font-size:1.35rem;margin:2.5rem 0 .75rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}"
    "h3{font-size:1.05rem;margin:1.5rem 0 .5rem}"
    "a{color:var(--accent)}nav ul{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.25rem;margin:.5rem 0}"
    "dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}"
    ".wide{overflow-x:auto;max-width:100%}"
    # A drawing shrinks to the page, but no further than to half its size: below that nobody can read it.
    ".wide svg{display:block;width:var(--wide);height:auto;max-width:100%;min-width:calc(var(--wide)/2)}"
    ".tall{width:fit-content;max-height:85vh;overflow:auto;border:1px solid var(--line)}"
    ".chart svg{width:100%;height:auto}"
    "figure{margin:1rem 0}figcaption,caption,.note{color:var(--muted);font-size:.9rem;text-align:left}"
    "caption{padding:.25rem 0;white-space:nowrap}.bad{color:var(--bad)}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;margin:.5rem 0}"
    "th,td{padding:.25rem .6rem;border-bottom:1px solid var(--line);text-align:left;font-weight:400}"
    "thead th{font-weight:600;background:var(--soft)}.n{text-align:right}.total th,.total td{font-weight:600}"
    ".matrix td{text-align:right;min-width:2.5rem}.matrix .hit{outline:1px solid var(--muted)}"
    ".charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem}"
    ".chart text{fill:var(--text);font:11px system-ui,'DejaVu Sans',sans-serif}.chart .m{fill:var(--muted)}"
    ".chart .t{font-weight:600;font-size:13px}"
    ".chart .g{stroke:var(--line)}pre{background:var(--soft);padding:.75rem;overflow-x:auto;font-size:.85rem}"
    ".samples{display:grid;grid-template-columns:repeat(auto-fill,minmax(9rem,1fr));gap:1rem;padding:0;list-style:none}"
    ".samples img{display:block;width:100%;margin-bottom:.25rem;image-rendering:pixelated;border:1px solid var(--line)}"
    ".paper{display:none}"
    "@page{margin:15mm}"
    "@media print{html{font-size:12px}main{max-width:none;padding:0}nav,details{display:none}.paper{display:block}"
    "h2,h3,caption{break-after:avoid}figure,table,.chart,.samples li,tr,dl{break-inside:avoid}"
    ".wide,.tall{overflow:visible;max-height:none;border:0}table{font-size:.8rem}th,td{padding:.15rem .4rem}"
    ".wide svg{min-width:0;max-width:min(100%,max(230mm*var(--shape),var(--wide)/2))}"
    "thead th,.matrix td{print-color-adjust:exact;-webkit-print-color-adjust:exact}}"
)
