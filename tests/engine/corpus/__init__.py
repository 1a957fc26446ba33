"""Faulty networks as people draw them, one file a theme: what is wrong, where, and that a fix fixes it."""
