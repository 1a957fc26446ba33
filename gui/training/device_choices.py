"""The devices that the form of the training offers: the kinds there are, and each GPU of this computer by its name."""

from __future__ import annotations

from engine.training.steps.device_list import known_gpus
from gui.forms.form_fields import ChoiceField
from gui.forms.sections import DEVICES


def offer_devices(field: ChoiceField) -> None:
    """Offer what is known by now: GPUs are found in the background once PyTorch is loaded."""
    gpus = known_gpus()
    names = [*DEVICES, *(one.name for one in gpus)]
    field.offer(names, [*DEVICES, *map(str, gpus)])
