"""The report of a run from the window."""
