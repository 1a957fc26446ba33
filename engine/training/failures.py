"""What went wrong in a run, in one sentence for a person."""

from __future__ import annotations

import traceback

from engine.settings.optimizers import FAR, smaller_rate, usual_rate
from engine.training.plan import Plan
from engine.training.recorder import Diverged
from engine.training.runs.folder import RunError
from engine.training.status import TrainingError
from engine.training.steps.device import is_out_of_memory

HINTS = {"more than 1 value per channel": " Switch data.drop_last on, or choose another data.batch_size."}
"""What to try, for messages of torch that users meet."""


def explain(error: BaseException, plan: Plan, step: int) -> str:
    """The sentence for an exception that came after ``step`` steps: what happened, where, and what to try."""
    if isinstance(error, Diverged):
        value = "not a number" if error.loss != error.loss else "infinite"
        began = f" It began with {error.where}." if error.where else ""
        return f"The {error.what} {error.step} is {value} (learning rate {error.lr:g}).{began} {remedy(error, plan)}"
    if isinstance(error, (RunError, TrainingError)):
        return str(error)
    where = f"Step {step + 1}" if step else "The first step"
    if is_out_of_memory(error):
        return (
            f"{where} needs more memory than there is: try a data.batch_size below "
            f"{plan.data.size(plan.samples)}, or smaller layers."
        )
    node = _guilty(error, plan)
    text = (str(error).strip().splitlines() or [""])[0][:300]
    hint = next((hint for words, hint in HINTS.items() if words in str(error)), "")
    return f"{where} failed{f' in {node}' if node else ''}: {type(error).__name__}: {text.rstrip('.')}.{hint}"


def remedy(error: Diverged, plan: Plan) -> str:
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
    done = {transform.field for transform in plan.data.transforms if transform.name == "standardise"}
    numbers = {name for name in plan.binding.inputs.values() if plan.fields[name].dtype == "float32"}
    if numbers - done:
        ways.append("to standardise the data on the Data page")
    return f"Try {', '.join(ways[:-1])}{', or ' if len(ways) > 1 else ''}{ways[-1]}."


def _guilty(error: BaseException, plan: Plan) -> str | None:
    """The node whose line of the source the exception went through, if any."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if frame.filename.startswith("<layerloom_") and frame.lineno in plan.source.lines:
            node = plan.graph.nodes.get(plan.source.lines[frame.lineno])
            return f"{node.name} ({node.type})" if node is not None else None
    return None
