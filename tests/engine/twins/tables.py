"""What was measured, as rows of tables: headings → cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from tests.engine.twins.fixing import Advised, Fixed, median
from tests.engine.twins.grid import Measured
from tests.engine.twins.training import Outcome

Row = dict[str, object]
LEARNED = 0.5
"""A sound run has learned where it reaches this accuracy, or half of that explained variance."""
SAME = 0.97
"""A fixed network reaches this share of its twin's score, or more."""


def share(hits: int, count: int) -> str:
    """A share in per cent, with its interval of 95 % (Wilson 1927)."""
    if not count:
        return ""
    from engine.inside.evaluation.slices import wilson  # it imports torch, which collecting the tests does not need

    interval = wilson(hits, count)
    return f"{100 * hits / count:.0f} % ({100 * interval.low:.0f}–{100 * interval.high:.0f})"


def by(found: Iterable[Measured], key: Callable[[Measured], str], heading: str) -> list[Row]:
    """Counts for each fault, data set or network, with their sum."""
    groups: dict[str, list[Measured]] = {}
    for each in found:
        groups.setdefault(key(each), []).append(each)
    every = [each for group in groups.values() for each in group]
    return [_counts(heading, name, group) for name, group in sorted(groups.items())] + [_counts(heading, "all", every)]


def _counts(heading: str, name: str, group: Sequence[Measured]) -> Row:
    worse = [each for each in group if each.worse]
    named = sum(each.named for each in worse)
    return {
        heading: name,
        "pairs": len(group),
        "worse than the twin": len(worse),
        "named rightly": named,
        "of these before training": sum(each.named_before for each in worse),
        "share": share(named, len(worse)) if name == "all" else "",
        "sound ones flagged": sum(bool(each.flagged) for each in group),
        "standing at the end": sum(stands(each.sound[0]) for each in group),
    }


def stands(outcome: Outcome) -> bool:
    """Whether a sound run that learned ends with something said."""
    return outcome.score >= LEARNED and bool(outcome.standing)


def missed(found: Iterable[Measured]) -> list[Row]:
    """Every fault that was not named rightly, and every false alarm."""
    rows: list[Row] = []
    for each in found:
        where: Row = {"fault": each.cell.fault.name, "network": each.cell.sound.family, "data": each.cell.sound.dataset}
        scores = {"twin": f"{median(each.sound):.3f}", "faulty": f"{median(each.faulty):.3f}"}
        if each.worse and not each.named:
            said = ", ".join(sorted(each.faulty[0].flags(10))) or "nothing"
            rows.append({"what": "missed", **where, **scores, "said": said})
        if each.flagged:
            rows.append({"what": "false alarm", **where, **scores, "said": ", ".join(sorted(each.flagged))})
    return rows


def pairs(found: Iterable[Fixed]) -> list[Row]:
    """Each fault whose first fix was applied, with the lowest ratio of its pairs."""
    groups: dict[str, list[Fixed]] = {}
    for each in found:
        groups.setdefault(each.cell.fault.name, []).append(each)
    every = [each for group in groups.values() for each in group]
    return [_ratios(name, group) for name, group in sorted(groups.items())] + [_ratios("all", every)]


def _ratios(name: str, group: Sequence[Fixed]) -> Row:
    same = sum(each.ratio >= SAME for each in group)
    return {
        "fault": name,
        "pairs": len(group),
        "found": sum(each.found for each in group),
        f"fixed: at least {SAME}": same,
        "lowest": f"{min(each.ratio for each in group):.3f}",
        "share": share(same, len(group)) if name == "all" else "",
    }


def settings(found: Iterable[Advised]) -> list[Row]:
    """Each advice that is a setting: how often it was given, had a button, and was better after a press of it."""
    groups: dict[tuple[str, str], list[Advised]] = {}
    for each in found:
        groups.setdefault((each.kind, each.setting), []).append(each)
    every = [each for group in groups.values() for each in group]
    rows = [_pressed(kind, setting, group) for (kind, setting), group in sorted(groups.items())]
    return [*rows, _pressed("all", "", every)]


def _pressed(kind: str, setting: str, group: Sequence[Advised]) -> Row:
    pressed = [each for each in group if each.after]
    better = sum(each.better for each in pressed)
    return {
        "advice": kind,
        "setting": setting,
        "cases": len(group),
        "with a button": sum(bool(each.label) for each in group),
        "better": better,
        "share": share(better, len(pressed)),
        "first seen": share(sum(each.better for each in pressed if each.first), sum(each.first for each in pressed)),
    }
