"""Fixes where sizes do not agree or do not divide: another layer made wider or narrower, or one put between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil, gcd, prod
from typing import Final

from engine.dims import product
from engine.edits import SetParameter
from engine.graph import Edge
from engine.problems.looking import above, kind_of, maps_features
from engine.problems.ways.axis_ways import FLATTEN, divisors, global_pool
from engine.problems.ways.fault_site import FaultSite, Step, Way, number, typed
from engine.problems.ways.field_ways import target
from engine.problems.ways.width_ways import features_last, makers, resized
from engine.problems.ways.window_ways import each
from engine.spec import Spec

WELL_DIVIDED: Final = (4, 8, 16, 32, 3, 6, 12)
"""Numbers of which a width is often a multiple, the likeliest first."""


def divide(site: FaultSite) -> Iterator[Way | None]:
    """Another count of groups, heads, parts: the nearest that divides."""
    node, x = site.node, site.spec(site.edge())
    if node is None:
        return
    channels = number(x.shape[1]) if x is not None and x.rank > 1 else None
    features = number(x.shape[-1]) if x is not None and x.rank > 1 else None
    asked = _asked(site)
    in_groups = "groups" in asked and "out_channels" in asked
    if in_groups:
        out, groups = asked["out_channels"], asked["groups"]
        if out % groups and groups == channels and out < 2 * groups:  # each channel by itself
            yield site.set(out_channels=max(1, round(out / groups)) * groups)
        yield from _nearest(site, "groups", groups, divisors(gcd(out, channels) if channels else out))
        if out % groups:
            yield site.set(out_channels=ceil(out / groups) * groups)
            yield site.set(out_channels=ceil(out / groups) * groups, groups=groups)
    for name, size in (("num_groups", channels), ("num_heads", features), ("nhead", features), ("groups", channels)):
        if name in asked and size and not in_groups:
            yield from _nearest(site, name, asked[name], divisors(size))
    if "chunks" in asked and x is not None and (size := number(x.shape[site.integer("dim")])):
        yield from _nearest(site, "chunks", asked["chunks"], divisors(size))
        yield site.set(chunks=2)
    for name in ("upscale_factor", "downscale_factor"):
        if name in asked and x is not None:
            sizes = [size for size in map(number, x.shape[2:]) if size] if name == "downscale_factor" else []
            common = divisors(gcd(*sizes)) if sizes else [4, 3, 2]
            for factor in sorted((count for count in common if count > 1), key=lambda count: abs(count - asked[name])):
                yield site.set({name: factor})


def _asked(site: FaultSite) -> dict[str, int]:
    """The integers among the parameters that were typed, worked out as far as they make a layer."""
    node, layer = site.node, site.layer
    raw = node.parameters if node is not None else {}
    values = raw if layer is None else {name: getattr(layer, name, None) for name in raw}
    return {name: value for name, value in values.items() if isinstance(value, int)}


def _nearest(site: FaultSite, name: str, asked: int, possible: list[int]) -> Iterator[Way | None]:
    for count in sorted(possible, key=lambda count: (abs(count - asked), -count))[:3]:
        yield site.set({name: count})


def whole_multiple(site: FaultSite) -> Iterator[Way | None]:
    """More channels or features, so that they divide."""
    node, edge = site.node, site.edge()
    x = site.spec(edge)
    if node is None or edge is None or x is None:
        return
    asked = _asked(site)
    divisor, axis = 2, -1
    for name, where in (("groups", 1), ("num_groups", 1), ("num_heads", -1), ("nhead", -1)):
        if name in asked:
            divisor, axis = asked[name], where
    if "upscale_factor" in asked:
        divisor, axis = asked["upscale_factor"] ** 2, 1
    if "chunks" in asked:
        divisor, axis = asked["chunks"], site.integer("dim")
    if node.type == "GLU" and x.rank > 2 and site.value("dim") in (1, 1 - x.rank):
        axis = 1
    size = number(x.shape[axis])
    if size is not None and divisor > 0:
        up, down = ceil(size / divisor) * divisor, size // divisor * divisor
        yield from resized(site, edge, axis, up)
        if down:
            yield from resized(site, edge, axis, down)
    if x.rank >= 4 and ("downscale_factor" in asked):
        factor = asked["downscale_factor"]
        sizes = [number(size) for size in x.shape[2:]]
        if all(sizes):
            wanted = tuple(ceil(size / factor) * factor for size in sizes if size)
            yield site.insert(edge, ("Upsample", {"size": wanted}), label=f"Insert Upsample to {_times(wanted)}")


def outside(site: FaultSite) -> Iterator[Way | None]:
    """For a fault inside a block: what comes into the block made a little wider, to a number that divides well."""
    outer = site.outer()
    for edge in outer.wires() if site.path else ():
        x = outer.spec(edge)
        for axis in (-1, 1) if x is not None and x.rank > 1 else ():
            size = number(x.shape[axis]) if x is not None else None
            for step in WELL_DIVIDED if size else ():
                wanted = ceil((size or 1) / step) * step
                ways = resized(outer, edge, axis, wanted) if wanted != size else ()
                yield from (replace(way, outside=True) for way in ways if way is not None)


def same(site: FaultSite) -> Iterator[Way | None]:
    """Branches that come together made alike: padding that keeps the size, a 1×1 convolution, pooling, a crop."""
    wires = site.wires()
    guilty = site.edge() or (wires[-1] if wires else None)
    if guilty is None or len(wires) < 2:
        return
    if site.value("enable_gqa") is False:
        yield site.set(enable_gqa=True)
    pairs = [(guilty, other) for other in wires if other != guilty]
    pairs += [(other, guilty) for other in wires if other != guilty]
    for edge, other in pairs:
        x, y = site.spec(edge), site.spec(other)
        if x is not None and y is not None:
            yield from alike(site, edge, x, other, y)


def alike(site: FaultSite, edge: Edge, x: Spec, other: Edge, y: Spec) -> Iterator[Way | None]:
    """Ways to give ``x`` on one wire the sizes of ``y`` on the other."""
    if x.rank != y.rank:
        yield from _same_rank(site, edge, x, y)
        return
    spaced = x.rank >= 3 and x.shape[2:] != y.shape[2:]
    last = number(y.shape[-1])
    if spaced and x.rank == 3 and last and x.shape[:2] == y.shape[:2] and features_last(site, edge):
        yield from resized(site, edge, -1, last)
    if spaced:
        yield from unpadded(site, edge, other)
        yield from unpadded(site, other, edge)
    channels, wanted = number(x.shape[1]) if x.rank > 1 else None, number(y.shape[1]) if y.rank > 1 else None
    strides = _strides(x, y)
    if x.rank == 4 and strides and wanted and (spaced or channels != wanted):
        values: dict[str, object] = {"out_channels": wanted, "kernel_size": 1, "stride": strides}
        if max(strides) > 1:
            yield site.insert(edge, ("Conv2d", values), label=f"Insert 1×1 convolution ({wanted}, stride {strides[0]})")
    sizes = tuple(size for size in map(number, y.shape[2:]) if size)
    if spaced and len(sizes) == x.rank - 2 and 3 <= x.rank <= 5:
        yield from _same_space(site, edge, x, sizes)
        if wanted and channels != wanted:
            asked: object = sizes if len(sizes) > 1 else sizes[0]
            grows = any(isinstance(a, int) and a < b for a, b in zip(x.shape[2:], sizes, strict=True))
            first: Step = (
                ("Upsample", {"size": sizes}) if grows else (f"AdaptiveAvgPool{x.rank - 2}d", {"output_size": asked})
            )
            convolution: Step = (f"Conv{x.rank - 2}d", {"out_channels": wanted, "kernel_size": 1})
            label = f"Insert {'Upsample' if grows else 'pooling'} to {_times(sizes)} and 1×1 convolution ({wanted})"
            yield site.insert(edge, first, convolution, label=label)
    if not spaced and x.rank > 2 and channels != wanted and wanted:
        yield from resized(site, edge, 1, wanted)
    if last and x.shape[-1] != y.shape[-1] and x.rank <= 3:
        yield from resized(site, edge, -1, last)
    if x.rank == 3:
        yield site.insert(edge, ("Permute", {"dims": (0, 2, 1)}))


def _strides(x: Spec, y: Spec) -> tuple[int, ...] | None:
    """How far a 1×1 window must step over x to give the size of y."""
    found = []
    for a, b in zip(x.shape[2:], y.shape[2:], strict=True):
        if not isinstance(a, int) or not isinstance(b, int) or b < 1 or a < b:
            return None
        found.append(-(-a // b))
    return tuple(found) or None


def _same_rank(site: FaultSite, edge: Edge, x: Spec, y: Spec) -> Iterator[Way | None]:
    if x.rank > y.rank:
        if y.rank == 2:
            yield site.insert(edge, FLATTEN)
            if 3 <= x.rank <= 5:
                yield site.insert(edge, global_pool(x.rank), FLATTEN)
                size = number(y.shape[1])
                if size:
                    yield site.insert(edge, FLATTEN, ("Linear", {"out_features": size}))
                    yield site.insert(edge, global_pool(x.rank), FLATTEN, ("Linear", {"out_features": size}))
        yield site.insert(edge, ("Flatten", {"start_dim": 2}))
        yield site.insert(edge, ("Flatten", {"start_dim": 2}), ("Permute", {"dims": (0, 2, 1)}))
        yield site.insert(edge, ("Mean", {"dim": (1,)}))
        yield site.insert(edge, ("Select", {"dim": 1, "index": -1}))
    else:
        steps: list[Step] = [("Unsqueeze", {"dim": -1})] * (y.rank - x.rank)
        yield site.insert(edge, *steps)
        yield site.insert(edge, *[("Unsqueeze", {"dim": 1})] * (y.rank - x.rank))
        sizes = tuple(number(size) or 0 for size in y.shape[1:])
        if all(sizes) and x.rank == 2:
            unflatten: Step = ("Unflatten", {"dim": 1, "unflattened_size": sizes})
            yield site.insert(edge, unflatten)
            yield site.insert(edge, ("Linear", {"out_features": prod(sizes)}), unflatten)


def _same_space(site: FaultSite, edge: Edge, x: Spec, sizes: tuple[int, ...]) -> Iterator[Way | None]:
    """The same height and width by a layer on the wire."""
    now = [number(size) for size in x.shape[2:]]
    if not all(now):
        return
    have = [size for size in now if size]
    count = x.rank - 2
    if all(a >= b for a, b in zip(have, sizes, strict=True)):
        cut: list[int] = []
        for a, b in zip(reversed(have), reversed(sizes), strict=True):  # torch counts from the last axis
            cut += [-((a - b) // 2), -(a - b - (a - b) // 2)]
        if max(a - b for a, b in zip(have, sizes, strict=True)) <= max(4, max(have) // 4):
            yield site.insert(edge, (f"ZeroPad{count}d", {"padding": tuple(cut)}), label=f"Crop to {_times(sizes)}")
        yield site.insert(
            edge,
            (f"AdaptiveAvgPool{count}d", {"output_size": sizes if count > 1 else sizes[0]}),
            label=f"Insert average pooling to {_times(sizes)}",
        )
    elif all(a <= b for a, b in zip(have, sizes, strict=True)):
        grow: list[int] = []
        for a, b in zip(reversed(have), reversed(sizes), strict=True):
            grow += [(b - a) // 2, b - a - (b - a) // 2]
        yield site.insert(edge, ("Upsample", {"size": sizes}), label=f"Insert Upsample to {_times(sizes)}")
        yield site.insert(
            edge, (f"ZeroPad{count}d", {"padding": tuple(grow)}), label=f"Pad with zeros to {_times(sizes)}"
        )


def unpadded(site: FaultSite, edge: Edge, other: Edge) -> Iterator[Way | None]:
    """Convolutions of one branch alone that shrink it for want of padding, or step over it."""
    graph = site.graph
    shared = above(graph, other.source) | {other.source}
    order = {node_id: index for index, node_id in enumerate(graph.order())}
    branch = [n for n in (*above(graph, edge.source), edge.source) if n not in shared]
    branch.sort(key=lambda n: -order[n])
    edits: list[Way] = []
    for node_id in branch:
        node = graph.nodes[node_id]
        kind = kind_of(graph, node_id)
        kernel, stride = each(site, "kernel_size", node_id), each(site, "stride", node_id)
        if not kernel or kind.sees not in ("window", "overlap") or "padding" not in kind.model_fields:
            continue
        half = tuple(size // 2 for size in kernel)
        plain: object = half[0] if len(set(half)) == 1 else half
        if each(site, "padding", node_id) not in (half, half * 2) and typed(node, "padding"):
            edits.append(site.set(of=node_id, padding=plain))
        if set(stride) != {1} and stride and typed(node, "stride"):
            yield site.set({"stride": 1} | ({"padding": plain} if kind.linear_map else {}), of=node_id)
    yield from edits
    if len(edits) > 1:
        every = tuple(edit for way in edits for edit in way.edits)
        names = ", ".join(graph.nodes[edit.node_id].name for edit in every)  # type: ignore[attr-defined]
        yield Way(f"Set padding of {names}", every)


def joined_otherwise(site: FaultSite) -> Iterator[Way | None]:
    """Another axis to join along, a transposed factor, one branch alone."""
    node = site.node
    if node is None:
        return
    wires = site.wires()
    if node.type == "Concat":
        rank = max((x.rank for wire in wires if (x := site.spec(wire)) is not None), default=2)
        for axis in range(1, rank):
            yield site.set(dim=axis)
    if node.type == "MatMul":
        yield site.set(transpose=not site.value("transpose"))
        for wire in wires:
            x = site.spec(wire)
            if x is not None and x.rank == 3:
                yield site.insert(wire, ("Permute", {"dims": (0, 2, 1)}))
        if len(wires) == 2 and (a := site.spec(wires[0])) is not None and (b := site.spec(wires[1])) is not None:
            inner = b.shape[-1] if site.value("transpose") else b.shape[-2] if b.rank > 1 else None
            if isinstance(inner, int):
                yield from resized(site, wires[0], -1, inner)
            if site.value("transpose") and isinstance(a.shape[-1], int):
                yield from resized(site, wires[1], -1, a.shape[-1])
    if node.type in ("Add", "Stack"):
        yield site.exchange("Concat", {"dim": 1}, "Change to Concat")
    names = {wire.target_port: wire for wire in wires}
    for port in ("key", "value", "memory"):
        first = site.spec(next(iter(wires), None))
        if port in names and first is not None and isinstance(first.shape[-1], int):
            yield from resized(site, names[port], -1, first.shape[-1])


def made_to_fit(site: FaultSite) -> Iterator[Way | None]:
    """What comes in given the number of features that the layer counts on."""
    node, edge = site.node, site.edge()
    x = site.spec(edge)
    if node is None or edge is None or x is None:
        return
    if node.type == "Unflatten" and -1 in site.integers("unflattened_size") and (size := number(x.shape[-1])):
        known = abs(prod(site.integers("unflattened_size")))
        yield from resized(site, edge, -1, ceil(size / known) * known)
        yield from resized(site, edge, -1, max(1, size // known) * known)
    elif node.type in ("Reshape", "Unflatten") and x.rank == 2:
        name = "shape" if node.type == "Reshape" else "unflattened_size"
        yield from resized(site, edge, -1, abs(prod(site.integers(name))))
    if node.type == "LearnedPositions" and (most := site.value("max_length")):
        yield site.insert(edge, ("Slice", {"dim": 1, "start": 0, "stop": most}), label=f"Insert Slice to {most} steps")
    if node.type == "PReLU" and isinstance(count := site.value("num_parameters"), int) and x.rank > 2:
        yield from resized(site, edge, 1, count)


def narrower(site: FaultSite) -> Iterator[Way | None]:
    """The layers with most weights made narrower, alone and together."""
    graph, report = site.graph, site.report
    heavy: list[tuple[int, str, str, int]] = []
    for node in graph.nodes.values():
        name, layer = kind_of(graph, node.id).width_parameter, report.layer(node.id)
        ends = any(graph.nodes[edge.target].type == "Output" for edge in graph.outgoing[node.id])
        if layer is None or not name or ends or node.id not in report.outputs or not typed(node, name):
            continue
        value = getattr(layer, name)
        count = sum(number(product(shape)) or 0 for shape in layer.weights(*report.inputs[node.id]).values())
        heavy.append((count, node.id, name, value))
    heavy.sort(reverse=True)
    for part in (2, 4, 8, 16, 32, 64):
        for count in (1, 2, len(heavy)):
            chosen = [(node_id, name, max(4, value // part)) for _, node_id, name, value in heavy[:count]]
            edits = tuple(SetParameter(node_id, name, value) for node_id, name, value in chosen)
            if len(chosen) < count or not edits:
                continue
            names = ", ".join(graph.nodes[node_id].name for node_id, _, _ in chosen[:3])
            more = f" and {len(chosen) - 3} more" if len(chosen) > 3 else ""
            share = {2: "half", 4: "a quarter"}.get(part, f"1/{part}")
            yield Way(f"Make {names}{more} {share} as wide", edits)


def classes(site: FaultSite) -> Iterator[Way | None]:
    """One answer for each class, by the last layer or by one more."""
    field, edge = target(site), site.edge("input")
    x = site.spec(edge)
    if edge is None or x is None or field is None:
        return
    wanted = field.classes or (field.shape[-1] if field.shape else 1)
    if x.rank == len(field.shape) + 2 or not field.classes:
        yield from resized(site, edge, -1, wanted)
    if x.rank > 2:
        for node_id in _head(site, edge):
            into = next(iter(site.graph.incoming[node_id].values()), None)
            node = site.graph.nodes[node_id]
            kind = kind_of(site.graph, node_id)
            name = kind.width_parameter
            if maps_features(kind) and typed(node, name):
                flat, wide = site.insert(into, FLATTEN), site.set({name: wanted}, of=node_id)
                if flat is not None:
                    label = f"Insert Flatten before {node.name}"
                    label += "" if site.value(name, node) == wanted else f" and set its {name} to {wanted}"
                    yield Way(label, (*wide.edits, *flat.edits), flat.made)
        yield site.insert(edge, FLATTEN, ("Linear", {"out_features": wanted}))
        if 3 <= x.rank <= 5:
            yield site.insert(edge, global_pool(x.rank), FLATTEN, ("Linear", {"out_features": wanted}))
            yield site.insert(
                edge, (f"Conv{x.rank - 2}d", {"out_channels": wanted, "kernel_size": 1}), global_pool(x.rank), FLATTEN
            )
        if x.rank == 3:
            yield site.insert(edge, ("Select", {"dim": 1, "index": -1}), ("Linear", {"out_features": wanted}))


def _head(site: FaultSite, edge: Edge) -> list[str]:
    """The layers of weighted sums of features that lead to a wire one after the other, the first of them first."""
    found = list[str]()
    while found_more := list(makers(site, edge, 1)):
        (node_id,) = found_more
        wires = list(site.graph.incoming[node_id].values())
        if not maps_features(kind_of(site.graph, node_id)) or len(wires) != 1:
            break
        found.insert(0, node_id)
        edge = wires[0]
    return found


def _times(sizes: tuple[int, ...]) -> str:
    return " × ".join(map(str, sizes))
