"""Blocks drawn from primitives that everybody finds in the palette, beside those of one's own: one file a block."""
