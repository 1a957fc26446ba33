"""Where values enter and leave a block: its ports, the states of a scan, and what a repeat hands to the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.blocks.block import Block
from engine.dims import Dim
from engine.layers.endpoints import BlockInput
from engine.layers.layer import Port, ShapeError
from engine.spec import Spec

if TYPE_CHECKING:
    from engine.graph import Node

FLAGS: Final = ("optional", "sequence", "state")


def initial_state(port: BlockInput, batch: Dim) -> Spec:
    """A state that starts at zero, for so many samples."""
    return Spec((batch, *(size for size in port.shape if isinstance(size, int))))


def plain_input(node: Node) -> BlockInput:
    """An input whose shape cannot be told here: what else is typed of it counts."""
    flags = {name: raw for name, raw in node.parameters.items() if name in FLAGS and isinstance(raw, bool)}
    return BlockInput.model_validate(flags)


def handed_on(block: Block, scanned: bool = False) -> tuple[tuple[int, int], ...]:
    """Which outputs a repeat hands to which inputs of the next one, by their indices.

    An output feeds the input of its name; the first output the first input, unless one of the two is named otherwise.
    States of a scan go from step to step, not from repeat to repeat.
    """
    starts, ends = block.graph.of_type("BlockInput"), block.graph.of_type("BlockOutput")
    named = {n.name: index for index, n in enumerate(starts) if not (scanned and n.parameters.get("state") is True)}
    pairs = [(index, named[node.name]) for index, node in enumerate(ends) if node.name in named]
    if starts and ends and not any(0 in pair for pair in pairs):
        pairs.insert(0, (0, 0))
    return tuple(pairs)


def has_states(block: Block) -> bool:
    """Whether it is a step of something recurrent: it hands values on to itself."""
    return any(node.parameters.get("state") is True for node in block.graph.of_type("BlockInput"))


def states(block: Block) -> dict[int, int]:
    """Which output hands its value to which input of the next step, by their indices. Raises ShapeError."""
    inputs = block.graph.of_type("BlockInput")
    names = {node.name: index for index, node in enumerate(inputs) if node.parameters.get("state") is True}
    found: dict[int, int] = {}
    for index, node in enumerate(block.graph.of_type("BlockOutput")):
        name = node.parameters.get("state")
        if name:
            if name not in names:
                raise ShapeError(
                    f"hands {node.name} on to the state {str(name)[:40]!r}, but no BlockInput of that name is a state.",
                    inside=(node.id,),
                )
            found[index] = names[name]
    if missing := set(names.values()) - set(found.values()):
        node = inputs[min(missing)]
        raise ShapeError(f"has the state {node.name}, but no BlockOutput hands a next value to it.", inside=(node.id,))
    return found


def input_ports(block: Block, scanned: bool = False) -> tuple[Port, ...]:
    """The inputs of a block's uses, named by the ids of the nodes inside; a scan starts states at zero by itself."""
    return tuple(
        Port(
            node.id,
            str(node.parameters.get("help", "")),
            optional=node.parameters.get("optional") is True or (scanned and node.parameters.get("state") is True),
            label=node.name,
        )
        for node in block.graph.of_type("BlockInput")
    )


def output_ports(block: Block) -> tuple[Port, ...]:
    """The outputs of a block's uses, named by the ids of the nodes inside."""
    return tuple(
        Port(node.id, str(node.parameters.get("help", "")), label=node.name)
        for node in block.graph.of_type("BlockOutput")
    )
