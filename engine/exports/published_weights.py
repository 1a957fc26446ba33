"""The weights as ``.safetensors``, by the names that those of the network were published with."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from engine import known_names
from engine.exports.exporter import Checked, Exporter, ExportError
from engine.exports.subject import Subject
from engine.known_names import KnownNames
from engine.weights.names import TRANSPOSED, published_name


class PublishedWeights(Exporter):
    """For networks that come from a preset with known names; what two layers share is stored under each name."""

    name: ClassVar[str] = "published-safetensors"
    title: ClassVar[str] = "Weights, published names (.safetensors)"
    summary: ClassVar[str] = "the weights alone, called as torchvision, timm or Hugging Face call them"
    suffixes: ClassVar[tuple[str, ...]] = (".published.safetensors",)

    def write(self, subject: Subject, beside: Path) -> None:
        from engine.training.runs.tensors import independent, write_safetensors

        state = subject.module.state_dict()
        known = names_of(subject.name)
        found = {}
        for name, tensor in state.items():
            theirs = published_name(name, known.rules)
            found[theirs.removesuffix(TRANSPOSED)] = tensor.T if theirs.endswith(TRANSPOSED) else tensor
        if len(found) < len(state):
            raise ExportError(f"{subject.name} has layers that {known.title} has not: their names would be the same.")
        with beside.open("wb") as file:
            write_safetensors(file, independent(found), {"format": "pt"})
        subject.notes = (f"The names are those of {known.title}.",)

    def check(self, subject: Subject, beside: Path) -> Checked:
        from engine.exports.comparing import compared, samples_of
        from engine.exports.subject import answers_of
        from engine.weights.loading import load

        module = load(subject.graph, beside).eval()
        samples = samples_of(subject)
        return compared(subject, answers_of(module, samples), samples, tolerance=0.0, notes=subject.notes)


def names_of(title: str) -> KnownNames:
    """The rules of the network of this title. Raises ExportError where none are known."""
    known = known_names.of_title(title)
    if known is None:
        raise ExportError(
            f"Nobody has published weights of {title} that Layerloom knows the names of: the network must be called as "
            "its preset is; or export .safetensors, with the names of the model class."
        )
    return known
