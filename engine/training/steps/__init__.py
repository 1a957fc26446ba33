"""One step of a training, and where it is computed."""
