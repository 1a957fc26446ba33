"""Fixes where axes are too many, too few, or at the wrong position."""

from __future__ import annotations

from collections.abc import Iterator
from math import isqrt, prod
from typing import Final

from engine.dims import Dim, product
from engine.graph import Edge
from engine.layers.endpoints import Input
from engine.layers.layer import Layer
from engine.problems.looking import above, kind_of, maps_features
from engine.problems.ways.fault_site import FaultSite, Step, Way, number
from engine.problems.ways.field_ways import data_shapes
from engine.spec import Spec

FLATTEN: Step = ("Flatten", {})


ORDERS: Final[dict[int, tuple[tuple[int, ...], ...]]] = {
    3: ((0, 2, 1),),
    4: ((0, 3, 1, 2), (0, 2, 3, 1)),
    5: ((0, 2, 1, 3, 4),),
}
"""How axes are usually ordered again, by their number."""


def divisors(size: int) -> list[int]:
    """The divisors of a number, largest first."""
    return [number for number in range(size, 0, -1) if size % number == 0]


def global_pool(rank: int) -> Step:
    """The mean of each channel."""
    return f"AdaptiveAvgPool{rank - 2}d", {"output_size": 1}


def insert(site: FaultSite) -> Iterator[Way | None]:
    """Layers put before the guilty one that give it the axes it wants."""
    edge = site.edge()
    x = site.spec(edge)
    if edge is None or x is None:
        return
    for steps in _steps(site, edge, x):
        yield site.insert(edge, *steps)


def _steps(site: FaultSite, edge: Edge, x: Spec) -> Iterator[tuple[Step, ...]]:
    rank = x.rank
    before = _before_flatten(site, edge)
    if before is not None and all(isinstance(size, int) for size in before.shape[1:]):
        yield (("Unflatten", {"dim": 1, "unflattened_size": tuple(before.shape[1:])}),)
    if rank == 4 and site.kind.runs_over_time:  # the columns of an image one after the other, or its rows
        if number(x.shape[1]) == 1:
            yield (("Squeeze", {"dim": 1}),)
        yield ("Permute", {"dims": (0, 3, 1, 2)}), ("Flatten", {"start_dim": 2})
    if rank >= 3:
        yield (FLATTEN,)
        if 3 <= rank <= 5:
            yield global_pool(rank), FLATTEN
    if rank == 4:
        yield ("Flatten", {"start_dim": 2}), ("Permute", {"dims": (0, 2, 1)})
        if number(x.shape[1]) == 1:
            yield (("Squeeze", {"dim": 1}),)
        yield (("Flatten", {"start_dim": 2}),)
        yield (("Flatten", {"start_dim": 1, "end_dim": 2}),)
    if rank == 3:
        yield (("Unsqueeze", {"dim": 1}),)
        yield (("Select", {"dim": 1, "index": -1}),)
        yield (("Permute", {"dims": (0, 2, 1)}),)
    if rank == 2 and (size := number(x.shape[1])) is not None:
        matrix = {6: (2, 3), 12: (3, 4)}.get(size)
        if matrix is not None and site.node is not None and site.node.type == "AffineGrid":
            yield (("Unflatten", {"dim": 1, "unflattened_size": matrix}),)
        flat = _flattened(site, size)
        if flat is not None:
            yield (("Unflatten", {"dim": 1, "unflattened_size": flat}),)
        if site.kind.sees == "overlap":  # a seed from which an image grows
            for channels in (512, 256, 128, 64, 32, 16):
                side = isqrt(size // channels)
                if size == channels * side * side and side > 1:
                    yield (("Unflatten", {"dim": 1, "unflattened_size": (channels, side, side)}),)
            yield (("Unflatten", {"dim": 1, "unflattened_size": (size, 1, 1)}),)
        for channels in (1, 3, 4):
            side = isqrt(size // channels)
            if size == channels * side * side and side > 1:
                yield (("Unflatten", {"dim": 1, "unflattened_size": (channels, side, side)}),)
        yield (("Unflatten", {"dim": 1, "unflattened_size": (size, 1, 1)}),)
    if rank == 5:
        yield (("Flatten", {"start_dim": 1, "end_dim": 2}),)
        yield (("Flatten", {"start_dim": 2, "end_dim": 3}),)
        yield (("Mean", {"dim": (2,)}),)
    if rank <= 4:
        yield (("Unsqueeze", {"dim": 1}),)
        yield (("Unsqueeze", {"dim": -1}),)
        yield (("Unsqueeze", {"dim": 1}), ("Unsqueeze", {"dim": 1}))
        yield (("Unsqueeze", {"dim": -1}), ("Unsqueeze", {"dim": -1}))
    if rank >= 3:
        yield (("Mean", {"dim": (1,)}),)


def _flattened(site: FaultSite, size: int) -> tuple[int, ...] | None:
    """The shape of as many numbers that a Flatten further up has made a row."""
    for node_id in above(site.graph, site.id):
        if site.graph.nodes[node_id].type == "Flatten":
            given = site.report.inputs.get(node_id, ())
            shape = tuple(each for each in given[0].shape[1:] if isinstance(each, int)) if given else ()
            if len(shape) > 1 and prod(shape) == size:
                return shape
    return None


def _before_flatten(site: FaultSite, edge: Edge) -> Spec | None:
    """What a Flatten further up got, if the guilty layer gets its result."""
    graph, report = site.graph, site.report
    while kind_of(graph, edge.source).numbers in ("same", "dropped"):
        wires = list(graph.incoming[edge.source].values())
        if len(wires) != 1:
            return None
        if graph.nodes[edge.source].type == "Flatten":
            return report.spec(wires[0].source, wires[0].source_port)
        edge = wires[0]
    return None


def other_kind(site: FaultSite) -> Iterator[Way | None]:
    """The same layer for another number of axes: Conv1d instead of Conv2d."""
    node, x = site.node, site.spec(site.edge())
    if node is None or x is None or node.type[-1:] != "d" or not node.type[-2:-1].isdigit():
        return
    if node.type == "LayerNorm2d":
        yield site.exchange("LayerNorm", node.parameters, "Change to LayerNorm")
        return
    stem = node.type[:-2]
    for count in (x.rank - 2, x.rank - 1):
        if not 1 <= count <= 3:
            continue
        if stem == "Dropout" and x.rank == 2:
            yield site.exchange("Dropout", node.parameters)
        values = {name: _first(value) for name, value in node.parameters.items()}
        yield site.exchange(f"{stem}{count}d", values, f"Change to {stem}{count}d")
    if stem in ("Dropout", "InstanceNorm", "BatchNorm") and x.rank == 2:
        kind = {"Dropout": "Dropout", "InstanceNorm": "LayerNorm", "BatchNorm": "BatchNorm1d"}[stem]
        yield site.exchange(kind, {}, f"Change to {kind}")


def _first(value: object) -> object:
    return value[0] if isinstance(value, tuple) and value else value


def own_settings(site: FaultSite) -> Iterator[Way | None]:
    """Other axes in the layer's own parameters."""
    layer, node = site.layer, site.node
    if node is None or layer is None:
        if node is not None and site.problem.parameter is not None:
            yield site.reset(site.problem.parameter)
        return
    x = site.spec(site.edge()) or next(iter(site.report.inputs.get(node.id, ())), None)
    rank = x.rank if x is not None else 4
    fields = type(layer).model_fields
    if "mode" in fields and node.type == "Upsample":
        for mode in ("nearest", {3: "linear", 4: "bilinear", 5: "trilinear"}.get(rank, "nearest")):
            yield site.set(mode=mode)
        for name in ("scale_factor", "size"):
            if isinstance(value := site.value(name), tuple):
                yield site.set({name: value[0]})
    if node.type == "Flatten":
        yield site.set(start_dim=1, end_dim=-1)
    if node.type == "Permute":
        for dims in ORDERS.get(rank, ()):
            yield site.set(dims=dims)
        if rank == 2:
            yield site.set(dims=(0, 1))
    if "last_axes" in fields:
        yield site.set(last_axes=1)
        yield site.set(last_axes=rank - 1)
    if "dim" in fields:
        if node.type == "Squeeze" and x is not None:
            for axis in range(1, rank):
                if x.shape[axis] == 1:
                    yield site.set(dim=axis)
        elif isinstance(own := site.value("dim"), tuple):
            if 0 in own and all(-1 <= dim < rank - 1 for dim in own):  # counted without the batch
                yield site.set(dim=tuple(dim + (dim >= 0) for dim in own))
            for axes in (*_of_steps(site, rank), (-1,), tuple(range(2, rank)), (1,)):
                if axes:
                    yield site.set(dim=axes)
        else:
            usual = fields["dim"].default
            first = [axes[0] for axes in _of_steps(site, rank)] + ([usual] if isinstance(usual, int) else [])
            first += [1, -1] if own == 0 else [-1, 1]  # the batch was not counted
            for axis in dict.fromkeys((*first, rank - 1, *range(2, rank))):
                yield site.set(dim=axis)


def _of_steps(site: FaultSite, rank: int) -> list[tuple[int, ...]]:
    """The axis of the steps, where a layer boils down a sequence: the features of all steps are one sample's then."""
    edge = site.edge()
    if edge is None or rank != 3 or site.kind.family != "Reduction":
        return []
    while kind_of(site.graph, edge.source).cell_by_cell() and len(site.graph.incoming[edge.source]) == 1:
        if kind_of(site.graph, edge.source).vocabulary_parameter or kind_of(site.graph, edge.source).linear_map:
            break
        edge = next(iter(site.graph.incoming[edge.source].values()))
    kind = kind_of(site.graph, edge.source)
    if kind.channels_second:
        return [(2,)]
    runs = kind.runs_over_time or kind.attends or bool(kind.vocabulary_parameter)
    return [(1,)] if runs or kind.orders_steps is not Layer.orders_steps or maps_features(kind) else []


def sizes(site: FaultSite) -> Iterator[Way | None]:
    """Parameters that count what comes in, set to what really does."""
    node, layer = site.node, site.layer
    x = site.spec(site.edge())
    if node is None or layer is None or x is None:
        return
    if node.type in ("Reshape", "Unflatten"):
        yield from _shapes(site, x)
    if node.type == "LearnedPositions" and (steps := number(x.shape[1])) is not None:
        yield site.set(max_length=steps)
    if node.type == "PReLU":
        if x.rank > 1 and (channels := number(x.shape[1])) is not None:
            yield site.set(num_parameters=channels)
        yield site.set(num_parameters=1)
    if node.type == "Squeeze":
        yield site.exchange("Mean", {"dim": (site.value("dim"),)})
    if node.type == "Split" and (size := number(x.shape[site.integer("dim")])) is not None:
        parts = site.integers("split_sizes")
        if size > sum(parts[:-1]):
            yield site.set(split_sizes=(*parts[:-1], size - sum(parts[:-1])))
        share, rest = divmod(size, len(parts))
        if share:
            yield site.set(split_sizes=(share,) * (len(parts) - 1) + (share + rest,))
    if node.type == "Fold":
        yield from _folds(site, x)


def _shapes(site: FaultSite, x: Spec) -> Iterator[Way | None]:
    """The shape typed, with one size left open; then shapes with the same axes that hold as many numbers."""
    assert site.node is not None
    name = "shape" if site.node.type == "Reshape" else "unflattened_size"
    wanted = site.integers(name)
    if site.node.type == "Reshape":
        total: Dim = product(x.shape[1:])
    else:
        axis = site.integer("dim")
        total = x.shape[axis] if -x.rank <= axis < x.rank else 0
    if -1 in wanted and isinstance(total, int):
        index = wanted.index(-1)
        for other, size in enumerate(wanted):
            rest = prod(each for at, each in enumerate(wanted) if at not in (index, other))
            if other != index and rest > 0 and total % rest == 0:
                near = sorted(divisors(total // rest), key=lambda count: (abs(count - size), -count))
                yield site.set({name: (*wanted[:other], near[0], *wanted[other + 1 :])})
    if isinstance(total, int) and all(size > 0 for size in wanted):
        yield from _one_size(site, name, wanted, total)
    for index in range(len(wanted)):
        if -1 not in wanted:
            yield site.set({name: (*wanted[:index], -1, *wanted[index + 1 :])})
    if isinstance(total, int) and len(wanted) == 3:
        for channels in (wanted[0], 1, 3):
            side = isqrt(total // channels) if channels > 0 else 0
            if side and channels * side * side == total:
                yield site.set({name: (channels, side, side)})
    if isinstance(total, int) and len(wanted) > 1:
        rest = prod(wanted[1:-1]) if all(size > 0 for size in wanted) else 0
        for first in (wanted[0], wanted[-1]):
            if first > 0 and rest > 0 and total % (first * rest) == 0:
                yield site.set({name: (first, *wanted[1:-1], total // first // rest)})
    if site.node.type == "Reshape":
        yield site.set(shape=(-1,))


def _one_size(site: FaultSite, name: str, wanted: tuple[int, ...], total: int) -> Iterator[Way | None]:
    """One of the sizes as it must be for the others, where that makes an image square."""
    for index in reversed(range(1, len(wanted))):
        rest = prod(wanted[:index]) * prod(wanted[index + 1 :])
        if total % rest == 0:
            sizes = (*wanted[:index], total // rest, *wanted[index + 1 :])
            if len(set(sizes[1:])) == 1 and len(sizes) > 2:
                yield site.set({name: sizes})


def _folds(site: FaultSite, x: Spec) -> Iterator[Way | None]:
    """The image that so many patches make."""
    if x.rank != 3 or number(x.shape[2]) is None:
        return
    patches, side = int(str(x.shape[2])), isqrt(int(str(x.shape[2])))
    kernel, stride, padding = (site.integers(name)[0] for name in ("kernel_size", "stride", "padding"))
    if side * side == patches:
        yield site.set(output_size=(side - 1) * stride + kernel - 2 * padding)
    if (rows := number(x.shape[1])) is not None:
        for size in range(7, 0, -1):
            if rows % (size * size) == 0:
                yield site.set(kernel_size=size)


def indices(site: FaultSite) -> Iterator[Way | None]:
    """An index that there is."""
    layer, x = site.layer, site.spec(site.edge())
    if layer is None or x is None:
        if site.node is not None and site.problem.parameter == "padding_idx":
            count = site.node.parameters.get("num_embeddings")
            yield site.set(padding_idx=0)
            if isinstance(count, int):
                yield site.set(padding_idx=count - 1)
        return
    fields = type(layer).model_fields
    if "index" in fields:
        for index in (-1, 0):
            yield site.set(index=index)
        for axis in range(1, x.rank):
            yield site.set(dim=axis)
    if "start" in fields:
        size = number(x.shape[site.integer("dim")])
        yield site.set(start=0)
        yield site.set(stop=None)
        yield site.set(start=0, stop=None)
        if size is not None and size > 1:
            yield site.set(start=0, stop=size // 2)
    if "padding_idx" in fields:
        yield site.set(padding_idx=0)


def fixed_size(site: FaultSite) -> Iterator[Way | None]:
    """A number where a size was left open, or the open axis moved or boiled down."""
    edge = site.edge()
    x = site.spec(edge)
    if edge is None or x is None:
        return
    yield from given_length(site)
    steps: list[Step] = []
    if x.rank == 3:
        steps = [("Permute", {"dims": (0, 2, 1)}), ("Mean", {"dim": (2,)}), ("Mean", {"dim": (1,)})]
        steps.append(("AdaptiveAvgPool1d", {"output_size": 8}))
    elif x.rank == 4:
        steps = [("Permute", {"dims": (0, 3, 1, 2)}), global_pool(4), ("AdaptiveAvgPool2d", {"output_size": 4})]
    elif x.rank == 2:
        yield site.insert(edge, ("Unsqueeze", {"dim": -1}))
    for step in steps:
        yield site.insert(edge, step)
    if site.node is not None and site.node.type == "Upsample":
        yield site.set(scale_factor=2.0)
    if site.node is not None and site.node.type == "Slice":
        yield site.set(start=0, stop=None)
        yield site.set(start=0, stop=-1)
    if site.node is not None and site.node.type == "Select":
        for index in (-1, 0):
            yield site.set(index=index)


def given_length(site: FaultSite) -> Iterator[Way | None]:
    """Inputs with open sizes get the numbers that the data has, or a plain one."""
    for node in site.graph.of_type("Input"):
        layer = site.report.layer(node.id)
        if isinstance(layer, Input) and any(isinstance(size, str) for size in layer.shape):
            for shape in data_shapes(site.project, layer):
                yield site.set(of=node.id, shape=shape)
            yield site.set(of=node.id, shape=tuple(16 if isinstance(size, str) else size for size in layer.shape))
