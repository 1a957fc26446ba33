"""What lies beside published weights and says how images are prepared for them, and what their classes are called.

Read are Hugging Face's ``config.json`` (id2label) and ``preprocessor_config.json`` (image_mean, image_std), timm's
``config.json`` (pretrained_cfg, label_names), and lists of classes, a line or an entry each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from engine.files import read_bytes
from engine.weights.failure import WeightsError

Numbers = tuple[float, ...]
LARGEST: Final = 2**24
LISTS: Final = ("classes", "labels", "categories", "class_names", "imagenet_classes", "imagenet_class_index")
"""What files with names of classes are called, with .txt or .json."""
OF_IMAGENET: Final = 1000
"""Classes."""
IMAGENET: Final = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Mean and standard deviation of ImageNet's training images by channel, of values from 0 to 1 (torchvision)."""
HALF: Final = (0.5, 0.5, 0.5), (0.5, 0.5, 0.5)
OTHERS: Final = {"GoogLeNet": HALF}
"""Published networks whose weights expect other values than ImageNet's: torchvision's rescales its input itself."""


@dataclass(frozen=True, slots=True)
class Beside:
    """``classes`` are names in order, empty where none are known; ``mean`` and ``std`` are by channel, values 0 to 1.

    ``origin`` says where these come from; empty where they are not known.
    """

    classes: tuple[str, ...] = ()
    mean: Numbers = ()
    std: Numbers = ()
    origin: str = ""


def beside(path: Path) -> Beside:
    """What is known of the weights in a file or folder. What cannot be read as such a file says nothing."""
    folder = path if path.is_dir() else path.parent
    config, images = _object(folder / "config.json"), _object(folder / "preprocessor_config.json")
    classes = _labels(config) or next(filter(None, _lists(folder, path.stem)), ())
    cut = config.get("pretrained_cfg")
    for name, found in (
        ("preprocessor_config.json", images),
        ("config.json", cut if isinstance(cut, Mapping) else config),
    ):
        mean, std = (_numbers(found.get(f"image_{kind}", found.get(kind))) for kind in ("mean", "std"))
        if mean and len(mean) == len(std) and all(one > 0 for one in std):
            return Beside(classes, mean, std, f"{name} beside {path.name}")
    return Beside(classes)


def expected(path: Path, published: str, classes: int) -> Beside:
    """The same, with what networks usually expect where nothing is said: those of 1,000 classes ImageNet's values.

    ``published`` is the network whose names the weights have, "" where they have none.
    """
    found = beside(path)
    if not found.mean and classes == OF_IMAGENET and published:
        mean, std = OTHERS.get(published, IMAGENET)
        return replace(found, mean=mean, std=std, origin=f"the published {published}")
    return found


def read_classes(path: Path) -> tuple[str, ...]:
    """The names in a list of classes: a line each, a JSON list, or JSON with a name for each number (id2label).

    Raises WeightsError where it is none.
    """
    try:
        size = len(read_bytes(path, LARGEST + 1))
    except OSError as error:
        raise WeightsError(f"{path} cannot be read: {error.strerror or error}.") from error
    found = _names(path) if path.suffix.lower() == ".json" else _lines(path)
    if size > LARGEST or not found or any("\x00" in one for one in found):
        raise WeightsError(
            f"{path.name} is not a list of classes: give a text with a name on each line, in the order of the classes, "
            'or JSON such as {"0": "cat", "1": "dog"}.'
        )
    return found


def _object(path: Path) -> Mapping[str, object]:
    found = _json(path)
    return found if isinstance(found, dict) else {}


def _json(path: Path) -> object:
    text = _text(path)
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):  # another program's file of that name
        return None


def _text(path: Path) -> str:
    try:
        content = read_bytes(path, LARGEST + 1)
    except OSError:  # there is none
        return ""
    return content.decode("utf-8", errors="replace") if len(content) <= LARGEST else ""


def _labels(config: Mapping[str, object]) -> tuple[str, ...]:
    names = config.get("id2label") or config.get("label_names")
    if isinstance(names, dict):
        return _by_number(names)
    return tuple(names) if isinstance(names, list) and all(isinstance(one, str) for one in names) else ()


def _by_number(names: Mapping[str, object]) -> tuple[str, ...]:
    """``{"0": "tench"}``, or ``{"0": ["n01440764", "tench"]}``; nothing where a number is missing."""
    found = [names.get(str(number)) for number in range(len(names))]
    last = [one[-1] if isinstance(one, list) and one else one for one in found]
    return tuple(one for one in last if isinstance(one, str)) if all(isinstance(one, str) for one in last) else ()


def _lists(folder: Path, stem: str) -> Iterator[tuple[str, ...]]:
    for name in (f"{stem}_classes", f"{stem}.classes", *LISTS):
        yield _names(folder / f"{name}.json")
        yield _lines(folder / f"{name}.txt")


def _names(path: Path) -> tuple[str, ...]:
    """Those of a JSON file: a list, or by number, also as ``id2label``."""
    found = _json(path)
    if isinstance(found, dict):
        return _labels(found) or _by_number(found)
    return tuple(found) if isinstance(found, list) and all(isinstance(one, str) for one in found) else ()


def _lines(path: Path) -> tuple[str, ...]:
    return tuple(line.strip() for line in _text(path).splitlines() if line.strip())


def _numbers(value: object) -> Numbers:
    if not isinstance(value, (list, tuple)) or not all(type(one) in (int, float) for one in value):
        return ()
    return tuple(float(one) for one in value)
