"""What the fields of the data look like once the transforms have run: plain Python, nothing is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import prod

from engine.data import augmenting, sampling
from engine.data.dataset import DataError, Field
from engine.data.framing import reshape
from engine.data.origin import check_split, declared
from engine.data.transforms import learnt_numbers
from engine.nearest import hint
from engine.settings.data import DataConfig
from engine.settings.transforms import Framed, Standardise, Transform

LARGEST = 4 * 2**30
"""The most bytes a field may take: the data stays in memory."""


def fields(config: DataConfig) -> dict[str, Field]:
    """The fields that reach the network.

    Raises DataError for unknown data, a transform that does not fit, and a folder where no files are read.
    """
    dataset = declared(config)
    check_split(config)
    if config.path is not None and not dataset.files:
        raise DataError(
            f"data.path is {config.path[:200]!r}, but {dataset.name} comes with Layerloom and reads no files: "
            "set data.path back to its default, or choose a dataset that is read from files.",
            setting="data.path",
        )
    result = dict(dataset.fields)
    for index, transform in enumerate(config.transforms):
        path = f"data.transforms[{index}]"
        where = f"{path} ({transform.name})"
        if transform.field not in result:
            reason = unknown(transform.field, result)
            raise DataError(f"{where} needs a field of {dataset.name}: {reason}", setting=path)
        _check(transform, result[transform.field], path)
        try:
            reshape(transform, result)
        except ValueError as error:
            raise DataError(f"{where} {error}.", setting=path, field=transform.field) from error
        if isinstance(transform, Standardise):
            result[transform.field] = _standardised(transform, result[transform.field])
        size = 4 * dataset.samples * prod(result[transform.field].shape)
        if size > LARGEST:
            most = f"the most is {LARGEST >> 30} GB"
            raise DataError(f"{where} makes the samples take {size / 2**30:.1f} GB; {most}.", setting=path)
    if config.buckets is not None and not any(field.free for field in result.values()):
        raise DataError(
            f"data.buckets is {config.buckets}, but all samples of {dataset.title} have the same length: set it to "
            "none.",
            setting="data.buckets",
        )
    augmenting.check(config.augmentation, result)
    sampling.classes_of(config, result)
    return result


def batch_of(config: DataConfig) -> int:
    """How many samples the first batch really has, as far as it is known without loading the data; else 1."""
    try:
        samples = training_samples(config)[0]
        return min(config.size(samples), samples)
    except DataError:
        return config.batch_size or 1


def training_samples(config: DataConfig) -> tuple[int, bool]:
    """How many samples there are to train on, and whether exactly so: groups and files tell only once they are read.

    Raises DataError for unknown data.
    """
    dataset, split = declared(config), config.split
    if config.source is not None:
        return split.counts(dataset.samples)[0], False
    if dataset.parting != "official":
        return split.counts(dataset.samples)[0], dataset.parting == "samples"
    return split.shared(dataset.samples - dataset.test)[0], False


def sample(shape: tuple[int | str, ...]) -> str:
    """The shape of one sample in words: ``1 × 8 × 8``."""
    return " × ".join(map(str, shape)) or "one number"


def unknown(name: str, known: Mapping[str, Field]) -> str:
    """The end of a sentence about a field that is not there, with a close match or all there are."""
    return f"there is none named {name[:100]!r}; {hint(name, known)}"


def _standardised(transform: Standardise, field: Field) -> Field:
    """A field with the range that given means and deviations lead to; with measured ones it is not known."""
    if transform.mean is None or transform.std is None:
        return replace(field, bounds=None, column_bounds=(), standardised=True)
    if field.bounds is None:
        return replace(field, column_bounds=())
    moments = tuple(zip(transform.mean, transform.std, strict=True))
    whole = [tuple((bound - mean) / std for bound in field.bounds) for mean, std in moments]
    bounds = min(low for low, _ in whole), max(high for _, high in whole)
    if len(moments) != len(field.column_bounds):
        return replace(field, bounds=bounds, column_bounds=())
    each = tuple(
        None if known is None else ((known[0] - mean) / std, (known[1] - mean) / std)
        for known, (mean, std) in zip(field.column_bounds, moments, strict=True)
    )
    return replace(field, bounds=bounds, column_bounds=each)


def _check(transform: Transform, field: Field, path: str) -> None:
    """Raises DataError where a transform cannot work on values of this kind."""
    where = f"{path} ({transform.name})"
    if field.dtype != "float32":
        reason = f"works on numbers, but {transform.field!r} holds {field.dtype} values."
        raise DataError(f"{where} {reason}", setting=path, field=transform.field)
    if isinstance(transform, Standardise) and transform.mean is not None:
        wanted = learnt_numbers(field.shape)
        if len(transform.mean) != wanted:
            reason = f"has {len(transform.mean)} means, but {transform.field!r} has {wanted} channels or features."
            raise DataError(f"{where} {reason}", setting=path, field=transform.field)
    if isinstance(transform, Framed) and len(field.shape) != 3:
        raise DataError(
            f"{where} works on images (channels × height × width), but a sample of {transform.field!r} "
            f"is {sample(field.shape)}.",
            setting=path,
            field=transform.field,
        )
