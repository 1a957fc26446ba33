"""Curves and other plots of a training."""
