"""A picture of the window after a run, for machines without a display: ``python -m gui.picture OUT.png --run DIR``."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from engine.files import FileError


def main(argv: list[str] | None = None) -> int:
    """Paint the window with the run's network and curves into a PNG; exit code 2 where that cannot be."""
    parser = argparse.ArgumentParser(prog="python -m gui.picture", description=__doc__)
    parser.add_argument("file", metavar="OUT.png", type=Path)
    parser.add_argument("--run", metavar="DIR", type=Path, required=True, help="the run folder to show")
    parser.add_argument("--page", choices=["design", "training"], default="training")
    parser.add_argument("--size", default="1280x800", help="width x height in pixels")
    parser.add_argument("--dark", action="store_true", help="in the dark theme")
    args = parser.parse_args(argv)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import qInstallMessageHandler

    from engine.project import load
    from gui.app import application, build_window
    from gui.theme import theme

    qInstallMessageHandler(_say)
    app = application()
    try:
        graph = load(args.run / "project.loom")
        width, height = (int(side) for side in args.size.split("x"))
    except (FileError, ValueError) as error:
        print(f"picture: {error}", file=sys.stderr)
        return 2
    window = build_window((graph, None))
    if args.dark:
        theme.set("dark")
    window.resize(width, height)
    window.show()
    if args.page == "training":
        window.pages.show_training()
        window.pages.training.run.show(args.run)
    app.processEvents()
    window.view.zoom_open()
    app.processEvents()
    saved = window.grab().save(str(args.file))
    window.close()
    if not saved:
        print(f"picture: {args.file} cannot be written.", file=sys.stderr)
    return 0 if saved else 2


def _say(kind: object, context: object, text: str) -> None:
    """Print what Qt has to say, but for what the offscreen platform says at every window."""
    if "propagateSizeHints" not in text:
        print(text, file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
