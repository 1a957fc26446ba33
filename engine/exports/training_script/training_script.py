"""``train.py``: the training of a run as a script that stands alone, with the prepared data beside it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import ClassVar, Final

from engine import own_files
from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.loading import module_of
from engine.exports.subject import Subject
from engine.files import read_bytes
from engine.training.runs.folder import METRICS

STEPS: Final = 64
"""Steps that are taken again before the script is called done."""
LARGEST: Final = 2 * 2**30
"""The most bytes of prepared data that are put beside a script."""
FAR: Final = 1e-3
"""How far, relatively, losses may be that differ by other versions and processors alone."""


class TrainingScript(Exporter):
    """The data are those that the network has seen: split and prepared, as arrays of NumPy.

    So the script is exact for every kind of data, and has no code to read files of the user's that it would not use.
    """

    name: ClassVar[str] = "train"
    title: ClassVar[str] = "Training script (train.py)"
    summary: ClassVar[str] = "a script that gives the same losses, with its data beside it; needs no Layerloom"
    suffixes: ClassVar[tuple[str, ...]] = ("train.py", "_train.py")
    needs = "run"

    def companions(self, target: Path) -> tuple[Path, ...]:
        return (data_file(target),)

    def write(self, subject: Subject, beside: Path) -> None:
        import numpy as np

        from engine.exports.training_script.script import Script
        from engine.exports.training_script.start import start_weights

        arrays = {**_arrays(subject), **start_weights(subject)}
        with data_file(beside).open("wb") as file:
            np.savez(file, **arrays)  # type: ignore[arg-type]
        with beside.open("wb") as file:
            file.write(Script(subject, data_file(beside).name).text().encode())

    def check(self, subject: Subject, beside: Path) -> Checked:
        """Take the first steps with the script and compare their losses with those in the folder of the run."""
        from engine.exports.training_script.script import Script
        from engine.training.steps.device import settled

        notes, known = Script(subject, "").notes, _losses(subject, STEPS)
        if not known:
            return Checked(notes=("The run has taken no step yet, so there is nothing to compare.",))
        log = beside.with_name("losses.jsonl")
        with settled(subject.info.threads or 1), redirect_stdout(StringIO()):
            try:
                module_of(beside).main(["--max-steps", str(len(known)), "--log", str(log)])
            except SystemExit as error:  # as a script that stands alone ends
                raise ExportError(
                    f"The training script stops as this run did: {error} Train again with a smaller learning rate, "
                    "then export that run."
                ) from error
        found = _rows(log)
        log.unlink()
        largest = max(abs(found.get(step, float("inf")) - loss) for step, loss in known.items())
        scale = max(1.0, *map(abs, known.values()))
        if notes or subject.opened_with:
            return Checked(len(known), largest, "steps", notes)
        if not largest <= FAR * scale:
            raise ExportError(
                f"The script does not give the losses of the run: in its first {len(known)} steps they differ by up to "
                f"{largest:.2g}. Nothing is left of it."
            )
        if largest:
            notes = (
                f"Losses differ from those of the run by up to {largest:.2g}: it was trained with another version of "
                "PyTorch, or on another kind of processor.",
            )
        return Checked(len(known), largest, "steps", notes)


def data_file(script: Path) -> Path:
    """The file with the data of a script."""
    return script.with_name(f"{script.stem}_data.npz")


def _arrays(subject: Subject) -> Mapping[str, object]:
    """``PART/FIELD`` → samples. Raises ExportError where they are too large."""
    trained = subject.trained
    if not len(trained.data.train):
        raise ExportError("The data of this run are gone, and a training script needs them: put them back.")
    parts = {"train": trained.data.train, "validation": trained.data.validation, "test": trained.data.test}
    size = sum(
        view.nbytes for part in parts.values() for name, view in part.views.items() if name in trained.network.fields
    )
    size += sum(
        tensor.nbytes
        for part in parts.values()
        for name, tensor in part.tensors.items()
        if name in trained.network.fields
    )
    if size > LARGEST:
        raise ExportError(
            f"The prepared data take {size / 2**30:.1f} GB, and at most {LARGEST >> 30} GB are put beside a script: "
            "export the model class and the weights instead."
        )
    found: dict[str, object] = {}
    for part_name, part in parts.items():
        found[f"{part_name}/index"] = part.indices.astype("int64")
        for name in trained.network.fields:
            found[f"{part_name}/{name}"] = (
                part.tensors[name].cpu().numpy() if name in part.tensors else part.views[name][:]
            )
    return found


def _losses(subject: Subject, most: int) -> dict[int, float]:
    """Step → loss of the first steps of the run."""
    assert subject.run is not None
    found = dict[int, float]()
    with own_files.open_to_read(subject.run, METRICS) as file:
        for line in file:
            row = json.loads(line)
            if row["split"] == "train":
                found[row["step"]] = float(row["loss"])
            if len(found) == most:
                break
    return found


def _rows(log: Path) -> dict[int, float]:
    rows = [json.loads(line) for line in read_bytes(log, 2**24).splitlines()]
    return {row["step"]: row["loss"] for row in rows if row["split"] == "train"}
