"""Weights from a file, chosen in the window."""
