"""Fixes of parameters that make no layer: what was probably meant, and what a new layer has."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator
from typing import Final

from engine import layers
from engine.edits import MISSING, SetParameter, SetProperty
from engine.graph import Node
from engine.layers.parameters import parameters, parse
from engine.nearest import nearest
from engine.problems.looking import below
from engine.problems.ways.fault_site import FaultSite, Way, listed, shown
from engine.resolve import owner_of

ALIASES: Final = {
    **{"rate": "p", "prob": "p", "probability": "p", "units": "out_features", "filters": "out_channels"},
    **{"kernel": "kernel_size", "size": "kernel_size", "pool_size": "kernel_size", "strides": "stride"},
    **{"heads": "num_heads", "n_heads": "num_heads", "dim_model": "embedding_dim", "axis": "dim"},
    **{"input_dim": "num_embeddings", "output_dim": "embedding_dim", "hidden": "hidden_size", "use_bias": "bias"},
    **{"epsilon": "eps", "dilation_rate": "dilation", "layers": "num_layers", "vocab_size": "num_embeddings"},
}
"""What other libraries call our parameters."""
MEANT: Final = {"mirror": "reflect", "wrap": "circular", "edge": "replicate", "constant": "zeros", "zero": "zeros"}
"""What other libraries call torch's modes."""
BOUNDS: Final = (("lower", "upper"), ("min_val", "max_val"), ("low", "high"))
"""Parameters of which the first must not be more than the second."""


def fixed(site: FaultSite) -> Iterator[Way | None]:
    """A value near to what was typed: a number without its quotes or its sign, a list of the right length."""
    name, node = site.problem.parameter, site.node
    if name is None or node is None:
        return
    fields = site.cls(node.type).model_fields
    if name not in fields:
        near = ALIASES[name] if ALIASES.get(name) in fields else nearest(name, fields)
        if near is not None and near not in node.parameters:
            edits = (SetParameter(node.id, name, MISSING), SetParameter(node.id, near, node.parameters[name]))
            yield Way(f"Rename {name} to {near}", edits)
        yield Way(f"Drop {name}", (SetParameter(node.id, name, MISSING),))
        return
    raw = node.parameters.get(name)
    if isinstance(raw, str) and raw in MEANT:
        yield site.set({name: MEANT[raw]})
    for value in near_values(raw):
        yield site.set({name: value})
    yield site.reset(name)
    for value in (1, 0.5):
        yield site.set({name: value})
    if name == "padding_idx":
        yield site.set(padding_idx=0)
    if isinstance(raw, str):  # a mode or a dtype, misspelled
        words = next((p.words for p in parameters(site.cls(node.type)) if p.name == name), ())
        for near_word in difflib.get_close_matches(raw, words, 1, 0.4) or words[:1]:
            yield site.set({name: near_word})
    for pair in BOUNDS:
        if name in pair:  # two bounds in the wrong order
            values = [node.parameters.get(each, fields[each].default) for each in pair]
            numbers = sorted(value for value in values if isinstance(value, (int, float)))
            if len(numbers) == len(pair):
                yield site.set(dict(zip(pair, numbers, strict=True)))


def near_values(raw: object) -> list[object]:
    """Values that somebody who typed this may have meant."""
    found: list[object] = []
    if isinstance(raw, str):
        with contextlib.suppress(ValueError):  # then it is not a number
            found.append(parse(raw.strip("'\" ")))
        digits = "".join(char if char.isdecimal() else " " for char in raw).split()
        found += [int(part) for part in digits[:1]]
        if len(digits) > 1:
            found.append(tuple(map(int, digits)))
    elif isinstance(raw, bool):
        found.append(int(raw))
    elif isinstance(raw, (int, float)):
        found += [int(raw)] if int(raw) == raw else []
        found += [abs(int(raw))] if raw <= -1 else []
        found += [abs(raw), float(raw), bool(raw)] if raw else []
        if raw >= 5:
            found += [raw / 100, raw / 10]
        if raw % 1:
            found += [max(1, round(raw))] if raw > 1.9 else []
    elif isinstance(raw, tuple) and raw:
        found += [raw[0], raw[:2], raw[:1], raw * 2, (*raw, raw[-1])]
        found.append(tuple(abs(part) if isinstance(part, (int, float)) else part for part in raw))
        found.append(tuple(max(1, abs(int(part))) if isinstance(part, (int, float)) else 1 for part in raw))
    return found


def back(site: FaultSite) -> Iterator[Way | None]:
    """What a new layer has there."""
    name, node = site.problem.parameter, site.node
    if name is None or node is None:
        return
    cls = site.cls(node.type)
    if name in cls.model_fields:
        yield site.reset(name)
        info = cls.model_fields[name]
        if info.is_required() and name not in cls.initial:
            yield site.set({name: 1})
        if name in cls.initial and not info.is_required():  # a new layer has more than it needs
            yield site.set({name: info.default})
    elif name in node.parameters:
        yield Way(f"Drop {name}", (SetParameter(node.id, name, MISSING),))
    else:
        yield from plain_property(site)


def plain_property(site: FaultSite) -> Iterator[Way | None]:
    """A property taken back."""
    node = site.node
    if node is None:
        return
    names = [site.problem.parameter] if site.problem.parameter in node.properties else list(node.properties)
    for name in names:
        if name is not None:
            words = {"weights_of": "weights of its own", "when": "no condition"}.get(name, f"no {name}")
            label = "Use it again" if name == "bypassed" else f"Give it {words}"
            yield Way(label, (SetProperty(node.id, name, MISSING),))


def same_condition(site: FaultSite) -> Iterator[Way | None]:
    """The condition of the node whose weights it uses; that of an absent node for those that read what it lacks."""
    node, graph, port = site.node, site.graph, site.problem.port
    if node is None:
        return
    if site.problem.code == "sharing":
        owner = owner_of(graph, node)
        if isinstance(owner, Node) and owner.properties.get("bypassed"):
            yield Way(f"Use {owner.name} again", (SetProperty(owner.id, "bypassed", MISSING),))
            yield Way(f"Bypass {node.name}, too", (SetProperty(node.id, "bypassed", True),))
        if isinstance(owner, Node) and owner.properties.get("when", True) != node.properties.get("when", True):
            edit = SetProperty(node.id, "when", owner.properties.get("when", MISSING))
            yield Way(f"Give it the condition of {owner.name}", (edit,))
        return
    readers = {edge.target for edge in graph.outgoing[node.id] if edge.source_port == port}
    if "when" in node.properties and readers:
        named = " and ".join(graph.nodes[reader].name for reader in graph.nodes if reader in readers)
        edits = tuple(
            SetProperty(reader, "when", node.properties["when"]) for reader in graph.nodes if reader in readers
        )
        yield Way(f"Give {named} the same condition", edits)


def used_again(site: FaultSite) -> Iterator[Way | None]:
    """A bypassed layer takes part again."""
    if site.node is not None:
        yield Way(f"Use {site.node.name} again", (SetProperty(site.node.id, "bypassed", MISSING),))


def thawed(site: FaultSite) -> Iterator[Way | None]:
    """Frozen layers that learn again, the last one first."""
    for node_id in reversed(site.graph.order()):
        node = site.graph.nodes[node_id]
        if node.properties.get("frozen") is True:
            yield Way(f"Let {node.name} learn", (SetProperty(node_id, "frozen", MISSING),))


def usual_start(site: FaultSite) -> Iterator[Way | None]:
    """Every layer of the row started as PyTorch does it, or for its activation."""
    if site.node is None:
        return
    marked = {node.id for node in site.graph.nodes.values() if node.properties.get("initialization") == "normal"}
    chosen = [each for each in site.graph.order() if each in marked and each in {site.id, *below(site.graph, site.id)}]
    names = listed([site.graph.nodes[each].name for each in chosen])
    yield Way(f"Reset initialization of {names}", tuple(SetProperty(e, "initialization", MISSING) for e in chosen))
    kaiming = tuple(SetProperty(each, "initialization", "kaiming_normal") for each in chosen)
    yield Way(f"Set initialization of {names} to kaiming_normal", kaiming)


def all_thawed(site: FaultSite) -> Iterator[Way | None]:
    """All frozen layers learn again."""
    frozen = [node for node in site.graph.nodes.values() if node.properties.get("frozen") is True]
    label = f"Let {frozen[0].name} learn" if len(frozen) == 1 else f"Let all {len(frozen)} layers learn"
    yield Way(label, tuple(SetProperty(node.id, "frozen", MISSING) for node in frozen))


def as_owner(site: FaultSite) -> Iterator[Way | None]:
    """The sizes of the layer whose weights it uses."""
    node = site.node
    if node is None:
        return
    owner = owner_of(site.graph, node)
    if not isinstance(owner, Node):
        return
    for name, value in owner.parameters.items():
        if name in site.cls(node.type).model_fields and node.parameters.get(name) != value:
            yield site.set({name: value}, label=f"Set {name} to {shown(value)}, as {owner.name} has it")


def known_layer(site: FaultSite) -> Iterator[Way | None]:
    """A layer of nearly that name."""
    node = site.node
    if node is None:
        return
    names = [cls.type_name() for cls in layers.all()]
    lower = {name.lower(): name for name in names}
    near = difflib.get_close_matches(node.type.lower(), lower, 4, 0.5)
    for kind in (lower[word] for word in near):
        fields = site.cls(kind).model_fields
        kept = {key: value for key, value in node.parameters.items() if key in fields}
        yield site.exchange(kind, {**site.cls(kind).initial, **kept}, f"Change to {kind}")
