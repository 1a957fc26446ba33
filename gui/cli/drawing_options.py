"""How a drawing is to look, for commands that write one."""

from __future__ import annotations

import argparse
from typing import Final

from engine.exports.exporter import Exporter
from gui.cli.common import CallError
from gui.drawing.drawing import Options
from gui.drawing.exporter import DrawingFile

LARGEST_SCALE: Final = 20.0


def add_drawing_options(parser: argparse.ArgumentParser) -> None:
    """The options of drawings, in a group of their own."""
    group = parser.add_argument_group("drawings (.svg, .png, .pdf)")
    group.add_argument("--figure", action="store_true", help="boxes whose size is the tensor, as in papers")
    group.add_argument("--dark", action="store_true", help="in the colours of the dark theme")
    group.add_argument("--no-shapes", action="store_true", help="without the sizes of tensors")
    group.add_argument("--blocks", action="store_true", help="with what is inside the blocks")
    group.add_argument("--transparent", action="store_true", help="without a background")
    group.add_argument("--scale", type=float, metavar="X", help="larger or smaller (1; of a PNG 2)")


def drawn_as_asked(exporter: Exporter, args: argparse.Namespace) -> Exporter:
    """The format with these options. Raises CallError where they are given for something that is not a drawing."""
    options = Options(
        kind="figure" if args.figure else "canvas",
        theme="dark" if args.dark else "light",
        shapes=not args.no_shapes,
        blocks=args.blocks,
        transparent=args.transparent,
    )
    if isinstance(exporter, DrawingFile):
        if args.scale is not None and not 0 < args.scale <= LARGEST_SCALE:
            raise CallError(f"--scale must be above 0 and at most {LARGEST_SCALE:g}, not {args.scale:g}.")
        return type(exporter)(options, args.scale)
    if options != Options() or args.scale is not None:
        raise CallError(
            f"{exporter.title} is not a drawing: --figure, --dark, --scale and the like are for those only."
        )
    return exporter
