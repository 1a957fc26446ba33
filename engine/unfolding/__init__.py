"""A network with its blocks and their repeats unfolded into the layers that are called in one forward pass."""
