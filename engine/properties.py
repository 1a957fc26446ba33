"""What any node may have beside its layer's own parameters: repeats, shared or frozen weights, how they start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from engine.blocks.block import PREFIX
from engine.graph import Node
from engine.layers.parameters import explain

MOST_REPEATS: Final = 1000
Apply = Literal["once", "each_step", "scan"]
Initialization = Literal[
    "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "normal", "zeros", "orthogonal"
]
Parametrization = Literal["weight_norm", "spectral_norm"]


class Properties(BaseModel):
    """The properties of a node, checked."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False)

    when: bool = Field(
        True,
        description="the condition under which it is there: made of parameters, sizes, index and count; where it does "
        "not hold, its first required input is handed on",
    )
    bypassed: bool = Field(
        False, description="whether it does nothing but pass its input on, as if it were a piece of wire"
    )
    repeat: Annotated[int, Field(ge=0, le=MOST_REPEATS)] = Field(
        1, description="how many times the block is repeated; 0 hands its inputs on"
    )
    share_weights: bool = Field(False, description="whether all repeats use the same weights")
    apply: Apply = Field(
        "once",
        description="'each_step': to every step of a sequence (N, T, …) by itself; 'scan': step by step, "
        "handing its states on",
    )
    truncation: Annotated[int, Field(ge=0, le=MOST_REPEATS)] = Field(
        0,
        description="in a scan: gradients go back through at most so many steps, for the states are detached after "
        "each so many (truncated backpropagation through time); 0: through all",
    )
    weights_of: Annotated[str, Field(max_length=40)] | None = Field(
        None, description="the node whose weights it uses instead of its own"
    )
    frozen: bool = Field(False, description="whether its weights stay as they are while training")
    frozen_statistics: bool = Field(
        True,
        description="while it is frozen: whether its batch norms use the running statistics they have, and leave them "
        "as they are",
    )
    lr_multiplier: Annotated[float, Field(gt=0.0, le=1000.0)] = Field(
        1.0,
        description="its weights learn with the learning rate times this: 0.1 for loaded ones that are to move less",
    )
    initialization: Initialization | None = Field(
        None, description="how its weight matrices start; none: as torch does. Biases then start at 0"
    )
    parametrization: Parametrization | None = Field(
        None,
        description="'weight_norm': length and direction of the rows of its weight are learned apart; "
        "'spectral_norm': its weight is divided by the largest singular value, as in GANs",
    )


DEFAULT: Final = Properties()
OF_BLOCKS: Final = ("repeat", "share_weights", "apply", "truncation")


def check_properties(node: Node, values: Mapping[str, object]) -> Properties | tuple[str, str]:
    """The properties that the values make, or (property, the clause that says why not)."""
    if not values:
        return DEFAULT
    try:
        properties = Properties.model_validate(values)
    except ValidationError as error:
        return explain(Properties, error, values)
    if not node.type.startswith(PREFIX):
        for name in OF_BLOCKS:
            if getattr(properties, name) != getattr(DEFAULT, name):
                return name, f"cannot have {name}: only a block can; make a block of it first."
    elif properties.parametrization is not None:
        return "parametrization", f"cannot have {properties.parametrization}: give it to the layers inside the block."
    return properties


def repeats(node: Node) -> bool:
    """Whether a node is drawn as a repeat: then index and count in its arguments are those of its own repeats."""
    return node.properties.get("repeat", 1) != 1
