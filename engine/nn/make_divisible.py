"""Rounding of channels as MobileNet and EfficientNet do it."""


def make_divisible(value: float, divisor: int) -> int:
    """The multiple of a divisor nearest to a value: at least one, and not below nine tenths of the value."""
    nearest = max(divisor, int(value + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * value else nearest
