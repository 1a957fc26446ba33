"""Rounding to a multiple."""


def round_to(value: float, multiple: int) -> int:
    """The multiple nearest to a value; halfway between two the larger one."""
    return int((2 * value + multiple) // (2 * multiple)) * multiple
