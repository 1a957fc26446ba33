"""What a split makes of the data, in numbers: how many samples, groups and classes each part gets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.data.fields import fields
from engine.data.origin import declared, opened
from engine.data.splitting import PARTS, PartName, Parts, split
from engine.settings.data import DataConfig


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A part: ``groups`` are those that stay together (None: each sample for itself), ``classes`` the samples of each
    class of the first target (empty: it has none)."""

    name: PartName
    samples: int
    share: float
    groups: int | None
    classes: Mapping[str, int]

    @property
    def met(self) -> int:
        """How many classes have a sample in this part."""
        return sum(count > 0 for count in self.classes.values())


def split_facts(config: DataConfig) -> tuple[PartFacts, ...]:
    """The parts in their order. Raises DataError."""
    return facts_of(config, split(config, opened(config).arrays, fields(config)))


def facts_of(config: DataConfig, parts: Parts) -> tuple[PartFacts, ...]:
    """The same of parts that are known already. Raises DataError."""
    import numpy as np

    dataset, found, specs = declared(config), opened(config), fields(config)
    total = max(1, len(next(iter(found.arrays.values()))))
    label = next((name for name, field in specs.items() if field.role == "target" and field.classes), None)
    names = specs[label].names if label is not None and not specs[label].shape else ()
    labels = found.arrays[label][:] if label is not None and names else None
    facts = list[PartFacts]()
    for name in PARTS:
        chosen = parts[name]
        counts = np.bincount(labels[chosen], minlength=len(names)).tolist() if labels is not None else []
        together = found.groups is not None and dataset.parting in ("groups", "time")
        groups = len(np.unique(found.groups[chosen])) if together and found.groups is not None else None
        classes = dict(zip(names, counts, strict=True))
        facts.append(PartFacts(name, len(chosen), len(chosen) / total, groups, classes))
    return tuple(facts)
