"""What a network of sequences can do: read off what it is given, what it answers and how its samples are made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from torch import Tensor

from engine.data.naive import past_of
from engine.data.origin import declared
from engine.data.sources.kinds import source_of
from engine.data.sources.text.codec import END
from engine.inside.asking import alphabet_of
from engine.inside.generating.alphabet import Alphabet, Codec
from engine.inside.generating.errors import GeneratingError
from engine.inside.trained import Trained
from engine.training.evaluation.network import Head
from engine.training.evaluation.next_token import SEEN, NextToken, is_sequence, next_token

if TYPE_CHECKING:
    from engine.data.dataset import Field

NONE: Final = (
    "The network of this run neither continues, translates, captions, labels or classifies a text, nor forecasts a "
    "series: "
    "`layerloom predict` asks it about files."
)


@dataclass(frozen=True, slots=True)
class Writing:
    """It writes tokens one after the other: their field is ``tokens``, and ``head`` answers with the next ones.

    ``beside`` is what it is given besides: a text to be translated, an image; None: it continues a text. ``start`` is
    what comes before the first token, ``end`` ends a sequence, where the data have them. ``silent`` are never written.
    """

    kind: Literal["continue", "translate", "caption"]
    tokens: str
    head: Head
    alphabet: Alphabet
    length: int
    beside: str | None = None
    read: Alphabet | None = None
    start: int | None = None
    end: int | None = None
    padding: int | None = None

    @property
    def banned(self) -> frozenset[int]:
        """The tokens that are never chosen."""
        return frozenset(self.alphabet.silent - {self.end})


@dataclass(frozen=True, slots=True)
class Labelling:
    """It gives each token of ``tokens`` one of the ``labels``."""

    tokens: str
    head: Head
    alphabet: Alphabet
    labels: tuple[str, ...]
    length: int


@dataclass(frozen=True, slots=True)
class Classifying:
    """It says of which class a whole text is; ``tokens`` is the field with up to ``length`` tokens."""

    tokens: str
    head: Head
    alphabet: Alphabet
    length: int


@dataclass(frozen=True, slots=True)
class Forecasting:
    """It continues the series ``past`` (steps, values); the value it forecasts is in the ``column`` of it.

    It may be given besides what is known of the steps to come.
    """

    past: str
    head: Head
    column: int | None


Job = Writing | Labelling | Classifying | Forecasting


def job_of(trained: Trained) -> Job:
    """What the network of a run does. Raises GeneratingError where it is no network of sequences."""
    network, fields = trained.network, trained.data.fields
    sequences = [name for name in network.inputs if is_sequence(fields[name])]
    found = next_token(network, fields, lambda name: values(trained, name))
    if found is not None:
        return _writing(trained, found)
    for head in network.heads:
        target = fields[head.field]
        if head.task.kind == "classes" and len(target.shape) == 1 and network.inputs == tuple(sequences[:1]):
            field = fields[sequences[0]]
            if field.shape == target.shape:
                alphabet = Alphabet(field.names, _silent(field), _codec(trained))
                names = target.names or tuple(map(str, range(head.task.classes)))
                return Labelling(sequences[0], head, alphabet, names, field.shape[0])
    if classifying := _classifying(trained, sequences):
        return classifying
    series = all(fields[name].dtype == "float32" and len(fields[name].shape) == 2 for name in network.inputs)
    if network.heads and series and (len(network.inputs) == 1 or declared(trained.config).task == "forecast"):
        head, name = network.heads[0], network.inputs[0] if len(network.inputs) == 1 else past_of(fields)
        future = fields[head.field]
        forecasts = head.task.kind not in ("classes", "two") and future.shape and future.shape[0] > 1
        if forecasts and name in network.inputs:
            return Forecasting(name, head, _column(trained, name, head.field))
    raise GeneratingError(NONE)


def _classifying(trained: Trained, sequences: list[str]) -> Classifying | None:
    """Where the network is given one text, which can be typed, and its first Output says its class."""
    network, fields = trained.network, trained.data.fields
    if network.inputs != tuple(sequences[:1]) or not network.heads or not alphabet_of(trained):
        return None
    head, field = network.heads[0], fields[sequences[0]]
    if head.task.kind not in ("classes", "two") or fields[head.field].shape:
        return None
    return Classifying(sequences[0], head, Alphabet(field.names, _silent(field), _codec(trained)), field.shape[0])


def values(trained: Trained, name: str) -> Tensor:
    """The first training samples of a field. Raises TrainingError where the data are gone."""
    return trained.part("train").values(name)[:SEEN].cpu()


def _writing(trained: Trained, job: NextToken) -> Writing:
    fields, name, head = trained.data.fields, job.tokens, job.head
    target = fields[head.field]
    others = [each for each in trained.network.inputs if each != name]
    if len(others) > 1:
        raise GeneratingError(
            f"The network is given {', '.join(others)} beside the tokens {name}: only one input beside them is "
            "supported."
        )
    start = job.start
    named = target.names.index(END) if END in target.names else None
    end = named if named is not None else _end(values(trained, head.field), target.padding)
    silent = _silent(target) | {one for one in (start,) if one is not None} | _special(target)
    alphabet = Alphabet(target.names, silent, _codec(trained, answers=True))
    shared = (name, head, alphabet, target.shape[0])
    if not others:
        return Writing("continue", *shared, end=None, padding=target.padding)
    if start is None:
        raise GeneratingError(
            f"The samples of {name} do not all begin with the same token: nothing says how an answer begins."
        )
    (beside,) = others
    field = fields[beside]
    if is_sequence(field):
        read_alphabet = Alphabet(field.names, _silent(field), _codec(trained))
        return Writing("translate", *shared, beside, read_alphabet, start, end, target.padding)
    if len(field.shape) == 3 and field.shape[0] in (1, 3):
        return Writing("caption", *shared, beside, None, start, end, target.padding)
    raise GeneratingError(f"The network is given {beside} beside the tokens {name}: texts and images are supported.")


def _silent(field: Field) -> frozenset[int]:
    return frozenset() if field.padding is None else frozenset((field.padding,))


def _codec(trained: Trained, *, answers: bool = False) -> Codec | None:
    """How the source of the data splits the texts that it gives, or its ``answers``; None where it does not say."""
    source = None if trained.config.source is None else source_of(trained.config.source)
    found: Codec | None = getattr(source, "answer_codec" if answers else "codec", None)
    return found


def _special(field: Field) -> frozenset[int]:
    """Tokens that stand for what is not in the vocabulary, and for start and end: ``<unk>`` and such."""
    return frozenset(
        index for index, name in enumerate(field.names) if len(name) > 2 and name[0] == "<" and name[-1] == ">"
    )


def _end(written: Tensor, padding: int | None) -> int | None:
    """The token that ends all samples that are shorter than their row, and stands nowhere else; None: there is none."""
    if padding is None:
        return None
    counts = written != padding
    lengths = counts.sum(1)
    shorter = written[(lengths < written.shape[1]) & (lengths > 0)]
    if not len(shorter):
        return None
    last = shorter.gather(1, (shorter != padding).sum(1, keepdim=True) - 1)[:, 0]
    end = int(last[0])
    once = ((shorter == end).sum(1) == 1).all()
    return end if bool((last == end).all() and once) else None


def _column(trained: Trained, past: str, future: str) -> int | None:
    """The value of a series that continues in what follows: the one whose end lies nearest to its beginning."""
    before, after = (np.asarray(trained.data.raw[name][:SEEN], np.float64) for name in (past, future))
    if before.shape[-1] == 1:
        return 0
    apart = np.abs(before[:, -1] - after.reshape(len(after), -1)[:, :1]).mean(0)
    nearest = int(apart.argmin())
    return nearest if apart[nearest] < before[..., nearest].std() else None
