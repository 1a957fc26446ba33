"""The command line: one file a command. Answers go to standard output, progress and warnings to standard error."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from engine.home import shown, state
from engine.logs.log_files import FOLDER, logging_to_files
from gui.cli.output import lasting_output
from gui.signals import StoppedBySignal
from gui.unexpected import hooks
from gui.unexpected.recorder import Recorder, record

COMMANDS: Final = {
    "open": "open_window",
    "presets": "presets_list",
    "layers": "layers",
    "data": "data",
    "new": "new",
    "check": "check",
    "info": "info",
    "source": "source",
    "train": "train",
    "devices": "devices",
    "evaluate": "evaluate",
    "predict": "predict",
    "generate": "generate",
    "report": "report",
    "weights": "weights",
    "export": "export",
    "runs": "runs",
    "compare": "compare",
    "diff": "diff",
    "rm": "rm",
}
"""The module of each command, here in this package."""
DONE, NO, WRONG, INTERRUPTED = 0, 1, 2, 130
log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code: 0 done, 1 the answer is "no", 2 call or file is wrong, and those of signals.

    These are 130 for Ctrl-C, 143 for SIGTERM and 129 for SIGHUP.
    """
    arguments = list(sys.argv[1:] if argv is None else argv)
    debug, verbose = "--debug" in arguments, "--verbose" in arguments
    arguments = [argument for argument in arguments if argument not in ("--debug", "--verbose")]
    if not arguments or (len(arguments) == 1 and arguments[0].endswith(".loom")):
        arguments = ["open", *arguments]
    with (
        lasting_output() as output,
        logging_to_files(verbose=verbose, debug=debug),
        hooks.listening(Recorder().take),
    ):
        args = _parser(arguments[0]).parse_args(arguments)
        code = _run(args, debug)
        output.flush()
        if output.answer_lost is not None and _module(args) != COMMANDS["train"]:
            print(f"layerloom: the answer cannot be written: {output.answer_lost.strerror}.", file=sys.stderr)
            return WRONG
        return code


def _run(args: argparse.Namespace, debug: bool) -> int:
    log.debug("layerloom %s", _module(args))
    try:
        code: int = args.run(args)
        return code
    except StoppedBySignal as stopped:
        return stopped.code
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:
        unexpected = record(error)
        if debug:
            raise
        if unexpected:
            error = RuntimeError(f"something unexpected went wrong: {error!r}. --debug shows where.")
        print(f"layerloom: {error}", file=sys.stderr)
        return WRONG


def _module(args: argparse.Namespace) -> str:
    """The module of the command that is called."""
    name: str = args.run.__module__.rpartition(".")[2]
    return name


def _parser(called: str) -> argparse.ArgumentParser:
    """What understands a call: of one command alone if that is known, for all together import most of the program."""
    parser = argparse.ArgumentParser(
        prog="layerloom",
        description="Draw neural networks, see every shape, train live, leave with plain PyTorch.",
        epilog="WHAT is a preset (lenet-5), a preset with options (mlp:classes=3,input=4) or a project file "
        "(work.loom). Without a command the window opens. --debug shows a traceback where something goes wrong, "
        f"--verbose more of what is done; the log is in {shown(state() / FOLDER)}.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in [COMMANDS[called]] if called in COMMANDS else COMMANDS.values():
        import_module(f"gui.cli.{module}").add(commands)
    return parser
