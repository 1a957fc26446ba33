"""Before the first step: one real batch goes through the network, and all that would fail later is said now."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import torch
from torch import Tensor

from engine.data.augmenting import uncovered
from engine.data.pipeline import Part, Prepared
from engine.errors import About
from engine.foreign import not_deterministic
from engine.layers.endpoints import Output
from engine.losses import suiting
from engine.training.diagnosis.exactness import not_repeatable
from engine.training.diagnosis.health import weights_of
from engine.training.diagnosis.lookups import check_lookups
from engine.training.diagnosis.nonfinite import not_a_number, origin, undisturbed
from engine.training.diagnosis.places import node_at
from engine.training.diagnosis.probes import Probed
from engine.training.diagnosis.scale_signs import SizeListener, input_scale, target_scale
from engine.training.evaluation.chance_level import baseline
from engine.training.evaluation.network import Batch, Head
from engine.training.findings import Diagnosis, NodePath
from engine.training.plan import TrainingPlan
from engine.training.status import TrainingError
from engine.training.steps.device_memory import free_memory, largest_batch, needed_memory
from engine.training.steps.stepper import Stepper

START: Final = 10.0
"""A first loss so many times that of guessing speaks of inputs or weights that are far too large."""
PROBABLE: Final = 1e-3
"""How far the probabilities of all classes together may be from 1."""
TIGHT: Final = 0.8
"""From this share of the free memory on it is said that a batch only just fits."""
BYTES: Final = ((2**30, "GiB"), (2**20, "MiB"), (2**10, "KiB"))


class NotFinite(TrainingError):
    """The first batch gives no number; ``diagnosis`` says it of the layer where that begins."""

    def __init__(self, message: str, about: About, diagnosis: Diagnosis) -> None:
        super().__init__(message, about=about)
        self.diagnosis = diagnosis


@dataclass(frozen=True, slots=True)
class Preflight:
    """What one batch showed: its loss and that of guessing (NaN: not known), bytes needed and free (None: not known).

    ``largest`` is the largest batch that would fit, ``samples`` how many there are to learn from.
    """

    batch: int
    loss: float
    baseline: float
    needed: int
    free: int | None
    largest: int | None
    samples: int

    def __str__(self) -> str:
        chance = f" (guessing: {self.baseline:.3g})" if math.isfinite(self.baseline) else ""
        room = "" if self.free is None else f" of {size(self.free)} that are free"
        fits = "" if self.largest is None else f"; batches of up to {self.largest:,} would fit"
        if self.largest is not None and self.largest >= self.samples:
            fits = f"; all {self.samples:,} would fit into one batch"
        samples = f"{self.batch:,} sample{'' if self.batch == 1 else 's'}"
        return (
            f"A batch of {samples} went through: loss {self.loss:.3g}{chance}, about {size(self.needed)}{room}{fits}."
        )


def preflight(
    plan: TrainingPlan, data: Prepared, stepper: Stepper, probed: Probed, device: torch.device
) -> tuple[Preflight, list[Diagnosis]]:
    """Try a batch, forward and backward, without a trace. Raises TrainingError for what the user has to fix first."""
    count = plan.data.size(len(data.train))
    needed, free = needed_memory(plan, min(count, len(data.train)), device), free_memory(device)
    largest = None if free is None else largest_batch(plan, free, device)
    if free is not None and largest is not None and count > largest and needed > free:
        fits = f"the largest that fits has {largest:,}" if largest else "not even one sample fits"
        raise TrainingError(
            f"A batch of {count:,} samples needs about {size(needed)} to train, and {device} has {size(free)} free: "
            f"{fits}. Set data.batch_size lower, or use training.accumulate.",
            setting="data.batch_size",
            reason="out-of-memory",
        )
    for head in stepper.network.heads:
        for part in (data.train, data.validation, data.test):
            check_targets(head, part)
    check_numbers(plan, data)
    check_lookups(plan, data)
    check_variations(plan, data, stepper.network.heads)
    sizes = SizeListener()
    loss, alike = _try(plan, stepper, probed, data.train, count, sizes)
    chance = baseline(stepper.network, data.train)
    found = Preflight(min(count, len(data.train)), loss, chance, needed, free, largest, len(data.train))
    heads = stepper.network.heads
    said = [*_padded(plan, data), *_alike(plan, alike), *_in_order(plan, data, heads), *_start(plan, found)]
    said += [*input_scale(plan, sizes.sizes, weights_of(probed)), *target_scale(plan, data, heads)]
    return found, said


def _try(
    plan: TrainingPlan, stepper: Stepper, probed: Probed, train: Part, size: int, listener: SizeListener
) -> tuple[float, list[NodePath]]:
    """The loss of the first batch, and the layers whose units are all alike; ``listener`` hears what nodes give.

    A batch as the last of an epoch goes through, too, and one to evaluate.
    """
    network, module = stepper.network, stepper.network.module
    batches: list[Batch] = [next(train.batches(network.fields, size))]
    left = 0 if plan.data.drop_last else len(train) % size
    if left and left < len(train):
        batches.append(next(train.batches(network.fields, left)))
    losses: list[float] = []
    alike: list[NodePath] = []
    with undisturbed(module):
        for batch in batches:
            try:
                loss = network.loss(network.answers(batch), batch)
                loss.backward()  # type: ignore[no-untyped-call]
            except RuntimeError as error:
                if operation := not_deterministic(error):
                    raise not_repeatable(plan, network, batch, operation) from error
                raise
            if not losses:
                alike = [path for path, own in weights_of(probed).items() if any(map(_same_rows, own))]
            losses.append(float(loss.detach()))
        stepper.optimizer.zero_grad()
        module.eval()
        try:
            with torch.no_grad():
                probed.listener = listener.hear
                network.answers(batches[0], probed.like(module))
        finally:
            probed.listener = None
            module.train()
    for first, batch in zip(losses, batches, strict=True):
        if not math.isfinite(first):
            where = origin(plan.graph, probed, network, [batch])
            began = "" if where is None else f" That begins with {where.words(plan.graph)}."
            advice = "Standardise the data on the Data page, or fix the layer that makes numbers too large."
            raise NotFinite(
                f"The first batch gives a loss that is {'not a number' if first != first else 'infinite'}.{began} "
                f"{advice}",
                About(setting="data.dataset", reason="diverged") if where is None else where.about,
                _standardising(plan, not_a_number(plan.graph, where, 0, "in the first batch", first, advice)),
            )
    return losses[0], alike


def check_targets(head: Head, part: Part) -> None:
    """Whether every target of a part can be compared. Raises TrainingError with the first that cannot."""
    target, output = part.values(head.field), head.output
    if not target.numel():
        return
    assert output.loss is not None
    if head.soft(target):
        sums = head.target({head.field: target}).sum(-1)
        if float(target.min()) < 0 or not bool(((sums - 1).abs() < PROBABLE).all()):
            raise TrainingError(
                f"{head.name} (Output) compares classes by {output.loss}, but the field {head.field!r} holds numbers "
                f"that are not probabilities (at least 0, with the sum 1): choose {' or '.join(suiting('numbers'))}.",
                node=head.node,
                field=head.field,
            )
        return
    if head.task.kind in ("classes", "sequence") and head.criterion.target != "values":
        counted = torch.ones_like(target, dtype=torch.bool) if output.ignored is None else target != output.ignored
        wrong = (
            counted & ((target < 0) | (target >= head.task.classes)) if head.task.classes else counted & (target < 0)
        )
        if bool(wrong.any()):
            sample = int(wrong.flatten(1).any(1).nonzero()[0]) if wrong.dim() > 1 else int(wrong.nonzero()[0])
            label = int(target[wrong][0])
            raise TrainingError(
                f"{head.name} (Output) tells {head.task.classes} classes apart, 0 to {head.task.classes - 1}, but the "
                f"field {head.field!r} holds {label} (sample {int(part.indices[sample])}): give the last layer more "
                "outputs, or set ignore_index if that label is to count for nothing.",
                node=head.node,
                field=head.field,
            )
    if target.is_floating_point() and (wrong_numbers := head.criterion.wrong_targets(target, head.field)):
        raise TrainingError(
            f"{head.name} (Output) compares by {output.loss}, {wrong_numbers}: choose "
            f"{' or '.join(suiting('numbers'))}.",
            node=head.node,
            field=head.field,
        )


def check_numbers(plan: TrainingPlan, data: Prepared) -> None:
    """Whether the transformed fields hold numbers alone. Raises TrainingError."""
    for name in dict.fromkeys((*plan.binding.inputs.values(), *plan.binding.targets.values())):
        for part in (data.train, data.validation, data.test):
            values = part.values(name)
            if values.is_floating_point() and not bool(values.isfinite().all()):
                sample = int((~values.isfinite()).flatten(1).any(1).nonzero()[0]) if values.dim() > 1 else 0
                raise TrainingError(
                    f"The field {name!r} holds values that are not finite numbers (NaN, infinite) after its "
                    f"transforms, first in sample {int(part.indices[sample])}: fix the data, or remove the transform "
                    "that produces it.",
                    field=name,
                )


def check_variations(plan: TrainingPlan, data: Prepared, heads: Sequence[Head]) -> None:
    """Whether an output can leave out what a variation lays beside a mask. Raises TrainingError."""
    masks = uncovered(plan.data.augmentation, data.fields)
    for head in heads:
        if head.field in masks and head.output.ignored is None:
            path = f"data.augmentation[{masks[head.field]}]"
            raise TrainingError(
                f"{path} (move) lays 0 beside the images, where the mask {head.field!r} has no class, and "
                f"{head.output.loss}, the loss of {head.name} (Output), can leave nothing out: set fill to edge or "
                "mirror.",
                node=head.node,
                setting=f"{path}.fill",
            )


def _alike(plan: TrainingPlan, paths: list[NodePath]) -> Iterator[Diagnosis]:
    """Layers whose units all begin the same and learn the same: they stay one unit."""
    for path in paths:
        node = node_at(plan.graph, path.inside, path.node)
        if node is not None:
            yield Diagnosis(
                "alike",
                f"All units of {node.name} ({node.type}) begin with the same weights and get the same gradient, "
                "so they learn the same and stay one unit.",
                "Take another initialisation than zeros or a constant.",
                0,
                path.inside,
                path.node,
            )


def _same_rows(weight: Tensor) -> bool:
    """Whether all units have the same weights and the same gradient."""
    gradient = weight.grad
    if weight.shape[0] < 2 or not bool((weight == weight[0]).all()):
        return False
    if gradient is None or gradient.is_sparse:
        return gradient is None
    return bool(torch.isclose(gradient, gradient[:1], rtol=1e-4, atol=0.0).all())


def _padded(plan: TrainingPlan, data: Prepared) -> Iterator[Diagnosis]:
    """Positions that only fill a sample up count as if they were to be learned."""
    for node_id, name in plan.binding.targets.items():
        layer, padding = plan.report.layer(node_id), data.fields[name].padding
        if padding is None or not isinstance(layer, Output) or layer.ignored in (None, padding):
            continue
        share = float((data.train.values(name) == padding).double().mean())
        if share:
            node = plan.graph.nodes[node_id]
            yield Diagnosis(
                "padding-counts",
                f"{100 * share:.0f} % of the field {name!r} only fills short samples up, and {node.name} (Output) "
                "learns that, too, which makes loss and accuracy look better than they are.",
                f"Set ignore_index of {node.name} to {padding}.",
                0,
                (),
                node_id,
                value=float(padding),
            )


def _in_order(plan: TrainingPlan, data: Prepared, heads: tuple[Head, ...]) -> Iterator[Diagnosis]:
    """Samples that come sorted by class and are not shuffled: each step unlearns the last."""
    size = plan.data.size(len(data.train))
    if plan.data.shuffle or plan.data.sampling != "each" or size >= len(data.train):
        return
    for head in heads:
        labels = data.train.values(head.field)
        if head.task.kind not in ("classes", "two") or labels.dim() > 1 or len(labels) < 2:
            continue
        shares = torch.bincount(labels.to(torch.int64)).double() / len(labels)
        chance = float((shares * shares).sum())
        same = float((labels[1:] == labels[:-1]).double().mean())
        if same > (1 + chance) / 2:
            yield Diagnosis(
                "unshuffled",
                f"The samples come sorted: {100 * same:.0f} % have the same {head.field!r} as the one before "
                f"({100 * chance:.0f} % by chance), and data.shuffle is off, so each step unlearns the last.",
                "Switch data.shuffle on.",
                0,
                setting="data.shuffle",
            )


def _start(plan: TrainingPlan, found: Preflight) -> Iterator[Diagnosis]:
    if found.loss > START * found.baseline:
        yield Diagnosis(
            "large-start",
            f"The first loss is {found.loss:.3g}, {found.loss / found.baseline:,.0f} times that of guessing "
            f"({found.baseline:.3g}): inputs or weights are far too large.",
            "Standardise the inputs (Data page), or begin with smaller weights (initialisation).",
            0,
            setting="data.transforms",
            value=plan.raw_inputs[0] if plan.raw_inputs else None,
        )
    if found.free and found.needed > TIGHT * found.free:
        yield Diagnosis(
            "tight-memory",
            f"A batch needs about {size(found.needed)} of {size(found.free)} that are free.",
            "Close other programs, or take a smaller batch.",
            0,
            setting="data.batch_size",
            value=float(max(1, found.batch // 2)),
        )


def _standardising(plan: TrainingPlan, said: Diagnosis) -> Diagnosis:
    """The same with the field that is to be standardised, if there is one."""
    raw = plan.raw_inputs
    return replace(said, setting="data.transforms", value=raw[0]) if raw else said


def size(count: int) -> str:
    """Bytes for people."""
    for unit, name in BYTES:
        if count >= unit:
            return f"{count / unit:.3g} {name}"
    return f"{count} bytes"
