"""The shapes of values as comments: a name stands only where the size follows from it, whatever it is given."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import chain, count

from engine.dims import Dim, Size
from engine.source.class_plan import ClassPlan
from engine.spec import Spec, shape_text

LETTERS = {"height": "H", "width": "W", "time": "T", "channels": "C", "features": "D", "depth": "Z"}
Sizes = tuple[Dim | None, ...]
"""One size in all uses of the class; None where the value is not there."""


class ShapeComments:
    """The shapes of a class: expressions of its parameters, numbers where all uses agree, else letters."""

    def __init__(self, plan: ClassPlan) -> None:
        self.plan = plan
        self.texts: dict[Sizes, str] = {}
        self.letters: dict[Sizes, str] = {}
        known = [text for texts in plan.known.values() for text in texts]
        self.known = list(dict.fromkeys([*known, *plan.names]))

    def of(self, node_id: str, ports: Collection[str]) -> str:
        """The shapes of these outputs of a node."""
        if self.plan.block is None:
            specs = self.plan.views[0].report.outputs[node_id]
            texts = [shape_text(specs[port].shape) for port in ports]
        else:
            seen = [self._outputs(node_id, index) for index in range(len(self.plan.samples.views))]
            texts = [self._shape([None if each is None else each[port] for each in seen]) for port in ports]
        if len(texts) > 1 and len(set(texts)) == 1:
            return f"{len(texts)} × {texts[0]}"
        return ", ".join(texts)

    def _outputs(self, node_id: str, index: int) -> dict[str, Spec] | None:
        """What leaves a node in one use."""
        samples = self.plan.samples
        view = samples.views[index]
        return view.report.outputs[node_id] if samples.active[index] and view.has(node_id) else None

    def _shape(self, specs: Sequence[Spec | None]) -> str:
        used = [spec for spec in specs[: len(self.plan.views)] if spec is not None]
        rank, axes = used[0].rank, used[0].axes or ()
        if len({spec.rank for spec in used}) != 1:
            return shape_text(used[0].shape)
        parts = []
        for axis in range(rank):
            sizes = tuple(None if spec is None or spec.rank != rank else spec.shape[axis] for spec in specs)
            if sizes not in self.texts:
                self.texts[sizes] = self._size(sizes, axes[axis] if axis < len(axes) else "")
            parts.append(self.texts[sizes])
        return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"

    def _size(self, sizes: Sizes, meaning: str) -> str:
        samples = self.plan.samples
        used = sizes[: len(samples.used)]
        first = next(size for size in used if size is not None)
        same = all(size in (None, first) for size in used)
        if not (same and isinstance(first, Size)):
            wanted = samples.wanted_of(sizes)
            if (found := self.plan.holding(self.known, wanted)) is not None:
                return found
            if (found := self.plan.holding(samples.scaled(self.known, wanted), wanted)) is not None:
                return found
        return str(first) if same else self._letter(used, meaning)

    def _letter(self, used: Sizes, meaning: str) -> str:
        """The letter of sizes that no expression gives; the same wherever both are known."""
        for theirs, letter in self.letters.items():
            if all(mine is None or mine == other for mine, other in zip(used, theirs, strict=True)):
                return letter
        stem, taken = LETTERS.get(meaning, "K"), {*self.letters.values()}
        found = next(n for n in chain([stem], (f"{stem}{k}" for k in count(2))) if n not in taken)
        self.letters[used] = found
        return found
