"""The variations of training samples as code of the script: our own functions, carried along."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from engine.data import drawing, varying
from engine.data.augmenting import idle
from engine.data.dataset import Field
from engine.data.framing import IGNORED, masks_of
from engine.exports.training_script.text import carried, spelled
from engine.settings.augmentation import Augmentation, Crop, Flip, Move, Noise

DRAWN: Final[tuple[Callable[..., Any], ...]] = (drawing.uniform, drawing._shifted, drawing._signed)
COUNTERS: Final = '''
def counters(samples, count):
    """(N, count): numbers that belong to each sample alone, whatever the batch it is in."""
    return samples[:, None] * count + torch.arange(count, device=samples.device)
'''
AUGMENT: Final = '''
def augment(batch, seed, epoch):
    """Training samples as the network meets them in this epoch: each is varied by draws of its own."""
    batch, samples = dict(batch), batch["index"]
{body}
    return batch
'''


def code(
    settings: Sequence[Augmentation], fields: Mapping[str, Field], used: Sequence[str], ignored: Mapping[str, int]
) -> str:
    """The functions that end with ``augment(batch, seed, epoch)``; empty where nothing is varied.

    ``used`` are the fields that reach the network or a loss, ``ignored`` the class of masks that counts for nothing.
    """
    lines, constants, needed = list[str](), list[str](), list[Callable[..., Any]]()
    for index, one in enumerate(settings):
        if one.field not in used or idle(one):
            continue
        name = f"{one.name.upper()}_{index}"
        options = one.model_dump(exclude={"name", "field"})
        constants.append(
            f"{name} = SimpleNamespace({', '.join(f'{key}={spelled(value)}' for key, value in options.items())})"
        )
        own, needs = _varied(
            one, name, index, [mask for mask in masks_of(one.field, fields) if mask in used], fields, ignored
        )
        lines += own
        needed += needs
    if not lines:
        return ""
    functions = list(dict.fromkeys([*DRAWN, *needed]))
    facts = [f"{name} = {getattr(drawing, name):#x}" for name in ("STEP", "FIRST", "SECOND")]
    facts += [f"DRAWS = {varying.DRAWS}", "WHETHER = DRAWS - 1"]
    facts += [f"OUTSIDE = {varying.OUTSIDE!r}".replace("'", '"')]
    body = "\n".join(f"    {line}" for line in lines)
    carry = re.sub(r"isinstance\(one, (\w+)\)", lambda found: f'one.kind == "{found[1].lower()}"', carried(*functions))
    constants = [
        re.sub(r"SimpleNamespace\(", f'SimpleNamespace(kind="{line.partition("_")[0].lower()}", ', line)
        for line in constants
    ]
    augment = AUGMENT.strip().format(body=body)
    return "\n\n\n".join(["\n".join([*facts, *constants]), carry, COUNTERS.strip(), augment])


def _varied(
    one: Augmentation,
    name: str,
    index: int,
    masks: Sequence[str],
    fields: Mapping[str, Field],
    ignored: Mapping[str, int],
) -> tuple[list[str], list[Callable[..., Any]]]:
    field, seed = spelled(one.field), f'derive(seed, "augment {one.name}", epoch, {index})'
    if isinstance(one, Noise):
        lines = [
            f"values = batch[{field}]",
            f"size, seed_{index} = values[0].numel(), {seed}",
            f"noise = {name}.std * normal(seed_{index}, counters(samples, size)).to(values.dtype).view_as(values)",
            f"batch[{field}] = values + noise",
        ]
        if one.probability < 1.0:
            lines[-1:] = [
                f'chosen = uniform(derive(seed_{index}, "whether"), samples) < {name}.probability',
                "chosen = chosen.view(-1, *[1] * (values.dim() - 1))",
                f"batch[{field}] = torch.where(chosen, values + noise, values)",
            ]
        return lines, [drawing.normal]
    lines = [f"drawn = uniform({seed}, counters(samples, DRAWS)).to(batch[{field}].dtype)"]
    if isinstance(one, Flip):
        lines += [f"batch[{spelled(key)}] = flips({name}, drawn, batch[{spelled(key)}])" for key in (one.field, *masks)]
        return lines, [varying.flips, varying._beside]
    if isinstance(one, (Move, Crop)):
        lines.append(f"where = positions({name}, drawn, batch[{field}].shape[-2:])")
        lines.append(f"batch[{field}] = moved({name}, drawn, batch[{field}], where)")
        for mask in masks:
            outside = ignored.get(mask, fields[mask].padding)
            outside = IGNORED if outside is None else outside
            lines.append(
                f"batch[{spelled(mask)}] = moved_masks({name}, drawn, batch[{spelled(mask)}], where, {outside})"
            )
        needs: list[Callable[..., Any]] = [
            varying.positions,
            varying._matrix,
            varying._taken,
            varying._chosen,
            varying._beside,
            varying.moved,
        ]
        return lines, [*needs, *([varying.moved_masks] if masks else [])]
    ways: dict[str, Callable[..., Any]] = {"colour": varying.coloured, "blur": varying.blurred, "erase": varying.erased}
    own = ways[one.name]
    lines.append(f"batch[{field}] = {own.__name__}({name}, drawn, batch[{field}])")
    return lines, [own, varying._chosen, varying._beside]
