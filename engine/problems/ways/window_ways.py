"""Fixes where windows do not fit: other padding, kernel, stride or dilation, or a larger input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import ceil

from engine.dims import Dim
from engine.edits import SetParameter
from engine.problems.looking import above, kind_of
from engine.problems.rules.depth_rules import side
from engine.problems.view import OBJECT, image_side, view
from engine.problems.ways.fault_site import FaultSite, Way, number, typed


def each(site: FaultSite, name: str, node_id: str | None = None) -> tuple[int, ...]:
    """A parameter as one number an axis; empty where it is none."""
    node = site.graph.node(node_id or site.id)
    raw = site.value(name, node)
    if raw is None:
        raw = node.parameters.get(name)
    values = raw if isinstance(raw, tuple) else (raw,)
    whole = tuple(value for value in values if isinstance(value, int) and not isinstance(value, bool))
    return whole if len(whole) == len(values) else ()


def fit(site: FaultSite) -> Iterator[Way | None]:
    """A window that fits: padded input, a smaller kernel, no gaps."""
    x, layer = site.spec(site.edge()), site.layer
    if x is None or layer is None or site.node is None or x.rank < 3:
        return
    fields = type(layer).model_fields
    space = [size for size in map(number, x.shape[2:]) if size is not None]
    kernel, smallest = max(each(site, "kernel_size"), default=1), min(space, default=1)
    if site.kind.sees == "overlap" and "padding" in fields:
        yield site.set(padding=0)
        yield site.set(kernel_size=2 * (each(site, "padding") or (1,))[0] + kernel)
        return
    dilation = max(each(site, "dilation"), default=1)
    if dilation > 1 and kernel <= smallest:
        yield site.set(dilation=1)
    if kernel // 10 in range(2, smallest + 1):  # a digit too many
        yield site.set(kernel_size=kernel // 10)
    far = kernel > 2 * smallest or kernel >= smallest + 8  # then so much padding would leave little of the image
    if far and "kernel_size" in fields:
        yield site.reset("kernel_size")
        yield site.set(kernel_size=smallest - 1 + smallest % 2)
    if "padding" in fields:
        least = -(-(dilation * (kernel - 1) + 1 - smallest) // 2)
        for padding in dict.fromkeys((least, kernel // 2)):
            if padding > 0:
                yield site.set(padding=padding)
        if site.kind.linear_map:
            yield site.set(padding="same")
    if max(each(site, "dilation"), default=1) > 1:
        yield site.set(dilation=1)
    if smallest < kernel and "kernel_size" in fields:
        yield site.set(kernel_size=smallest)
        if smallest % 2 == 0 and smallest > 1:
            yield site.set(kernel_size=smallest - 1)
    if "output_ratio" in fields:
        yield site.set(kernel_size=2)
        yield site.set(output_ratio=0.5)
    if "output_size" in fields:
        yield site.set(output_size=1)
    if "scale_factor" in fields:
        yield site.set(scale_factor=1.0)
        yield site.set(scale_factor=2.0)


def larger_input(site: FaultSite) -> Iterator[Way | None]:
    """More room: an earlier layer that shrinks less, or an Upsample before."""
    edge = site.edge()
    x = site.spec(edge)
    if edge is None or x is None or x.rank < 3:
        return
    order = {node_id: position for position, node_id in enumerate(site.graph.order())}
    upwards = sorted(above(site.graph, site.id), key=lambda n: -order[n])
    for node_id in [n for n in upwards if max(each(site, "stride", n), default=1) > 1][:2]:
        if typed(site.graph.nodes[node_id], "stride"):
            yield site.set(of=node_id, stride=1)
    kernel, smallest = max(each(site, "kernel_size"), default=2), min(_known(x.shape[2:]), default=1)
    yield site.insert(edge, ("Upsample", {"scale_factor": float(max(2, -(-kernel // smallest)))}))


def _known(sizes: tuple[Dim, ...]) -> list[int]:
    return [size for size in sizes if isinstance(size, int)]


def less_padding(site: FaultSite) -> Iterator[Way | None]:
    """As much padding as is allowed, or a kernel that allows more."""
    node, x = site.node, site.spec(site.edge())
    if node is None:
        return
    kernel = min(each(site, "kernel_size"), default=0)
    sizes = _known(x.shape[2:]) if x is not None and x.rank > 2 else []
    if kernel and site.kind.family == "Pooling":
        yield site.set(padding=kernel // 2)
        yield site.set(kernel_size=2 * max(each(site, "padding"), default=1))
    elif kernel:
        yield site.set(padding_mode="zeros")
        for padding in (kernel // 2, min(sizes, default=1) - 1):
            yield site.set(padding=padding)
    else:
        typed_now = node.parameters.get("padding")
        least = min(sizes, default=2)
        for padding in (least - 1, least, 1, 0):
            if padding >= 0 and padding != typed_now:
                yield site.set(padding=padding)
        sides = typed_now if isinstance(typed_now, tuple) else (typed_now,)
        if x is not None and all(isinstance(side, (int, float)) and side <= 0 for side in sides):
            cut = -max(0, (least - 1) // 2)
            yield site.set(padding=cut if len(sides) == 1 else (cut,) * len(sides))
        stem = node.type.removesuffix(node.type[-2:])
        if stem in ("ReflectionPad", "CircularPad"):
            yield site.exchange(node.type.replace(stem, "ReplicationPad"), node.parameters)


def keep_size(site: FaultSite) -> Iterator[Way | None]:
    """'same' goes with stride 1; with a stride TensorFlow's 'same', or half an odd kernel, gives ⌈size / stride⌉."""
    kernel, dilation = each(site, "kernel_size"), each(site, "dilation") or (1,)
    half = tuple(gap * (size - 1) // 2 for size, gap in zip(kernel, dilation * len(kernel), strict=False))
    ways = [site.set(padding="same_tf")]
    if half:
        odd = all(size % 2 for size in kernel)
        ways.insert(0 if odd else 1, site.set(padding=half[0] if len(set(half)) == 1 else half))
    yield from ways
    yield site.set(stride=1)


def output_padding(site: FaultSite) -> Iterator[Way | None]:
    """Fewer cells at the end than the stride is wide."""
    stride = min(each(site, "stride"), default=1)
    yield site.set(output_padding=max(0, stride - 1))
    yield site.set(output_padding=0)
    yield site.set(stride=max(each(site, "output_padding"), default=1) + 1)


def no_gaps(site: FaultSite) -> Iterator[Way | None]:
    """Windows as wide as they are apart, or as near as they are wide."""
    kernel, stride = each(site, "kernel_size"), each(site, "stride")
    if not kernel or not stride:
        return
    wide, apart = max(kernel), max(stride)
    yield site.set(stride=wide)
    half = {"padding": apart // 2} if max(each(site, "padding"), default=0) else {}
    yield site.set({"kernel_size": apart, **half})
    if apart % 2 == 0:
        yield site.set({"kernel_size": apart + 1, "padding": apart // 2})


def smaller_window(site: FaultSite) -> Iterator[Way | None]:
    """A window no larger than the map, with the padding that keeps its size."""
    x = site.spec(site.edge())
    sizes = _known(x.shape[2:]) if x is not None else []
    least = min(sizes, default=1)
    for size in dict.fromkeys((least - 1 + least % 2, 1)):
        if size > 0:
            yield site.set(kernel_size=size, padding=size // 2)


def later_shrinking(site: FaultSite) -> Iterator[Way | None]:
    """The layers that shrink the map with a stride of 1, the last of them first, as many as it takes."""
    graph, report = site.graph, site.report
    order = {node_id: position for position, node_id in enumerate(graph.order())}
    chosen: list[str] = []
    for node_id in sorted({site.id, *above(graph, site.id)}, key=lambda each: -order[each]):
        layer, node = report.layer(node_id), graph.nodes[node_id]
        strided = layer is not None and any(window.stride > 1 for window in layer.windows())
        by_block = isinstance(getattr(layer, "arguments", None), dict) and site.value("stride", node) not in (None, 1)
        if (strided or by_block) and typed(node, "stride"):
            chosen.append(node_id)
            names = ", ".join(graph.nodes[each].name for each in reversed(chosen))
            yield Way(f"Set stride of {names} to 1", tuple(SetParameter(each, "stride", 1) for each in chosen))
        elif layer is not None and layer.sees == "share" and not chosen:
            sizes, after = _known(report.inputs[node_id][0].shape[2:]), report.spec(node_id)
            for size in (8, 16) if after is not None and side(after) > 1 else ():
                if sizes and size <= min(sizes):
                    yield site.set(of=node_id, output_size=size)
        if len(chosen) == 4:
            return


def more_cells(site: FaultSite) -> Iterator[Way | None]:
    """A pooling that leaves a few cells, so that what follows knows where something was."""
    x = site.spec(site.edge())
    least = min(_known(x.shape[2:]), default=0) if x is not None else 0
    if site.kind.sees == "share":
        for size in (4, 2, 3):
            if 2 * size <= least:
                yield site.set(output_size=size)
    elif site.kind.sees == "window" and least:
        for size in (least // 4, least // 2, 2):
            if size > 1:
                yield site.set(kernel_size=size)


def larger_window(site: FaultSite) -> Iterator[Way | None]:
    """A window that pools something; beside another pooling without the layer, which changes nothing."""
    bare = replace(site.remove(), spares=True)
    if _beside_pooling(site):
        yield bare
        return
    yield site.set(kernel_size=2)
    yield bare


def _beside_pooling(site: FaultSite) -> bool:
    """Whether a pooling comes right before or after the guilty layer, or behind what leaves every cell where it is."""
    graph = site.graph

    def meets(node_id: str, *, upwards: bool) -> bool:
        wires = [*graph.incoming[node_id].values()] if upwards else [*graph.outgoing[node_id]]
        others = [wire.source if upwards else wire.target for wire in wires]
        kinds = [(other, kind_of(graph, other)) for other in others]
        return any(
            kind.numbers in ("pooled", "averaged") or (kind.cell_by_cell() and len(others) == 1
                                                       and meets(other, upwards=upwards))
            for other, kind in kinds
        )  # fmt: skip

    return meets(site.id, upwards=True) or meets(site.id, upwards=False)


def all_columns(site: FaultSite) -> Iterator[Way | None]:
    """Windows that end where the image does."""
    layer, x = site.layer, site.spec(site.edge())
    if layer is None or x is None:
        return
    kernel = max(each(site, "kernel_size"), default=2)
    if "ceil_mode" in type(layer).model_fields:
        yield site.set(ceil_mode=True)
    most = kernel // 2 if layer.family == "Pooling" else kernel - 1
    if site.value("padding") is not None and not isinstance(site.value("padding"), str):
        now = max(each(site, "padding"), default=0)
        for padding in range(now + 1, most + 1):
            yield site.set(padding=padding)
    for size in (kernel - 1, kernel + 1):
        if size > 0:
            yield site.set(kernel_size=size)
    yield site.set(stride=1)


def wider_view(site: FaultSite) -> Iterator[Way | None]:
    """Larger steps further up, larger windows, or one with gaps right before, just wide enough."""
    graph = site.graph
    order = {node_id: position for position, node_id in enumerate(graph.order())}
    upwards = sorted(above(graph, site.id), key=order.__getitem__)
    kinds = [(node_id, kind_of(graph, node_id)) for node_id in upwards if typed(graph.nodes[node_id], "stride")]
    convolutions = [node_id for node_id, kind in kinds if kind.linear_map and kind.sees == "window"]
    plain = [node_id for node_id in convolutions if set(each(site, "stride", node_id)) == {1}]
    for count in range(1, min(len(plain), 5) + 1):
        for stride in (2, 4):
            able = [node_id for node_id in plain if min(each(site, "kernel_size", node_id), default=1) >= stride]
            chosen = able[:count]  # narrower windows would skip cells
            if len(chosen) < count:
                continue
            names = ", ".join(graph.nodes[node_id].name for node_id in chosen)
            edits = tuple(SetParameter(node_id, "stride", stride) for node_id in chosen)
            yield Way(f"Set stride of {names} to {stride}", edits)
    for node_id in convolutions:
        kernel = max(each(site, "kernel_size", node_id), default=1)
        for wide in (kernel + 2, kernel + 4, kernel + 8):
            half = {"padding": wide // 2} if each(site, "padding", node_id) != (0,) else {}
            yield site.set({"kernel_size": wide, **half}, of=node_id)
    yield from _dilated(site)


def _dilated(site: FaultSite) -> Iterator[Way | None]:
    edge = site.edge("input")
    x = site.spec(edge)
    if edge is None or x is None or (channels := number(x.shape[1])) is None:
        return
    seen, image = view(site.graph, site.report, edge.source), image_side(site.graph, site.report, edge.source)
    size = min((size for size in map(number, x.shape[2:]) if size), default=0)
    if image is None or not size:
        return
    dilation = max(1, ceil((OBJECT * image - seen) * size / image / 6) if seen < image else 1)
    values = {"out_channels": channels, "kernel_size": 7, "padding": 3 * dilation, "dilation": dilation}
    label = f"Insert Conv2d(7 × 7, dilation {dilation})"
    yield site.insert(edge, ("Conv2d", values), ("ReLU", {}), label=label)
