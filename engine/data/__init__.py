"""Where samples come from. Only `pipeline` and `transforms` compute; the rest is declarations without torch."""
