"""All formats of export, by name and by the ending of a file name."""

from __future__ import annotations

from pathlib import Path

from engine.exports.exporter import Exporter, ExportError
from engine.exports.graph_files import Dot, GraphML
from engine.exports.hub_folder import HubFolder
from engine.exports.int8_file import Int8File
from engine.exports.model_class import ModelClass
from engine.exports.onnx_file import OnnxFile
from engine.exports.prediction_package.package import PackageArchive, PackageFolder
from engine.exports.published_weights import PublishedWeights
from engine.exports.safetensors_file import SafetensorsFile
from engine.exports.torch_export import TorchExport
from engine.exports.training_script.training_script import TrainingScript
from engine.nearest import hint

_EXPORTERS: dict[str, Exporter] = {}


def add(*exporters: Exporter) -> None:
    """Make formats known; one of the same name is replaced."""
    _EXPORTERS.update({one.name: one for one in exporters})


def every() -> tuple[Exporter, ...]:
    """All formats, in the order in which they are offered."""
    return tuple(_EXPORTERS.values())


def named(name: str) -> Exporter:
    """The format of this name. Raises ExportError with a likely one."""
    if name in _EXPORTERS:
        return _EXPORTERS[name]
    raise ExportError(f"There is no format {name[:100]!r}; {hint(name, _EXPORTERS)}")


def meant(target: Path) -> Exporter:
    """The format that a file name stands for: the longest of all endings that fit. Raises ExportError."""
    name = target.name.lower()
    found = [(len(ending), one) for one in every() for ending in one.suffixes if _ends(name, ending)]
    if found:
        return max(found, key=lambda pair: pair[0])[1]
    known = sorted({ending for one in every() for ending in one.suffixes if ending.startswith(".")})
    raise ExportError(
        f"{target.name!r} does not say which format is meant: end the name with one of {', '.join(known)}, or give "
        f"--as NAME, which is one of {', '.join(_EXPORTERS)}."
    )


def _ends(name: str, ending: str) -> bool:
    return name == ending if ending[0] not in "._" else name.endswith(ending) and name != ending


add(
    SafetensorsFile(),
    PublishedWeights(),
    ModelClass(),
    TrainingScript(),
    PackageFolder(),
    PackageArchive(),
    OnnxFile(),
    Int8File(),
    TorchExport(),
    HubFolder(),
    GraphML(),
    Dot(),
)
