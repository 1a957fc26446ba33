"""Scheduled sampling as code of the script: some tokens that a decoder reads are its own answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from engine.exports.training_script.augmentation import COUNTERS, DRAWN
from engine.exports.training_script.losses import HeadCode
from engine.exports.training_script.text import carried, spelled

if TYPE_CHECKING:
    from engine.training.steps.scheduled_sampling import OwnAnswers

EXCHANGE: Final = '''
def with_own_answers(model, batch, seed, epoch):
    """The batch with the network's own answers in place of some tokens that it reads (scheduled sampling)."""
    probability = {probability}
    if not probability:
        return batch
    true, samples = batch[{tokens}], batch["index"]
    torch.manual_seed(derive(seed, {purpose}, epoch, int(samples[0])))  # some layers draw, whoever asks
    drawn = uniform(derive(seed, {purpose}, epoch), counters(samples, {length})[:, : true.shape[1]])
    chosen = drawn < probability
    chosen[:, 0] = False{padding}
    model.eval()
    with torch.no_grad():
        answers = answers_of(model, batch)
    model.train()
    scores = {answer}{never}
    own = torch.cat((true[:, :1], scores.argmax(-1)[:, :-1].to(true.dtype)), 1)
    return {{**batch, {tokens}: torch.where(chosen, own, true)}}
'''


def code(own: OwnAnswers | None, head: HeadCode | None, *, drawn: bool) -> str:
    """The function ``with_own_answers(model, batch, seed, epoch)``; empty where no token is exchanged.

    ``head`` is the code of the Output whose answers are read, ``drawn`` says whether the script has our generators.
    """
    if own is None or head is None:
        return ""
    from engine.training.steps.scheduled_sampling import PURPOSE

    settings = own.settings
    rising = f" * min(1.0, (epoch - 1) / {settings.rise!r})" if settings.rise else ""
    never = f"scores.index_fill(-1, torch.tensor({list(own.never)!r}, device=scores.device), -torch.inf)"
    exchange = EXCHANGE.strip().format(
        probability=f"{settings.probability!r}{rising}",
        tokens=spelled(own.job.tokens),
        purpose=spelled(PURPOSE),
        length=own.length,
        padding="" if own.padding is None else f"\n    chosen &= true != {own.padding}",
        answer=head.answer,
        never=f"\n    scores = {never}" if own.never else "",
    )
    from engine.data import drawing

    facts = "\n".join(f"{name} = {getattr(drawing, name):#x}" for name in ("STEP", "FIRST", "SECOND"))
    generators = [] if drawn else [facts, carried(*DRAWN), COUNTERS.strip()]
    return "\n\n\n".join([*generators, exchange])
