"""A folder as the Hugging Face hub has them: weights, configuration, model card, class. Nothing is sent anywhere."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal

from engine.exports.exporter import Checked, Exporter
from engine.exports.subject import Subject
from engine.files import read_bytes
from engine.training.runs.run_info import computing_text

if TYPE_CHECKING:
    from engine.inside.evaluation.scores import Scores
    from engine.spec import Spec

LARGEST: Final = 2**24
PIPELINES: Final[Mapping[tuple[str, str], str]] = {
    ("image", "classification"): "image-classification",
    ("image", "segmentation"): "image-segmentation",
    ("table", "classification"): "tabular-classification",
    ("table", "regression"): "tabular-regression",
}
"""What the hub calls a kind of data with a task."""
LOADER: Final = '''

def from_pretrained(folder="."):
    """The network with its weights, in evaluation mode."""
    from pathlib import Path

    from safetensors.torch import load_file

    model = {class_name}()
    model.load_state_dict(load_file(Path(folder) / "model.safetensors"))
    return model.eval()
'''
CARD: Final = """---
library_name: pytorch
license: unknown
tags:
- layerloom
{metadata}---

# {name}

{what} It has {parameters:,} parameters and was drawn and trained with Layerloom.

```python
from modeling import from_pretrained

model = from_pretrained(".")
```

## Data

{data}

## Preparation

What was done to the samples before they reached the network, and has to be done to others:

{preparation}

## Training

{training}

## Scores

{scores}

## Licence

No licence has been chosen for these weights yet: whoever publishes them has to choose one and write it here and at the
top of this card, with regard to the licence of the data.{data_licence}
"""


class HubFolder(Exporter):
    """model.safetensors, config.json, modeling.py, and README.md with what was measured."""

    name: ClassVar[str] = "hub"
    title: ClassVar[str] = "Hugging Face folder"
    summary: ClassVar[str] = "weights, config.json, the class and a model card, to be put on the hub"
    kind: ClassVar[Literal["file", "folder"]] = "folder"
    needs: ClassVar[Literal["network", "run"]] = "run"

    def write(self, subject: Subject, beside: Path) -> None:
        from engine.training.runs.tensors import independent, write_safetensors

        with (beside / "model.safetensors").open("wb") as file:
            write_safetensors(file, independent(subject.module.state_dict()), {"format": "pt"})
        code = subject.source.text.rstrip() + "\n" + LOADER.format(class_name=subject.source.class_name)
        texts = {"modeling.py": code, "config.json": json.dumps(config_of(subject), indent=1) + "\n"}
        texts["README.md"] = card(subject)
        for name, text in texts.items():
            with (beside / name).open("wb") as file:
                file.write(text.encode())

    def check(self, subject: Subject, beside: Path) -> Checked:
        from engine.exports.comparing import compared, samples_of
        from engine.exports.loading import module_of
        from engine.exports.subject import answers_of

        json.loads(read_bytes(beside / "config.json", LARGEST))
        model = module_of(beside / "modeling.py").from_pretrained(beside)
        samples = samples_of(subject)
        note = "The card says that no licence has been chosen yet: choose one before you publish the folder."
        return compared(subject, answers_of(model, samples), samples, tolerance=0.0, notes=(note,))


def config_of(subject: Subject) -> dict[str, Any]:
    """What ``config.json`` holds: the class, inputs and outputs with their shapes, the preparation as numbers."""
    trained = subject.trained
    outputs = {head.name: list(trained.data.fields[head.field].names) for head in trained.network.heads}
    shapes = {"inputs": _shapes(subject.inputs), "outputs": _shapes(subject.outputs)}
    steps = [
        {**one.transform.model_dump(mode="json"), **{key: list(getattr(one, key)) for key in ("mean", "std", "fill")}}
        for one in trained.data.fitted
    ]
    return {
        "architectures": [subject.source.class_name],
        "torch_dtype": "float32",
        **shapes,
        "classes": outputs,
        "preparation": [{key: value for key, value in step.items() if value != []} for step in steps],
    }


def _shapes(specs: Mapping[str, Spec]) -> dict[str, Any]:
    """Name → shape, open sizes by their letters, and type."""
    return {
        name: {"shape": [size if isinstance(size, int) else str(size) for size in spec.shape], "dtype": spec.dtype}
        for name, spec in specs.items()
    }


def card(subject: Subject) -> str:
    """The model card."""
    from engine.data.origin import declared
    from engine.data.splitting import PARTS
    from engine.exports.words import data_words, preparation
    from engine.inside.evaluation.scores import scores
    from engine.source.names import one_line

    trained = subject.trained
    dataset, own = declared(trained.config), trained.config.source is not None
    data = trained.data
    counted = {"training": data.train, "validation": data.validation, "the test": data.test}
    parts = ", ".join(f"{len(part):,} for {word}" for word, part in counted.items())
    about = "" if own else f"\n\n{one_line(dataset.description, 400)} Source: {one_line(dataset.source, 400)}."
    judged = next((name for name in PARTS[:0:-1] if len(data.part(name))), None)
    measured = None if judged is None else scores(trained, data.part(judged))
    licence = "" if own or not dataset.licence else f" The data: {one_line(dataset.licence, 200)}."
    return CARD.format(
        metadata=_metadata(subject, measured),
        name=one_line(subject.name),
        what=f"A network for {dataset.task}.",
        parameters=sum(one.numel() for one in subject.module.parameters()),
        data=f"{data_words(trained.config)}: {parts} samples.{about}",
        preparation="\n".join(f"- {line}" for line in preparation(subject)) or "- nothing",
        training=_training(subject),
        scores="There are no samples apart from those it has learned from, so nothing was measured."
        if measured is None
        else _table(measured, str(judged)),
        data_licence=licence,
    )


def _metadata(subject: Subject, measured: Scores | None) -> str:
    """The tags of the hub that are known: the task of images and tables."""
    from engine.data.origin import declared

    dataset = declared(subject.trained.config)
    found = PIPELINES.get((dataset.kind, dataset.task))
    metrics = [] if measured is None else sorted(name for name in measured.metrics if name in ("accuracy", "f1", "mae"))
    lines = [f"pipeline_tag: {found}\n"] if found else []
    return "".join([*lines, *(["metrics:\n", *(f"- {name}\n" for name in metrics)] if metrics else [])])


def _training(subject: Subject) -> str:
    config, info = subject.trained.plan.training, subject.info
    options = ", ".join(f"{key} {value}" for key, value in config.optimizer.model_dump(exclude={"name"}).items())
    lines = [
        f"- {info.epochs} epochs, {info.steps:,} steps of {subject.trained.size():,} samples, seed {config.seed}",
        f"- optimizer {config.optimizer.name} ({options})",
        f"- schedule {config.schedule.name}{f', {config.warmup:g} epochs of warm-up' if config.warmup else ''}",
        f"- PyTorch {info.environment.get('torch', '')}, {computing_text(info)}",
    ]
    return "\n".join(lines)


def _table(measured: Scores, part: str) -> str:
    """Metrics with their intervals as a table of Markdown."""
    rows = ["| metric | value | 95 % interval |", "|---|---|---|"]
    for name, one in measured.metrics.items():
        known = math.isfinite(one.low) and math.isfinite(one.high)
        rows.append(f"| {name} | {one.value:.4g} | {f'{one.low:.4g} to {one.high:.4g}' if known else '–'} |")
    said = f"On the {measured.samples:,} samples of the {part} part; intervals by drawing samples again (bootstrap)."
    return "\n".join([said, "", *rows])
