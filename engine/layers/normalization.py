"""Layers that keep numbers in a good range while training."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from engine.dims import Dim
from engine.layers.layer import Layer, ShapeError, need_float, need_rank
from engine.spec import Spec


class BatchNorm2d(Layer):
    """Shifts and scales each channel to mean 0 and variance 1 over the batch, then lets the network undo it.

    In training it uses the batch's own mean and variance, afterwards the running ones it has gathered.
    """

    family: ClassVar[str] = "Normalization"
    torch: ClassVar[str] = "torch.nn.BatchNorm2d"
    formula: ClassVar[str] = "y = (x − mean) / √(variance + eps) · γ + β"
    reference: ClassVar[str] = "Ioffe and Szegedy 2015, Batch Normalization, https://arxiv.org/abs/1502.03167"
    positional: ClassVar[tuple[str, ...]] = ("num_features",)
    stem_name: ClassVar[str] = "bn"

    eps: float = Field(1e-5, gt=0.0, description="added to the variance, against division by zero")
    momentum: Annotated[float, Field(ge=0.0, le=1.0)] | None = Field(
        0.1, description="the share of a new batch in the running values; none: their plain mean"
    )
    affine: bool = Field(True, description="whether γ and β are learned")
    track_running_stats: bool = Field(True, description="whether running values are kept for use after training")

    def infer(self, *inputs: Spec) -> Spec:
        (x,) = inputs
        need_rank(x, 4, "(N, channels, height, width)")
        need_float(x)
        if not isinstance(x.shape[1], int):
            raise ShapeError(
                f"gets {x}, whose channel axis is open; it keeps values for a fixed number of channels.", port="input"
            )
        return x

    def inferred(self, *inputs: Spec) -> dict[str, Any]:
        return {"num_features": inputs[0].shape[1]}

    def weights(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        channels = inputs[0].shape[1]
        return {"weight": (channels,), "bias": (channels,)} if self.affine else {}

    def buffers(self, *inputs: Spec) -> dict[str, tuple[Dim, ...]]:
        channels = inputs[0].shape[1]
        running: dict[str, tuple[Dim, ...]] = {"running_mean": (channels,), "running_var": (channels,)}
        return running | {"num_batches_tracked": ()} if self.track_running_stats else {}


LAYERS = (BatchNorm2d,)
