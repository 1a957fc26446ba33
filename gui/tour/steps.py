"""The steps of the tour as data: what to do, where, and how it is seen in the network that it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import presets
from engine.graph import Graph, Node
from gui.keys.keymap import keymap

Place = Literal["canvas", "inspector", "problems", "train"]


@dataclass(frozen=True, slots=True)
class Progress:
    """What the tour looks at: the network, its errors, and how many epochs a run of it has trained."""

    graph: Graph
    errors: int = 0
    epochs: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """``text`` has ``{add}`` and the like for the keys of actions; ``place`` is what the tour points at."""

    title: str
    text: str
    place: Place
    done: Callable[[Progress], bool]

    def words(self) -> str:
        """The text with the keys that hold now."""
        keys = {name: keymap.shown(action_id) or "the menu" for name, action_id in KEYS.items()}
        return self.text.format(**keys)


KEYS: Final = {
    "add": "canvas.add",
    "undo": "edit.undo",
    "fixes": "problem.fixes",
    "next": "problem.next",
    "train": "train.start",
}


@cache
def lenet() -> tuple[str, ...]:
    """The layers that are drawn, in this order: an Input, twice a convolution with what follows it, an Output."""
    return tuple(node.type for node in presets.build("lenet-5").nodes.values())


def path(graph: Graph) -> list[Node]:
    """The longest chain of layers that begins at an Input and follows the first wire of each."""
    best: list[Node] = []
    for node in graph.of_type("Input"):
        found, seen = [node], {node.id}
        while True:
            onward = [edge.target for edge in graph.outgoing.get(found[-1].id, ()) if edge.target not in seen]
            if not onward:
                break
            found.append(graph.node(onward[0]))
            seen.add(onward[0])
        best = max(best, found, key=len)
    return best


def begins(count: int) -> Callable[[Progress], bool]:
    """Whether the network begins with so many layers of LeNet-5, wired in their order."""
    return lambda now: tuple(node.type for node in path(now.graph)[:count]) == lenet()[:count]


def _filters(now: Progress) -> bool:
    conv = next((node for node in path(now.graph) if node.type == "Conv2d"), None)
    return conv is not None and (conv.parameters.get("out_channels"), conv.parameters.get("kernel_size")) == (6, 5)


def _whole(now: Progress) -> bool:
    """Whether there is a chain from an Input to an Output in which ten scores come out, and no error."""
    kinds = [node.type for node in path(now.graph)]
    return kinds[:1] == ["Input"] and kinds[-1:] == ["Output"] and now.errors == 0


def _answers(now: Progress) -> bool:
    last = [node for node in path(now.graph) if node.type == "Linear"][-1:]
    return _whole(now) and bool(last) and last[0].parameters.get("out_features") == 10


STEPS: Final = (
    Step(
        "A way in",
        "You are going to draw LeNet-5, which read cheques in 1998, and teach it ten handwritten digits.\n\n"
        "Click the canvas and press {add}, type input, press Enter. (Or drag Input out of the list at the left.)",
        "canvas",
        begins(1),
    ),
    Step(
        "A convolution",
        "Press {add} again, type conv2d, press Enter. It follows the selected layer, wired already. The wire says what "
        "flows: 1 channel of 28 × 28 pixels. (You will see to the sizes of your digits later.)",
        "canvas",
        begins(2),
    ),
    Step(
        "Six filters of 5 × 5",
        "At the right are the parameters of the selected layer; Enter on the canvas leads there. Set out_channels to 6 "
        "and kernel_size to 5. The shape behind it follows at once.",
        "inspector",
        _filters,
    ),
    Step(
        "Bend and shrink",
        "Back on the canvas (Esc), add ReLU, which lets the network bend, then MaxPool2d, which halves the image.",
        "canvas",
        begins(4),
    ),
    Step(
        "Once more",
        "Add the same three again: Conv2d, ReLU, MaxPool2d. The second convolution finds patterns of patterns; LeNet-5 "
        "has 16 filters of 5 × 5 here, but the usual ones do.",
        "canvas",
        begins(7),
    ),
    Step(
        "A row of numbers",
        "Add Flatten, which makes the image one row, then Linear, ReLU, Linear, ReLU, Linear: each weighs all numbers "
        "of the one before.",
        "canvas",
        begins(13),
    ),
    Step(
        "The answer",
        "There are ten digits: set out_features of the last Linear to 10. Then add Output. Problems stand below the "
        "canvas; press {next} to go to one and {fixes} for its fixes. The Input is not as the data: take its fix.",
        "canvas",
        _answers,
    ),
    Step(
        "Break it",
        "Now make a mistake. Select a MaxPool2d and set its kernel_size to 50, or delete the Flatten. See how the "
        "error names the guilty layer, with your numbers.",
        "inspector",
        lambda now: now.errors > 0,
    ),
    Step(
        "Fix it",
        "Choose the error in the list below the canvas. Why? shows the rule; each fix shows on the canvas what it "
        "would do before you click it. Take one, or undo with {undo}.",
        "problems",
        _whole,
    ),
    Step(
        "Train it",
        "Press {train}, or Train at the top right. The curves show how it learns. Wait for the first epoch.",
        "train",
        lambda now: now.epochs > 0,
    ),
)
