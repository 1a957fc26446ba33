"""Looking into a trained network: what its layers answer and why, computed on a copy that leaves the run as it is."""
