"""How a run computes: numbers, code and memory format, decided once when it begins and the same when it is resumed.

What the settings leave open ("auto") follows from network, device and ``training.gpu`` alone, never from a clock.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import torch

from engine.training.plan import TrainingPlan
from engine.training.runs.run_info import RunInfo
from engine.training.steps.graphs import hindrance
from engine.training.steps.memory_format import faster_with_channels_last


def decided(plan: TrainingPlan, device: torch.device) -> TrainingPlan:
    """The plan of a new run on a device: no setting of how it computes is "auto" any more. What is set counts."""
    config, gpu = plan.training, device.type == "cuda"
    fast = gpu and config.gpu == "fast"
    last = (fast or not gpu) and config.channels_last == "auto" and faster_with_channels_last(plan, device)
    choices: dict[str, Any] = {
        "precision": "bfloat16" if fast and computes_bfloat16(device) else "float32",
        "compile": False,
        "channels_last": last,
    }
    made = _with(plan, {name: value for name, value in choices.items() if getattr(config, name) == "auto"})
    replays = fast and config.compile == "auto" and not hindrance(made.training)
    return _with(made, {"compile": "graphs"}) if replays else made


def of_run(info: RunInfo, plan: TrainingPlan) -> TrainingPlan:
    """The plan of a run that was begun, with what was decided then; runs of former versions knew no "auto"."""
    plan = replace(plan, own_units=info.own_units)
    config = plan.training
    known = {"gpu": info.gpu, "precision": info.precision}
    choices: dict[str, Any] = {name: value for name, value in known.items() if value}
    if info.compile is not None:
        choices["compile"] = info.compile
    if info.channels_last is not None:
        choices["channels_last"] = info.channels_last
    former = {"precision": "float32", "compile": False, "channels_last": False}
    return _with(plan, {name: value for name, value in former.items() if getattr(config, name) == "auto"} | choices)


def facts(plan: TrainingPlan, device: torch.device) -> dict[str, Any]:
    """What `of_run` needs to know later, as entries of `RunInfo`."""
    config, gpu = plan.training, device.type == "cuda"
    return {
        "gpu": config.gpu if gpu else "",
        "gpu_name": torch.cuda.get_device_name(device) if gpu else "",
        "precision": config.precision,
        "compile": config.compile,
        "channels_last": config.channels_last,
        **({"own_units": True} if plan.standardised_targets else {}),
    }


def computes_bfloat16(device: torch.device) -> bool:
    """Whether a CUDA device computes with bfloat16 itself and does not only imitate it."""
    return bool(torch.version.hip) or torch.cuda.get_device_capability(device) >= (8, 0)


def _with(plan: TrainingPlan, settings: dict[str, Any]) -> TrainingPlan:
    return replace(plan, training=plan.training.model_copy(update=settings))
