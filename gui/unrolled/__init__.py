"""A scan drawn step by step: the block side by side with the wires that carry its states."""
