"""What fixes a diagnosis by a click: the edits of a project, and what a button calls them. No torch.

The values come with the diagnosis (`Diagnosis.value`), so the button does what the sentence says.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from engine.edits import MISSING, Compound, Edit, SetParameter, SetProperty, SetSetting
from engine.graph import Graph
from engine.layers.layer import Layer
from engine.layers.merge import Scale
from engine.problems import find
from engine.resolve import resolve
from engine.settings.data import SplitSettings
from engine.training.diagnosis.blame import DRAWN
from engine.training.diagnosis.dropouts import share_of
from engine.training.findings import Diagnosis

Remedy = tuple[str, Edit] | None
LR: Final = ("training", "optimizer", "lr")
LARGE: Final = 2.0
"""A fixed factor that makes numbers larger than a layer should."""


def remedy(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """The edit of a project that fixes this, there and in the others, and no more; None where there is none, or where
    the project has it already."""
    make = _BY_CODE.get(cause.code)
    if make is None and cause.setting == "data.transforms":
        make = _standardise
    return _setting(cause, graph) if make is None else make(cause, also, graph)


def _setting(cause: Diagnosis, graph: Graph) -> Remedy:
    """Set the setting that it is about to the value that it advises."""
    words = _WORDS.get(cause.setting or "")
    if cause.value is None or cause.setting is None or words is None:
        return None
    path = tuple(cause.setting.split("."))
    number = isinstance(cause.value, float) and cause.value.is_integer() and path != LR
    value = int(cause.value) if number else cause.value
    if _has(graph, path, value):
        return None
    shown = f"{value:g}" if isinstance(value, float) else str(value)
    return f"{words} {shown}", SetSetting(path, value)


def _standardise(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """Standardise the fields that are out of scale."""
    fields = list(dict.fromkeys(one.value for one in (cause, *also) if isinstance(one.value, str)))
    section: dict[str, Any] = graph.settings.get("data", {})
    now = section.get("transforms", ())
    done = {each.get("field") for each in now if each.get("name") == "standardise" and not {"mean", "std"} & {*each}}
    new = [field for field in fields if field not in done]
    if not new:
        return None
    kept = [each for each in now if each.get("name") != "standardise" or each.get("field") not in new]
    again = "Standardise {} as measured" if len(kept) < len(now) else "Standardise {}"  # numbers were given
    added = [{"name": "standardise", "field": field} for field in new]
    return again.format(", ".join(new)), SetSetting(("data", "transforms"), [*kept, *added])


def _less_dropout(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """Set all dropouts of the drawing that drop more than what is advised."""
    edits: dict[str, Edit] = {}
    for node in graph.nodes.values():
        layer = resolve(node)
        name = share_of(layer) if isinstance(layer, Layer) else ""
        if name and isinstance(cause.value, float) and getattr(layer, name) > cause.value:
            edits[node.name] = SetParameter(node.id, name, cause.value)
    if not edits or cause.inside:
        return None
    label = f"Set the dropout of {', '.join(edits)} to {cause.value:g}"
    return label, Compound(tuple(edits.values()), label)


def _plain_scale(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """Standardise what is raw; else let layers that multiply by fixed factors hand numbers on as they are."""
    if cause.value is not None:
        return _standardise(cause, also, graph)
    scales = {node.id: resolve(node) for node in graph.of_type("Scale")}
    large = [graph.nodes[at] for at, layer in scales.items() if isinstance(layer, Scale) and abs(layer.factor) > LARGE]
    if not large:
        return None
    label = f"Set the factor of {', '.join(node.name for node in large)} to 1"
    return label, Compound(tuple(SetParameter(node.id, "factor", 1.0) for node in large), label)


def _as_checked(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """What the checker offers for a fault of the drawing."""
    problem = next((each for each in find(graph) if each.code == cause.code), None)
    fix = next(iter(problem.fixes), None) if problem is not None else None
    return None if fix is None else (fix.label, fix.edit)


def _shuffle(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    return "Shuffle the samples", SetSetting(("data", "shuffle"), True)


def _usual_start(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """Let layers whose units all start at zero start as usual."""
    nodes = [graph.nodes.get(one.node or "") for one in (cause, *also) if not one.inside]
    guilty = [node for node in nodes if node is not None and node.properties.get("initialization") == "zeros"]
    if not guilty:
        return None
    edits = tuple(SetProperty(node.id, "initialization", MISSING) for node in guilty)
    names = ", ".join(node.name for node in guilty)
    return f"Reset initialization of {names}", Compound(edits, f"Reset initialization of {names}")


def _stop_early(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """Stop once the validation loss has risen for some epochs."""
    if cause.setting == "data.split":
        split = SplitSettings()
        shares = {"train": split.train, "validation": split.validation, "test": split.test}
        return f"Train on {split.train:.0%} of the samples", SetSetting(("data", "split"), shares)
    path = ("training", "early_stopping")
    if not isinstance(cause.value, float) or graph.settings.get("training", {}).get("early_stopping"):
        return None
    return "Stop early", SetSetting(path, {"patience": int(cause.value)})


def _ignore_padding(cause: Diagnosis, also: Sequence[Diagnosis], graph: Graph) -> Remedy:
    """Leave out what only fills samples up."""
    padded = {one.node: int(one.value) for one in (cause, *also) if one.node and isinstance(one.value, float)}
    edits = {
        graph.nodes[node].name: SetParameter(node, "ignore_index", value)
        for node, value in padded.items()
        if node in graph.nodes and graph.nodes[node].parameters.get("ignore_index") != value
    }
    label = f"Set ignore_index of {', '.join(edits)}"
    return (label, Compound(tuple(edits.values()), label)) if edits else None


def _has(graph: Graph, path: Sequence[str], value: object) -> bool:
    """Whether the project says so already."""
    now: object = graph.settings
    for key in path:
        now = now.get(key, MISSING) if isinstance(now, dict) else MISSING
    return now == value


_WORDS: Final[Mapping[str, str]] = {
    "training.optimizer.lr": "Set the learning rate to",
    "training.epochs": "Set the epochs to",
    "training.clip_norm": "Set clip_norm to",
    "training.l1": "Set l1 to",
    "training.l2": "Set l2 to",
    "training.optimizer.weight_decay": "Set the weight decay to",
    "training.optimizer.momentum": "Set the momentum to",
    "data.batch_size": "Set the batch size to",
    "data.workers": "Set data.workers to",
    "data.sampling": "Set data.sampling to",
}
_BY_CODE: Final[Mapping[str, Callable[[Diagnosis, Sequence[Diagnosis], Graph], Remedy]]] = {
    **dict.fromkeys(DRAWN, _as_checked),
    "large-start": _plain_scale,
    "too-much-dropout": _less_dropout,
    "unshuffled": _shuffle,
    "alike": _usual_start,
    "overfitting": _stop_early,
    "padding-counts": _ignore_padding,
}
