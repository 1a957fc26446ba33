"""What ``run.json`` says of a run, and the runs there are."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError

from engine import own_files
from engine.errors import NOTHING, About, first_fault
from engine.home import home
from engine.settings.training import MOST_THREADS
from engine.training.findings import Diagnosis
from engine.training.history import LiveChange
from engine.training.runs.folder import (
    FACTS,
    FOLDS,
    LARGEST_FACTS,
    RunError,
)
from engine.training.runs.origin import HEX_ID, HEX_ORIGIN

DIAGNOSES: Final = TypeAdapter(tuple[Diagnosis, ...])
"""They are read from JSON, where a tuple is a list."""
CHANGES: Final = TypeAdapter(tuple[LiveChange, ...])
Changes = Annotated[tuple[LiveChange, ...], BeforeValidator(CHANGES.validate_python)]
DEVICE: Final = r"^((cpu|cuda|mps)(:\d{1,4})?)?$"
"""What torch calls the devices that `training.device` can name."""

PROMISES: Final = {
    "fast": "A resume restores the whole state, but not the last bits: set training.gpu to 'exact' for those.",
    "exact": "A resume continues with the same bits.",
}
"""What ``training.gpu`` means for a run that is resumed."""

Values = dict[str, float | Annotated[str, Field(pattern=r"^(NaN|-?Infinity)$")]]
"""Numbers by the name of their metric; JSON has no word for those that are not finite."""
Count = Annotated[int, Field(ge=0, le=2**53)]
"""What other programs read as an integer as well."""


class RunInfo(BaseModel):
    """What ``run.json`` says; ``path`` is the folder, ``seconds`` the time of training without pauses."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    path: Path
    network: str
    state: Literal["running", "finished", "stopped", "failed"]
    message: str = ""
    remark: str | None = None
    about: Annotated[About, BeforeValidator(TypeAdapter(About).validate_python)] = NOTHING
    """See `engine.training.status.Result`; runs of former versions do not say these."""
    started: str
    epochs: Count = 0
    steps: Count = 0
    seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0.0
    device: Annotated[str, Field(pattern=DEVICE)] = ""
    threads: Annotated[int, Field(ge=0, le=MOST_THREADS)] = 0
    channels_last: bool | None = None
    """How images lie in memory; runs of former versions do not say, then it is as set, or they lie as usual."""
    gpu: Literal["", "fast", "exact"] = ""
    """How it computes on a CUDA GPU, and ``gpu_name`` is what that is called; nothing elsewhere."""
    gpu_name: str = ""
    precision: Literal["", "float32", "bfloat16", "float16"] = ""
    """The numbers most layers compute with; runs of former versions do not say, then they are as set."""
    compile: bool | Literal["graphs"] | None = None
    """How its steps are made faster; runs of former versions do not say, then it is as set."""
    gpu_use: Values = {}
    """How that was used, where it says so: see `engine.training.runs.gpu_use`."""
    own_units: bool = False
    """Whether metrics of standardised numbers are in the units of the data; runs of former versions do not say."""
    train: Values = {}
    """The means over its last epoch."""
    validation: Values = {}
    test: Values = {}
    settings: dict[str, Any] = {}
    environment: dict[str, str] = {}
    data: str = ""
    """The fingerprint of the samples it was begun with."""
    diagnoses: Annotated[tuple[Diagnosis, ...], BeforeValidator(DIAGNOSES.validate_python)] = ()
    """What went wrong."""
    changes: Changes = ()
    """The settings that were changed while it ran; runs of former versions do not say these."""
    replay: Changes = ()
    """What was changed while it ran before it was lengthened: steps that are taken again are the same."""
    inherited: bool = False
    """Whether it began with the weights of another run; runs of former versions do not say."""
    modules: dict[str, str] = {}
    """Node id → path of its module in the weights."""
    best: Values = {}
    """The best value of each metric of the validation part."""
    name: str = ""
    note: str = ""
    tags: list[str] = []
    """What the user says about the run: see `engine.training.runs.catalogue.describe`."""
    notes: list[str] = []
    """How it began or continued, where that was not as usual: whole sentences."""
    id: Annotated[str, Field(pattern=HEX_ID)] = ""
    origin: Annotated[str, Field(pattern=HEX_ORIGIN)] = ""
    """Which installation wrote it, for that one alone to know: see `engine.training.runs.origin`."""


def computing_text(info: RunInfo) -> str:
    """Where and how a run computes: ``cpu, 2 threads`` or ``NVIDIA H200 (cuda:1) · fast: bfloat16, channels last``."""
    if not info.gpu:
        return (
            f"{info.device}, {info.threads} thread{'' if info.threads == 1 else 's'}" if _on_cpu(info) else info.device
        )
    name = f"{info.gpu_name} ({info.device})" if info.gpu_name and info.device != "cuda" else info.gpu_name
    choices: list[str] = [info.precision or "float32"]
    choices += ["channels last"] if info.channels_last else []
    choices += ["CUDA graphs"] if info.compile == "graphs" else ["torch.compile"] if info.compile else []
    return f"{name or info.device} · {info.gpu}: {', '.join(choices)}"


def promise(info: RunInfo) -> str:
    """What a resume of a run on a CUDA GPU gives back, in a sentence; nothing elsewhere."""
    return PROMISES.get(info.gpu, "")


def _on_cpu(info: RunInfo) -> bool:
    return info.device == "cpu" and info.threads > 0


def scan(root: Path | None = None) -> tuple[list[RunInfo], dict[Path, str]]:
    """The runs under ``root`` (None: Layerloom's home), newest first, and why each broken one is left out.

    Raises RunError where the folder itself cannot be read.
    """
    root = root or home() / "runs"
    try:
        paths = sorted(path for path in root.iterdir() if path.is_dir()) if root.is_dir() else []
        paths = [run for path in paths for run in ([path] if own_files.is_file(path, FACTS) else nested(path))]
    except OSError as error:
        raise RunError(f"{root} cannot be read: {error.strerror or error}.") from error
    found, broken = [], {}
    for path in paths:
        try:
            found.append(read(path))
        except RunError as error:
            broken[path] = str(error)
    return sorted(found, key=lambda info: (info.started, info.path.name), reverse=True), broken


def runs(root: Path | None = None) -> list[RunInfo]:
    """The runs under ``root`` that can be read, newest first; `scan` also says what is wrong with the others."""
    return scan(root)[0]


def nested(path: Path) -> list[Path]:
    """The runs in a folder of several, as a cross-validation is; the folder itself where it is none."""
    if not own_files.is_file(path, FOLDS):
        return [path]
    return sorted(run for run in path.glob("fold-*") if own_files.is_file(path, f"{run.name}/{FACTS}"))


def read(path: Path) -> RunInfo:
    """The run in a folder. Raises RunError."""
    try:
        content = json.loads(own_files.read_bytes(path, FACTS, LARGEST_FACTS))
        return RunInfo.model_validate({**content, "path": path})
    except OSError as error:
        raise RunError(f"{path} is not a run: {FACTS} cannot be read ({error.strerror}).") from error
    except ValidationError as error:
        location, reason = first_fault(error)
        raise RunError(f"{path / FACTS} is damaged: {location}: {reason}.") from error
    except (ValueError, TypeError, RecursionError) as error:
        raise RunError(f"{path / FACTS} is damaged: {error}.") from error


def environment() -> dict[str, str]:
    """Versions that a run depends on."""
    import numpy
    import torch

    return {
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": numpy.__version__,
        "platform": platform.platform(),
    }
