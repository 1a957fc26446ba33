"""Counts what follows what in the presets, for the search on the canvas: ``python -m tests.presets.followers``."""

from __future__ import annotations

import json
from pathlib import Path

import presets
from presets import followers
from presets.built_in import BUILT_IN

FILE = Path(__file__).resolve().parents[2] / "resources" / followers.FILE


def counted() -> dict[str, dict[str, int]]:
    """The counts of all presets, in alphabetical order."""
    found = followers.count(presets.build(preset.name) for preset in BUILT_IN)
    return {source: dict(sorted(behind.items())) for source, behind in sorted(found.items())}


def main() -> None:
    """Write them down, a line for each layer."""
    lines = (f" {json.dumps(source)}: {json.dumps(behind)}" for source, behind in counted().items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
