"""What a block is: a named graph with parameters of its own, defined once for a project and used by many nodes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from engine.errors import GraphError

if TYPE_CHECKING:
    from engine.blocks.use import Inside, Key, Use
    from engine.graph import Graph, Node
    from engine.layers.layer import Layer
    from engine.resolve import Fault
    from engine.spec import Spec

Kind = Literal["int", "float", "bool", "text"]
PREFIX: Final = "block."
"""The type of a node that uses the block ``b`` is ``block.b``."""
PARAMETER: Final = r"^[a-z][a-z0-9_]{0,39}$"
WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z][a-z]([a-z]|[A-Z]{2}|$))|(?<=[A-Z]{2})(?=[A-Z][a-z]{4})")
"""Where a word begins in ``LinearBottleneck``, ``ConvReLU`` and ``SEBottleneck``; ResNeXt is one."""
BLOCK: Final = r"^[a-z][a-z0-9_]{0,39}$"
LONGEST_HELP: Final = 2000
TAKEN: Final = frozenset(
    [
        "self",
        "super",
        "torch",
        "nn",
        "math",
        "range",
        "min",
        "max",
        "repeat",
        "apply",
        "weights_of",
        "frozen",
        "initialization",
    ]
)
"""Words that mean something else where a parameter is read."""
KINDS: Final[tuple[Kind, ...]] = ("int", "float", "bool", "text")


class BlockError(GraphError):
    """Why a block cannot be defined so: a whole sentence."""


@dataclass(frozen=True, slots=True)
class BlockParameter:
    """One parameter: fields inside the block may compute with it, and each use may give it another value."""

    name: str
    default: object
    kind: Kind = "int"
    help: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A definition. ``origin`` says which library it was copied from: ``{"library": …, "hash": …}``."""

    id: str
    name: str
    graph: Graph = field(compare=False, repr=False)
    parameters: tuple[BlockParameter, ...] = ()
    help: str = ""
    origin: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def type(self) -> str:
        """The type of a node that uses it."""
        return PREFIX + self.id

    def defaults(self) -> dict[str, object]:
        """Every parameter at its default."""
        return {parameter.name: parameter.default for parameter in self.parameters}

    def check(self) -> None:
        """Raise BlockError where name or parameters cannot stand so."""
        if not re.fullmatch(BLOCK, self.id):
            raise BlockError(f"{self.id[:40]!r} is not an id of a block: small letters, digits and _ make one.")
        if not self.name.strip() or len(self.name) > 80 or not self.name.isprintable():
            raise BlockError("A block needs a name of 1 to 80 characters on one line.")
        if len(self.help) > LONGEST_HELP or len(self.parameters) > 64:
            raise BlockError(f"The block {self.name} has more words or parameters than a project can hold.")
        seen = set()
        for parameter in self.parameters:
            name = parameter.name
            if not re.fullmatch(PARAMETER, name) or keyword.iskeyword(name) or name in TAKEN:
                raise BlockError(
                    f"{name[:40]!r} cannot be a parameter of {self.name}: small letters, digits and _ make a name, "
                    "and words that Python or Layerloom use are taken."
                )
            if name in seen:
                raise BlockError(f"The block {self.name} has two parameters named {name}.")
            seen.add(name)
            if parameter.kind not in KINDS or not fits(parameter.kind, parameter.default):
                raise BlockError(
                    f"The parameter {name} of {self.name} is of the kind {parameter.kind!r}, "
                    f"and its default {str(parameter.default)[:40]!r} is not."
                )
            if len(parameter.help) > LONGEST_HELP:
                raise BlockError(f"The help of {name} is longer than {LONGEST_HELP} characters.")


def fits(kind: Kind, value: object) -> bool:
    """Whether a value is of this kind; an integer is a number, too."""
    if kind == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 2**63
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**31
    return isinstance(value, str) and len(value) <= 200 if kind == "text" else isinstance(value, bool)


class Blocks(Mapping[str, Block]):
    """The definitions of one project in creation order, shared by its graph and the graphs of all blocks.

    ``memo[block]`` keeps what is known of a block for given arguments and inputs, ``problems[block]`` what is wrong
    inside then; both are dropped when the block or one within it changes.
    """

    def __init__(self) -> None:
        self._blocks: dict[str, Block] = {}
        self.memo: dict[str, dict[Key, Inside]] = {}
        self.problems: dict[str, dict[Key, list[Any]]] = {}  # of engine.problems, which is above
        self.classes: dict[str, tuple[Block, type[Use]]] = {}
        self.numbered: dict[str, bool] = {}
        """Whether the inside of a block reads the number of its repeat."""
        self.constant: dict[int, tuple[Node, Layer | Fault]] = {}
        """What nodes inside blocks are in every use of theirs, by the ids of the nodes, for `engine.shapes`."""
        self.inferred: dict[tuple[object, ...], tuple[Layer, Spec | tuple[Spec, ...]]] = {}
        """What leaves a layer (by its id) that gets certain inputs, for `engine.shapes`."""
        self.drawing: dict[str, object] = {}
        """How the project is drawn (`engine.drawing`)."""

    def __getitem__(self, block_id: str) -> Block:
        return self._blocks[block_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)

    def by_name(self, name: str) -> Block | None:
        """The block with this name."""
        return next((block for block in self._blocks.values() if block.name == name), None)

    def of_type(self, node_type: str) -> Block | None:
        """The block that a node of this type uses."""
        return self._blocks.get(node_type[len(PREFIX) :]) if node_type.startswith(PREFIX) else None

    def fresh_id(self, name: str) -> str:
        """An id that is free, made of the name."""
        stem = re.sub(r"[^a-z0-9]+", "_", WORD.sub("_", name).lower()).strip("_")[:32]
        stem = stem if stem and stem[0].isalpha() else f"block_{stem}".rstrip("_")
        result, number = stem, 2
        while result in self._blocks:
            result, number = f"{stem}_{number}", number + 1
        return result

    def fresh_name(self, name: str) -> str:
        """``name``, with a number where it is taken."""
        result, number = name, 2
        while self.by_name(result) is not None:
            result, number = f"{name} {number}", number + 1
        return result

    def uses(self, block_id: str) -> set[str]:
        """The blocks that stand within this one, at any depth."""
        found: set[str] = set()
        stack = [block_id]
        while stack:
            block = self._blocks.get(stack.pop())
            for kind in block.graph.types if block is not None else ():
                if kind.startswith(PREFIX) and (inner := kind[len(PREFIX) :]) not in found:
                    found.add(inner)
                    stack.append(inner)
        return found

    def users(self, block_ids: Iterable[str]) -> set[str]:
        """These blocks and all that one of them stands within, at any depth."""
        wanted = set(block_ids)
        return wanted | {other for other in self._blocks if self.uses(other) & wanted}

    def touch(self, block_id: str) -> None:
        """Forget what is known of a block and of those around it, for it has changed."""
        self.numbered.pop(block_id, None)
        if self.memo:
            for user in self.users([block_id]):
                self.memo.pop(user, None)
                self.problems.pop(user, None)

    # -- the primitives that edits are made of ---------------------------------------------------------------------

    def insert(self, block: Block, index: int | None = None) -> None:
        """Put a definition in (used by edits); its graph becomes one of this project."""
        block.graph.blocks, block.graph.inside = self, block.id
        self._blocks[block.id] = block
        if index is not None:
            for later in list(self._blocks)[index:-1]:
                self._blocks[later] = self._blocks.pop(later)
        self.touch(block.id)

    def delete(self, block_id: str) -> None:
        """Take a definition out (used by edits)."""
        self.touch(block_id)
        del self._blocks[block_id]

    def update(self, block: Block) -> None:
        """Put another version of a definition in its place (used by edits)."""
        self._blocks[block.id] = block
        self.touch(block.id)

    def copy(self) -> Blocks:
        """An independent copy."""
        other = Blocks()
        other.drawing = dict(self.drawing)
        for block in self._blocks.values():
            other.insert(replace(block, graph=block.graph.alone()))
        return other
