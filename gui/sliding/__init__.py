"""Layers in motion: the window sliding over one's own sizes, the same as a matrix product, and the input moved."""
