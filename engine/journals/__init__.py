"""Edits kept between saves, written as they are applied, and offered after a window was killed."""
