"""The losses of the Output node."""
