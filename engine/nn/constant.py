"""Numbers that stay as they are."""

import torch
from torch import nn


class Constant(nn.Module):
    """A fixed tensor: it goes to the device and the precision of the network, but into no file of weights."""

    value: torch.Tensor

    def __init__(
        self,
        value: float | tuple[float, ...],
        shape: tuple[int, ...] | None = None,
        dtype: str = "float32",
    ) -> None:
        super().__init__()
        tensor = torch.tensor(value, dtype=getattr(torch, dtype))
        if shape is not None:
            tensor = tensor.reshape(shape) if tensor.ndim else tensor.repeat(shape)
        self.register_buffer("value", tensor, persistent=False)

    def forward(self) -> torch.Tensor:
        return self.value
