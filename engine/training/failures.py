"""What went wrong in a run, in one sentence for a person."""

from __future__ import annotations

import traceback

import torch

from engine.data.pipeline import Prepared
from engine.errors import LayerloomError
from engine.foreign import batch_norm_of_one_value, is_out_of_memory, lacks_cublas_setting
from engine.graph import Node
from engine.settings.optimizers import FAR, smaller_rate, usual_rate
from engine.training.plan import TrainingPlan
from engine.training.recorder import Diverged
from engine.training.status import TrainingError
from engine.training.steps.device_memory import largest_batch, room_for_steps

LOSS = {"train": "loss of step", "validation": "validation loss after step"}


def explain(
    error: BaseException,
    plan: TrainingPlan,
    step: int,
    device: torch.device | None = None,
    data: Prepared | None = None,
) -> LayerloomError:
    """One of our errors for an exception that came after ``step`` steps: what happened, where, and what to try.

    With ``device`` and ``data`` it knows the largest batch that fits where memory ran out.
    """
    if isinstance(error, Diverged):
        value = "not a number" if error.loss != error.loss else "infinite"
        began = f" It began with {error.where}." if error.where else ""
        said = f"The {LOSS[error.part]} {error.step} is {value} (learning rate {error.lr:g}).{began}"
        return TrainingError(f"{said} {remedy(error, plan)}", about=error.about)
    if isinstance(error, LayerloomError):
        return error
    where = f"Step {step + 1}" if step else "The first step"
    if is_out_of_memory(error):
        room = None if device is None or data is None else room_for_steps(device, data)
        said = f"{where} needs more memory than there is: {_smaller(plan, room, device)}."
        return TrainingError(said, setting="data.batch_size", reason="out-of-memory")
    if lacks_cublas_setting(error):
        return TrainingError(
            "training.gpu is 'exact', which needs the variable CUBLAS_WORKSPACE_CONFIG to be ':4096:8' before the GPU "
            "computes for the first time, and it was not: set it, then start again, or set training.gpu to 'fast'.",
            setting="training.gpu",
            reason="not-repeatable",
        )
    node = _guilty(error, plan)
    within = "" if node is None else f" in {node.name} ({node.type})"
    text = (str(error).strip().splitlines() or [""])[0][:300]
    alone = batch_norm_of_one_value(error)
    hint = " Switch data.drop_last on, or choose another data.batch_size." if alone else ""
    return TrainingError(
        f"{where} failed{within}: {type(error).__name__}: {text.rstrip('.')}.{hint}",
        node=None if node is None else node.id,
        setting="data.drop_last" if alone else None,
    )


def _smaller(plan: TrainingPlan, room: int | None, device: torch.device | None) -> str:
    """What to try where batches need more memory than the ``room`` for them on a device."""
    size = plan.data.size(plan.samples)
    fits = None if room is None or device is None else largest_batch(plan, room, device)
    if fits == 0 or size == 1:
        return "not even one sample fits, so it takes smaller layers or samples"
    if fits is None or fits >= size:  # the estimate does not know what else was needed
        return f"try a data.batch_size below {size}, or smaller layers"
    return (
        f"of batches of {size:,} samples the largest that fits has about {fits:,}. Set data.batch_size to that or "
        "less, and begin a run with the weights of this one"
    )


def remedy(error: Diverged, plan: TrainingPlan) -> str:
    """What to try where numbers stop being numbers, of what is not done yet; a rate far too high comes first."""
    optimizer = plan.training.optimizer
    smaller, usual = smaller_rate(optimizer, error.lr), usual_rate(optimizer)
    if error.lr > FAR * usual:
        return (
            f"That rate is far above the {usual:g} that is usual for {optimizer.name}. Try a smaller learning rate "
            f"such as {smaller:g} first."
        )
    ways = [f"a smaller learning rate such as {smaller:g}"]
    if plan.training.clip_norm is None and plan.training.clip_value is None:
        ways.append("to limit the gradients (clip_norm)")
    if plan.raw_inputs:
        ways.append("to standardise the data on the Data page")
    return f"Try {', '.join(ways[:-1])}{', or ' if len(ways) > 1 else ''}{ways[-1]}."


def _guilty(error: BaseException, plan: TrainingPlan) -> Node | None:
    """The node whose line of the source the exception went through, if any."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith("<layerloom_") and frame.lineno in plan.source.lines:
            return plan.graph.nodes.get(plan.source.lines[frame.lineno])
    return None
