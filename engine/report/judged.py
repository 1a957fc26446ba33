"""The sections of a report for which the network is asked: scores, confusion, the samples that cost the most."""

from __future__ import annotations

import base64
import io
import math
from typing import TYPE_CHECKING, Final

from engine.errors import LayerloomError
from engine.inside.evaluation.answered import Answered
from engine.inside.evaluation.hardest import HardSample, hardest
from engine.inside.evaluation.overlays import has_masks, overlay
from engine.inside.evaluation.scores import LEVEL, Scores
from engine.report.html import paragraph, table, text
from engine.training.series import metric_and_output

if TYPE_CHECKING:
    from engine.data.dataset import Array
    from engine.training.evaluation.network import Head

WORST: Final = 12
MOST_CELLS: Final = 40
"""Classes up to which the confusion matrix is shown."""
PAIRS: Final = 20
MATRIX: Final = "confusion_matrix"
PER_CLASS: Final = "_per_class"


def metrics(found: Scores, title: str) -> str:
    """Every metric with its interval."""
    rows = [(name, one.value, _known(one.low), _known(one.high)) for name, one in found.metrics.items()]
    if not rows:
        return ""
    caption = f"On the {found.samples:,} samples of {title}"
    note = (
        f"Intervals of {100 * LEVEL:.0f} %, by the bootstrap of percentiles: the samples are drawn again with "
        "replacement (Efron and Tibshirani, 1993)."
    )
    return table(caption, ("metric", "value", "low", "high"), rows) + paragraph(note, "note")


def classes(asked: Answered, found: Scores) -> str:
    """What is measured class by class, and which classes are taken for which, of each Output."""
    outputs: dict[str, dict[str, list[object]]] = {}
    for name, values in found.per_class.items():
        metric, output = metric_and_output(name)
        if isinstance(values, list):
            outputs.setdefault(output, {})[metric] = list(values)
    parts = []
    for output, measured in outputs.items():
        names = _names(asked, output)
        of = f" of {output}" if output else ""
        each = {metric.removesuffix(PER_CLASS): values for metric, values in measured.items() if metric != MATRIX}
        if each:
            count = max(map(len, each.values()))
            rows = [(_name(names, k), *(_cell(values, k) for values in each.values())) for k in range(count)]
            parts.append(table(f"Class by class{of}", ("class", *each), rows))
        if matrix := measured.get(MATRIX):
            parts.append(_confusion([[float(str(cell)) for cell in row] for row in _rows(matrix)], names, of))
    return "".join(parts)


def _confusion(matrix: list[list[float]], names: tuple[str, ...], of: str) -> str:
    """The matrix with a shade for each share; of many classes the pairs that are confused most."""
    count = len(matrix)
    if count > MOST_CELLS:
        pairs = [(matrix[i][j], i, j) for i in range(count) for j in range(count) if i != j and matrix[i][j]]
        rows = [(_name(names, i), _name(names, j), int(much)) for much, i, j in sorted(pairs, reverse=True)[:PAIRS]]
        return table(f"Classes that are confused most{of}", ("class", "taken for", "samples"), rows)
    head = "".join(f"<th scope=col class=n>{text(_name(names, k))}</th>" for k in range(count))
    lines = []
    for i, row in enumerate(matrix):
        total = sum(row) or 1.0
        cells = "".join(
            f"<td{' class=hit' if i == j else ''} style='background:rgba(31,111,235,{0.75 * cell / total:.2f})'>"
            f"{cell:,.0f}</td>"
            for j, cell in enumerate(row)
        )
        lines.append(f"<tr><th scope=row>{text(_name(names, i))}</th>{cells}</tr>")
    caption = text(f"Confusion matrix{of}")
    note = paragraph("Rows are the classes of the samples, columns what was answered.", "note")
    return (
        f"<div class='wide matrix' role=region tabindex=0 aria-label='{caption}'><table><caption>{caption}</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{''.join(lines)}</tbody></table></div>{note}"
    )


# -- samples -----------------------------------------------------------------------------------------------------------


def samples(asked: Answered) -> str:
    """The samples with the highest loss, with their images where they are images: only for those who asked for it."""
    head = asked.head()
    found = hardest(asked, head, WORST)
    field = asked.trained.network.inputs[0]
    shape = asked.trained.data.fields[field].shape
    if len(shape) != 3 or shape[0] not in (1, 3):
        rows = [(one.name, one.answer, one.target, one.loss) for one in found]
        return table("Samples with the highest loss", ("sample", "answer", "target", "loss"), rows)
    masks = has_masks(head)
    listed = "".join(
        _sample(one, _image(asked, field, one.row), _mistakes(asked, head, one.row) if masks else "") for one in found
    )
    note = "The samples with the highest loss, the worst first."
    if masks:
        note += " Below each, white: the pixels whose class was not recognised."
    return paragraph(note, "note") + f"<ul class=samples>{listed}</ul>"


def _sample(one: HardSample, image: str, mistakes: str) -> str:
    goal = f", should be {one.target}" if one.target else ""
    words = f"{one.name}: {one.answer}{goal}, loss {one.loss:.4g}"
    shown = "".join(
        f"<img alt='{text(said)}' src='data:image/png;base64,{content}'>"
        for said, content in ((words, image), ("The pixels that are wrong", mistakes))
        if content
    )
    return f"<li>{shown}<div>{text(words)}</div></li>"


def _image(asked: Answered, field: str, row: int) -> str:
    """A sample as a PNG in base64, of its pixels alone; empty where it cannot be read any more."""
    import numpy as np

    try:
        pixels: Array = np.nan_to_num(np.asarray(asked.data.raw(field, [row])[0], np.float64))
    except LayerloomError:
        return ""
    low, high = float(pixels.min(initial=0.0)), float(pixels.max(initial=1e-9))
    shades = ((pixels - low) / max(high - low, 1e-9) * 255).round().astype(np.uint8)
    return _png(shades[0] if len(shades) == 1 else np.ascontiguousarray(shades.transpose(1, 2, 0)))


def _mistakes(asked: Answered, head: Head, row: int) -> str:
    """Where the answered mask is wrong, white on black, as a PNG in base64."""
    import numpy as np

    masks = overlay(asked, head, row)
    return _png(((masks.answered != masks.target) & masks.counts).astype(np.uint8) * 255)


def _png(shades: Array) -> str:
    from PIL import Image

    image, content = Image.fromarray(shades), io.BytesIO()
    image.save(content, "PNG")
    return base64.b64encode(content.getvalue()).decode("ascii")


# -- small things ------------------------------------------------------------------------------------------------------


def _names(asked: Answered, output: str) -> tuple[str, ...]:
    heads = {head.name: head for head in asked.trained.network.heads}
    head = heads.get(output) or next(iter(heads.values()), None)
    return asked.trained.data.fields[head.field].names if head is not None else ()


def _name(names: tuple[str, ...], index: int) -> str:
    return names[index] if index < len(names) else str(index)


def _cell(values: list[object], index: int) -> float | None:
    value = values[index] if index < len(values) else None
    return _known(float(value)) if isinstance(value, int | float) else None


def _rows(matrix: list[object]) -> list[list[object]]:
    return [row for row in matrix if isinstance(row, list)]


def _known(value: float) -> float | None:
    return value if math.isfinite(value) else None
