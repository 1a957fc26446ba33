"""What was answered to samples, as words and as images: what the cards and the table of the Predictions tab share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtGui import QImage

from engine.training.sample_table import Sample, SampleTable
from gui.pictures import frames, masks, pictures

if TYPE_CHECKING:
    import numpy as np

    Array = np.ndarray[Any, Any]

Form = Literal["image", "clip", "mask", "curve", ""]


def word(value: float, names: Sequence[str]) -> str:
    """A class by its name, a number short."""
    if names and float(value).is_integer() and 0 <= value < len(names):
        return names[int(value)]
    return f"{value:.4g}"


def words(values: Sequence[float], names: Sequence[str]) -> str:
    """An answer of one or several positions; letters stand together."""
    texts = [word(value, names) for value in values]
    short = all(len(text) == 1 for text in texts) and len(texts) > 1
    return "".join(texts) if short else ", ".join(texts)


def ordered(values: SampleTable) -> list[Sample]:
    """Wrong ones first, the most wrong and the surest mistakes before the others; numbers by how far off they are."""

    def rank(sample: Sample) -> tuple[float, ...]:
        if sample.error is not None:
            return 0.0, -float(sample.error)
        right, sure = bool(sample.right), float(sample.sure or 0.0)
        return float(right), float(sample.hits or 0.0), sure if right else -sure

    return sorted(values.samples, key=rank)


def verdict(sample: Sample) -> str:
    """``✓``, ``✗`` or, of several positions, ``✗ 92 % right``; nothing for numbers."""
    if sample.right is None:
        return ""
    hits = sample.hits
    if sample.right or hits is None:
        return "✓" if sample.right else "✗"
    return f"✗ {min(100 * hits, 99.9):.3g} % right"  # never 100 where something is wrong


def caption(sample: Sample, names: Sequence[str]) -> str:
    """``✓ 7`` or ``✗ 9, not 7``"""
    answer, target = words(sample.answer, names), words(sample.target, names)
    if sample.right is None:
        return f"{answer}, target {target}"
    return f"✓ {answer}" if sample.right else f"✗ {answer}, not {target}"


def sure(sample: Sample) -> str:
    """``62 % sure``, or for numbers how far off."""
    number = certainty(sample)
    return f"{number} sure" if sample.sure is not None else f"off by {number}" if number else ""


def certainty(sample: Sample) -> str:
    """The number of the same: ``62 %``, or how far off."""
    if sample.sure is not None:
        return f"{100 * sample.sure:.0f} %"
    return f"{sample.error:.4g}" if sample.error is not None else ""


def full(sample: Sample, names: Sequence[str]) -> str:
    """All that is known of an answer."""
    lines = [f"sample {sample.place:,} of the data"]
    count = len(sample.answer)
    lines.append(caption(sample, names) if count <= 64 else f"{verdict(sample) or sure(sample)} of {count:,} positions")
    lines += [f"{word(name, names)}: {100 * share:.1f} %" for name, share in sample.likeliest]
    return "\n".join(lines)


def described(sample: Sample, names: Sequence[str]) -> str:
    """An answer for those who do not see its picture."""
    if len(sample.answer) > 12:
        return f"sample {sample.place}: {verdict(sample) or sure(sample)}"
    return f"{words(sample.target, names)} read as {words(sample.answer, names)}"


def form_of(shape: Sequence[int], classes: bool) -> Form:
    """As what values of this shape are best looked at: an image, a clip, a mask of classes, a curve, or as words."""
    if classes:
        flat = len(shape) == 2 or (len(shape) == 3 and shape[0] == 1)
        return "mask" if flat and min(shape[-2:]) > 3 else ""
    if len(shape) == 1:
        return "curve" if shape[0] > 3 else ""
    picture = len(shape) in (3, 4) and shape[-3] in (1, 3, 4) and min(shape[-2:]) > 1
    if picture:
        return "image" if len(shape) == 3 else "clip" if shape[0] else ""
    return "image" if len(shape) == 2 and min(shape) > 7 else ""


@dataclass(frozen=True)
class AnswerForms:
    """How the answers of one table are looked at: ``source`` is the form of its inputs, ``answer`` of its answers."""

    source: Form
    answer: Form
    source_shape: tuple[int, ...]
    answer_shape: tuple[int, ...]

    @classmethod
    def of(cls, values: SampleTable) -> AnswerForms:
        """The forms, as far as the values of every sample were kept."""
        given, shape = tuple(values.input.shape), tuple(values.shape)
        source = "" if values.input.names or len(given) < 3 else form_of(given, False)
        answer = form_of(shape, values.task in ("classes", "two")) if values.task != "sequence" else ""
        if any(sample.input is None or len(sample.input) != prod(given) for sample in values.samples):
            source = ""
        for sample in values.samples:
            if not len(sample.answer) == len(sample.target) == prod(shape):
                answer = ""
        return cls(source, answer, given, shape)

    @property
    def pictured(self) -> bool:
        """Whether there is anything to be seen but words."""
        return bool(self.source or self.answer)

    def source_picture(self, sample: Sample) -> QImage | None:
        """The input as a picture; None for what is not an image."""
        if not self.source or sample.input is None:
            return None
        values = _array(sample.input, self.source_shape)
        return frames(values) if self.source == "clip" else pictures(values[None])[0]

    def answer_pictures(self, sample: Sample) -> list[QImage]:
        """The answer and what would have been right, in the same shades; none for curves and words."""
        if self.answer not in ("image", "clip", "mask"):
            return []
        pair = [_array(values, self.answer_shape) for values in (sample.answer, sample.target)]
        if self.answer == "mask":
            return [masks(values.reshape(1, *self.answer_shape[-2:]))[0] for values in pair]
        if self.answer == "clip":
            return [frames(values) for values in pair]
        low, high = float(pair[1].min()), float(pair[1].max())
        return [pictures(values[None], low, high)[0] for values in pair]


def _array(values: Sequence[float], shape: Sequence[int]) -> Array:
    import numpy as np

    return np.array(values, dtype=np.float64).reshape(shape)
