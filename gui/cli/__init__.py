"""The command line: one file a command. Answers go to standard output, progress and warnings to standard error."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from engine.home import shown, state
from engine.logs.log_files import FOLDER, logging_to_files
from gui.cli import (
    check,
    compare,
    data,
    devices,
    diff,
    evaluate,
    export,
    generate,
    info,
    layers,
    new,
    open_window,
    predict,
    presets_list,
    report,
    rm,
    runs,
    source,
    train,
    weights,
)
from gui.cli.output import lasting_output
from gui.unexpected import hooks
from gui.unexpected.recorder import Recorder, record

COMMANDS = (
    open_window,
    presets_list,
    layers,
    data,
    new,
    check,
    info,
    source,
    train,
    devices,
    evaluate,
    predict,
    generate,
    report,
    weights,
    export,
    runs,
    compare,
    diff,
    rm,
)
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
        args = _parser().parse_args(arguments)
        code = _run(args, debug)
        output.flush()
        if output.answer_lost is not None and args.run is not train.run:
            print(f"layerloom: the answer cannot be written: {output.answer_lost.strerror}.", file=sys.stderr)
            return WRONG
        return code


def _run(args: argparse.Namespace, debug: bool) -> int:
    log.debug("layerloom %s", args.run.__module__.rpartition(".")[2])
    try:
        code: int = args.run(args)
        return code
    except train.StoppedBySignal as stopped:
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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="layerloom",
        description="Draw neural networks, see every shape, train live, leave with plain PyTorch.",
        epilog="WHAT is a preset (lenet-5), a preset with options (mlp:classes=3,input=4) or a project file "
        "(work.loom). Without a command the window opens. --debug shows a traceback where something goes wrong, "
        f"--verbose more of what is done; the log is in {shown(state() / FOLDER)}.",
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add(commands)
    return parser
