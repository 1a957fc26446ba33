"""Where samples come from: declarations without numpy or torch, loaders that are imported once they are needed."""
