"""How good the network of a run is: on which samples, by which numbers, and where it errs."""
