"""What a network costs: parameters, multiply-adds and memory, per node and in all, from the shape rules alone.

Multiply-adds count matrix products and convolutions (linear, bilinear, convolution, matrix product, attention,
recurrent cells), not activations, pooling, normalization or sums; FLOPs are twice that. Memory is of float32 tensors
in bytes; how long a value lives `engine.memory` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

from engine import parametrization
from engine.blocks.use import Use
from engine.dims import Dim, bind, product
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.live_nodes import finding_live, live_nodes
from engine.memory import BYTES, computed, finished, peaking
from engine.properties import Properties
from engine.resolve import resolve_properties
from engine.shapes import Report, infer
from engine.spec import UNWIRED, Spec
from engine.unfolding.calls import Value, unfold

OPTIMIZER_STATE = {"sgd": 0, "adam": 2, "adamw": 2, "rmsprop": 1, "adagrad": 1}
"""Tensors the optimizer keeps for each parameter, at torch's default settings."""
OPEN_LENGTH = 128
"""What an open size other than the batch counts as."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Numbers of one node or a whole network at one batch size; memory in bytes.

    Activations are the values (the input included) that are alive at once, in training with what waits for the
    backward pass; ``memory_training`` adds weights, gradients and the optimizer's state, ``memory_inference`` weights.
    """

    parameters: int = 0
    trainable: int = 0
    multiply_adds: int = 0
    memory_parameters: int = 0
    activations_training: int = 0
    activations_inference: int = 0
    memory_training: int = 0
    memory_inference: int = 0

    @property
    def flops(self) -> int:
        return 2 * self.multiply_adds


@dataclass(frozen=True, slots=True)
class Leaf:
    """A layer that computes, wherever it stands: what flows through it, and how often in one forward pass."""

    layer: Layer
    inputs: tuple[Spec, ...]
    outputs: tuple[Spec, ...]
    times: Dim = 1
    borrowed: bool = False
    """Whether its weights are another node's and counted there."""
    frozen: bool = False
    properties: Properties | None = None


def leaves(graph: Graph, report: Report, node_ids: Iterable[str] | None = None) -> Iterator[Leaf]:
    """The layers of these nodes (by default of all that take part) whose shapes are known, those in blocks included."""
    live = live_nodes(graph, report) if node_ids is None else ()
    for node_id in [node_id for node_id in graph.nodes if node_id in live] if node_ids is None else node_ids:
        layer, node = report.layer(node_id), graph.nodes[node_id]
        if layer is None or node_id not in report.inputs or node_id not in report.outputs:
            continue
        properties = resolve_properties(node, report.scope)
        known = properties if isinstance(properties, Properties) else None
        frozen = known is not None and known.frozen
        borrowed = known is not None and known.weights_of is not None
        inputs = report.inputs[node_id]
        if not isinstance(layer, Use):
            outputs = computed(layer, report.outputs[node_id], {edge.source_port for edge in graph.outgoing[node_id]})
            yield Leaf(layer, inputs, outputs, 1, borrowed, frozen, known)
            continue
        for index, (found, steps, _) in enumerate(layer.passes(*inputs)):
            again = layer.properties.share_weights and index > 0
            for leaf in leaves(found.graph, found.report):
                yield replace(
                    leaf,
                    times=leaf.times * (steps or 1),
                    borrowed=leaf.borrowed or borrowed or again,
                    frozen=leaf.frozen or frozen,
                )


def of_node(graph: Graph, report: Report, node_id: str, batch: int = 1) -> Cost:
    """The cost of one node; zero where its shapes are unknown. Its activations are its own outputs, and in training
    what its backward pass keeps beside them."""
    return of_leaves(leaves(graph, report, [node_id]), batch)


def of_leaves(parts: Iterable[Leaf], batch: int = 1, lengths: Mapping[str, int] | None = None) -> Cost:
    """The same of some layers together, where open sizes with these names are so large."""
    whole, activations, kept = _sum(parts, _numbers(batch, lengths))
    return _with_memory(whole, activations + kept, activations, 0)


def total(graph: Graph, report: Report | None = None, batch: int = 1, *, gpu: bool = False) -> Cost:
    """The cost of the whole network at this batch size, its memory on a CPU or a CUDA ``gpu``."""
    return finished(totalling(graph, report or infer(graph), batch, gpu=gpu))


def totalling(graph: Graph, report: Report, batch: int = 1, *, gpu: bool = False) -> Generator[None, None, Cost]:
    """The same layer by layer, for who has other things to do meanwhile; nothing may change before the end."""
    number = _numbers(batch)
    live: set[str] = set()
    yield from finding_live(graph, report, live)
    whole, _, _ = yield from _summing(leaves(graph, report, [n for n in graph.nodes if n in live]), number)
    training = yield from peaking(graph, report, number, training=True, gpu=gpu)
    inference = yield from peaking(graph, report, number, training=False, gpu=gpu)
    return _with_memory(whole, training, inference, OPTIMIZER_STATE.get(_optimizer(graph), 2))


def _with_memory(cost: Cost, training: int, inference: int, states: int) -> Cost:
    """The cost with the memory of its activations, and ``states`` tensors a parameter for the optimizer."""
    held = cost.memory_parameters
    return replace(
        cost,
        activations_training=training,
        activations_inference=inference,
        memory_training=held + 4 * (1 + states) * cost.trainable + training,
        memory_inference=held + inference,
    )


def _sum(parts: Iterable[Leaf], number: Callable[[Dim], int]) -> tuple[Cost, int, int]:
    """What the layers cost without their activations, the bytes of all their outputs, and of what else they keep."""
    return finished(_summing(parts, number))


def _summing(parts: Iterable[Leaf], number: Callable[[Dim], int]) -> Generator[None, None, tuple[Cost, int, int]]:
    """The same layer by layer."""
    parameters = trainable = multiply_adds = held = values = kept = 0
    for leaf in parts:
        yield
        layer, inputs, times = leaf.layer, leaf.inputs, number(leaf.times)
        weights = sum(
            number(product(shape)) for shape in parametrization.weights(layer, leaf.properties, inputs).values()
        )
        buffers = sum(
            number(product(shape)) for shape in parametrization.buffers(layer, leaf.properties, inputs).values()
        )
        own = 0 if leaf.borrowed else weights
        parameters += own
        trainable += 0 if leaf.frozen else own
        multiply_adds += number(layer.multiply_adds(inputs, leaf.outputs)) * times
        held += 4 * (own + (0 if leaf.borrowed else buffers))
        outputs = sum(BYTES[s.dtype] * number(product(s.shape)) for s in leaf.outputs if s is not UNWIRED)
        values += 0 if layer.views else times * outputs
        kept += times * number(layer.kept(inputs, leaf.outputs))
    return Cost(parameters, trainable, multiply_adds, held), values, kept


def work_at_once(graph: Graph, report: Report, batch: int = 1) -> int:
    """The multiply-adds of one matrix product, in the mean over all multiply-adds of a forward pass of a batch.

    It says what threads can share, for products wait for one another: Σ wᵢ² / (nᵢ Σ w) over layers of wᵢ multiply-adds
    in nᵢ products.
    """
    number, whole, shared = _numbers(batch), 0, 0.0
    for leaf in leaves(graph, report):
        one, times = number(leaf.layer.multiply_adds(leaf.inputs, leaf.outputs)), number(leaf.times)
        whole += one * times
        shared += one * times * one / max(number(leaf.layer.products(*leaf.inputs)), 1)
    return int(shared / whole) if whole else 0


def depth(graph: Graph, report: Report | None = None) -> int:
    """How many layers with weight matrices lie on the longest path, through blocks and their repeats."""
    longest: dict[Value, int] = {}
    for call in unfold(graph, report or infer(graph), live=False):
        own = any(len(shape) > 1 for shape in call.layer.weights(*call.inputs).values())
        before = max((longest[value] for value in call.reads if value is not None), default=0)
        longest.update(dict.fromkeys(call.makes, before + own))
    return max(longest.values(), default=0)


def _optimizer(graph: Graph) -> str:
    optimizer = graph.settings["training"].get("optimizer")
    return str(optimizer.get("name", "adamw")) if isinstance(optimizer, dict) else "adamw"


class _Sizes(dict[str, int]):
    def __missing__(self, symbol: str) -> int:
        return OPEN_LENGTH


def _numbers(batch: int, lengths: Mapping[str, int] | None = None) -> Callable[[Dim], int]:
    """What a size counts as at this batch size; parts that many sizes share are computed once."""
    return partial(bind, sizes=_Sizes(N=batch, **(lengths or {})), known={})
