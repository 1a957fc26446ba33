"""Gates over time: what an LSTM or GRU lets in, keeps and shows at every step, and its state, for one sample."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from engine.inside.looking.attending.maps import step_names
from engine.inside.looking.errors import LookingError
from engine.inside.looking.layer_answers import AnswerId
from engine.inside.looking.method import Method, Option, Question, Step
from engine.inside.looking.results import Grid
from engine.inside.looking.time_gradients import is_scan
from engine.layers import kind
from engine.training.diagnosis.places import graph_at

Series = dict[str, list[Tensor]]
"""By the name of a gate or state its values (units,), a step after the other."""
GATES = ("Sigmoid", "Tanh")


def refuses(question: Question) -> str:
    """It needs a recurrent layer, or a scan."""
    layer = question.the_layer()
    if kind(layer.type).runs_over_time or is_scan(question.trained.plan.graph, layer.id.path):
        return ""
    return (
        f"{layer.name} ({layer.type}) has no gates: choose an RNN, LSTM or GRU, or a block that is scanned over time."
    )


def compute(question: Question) -> Iterator[Step]:
    """A map for each gate and state, units by steps."""
    layer = question.the_layer()
    series = _fused(question) if kind(layer.type).runs_over_time else _scanned(question)
    if not series:
        raise LookingError("layer", f"{layer.name} has no gates: nothing inside is a Sigmoid, a Tanh or a state.")
    maps = {name: torch.stack(values, 1) for name, values in series.items()}
    high, wide = (max(one.shape[axis] for one in maps.values()) for axis in (0, 1))
    padded = [nn.functional.pad(one, (0, wide - one.shape[1], 0, high - one.shape[0])) for one in maps.values()]
    facts = tuple((name, f"{float(one.mean()):.3g} on average") for name, one in maps.items())
    unit = "units (down) × steps (right); beyond ±1 the colour stays"
    grid = torch.stack(padded).numpy(force=True)
    yield Step(1.0, Grid(grid, tuple(maps), True, unit, (), step_names(question, wide), (-1.0, 1.0)), facts)


def _fused(question: Question) -> Series:
    """What torch's layer computes within itself, computed again step by step with its weights."""
    layer = question.the_layer()
    module = question.inspector.modules[layer.module]
    assert isinstance(module, nn.RNNBase)
    (call, *_) = question.inspector.calls_of(question.the_sample().batch, layer)
    x = call.given[0]
    if isinstance(x, nn.utils.rnn.PackedSequence):
        x, _ = nn.utils.rnn.pad_packed_sequence(x, batch_first=True)
    elif not module.batch_first:
        x = x.transpose(0, 1)
    given = call.given[1] if len(call.given) > 1 else call.named.get("hx")
    at = min(int(question.number("layer")), module.num_layers) - 1
    found: Series = {}
    with torch.no_grad():
        for number in range(at + 1):
            sides = [steps_of(module, x, number, given, backwards) for backwards in range(1 + module.bidirectional)]
            found, x = sides[0], torch.cat([torch.stack(side["h"], 0)[None] for side in sides], dim=-1)
    return found


def steps_of(module: nn.RNNBase, x: Tensor, number: int, given: object, backwards: int = 0) -> Series:
    """Gates and states of one layer of torch's RNN, LSTM or GRU for the first sample of x (N, T, features)."""
    ending = f"_l{number}" + ("_reverse" if backwards else "")
    w_i, w_h = getattr(module, f"weight_ih{ending}"), getattr(module, f"weight_hh{ending}")
    b_i, b_h = (getattr(module, f"bias_{way}{ending}") if module.bias else 0.0 for way in ("ih", "hh"))
    start = number * (1 + module.bidirectional) + backwards
    states = given if isinstance(given, tuple) else (given,) if isinstance(given, Tensor) else ()
    h, c = (states[i][start, 0] if i < len(states) else x.new_zeros(module.hidden_size) for i in (0, 1))
    steps = range(x.shape[1])
    rows: list[dict[str, Tensor]] = []
    for step in reversed(steps) if backwards else steps:
        of_x, of_h = w_i @ x[0, step] + b_i, w_h @ h + b_h
        if isinstance(module, nn.LSTM):
            i, f, g, o = (of_x + of_h).chunk(4)
            i, f, g, o = i.sigmoid(), f.sigmoid(), g.tanh(), o.sigmoid()
            c = f * c + i * g
            h = o * c.tanh()
            rows.append({"i": i, "f": f, "g": g, "o": o, "c": c, "h": h})
        elif isinstance(module, nn.GRU):
            (r, z, n), (r_h, z_h, n_h) = of_x.chunk(3), of_h.chunk(3)
            r, z = (r + r_h).sigmoid(), (z + z_h).sigmoid()
            n = (n + r * n_h).tanh()
            h = n + z * (h - n)
            rows.append({"r": r, "z": z, "n": n, "h": h})
        else:
            h = torch.relu(of_x + of_h) if getattr(module, "nonlinearity", "tanh") == "relu" else (of_x + of_h).tanh()
            rows.append({"h": h})
    if backwards:
        rows.reverse()
    return {name: [row[name] for row in rows] for name in rows[0]}


def _scanned(question: Question) -> Series:
    """The Sigmoid and Tanh layers inside a scanned block, and what becomes its states, call by call."""
    layer, inspector, batch = question.the_layer(), question.inspector, question.the_sample().batch
    inside = (*layer.id.path.inside, layer.id.path.node)
    graph = graph_at(question.trained.plan.graph, inside)
    assert graph is not None
    handed = {
        edge.source
        for end in graph.of_type("BlockOutput")
        if end.parameters.get("state")
        for edge in graph.incoming[end.id].values()
    }
    every = [one for one in inspector.layers(batch) if one.id.path.inside == inside]
    repeats = list(dict.fromkeys(one.id.path.path for one in every))
    path = repeats[min(int(question.number("layer")), len(repeats)) - 1] if repeats else ""
    wanted: dict[str, list[AnswerId]] = {}
    for one in every:
        if one.id.path.path == path and (one.type in GATES or one.id.path.node in handed):
            wanted.setdefault(graph.nodes[one.id.path.node].name, []).append(one.id)
    ids = [one for each in wanted.values() for one in each]
    values = inspector.run(batch, ids).values
    return {name: [values[one][0].flatten() for one in each] for name, each in wanted.items()}


METHOD = Method(
    id="gates",
    title="Gates over time",
    help="What the gates of a recurrent layer let through at every step, and its states "
    "(Karpathy, Johnson and Fei-Fei 2015, arXiv:1506.02078).",
    needs=frozenset({"sample", "layer"}),
    refuses=refuses,
    compute=compute,
    options=(Option("layer", "Layer", "which of several stacked ones", 1, low=1, high=100),),
)
