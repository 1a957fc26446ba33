"""Names that are safe in Python source, whatever a person or a file has called things."""

from __future__ import annotations

import keyword
import re

RESERVED = frozenset(
    # what nn.Module keeps under these names, and what the text itself uses
    """
    add_module apply bfloat16 buffers call_super_init children compile cpu cuda double dump_patches eval
    extra_repr float forward get_buffer get_extra_state get_parameter get_submodule half ipu
    load_state_dict modules mtia named_buffers named_children named_modules named_parameters parameters
    register_backward_hook register_buffer register_forward_hook register_forward_pre_hook
    register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook
    register_load_state_dict_pre_hook register_module register_parameter register_state_dict_post_hook
    register_state_dict_pre_hook requires_grad_ set_extra_state set_submodule share_memory state_dict to
    to_empty train training type xpu zero_grad T_destination torch nn math initialize keep_statistics run_lengths
    future self super range zip enumerate min max
    """.split()  # noqa: SIM905
)


def attribute(name: str) -> str:
    """The attribute that keeps a constructor's argument: not one that nn.Module has for itself."""
    return f"{name}_" if name in RESERVED else name


def identifier(name: str, taken: dict[str, int], fallback: str = "layer") -> str:
    """A Python name made of ``name``: ASCII, no keyword, not in ``taken``, to which it is added.

    ``taken`` keeps with each name the number that was last hung on it.
    """
    base = re.sub(r"\W+", "_", name, flags=re.ASCII).strip("_")[:60] or fallback
    if base[0].isdigit():
        base = f"{fallback}_{base}"
    if keyword.iskeyword(base) or base in RESERVED:
        base += "_"
    result = base
    while result in taken:
        taken[base] = taken.get(base, 1) + 1
        result = f"{base}_{taken[base]}"
    taken[result] = 1
    return result


def class_name(name: str, taken: set[str] | None = None) -> str:
    """A name for a class made of ``name``, not in ``taken``, to which it is added."""
    words = re.findall(r"[A-Za-z0-9]+", name)
    joined = "".join(word[0].upper() + word[1:] for word in words)[:60]
    if not joined or joined[0].isdigit() or keyword.iskeyword(joined):
        joined = f"Network{joined}"
    result, number = joined, 2
    while taken is not None and result in taken:
        result, number = f"{joined}{number}", number + 1
    if taken is not None:
        taken.add(result)
    return result


def one_line(text: str, longest: int = 80) -> str:
    """A person's text as it may stand in a docstring: printable, on one line, without quotes and backslashes."""
    return " ".join("".join(c if c.isprintable() and c not in '\\"' else " " for c in text)[:longest].split())
