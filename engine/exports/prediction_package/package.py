"""The prediction package: a folder, or a .zip of it, that needs no Layerloom."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from types import ModuleType
from typing import ClassVar, Final, Literal

from engine.exports.exporter import SAMPLES, Checked, Exporter, ExportError
from engine.exports.subject import Subject
from engine.files import open_to_read, read_bytes

LARGEST: Final = 2**24
README: Final = """# {name}

`python predict.py PATH ...` prints what the network answers to {what}; `--json` all of it, `-o answers.csv` a table.

- predict.py, model.py: the code; it needs {needs}
- weights.pt: the weights (a state dict of PyTorch, read with `weights_only=True`)
- preparation.json: how files are read and prepared, as at training

Trained on {data} with Layerloom.
"""


def files_of(subject: Subject) -> dict[str, bytes]:
    """Name → content of all files of the package."""
    import torch

    from engine.exports.prediction_package.code import NEEDS, predict_py
    from engine.exports.prediction_package.preparation import preparation_of
    from engine.exports.words import data_words
    from engine.source.names import one_line
    from engine.training.runs.tensors import independent

    settings = preparation_of(subject)
    with io.BytesIO() as memory:
        torch.save(independent(subject.module.state_dict()), memory)
        weights = memory.getvalue()
    kind = settings["read"]["kind"]
    what = {
        "text": "texts",
        "images": "images and folders of images",
        "clips": "clips, folders of frames",
        "arrays": "the samples in .npy and .npz files",
    }
    readme = README.format(
        name=one_line(subject.name),
        what=what.get(kind, "the rows of tables"),
        needs=NEEDS[kind],
        data=data_words(subject.trained.config),
    )
    return {
        "README.md": readme.encode(),
        "predict.py": predict_py(settings, subject.trained.network.heads).encode(),
        "model.py": subject.source.text.encode(),
        "preparation.json": (json.dumps(settings, indent=1, ensure_ascii=False) + "\n").encode(),
        "weights.pt": weights,
    }


def compared_package(subject: Subject, files: dict[str, bytes]) -> Checked:
    """What the code of a package makes of raw samples of the run, and answers to them, against the network."""
    import numpy as np
    import torch

    from engine.exports.comparing import compared, difference

    trained = subject.trained
    settings = json.loads(files["preparation.json"])
    model = _module("model", files["model.py"], {})
    predict = _module("predict", files["predict.py"], {"model": model, "settings": files["preparation.json"]})
    ours = inputs = subject.samples(SAMPLES)
    if subject.judged is not None:
        indices, raw = subject.judged.indices[:SAMPLES], trained.data.raw
        inputs = tuple(predict.prepared(np.asarray(raw[one["field"]][indices]), one) for one in settings["inputs"])
    if (apart := difference(ours, inputs)) > 0.0:
        raise ExportError(f"The package prepares samples in another way than the run: they differ by {apart:.2g}.")
    network = getattr(model, settings["class"])()
    with io.BytesIO(files["weights.pt"]) as memory:
        network.load_state_dict(torch.load(memory, weights_only=True))
    from engine.exports.subject import answers_of

    return compared(subject, answers_of(network.eval(), inputs), ours, tolerance=0.0)


def _module(name: str, text: bytes, known: dict[str, object]) -> ModuleType:
    """The code of the package as a module of its own; it finds the others where it would in its folder."""
    import sys

    made = ModuleType(name)
    made.__file__ = f"/{name}.py"
    code = text.decode()
    if "settings" in known:
        settings = known["settings"]
        assert isinstance(settings, bytes)
        code = code.replace('(HERE / "preparation.json").read_text(encoding="utf-8")', f"{settings.decode()!r}")
    before = sys.modules.get("model")
    if "model" in known:
        sys.modules["model"] = known["model"]  # type: ignore[assignment]
    try:
        exec(compile(code, f"<{name}.py>", "exec"), made.__dict__)
    finally:
        if before is not None:
            sys.modules["model"] = before
        else:
            sys.modules.pop("model", None)
    return made


class PackageFolder(Exporter):
    """The package as a folder."""

    name: ClassVar[str] = "package"
    title: ClassVar[str] = "Prediction package (folder)"
    summary: ClassVar[str] = "a script, predict.py, with weights and preparation: answers without Layerloom"
    kind: ClassVar[Literal["file", "folder"]] = "folder"
    needs = "run"

    def write(self, subject: Subject, beside: Path) -> None:
        for name, content in files_of(subject).items():
            with (beside / name).open("wb") as file:
                file.write(content)

    def check(self, subject: Subject, beside: Path) -> Checked:
        return compared_package(subject, {one.name: read_bytes(one, one.stat().st_size) for one in beside.iterdir()})


class PackageArchive(PackageFolder):
    """The same folder in one file."""

    name = "zip"
    title = "Prediction package (.zip)"
    suffixes = (".zip",)
    kind = "file"

    def write(self, subject: Subject, beside: Path) -> None:
        with beside.open("wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files_of(subject).items():
                archive.writestr(zipfile.ZipInfo(f"{beside.stem}/{name}"), content, zipfile.ZIP_DEFLATED)

    def check(self, subject: Subject, beside: Path) -> Checked:
        with open_to_read(beside) as file, zipfile.ZipFile(file) as archive:
            found = {name.rpartition("/")[2]: archive.read(name) for name in archive.namelist()}
        return compared_package(subject, found)
