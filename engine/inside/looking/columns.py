"""The columns of a table as the network sees them: one of categories may be several numbers, or a field of its own."""

from __future__ import annotations

from dataclasses import dataclass

from engine.data import datasets
from engine.data.origin import declared
from engine.data.sources.kinds import source_of
from engine.data.sources.tables.tables import Table
from engine.inside.trained import Trained


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column: the field that holds it and its positions there; none for a field of tokens that it is alone."""

    name: str
    field: str
    positions: tuple[int, ...] = ()


def columns_of(trained: Trained) -> list[TableColumn]:
    """The columns that the network is given; none where its data are no table."""
    if declared(trained.config).kind != "table":
        return []
    source, dataset, found = trained.config.source, trained.config.dataset, list[TableColumn]()
    for name in trained.network.inputs:
        known = trained.data.fields[name]
        if not known.shape:
            found.append(TableColumn(name, name))
        elif len(known.shape) == 1 and source is None:
            assert dataset is not None
            names = datasets.feature_names(dataset)
            found += [TableColumn(column, name, (index,)) for index, column in enumerate(names)]
        elif len(known.shape) == 1 and source is not None:
            opened, begin = source_of(source), 0
            if not isinstance(opened, Table):  # arrays: every number is a column
                width = known.shape[0]
                names = known.columns or tuple(f"{name} {index + 1}" for index in range(width))
                found += [TableColumn(column, name, (index,)) for index, column in enumerate(names)]
                continue
            for column in opened.of("input"):
                size = len(column.features())
                if size:
                    found.append(TableColumn(column.name, name, tuple(range(begin, begin + size))))
                begin += size
    return found
