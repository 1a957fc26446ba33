"""How an answer is compared with its target: the losses of the Output node, which are torch.nn.functional's."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from engine.errors import LayerloomError
from engine.layers.endpoints import Output
from engine.layers.losses import LOSSES, compares, of_classes


class LossError(LayerloomError):
    """The answer and the target do not fit each other: one whole sentence with both shapes."""


def loss(
    output: Output, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = False
) -> Tensor:
    """The mean loss of one Output over a batch, a tensor without axes. Raises LossError.

    Where some targets are the ignored class (``masked``) and none is left that counts, the loss is 0.

    Classes are the last axis of ``answer`` (N, …, C). Losses of classes take labels (N, …) and ``weights`` (C), one a
    class; cross-entropy also takes probabilities (N, …, C); CTC takes an answer (N, T, C) and labels (N, S); the others
    take what `as_values` makes of the target.
    """
    if masked and of_classes(output.loss):
        total, number = summed(output, answer, target, weights)
        return total / torch.as_tensor(number, device=total.device).clamp(min=torch.finfo(total.dtype).tiny)
    return _compare(output, answer, target, weights, "mean")


def counted(output: Output, target: Tensor, weights: Tensor | None, *, masked: bool) -> Tensor | int:
    """How much a batch counts in the mean over several: its samples, or the weight of the targets that count."""
    if of_classes(output.loss) and (masked or weights is not None):
        return _counted(output, target, target, weights, masked)
    return len(target)


def summed(
    output: Output, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True
) -> tuple[Tensor, Tensor | int]:
    """(sum, number): what `loss` is the quotient of, so that batches of any size add up to the mean over a part.

    The number is how many comparisons were made; with class weights their weight. ``masked``: some targets may be
    the ignored class.
    """
    return _compare(output, answer, target, weights, "sum"), _counted(output, answer, target, weights, masked)


def each(
    output: Output, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True
) -> Tensor:
    """(N) the loss of every sample by itself: what `loss` is of a batch of that sample alone."""
    sums, counts = each_summed(output, answer, target, weights, masked=masked)
    return sums / counts.clamp(min=torch.finfo(sums.dtype).tiny)


def each_summed(
    output: Output, answer: Tensor, target: Tensor, weights: Tensor | None = None, *, masked: bool = True
) -> tuple[Tensor, Tensor]:
    """(sums, numbers), each (N): what `summed` gives of every sample; together they are that of all."""
    if output.loss in ("kl_div", "cosine_embedding_loss"):
        pairs = zip(answer[:, None], target[:, None], strict=True)
        parts = [summed(output, one, goal, weights, masked=masked) for one, goal in pairs]
        return torch.stack([part[0] for part in parts]), answer.new_tensor([float(part[1]) for part in parts])
    values = _compare(output, answer, target, weights, "none")
    if output.loss == "ctc_loss":
        return values, torch.ones_like(values)
    values = values.reshape(len(answer), -1)
    counts = torch.ones_like(values)
    if of_classes(output.loss) and not target.is_floating_point() and output.loss != "multi_margin_loss":
        if weights is not None:
            counts = weights[target.clamp(min=0)].reshape(values.shape)
        if output.ignored is not None:
            counts = counts.masked_fill((target == output.ignored).reshape(values.shape), 0.0)
    return values.sum(1), counts.sum(1)


def is_soft(output: Output, answer: Tensor, target: Tensor) -> bool:
    """Whether a target is how likely each class is, and not a label."""
    return output.loss == "cross_entropy" and target.is_floating_point() and answer.shape == target.shape


def as_values(answer: Tensor, target: Tensor) -> Tensor:
    """The target as float values in the shape of the answer. Raises LossError; nothing is ever broadcast.

    A last axis of size 1 may be missing on either side. Labels (N, …) become one-hot where the answer has a last axis
    of several classes, and the numbers 0 and 1 where it has not.
    """
    if answer.shape == target.shape:
        return target.to(answer.dtype)
    if answer.shape == (*target.shape, 1) or target.shape == (*answer.shape, 1):
        return target.reshape(answer.shape).to(answer.dtype)
    if not target.is_floating_point() and answer.dim() and answer.shape[:-1] == target.shape:
        return functional.one_hot(target, answer.shape[-1]).to(answer.dtype)
    raise LossError(_unlike(answer, target))


def balanced(labels: Tensor, classes: int, ignored: int | None = None) -> Tensor:
    """Weights (classes) by which every class counts the same: samples / (classes × samples of the class).

    Classes without samples weigh 0 (scikit-learn's ``class_weight="balanced"``; King and Zeng 2001).
    """
    if labels.is_floating_point():
        counts = labels.flatten(0, -2).sum(0)
    else:
        kept = (labels if ignored is None else labels[labels != ignored]).flatten()
        counts = torch.bincount(kept, minlength=classes).to(torch.float32)
    return torch.where(counts > 0, counts.sum() / (classes * torch.where(counts > 0, counts, 1.0)), 0.0)


def hits(output: Output, answer: Tensor, target: Tensor, masked: bool) -> tuple[Tensor, Tensor | int]:
    """(right answers, answers): the class with the highest value, or for a single value more than the threshold.

    The threshold is 0 for logits, else 0.5. With CTC a whole sequence is right or wrong.
    """
    if output.loss == "ctc_loss":
        return sequences_right(output, answer, target).sum(), len(target)
    if answer.dim() == target.dim() + 1 and answer.shape[-1] > 1:
        right = answer.argmax(-1) == target
        if masked:
            kept = target != output.ignore_index
            return (right & kept).sum(), kept.sum()
    else:
        threshold = 0.0 if output.loss == "binary_cross_entropy_with_logits" else 0.5
        right = (answer > threshold) == (as_values(answer, target) > 0.5)
    return right.sum(), right.numel()


def sequences_right(output: Output, answer: Tensor, target: Tensor) -> Tensor:
    """(N) whether the labels read off each CTC answer (N, T, C) are those of the target (N, S)."""
    right: Tensor = read_off(answer, output.blank, target.shape[1]) == _labels(output, target)
    return right.all(-1)


def read_off(answer: Tensor, blank: int, length: int) -> Tensor:
    """The likeliest labels (N, length) of a CTC answer (N, T, C), filled up with ``blank``.

    The best class of each step; what repeats is said once, blanks are left out (Graves and others 2006, best path).
    Labels beyond ``length`` make the sequence wrong and are marked by −1 at its last position.
    """
    path = answer.argmax(-1)
    fresh = path != blank
    fresh[:, 1:] &= path[:, 1:] != path[:, :-1]
    positions = fresh.cumsum(1) - 1
    result = torch.full((len(path), length + 1), blank, dtype=path.dtype, device=path.device)
    result.scatter_(1, torch.where(fresh, positions, length).clamp(max=length), torch.where(fresh, path, blank))
    too_long = positions[:, -1] >= length
    result[too_long, length - 1] = -1
    return result[:, :length]


def absolute_error(answer: Tensor, target: Tensor) -> tuple[Tensor, int]:
    """(sum of the absolute errors, their number)."""
    return (answer - as_values(answer, target)).abs().sum(), answer.numel()


def _compare(output: Output, answer: Tensor, target: Tensor, weights: Tensor | None, reduction: str) -> Tensor:
    name = output.loss
    if name is None or not compares(name):
        raise LossError("This Output has no loss that compares its answer.")
    given: dict[str, object] = {"reduction": reduction}
    if of_classes(name):
        soft = is_soft(output, answer, target)
        if not soft and (target.is_floating_point() or answer.shape[:-1] != target.shape):
            raise LossError(_unlike(answer, target))
        answer, target = answer.flatten(0, -2), target.flatten(0, -2) if soft else target.flatten()
        given["weight"] = weights
    elif name == "ctc_loss":
        return _ctc(output, answer, target, reduction)
    elif name == "cosine_embedding_loss":
        return _cosine(answer, as_values(answer, target), reduction)
    else:
        target = as_values(answer, target)
        if name == "kl_div":  # the mean over samples, not over classes
            total = functional.kl_div(answer, target, reduction="sum")
            return total if reduction == "sum" else total / (answer.numel() // answer.shape[-1])
    for option in LOSSES[name].options - {"class_weights", "pos_weight", "class_axis"}:
        given[option] = getattr(output, option)
    if target.is_floating_point():
        given.pop("ignore_index", None)  # no probability names a class
    if output.pos_weight is not None and name == "binary_cross_entropy_with_logits":
        given["pos_weight"] = torch.tensor(output.pos_weight, device=answer.device)
    result: Tensor = getattr(functional, name)(answer, target, **given)
    return result


def _counted(output: Output, answer: Tensor, target: Tensor, weights: Tensor | None, masked: bool) -> Tensor | int:
    if output.loss == "multi_margin_loss":
        return target.numel()  # torch's mean divides by the samples, whatever they weigh
    if of_classes(output.loss) and target.is_floating_point():
        return target.numel() // target.shape[-1]  # torch's mean divides by the samples, whatever they weigh
    if of_classes(output.loss):
        if weights is not None:
            return weights[target if output.ignored is None else target[target != output.ignored]].sum()
        return (target != output.ignored).sum() if masked and output.ignored is not None else target.numel()
    if output.loss == "ctc_loss":
        return len(answer)
    if output.loss in ("kl_div", "cosine_embedding_loss"):
        return answer.numel() // answer.shape[-1]
    return answer.numel()


def _cosine(answer: Tensor, target: Tensor, reduction: str) -> Tensor:
    ones = answer.new_ones(answer.numel() // answer.shape[-1])
    return functional.cosine_embedding_loss(answer.flatten(0, -2), target.flatten(0, -2), ones, reduction=reduction)


def _ctc(output: Output, answer: Tensor, target: Tensor, reduction: str) -> Tensor:
    """The loss of each sequence by its length, as torch's mean has it."""
    if target.is_floating_point() or answer.dim() != 3 or target.dim() != 2 or len(answer) != len(target):
        raise LossError(_unlike(answer, target))
    steps = torch.full((len(answer),), answer.shape[1], dtype=torch.int64, device=answer.device)
    labels = _labels(output, target)
    lengths = (labels != output.blank).sum(-1)
    losses = functional.ctc_loss(
        answer.transpose(0, 1), labels, steps, lengths, blank=output.blank, reduction="none", zero_infinity=True
    )
    losses = losses / lengths.clamp(min=1)
    return losses if reduction == "none" else losses.sum() if reduction == "sum" else losses.mean()


def _labels(output: Output, target: Tensor) -> Tensor:
    """The labels of each sequence (N, S) in front, after them blanks, wherever the target was filled up."""
    filling = (target == output.blank) | (target == output.ignore_index)
    order = filling.to(torch.int8).argsort(dim=-1, stable=True)
    return target.masked_fill(filling, output.blank).gather(-1, order)


def _unlike(answer: Tensor, target: Tensor) -> str:
    kind = "values" if target.is_floating_point() else "labels"
    return f"An answer of shape {tuple(answer.shape)} cannot be compared with {kind} of shape {tuple(target.shape)}."
