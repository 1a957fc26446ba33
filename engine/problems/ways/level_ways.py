"""Fixes of networks that make an image smaller and larger again, where it does not come back to its size: all levels
are fitted in one step, because what fits one of them decides what comes out at the next."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from engine.edits import MISSING, Compound, Edit, SetParameter
from engine.graph import Edge
from engine.literals import literal
from engine.problems.looking import above, below, kind_of
from engine.problems.ways.fault_site import FaultSite, Way, listed, number, shown, typed
from engine.problems.ways.size_ways import unpadded
from engine.spec import Spec

MOST_LEVELS: Final = 12
"""How many joins are fitted in one step, and how many strides are taken back."""
Sizes = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Join:
    """Where a branch that was made ``larger`` again meets one that ends in another size: at ``wire`` and ``other``."""

    node: str
    wire: Edge
    other: Edge
    larger: str
    now: Sizes
    wanted: Sizes

    @property
    def missing(self) -> Sizes:
        """By how much the branch is too small, along each axis."""
        return tuple(want - now for now, want in zip(self.now, self.wanted, strict=True))


@dataclass(frozen=True, slots=True)
class Fitted:
    """What fits one join: its edits, the nodes made, and what is done to whom, in words."""

    edits: Sequence[Edit]
    made: tuple[str, ...]
    verb: str
    whom: str


Fit = Callable[[FaultSite, Join], Fitted | None]


def every_level(site: FaultSite) -> Iterator[Way | None]:
    """The sizes of one branch at every join: by its own layers, by padding or resizing, or the other one cropped."""
    if site.graph is not site.project:
        return
    join = _join(site, site.id)
    if join is None:
        return
    before = _space(site.report.inputs[join.larger][0]) or join.now
    far = any(abs(cells) * size >= now for cells, size, now in zip(join.missing, before, join.now, strict=True))
    if far:  # most often a convolution lacks its padding
        yield from unpadded(site, join.wire, join.other)
    for fit in (_cropped, _by_itself, _resized) if far else (_by_itself, _padded, _resized, _cropped):
        yield (yield from fitted(site, fit))


def fewer_strides(site: FaultSite) -> Iterator[Way | None]:
    """As few strides further up taken back as let the window fit, and the levels after it fitted to that."""
    if site.graph is not site.project or site.kind.linear_map:
        return
    order = {node_id: position for position, node_id in enumerate(site.graph.order())}
    wide = [node_id for node_id in above(site.graph, site.id) if _strides(site, node_id)]
    wide.sort(key=lambda n: -order[n])
    best: tuple[SetParameter, ...] = ()
    for count in range(1, min(len(wide), MOST_LEVELS) + 1):
        edits = tuple(SetParameter(node_id, "stride", 1) for node_id in wide[:count])
        with site.trial.attempt(Compound(edits, "")) as attempt:
            small = {
                node_id for node_id in {*attempt.shapes(), site.id} & _after(site) if _fails(site, node_id, "window")
            }
        best = best or (edits if site.id not in small else ())
        yield None
        if not small:
            best = edits
            break
    if best:
        names = listed([site.graph.nodes[edit.node_id].name for edit in reversed(best)])
        first = Fitted(best, (), "Set stride of", f"{names} to 1")
        yield (yield from fitted(site, lambda site, join: _by_itself(site, join) or _resized(site, join), first))


def _strides(site: FaultSite, node_id: str) -> bool:
    """Whether a layer steps over its input as is typed there."""
    layer = site.report.layer(node_id)
    windows = layer.windows() if layer is not None and layer.sees == "window" else ()
    return any(window.stride > 1 for window in windows) and typed(site.graph.nodes[node_id], "stride")


def fitted(site: FaultSite, fit: Fit, first: Fitted | None = None) -> Generator[None, None, Way | None]:
    """All joins below fitted, one after the other, each tried on the copy; None where one cannot be. Rests between."""
    done = [] if first is None else [first]
    while len(done) <= MOST_LEVELS:
        edits = tuple(edit for step in done for edit in step.edits)
        with site.trial.attempt(Compound(edits, "")) as attempt:
            reached = set(attempt.shapes()) | {site.id}
            wrong = [node_id for node_id in reached & _after(site) if _fails(site, node_id, "mismatch")]
            if not wrong:
                break
            join = _join(site, min(wrong, key=site.graph.rank))
            step = None if join is None else fit(site, join)
        yield
        if step is None:
            return None
        done.append(step)
    made = tuple(node_id for step in done for node_id in step.made)
    verbs = dict.fromkeys(step.verb for step in done)
    parts = [f"{verb} {listed([step.whom for step in done if step.verb == verb])}" for verb in verbs]
    label = listed([parts[0], *(part[0].lower() + part[1:] for part in parts[1:])])
    return Way(label, edits, made)


def _after(site: FaultSite) -> set[str]:
    return below(site.graph, site.id) | {site.id}


def _fails(site: FaultSite, node_id: str, code: str) -> bool:
    error = site.report.errors.get(node_id)
    return error is not None and error.code == code


def _join(site: FaultSite, node_id: str) -> Join | None:
    """The two wires into a join that end in different sizes, of which one comes from a layer that makes larger."""
    grown, others = list[tuple[Edge, str, Sizes]](), list[tuple[Edge, Sizes]]()
    for wire in site.graph.incoming[node_id].values():
        sizes = _space(site.spec(wire))
        if sizes is None:
            return None
        larger = _larger(site, wire)
        if larger is None:
            others.append((wire, sizes))
        else:
            grown.append((wire, larger, sizes))
    for wire, larger, sizes in grown:
        for other, wanted in others:
            if sizes != wanted and len(sizes) == len(wanted):
                return Join(node_id, wire, other, larger, sizes, wanted)
    return None


def _space(x: Spec | None) -> Sizes | None:
    """The sizes after the channels, where all are known."""
    sizes = [number(size) for size in x.shape[2:]] if x is not None and 3 <= x.rank <= 5 else []
    known = tuple(size for size in sizes if size is not None)
    return known if sizes and len(known) == len(sizes) else None


def _larger(site: FaultSite, wire: Edge) -> str | None:
    """The layer above a wire that has made its value larger, where only layers that keep the size come between."""
    while (before := next(iter(site.graph.incoming[wire.source].values()), None)) is not None:
        now, then = _space(site.spec(wire)), _space(site.spec(before))
        if now is None or then is None or len(now) != len(then):
            return None
        if now != then:
            grows = kind_of(site.graph, wire.source).sees == "overlap"
            return wire.source if grows and all(a >= b for a, b in zip(now, then, strict=True)) else None
        wire = before
    return None


# -- what fits one join ------------------------------------------------------------------------------------------------


def _by_itself(site: FaultSite, join: Join) -> Fitted | None:
    """The layer that makes larger told to give the other size."""
    node = site.graph.nodes[join.larger]
    fields = kind_of(site.graph, node.id).model_fields
    if {"size", "scale_factor"} <= fields.keys() and typed(node, "size") and typed(node, "scale_factor"):
        edits = (
            SetParameter(node.id, "size", literal(_one(join.wanted))),
            SetParameter(node.id, "scale_factor", MISSING),
        )
        return Fitted(edits, (), "Set size of", f"{node.name} to {_times(join.wanted)}")
    if "output_padding" not in fields or not typed(node, "output_padding") or not typed(node, "stride"):
        return None
    count = len(join.wanted)
    stride, more, kernel = (
        _each(site, name, join.larger, count) for name in ("stride", "output_padding", "kernel_size")
    )
    behind = tuple(now + missing for now, missing in zip(more, join.missing, strict=True))
    if all(0 <= here < step for here, step in zip(behind, stride, strict=True)):
        edit = SetParameter(node.id, "output_padding", literal(_one(behind)))
        return Fitted((edit,), (), "Set output_padding of", f"{node.name} to {shown(_one(behind))}")
    steps = zip(join.now, stride, kernel, strict=True)
    if not any(more) and tuple((now - size) // step + size for now, step, size in steps) == join.wanted:
        return Fitted((SetParameter(node.id, "stride", 1),), (), "Set stride of", f"{node.name} to 1")
    return None


def _padded(site: FaultSite, join: Join) -> Fitted | None:
    return _bordered(site, join, join.wire, join.missing) if min(join.missing) >= 0 else None


def _cropped(site: FaultSite, join: Join) -> Fitted | None:
    """The larger of the two cropped to the smaller one."""
    if min(join.missing) >= 0:
        return _bordered(site, join, join.other, tuple(-cells for cells in join.missing))
    return _bordered(site, join, join.wire, join.missing) if max(join.missing) <= 0 else None


def _bordered(site: FaultSite, join: Join, wire: Edge, cells: Sizes) -> Fitted | None:
    """So many cells more or less on a wire, half of them on either side; torch counts from the last axis."""
    border: list[int] = []
    for count in reversed(cells):
        border += [count // 2, count - count // 2]
    way = site.insert(wire, (f"ZeroPad{len(cells)}d", {"padding": tuple(border)}))
    verb = "Pad with zeros before" if min(cells) >= 0 else "Crop to the smaller size before"
    return None if way is None else Fitted(way.edits, way.made, verb, site.graph.nodes[join.node].name)


def _resized(site: FaultSite, join: Join) -> Fitted | None:
    way = site.insert(join.wire, ("Upsample", {"size": _one(join.wanted)}))
    if way is None:
        return None
    return Fitted(way.edits, way.made, "Resize before", f"{site.graph.nodes[join.node].name} to {_times(join.wanted)}")


def _each(site: FaultSite, name: str, node_id: str, count: int) -> Sizes:
    """A parameter as one number an axis."""
    value = site.value(name, site.graph.nodes[node_id])
    return value if isinstance(value, tuple) else (value if isinstance(value, int) else 0,) * count


def _one(sizes: Sizes) -> int | Sizes:
    """One number where all are the same."""
    return sizes[0] if len(set(sizes)) == 1 else sizes


def _times(sizes: Sizes) -> str:
    return " × ".join(map(str, sizes))
