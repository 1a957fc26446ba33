"""The table of runs, and what they differ in."""
