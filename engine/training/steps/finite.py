"""Keeps a network as it was before the first step whose loss is not finite.

On the CPU the loss is looked at. An accelerator computes behind the program, which would have to wait for the loss:
so the device itself decides. A flag there is raised by the first loss that is not finite and stays up, and no step
under it leaves a trace in the network. The recorder finds the loss a moment later and ends the run.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn

INTEGERS: Final = {8: torch.int64, 4: torch.int32, 2: torch.int16, 1: torch.int8}
"""Bytes of a number → integers of that size."""


class FiniteGuard:
    """Holds back the steps of an ``optimizer`` from the first loss that is not finite on.

    With ``waits`` it looks at each loss. Else fused optimizers look at the flag, as they do for half precision; a
    ``scaler`` leaves out steps whose gradients are not finite, so one is made so; after the step of any other its
    weights are put back. In any case what else a step changes is put back: what layers remember (the running statistics
    of batch norm) and the ``average`` of the weights. The state of the optimizer is not: no step follows.
    """

    def __init__(
        self,
        module: nn.Module,
        optimizer: torch.optim.Optimizer,
        scaler: torch.amp.GradScaler | None = None,
        average: nn.Module | None = None,
        *,
        waits: bool,
    ) -> None:
        self._weights = [weight for weight in module.parameters() if weight.requires_grad]
        self._waits, self._poisons = waits, scaler is not None
        device = self._weights[0].device if self._weights else torch.device("cpu")
        self.held = torch.zeros((), device=device)
        """The flag: 1 from the first loss on that is not finite."""
        changed = _remembered(module)
        if waits:
            walks = isinstance(optimizer, torch.optim.LBFGS)  # it steps before the last loss is known
            changed += self._weights if walks else []
        else:
            changed += [] if average is None else [*average.parameters(), *_remembered(average)]
            looks = getattr(optimizer, "_step_supports_amp_scaling", False)  # so torch calls those that mind a flag
            if scaler is None and looks:
                optimizer.found_inf = self.held  # type: ignore[attr-defined]
            elif scaler is None:
                changed += self._weights
        kinds: dict[torch.dtype, list[Tensor]] = {}
        for tensor in (one for one in changed if one.device == device):  # an average counts its steps on the CPU
            bits = tensor.detach().view(INTEGERS[tensor.element_size()])
            kinds.setdefault(bits.dtype, []).append(bits)
        self._changed = [(now, [tensor.clone() for tensor in now]) for now in kinds.values()]

    def begin(self) -> None:
        """A step begins: note what it may change."""
        for now, before in self._changed:
            torch._foreach_copy_(before, now)

    def judge(self, loss: Tensor) -> bool:
        """Look at the loss (without axes) of a step before the optimizer does it; False: not finite, so there is none.

        Without waiting it is always True.
        """
        if self._waits:
            finite = math.isfinite(loss.item())
            if not finite:
                for now, before in self._changed:
                    torch._foreach_copy_(now, before)
            return finite
        spoiled = (loss - loss) != 0  # infinity − infinity is not a number either
        torch.maximum(self.held, spoiled.to(self.held.dtype), out=self.held)
        if self._poisons:
            gradient = next((w.grad for w in self._weights if w.grad is not None and not w.grad.is_sparse), None)
            if gradient is not None:
                gradient.add_(self.held / (1 - self.held))  # 0, or under the flag infinite
        return True

    def end(self) -> None:
        """The step is done: put back what it changed if the flag is up, in a few kernels however many tensors."""
        if self._waits:
            return
        for now, before in self._changed:
            torch._foreach_sub_(before, now)  # of bits as integers: there 0 times NaN is 0
            torch._foreach_mul_(before, self.held.to(before[0].dtype))
            torch._foreach_add_(now, before)


def _remembered(module: nn.Module) -> list[Tensor]:
    """The buffers that steps change; constants of a network are not part of its state."""
    state = module.state_dict()
    return [buffer for name, buffer in module.named_buffers() if name in state]
