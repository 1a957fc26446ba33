"""Exporting from the window: one dialog for all formats; the work is done in a separate process."""
