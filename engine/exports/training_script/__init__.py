"""A training script that stands alone: PyTorch and NumPy, the prepared data beside it, and the losses of the run."""
