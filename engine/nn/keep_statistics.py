"""Layers that are frozen together with what they have counted."""

from torch import nn


def keep_statistics(module: nn.Module) -> None:
    """Let all parts of a module that have buffers, such as batch norms, use and not change them, as in eval mode."""
    for part in module.modules():
        if next(part.buffers(recurse=False), None) is not None:
            part.training = False
