"""``layerloom devices``: what trainings can compute on here, and why a GPU cannot be used."""

from __future__ import annotations

import argparse
import sys

from gui.cli.common import Commands, add_json, print_json, print_table


def add(commands: Commands) -> None:
    parser = commands.add_parser("devices", help="list what trainings can compute on, and why a GPU cannot be used")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from engine.training.steps.threads import prepare_environment

    prepare_environment()
    import torch

    from engine.system import nvidia
    from engine.training.steps.cuda_faults import no_cuda
    from engine.training.steps.device_list import DeviceFacts, find_gpus

    found = [*find_gpus(), *([DeviceFacts("mps")] if torch.backends.mps.is_available() else []), DeviceFacts("cpu")]
    rows = [
        {
            "name": one.name,
            "title": one.title or None,
            "memory": one.total,
            "free": one.free,
            "default": one is found[0],
        }
        for one in found
    ]
    if args.json:
        print_json(rows)
    else:
        head = ["DEVICE", "NAME", "MEMORY", "FREE"]
        print_table(head, [[one.name, one.title, _gib(one.total), _gib(one.free)] for one in found])
    fault = "" if torch.cuda.is_available() else no_cuda().why
    if fault and nvidia.has_driver():
        print(f"layerloom: {fault}", file=sys.stderr)
    if torch.cuda.is_available() and not nvidia.has_package():
        print(f"layerloom: {CURVES}", file=sys.stderr)
    return 0


CURVES = (
    "Utilisation, memory and temperature of the GPU are recorded once nvidia-ml-py is there: "
    "`pip install nvidia-ml-py` (or the extra layerloom[gpu])."
)


def _gib(size: int | None) -> str:
    return "" if size is None else f"{size / 2**30:.0f} GB"
