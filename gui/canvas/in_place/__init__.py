"""Blocks that are open in place: their inside is drawn in an enlarged box on the same sheet."""
