"""What the gallery says about a preset: on its card, on the button of its small variant, in its tooltip."""

from __future__ import annotations

from typing import Final

from engine import metrics
from presets.facts import MINUTE, Facts
from presets.preset import Preset
from presets.reached import Reached, reached

TITLES: Final[dict[str, str]] = {metric.name: metric.title for metric in metrics.all()}


def scored(found: Reached) -> str:
    """``98.2 %``, ``99.0 % exact match`` or ``IoU 0.99``."""
    if found.metric in ("accuracy", "exact_match"):
        name = "" if found.metric == "accuracy" else f" {TITLES[found.metric]}"
        return f"{100 * found.score:.1f} %{name}"
    return f"{TITLES.get(found.metric, found.metric)} {found.score:.3g}"


def duration(seconds: float) -> str:
    """``6 s`` or ``5 min``: as exact as an estimate is."""
    return f"{max(1, round(seconds))} s" if seconds < 1.5 * MINUTE else f"{seconds / MINUTE:.0f} min"


def learning(preset: Preset, facts: Facts | None) -> str:
    """What it learns, how well, and in which time."""
    if not preset.data:
        return "Comes without data: choose yours"
    found = reached(preset.name)
    score = f": {scored(found)}{_alone(found)}" if found else ""
    time = f" in about {duration(facts.seconds)}" if facts is not None and facts.seconds is not None else ""
    return f"Learns {_data(preset)}{time}{score}"


def small_words(small: Preset, facts: Facts) -> str:
    """What its button says: what the small variant learns, how well, and in which time."""
    found = reached(small.name)
    time = f" in {duration(facts.seconds)}" if facts.seconds is not None else ""
    return f"Small variant: {_data(small)}{time}{f', {scored(found)}{_alone(found)}' if found else ''}"


def tooltip(preset: Preset, facts: Facts | None) -> str:
    """All that is known of it."""
    lines = [preset.summary]
    if preset.paper is not None:
        lines += ["", f"{preset.paper} ({preset.year})", preset.paper.link]
    if facts is not None:
        lines += ["", f"{facts.parameters:,} parameters, {facts.multiply_adds:,} multiply-adds a sample"]
    lines.append(f"Task: {preset.task}")
    found = reached(preset.name)
    if found is not None:
        seeds = f"median of {found.seeds} seeds" if found.seeds > 1 else "one seed"
        lines.append(f"Reaches {scored(found)} on the test part of {_data(preset)} ({seeds})")
    if facts is not None and facts.seconds is not None:
        lines.append(
            f"Learns {_data(preset)} in about {duration(facts.seconds)}: an estimate for two cores without a GPU, "
            "from its multiply-adds, its layers, the number of samples and its epochs"
        )
    return "\n".join(lines)


def _alone(found: Reached) -> str:
    """A mark of what was measured once."""
    return " (one seed)" if found.seeds == 1 else ""


def _data(preset: Preset) -> str:
    return preset.data.replace("_", " ")
