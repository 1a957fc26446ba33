"""A node that uses a block: the definition becomes a layer class, so forms, ports and rules treat it like any other.

Shapes inside depend on (block, arguments, inputs) alone and are kept for each; a block is polymorphic.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Final, TypeAlias

from pydantic import Field, PrivateAttr, create_model

from engine.blocks.block import Block, Blocks
from engine.blocks.ends import handed_on, initial_state, input_ports, output_ports, plain_input, states
from engine.dims import Dim
from engine.expressions import mentions
from engine.layers.endpoints import BlockInput
from engine.layers.layer import Layer, Port, ShapeError
from engine.properties import DEFAULT, Properties, repeats
from engine.scope import REPEATS, Scope
from engine.spec import UNWIRED, Spec

if TYPE_CHECKING:
    from engine.graph import Graph, Node
    from engine.shapes import Report

MOST_CONTEXTS: Final = 20_000
Whole = Annotated[int, Field(ge=-(2**31), le=2**31)]
FIELDS: Final[Mapping[str, object]] = {"int": Whole, "float": float, "bool": bool, "text": str}
Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """A block seen with certain arguments and inputs: the report of its nodes and what leaves it.

    ``fault`` says why nothing does: (the way to the guilty node, the sentence that names it).
    """

    block: Block
    arguments: Mapping[str, object]
    given: Mapping[str, Spec]
    report: Report
    outputs: tuple[Spec, ...]
    fault: tuple[tuple[str, ...], str] | None
    key: Key
    repeat: tuple[int, int] = (0, 1)
    """The number of the repeat and how many there are, where the block reads them."""
    mixing: dict[Dim, bool] = field(default_factory=dict, compare=False, repr=False)
    """What `engine.blocks.mixing` has found, for each size of the batch."""

    @property
    def graph(self) -> Graph:
        """The nodes inside."""
        return self.block.graph


def inside(
    blocks: Blocks,
    block: Block,
    arguments: Mapping[str, object],
    inputs: tuple[Spec, ...],
    repeat: tuple[int, int] = (0, 1),
) -> Inside:
    """What is known of a block with these arguments and inputs (in the order of its ports), in one of its repeats.

    Raises ShapeError where a project unfolds into more than can be looked at.
    """
    repeat = repeat if reads_repeat(block) else (0, 1)
    key = (tuple(arguments.items()), tuple((spec, spec.axes, spec is UNWIRED) for spec in inputs), repeat)
    memo = blocks.memo.setdefault(block.id, {})
    if key not in memo:
        if sum(map(len, blocks.memo.values())) + sum(map(len, blocks.problems.values())) > MOST_CONTEXTS:
            raise ShapeError(f"unfolds into more than {MOST_CONTEXTS:,} different layers.")
        memo[key] = _look(block, dict(arguments), inputs, key, repeat)
    return memo[key]


def reads_repeat(block: Block) -> bool:
    """Whether what is inside speaks of the number of the repeat that the block is in."""
    known = block.graph.blocks.numbered
    if block.id not in known:
        words = {*REPEATS}.difference(parameter.name for parameter in block.parameters)
        nodes = block.graph.nodes.values()
        known[block.id] = any(words & mentions([*own_scope(node), *node.properties.values()]) for node in nodes)
    return known[block.id]


def own_scope(node: Node) -> list[object]:
    """The parameters of a node that are read in the scope it stands in: not those of a repeat, which has its own."""
    return [] if repeats(node) else list(node.parameters.values())


def _look(
    block: Block, arguments: dict[str, object], inputs: tuple[Spec, ...], key: Key, repeat: tuple[int, int]
) -> Inside:
    from engine.live_nodes import live_nodes
    from engine.shapes import Shapes, sentence

    graph = block.graph
    given = {node.id: spec for node, spec in zip(graph.of_type("BlockInput"), inputs, strict=True)}
    report = Shapes(graph, arguments, given, repeat).report
    outputs = []
    fault = None
    live = live_nodes(graph, report) if report.errors else ()
    for node_id in graph.order() if report.errors else ():
        if node_id in report.errors and node_id in live:
            error = report.errors[node_id]
            fault = ((node_id, *error.inside), sentence(graph, node_id, error.message))
            break
    for node in graph.of_type("BlockOutput"):
        specs = report.inputs.get(node.id)
        if specs is not None:
            outputs.append(specs[0])
        elif fault is None:
            fault = ((node.id,), f"nothing reaches its output {node.name}; wire it inside the block.")
    if not graph.of_type("BlockOutput") and fault is None:
        fault = ((), "the block has no BlockOutput yet; add one inside and wire the result to it.")
    return Inside(block, arguments, given, report, tuple(outputs) if fault is None else (), fault, key, repeat)


class Use(Layer):
    """A block used as one layer."""

    family: ClassVar[str] = "Block"
    block: ClassVar[Block]
    blocks: ClassVar[Blocks]

    _properties: Properties = PrivateAttr(default_factory=lambda: DEFAULT)
    _repeats: tuple[tuple[int, Mapping[str, object]], ...] = PrivateAttr(default=())

    @classmethod
    def type_name(cls) -> str:
        return cls.block.type

    @classmethod
    def title(cls) -> str:
        return cls.block.name

    @classmethod
    def stem(cls) -> str:
        return f"{cls.block.id}1"

    @property
    def properties(self) -> Properties:
        """How often and in which way the block is applied."""
        return self._own["_properties"]  # type: ignore[no-any-return]

    @property
    def repeats(self) -> tuple[tuple[int, Mapping[str, object]], ...]:
        """Runs of repeats with the same arguments: (how many, arguments)."""
        return self._own["_repeats"] or ((1, self.arguments_of()),)

    @property
    def _own(self) -> dict[str, Any]:
        """What `unfold` has said; pydantic's own way to it is long, and this is asked for often."""
        return self.__pydantic_private__ or {}

    def arguments_of(self) -> dict[str, object]:
        """The value of every parameter of the block."""
        return {name: getattr(self, name) for name in type(self).model_fields}

    def unfold(self, properties: Properties, repeats: tuple[tuple[int, Mapping[str, object]], ...]) -> None:
        """Say how the block is applied (once, by `engine.resolve`)."""
        self._properties, self._repeats = properties, repeats

    def input_ports(self) -> tuple[Port, ...]:
        return input_ports(self.block, scanned=self.properties.apply == "scan")

    def output_ports(self) -> tuple[Port, ...]:
        return output_ports(self.block)

    @property
    def handed_on(self) -> tuple[tuple[int, int], ...]:
        """Which outputs a repeat hands to which inputs of the next one, by their indices."""
        return handed_on(self.block, self.properties.apply == "scan")

    def check(self) -> None:
        if self.properties.repeat != 1 and not self.handed_on:
            raise ShapeError("is repeated, but has no input and output to hand a value on.", parameter="repeat")

    def infer(self, *inputs: Spec) -> tuple[Spec, ...]:
        from engine.blocks.shared_weights import difference

        outputs: tuple[Spec, ...] = ()
        apart = self.one_by_one(*inputs)
        first: Inside | None = None
        for index, (found, stream) in enumerate(self._unfolded(inputs, apart)):
            outputs = self._folded(found, stream, apart)
            if found.fault is not None:
                path, words = found.fault
                where = f" its repeat {index + 1}" if self.properties.repeat > 1 else ""
                raise ShapeError(f"fails inside{where}: {words}", inside=path)
            first = first or found
            if self.properties.share_weights and (reason := difference(first, found)) is not None:
                message = f"cannot use the same weights in all repeats: {reason}."
                raise ShapeError(message, parameter="share_weights", code="sharing")
        return outputs

    def unfolded(self, *inputs: Spec) -> Iterator[Inside]:
        """The block as each repeat sees it, in order; ends after the first that fails. Raises ShapeError."""
        return (found for found, _ in self._unfolded(inputs, self.one_by_one(*inputs)))

    def passes(self, *inputs: Spec) -> Iterator[tuple[Inside, Dim, tuple[Spec, ...]]]:
        """Each repeat: the block as it sees it, how many steps go through one by one (0: it is called once), and what
        leaves it. Raises ShapeError."""
        apart = self.one_by_one(*inputs)
        for found, stream in self._unfolded(inputs, apart):
            yield found, self._length(stream) if apart else 0, self._folded(found, stream, apart)

    def one_by_one(self, *inputs: Spec) -> bool:
        """Whether its steps go through the block one after the other: in a scan, and where a layer mixes samples.

        All other steps go through as one large batch, which is faster and gives the same. Raises ShapeError.
        """
        if self.properties.apply != "each_step":
            return self.properties.apply == "scan"
        from engine.blocks.mixing import mixes_samples

        return any(mixes_samples(found, self._batch(stream, False)) for found, stream in self._unfolded(inputs, False))

    def _unfolded(self, inputs: tuple[Spec, ...], apart: bool) -> Iterator[tuple[Inside, tuple[Spec, ...]]]:
        """Each repeat with what reaches it: some inputs are what the repeat before handed on."""
        stream, index, total = inputs, 0, self.properties.repeat
        numbered = reads_repeat(self.block)
        for many, arguments in self.repeats:
            for nth in range(many):
                repeat = (index, total)
                seen = self._steps(stream, apart, arguments, repeat)
                found = inside(self.blocks, self.block, arguments, seen, repeat)
                yield found, stream
                index += 1
                if found.fault is not None or index >= total:
                    return
                after = self._next(stream, self._folded(found, stream, apart), self.handed_on)
                still = all(a == b and a.axes == b.axes for a, b in zip(after, stream, strict=True))
                if still and not numbered:  # nothing moves any more
                    yield from ((found, stream) for _ in range(many - nth - 1))
                    index += many - nth - 1
                    break
                stream = after

    def _next(
        self, stream: tuple[Spec, ...], outputs: tuple[Spec, ...], pairs: tuple[tuple[int, int], ...]
    ) -> tuple[Spec, ...]:
        """What reaches the next repeat."""
        handed = {target: outputs[source] for source, target in pairs}
        return tuple(handed.get(index, spec) for index, spec in enumerate(stream))

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        found: dict[str, tuple[Dim, ...]] = {}
        for index, seen in enumerate(self.unfolded(*inputs)):
            if index and self.properties.share_weights:
                break
            for node in seen.graph.nodes.values():
                layer = seen.report.layer(node.id)
                if layer is not None and node.id in seen.report.outputs:
                    own = layer.weights(*seen.report.inputs[node.id])
                    found |= {f"{index}.{node.id}.{name}": shape for name, shape in own.items()}
        return found

    # -- modes -----------------------------------------------------------------------------------------------------

    def _steps(
        self,
        inputs: tuple[Spec, ...],
        apart: bool,
        arguments: Mapping[str, object] | None = None,
        repeat: tuple[int, int] = (0, 1),
    ) -> tuple[Spec, ...]:
        """What the block sees of the inputs in a repeat with these arguments: all of them, one step, or all steps as
        one batch."""
        mode = self.properties.apply
        if mode == "once":
            return inputs
        ports = self._inputs(arguments)
        length, batch = self._length(inputs), self._batch(inputs, apart)
        seen: list[Spec | None] = []
        for index, (port, spec) in enumerate(zip(ports, inputs, strict=True)):
            if port.state and mode == "scan":
                seen.append(None if spec is UNWIRED else spec)
            elif spec is UNWIRED or not port.sequence:
                seen.append(spec)
            else:
                self._check_sequence(spec, length, index)
                axes = None if spec.axes is None else (spec.axes[0], *spec.axes[2:])
                head = spec.shape[0] if apart else spec.shape[0] * spec.shape[1]
                seen.append(Spec((head, *spec.shape[2:]), spec.dtype, axes))
        if None not in seen:
            return tuple(spec for spec in seen if spec is not None)
        names = [node.name for node in self.block.graph.of_type("BlockInput")]
        sizes = {name: None if spec is None else spec.shape for name, spec in zip(names, seen, strict=True)}
        ports = self._inputs(arguments, Scope(inputs=sizes).at(*repeat))  # a state may be as large as what arrives
        return tuple(
            initial_state(port, batch) if spec is None else spec for port, spec in zip(ports, seen, strict=True)
        )

    def _check_sequence(self, spec: Spec, length: Dim, index: int) -> None:
        if spec.rank < 2:
            raise ShapeError(f"is applied to each step of a sequence (N, T, …), but gets {spec}.", port=index)
        if spec.shape[1] != length:
            raise ShapeError(
                f"gets sequences of different lengths, {length} and {spec.shape[1]} steps: {spec}.", port=index
            )

    def _length(self, inputs: tuple[Spec, ...]) -> Dim:
        """The number of steps, which the first sequence tells."""
        return self._sequence(inputs).shape[1]

    def _batch(self, inputs: tuple[Spec, ...], apart: bool) -> Dim:
        """How many samples the block sees at a time: those of a step, or of all steps together."""
        first = self._sequence(inputs)
        return first.shape[0] if apart else first.shape[0] * first.shape[1]

    def _sequence(self, inputs: tuple[Spec, ...]) -> Spec:
        """The first sequence on its inputs."""
        for port, spec in zip(self._inputs(), inputs, strict=True):
            taken = port.sequence and not (port.state and self.properties.apply == "scan")
            if taken and spec is not UNWIRED and spec.rank >= 2:
                return spec
        raise ShapeError("is applied step by step, but none of its inputs is a sequence (N, T, …).")

    def _folded(self, found: Inside, inputs: tuple[Spec, ...], apart: bool) -> tuple[Spec, ...]:
        """What leaves the node when this leaves the block."""
        mode = self.properties.apply
        if mode == "once" or found.fault is not None:
            return found.outputs
        sequence, batch = self._sequence(inputs), self._batch(inputs, apart)
        states = self._states() if mode == "scan" else {}
        results = []
        for index, spec in enumerate(found.outputs):
            if index in states:
                before = tuple(found.given.values())[states[index]]
                if spec.shape != before.shape or spec.dtype != before.dtype:
                    raise ShapeError(
                        f"hands on a state of {spec}, but began with {before}; a state keeps its shape.",
                        code="state-shape",
                    )
                results.append(spec)
            else:
                if not spec.shape:
                    raise ShapeError("gives a single number a step; it must keep the batch.")
                axes = None if spec.axes is None else (spec.axes[0], "time", *spec.axes[1:])
                head = spec.shape[0] if apart else sequence.shape[0]
                results.append(Spec((head, sequence.shape[1], *spec.shape[1:]), spec.dtype, axes))
                if mode == "each_step" and spec.shape[0] != batch:
                    raise ShapeError(f"gives {spec} for its steps: the first axis must stay as it is.")
        return tuple(results)

    def _inputs(self, arguments: Mapping[str, object] | None = None, scope: Scope | None = None) -> list[BlockInput]:
        """The inputs inside; the size of a state may depend on the arguments of the repeat (none: of the first)."""
        from engine.resolve import resolve

        graph, known = self.block.graph, replace(scope or Scope(), parameters=arguments or self.arguments_of())
        found = [resolve(node, graph, known) for node in graph.of_type("BlockInput")]
        return [
            layer if isinstance(layer, BlockInput) else plain_input(node)
            for node, layer in zip(graph.of_type("BlockInput"), found, strict=True)
        ]

    def _states(self) -> dict[int, int]:
        """Which output hands its value to which input of the next step, by their indices."""
        return states(self.block)

    def summary(self) -> str:
        shown = [f"{k} {v}" for k, v in self.arguments_of().items() if v != self.block.defaults()[k]]
        return ", ".join(shown)


def use_class(blocks: Blocks, block: Block) -> type[Use]:
    """The layer class that a definition becomes; it changes with the parameters, not with the graph inside."""
    known = blocks.classes.get(block.id)
    ports = (input_ports(block), output_ports(block))
    if known is not None and known[0] is block and (known[1].inputs, known[1].outputs) == ports:
        return known[1]
    fields: dict[str, Any] = {
        p.name: (FIELDS[p.kind], Field(p.default, description=p.help or f"a parameter of the block {block.name}"))
        for p in block.parameters
    }
    cls = create_model(f"Use_{block.id}", __base__=Use, __module__=__name__, **fields)
    cls.block, cls.blocks, cls.inputs, cls.outputs = block, blocks, *ports
    cls.__doc__ = block.help or f"The block {block.name}."
    blocks.classes[block.id] = (block, cls)
    return cls
