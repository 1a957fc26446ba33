"""Rules of what runs but learns badly or not at all: activations, dropout and norms at the wrong position."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final, TypeAlias

from engine import layers
from engine.blocks.block import PREFIX
from engine.blocks.use import Use
from engine.data.datasets import DataError
from engine.data.fields import training_samples
from engine.dims import product
from engine.graph import Graph, Node
from engine.layers.endpoints import Output
from engine.layers.layer import Layer
from engine.layers.nature import Numbers
from engine.layers.windows import spread
from engine.losses import Loss, compares
from engine.problems.looking import PASSES_THROUGH, bends_little, called, feeding, kind_of, only, origins, role
from engine.problems.problem import Problem
from engine.problems.rule import EdgeRule, Found, GraphRule, NodeRule, a
from engine.settings.resolution import SettingFault, resolve_settings
from engine.shapes import Report
from engine.spec import Spec

Known: TypeAlias = Callable[[Layer | None], bool]
KEEPS_PROBABILITIES: Final[frozenset[Numbers]] = frozenset(
    {"same", "chosen", "averaged", "pooled", "resampled", "multiplied"}
)
"""What lies between 0 and 1 where all that comes in does."""
KEEPS_LOGARITHMS: Final[frozenset[Numbers]] = frozenset({"same", "chosen"})


def probabilities(layer: Layer | None) -> bool:
    """Whether its results all lie between 0 and 1."""
    low, high = layer.value_range() if layer is not None else (-inf, inf)
    return low >= 0 and high <= 1


def logarithms(layer: Layer | None) -> bool:
    """Whether its results may all be logarithms of probabilities: none is above 0."""
    return layer is not None and layer.value_range()[1] <= 0


def before_loss(graph: Graph, report: Report, node_id: str) -> Found:
    """What stands right before a loss and does not belong there.

    The mean of a whole map is cut off only where all of it is: so SqueezeNet's scores are averages after a ReLU.
    """
    output = report.layer(node_id)
    if not isinstance(output, Output) or output.loss is None:
        return
    single = set(origins(graph, report, node_id, only(*PASSES_THROUGH, "resampled")))
    for edge in origins(graph, report, node_id, only(*PASSES_THROUGH, "resampled", "averaged")):
        layer = report.layer(edge.source)
        if layer is not None:
            name = called(graph, graph.nodes[edge.source])
            yield from misplaced_before(output.criterion, layer, name, edge in single, edge.source)


def misplaced_before(
    loss: Loss, layer: Layer, name: str, alone: bool, node_id: str, inside: tuple[str, ...] = ()
) -> Found:
    """What does not belong before a loss; ``alone``: no mean is taken on the way there."""
    if loss.activation == "softmax" and layer.squashes == "softmax":
        what = (
            "the logarithm of a softmax twice changes nothing"
            if logarithms(layer)
            else "a softmax of probabilities is nearly flat, so the network learns slowly and is never sure"
        )
        yield Problem(
            "warning",
            "softmax-before-loss",
            f"{name} comes before {loss.name}, which takes a log-softmax itself: {what}. "
            "Let the loss see the scores, and keep the probabilities for prediction.",
            node_id,
            inside=inside,
        )
    elif loss.activation == "sigmoid" and layer.squashes:
        bounds = "0.5 and 0.73" if probabilities(layer) else "0 and 0.5"
        yield Problem(
            "warning",
            "sigmoid-before-loss",
            f"{name} comes before {loss.name}, which takes a sigmoid itself: twice squeezed, all answers lie between "
            f"{bounds}. Let the loss see the scores.",
            node_id,
            inside=inside,
        )
    elif loss.activation == "softmax" and layer.squashes == "sigmoid":
        yield Problem(
            "warning",
            "sigmoid-before-loss",
            f"{name} comes before {loss.name}, which wants scores of any size: squeezed "
            f"{'into 0 … 1' if probabilities(layer) else 'below 0'} they can never tell classes far apart. Let "
            "the loss see the scores.",
            node_id,
            inside=inside,
        )
    elif loss.activation and _cuts(layer) and alone:
        low, high = layer.value_range()
        reach = f"{low:.3g} … {high:.3g}" if high < inf else f"{low:.3g} and more"
        bounded = "no answer is ever sure" if high < inf else "a low score can hardly speak against a class"
        learns = "a class whose score is cut learns nothing more" if layer.zeroes else bounded
        yield Problem(
            "warning",
            "activation-before-loss",
            f"{name} comes before {loss.name} and cuts the scores off to {reach}, although the loss wants numbers of "
            f"any size: {learns}.",
            node_id,
            inside=inside,
        )


def _cuts(layer: Layer | None) -> bool:
    """Whether it is an activation that cuts numbers off at one end, or at both."""
    return layer is not None and layer.family == "Activation" and layer.value_range() != (-inf, inf)


def no_probability(graph: Graph, report: Report, node_id: str) -> Found:
    """A loss of (logarithms of) probabilities after something that is not known to give any.

    torch stops at the first number that is not a probability; without logarithms the loss has no bottom.
    """
    output = report.layer(node_id)
    if not isinstance(output, Output) or output.loss is None or node_id not in report.inputs:
        return
    wants, other = output.criterion.wants, output.criterion.of_scores
    if wants == "probabilities":
        text = "probabilities between 0 and 1", f"choose {other}"
        node = _origin_beside(graph, report, node_id, probabilities, KEEPS_PROBABILITIES)
    elif wants == "log-probabilities":
        text = "logarithms of probabilities", f"put a LogSoftmax before it{f', or choose {other}' if other else ''}"
        node = _origin_beside(graph, report, node_id, logarithms, KEEPS_LOGARITHMS)
    else:
        return
    if node is not None and wants == "log-probabilities" and kind_of(graph, node.id).squashes == "softmax":
        yield softmax_before_nll(called(graph, node), output.criterion, node.id)
    elif node is not None:
        yield Problem(
            "error" if wants == "probabilities" else "warning",
            "no-probability",
            f"{called(graph, graph.node(node_id))} compares with {output.loss}, which needs {text[0]}, "
            f"but {called(graph, node)} gives other numbers, too: {text[1]}.",
            node_id,
            "input",
            "loss",
        )


def softmax_before_nll(name: str, loss: Loss, node_id: str, inside: tuple[str, ...] = ()) -> Problem:
    """Probabilities for a loss that needs their logarithms."""
    return Problem(
        "warning",
        "softmax-before-nll",
        f"{name} gives probabilities, but {loss.name} needs their logarithms: of probabilities it has its lowest value "
        "at 1 and hardly a slope on the way there. Take a LogSoftmax instead.",
        node_id,
        inside=inside,
    )


def _origin_beside(
    graph: Graph, report: Report, node_id: str, known: Known, keeping: frozenset[Numbers]
) -> Node | None:
    """A node that feeds this one, through layers that are ``keeping`` the numbers, and is not ``known`` to be right."""
    stack, seen = [edge.source for edge in feeding(graph, report, node_id)], set[str]()
    while stack:
        current = stack.pop()
        if current in seen or known(report.layer(current)) or current not in report.outputs:
            continue
        if known is logarithms and kind_of(graph, current).takes_logarithm and not _beyond_one(graph, report, current):
            continue
        seen.add(current)
        kind = kind_of(graph, current)
        if kind.numbers in keeping or report.absent(current) is not None:
            wires = feeding(graph, report, current)
            stack += [edge.source for edge in wires if role(kind, edge.target_port) != "pointer"]
        elif not isinstance(report.layer(current), Use):  # a block may end in a Sigmoid
            return graph.nodes[current]
    return None


def _beyond_one(graph: Graph, report: Report, node_id: str) -> bool:
    """Whether something that is not known to be a probability feeds a node."""
    return _origin_beside(graph, report, node_id, probabilities, KEEPS_PROBABILITIES) is not None


def dropout_last(graph: Graph, report: Report, node_id: str) -> Found:
    """Dropout as the last layer drops parts of the answer itself."""
    output = report.layer(node_id)
    if not isinstance(output, Output) or not compares(output.loss):
        return
    for edge in origins(graph, report, node_id, only("same")):
        node = graph.nodes[edge.source]
        share = getattr(report.layer(node.id), "p", 0.0)
        if kind_of(graph, node.id).numbers == "dropped" and share:
            yield Problem(
                "warning",
                "dropout-last",
                f"{called(graph, node)} is the last layer: while training it sets {100 * share:.0f} % of the answers "
                "themselves to 0, whatever the network has found. Put it before the last layer with weights.",
                node.id,
            )


def no_activation(graph: Graph, report: Report, node_id: str) -> Found:
    """Two layers of weighted sums, one right after the other, are no more than one.

    A pooling, a norm or a padding between them bends nothing, or very little.
    """
    node, layer = graph.node(node_id), report.layer(node_id)
    if layer is None or len(report.inputs.get(node_id, ())) != 1 or not mixes(layer):
        return
    direct = set(origins(graph, report, node_id, only(*PASSES_THROUGH, "averaged", "standardized")))
    same_scale = set(origins(graph, report, node_id, lambda kind: bends_little(kind) and kind.numbers != "resampled"))
    for edge in origins(graph, report, node_id, bends_little):
        before, source = report.layer(edge.source), graph.nodes[edge.source]
        if before is None or not before.linear_map or not mixes(before):
            continue
        if len(report.inputs.get(edge.source, ())) != 1 or not only_reader(graph, edge.source, node_id):
            continue  # it joins two values, or elsewhere its result goes through an activation, or skips one
        narrow = _narrower(report, edge.source, node_id) or (layer.channels_second and not before.channels_second)
        sure = edge in direct or (layer.channels_second and edge in same_scale)
        says = (
            "two weighted sums make one, so together they can do no more than a single layer"
            if edge in direct
            else "what lies between hardly bends, so together they can do little more than a single layer"
        )
        yield Problem(
            "hint" if narrow or not sure else "warning",
            "no-activation",
            f"{called(graph, node)} follows {called(graph, source)} without an activation between them: {says}. "
            "Put a ReLU between them.",
            node_id,
            "input",
        )


def bias_before_norm(graph: Graph, report: Report, node_id: str) -> Found:
    """A bias before a batch norm is taken out again."""
    for edge in origins(graph, report, node_id, only("averaged", "pooled")):
        node, layer = graph.nodes[edge.source], report.layer(edge.source)
        alone = only_reader(graph, edge.source, node_id) and not graph.sharers(edge.source)
        if layer is not None and layer.linear_map and getattr(layer, "bias", False) and alone:
            if node_id not in report.inputs or not (layer.channels_second or report.inputs[node_id][0].rank == 2):
                continue  # then features are not the channels whose mean is taken
            yield Problem(
                "hint",
                "bias-before-norm",
                f"{called(graph, node)} has a bias, but {called(graph, graph.node(node_id))} after it takes the mean "
                "of every channel away, and the bias with it: bias = False saves weights that do nothing.",
                node.id,
                None,
                "bias",
            )


def sparse_by_frequency(graph: Graph, report: Report, node_id: str) -> Found:
    """Sparse gradients cannot be divided by how often a number occurs: torch runs, and stops at the first step."""
    layer = report.layer(node_id)
    if getattr(layer, "sparse", False) and getattr(layer, "scale_grad_by_freq", False):
        yield Problem(
            "error",
            "parameter",
            f"{called(graph, graph.node(node_id))} has sparse gradients, which torch cannot scale by frequency: switch "
            "sparse or scale_grad_by_freq off.",
            node_id,
            None,
            "sparse",
        )


def one_value(graph: Graph, report: Report) -> Found:
    """Batch norm of one number a channel: in a batch of one sample there is no variance."""
    resolved = resolve_settings(graph)
    if isinstance(resolved, SettingFault):
        return
    data = resolved[0]
    try:
        samples, exact = training_samples(data) if data.chosen else (0, True)
    except DataError:  # `settings_valid` says it
        return
    size = data.size(samples)
    if not size:
        return
    left, alone = samples % size, size == 1 or samples == 1
    if not alone and (left != 1 or data.drop_last or not exact):
        return
    when = "a batch has one sample" if alone else f"the last batch of {samples} samples by {size} has one"
    for node_id, inside, text, x in _norms(graph, report):
        if product(x.shape[2:]) == 1:
            yield Problem(
                "error",
                "one-value",
                f"{text} gets {x}, one number a channel and sample, and {when}: one number has no variance. "
                f"{'Take a larger batch_size.' if alone else 'Switch drop_last on, or choose another batch_size.'}",
                node_id,
                None if inside else "input",
                setting="data.batch_size" if alone else "data.drop_last",
                inside=inside,
            )


def _norms(graph: Graph, report: Report) -> list[tuple[str, tuple[str, ...], str, Spec]]:
    """(node, path inside, its name in a sentence, input) of every batch norm that trains, inside blocks, too."""
    found: dict[tuple[str, tuple[str, ...]], tuple[str, Spec]] = {}
    kinds = (kind for kind in graph.types if kind.startswith(PREFIX) or _standardizes(layers.kind(kind)))
    for node in graph.of_type(*kinds):
        layer, inputs = report.layer(node.id), report.inputs.get(node.id)
        if not inputs:
            continue
        if isinstance(layer, Use) and node.id in report.outputs:
            for seen in layer.unfolded(*inputs):
                for inner, path, text, x in _norms(seen.graph, seen.report):
                    found.setdefault((node.id, (inner, *path)), (f"{called(graph, node)}, inside: {text}", x))
        elif _standardizes(kind_of(graph, node.id)):
            found[node.id, ()] = (called(graph, node), inputs[0])
    return [(node_id, path, text, x) for (node_id, path), (text, x) in found.items()]


def _standardizes(kind: type[Layer]) -> bool:
    return kind.numbers == "standardized"


def only_reader(graph: Graph, source: str, reader: str) -> bool:
    """Whether what a node gives goes to the reader alone, through whatever stands between."""
    current = source
    while current != reader:
        outgoing = graph.outgoing[current]
        if len(outgoing) != 1:
            return False
        current = next(iter(outgoing)).target
    return True


def mixes(layer: Layer) -> bool:
    """Whether it is a full weighted sum: no depthwise filters, and no 1×1 ones, which go with those."""
    kernel = getattr(layer, "kernel_size", None)
    return kernel is None or (getattr(layer, "groups", 1) == 1 and set(spread(kernel, 1)) != {1})


def _narrower(report: Report, first: str, second: str) -> bool:
    """Whether what lies between is narrower than both ends: a factorisation that may be meant."""
    wide, middle = report.inputs[first][0], report.outputs.get(first, {}).get("output")
    end = report.outputs.get(second, {}).get("output")
    if middle is None or end is None or report.inputs[second][0].rank != middle.rank:
        return False
    axis = -1 if middle.rank < 4 else 1
    sizes = [spec.shape[axis] for spec in (wide, middle, end)]
    return all(isinstance(size, int) for size in sizes) and sizes[1] < min(sizes[0], sizes[2])  # type: ignore[operator,type-var]


NODE = (NodeRule(sparse_by_frequency, lambda kind: bool(kind.vocabulary_parameter)),)
EDGE = (
    EdgeRule(before_loss, a(Output)),
    EdgeRule(no_probability, a(Output)),
    EdgeRule(dropout_last, a(Output)),
    EdgeRule(no_activation, lambda kind: kind.linear_map),
    EdgeRule(bias_before_norm, _standardizes),
)
GRAPH = (GraphRule(one_value),)
