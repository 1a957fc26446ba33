"""What is said of a run in a file for elsewhere: its data, and how they are prepared; no path, no name of a person."""

from __future__ import annotations

from engine.data.origin import declared
from engine.exports.subject import Subject
from engine.settings.data import DataConfig
from engine.settings.transforms import Fill, Resize, Standardise
from engine.source.names import one_line


def data_words(config: DataConfig) -> str:
    """What the data are called: a dataset with its source, or one's own by the name of its file alone."""
    dataset = declared(config)
    if config.source is not None:
        return f"own data ({config.source.kind})"
    return one_line(dataset.title, 120)


def preparation(subject: Subject) -> list[str]:
    """A sentence for each transform, in its order, with the numbers it has learnt from the training part."""
    said = list[str]()
    for fitted in subject.trained.data.fitted:
        one, field = fitted.transform, one_line(fitted.transform.field)
        if isinstance(one, Standardise):
            said.append(f"{field}: minus {_numbers(fitted.mean)}, divided by {_numbers(fitted.std)}")
        elif isinstance(one, Fill):
            said.append(f"{field}: missing values become {_numbers(fitted.fill)}")
        elif isinstance(one, Resize):
            said.append(f"{field}: scaled to {one.size[0]} × {one.size[1]} pixels ({one.fit}, bilinear)")
        else:
            options = ", ".join(f"{key} {value}" for key, value in one.model_dump(exclude={"name", "field"}).items())
            said.append(f"{field}: {one.name.replace('_', ' ')} ({options})")
    return said


def _numbers(values: tuple[float, ...], most: int = 3) -> str:
    shown = ", ".join(f"{value:.6g}" for value in values[:most])
    return shown if len(values) == 1 else f"({shown}{', …' if len(values) > most else ''})"
